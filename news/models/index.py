"""What the index of words holds of a story besides its words: where it stands in time, and what a search may ask for.

All an index of words can say is whether something is there, so what a search asks for is written as something that is
there: then filters cost no more than words. Marks begin with a sign that no word holds.
"""

import datetime as dt
import itertools
from collections.abc import Sequence

from news.query import Phrase

_IDS = 30
_LAST_SECOND = 2**32 - 1
# So many places lie in a season: 2**23 seconds, 97 days.
SEASON = 1 << _IDS + 23


def place_in_time(moment: dt.datetime, number: int) -> int:
    """One number that orders rows by moment, then by id: seconds since 1970 in front, the id behind.

    Moments before 1970 and after 2106 stand at the ends. Ids stay below 2**30.
    """
    seconds = min(max(int(moment.timestamp()), 0), _LAST_SECOND)
    return seconds << _IDS | number


def key_of(place: int) -> int:
    """The id of the article that stands there."""
    return place & (1 << _IDS) - 1


PUBLIC = "@p"
WITH_FILES = "@a"


def in_section(key: int) -> str:
    return f"@s{key}"


def tagged(slug: str) -> str:
    return f"@t{slug.replace('-', '_')}"


def by_author(word: str) -> str:
    """For each word of the byline."""
    return f"@b{word}"


def in_title(word: str) -> str:
    return f"^{word}"


def written(word: str) -> str:
    """A word as news.text.spelt() has it."""
    return f"={word}"


def in_season(place: int) -> str:
    """For stories of the same 97 days: PostgreSQL asks its index for the newest without going through all others."""
    return f"@z{place // SEASON}"


def neighbours(phrase: Phrase) -> tuple[str, ...]:
    """A word itself, of a phrase all pairs of neighbours.

    That two words stand side by side is indexed because it is much rarer than that both occur: looking through all
    places of two common words takes both databases some hundred times as long.
    """
    if len(phrase) == 1:
        return phrase
    return tuple(f"{one}_{two}" for one, two in itertools.pairwise(phrase))


def spaced(words: Sequence[str]) -> str:
    """Words one after the other, each with a blank before and behind it, so that a whole one is found in it."""
    return f" {' '.join(words)} "
