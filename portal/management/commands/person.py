"""`manage.py person`: everything that is held of one person, handed out or erased."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from portal import persons
from portal.accounts.audit import AuditEntry, record


class Command(BaseCommand):
    help = "Xuất hoặc xoá mọi dữ liệu gắn với một địa chỉ thư điện tử của bạn đọc."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--export", action="store_true", help="xuất thành JSON")
        what.add_argument("--erase", action="store_true", help="xoá")
        parser.add_argument("--output", type=Path, metavar="TỆP", help="ghi JSON vào tệp mới này")
        parser.add_argument(
            "--comment",
            type=int,
            action="append",
            default=[],
            metavar="SỐ",
            help="kể cả ý kiến số này, không còn địa chỉ; dùng được nhiều lần",
        )
        parser.add_argument(
            "--keep-words", action="store_true", help="giữ lại lời của ý kiến đã duyệt, chỉ bỏ tên"
        )
        parser.add_argument("--yes", action="store_true", help="xoá mà không hỏi lại")

    def handle(
        self,
        *args: Any,
        email: str,
        export: bool,
        output: Path | None,
        comment: list[int],
        keep_words: bool,
        yes: bool,
        **options: Any,
    ) -> None:
        """Raises CommandError for what is no address, options that do not go together, a file that is there."""
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError("Địa chỉ thư điện tử chưa đúng.") from None
        if export:
            if keep_words or yes:
                raise CommandError("--keep-words và --yes chỉ đi với --erase.")
            self._export(email, comment, output)
        else:
            if output:
                raise CommandError("--output chỉ đi với --export.")
            self._erase(email, comment, keep_words=keep_words, yes=yes)

    def _export(self, email: str, numbers: list[int], output: Path | None) -> None:
        exported = persons.as_json(persons.export(email, numbers))
        counted = persons.in_words(persons.found(email, numbers))
        if output:
            try:
                # Never over a file that is there, and for nobody else's eyes.
                output.touch(mode=0o600, exist_ok=False)
            except OSError as error:
                raise CommandError(f"Không ghi được tệp: {error.strerror}") from None
            output.write_text(exported, encoding="utf-8")
        else:
            self.stdout.write(exported, ending="")
        record(AuditEntry.What.PERSON, who="manage.py person", detail=f"xuất dữ liệu: {counted}")
        self.stderr.write(f"Đã xuất: {counted}.")

    def _erase(self, email: str, numbers: list[int], *, keep_words: bool, yes: bool) -> None:
        if accounts := persons.accounts_of(email):
            self.stdout.write(
                f"Tài khoản ở bàn biên tập có địa chỉ này: {', '.join(accounts)}. "
                "Chúng không đổi; hãy sửa ở mục Người sử dụng."
            )
        self.stdout.write(f"Tìm thấy: {persons.in_words(persons.found(email, numbers))}.")
        if keep_words and (naming := persons.answers_naming(email, numbers)):
            self.stdout.write(
                f"Còn nhắc tên người này và sẽ ở lại: {'; '.join(naming)}. Hãy sửa ở bàn biên tập."
            )
        if not yes:
            self.stdout.write("Không thể lấy lại. Gõ xoa để xoá: ", ending="")
            self.stdout.flush()
            if input().strip().lower() not in {"xoa", "xoá", "xóa"}:
                raise CommandError("Chưa xoá gì.")
        done = persons.in_words(persons.erase(email, numbers, keep_words=keep_words))
        record(AuditEntry.What.PERSON, who="manage.py person", detail=f"xoá dữ liệu: {done}")
        self.stdout.write(f"Đã xoá: {done}.")
        self.stdout.write(persons.CACHES)
