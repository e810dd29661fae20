"""`Liên kết hỏng`: pages outside that readers can no longer open, with the stories that link to them."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from news.admin.desk_admin import DeskAdmin
from news.admin.read_only import ReadOnly
from news.models import Article, ExternalLink
from news.text import short_date

SHOWN_STORIES = 3


@admin.register(ExternalLink)
class ExternalLinkAdmin(ReadOnly, DeskAdmin):
    """A list to work through: nothing is changed here, a link leaves it when its story or its page is mended."""

    list_display = ["address", "words", "since", "stories"]
    list_display_links = None
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["url"]
    search_help_text = "Tìm trong địa chỉ."
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExternalLink]:
        carriers = Article.objects.published().only("title").order_by("-published_at", "-id")
        return (
            ExternalLink.objects.published()
            .broken()
            .prefetch_related(Prefetch("articles", carriers, to_attr="carriers"))
        )

    @admin.display(description="địa chỉ", ordering="url")
    def address(self, link: ExternalLink) -> SafeString:
        return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', link.url)

    @admin.display(description="hỏng từ", ordering="first_failed_at")
    def since(self, link: ExternalLink) -> str:
        return short_date(link.first_failed_at) if link.first_failed_at else ""

    @admin.display(description="trong các tin")
    def stories(self, link: Any) -> SafeString:
        shown = link.carriers[:SHOWN_STORIES]
        more = len(link.carriers) - len(shown)
        listed = format_html_join(
            "",
            '<li><a href="{}">{}</a></li>',
            (
                (reverse("admin:news_article_change", args=[story.pk]), story.title)
                for story in shown
            ),
        )
        rest = format_html("<li>và {} tin khác</li>", more) if more else ""
        return format_html('<ul class="plain">{}{}</ul>', listed, rest)
