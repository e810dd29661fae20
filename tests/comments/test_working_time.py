"""The office's clock: hours and days without nights, weekends and holidays."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.working_time import (
    after_working_days,
    is_working_day,
    working_days_between,
    working_hours,
)
from news.text import VIETNAM

# 30/04 and 01/05/2026 are a Thursday and a Friday.
HOLIDAYS = {dt.date(2026, 4, 30), dt.date(2026, 5, 1)}


def at(day: int, hour: int, minute: int = 0, month: int = 4) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(27, 8), at(27, 9), 1),
        (at(27, 6), at(27, 8), 0.5),
        (at(27, 11), at(27, 13, 30), 1),
        (at(27, 16), at(28, 8), 1.5),
        (at(27, 0), at(28, 0), 8),
        (at(24, 16), at(27, 8), 1.5),
        (at(25, 8), at(26, 20), 0),
        (at(29, 16), at(4, 8, month=5), 1.5),
        (at(27, 9), at(27, 8), 0),
        (at(27, 1).astimezone(dt.UTC), at(27, 8).astimezone(dt.UTC), 0.5),
    ],
)
def test_only_the_hours_of_the_office_count(
    start: dt.datetime, end: dt.datetime, hours: float
) -> None:
    assert working_hours(start, end, HOLIDAYS) == pytest.approx(hours)


def test_a_term_of_fifteen_working_days_steps_over_weekends_and_holidays() -> None:
    assert after_working_days(dt.date(2026, 4, 27), 1, HOLIDAYS) == dt.date(2026, 4, 28)
    assert after_working_days(dt.date(2026, 4, 29), 1, HOLIDAYS) == dt.date(2026, 5, 4)
    assert after_working_days(dt.date(2026, 4, 25), 1, HOLIDAYS) == dt.date(2026, 4, 27)
    assert after_working_days(dt.date(2026, 4, 27), 15, HOLIDAYS) == dt.date(2026, 5, 20)


DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1))


@given(DAYS, st.integers(0, 400), st.sets(st.integers(-10, 410), max_size=20))
def test_counting_by_weeks_is_counting_day_by_day(
    first: dt.date, days: int, free: set[int]
) -> None:
    holidays = {first + dt.timedelta(days=n) for n in free}
    end = first + dt.timedelta(days=days)
    one_by_one = sum(is_working_day(first + dt.timedelta(days=n), holidays) for n in range(days))
    assert working_days_between(first, end, holidays) == one_by_one


@given(DAYS, st.integers(1, 60))
def test_between_a_day_and_its_term_lie_that_many_working_days(first: dt.date, days: int) -> None:
    term = after_working_days(first, days, HOLIDAYS)
    following = dt.timedelta(days=1)
    assert working_days_between(first + following, term + following, HOLIDAYS) == days
    assert is_working_day(term, HOLIDAYS)
