"""What was published when, asked of the index: how many stories in each period, and where the next ones lie."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Func, QuerySet, Subquery

from news.models import Article, ArticleQuerySet, Generation
from news.periods import Period


@dataclass(frozen=True)
class Around:
    """The first public story of all, the last one before a period and the first one behind it; None where none is."""

    first: dt.datetime | None
    before: dt.datetime | None
    behind: dt.datetime | None


def around(period: Period) -> Around:
    """One query."""
    oldest_first = Article.objects.published().order_by("published_at", "id")
    before = Article.objects.published(until=period.begins - dt.datetime.resolution).newest_first()
    found = _asked(
        first=Subquery(oldest_first.values("published_at")[:1]),
        before=Subquery(before.values("published_at")[:1]),
        behind=Subquery(
            oldest_first.filter(published_at__gte=period.ends).values("published_at")[:1]
        ),
    )
    return Around(found.get("first"), found.get("before"), found.get("behind"))


def numbers_in(periods: list[Period]) -> list[tuple[Period, int]]:
    """How many stories are public of each of these periods. One query; the index alone answers it."""
    counted = {
        f"in_{n}": Subquery(
            Article.objects.within(period)
            .order_by()
            .annotate(number=Func(F("pk"), function="COUNT"))
            .values("number")
        )
        for n, period in enumerate(periods)
    }
    found = _asked(**counted)
    return [(period, found.get(f"in_{n}", 0)) for n, period in enumerate(periods)]


def years_with(stories: ArticleQuerySet, *, until: Period) -> list[Period]:
    """The years up to that one in which some of these stories are public, the last first. Two queries."""
    first = (
        Article.objects.published()
        .order_by("published_at", "id")
        .values_list("published_at", flat=True)
        .first()
    )
    if first is None:
        return []
    years = range(max(until.year - 100, Period(until.year).like_this(first).year), until.year + 1)
    return some_in([Period(year) for year in reversed(years)], stories)


def some_in(periods: list[Period], stories: ArticleQuerySet) -> list[Period]:
    """Those of the periods in which some of these stories are public. One query."""
    found = _asked(
        **{f"in_{n}": Exists(stories.within(period)) for n, period in enumerate(periods)}
    )
    return [period for n, period in enumerate(periods) if found.get(f"in_{n}")]


def weeks_of(
    month: Period, numbers: Iterable[tuple[Period, int]]
) -> list[list[tuple[Period, int] | None]]:
    """The days of a month with their numbers as rows of a calendar, Monday first; None where another month's day is."""
    cells: list[tuple[Period, int] | None] = [None] * month.first.weekday()
    cells += numbers
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _asked(**questions: Subquery | Exists) -> dict[str, Any]:
    """The answers to several looks into an index, in one query: its one row is only there to hang them on."""
    row: QuerySet = Generation.objects.filter(pk=1).annotate(**questions).values(*questions)
    return row.first() or {}
