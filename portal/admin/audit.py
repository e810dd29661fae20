"""The audit log as administrators read it: filtered, page by page, and as a table for a spreadsheet."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from news import text
from news.admin.desk_admin import DeskAdmin
from news.admin.read_only import ReadOnly
from portal.accounts.audit import AuditEntry, AuditEntryQuerySet, record

PER_PAGE = 50
COLUMNS = ("Lúc", "Ai", "Việc", "Đối tượng", "Chi tiết", "Trang", "Từ địa chỉ", "Kết quả")
# A spreadsheet takes what begins so for a formula, and would run it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class DayField(forms.DateField):
    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": "Hãy viết ngày, ví dụ 31/05/2026."},
        )


class AuditFilter(forms.Form):
    """What the query string asks for; what is senseless in it is said beside its field and filters nothing."""

    who = forms.CharField(label="Ai", required=False, max_length=150)
    what = forms.ChoiceField(
        label="Việc", required=False, choices=[("", "Mọi việc"), *AuditEntry.What.choices]
    )
    address = forms.GenericIPAddressField(
        label="Từ địa chỉ",
        required=False,
        error_messages={"invalid": "Hãy viết một địa chỉ IP, ví dụ 192.0.2.7."},
    )
    since = DayField("Từ ngày")
    until = DayField("Đến hết ngày")

    def filter(self, entries: AuditEntryQuerySet) -> AuditEntryQuerySet:
        self.is_valid()
        asked = self.cleaned_data
        for name in ("who", "what", "address"):
            if asked.get(name):
                entries = entries.filter(**{name: asked[name]})
        if asked.get("since"):
            entries = entries.filter(at__gte=_midnight(asked["since"]))
        if asked.get("until"):
            entries = entries.filter(at__lt=_midnight(asked["until"] + dt.timedelta(days=1)))
        return entries


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, DeskAdmin):
    """Everything stands in the list, so there is no page of one entry; nothing is written, by nobody."""

    def get_urls(self) -> list[URLPattern]:
        export = require_safe(self.admin_site.admin_view(self.export_view))
        return [path("xuat/", export, name="portal_auditentry_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One page, and whether there is an older one: nothing is counted, so a page costs the same for ever."""
        self._check(request)
        form = AuditFilter(request.GET or None)
        entries = self._asked(form)
        below = request.GET.get("truoc", "")
        if below.isascii() and below.isdigit() and len(below) < 19:
            last = AuditEntry.objects.filter(pk=below).first()
            entries = entries.older_than(last) if last else entries
        found = list(entries.newest_first()[: PER_PAGE + 1])
        query = request.GET.copy()
        query.pop("truoc", None)
        context = {
            **self.admin_site.each_context(request),
            "title": "Nhật ký hệ thống",
            "opts": self.opts,
            "form": form,
            "entries": found[:PER_PAGE],
            "older": found[PER_PAGE - 1] if len(found) > PER_PAGE else None,
            "newest": "truoc" not in request.GET,
            "query": query.urlencode(),
        }
        return render(request, "admin/portal/auditentry/change_list.html", context)

    def export_view(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """All that the filter finds, however much, as CSV that LibreOffice and Excel open by a double click."""
        self._check(request)
        form = AuditFilter(request.GET or None)
        entries = self._asked(form).newest_first()
        record(AuditEntry.What.EXPORT, detail=_filter_in_words(form))
        name = f"nhat-ky-{text.local(timezone.now()):%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            csv_lines(entries),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _check(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied("Bạn không có quyền xem nhật ký.")

    def _asked(self, form: AuditFilter) -> AuditEntryQuerySet:
        everything = AuditEntry.objects.all()
        return form.filter(everything) if form.is_bound else everything


def _filter_in_words(form: AuditFilter) -> str:
    if not form.is_bound:
        return "toàn bộ"
    asked = [
        f"{field.label}: {form.cleaned_data[name]}"
        for name, field in form.fields.items()
        if form.cleaned_data.get(name)
    ]
    return "; ".join(asked) or "toàn bộ"


def csv_lines(entries: AuditEntryQuerySet) -> Iterator[bytes]:
    """The lines of the file, read from the database in batches. The first bytes tell Excel that it is UTF-8."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    yield b"\xef\xbb\xbf" + target.getvalue().encode()
    for entry in entries.iterator(chunk_size=2000):
        target.seek(0)
        target.truncate()
        writer.writerow(
            [
                f"{text.local(entry.at):%Y-%m-%d %H:%M:%S}",
                *map(
                    plain,
                    (
                        entry.who,
                        entry.get_what_display(),
                        entry.object_text,
                        entry.detail,
                        entry.object_address,
                        entry.address or "",
                        entry.get_result_display(),
                    ),
                ),
            ]
        )
        yield target.getvalue().encode()


def plain(words: str) -> str:
    """Words that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{words}" if words.startswith(FORMULA) else words
