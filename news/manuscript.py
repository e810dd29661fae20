"""A story as its second reader sees it: words by paragraph, and what stands among them, each with its place.

Pure: it takes a body that `richtext.clean()` has cleaned and asks no database.
"""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from news.legacy_encodings import detect, to_unicode
from news.richtext import PHOTO_ADDRESS

HEADINGS = {"h2": 2, "h3": 3, "h4": 4}
_BLOCKS = {
    "p",
    "li",
    "blockquote",
    "td",
    "th",
    "caption",
    "figcaption",
    "ul",
    "ol",
    "table",
    "tr",
} | {
    "figure",
    "hr",
    *HEADINGS,
}


@dataclass(frozen=True)
class Paragraph:
    """Words between two block boundaries; a soft line break is a newline. `tag` is the innermost block."""

    tag: str
    text: str


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Picture:
    """`key` is the photo's key, 32 hex digits; `decorates` is the decision that it needs no description."""

    key: str
    alt: str
    decorates: bool = False


@dataclass(frozen=True)
class Link:
    """`text` is what the link is called; a picture in it is called by its description."""

    href: str
    text: str


@dataclass
class Table:
    rows: int = 0
    columns: int = 0
    has_header: bool = False
    text: str = ""


@dataclass
class Body:
    """What a body is made of, each kind in the order of the text."""

    paragraphs: list[Paragraph] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.body = Body()
        self._open: list[str] = []
        self._words: list[str] = []
        self._link: tuple[str, list[str]] | None = None
        self._tables: list[Table] = []
        self._cells = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in _BLOCKS:
            self._end_paragraph()
            self._open.append(tag)
        if tag == "br":
            self._words.append("\n")
        elif tag == "img":
            self._picture(given)
        elif tag == "a" and "href" in given:
            self._link = (given["href"], [])
        elif tag == "table":
            self._tables.append(Table())
            self.body.tables.append(self._tables[-1])
        elif tag == "tr" and self._tables:
            self._tables[-1].rows += 1
            self._cells = 0
        elif tag in {"td", "th"} and self._tables:
            self._cells += 1
            table = self._tables[-1]
            table.columns = max(table.columns, self._cells)
            table.has_header = table.has_header or tag == "th"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_paragraph()
            if tag in self._open:
                while self._open.pop() != tag:
                    pass
        if tag == "a" and self._link:
            href, words = self._link
            self.body.links.append(Link(href, _one_line("".join(words))))
            self._link = None
        elif tag == "table" and self._tables:
            self._tables.pop()

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._link:
            self._link[1].append(data)

    def close(self) -> None:
        super().close()
        self._end_paragraph()

    def _picture(self, given: dict[str, str]) -> None:
        address = PHOTO_ADDRESS.match(given.get("src", ""))
        alt = _one_line(given.get("alt", ""))
        decorates = given.get("role") == "presentation"
        self.body.pictures.append(Picture(address[1] if address else "", alt, decorates))
        if self._link:  # The picture's description is what the link is called.
            self._link[1].append(alt)

    def _end_paragraph(self) -> None:
        text = "\n".join(filter(None, map(_one_line, "".join(self._words).split("\n"))))
        self._words.clear()
        if not text:
            return
        tag = self._open[-1] if self._open else "p"
        self.body.paragraphs.append(Paragraph(tag, text))
        if tag in HEADINGS:
            self.body.headings.append(Heading(HEADINGS[tag], text))
        if self._tables and not self._tables[-1].text:
            self._tables[-1].text = text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def read(body: str) -> Body:
    """What the clean body is made of. Raises nothing: what is not markup is words."""
    reader = _Reader()
    reader.feed(body)
    reader.close()
    return reader.body


_PIECE = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>|[^<]+")


def in_unicode(body: str) -> str:
    """The clean body with every paragraph that is written in TCVN3 or VNI converted; the rest is not touched."""
    pieces: list[str] = []
    words: list[int] = []  # where in `pieces` the words of the present paragraph are

    def end_paragraph() -> None:
        if encoding := detect("".join(html.unescape(pieces[n]) for n in words)):
            for n in words:
                converted = to_unicode(html.unescape(pieces[n]), encoding)
                pieces[n] = html.escape(converted, quote=False)
        words.clear()

    for match in _PIECE.finditer(body):
        pieces.append(match[0])
        if match[2] is None:
            words.append(len(pieces) - 1)
        elif match[2] in _BLOCKS:
            end_paragraph()
    end_paragraph()
    return "".join(pieces)
