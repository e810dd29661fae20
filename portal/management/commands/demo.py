"""`manage.py demo`: sample data for trying the portal out."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from news.models import Article
from portal.demo.load import load


class Command(BaseCommand):
    help = "Thêm dữ liệu mẫu để dùng thử (không chạy ở chế độ production). Chạy lại không tạo bản thứ hai."

    def handle(self, *args: Any, **options: Any) -> None:
        """Add what the demo lacks and say what. Raises CommandError in production."""
        if settings.PRODUCTION:
            raise CommandError(
                "Không thêm dữ liệu mẫu ở chế độ production: tài khoản mẫu có mật khẩu ai cũng biết."
            )
        before = Article.objects.count()
        added = load(self.stdout.write)
        if not added.total():
            self.stdout.write("Dữ liệu mẫu đã đủ, không thay đổi gì.")
            return
        if added["tin bài"] and before:
            self.stdout.write(
                f"Đã có sẵn {before} tin bài; chúng được giữ nguyên, dữ liệu mẫu được thêm vào bên cạnh."
            )
        parts = [f"{number} {name}" for name, number in added.items() if number]
        self.stdout.write(self.style.SUCCESS(f"Đã thêm dữ liệu mẫu: {', '.join(parts)}."))
