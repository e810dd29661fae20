"""Makes the files of photos that are missing: after an upgrade that brought new ones, or a lost disk."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from news.models import Photo

EVERY = 50


class Command(BaseCommand):
    help = "Tạo các cỡ ảnh và ảnh cắt còn thiếu của thư viện. Chạy lại nhiều lần cũng được."

    def handle(self, *args: Any, **options: Any) -> None:
        keys = list(Photo.objects.order_by("-uploaded_at", "-id").values_list("pk", flat=True))
        made, lost = 0, []
        for number, pk in enumerate(keys, start=1):
            photo = Photo.objects.filter(pk=pk).first()
            try:
                made += photo.make_missing_files() if photo else 0
            except OSError as error:
                lost.append(pk)
                self.stderr.write(f"Ảnh {pk}: {error}")
            if number % EVERY == 0 or number == len(keys):
                self.stdout.write(f"{number}/{len(keys)} ảnh, đã tạo {made} tệp")
        if lost:
            raise CommandError(
                f"{len(lost)} ảnh không còn tệp gốc hoặc không đọc được: {', '.join(map(str, lost))}"
            )
        self.stdout.write(self.style.SUCCESS(f"Xong. Đã tạo {made} tệp."))
