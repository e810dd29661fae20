"""Many redirects at once, from a table as spreadsheets save it: old address, where it leads, a note."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from news import text
from news.models import Redirect

MAX_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True)
class Line:
    """What became of one line of the table; `number` counts from 1, `is_wrong` means that nothing was stored."""

    number: int
    old: str
    said: str
    is_wrong: bool = False


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    """The lines of a table with their numbers, without empty ones and without a head.

    Commas, semicolons or tabs divide it, whichever its first line has most of. Raises ValidationError for what is
    no such table.
    """
    if len(content) > MAX_BYTES:
        raise ValidationError(
            f"Tệp lớn quá {MAX_BYTES // 1024 // 1024} MB; hãy chia thành nhiều tệp."
        )
    try:
        # Excel's "Unicode text" is UTF-16 and says so in its first bytes.
        is_utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        table = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(
            "Không đọc được chữ trong tệp. Hãy lưu bảng dưới dạng CSV UTF-8."
        ) from None
    first = table.partition("\n")[0]
    divider = max(",;\t", key=first.count)
    try:
        lines = list(enumerate(csv.reader(table.splitlines(), delimiter=divider), 1))
    except csv.Error:
        raise ValidationError("Tệp này không phải bảng CSV.") from None
    rows = [(number, [cell.strip() for cell in cells]) for number, cells in lines if any(cells)]
    if rows and not rows[0][1][0].startswith(("/", "http://", "https://")):
        rows = rows[1:]
    if not rows:
        raise ValidationError("Bảng này không có dòng nào.")
    return rows


def store(
    rows: Iterable[tuple[int, list[str]]], *, by: Any, dry_run: bool = False
) -> Iterator[Line]:
    """Store line after line, each for itself, and say what became of it.

    A dry run says the same and stores nothing: give it a transaction of its own and roll that back, as
    `report()` does. `by` is None for the command line. Raises PermissionDenied without the right to add redirects.
    """
    for number, cells in rows:
        old = cells[0]
        if len(cells) < 2 or not cells[1]:
            yield Line(number, old, "Thiếu địa chỉ đích ở cột thứ hai.", is_wrong=True)
            continue
        note = text.one_line(cells[2])[:300] if len(cells) > 2 else ""
        redirect = Redirect(old=old, target=cells[1], note=note)
        try:
            with transaction.atomic():
                # The database checks its constraints itself, in the one query that stores the row.
                redirect.full_clean(validate_constraints=False)
                redirect.write(by=by)
        except (ValidationError, IntegrityError) as error:
            yield _refused(number, redirect, cells[1], error)
        else:
            yield Line(
                number, old, f"{'Sẽ dẫn' if dry_run else 'Đã dẫn'} đến {redirect.destination}"
            )


def report(rows: Iterable[tuple[int, list[str]]], *, by: Any, dry_run: bool) -> list[Line]:
    """What became of every line, or with `dry_run` what would."""
    if not dry_run:
        return list(store(rows, by=by))
    with transaction.atomic():
        lines = list(store(rows, by=by, dry_run=True))
        transaction.set_rollback(True)
    return lines


def _refused(number: int, redirect: Redirect, target: str, error: Exception) -> Line:
    """A line that is there already is no mistake: the same table may be read in twice."""
    present = Redirect.objects.filter(old=redirect.old).first()
    if present is not None and present.destination in {redirect.destination, target}:
        return Line(number, redirect.old, "Đã có từ trước.")
    if present is not None:
        said = f"Địa chỉ này đã dẫn đến {present.destination}."
        return Line(number, redirect.old, said, is_wrong=True)
    messages = error.messages if isinstance(error, ValidationError) else ["Không lưu được."]
    return Line(number, redirect.old, " ".join(messages), is_wrong=True)
