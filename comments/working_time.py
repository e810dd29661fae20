"""The office's clock: working hours and working days, without weekends and holidays. A leaf: no model, no Django."""

import datetime as dt
from collections.abc import Collection

from news.text import VIETNAM

# The hours of an office; both parts together are eight.
PARTS = ((dt.time(7, 30), dt.time(11, 30)), (dt.time(13, 0), dt.time(17, 0)))
HOURS_A_DAY = 8


def is_working_day(day: dt.date, holidays: Collection[dt.date]) -> bool:
    return day.weekday() < 5 and day not in holidays


def working_hours(
    start: dt.datetime, end: dt.datetime, holidays: Collection[dt.date] = ()
) -> float:
    """Working hours between two aware moments, on the Vietnamese clock; 0 if the end is not later."""
    start, end = start.astimezone(VIETNAM), end.astimezone(VIETNAM)
    if end <= start:
        return 0.0
    first, last = start.date(), end.date()
    if first == last:
        return _hours_of(first, start.time(), end.time(), holidays)
    between = working_days_between(first + dt.timedelta(days=1), last, holidays)
    return (
        _hours_of(first, start.time(), dt.time.max, holidays)
        + between * HOURS_A_DAY
        + _hours_of(last, dt.time.min, end.time(), holidays)
    )


def working_days_between(first: dt.date, end: dt.date, holidays: Collection[dt.date]) -> int:
    """Working days from `first` on, `end` not included."""
    weeks, rest = divmod(max(0, (end - first).days), 7)
    days = weeks * 5 + sum((first + dt.timedelta(days=n)).weekday() < 5 for n in range(rest))
    return days - sum(first <= day < end and day.weekday() < 5 for day in set(holidays))


def after_working_days(day: dt.date, number: int, holidays: Collection[dt.date]) -> dt.date:
    """The day that ends a term of so many working days; the day itself is not counted (Bộ luật Dân sự 2015, Đ147)."""
    while number > 0:
        day += dt.timedelta(days=1)
        number -= is_working_day(day, holidays)
    return day


def _hours_of(day: dt.date, start: dt.time, end: dt.time, holidays: Collection[dt.date]) -> float:
    if not is_working_day(day, holidays):
        return 0.0
    seconds = 0.0
    for first, last in PARTS:
        begin, stop = max(first, start), min(last, end)
        if begin < stop:
            seconds += (
                dt.datetime.combine(day, stop) - dt.datetime.combine(day, begin)
            ).total_seconds()
    return seconds / 3600
