"""The working-day clock of a question, in words. By which day it is to be answered says Policy.due_days()."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from comments.models import Comment
from comments.working_time import working_days_between
from news.text import local

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Clock:
    """How long there is still time, and whether it is over."""

    words: str
    over: bool


def clock(due: dt.date, today: dt.date, holidays: Collection[dt.date]) -> Clock:
    """The clock of a question due on that day, as it stands today."""
    if today > due:
        late = working_days_between(due + _DAY, today + _DAY, holidays)
        return Clock(f"quá hạn {late} ngày làm việc" if late else "đã hết hạn", over=True)
    if today == due:
        return Clock("hạn là hôm nay", over=False)
    left = working_days_between(today + _DAY, due + _DAY, holidays)
    return Clock(f"còn {left} ngày làm việc", over=False)


def clock_of(comment: Comment, holidays: Collection[dt.date]) -> Clock | None:
    """The clock of a question that waits, as it stands now; None for what is no question or is answered."""
    if comment.answer_due is None or comment.answered_at is not None:
        return None
    return clock(comment.answer_due, local(timezone.now()).date(), holidays)
