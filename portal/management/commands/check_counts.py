"""`manage.py check_counts`: whether the numbers that are kept beside what they follow from are right."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import counts


class Command(BaseCommand):
    help = (
        "Kiểm tra các con số được lưu sẵn: lượt xem, lượt tải, lượt báo vi phạm, ý kiến đã trả lời. Cổng vẫn phục vụ "
        "trong lúc chạy. Có số sai thì kết thúc với mã 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="sửa những số sai")

    def handle(self, *args: Any, **options: Any) -> None:
        together = 0
        for kept in counts.ALL:
            number, examples = kept.check(mend=options["mend"])
            together += number
            said = "đúng"
            if number:
                said = f"{number} sai, như số {', '.join(map(str, examples))}"
            self.stdout.write(f"{kept.name}: {said}")
            self.stdout.flush()
        if not together:
            self.stdout.write("Mọi con số đều đúng.")
        elif options["mend"]:
            self.stdout.write(f"Đã sửa {together} số.")
        else:
            raise CommandError(f"{together} số sai; sửa bằng: manage.py check_counts --mend")
