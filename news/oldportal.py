"""Reading a scraped article page of the old portal. Pure: text in, an OldPage or a refusal with its line out.

Such a page is plain text: section, title and date line, then the lead, paragraphs and captions, the author's
pen name, the view count, and the furniture of the page, which is dropped. Where a picture stood the scraper
left exactly two empty lines in front of its caption; other gaps hold a line with a blank or an NBSP.
Text is kept to the character: NBSP, curly quotes and dashes are the author's.
"""

import datetime as dt
import re
from dataclasses import dataclass

from news.text import VIETNAM, WEEKDAYS, nfc, one_line

# What the database keeps (a test holds these against the models).
MAX_SECTION = 100
MAX_TITLE = 300
MAX_SOURCE = 60
# Far above any article; what is larger is no article page.
MAX_CHARACTERS = 900_000

# Longer text after a gap is a paragraph, not the line under a picture.
_MAX_CAPTION = 300
_MAX_PEN_NAME = 60

_DATE_EXAMPLE = "Thứ sáu, Ngày 31/05/2019, 05:09 CH"
_DATE_LINE = re.compile(
    r"(?P<weekday>Thứ\s\w+|Chủ nhật), Ngày (?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4}), "
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2}) (?P<half>SA|CH)(?P<rest>.*)",
    re.IGNORECASE,
)
_READING_TOOLS = {"", "Cỡ chữ", "Màu chữ", "Cỡ chữ Màu chữ", "Cỡ chữ Màu chữ image", "image"}
_VIEWS_LINE = re.compile(r"Lượt xem\s*:(?P<number>.*)", re.IGNORECASE)
_VIEWS = re.compile(r"\d{1,12}|\d{1,3}(?P<mark>[.,\s])\d{3}(?:(?P=mark)\d{3})*")
_FURNITURE = {"Bản in Quay lại", "Bản in", "Tin mới hơn"}
_OLD_COMMENTS = re.compile(r"Ý kiến bạn đọc \((\d{1,9})\)")
_SOURCE_MARK = re.compile(r"\(([^()]+)\) – (?=\S)")
_BYLINE_PREFIX = re.compile(r"(?:tin|bài|ảnh|nguồn|theo)[^:]{0,30}:\s*", re.IGNORECASE)


class Unreadable(ValueError):
    """The text is no such page; `line` counts from 1, the message says in Vietnamese what was expected."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Block:
    """A paragraph of the body, or the caption of a picture that stood here; `line` counts from 1."""

    text: str
    line: int
    is_caption: bool = False


@dataclass(frozen=True)
class OldPage:
    """What a page says. `lead` is without the source mark; `dropped` counts lines of furniture at the end."""

    section: str
    title: str
    published_at: dt.datetime
    source: str
    lead: str
    blocks: tuple[Block, ...]
    byline: str
    views: int
    dropped: int
    old_comments: int

    @property
    def captions(self) -> list[str]:
        return [block.text for block in self.blocks if block.is_caption]


def decode(content: bytes) -> str:
    """The file's text in NFC with LF, whatever its line ends and with or without a byte order mark.

    Raises Unreadable for bytes that are not UTF-8, for NUL characters and for far too much text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            line, "chờ văn bản UTF-8, gặp bảng mã khác; hãy lưu lại tệp bằng UTF-8"
        ) from None
    if "\x00" in text:
        raise Unreadable(text.count("\n", 0, text.index("\x00")) + 1, "chờ văn bản, gặp ký tự NUL")
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(1, f"tệp dài hơn {MAX_CHARACTERS} ký tự nên không phải một trang tin")
    return nfc(text.replace("\r\n", "\n").replace("\r", "\n"))


def parse(text: str) -> OldPage:
    """The page that a decoded text holds. Raises Unreadable with the line where the reading failed."""
    lines = text.split("\n")
    section, title, published_at, start = _heading(lines)
    end = next((n for n in range(start, len(lines)) if _ends_text(lines[n])), len(lines))
    byline, text_end = _byline(lines, start, end)
    blocks = _blocks(lines, start, text_end)
    place = next((n for n, block in enumerate(blocks) if not block.is_caption), None)
    if place is None:
        raise Unreadable(
            min(start + 1, len(lines)), "chờ phần dẫn hoặc nội dung, gặp trang không có chữ"
        )
    source, lead = _marked(blocks.pop(place).text)
    return OldPage(
        section=section,
        title=title,
        published_at=published_at,
        source=source,
        lead=lead,
        blocks=tuple(blocks),
        byline=byline,
        views=_views(lines, end),
        dropped=sum(
            1 for line in lines[end:] if line.strip() and not _VIEWS_LINE.match(line.strip())
        ),
        old_comments=next(
            (int(m[1]) for line in lines[end:] if (m := _OLD_COMMENTS.match(line))), 0
        ),
    )


def _heading(lines: list[str]) -> tuple[str, str, dt.datetime, int]:
    """Section, title and moment from the first three lines that are not blank, and where the text begins."""
    written = [(n, line.strip()) for n, line in enumerate(lines, 1) if line.strip()][:3]
    if not written:
        raise Unreadable(1, "chờ tên chuyên mục, gặp tệp trống")
    for position, (number, line) in enumerate(written[:2]):
        if _DATE_LINE.match(line):
            missing = (
                "tiêu đề"
                if position and written[0][1].startswith("image ")
                else "tên chuyên mục và tiêu đề"
            )
            raise Unreadable(number, f"chờ {missing}, gặp ngay dòng ngày")
    if len(written) < 3:
        raise Unreadable(written[-1][0], f"chờ dòng ngày như “{_DATE_EXAMPLE}” ở sau, gặp cuối tệp")
    (section_line, section), (title_line, title), (date_line, date) = written
    section = one_line(section.removeprefix("image "))
    title = one_line(title)
    _fits(section, MAX_SECTION, "tên chuyên mục", section_line)
    _fits(title, MAX_TITLE, "tiêu đề", title_line)
    return section, title, _moment(date, date_line), date_line


def _fits(text: str, most: int, what: str, line: int) -> None:
    if len(text) > most:
        raise Unreadable(line, f"chờ {what} không quá {most} ký tự, gặp {len(text)} ký tự")


def _moment(line: str, number: int) -> dt.datetime:
    """The aware moment of a date line; its clock has 12 hours, so 12:05 SA is 00:05."""
    found = _DATE_LINE.match(line)
    if found is None:
        raise Unreadable(number, f"chờ dòng ngày như “{_DATE_EXAMPLE}”, gặp “{line[:60]}”")
    hour = int(found["hour"])
    if not 1 <= hour <= 12:
        raise Unreadable(number, f"chờ giờ từ 1 đến 12 kèm SA hoặc CH, gặp {hour}")
    hour = hour % 12 + (12 if found["half"].upper() == "CH" else 0)
    try:
        moment = dt.datetime(
            int(found["year"]),
            int(found["month"]),
            int(found["day"]),
            hour,
            int(found["minute"]),
            tzinfo=VIETNAM,
        )
    except ValueError:
        shown = line[: found.start("rest")]
        raise Unreadable(number, f"chờ ngày giờ có thật, gặp “{shown}”") from None
    weekday = WEEKDAYS[moment.weekday()]
    if one_line(found["weekday"]).casefold() != weekday.casefold():
        # Somebody's slip, and nobody can say whether the day or the weekday is wrong.
        raise Unreadable(
            number, f"chờ “{weekday}” vì {moment:%d/%m/%Y} là {weekday}, gặp “{found['weekday']}”"
        )
    if one_line(found["rest"]) not in _READING_TOOLS:
        raise Unreadable(number, f"chờ hết dòng sau ngày giờ, gặp “{found['rest'].strip()[:60]}”")
    return moment


def _ends_text(line: str) -> bool:
    """Whether the author's text has ended here: the view count or the first piece of furniture."""
    return bool(_VIEWS_LINE.match(line.strip())) or one_line(line) in _FURNITURE


def _views(lines: list[str], end: int) -> int:
    """The view count under the text, with or without separators; 0 where the page has none."""
    for number, line in enumerate(lines[end:], end + 1):
        if found := _VIEWS_LINE.match(line.strip()):
            written = found["number"].strip()
            if not _VIEWS.fullmatch(written):
                raise Unreadable(
                    number, f"chờ số lượt xem như 12677 hoặc 12.677, gặp “{written[:60]}”"
                )
            return int(re.sub(r"\D", "", written))
    return 0


def _byline(lines: list[str], start: int, end: int) -> tuple[str, int]:
    """The pen name that closes the text, and where the text before it ends; ("", end) if there is none."""
    written = [n for n in range(start, end) if lines[n].strip()]
    if len(written) < 2:
        return "", end
    last = written[-1]
    if _after_picture(lines, last) or not _is_pen_name(lines[last].strip()):
        return "", end
    byline = one_line(lines[last])
    return byline, last


def _is_pen_name(line: str) -> bool:
    """Whether a last line is a name (`MINH TÂM`, `Tin, ảnh: Minh Tâm`) and not a short last paragraph."""
    if len(line) > _MAX_PEN_NAME or line.startswith("- ") or line[-1] in '…!?;:,”"':
        return False
    names = re.findall(r"\w+", _BYLINE_PREFIX.sub("", line, count=1))
    return bool(names) and all(name[0].isupper() for name in names)


def _after_picture(lines: list[str], index: int) -> bool:
    """Whether exactly two empty lines stand before this one, as where a picture was."""
    return index >= 3 and lines[index - 1] == lines[index - 2] == "" != lines[index - 3]


def _blocks(lines: list[str], start: int, end: int) -> list[Block]:
    blocks: list[Block] = []
    for index in range(start, end):
        line = lines[index]
        if not line.strip():
            continue
        alone = index + 1 >= end or not lines[index + 1].strip()
        caption = alone and len(line) <= _MAX_CAPTION and _after_picture(lines, index)
        if (
            caption
            and not blocks
            and (line.rstrip().endswith((".", "…")) or _SOURCE_MARK.match(line))
        ):
            caption = False  # A lead with a wide gap above it, not the line under a picture.
        blocks.append(
            Block(text=line.strip() if caption else line, line=index + 1, is_caption=caption)
        )
    return blocks


def _marked(line: str) -> tuple[str, str]:
    """Source mark and the rest of a lead; a mark not written exactly `(NAME) – ` stays part of the lead.

    Put together again, `(SOURCE) – lead` is what stood on the page, to the character.
    """
    text = line.strip()
    found = _SOURCE_MARK.match(text)
    if found is None or one_line(found[1]) != found[1] or len(found[1]) > MAX_SOURCE:
        return "", text
    return found[1], text[found.end() :]
