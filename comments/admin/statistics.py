"""The page of statistics: a chart of what came and a table of what became of it."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from comments import statistics
from comments.admin.rows import waiting_words
from comments.models import Comment, Reason
from news.admin.desk_admin import DeskAdmin


@dataclass(frozen=True)
class Bar:
    """One month of the chart; places and sizes are percents of the drawing."""

    month: statistics.Month
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """One line of the table, a number for each month; `part` says that the line above includes it."""

    title: str
    numbers: list[int]
    part: bool = False

    @property
    def total(self) -> int:
        return sum(self.numbers)


class CommentStatistics(DeskAdmin):
    """For CommentAdmin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.statistics_view))
        return [path("thong-ke/", view, name="comments_comment_statistics"), *super().get_urls()]

    def statistics_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied("Bạn không có quyền xem ý kiến.")
        by_time = statistics.by_month()
        # The chart runs as time does; who reads the table looks for the present month first.
        months = by_time[::-1]
        context = {
            **self.admin_site.each_context(request),
            "title": "Thống kê ý kiến bạn đọc",
            "opts": self.opts,
            "months": months,
            "bars": _bars(by_time),
            "most": max(month.received for month in months),
            "lines": _lines(months),
            "waited": [waiting_words(m.waited) if m.waited is not None else "–" for m in months],
        }
        return render(request, "admin/comments/comment/statistics.html", context)


def _bars(months: list[statistics.Month]) -> list[Bar]:
    most = max([1, *(month.received for month in months)])
    step = 100 / len(months)
    return [
        Bar(
            month=month,
            left=step * (place + 0.15),
            top=100 - 100 * month.received / most,
            width=step * 0.7,
            height=100 * month.received / most,
        )
        for place, month in enumerate(months)
    ]


def _lines(months: list[statistics.Month]) -> list[Line]:
    def of_state(state: Any) -> list[int]:
        return [month.states[state] for month in months]

    lines = [Line("Nhận", [month.received for month in months])]
    for state, label in Comment.Status.choices:
        lines.append(Line(label, of_state(state)))
        if state == Comment.Status.REFUSED:
            lines += [
                Line(label, [month.reasons[reason] for month in months], part=True)
                for reason, label in Reason.choices
            ]
    return lines
