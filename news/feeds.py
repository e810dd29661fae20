"""RSS of the site and of each section."""

import datetime as dt
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Enclosure, Rss201rev2Feed
from django.views.decorators.http import require_safe

from news.freshness import public_page
from news.models import Article, ArticleQuerySet, Section
from news.publisher import absolute, publisher

ITEMS = 30


class SiteFeed(Feed):
    """The newest articles of the whole site."""

    feed_type = Rss201rev2Feed
    language = "vi"

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return require_safe(public_page(super().__call__))(request, *args, **kwargs)

    def articles(self, section: Section | None) -> ArticleQuerySet:
        return Article.objects.published()

    def title(self, section: Section | None) -> str:
        return publisher().full_name

    def description(self, section: Section | None) -> str:
        return f"Tin mới của {publisher().office}"

    def link(self, section: Section | None) -> str:
        return absolute("/")

    def feed_url(self, section: Section | None) -> str:
        return absolute(reverse("news:feed"))

    def items(self, section: Section | None) -> list[Article]:
        return list(self.articles(section).newest_first().with_card()[:ITEMS])

    def item_title(self, item: Article) -> str:
        return item.title

    def item_description(self, item: Article) -> str:
        return item.marked_lead

    def item_link(self, item: Article) -> str:
        return absolute(item.get_absolute_url())

    def item_pubdate(self, item: Article) -> dt.datetime | None:
        return item.published_at

    def item_updateddate(self, item: Article) -> dt.datetime:
        return item.updated_at

    def item_categories(self, item: Article) -> list[str]:
        return [item.section.name]

    def item_author_name(self, item: Article) -> str:
        return item.byline

    def item_enclosures(self, item: Article) -> list[Enclosure]:
        if item.cover is None:
            return []
        kind = "image/jpeg" if item.cover.extension == "jpg" else f"image/{item.cover.extension}"
        # RSS demands a length; 0 is what its description recommends where it is not known.
        return [Enclosure(absolute(item.cover.rendition_url(960)), "0", kind)]


class SectionFeed(SiteFeed):
    """The newest articles of one section and its children."""

    def get_object(self, request: HttpRequest, section_slug: str) -> Section:
        return get_object_or_404(Section, slug=section_slug)

    def articles(self, section: Section | None) -> ArticleQuerySet:
        assert section is not None  # noqa: S101 - get_object() gave it
        return super().articles(section).in_section(section)

    def title(self, section: Section | None) -> str:
        return f"{section} – {publisher().full_name}"

    def description(self, section: Section | None) -> str:
        return f"Tin mới trong mục {section} của {publisher().office}"

    def link(self, section: Section | None) -> str:
        return absolute(section.get_absolute_url()) if section else absolute("/")

    def feed_url(self, section: Section | None) -> str:
        return absolute(reverse("news:section_feed", args=[section.slug])) if section else ""
