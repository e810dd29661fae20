"""A clean body as blocks of words: paragraphs, headings, list items, rows of tables, pictures with their captions.

Links carry their address and pictures their description as words, so that who compares two bodies sees these
too. A leaf: no Django, no database. Everything it gives is plain text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from itertools import groupby
from typing import cast

_KINDS = {
    "p": "Đoạn",
    "h2": "Đề mục",
    "h3": "Đề mục nhỏ",
    "h4": "Đề mục nhỏ nhất",
    "li": "Mục",
    "blockquote": "Trích dẫn",
    "caption": "Tên bảng",
    "tr": "Dòng của bảng",
    "figure": "Ảnh",
    "hr": "Đường kẻ",
}
# Begin and end a block. What stands inside a row or a figure belongs to it.
_BLOCKS = {*_KINDS, "ul", "ol", "table", "thead", "tbody"}
_WHOLE = {"tr", "figure"}
# How a text looks, apart from its words.
_LOOKS = {"strong", "em", "u", "s", "sub", "sup", "th"}
_LOOKING = {"class", "start", "colspan", "rowspan", "scope"}

_WORDS = re.compile(r"(\w+|[^\w\s])([ \n]?)")
_LINE_ENDS = re.compile(r"\s*\n\s*")
_BLANKS = re.compile(r"[^\S\n]+")
_PHOTO_KEY = re.compile(r"/([0-9a-f]{8})[0-9a-f]{24}(?:-\d+)?\.[a-z]+$")


@dataclass(frozen=True)
class Text:
    """Words and signs, and the blank or line end after each, if any. Equal texts have equal words."""

    words: tuple[str, ...]
    gaps: tuple[str, ...] = field(compare=False)

    def part(self, begin: int = 0, end: int | None = None) -> str:
        """The words from `begin` up to `end`, as they stand in the text."""
        pairs = zip(self.words[begin:end], self.gaps[begin:end], strict=True)
        return "".join([word + gap for word, gap in pairs])


@dataclass(frozen=True)
class Block:
    """`kind` is its Vietnamese name, `look` what its markup says apart from words: bold, alignment, joined cells."""

    kind: str
    text: Text
    look: tuple[str, ...] = ()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Its words, each once."""
        return frozenset(self.text.words)


def split(text: str) -> Text:
    """A plain text as words; signs are words of their own, a run of blanks is one blank or one line end."""
    tidy = _BLANKS.sub(" ", _LINE_ENDS.sub("\n", text))
    pairs = _WORDS.findall(tidy)
    words, gaps = zip(*pairs, strict=True) if pairs else ((), ())
    return Text(words, gaps)


def read(body: str) -> list[Block]:
    """The blocks of a clean body in order, those without words left out. Raises nothing: what is no markup is words."""
    reader = _Reader()
    reader.feed(body)
    reader.close()
    return reader.blocks


@dataclass(frozen=True)
class _Whole:
    """What is one word, whatever signs it has: an address, a picture."""

    text: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._open: list[str] = []
        self._parts: list[str | _Whole] = []
        self._look: list[str] = []
        self._letters = 0
        self._cells = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag in _BLOCKS:
            if self._is_inside_a_whole and tag not in _WHOLE:
                self._parts.append(" ")
            else:
                self._end_block()
            if tag == "hr":
                self.blocks.append(Block(_KINDS[tag], split("———")))
                return
            self._open.append(tag)
        if tag in {"td", "th"}:
            if self._cells:
                self._parts.append(" | ")
            self._cells += 1
        if tag == "figcaption":
            self._parts.append(" chú thích: ")
        if tag == "br":
            self._parts.append("\n")
        elif tag == "img":
            self._picture(given)
        elif tag == "a":
            self._links.append(given.get("href", ""))
        kept = [f"{name}={value}" for name, value in sorted(given.items()) if name in _LOOKING]
        if tag in _LOOKS or kept:
            self._look.append(" ".join([str(self._letters), tag, *kept]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            if address := self._links.pop():
                self._parts.extend((" ", _Whole(f"[{address}]")))
        elif tag in _BLOCKS and tag in self._open:
            if self._is_inside_a_whole and tag not in _WHOLE:
                self._parts.append(" ")
            else:
                self._end_block()
            while self._open.pop() != tag:
                pass
        elif tag in _LOOKS:
            self._look.append(f"{self._letters} /{tag}")

    def handle_data(self, data: str) -> None:
        # Line ends of the markup are blanks; only <br> ends a line.
        self._parts.append(data.replace("\n", " "))
        self._letters += len("".join(data.split()))

    def close(self) -> None:
        super().close()
        self._end_block()

    @property
    def _is_inside_a_whole(self) -> bool:
        return any(tag in _WHOLE for tag in self._open)

    def _picture(self, given: dict[str, str]) -> None:
        key = _PHOTO_KEY.search(given.get("src", ""))
        shown = given.get("alt", "").strip()
        if not shown:
            shown = "để trang trí" if given.get("role") == "presentation" else "chưa có mô tả"
        picture = _Whole(f"[ảnh {key[1] if key else '?'}]")
        self._parts.extend((" ", picture, f" {shown} "))

    def _end_block(self) -> None:
        words: list[str] = []
        gaps: list[str] = []
        for part in self._merged():
            if isinstance(part, _Whole):
                words.append(part.text)
                gaps.append("")
                continue
            if gaps and part[:1].isspace():
                gaps[-1] = gaps[-1] or " "
            text = split(part)
            words += text.words
            gaps += text.gaps
        self._parts.clear()
        self._cells = 0
        if words:
            text = Text(tuple(words), tuple(gaps))
            self.blocks.append(Block(self._kind(), text, tuple(self._look)))
            self._look.clear()
            self._letters = 0

    def _merged(self) -> Iterator[str | _Whole]:
        """The parts with neighbouring texts joined: `<em>xe</em>m` is one word."""
        for is_whole, parts in groupby(self._parts, key=lambda part: isinstance(part, _Whole)):
            if is_whole:
                yield from parts
            else:
                yield "".join(cast("Iterator[str]", parts))

    def _kind(self) -> str:
        tag = next((tag for tag in reversed(self._open) if tag in _KINDS), "p")
        lists = [tag for tag in self._open if tag in {"ul", "ol"}]
        return "Mục đánh số" if tag == "li" and lists[-1:] == ["ol"] else _KINDS[tag]
