"""Finding articles by words, without diacritics, the same on every database.

`find` is what readers ask: from the index alone (news.models.search) come the best of what is public, at most RANKED.
`search` narrows any queryset, for the desk, which sees drafts. What was typed is understood by news.query.
"""

import datetime as dt
import functools
import itertools
import operator
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, overload

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone

from news import text
from news.models import Article, ArticleQuerySet, SearchEntry, StoryWords, index
from news.models.search import NOWHERE, Standing
from news.models.words import Terms
from news.query import Query, writings

# As many are put in order and paged through; no count ever goes further.
RANKED = 1000
# Behind every rank there is.
_LAST = NOWHERE
# How many more are asked for, in place of those that have expired.
_EXPIRED = 20


class Filters(NamedTuple):
    """What readers may narrow a search by; each on its own or with words."""

    # Keys of sections, one of which it is in.
    sections: tuple[int, ...] = ()
    # First and last day in Vietnam.
    since: dt.date | None = None
    until: dt.date | None = None
    # All words of it stand in the byline.
    byline: str = ""
    # The slug of a tag.
    tag: str = ""
    with_files: bool = False


NO_FILTERS = Filters()


class Found(Sequence[Article]):
    """Results in their order: keys, of which a slice fetches the articles. For Paginator.

    `more` says that there were more than RANKED; `sections` counts those that are here by the section's key.
    """

    def __init__(
        self, keys: Sequence[int] = (), sections: Sequence[int] = (), *, more: bool = False
    ) -> None:
        self.keys = list(keys)
        self.sections = Counter(sections)
        self.more = more

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, wanted: int) -> Article: ...

    @overload
    def __getitem__(self, wanted: slice) -> list[Article]: ...

    def __getitem__(self, wanted: int | slice) -> Article | list[Article]:
        """Whole articles with section and cover; one that was withdrawn a moment ago is left out of a slice."""
        keys = self.keys[wanted] if isinstance(wanted, slice) else [self.keys[wanted]]
        found = Article.objects.published().select_related("section", "cover").in_bulk(keys)
        articles = [found[key] for key in keys if key in found]
        return articles if isinstance(wanted, slice) else articles[0]


def find(query: Query, filters: Filters = NO_FILTERS, *, newest_first: bool = False) -> Found:
    """What the public may see now and was asked for: the best RANKED of them, or the newest.

    First what is spelt as it was typed, then by where the words stand: in the title, in the lead, elsewhere, each time
    side by side before apart; then the newest. Nothing wanted and nothing filtered finds nothing.
    """
    if not query.wanted and filters == NO_FILTERS:
        return Found()
    ranks_them = bool(query.words) and not newest_first
    asked = terms_of(query, filters)
    long = [tuple(writings(phrase)) for phrase in query.wanted if len(phrase) > 2]
    since, before = _between(filters)
    found: dict[int, Standing] = {}
    more = False
    # One round, unless many stories have expired since they were indexed.
    while len(found) <= RANKED:
        limit = RANKED + 1 - len(found) + _EXPIRED
        places = StoryWords.newest(asked, long, since=since, before=before, limit=limit)
        found |= _live(places, query if ranks_them else None)
        more = len(found) > RANKED
        if len(places) < limit:
            break
        before = places[-1]
    newest = sorted(found, reverse=True)[:RANKED]
    if not (ranks_them and found):
        return _found(newest, found, more=more)
    if more:
        # What has the words in its title is wanted however old it is.
        pairs = (
            pair for phrase in query.wanted if len(phrase) > 2 for pair in index.neighbours(phrase)
        )
        titles = StoryWords.newest(
            _narrowed(asked, map(index.in_title, query.words), implied=[*query.words, *pairs]),
            long,
            since=since,
            before=_between(filters)[1],
            limit=RANKED,
        )
        found |= _live([place for place in titles if place not in found], query)
    ranks = _ranks(query, asked, found, newest)
    best = sorted(found, key=lambda place: (ranks[place], -place))[:RANKED]
    return _found(best, found, more=more)


def terms_of(query: Query, filters: Filters) -> Terms:
    """Words and filters as the index has them, and that it is public."""
    terms = _terms(query)
    words = list(terms.words)
    if filters.byline:
        words += [index.by_author(word) for word in text.words(filters.byline)] or ["@b"]
    if filters.tag:
        words.append(index.tagged(filters.tag))
    if filters.with_files:
        words.append(index.WITH_FILES)
    words.append(index.PUBLIC)
    sections = (tuple(map(index.in_section, filters.sections)),) if filters.sections else ()
    return terms._replace(words=tuple(words), either=terms.either + sections)


def _terms(query: Query) -> Terms:
    """What must stand in the index and what must not, a number in any of its writings."""
    words: list[str] = []
    either: list[tuple[str, ...]] = []
    for phrase in query.wanted:
        for pair in itertools.pairwise(phrase) if len(phrase) > 1 else [phrase]:
            written = tuple(word for way in writings(pair) for word in index.neighbours(way))
            if len(written) > 1:
                either.append(written)
            else:
                words += written
    without = (index.neighbours(way) for phrase in query.unwanted for way in writings(phrase))
    return Terms(tuple(words), either=tuple(either), without=tuple(without))


def _narrowed(asked: Terms, marks: Iterable[str], implied: Iterable[str]) -> Terms:
    """The terms with `marks`, without the words that are there wherever these are: each common one costs time."""
    known = set(implied)
    return asked._replace(words=(*marks, *(word for word in asked.words if word not in known)))


def _between(filters: Filters) -> tuple[int, int]:
    """The first place and the one behind the last; what is to appear tomorrow stands behind it."""

    def midnight(day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), text.VIETNAM)

    since = index.place_in_time(midnight(filters.since), 0) if filters.since else 0
    end = timezone.now() + dt.timedelta(seconds=1)
    if filters.until and filters.until < text.local(end).date():
        end = midnight(filters.until + dt.timedelta(days=1))
    return since, index.place_in_time(end, 0)


def _live(places: Sequence[int], query: Query | None) -> dict[int, Standing]:
    """By place those that have not expired; with a query also where its words stand."""
    words, spelt = (query.words, query.spelt) if query else ((), ())
    return SearchEntry.live(places, words, spelt)


def _ranks(
    query: Query, asked: Terms, found: dict[int, Standing], newest: Sequence[int]
) -> dict[int, int]:
    """For each place a number, the lowest for the best. Of those that are older than `newest` only title and lead count."""
    words, spelt = query.words, query.spelt

    def those_with(marks: Iterable[str], implied: Iterable[str]) -> set[int]:
        # Long phrases are not looked for again: those that were found have them.
        return StoryWords.among(newest, _narrowed(asked, marks, implied))

    bare = [word for one in spelt for word in text.words(one)]
    exact = those_with(map(index.written, spelt), bare) if spelt else set(found)
    apart = len(words) > 1 and len(query.wanted) > 1
    together = those_with(index.neighbours(words), words) if apart else set(found)

    def rank(place: int, entry: Standing) -> int:
        elsewhere = 4 if place in together else 5
        # What is older than the newest is here for its title.
        if place not in exact and not entry.spelt_in_lead:
            return _LAST + min(entry.in_title, entry.in_lead, elsewhere)
        # The words may stand in title and lead in another spelling than the one that was typed.
        in_title = entry.in_title if entry.spelt_in_title else _LAST
        in_lead = entry.in_lead if entry.spelt_in_lead else _LAST
        return min(in_title, in_lead, elsewhere)

    return {place: rank(place, entry) for place, entry in found.items()}


def _found(places: Sequence[int], found: dict[int, Standing], *, more: bool) -> Found:
    return Found(
        [index.key_of(place) for place in places],
        [found[place].section for place in places],
        more=more,
    )


# --- any queryset ------------------------------------------------------------------------------------------


def search(articles: ArticleQuerySet, words: str) -> ArticleQuerySet:
    """The newest RANKED of these articles that a query finds, those with all its words in the title side by side first.

    They come bare: what is to be loaded with them is said afterwards (`search(…).select_related(…)`). No wanted word at all
    finds nothing.
    """
    query = Query.of(words)
    if not query.wanted:
        return articles.none()
    found = articles.filter(search_entry__words__index__match=_terms(query))
    for phrase in query.wanted:
        if len(phrase) > 2:
            in_stream = (
                Q(search_entry__stream__words__contains=f" {' '.join(way)} ")
                for way in writings(phrase)
            )
            found = found.filter(functools.reduce(operator.or_, in_stream))
    return _ranked(found.order_by("-search_entry__words__pk"), f" {' '.join(query.words)} ")


def search_titles(articles: ArticleQuerySet, words: str) -> ArticleQuerySet:
    """The same while one types, in titles only: the last word may be the beginning of one.

    Titles that begin with the words stand first.
    """
    terms = Terms.of(words, typing=True)
    if not terms.words:
        return articles.none()
    found = articles.filter(search_entry__title_words__index__match=terms)
    phrase = f" {' '.join(terms.words)}"
    ranked = _ranked(found.order_by("-search_entry__title_words__pk"), phrase)
    begins = Case(When(search_entry__title__startswith=phrase, then=Value(0)), default=Value(1))
    return ranked.order_by(begins, *ranked.query.order_by)


def _ranked(found: ArticleQuerySet, phrase: str) -> ArticleQuerySet:
    in_title = Case(
        When(search_entry__title__contains=phrase, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    # Not `articles` again: its conditions hold already, and would tempt the database to begin with them.
    return Article.objects.filter(pk__in=found.values("pk")[:RANKED]).order_by(
        in_title, "-search_entry__place"
    )
