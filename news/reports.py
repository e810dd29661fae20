"""Reports: what was published in which month, by section, byline or unit; the basis for royalties.

What counts is a story that is or was on the site in that month and was not withdrawn, by its date on the page on
the Vietnamese calendar.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from news.models import Article, Section, Step, Unit
from news.text import VIETNAM, local

MAX_MONTHS = 24
NOBODY = "(chưa ghi)"


@dataclass(frozen=True)
class Period:
    """Whole months, both ends included, each named by its first day."""

    first: dt.date
    last: dt.date

    @property
    def months(self) -> list[dt.date]:
        found = [self.first]
        while found[-1] < self.last:
            found.append(next_month(found[-1]))
        return found

    @property
    def begin(self) -> dt.datetime:
        """The first moment of the period, on the Vietnamese clock."""
        return dt.datetime(self.first.year, self.first.month, 1, tzinfo=VIETNAM)

    @property
    def end(self) -> dt.datetime:
        """The first moment after the period."""
        after = next_month(self.last)
        return dt.datetime(after.year, after.month, 1, tzinfo=VIETNAM)


def next_month(month: dt.date) -> dt.date:
    """The first day of the month after."""
    return (month.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


@dataclass
class Row:
    """One line of a report. `counts` stand in the order of the months; `quota` is for the whole period."""

    name: str
    counts: list[int]
    views: int = 0
    alone: int = 0
    quota: int | None = None

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def percent(self) -> int | None:
        """Of the quota, rounded down: 99 is not yet met."""
        return 100 * self.total // self.quota if self.quota else None


@dataclass(frozen=True)
class Report:
    """Rows in the order of their names, and their sums."""

    by: str
    period: Period
    rows: list[Row] = field(default_factory=list)

    @property
    def total(self) -> Row:
        """The sum of each column; a quota only where every row has one to be held against."""
        months = range(len(self.period.months))
        quotas = [row.quota for row in self.rows if row.quota]
        return Row(
            "Tổng cộng",
            [sum(row.counts[m] for row in self.rows) for m in months],
            views=sum(row.views for row in self.rows),
            alone=sum(row.alone for row in self.rows),
            quota=sum(quotas) or None,
        )


# What a report can be by, in the words of its switch.
BY = {"section": "Chuyên mục", "byline": "Tác giả", "unit": "Đơn vị"}


def stories(period: Period, *, user: Any) -> QuerySet[Article]:
    """The stories that count, of those this person sees, the oldest first; with `alone` and without bodies."""
    published_alone = Step.objects.filter(
        article=OuterRef("pk"), verb__in=[Step.Verb.PUBLISHED, Step.Verb.SCHEDULED], alone=True
    )
    return (
        Article.objects.visible_to(user)
        .filter(
            status=Article.Status.PUBLISHED,
            published_at__gte=period.begin,
            published_at__lt=min(period.end, timezone.now()),
        )
        .annotate(alone=Exists(published_alone))
        .defer("body", "lead")
        .order_by("published_at", "pk")
    )


def report(by: str, period: Period, *, user: Any) -> Report:
    """The report in three queries. Raises KeyError for a `by` that is not in BY."""
    key = {"section": "section_id", "byline": "byline", "unit": "unit_id"}[by]
    months = {month: place for place, month in enumerate(period.months)}
    rows: dict[Any, Row] = {}
    groups = (
        stories(period, user=user)
        .order_by()
        .annotate(month=TruncMonth("published_at", tzinfo=VIETNAM), group=F(key))
        .values("month", "group", "alone")
        .annotate(number=Count("pk", distinct=True), read=Coalesce(Sum("view_count__total"), 0))
    )
    for found in groups:
        row = rows.setdefault(found["group"], Row("", [0] * len(months)))
        row.counts[months[found["month"].date()]] += found["number"]
        row.views += found["read"]
        row.alone += found["number"] if found["alone"] else 0
    if by == "section":
        names = dict(Section.objects.values_list("pk", "name"))
    elif by == "unit":
        units = {unit.pk: unit for unit in Unit.objects.all()}
        names = {pk: unit.name for pk, unit in units.items()}
        for pk, unit in units.items():
            if unit.monthly_quota:
                # Who was given a quota and wrote nothing stands in the report too.
                row = rows.setdefault(pk, Row("", [0] * len(months)))
                row.quota = unit.monthly_quota * len(months)
    else:
        names = {name: name for name in rows}
    for name, row in rows.items():
        row.name = names.get(name) or NOBODY
    return Report(by, period, sorted(rows.values(), key=lambda row: (row.name == NOBODY, row.name)))


def this_month() -> dt.date:
    """The first day of this month on the Vietnamese calendar."""
    return local(timezone.now()).date().replace(day=1)
