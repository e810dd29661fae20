"""Who publishes and the pages that say so."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from news.admin.choices import NamedOrder
from news.admin.desk_admin import DeskAdmin
from news.admin.kept_forms import KeptForms
from news.editor import BodyField, EditorPages
from news.library import PhotoChoiceField
from portal.models import AgencyLink, SiteIdentity, TextPage


class SiteIdentityForm(forms.ModelForm):
    crest = PhotoChoiceField(
        label="Biểu trưng", help_text="Ảnh vuông, nền trong suốt thì đẹp nhất."
    )

    class Meta:
        model = SiteIdentity
        fields: list[str] = []


@admin.register(SiteIdentity)
class SiteIdentityAdmin(DeskAdmin):
    """One row: its list is its form; it is neither doubled nor deleted."""

    form = SiteIdentityForm
    fieldsets = [
        ("Tên", {"fields": ["level", "name", "unit", "parent", "crest", "source_mark"]}),
        ("Liên hệ", {"fields": ["address", "phone", "email"]}),
        ("Chân trang", {"fields": ["responsible_person", "licence"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SiteIdentity.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if SiteIdentity.objects.exists():
            return HttpResponseRedirect(reverse("admin:portal_siteidentity_change", args=[1]))
        return HttpResponseRedirect(reverse("admin:portal_siteidentity_add"))


class TextPageForm(forms.ModelForm):
    body = BodyField(label="Nội dung", required=False)

    class Meta:
        model = TextPage
        fields: list[str] = []


@admin.register(TextPage)
class TextPageAdmin(KeptForms, NamedOrder, EditorPages, DeskAdmin):
    form = TextPageForm
    list_display = ["title", "slug", "order", "updated_at"]
    list_editable = ["order"]
    fields = ["title", "body", "order", "slug"]
    actions = None


@admin.register(AgencyLink)
class AgencyLinkAdmin(NamedOrder, DeskAdmin):
    list_display = ["name", "url", "order"]
    list_editable = ["order"]
    fields = ["name", "url", "order"]
    # Who types "example.vn" means the encrypted address.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    actions = None
