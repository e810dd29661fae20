"""Where the tone mark stands: `hòa` and `hoà`, `Ủy` and `Uỷ`. A leaf: no model, no Django.

Both ways are in use. They differ in open syllables with `oa`, `oe` and `uy` only: the older puts the mark on the
first letter, the newer (Quyết định 240/QĐ ngày 5/3/1984 of the Ministry of Education) on the second. After `q`
the u belongs to the beginning, so `quý` is the same in both; so is every rime with an ending (`hoàn`, `huỳnh`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from news.syllables import bare

_OLDER = "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy"
_NEWER = "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ"
GROUPS = dict(zip(_OLDER.split(), _NEWER.split(), strict=True))
_IS_OLDER = dict.fromkeys(GROUPS, True) | dict.fromkeys(GROUPS.values(), False)

_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Marked:
    """A word whose mark could stand in two places; `is_name` for a capital after a word with a capital."""

    word: str
    start: int
    is_older: bool
    is_name: bool


def marked(text: str) -> Iterable[Marked]:
    """The words of the text (NFC) that the two ways write differently, in order."""
    before: re.Match[str] | None = None
    for match in _WORD.finditer(text):
        word = match[0]
        older = _IS_OLDER.get(word[-2:].lower())
        if older is not None and word[-3:-2].lower() != "q":
            follows_name = (
                before is not None
                and text[before.end() : match.start()] in {" ", "\xa0"}
                and before[0].istitle()
            )
            yield Marked(word, match.start(), older, word.istitle() and follows_name)
        before = match


def mixed(words: Iterable[Marked]) -> list[Marked]:
    """The words in the way that is rarer here, in order; empty if the text keeps to one way.

    A person or a place is spelled as its papers have it, so a name alone makes no mixture: only when ordinary
    words are mixed, or one and the same name is written both ways.
    """
    words = list(words)
    # All ordinary words are one thing that is written one way, each name is another.
    ways: dict[str, set[bool]] = {}
    for word in words:
        thing = "".join(bare(word.word)) if word.is_name else ""
        ways.setdefault(thing, set()).add(word.is_older)
    if all(len(both) == 1 for both in ways.values()):
        return []
    older = sum(word.is_older for word in words)
    rarer = older * 2 < len(words)
    return [word for word in words if word.is_older is rarer]
