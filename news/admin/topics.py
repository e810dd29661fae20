"""Tags, threads and units in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from news.admin.choices import NamedOrder
from news.admin.desk_admin import DeskAdmin
from news.models import Article, Tag, Thread, Unit


class TopicAdmin(DeskAdmin):
    """Found by the beginning of any spelling, with or without diacritics, from the index."""

    list_display = ["name", "stories"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["folded"]
    search_help_text = "Tìm theo chữ đầu của tên, không cần dấu."
    fields = ["name", "slug"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With how many stories bear it, counted for the rows that are shown and no others."""
        through = self.model._meta.get_field("articles").remote_field
        stories = Article.objects.filter(**{through.name: OuterRef("pk")}).order_by()
        counted = stories.values(through.name).annotate(number=Count("pk")).values("number")
        return super().get_queryset(request).annotate(used=Coalesce(Subquery(counted), 0))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return queryset.beginning(search_term), False

    @admin.display(description="số tin")
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
class UnitAdmin(NamedOrder, DeskAdmin):
    list_display = ["name", "monthly_quota", "order"]
    list_editable = ["order"]
    fields = ["name", "monthly_quota", "order"]
    actions = None
