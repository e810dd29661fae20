"""Lists that are read on from a story, not from a page's number: page 5,000 costs what page 1 costs.

`?truoc=<id>` shows what stands after that story in a list that begins with the newest, so the address shows the same
stories for as long as they are public, however many are published meanwhile. `?sau=<id>` does so in a list that begins
with the oldest. Nothing of these is counted: nobody reads how many pages there are, and that number costs the most.
What is found by words and filters keeps its numbers: numbered_page_of().
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any, NamedTuple, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from news import around, text
from news.freshness import OLDEST_FIRST, each_made_once
from news.models import Article, ArticleQuerySet, Section
from news.periods import Period
from news.prepared import PreparedQuery
from news.search import Found

Row = TypeVar("Row", bound=Model)

PER_PAGE = 20
# Of a list by numbers: nobody read further, and the last of them would cost as much as they like who ask for it.
MOST_PAGES = 200
OLDER, NEWER = "truoc", "sau"


class Place(NamedTuple):
    """Where a story stands among all: by moment, ties by id."""

    moment: dt.datetime
    number: int


@dataclass(frozen=True)
class Listing:
    """One page of a list, with the addresses of itself, of the first page and of its neighbours, where there are any.

    `ahead` and `behind` are meant in the order of the list.
    """

    articles: list[Article]
    here: str
    first: str
    ahead: str | None
    behind: str | None
    # The moment of the story after which this page begins; None on the first page.
    since: dt.datetime | None
    oldest_first: bool

    @property
    def with_picture(self) -> Article | None:
        """The first of them that can stand for the list in a picture."""
        return next((article for article in self.articles if article.cover), None)

    @property
    def words(self) -> str:
        """What tells this page from the first one, for its title."""
        if self.since is None:
            return ""
        return f"{'sau' if self.oldest_first else 'trước'} {text.desk_moment(self.since)}"


@dataclass(frozen=True)
class Order:
    """Which columns order a list, and which way. A list that is found by another table is ordered by its columns.

    `within` bounds a list of the archive.
    """

    moment: str = "published_at"
    number: str = "id"
    oldest_first: bool = False
    within: Period | None = None

    def walk(
        self,
        articles: ArticleQuerySet,
        place: Place | None,
        *,
        back: bool = False,
        including: bool = False,
        at: dt.datetime | None = None,
    ) -> ArticleQuerySet:
        """What is public of them, on from that place in the order of the list, or back from it, the nearest first.

        What stands at the place belongs to it only if that is `including`. Now, or `at` that moment.
        """
        up = self.oldest_first != back
        lower, upper = ([self.within.begins], [self.within.last]) if self.within else ([], [])
        if place is not None and self.moment == "published_at":
            (lower if up else upper).append(place.moment)
        found = articles.published(until=min(upper, default=None), at=at)
        if lower:
            found = found.filter(published_at__gte=max(lower))
        if place is not None:
            sign = "gt" if up else "lt"
            found = found.filter(
                Q(**{f"{self.moment}__{sign}": place.moment})
                | Q(**{f"{self.number}__{sign}{'e' if including else ''}": place.number})
            )
            if self.moment != "published_at":
                # This alone lets the index begin at the right place.
                found = found.filter(**{f"{self.moment}__{sign}e": place.moment})
        minus = "" if up else "-"
        return found.order_by(f"{minus}{self.moment}", f"{minus}{self.number}")

    @property
    def parameter(self) -> str:
        return NEWER if self.oldest_first else OLDER

    @property
    def first_query(self) -> str:
        return f"?thu-tu={OLDEST_FIRST}" if self.oldest_first else ""

    def query_after(self, number: int) -> str:
        begin = f"{self.first_query}&" if self.first_query else "?"
        return f"{begin}{self.parameter}={number}"


def page_of(
    parts: Sequence[ArticleQuerySet], request: HttpRequest, order: Order | None = None
) -> Listing:
    """The page of a list that this request asks for.

    The list is what is public of `parts` that have no story in common and of which each can be read in its order from
    an index: a section and each of its children. Four queries at most, whatever is asked for. Raises Http404 for what is no
    place, and for a place with nothing behind it.
    """
    order = order or Order()
    place = _place(request.GET.get(order.parameter))
    found = keys(parts, order, place, PER_PAGE + 1)
    before = (
        keys(parts, order, Place(*found[0]), PER_PAGE + 1, back=True, skip=PER_PAGE)
        if place and found
        else []
    )
    return _page(request, order, place, found, before)


def page_of_section(section: Section, request: HttpRequest) -> Listing:
    """The same for a section and its children, in one query beside that of the place and those of cards()."""
    family = [
        each.pk for each in around.sections().values() if section.pk in (each.pk, each.parent_id)
    ] or [section.pk]
    place = _place(request.GET.get(OLDER))
    rows = _of_sections(len(family), place is not None)(*family, *(place or ()), timezone.now())
    # Those of each section are in their order, but one section after the other.
    found = sorted((key for part, *key in rows if part < len(family)), reverse=True)
    behind = sorted(key for part, *key in rows if part >= len(family))
    before = behind[PER_PAGE - _passed_over(len(family)) :]
    return _page(request, Order(), place, found[: PER_PAGE + 1], before[:1])


def _passed_over(sections: int) -> int:
    """How many of those behind a page the database passes over by itself: of one section it knows the order."""
    return PER_PAGE if sections == 1 else 0


@cache
def _of_sections(number: int, has_place: bool) -> PreparedQuery:
    """The keys of a page of so many sections: of its stories, and behind a place, of those before it."""

    def build(*values: Any) -> list[Any]:
        family, at = values[:number], values[-1]
        parts = [Article.objects.filter(section=section) for section in family]
        place = Place(values[number], values[number + 1]) if has_place else None
        walks = [Order().walk(part, place, at=at)[: PER_PAGE + 1] for part in parts]
        if place:
            back = [Order().walk(part, place, back=True, including=True, at=at) for part in parts]
            walks += [walk[_passed_over(number) : PER_PAGE + 1] for walk in back]
        return [walk.values_list("published_at", "id") for walk in walks]

    return PreparedQuery(
        build, *[int] * number, *([dt.datetime, int] if has_place else []), dt.datetime
    )


def _page(
    request: HttpRequest,
    order: Order,
    place: Place | None,
    found: Sequence[Sequence[Any]],
    before: Sequence[Sequence[Any]],
) -> Listing:
    """The page of a list after that place, by the keys that are `found` on from it and that of the story `before` the
    page behind, if there is one.

    Raises Http404 for a place with nothing behind it.
    """
    if place is not None and not found:
        raise Http404
    here = [number for _, number in found[:PER_PAGE]]
    path = request.path
    # Nothing stands before the first page.
    behind = path + (order.query_after(before[0][1]) if before else order.first_query)
    return Listing(
        articles=cards(here),
        here=path + (order.query_after(place.number) if place else order.first_query),
        first=path + order.first_query,
        ahead=path + order.query_after(here[-1]) if len(found) > PER_PAGE else None,
        behind=behind if place else None,
        since=place.moment if place else None,
        oldest_first=order.oldest_first,
    )


def cards(numbers: Sequence[int]) -> list[Article]:
    """What a list shows of the public ones of these stories, in this order. One query at most.

    A story stands in several lists, so it is asked for once and they are shared: nobody may change them.
    """
    names = [("card", number) for number in numbers]
    found = each_made_once(names, _made_cards)
    return [found[name] for name in names if name in found]


def _made_cards(names: list[tuple[str, int]]) -> dict[tuple[str, int], Article]:
    numbers = [number for _, number in names]
    # Whole pages of them, filled up with what no story is called: few different queries.
    room = 1 if len(numbers) == 1 else PER_PAGE * ceil(len(numbers) / PER_PAGE)
    numbers += [0] * (room - len(numbers))
    found: list[Article] = _cards(room)(*numbers, timezone.now())
    for article in found:
        article.section = around.section_of(article.section_id)
    return {("card", article.pk): article for article in found}


@cache
def _cards(number: int) -> PreparedQuery:
    def build(*values: Any) -> ArticleQuerySet:
        *numbers, at = values
        shown = Article.objects.published(at=at).filter(pk__in=numbers).select_related("cover")
        return shown.only(*_ON_A_CARD)

    return PreparedQuery(build, *[int] * number, dt.datetime)


_ON_A_CARD = (
    *("title", "slug", "section", "summary", "published_at", "card", "byline"),
    *(f"cover__{name}" for name in ("key", "extension", "alt", "width", "height", "crops", "avif")),
    "cover__rendition_widths",
)


def numbered_page_of(found: "QuerySet[Row] | Found", request: HttpRequest) -> "Page[Row]":
    """The page that `?trang=` asks for, of what readers are told the number of: results and documents.

    Raises Http404 for one that does not exist.
    """
    paginator: Paginator[Any] = Paginator(found, PER_PAGE)
    wanted = request.GET.get("trang", "1")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 8):
        raise Http404
    page = paginator.get_page(wanted)
    if str(page.number) != wanted:
        raise Http404
    return page


def query_of_page(parts: Sequence[ArticleQuerySet], number: int) -> str:
    """Where the page of that number begins now, for addresses of when pages had numbers.

    Raises Http404 for a page that the list has not, and beyond MOST_PAGES. It costs what the database takes to step
    over the pages before.
    """
    if number == 1:
        return ""
    if number > MOST_PAGES:
        raise Http404
    begin = (number - 1) * PER_PAGE
    found = keys(parts, Order(), None, begin + 1, skip=begin - 1)
    if len(found) < 2:
        raise Http404
    return Order().query_after(found[0][1])


def newest(
    parts: Sequence[ArticleQuerySet], most: int, *, after: Place | None = None
) -> ArticleQuerySet:
    """The newest public stories of such parts, or the next ones after that place. One query, and its own."""
    found = keys(parts, Order(), after, most)
    return Article.objects.published().filter(pk__in=[pk for _, pk in found]).newest_first()


def _place(token: str | None) -> Place | None:
    """The place of the story that the address names. Raises Http404 for one that was never public."""
    if token is None:
        return None
    number = int(token)
    # Mostly its card is known: it stood on the page before.
    shown = [(story.published_at, number) for story in cards([number])]
    rows = shown or _place_of(number, timezone.now())
    if not rows:
        raise Http404
    return Place(*rows[0])


_place_of = PreparedQuery(
    lambda pk, at: (
        Article.objects.exclude(status=Article.Status.DRAFT)
        .filter(pk=pk, published_at__lte=at)
        .order_by()
        .values_list("published_at", "pk")
    ),
    *(int, dt.datetime),
)


def keys(
    parts: Sequence[ArticleQuerySet],
    order: Order,
    place: Place | None,
    most: int,
    *,
    back: bool = False,
    skip: int = 0,
) -> list[tuple[dt.datetime, int]]:
    """Moment and id of the `most` nearest public stories from that place without the first `skip`, in one query."""
    nearest = [order.walk(part, place, back=back)[:most] for part in parts]
    if len(nearest) == 1:
        return list(nearest[0].values_list(order.moment, order.number)[skip:])
    # Each part from its own index; together they are a few dozen rows to sort.
    first, *others = (
        Article.objects.filter(pk__in=part.values("pk"))
        .order_by()
        .values_list("published_at", "id")
        for part in nearest
    )
    together: Any = first.union(*others, all=True)
    up = order.oldest_first != back
    minus = "" if up else "-"
    return list(together.order_by(f"{minus}published_at", f"{minus}id")[skip:most])
