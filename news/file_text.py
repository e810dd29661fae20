"""The words of a file, for search: PDF in the bounded process of news.pdf, DOCX and ODT here.

What cannot be read has none: a scanned page holds a picture, and a table is found by its name.
"""

import io
import zipfile
from xml.etree import ElementTree

from news import pdf, text

# Characters of one file that are kept, some eighty printed pages.
MAX_TEXT = 200_000
# Bytes of the part that holds the text; Word writes some ten for each that one reads.
MAX_XML = 20 * 1024 * 1024

_PARTS = {"docx": "word/document.xml", "odt": "content.xml"}
# Elements at which a word ends; the names without their namespaces.
_PARTING = {"p", "h", "tab", "br", "cr", "line-break", "s", "tc", "table-cell"}


class _Enough(Exception):
    pass


class _Words:
    """What a parser of XML tells as it reads, taken down as words; no tree is built."""

    def __init__(self, only_in: str) -> None:
        # The one element whose text is what a reader sees; any, if empty.
        self.only_in = only_in
        self.words: list[str] = []
        self.room = MAX_TEXT
        self.open: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.open.append(tag.rpartition("}")[2])
        if self.open[-1] in _PARTING:
            self.words.append(" ")

    def end(self, tag: str) -> None:
        if self.open.pop() in _PARTING:
            self.words.append(" ")

    def data(self, words: str) -> None:
        if not self.only_in or self.open[-1] == self.only_in:
            self.words.append(words)
            self.room -= len(words)
            if self.room < 0:
                raise _Enough

    def close(self) -> None:
        """Part of what a parser asks of its target."""


def read(kind: str, content: bytes) -> str:
    """The beginning of the text of a checked file on one line; nothing where there is none to be read.

    Raises nothing: a file is kept whether or not it can be searched. A PDF takes up to pdf.READING_SECONDS.
    """
    if kind == "pdf":
        found = pdf.words_of(content)
    elif kind in _PARTS:
        found = _words_of_zip(content, _PARTS[kind])
    else:
        found = ""
    return text.one_line(found.replace("\x00", ""))[:MAX_TEXT]


def _words_of_zip(content: bytes, part: str) -> str:
    # Word keeps deleted text and the formulas of fields beside what is seen, which stands in `t`.
    found = _Words(only_in="t" if part.startswith("word/") else "")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo(part).file_size > MAX_XML:
                return ""
            markup = archive.read(part)
        # No document type, hence no entity that unfolds or that fetches something.
        if b"<!DOCTYPE" in markup.replace(b"\0", b""):
            return ""
        ElementTree.XMLParser(target=found).feed(markup)  # noqa: S314 - see above
    except _Enough:
        pass
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on hostile bytes
        return ""
    return "".join(found.words)
