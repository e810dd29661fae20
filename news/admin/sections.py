"""Sections in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from news.admin.choices import NamedOrder, PlainChoices
from news.models import Section


@admin.register(Section)
class SectionAdmin(NamedOrder, PlainChoices, admin.ModelAdmin):
    list_display = ["name", "parent", "role", "order"]
    list_editable = ["order"]
    list_select_related = ["parent"]
    fields = ["name", "parent", "role", "order", "slug"]
    actions = None

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["queryset"] = Section.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
