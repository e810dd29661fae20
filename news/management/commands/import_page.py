"""`manage.py import_page FILE…`: pages saved from the old portal become articles."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from news import importing, oldportal, richtext, text
from news.oldportal import OldPage, Unreadable


class Refused(Exception):
    """This file cannot be imported; the message says why, with the line where that is known."""


class Command(BaseCommand):
    help = "Nhập các trang tin đã lưu của cổng cũ (tệp văn bản UTF-8) thành tin bài đã xuất bản."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="TỆP", type=Path, help="tệp văn bản của một trang tin"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="chỉ nói sẽ làm gì, không ghi gì cả"
        )

    def handle(self, *args: Any, files: list[Path], dry_run: bool, **options: Any) -> None:
        """Each file on its own: one that cannot be read is reported and the others go on, then the exit code is 1."""
        failed = 0
        # What a dry run would have written by now, so that the next files are told the same story.
        planned: set[tuple[str, object]] = set()
        for number, path in enumerate(files, 1):
            place = f"[{number}/{len(files)}] " if len(files) > 1 else ""
            try:
                page = self._read(path)
                report = self._plan(page, planned) if dry_run else self._store(page)
            except Refused as refusal:
                failed += 1
                self.stderr.write(self.style.ERROR(f"{place}{path}: {refusal}"))
            else:
                self.stdout.write(f"{place}{path}: {report}")
                self.stdout.flush()
        if dry_run:
            self.stdout.write("Chạy thử: chưa ghi gì cả.")
        if failed:
            raise CommandError(
                f"{failed} trong {len(files)} tệp không nhập được; xem các dòng báo lỗi ở trên."
            )

    def _read(self, path: Path) -> OldPage:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise Refused("không có tệp này; hãy xem lại đường dẫn.") from None
        except IsADirectoryError:
            raise Refused(f"là thư mục; hãy chỉ các tệp trong đó, ví dụ {path}/*.txt") from None
        except OSError as error:
            raise Refused(f"không mở được tệp ({error.strerror}).") from None
        try:
            return oldportal.parse(oldportal.decode(content))
        except Unreadable as error:
            raise Refused(f"dòng {error.line}: {error}.") from None

    def _store(self, page: OldPage) -> str:
        if found := importing.existing(page):
            return f"đã có từ trước, bỏ qua: {found.get_absolute_url()}"
        try:
            article = importing.store(page)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from None
        except richtext.TooComplex as error:
            raise Refused(str(error)) from None
        return (
            f"đã nhập “{article.title}” tại {article.get_absolute_url()}{self._left_behind(page)}"
        )

    def _plan(self, page: OldPage, planned: set[tuple[str, object]]) -> str:
        """What importing the page would do, in words."""
        if found := importing.existing(page):
            return f"đã có từ trước, sẽ bỏ qua: {found.get_absolute_url()}"
        if (page.title, page.published_at) in planned:
            return "trùng với một tệp ở trên, sẽ bỏ qua"
        try:
            section = importing.section_of(page)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from None
        new = section.pk is None and ("", section.slug) not in planned
        planned |= {(page.title, page.published_at), ("", section.slug)}
        captions = page.captions
        rows = [
            ("Chuyên mục", f"{section.name} ({'sẽ tạo mới' if new else 'đã có'})"),
            ("Tiêu đề", f"{page.title} ({len(page.title)} ký tự)"),
            ("Địa chỉ", text.slug(page.title) or "tin"),
            ("Xuất bản", f"{text.long_date(page.published_at)} ({page.published_at.isoformat()})"),
            ("Dấu nguồn", page.source or "không có"),
            ("Phần dẫn", page.lead),
            ("Nội dung", f"{len(page.blocks) - len(captions)} đoạn, {len(captions)} ảnh"),
            *((f"Chú thích {number}", caption) for number, caption in enumerate(captions, 1)),
            ("Tác giả", page.byline or "không có"),
            ("Lượt xem", str(page.views)),
        ]
        lines = [f"\n    {name}: {value}" for name, value in rows]
        return f"sẽ nhập{''.join(lines)}{self._left_behind(page)}"

    @staticmethod
    def _left_behind(page: OldPage) -> str:
        """What of the old page does not come along."""
        said = []
        if page.captions:
            said.append(f"{len(page.captions)} ảnh chưa có trong bản lưu, thay bằng ảnh báo thiếu")
        if page.dropped:
            said.append(f"bỏ {page.dropped} dòng khung trang ở cuối")
        if page.old_comments:
            said.append(f"{page.old_comments} ý kiến bạn đọc trên trang cũ không được nhập")
        return f"\n    Lưu ý: {'; '.join(said)}" if said else ""
