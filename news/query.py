"""What a reader types into a search box, understood. A leaf: it imports no model and no Django.

    quy chế        both words, anywhere
    "quy chế"      these words one after the other
    -họp           without this word; -"giao ban" without this phrase
    42/2022/NĐ-CP  what signs tie together stands together: the number of a document, or its beginning
    05/2022        the same as 5/2022

Nothing is an error and nothing else an operator: other signs only part words, and folding makes every spelling,
case, form of Unicode and place of a tone mark the same.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple, Self

from news import text

MAX_QUERY = 200
MAX_WORDS = 12

Phrase = tuple[str, ...]

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_MINUS = "-−–—"
# A phrase in quotes, whose end may be missing, or a run without blanks.
_PIECE = re.compile(rf'([{_MINUS}]?)"([^"]*)"?|([^\s"]+)')
# What the signs of a number or of a compound do not tie together.
_LOOSE = re.compile(r"[^\w/.\-‐‑−–—]+")


class Query(NamedTuple):
    """What must occur and what must not: phrases of one word or more, folded, each once."""

    wanted: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()
    # The words that were typed with marks and are wanted, spelt as news.text.spelt() has it.
    spelt: tuple[str, ...] = ()
    # The last word may be the beginning of one.
    typing: bool = False

    @classmethod
    def of(cls, typed: str, *, typing: bool = False) -> Self:
        """The first MAX_WORDS words of the first MAX_QUERY characters. Raises nothing, whatever was typed."""
        wanted: dict[Phrase, None] = {}
        unwanted: dict[Phrase, None] = {}
        spelt: dict[str, None] = {}
        room = MAX_WORDS
        for minus, quoted, run in _PIECE.findall(line(typed).translate(_QUOTES)):
            excludes = bool(minus) or (run[:1] in _MINUS and len(run) > 1)
            for piece in [quoted] if quoted else _LOOSE.split(run):
                phrase = tuple(text.words(piece)[:room])
                if not phrase:
                    continue
                room -= len(phrase)
                (unwanted if excludes else wanted)[phrase] = None
                if not excludes:
                    spelt |= dict.fromkeys(text.marked_words(piece)[: len(phrase)])
        return cls(tuple(wanted), tuple(unwanted), tuple(spelt), typing)

    @property
    def words(self) -> Phrase:
        """All that is wanted, in the order it was typed."""
        return tuple(word for phrase in self.wanted for word in phrase)


def writings(phrase: Phrase) -> Iterator[Phrase]:
    """The phrase, and how else it may be written: days, months and numbers of documents with a nought in front or not.

    `5/2022` is `05/2022`. At most eight: of its short numbers the first three.
    """
    room = 3
    choices: list[tuple[str, ...]] = []
    for word in phrase:
        bare = word.lstrip("0")
        short = room > 0 and word.isdecimal() and len(bare) == 1 and len(word) <= 2
        choices.append((word, f"0{bare}" if word == bare else bare) if short else (word,))
        room -= short
    return itertools.product(*choices)


def line(typed: str) -> str:
    """What was typed in NFC on one line, cut to MAX_QUERY characters; this is looked at and shown again."""
    # Cut before it is normalised, whose time grows with the length; nothing that is shown comes from behind the cut.
    begun = typed[: 4 * MAX_QUERY].encode(errors="ignore").decode()
    return text.one_line(unicodedata.normalize("NFC", begun))[:MAX_QUERY].strip()
