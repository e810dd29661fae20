"""How many comments came, what became of them, and how long they waited, month by month."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from statistics import mean

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber, TruncMonth
from django.utils import timezone

from comments.models import Action, Comment, Decision
from news.text import VIETNAM, local

MONTHS = 12


@dataclass(frozen=True)
class Month:
    """What came in one Vietnamese month, by what has become of it until now; and the waiting of what was decided in it.

    `states` and `reasons` count by Comment.Status and, of refused ones, by Reason. `waited` is the median from
    sending to the first decision, None if there was no decision.
    """

    first: dt.date
    states: Counter[str]
    reasons: Counter[str]
    waited: dt.timedelta | None

    @property
    def received(self) -> int:
        return self.states.total()


def by_month() -> list[Month]:
    """The last MONTHS months, the present one last; two queries."""
    firsts = _months(local(timezone.now()).date())
    begin = dt.datetime.combine(firsts[0], dt.time.min, VIETNAM)
    states = {first: Counter[str]() for first in firsts}
    reasons = {first: Counter[str]() for first in firsts}
    for moment, status, reason, number in (
        Comment.objects.filter(created_at__gte=begin)
        .order_by()
        .annotate(month=TruncMonth("created_at", tzinfo=VIETNAM))
        .values_list("month", "status", "reason")
        .annotate(number=Count("pk"))
    ):
        if (first := local(moment).date()) in states:
            states[first][status] += number
            if status == Comment.Status.REFUSED:
                reasons[first][reason] += number
    waited = _medians(begin)
    return [Month(first, states[first], reasons[first], waited.get(first)) for first in firsts]


def _months(today: dt.date) -> list[dt.date]:
    last = today.year * 12 + today.month - 1
    return [dt.date(n // 12, n % 12 + 1, 1) for n in range(last - MONTHS + 1, last + 1)]


def _medians(begin: dt.datetime) -> dict[dt.date, dt.timedelta]:
    """By month of decision. The middle one or two of each month are found by the database, which has no median."""
    decided = Decision.objects.filter(
        at__gte=begin,
        before=Comment.Status.PENDING,
        action__in=[Action.APPROVE, Action.REFUSE, Action.SPAM],
    ).annotate(month=TruncMonth("at", tzinfo=VIETNAM))
    placed = decided.annotate(
        twice=2 * Window(RowNumber(), partition_by=[F("month")], order_by=["waited", "pk"]),
        number=Window(Count("pk"), partition_by=[F("month")]),
    )
    middle: dict[dt.date, list[int]] = {}
    for moment, waited in placed.filter(
        twice__gte=F("number"), twice__lte=F("number") + 2
    ).values_list("month", "waited"):
        middle.setdefault(local(moment).date(), []).append(waited)
    return {first: dt.timedelta(seconds=mean(seconds)) for first, seconds in middle.items()}
