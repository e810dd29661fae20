"""Sections in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from news.admin.choices import NamedOrder, PlainChoices
from news.admin.desk_admin import DeskAdmin
from news.models import Section
from news.models.staff import sections_of

PERMISSION_TO_MERGE = "news.merge_section"


class MergeForm(forms.Form):
    other = forms.ModelChoiceField(
        Section.objects.none(),
        label="Gộp vào mục",
        empty_label="Hãy chọn một mục",
        error_messages={
            "required": "Hãy chọn một mục.",
            "invalid_choice": "Mục này không còn nữa.",
        },
    )

    def __init__(self, section: Section, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Section.objects.exclude(pk=section.pk).exclude(parent=section)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]


@admin.register(Section)
class SectionAdmin(NamedOrder, PlainChoices, DeskAdmin):
    list_display = ["name", "parent", "role", "order"]
    list_editable = ["order"]
    list_select_related = ["parent"]
    fields = ["name", "parent", "role", "order", "slug"]
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who is limited to sections makes none."""
        return super().has_add_permission(request) and sections_of(request.user) is None

    def has_change_permission(self, request: HttpRequest, obj: Section | None = None) -> bool:
        """Who is limited to sections changes these, each on its own page."""
        limits = sections_of(request.user)
        mine = limits is None or (obj is not None and obj.pk in limits)
        return mine and super().has_change_permission(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = Section.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Section | None = None) -> bool:
        """Its address was public: it is merged into another, which keeps the address."""
        return False

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.merge_view)
        return [
            path(
                "<int:section_id>/gop/", self.admin_site.admin_view(view), name="news_section_merge"
            ),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may_merge = request.user.has_perm(PERMISSION_TO_MERGE)
        context = {"may_merge": may_merge, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def merge_view(self, request: HttpRequest, section_id: int) -> HttpResponse:
        """Asks into which section, then merges."""
        if not (request.user.has_perm(PERMISSION_TO_MERGE) and self.has_change_permission(request)):
            raise PermissionDenied("Bạn không có quyền gộp chuyên mục.")
        section = get_object_or_404(Section, pk=section_id)
        form = MergeForm(section, request.POST if request.method == "POST" else None)
        if form.is_valid():
            other, name = form.cleaned_data["other"], section.name
            try:
                moved = section.merge_into(other, by=request.user)
            except ValidationError as refusal:
                form.add_error("other", refusal)
            else:
                self.log_change(request, other, f"Gộp mục “{name}” vào đây, {moved} tin")
                messages.success(request, f"Đã gộp “{name}” vào “{other.name}”: {moved} tin.")
                return HttpResponseRedirect(reverse("admin:news_section_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Gộp chuyên mục",
            "opts": self.opts,
            "section": section,
            "form": form,
        }
        return render(request, "admin/news/section/merge.html", context)
