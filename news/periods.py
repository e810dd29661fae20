"""Years, months and days of the archive: from midnight to midnight on the Vietnamese clock."""

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Self

from django.urls import reverse

from news import text

# Nothing was published on a website before; and the database's clock begins somewhere.
EARLIEST = 1900


@dataclass(frozen=True, order=True)
class Period:
    """A year, a month of it or a day of that; a month or day of 0 means all of them.

    Raises ValueError for what no calendar has, and for a year before EARLIEST or after 9998.
    """

    year: int
    month: int = 0
    day: int = 0

    def __post_init__(self) -> None:
        if not EARLIEST <= self.year < dt.MAXYEAR:
            raise ValueError(self.year)
        dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def after(self) -> dt.date:
        """The first day that is not of it any more."""
        if self.day:
            return self.first + dt.timedelta(days=1)
        if self.month:
            return self.first + dt.timedelta(days=calendar.monthrange(self.year, self.month)[1])
        return dt.date(self.year + 1, 1, 1)

    @property
    def begins(self) -> dt.datetime:
        return dt.datetime.combine(self.first, dt.time(), text.VIETNAM)

    @property
    def ends(self) -> dt.datetime:
        """The first moment that is not of it any more."""
        return dt.datetime.combine(self.after, dt.time(), text.VIETNAM)

    @property
    def last(self) -> dt.datetime:
        """Its last moment, as exact as the database keeps moments."""
        return self.ends - dt.datetime.resolution

    @property
    def name(self) -> str:
        if self.day:
            return f"ngày {self.first:%d/%m/%Y}"
        return f"tháng {self.first:%m/%Y}" if self.month else f"năm {self.year}"

    @property
    def wider(self) -> "Period | None":
        """The month of a day, the year of a month."""
        if self.day:
            return Period(self.year, self.month)
        return Period(self.year) if self.month else None

    def parts(self) -> "list[Period]":
        """The months of a year, the days of a month."""
        if self.month:
            days = calendar.monthrange(self.year, self.month)[1]
            return [Period(self.year, self.month, day) for day in range(1, days + 1)]
        return [Period(self.year, month) for month in range(1, 13)]

    def like_this(self, moment: dt.datetime) -> Self:
        """The year, month or day, whichever this is, in which that moment lies."""
        day = text.local(moment).date()
        return type(self)(day.year, day.month if self.month else 0, day.day if self.day else 0)

    def get_absolute_url(self) -> str:
        if self.day:
            return reverse("news:day", args=[self.year, self.month, self.day])
        if self.month:
            return reverse("news:month", args=[self.year, self.month])
        return reverse("news:year", args=[self.year])
