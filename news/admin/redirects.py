"""Redirects at the desk: one by one, and many from a table."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from news import redirect_import
from news.admin.desk_admin import DeskAdmin
from news.models import Redirect

# Each takes some milliseconds, and who sent them waits; more of them go through the command.
MAX_LINES = 1000


class RedirectForm(forms.ModelForm):
    target = forms.CharField(
        label="Dẫn đến",
        max_length=1000,
        widget=forms.TextInput(attrs={"class": "wide"}),
        help_text="Đường dẫn trong cổng, ví dụ /tin-tuc/, hoặc cả địa chỉ của trang khác.",
    )

    class Meta:
        model = Redirect
        fields: list[str] = []
        widgets = {"old": forms.TextInput(attrs={"class": "wide"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "old" in self.fields:
            self.fields["old"].help_text += (
                " Nhiều địa chỉ cùng kiểu thì viết mẫu: {ten} là một phần có tên để điền vào địa chỉ đích, "
                "* là phần bất kỳ. Ví dụ: /tin-cu/{ten}.html dẫn đến /tim-kiem/?q={ten}."
            )
        if self.instance.pk:
            self.initial["target"] = self.instance.destination


class TableForm(forms.Form):
    """A table to be read in."""

    file = forms.FileField(
        label="Bảng CSV",
        help_text="Ba cột: địa chỉ cũ, địa chỉ đích, ghi chú (không bắt buộc). Tối đa "
        f"{MAX_LINES} dòng.",
        error_messages={"required": "Hãy chọn một tệp.", "empty": "Tệp này rỗng."},
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    dry_run = forms.BooleanField(label="Chỉ chạy thử, chưa lưu gì", required=False, initial=True)

    def clean_file(self) -> list[tuple[int, list[str]]]:
        rows = redirect_import.rows_of(
            self.cleaned_data["file"].read(redirect_import.MAX_BYTES + 1)
        )
        if len(rows) > MAX_LINES:
            raise ValidationError(
                f"Bảng có {len(rows)} dòng, nhiều hơn {MAX_LINES}; hãy chia thành nhiều tệp."
            )
        return rows


@admin.register(Redirect)
class RedirectAdmin(DeskAdmin):
    form = RedirectForm
    list_display = ["old", "leads_to", "origin", "note", "created_at"]
    empty_value_display = ""
    list_filter = ["is_automatic"]
    list_select_related = ["section", "article__section"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["old", "target", "note"]
    search_help_text = "Tìm trong địa chỉ cũ, địa chỉ đích và ghi chú."
    fields = ["old", "target", "note"]
    actions = None

    @admin.display(description="dẫn đến")
    def leads_to(self, redirect: Redirect) -> str:
        return redirect.destination

    @admin.display(description="do", ordering="is_automatic")
    def origin(self, redirect: Redirect) -> str:
        return "Cổng tự giữ" if redirect.is_automatic else "Người đặt"

    # Without a form there is no field "target": what is only shown is the present destination.
    def get_fields(self, request: HttpRequest, obj: Redirect | None = None) -> list[Any]:
        if obj is not None and not self.has_change_permission(request, obj):
            return ["old", "leads_to", "origin", "note", "created_by", "created_at"]
        return ["old", "target", "note"]

    def get_readonly_fields(self, request: HttpRequest, obj: Redirect | None = None) -> list[Any]:
        return [
            name for name in self.get_fields(request, obj) if name not in {"old", "target", "note"}
        ]

    # --- rights ----------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Redirect | None = None) -> bool:
        """What the portal keeps by itself nobody changes."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_automatic)

    def has_delete_permission(self, request: HttpRequest, obj: Redirect | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_automatic)

    def save_model(self, request: HttpRequest, obj: Redirect, form: Any, change: bool) -> None:
        obj.write(by=request.user)

    def delete_model(self, request: HttpRequest, obj: Redirect) -> None:
        obj.remove(by=request.user)

    # --- many at once ----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.import_view)
        return [
            path("nhap/", self.admin_site.admin_view(view), name="news_redirect_import"),
            *super().get_urls(),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """A table in, a report line by line out."""
        if not self.has_add_permission(request):
            raise PermissionDenied("Bạn không có quyền đặt chuyển hướng.")
        sent = request.method == "POST"
        form = TableForm(request.POST if sent else None, request.FILES if sent else None)
        lines: list[redirect_import.Line] = []
        if form.is_valid():
            dry_run = form.cleaned_data["dry_run"]
            lines = redirect_import.report(
                form.cleaned_data["file"], by=request.user, dry_run=dry_run
            )
            good = sum(not line.is_wrong for line in lines)
            said = f"{good} trong {len(lines)} dòng dùng được"
            messages.info(request, f"Chạy thử: {said}; chưa lưu gì." if dry_run else f"{said}.")
        context = {
            **self.admin_site.each_context(request),
            "title": "Nhập chuyển hướng từ bảng",
            "opts": self.opts,
            "form": form,
            "lines": lines,
        }
        return render(request, "admin/news/redirect/import.html", context)
