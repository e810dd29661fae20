"""The calendar of stories and the reports, as pages of the desk."""

import calendar
import datetime as dt
import io
from collections import defaultdict
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from news import reports
from news.models import Article
from news.reports import BY, MAX_MONTHS, Period, Report
from news.text import VIETNAM, local, slug

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# More than an office publishes in a month; beyond it the calendar says that there are more.
MOST_IN_CALENDAR = 1000


class MonthField(forms.DateField):
    """A month as `<input type="month">` sends it: 2026-11."""

    widget = forms.DateInput(attrs={"type": "month"}, format="%Y-%m")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m", "%m/%Y"],
            error_messages={"invalid": "Hãy viết tháng và năm, ví dụ 11/2026."},
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        """Only years that a story of this site can be of; others end the calendar's arithmetic."""
        month = super().clean(value)
        if month and not 1990 <= month.year <= 2100:
            raise forms.ValidationError("Hãy viết một năm từ 1990 đến 2100.")
        return month


class ReportForm(forms.Form):
    """Which months, by what."""

    tu = MonthField(label="Từ tháng", required=False)
    den = MonthField(label="đến tháng", required=False)
    theo = forms.ChoiceField(label="Theo", choices=list(BY.items()), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        last = data.get("den") or data.get("tu") or reports.this_month()
        first = data.get("tu") or last
        period = Period(first, last)
        if first > last:
            self.add_error("den", "Tháng này phải sau tháng bắt đầu.")
        elif last.year - first.year > 2 or len(period.months) > MAX_MONTHS:
            self.add_error("den", f"Nhiều nhất {MAX_MONTHS} tháng cho một báo cáo.")
        data["period"], data["by"] = period, data.get("theo") or "section"
        return data


class ArticleReports:
    """For ArticleAdmin."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("lich/", wrap(require_safe(self.calendar_view)), name="news_article_calendar"),
            path("bao-cao/", wrap(require_safe(self.report_view)), name="news_article_report"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def calendar_view(self, request: HttpRequest) -> HttpResponse:
        """What appears when: a month of published and scheduled stories, those that expire among them."""
        if not request.user.has_perm("news.view_article"):
            raise PermissionDenied("Bạn không có quyền xem tin bài ở bàn biên tập.")
        form = forms.Form(request.GET)
        form.fields["thang"] = MonthField(label="Tháng", required=False)
        valid = form.is_valid()
        month = (valid and form.cleaned_data["thang"]) or reports.this_month()
        period = Period(month, month)
        found = (
            Article.objects.visible_to(request.user)
            .filter(
                status=Article.Status.PUBLISHED,
                published_at__gte=period.begin,
                published_at__lt=period.end,
            )
            .select_related("section")
            .defer("body", "lead")
            .order_by("published_at", "pk")[:MOST_IN_CALENDAR]
        )
        by_day: dict[dt.date, list[Article]] = defaultdict(list)
        for article in found:
            assert article.published_at is not None  # noqa: S101 - the filter asks for it
            by_day[local(article.published_at).date()].append(article)
        today = local(timezone.now()).date()
        weeks = [
            [
                {"date": day, "in_month": day.month == month.month, "today": day == today}
                | {"articles": by_day.get(day, [])}
                for day in week
            ]
            for week in calendar.Calendar().monthdatescalendar(month.year, month.month)
        ]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": "Lịch tin bài",
            "opts": Article._meta,
            "form": form,
            "month": month,
            "before": (month - dt.timedelta(days=1)).replace(day=1),
            "after": reports.next_month(month),
            "weeks": weeks,
            "weekdays": (
                "Thứ hai",
                "Thứ ba",
                "Thứ tư",
                "Thứ năm",
                "Thứ sáu",
                "Thứ bảy",
                "Chủ nhật",
            ),
            "number": sum(len(articles) for articles in by_day.values()),
            "most": MOST_IN_CALENDAR,
        }
        return render(request, "admin/news/article/calendar.html", context)

    def report_view(self, request: HttpRequest) -> HttpResponse:
        """The report on the screen or, with `tep=xlsx`, as a file."""
        if not request.user.has_perm("news.view_reports"):
            raise PermissionDenied("Bạn không có quyền xem báo cáo.")
        form = ReportForm(request.GET)
        found = None
        if form.is_valid():
            data = form.cleaned_data
            found = reports.report(data["by"], data["period"], user=request.user)
            if request.GET.get("tep") == "xlsx":
                return _as_file(found, request.user)
        chosen = form.cleaned_data.get("period") if form.is_valid() else None
        shown = chosen or Period(reports.this_month(), reports.this_month())
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": "Báo cáo tin bài",
            "opts": Article._meta,
            "form": form,
            "boxes": {
                "tu": request.GET.get("tu") or f"{shown.first:%Y-%m}",
                "den": request.GET.get("den") or f"{shown.last:%Y-%m}",
            },
            "report": found,
            "by_name": BY[found.by] if found else "",
            "choices": BY,
        }
        status = 200 if found else 400
        return render(request, "admin/news/article/report.html", context, status=status)


def _as_file(report: Report, user: Any) -> HttpResponse:
    """The report and, on a second sheet, each story that it counts."""
    # Only here: it holds megabytes in every process that serves readers.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    months = [f"{month:%m/%Y}" for month in report.period.months]
    sheet = book.create_sheet("Tổng hợp")
    sheet.append([BY[report.by], *months, "Tổng", "Chỉ tiêu", "Lượt xem", "Xuất bản một mình"])
    for row in [*report.rows, report.total]:
        line = [row.name, *row.counts, row.total, row.quota, row.views, row.alone]
        sheet.append(_cells(sheet, line))
    sheet = book.create_sheet("Từng tin")
    sheet.append(["Xuất bản", "Tiêu đề", "Chuyên mục", "Tác giả", "Đơn vị", "Lượt xem", "Một mình"])
    stories = reports.stories(report.period, user=user).select_related(
        "section", "unit", "view_count"
    )
    for story in stories.iterator(chunk_size=1000):
        assert story.published_at is not None  # noqa: S101 - it was published
        cells: list[Any] = [
            story.published_at.astimezone(VIETNAM).replace(tzinfo=None),
            story.title,
            story.section.name,
            story.byline,
            story.unit.name if story.unit else "",
            story.view_count.total,
            "x" if story.alone else "",  # type: ignore[attr-defined]
        ]
        sheet.append(_cells(sheet, cells))
    target = io.BytesIO()
    book.save(target)
    name = (
        f"bao-cao-{report.period.first:%Y-%m}-{report.period.last:%Y-%m}-{slug(BY[report.by])}.xlsx"
    )
    response = HttpResponse(target.getvalue(), content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _cells(sheet: Any, line: list[Any]) -> list[Any]:
    """Words as words: a title that begins with `=` must not become a formula on an official's machine."""
    from openpyxl.cell import WriteOnlyCell

    cells = []
    for value in line:
        cell = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str):
            cell.data_type = "s"
        elif isinstance(value, dt.datetime):
            cell.number_format = "dd/mm/yyyy hh:mm"
        cells.append(cell)
    return cells
