"""`manage.py import_redirects FILE`: a table of old addresses becomes redirects."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from news import redirect_import


class Command(BaseCommand):
    help = "Nhập nhiều chuyển hướng từ bảng CSV: địa chỉ cũ, địa chỉ đích, ghi chú."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="TỆP", type=Path, help="bảng CSV, UTF-8")
        parser.add_argument(
            "--dry-run", action="store_true", help="chỉ nói sẽ làm gì, không ghi gì cả"
        )

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        """Each line on its own; wrong ones are reported and the others stored, then the exit code is 1."""
        try:
            rows = redirect_import.rows_of(file.read_bytes())
        except OSError as error:
            raise CommandError(f"Không mở được {file} ({error.strerror}).") from None
        except ValidationError as error:
            raise CommandError(f"{file}: {' '.join(error.messages)}") from None
        lines = redirect_import.report(rows, by=None, dry_run=dry_run)
        for line in lines:
            said = f"dòng {line.number}: {line.old}: {line.said}"
            if line.is_wrong:
                self.stderr.write(self.style.ERROR(said))
            else:
                self.stdout.write(said)
        if dry_run:
            self.stdout.write("Chạy thử: chưa ghi gì cả.")
        if wrong := sum(line.is_wrong for line in lines):
            raise CommandError(f"{wrong} trong {len(lines)} dòng không nhập được; xem ở trên.")
