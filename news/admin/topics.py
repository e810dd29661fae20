"""Tags, threads and units in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from news import text
from news.admin.choices import NamedOrder
from news.models import Tag, Thread, Unit


class TopicAdmin(admin.ModelAdmin):
    """Found by the beginning of any spelling, with or without diacritics, from the index."""

    list_display = ["name", "stories"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["folded"]
    search_help_text = "Tìm theo chữ đầu của tên, không cần dấu."
    fields = ["name", "slug"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(used=Count("articles"))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        folded = text.fold(search_term.replace("\x00", ""))[:100]
        return (queryset.filter(folded__startswith=folded) if folded else queryset), False

    @admin.display(description="số tin", ordering="used")
    def stories(self, topic: Any) -> int:
        return topic.used


@admin.register(Tag)
class TagAdmin(TopicAdmin):
    pass


@admin.register(Thread)
class ThreadAdmin(TopicAdmin):
    list_display = ["name", "is_open", "stories"]
    list_filter = ["is_open"]
    fields = ["name", "is_open", "slug"]


@admin.register(Unit)
class UnitAdmin(NamedOrder, admin.ModelAdmin):
    list_display = ["name", "monthly_quota", "order"]
    list_editable = ["order"]
    fields = ["name", "monthly_quota", "order"]
    actions = None
