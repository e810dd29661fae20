"""What a reader may have meant who found nothing: other words that are known here and do find something."""

import re
import string
from collections.abc import Iterator

from news import text
from news.models import KnownWord, StoryWords
from news.query import Query, line
from news.search import Filters, terms_of

# Words of a query that are looked at, words that each may have been, and how far their results are counted.
UNKNOWN, TRIED, COUNTED = 2, 6, 100
# Of one letter anything could be made, and no syllable is that long.
_LENGTHS = range(2, 21)

# Telex as it stands there when the keyboard's program was off: `hooij` for `hội`.
_TELEX = re.compile(r"aa|ee|oo|dd|aw|ow|uw|w")
_TELEX_TONE = re.compile(r"(?<=[aeiouy])([a-z]*?)[sfrxj]([a-z]*)$")


def meant(typed: str, filters: Filters) -> str:
    """The same line with unknown words replaced by known ones, which then finds something; empty if there is none.

    In two queries for each unknown word and one for each of TRIED that it may have been.
    """
    found = line(typed)
    words = dict.fromkeys(
        word for word in Query.of(found).words if word.isascii() and word.isalpha()
    )
    known = set(KnownWord.objects.filter(word__in=words).values_list("word", flat=True))
    unknown = [word for word in words if word not in known and len(word) in _LENGTHS]
    if not unknown or len(unknown) > UNKNOWN:
        return ""
    for place, word in enumerate(unknown):
        found = _replaced(found, word, unknown[place + 1 :], filters)
        if not found:
            return ""
    return found


def _replaced(typed: str, word: str, unknown: list[str], filters: Filters) -> str:
    """With the word replaced by whichever known one finds most beside what is not `unknown`; empty for none."""
    near = list(dict.fromkeys(near_to(word)))
    known = set(KnownWord.objects.filter(word__in=near).values_list("word", flat=True))
    best, most = "", 0
    for other in [other for other in near if other in known][:TRIED]:
        changed = looked_for = _put(typed, word, other)
        for unlooked in unknown:
            looked_for = _put(looked_for, unlooked, "")
        terms = terms_of(Query.of(looked_for), filters)
        number = len(StoryWords.newest(terms, limit=COUNTED))
        if number > most:
            best, most = changed, number
    return best


def _put(typed: str, word: str, other: str) -> str:
    """What was typed, with this word exchanged and all else as it was."""
    place = re.search(rf"(?<![^\W\d_]){word}(?![^\W\d_])", text.parted(typed))
    return typed[: place.start()] + other + typed[place.end() :] if place else ""


def near_to(word: str) -> Iterator[str]:
    """Folded words that this one may have been meant to be, the likelier first: typed with Telex, with two letters
    exchanged, with one too many, one too few, or another one."""
    yield _without_telex(word)
    splits = [(word[:n], word[n:]) for n in range(len(word) + 1)]
    for left, right in splits:
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
    for left, right in splits:
        if right:
            yield left + right[1:]
    for left, right in splits:
        for letter in string.ascii_lowercase:
            yield left + letter + right
    for left, right in splits:
        if right:
            for letter in string.ascii_lowercase:
                yield left + letter + right[1:]


def _without_telex(word: str) -> str:
    toned = _TELEX_TONE.sub(r"\1\2", word)
    return _TELEX.sub(lambda found: found[0][0] if found[0] != "w" else "u", toned)
