"""Sitemaps of the news: stories by month, sections, and the newest for Google News; under the site's own address."""

import datetime as dt
import itertools
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from news import richtext
from news.archive import some_in, years_with
from news.freshness import public_file
from news.models import Article, ArticleQuerySet, Document, DocumentQuerySet, Section
from news.periods import Period
from news.publisher import absolute
from news.text import local, to_the_second

# What the standard allows in one file, and Google News in one of its own.
LIMIT = 50_000
NEWS_LIMIT = 1000
NEWS_DAYS = 2
# Fifty years.
MOST_MONTHS = 600


class OwnAddress(Sitemap):
    """A sitemap that names the site's own address, whatever Host the request came with."""

    limit = LIMIT

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class MonthSitemap(OwnAddress):
    """The stories of one month of the Vietnamese calendar with their pictures."""

    def __init__(self, month: Period) -> None:
        self.month = month

    def items(self) -> ArticleQuerySet:
        return (
            Article.objects.within(self.month)
            .newest_first()
            .select_related("section", "cover")
            .defer("lead")
        )

    def lastmod(self, item: Article) -> dt.datetime:
        return to_the_second(item.changed_at)

    def get_urls(self, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        urls = super().get_urls(*args, **kwargs)
        for url in urls:
            url["images"] = _pictures(url["item"])
        return urls


def _pictures(article: Article) -> list[str]:
    """Addresses of the pictures a story shows, the cover first."""
    cover = [article.cover.url] if article.cover else []
    shown = [*cover, *richtext.photo_addresses(article.body)]
    return [absolute(address) for address in dict.fromkeys(shown)]


class SectionSitemap(OwnAddress):
    """A section changes when it gets a story, its own or one of its children."""

    def items(self) -> list[Section]:
        # One section at a time: only of each does an index have the order.
        own = Article.objects.published().filter(section=OuterRef("pk")).newest_first()
        sections: Any = list(
            Section.objects.annotate(newest=Subquery(own.values("published_at")[:1]))
        )
        for section in sections:
            family = (one for one in sections if section.pk in (one.pk, one.parent_id))
            moments = [one.newest for one in family if one.newest]
            section.changed_at = max(moments, default=None)
        return sections

    def lastmod(self, item: Any) -> dt.datetime | None:
        return item.changed_at and to_the_second(item.changed_at)


class DocumentSitemap(OwnAddress):
    """The register of documents."""

    def items(self) -> DocumentQuerySet:
        return Document.objects.published().newest_first().only("slug", "updated_at")

    def lastmod(self, item: Document) -> dt.datetime:
        return to_the_second(item.updated_at)


class NewsSitemap(OwnAddress):
    """What Google News asks for: the stories of the last two days, at most a thousand."""

    def items(self) -> list[Article]:
        newest = self._articles().newest_first().select_related("section").defer("body", "lead")
        return list(newest[:NEWS_LIMIT])

    @property
    def has_items(self) -> bool:
        return self._articles().exists()

    def _articles(self) -> ArticleQuerySet:
        since = timezone.now() - dt.timedelta(days=NEWS_DAYS)
        return Article.objects.published().filter(published_at__gt=since)


def months() -> list[Period]:
    """The months of which some stories are public, the newest first, at most MOST_MONTHS.

    A query for each year: what the list costs depends on how long the portal has been there, never on how much was
    published.
    """
    stories = Article.objects.all()
    years = years_with(stories, until=Period(local(timezone.now()).year))
    found = (month for year in years for month in reversed(some_in(year.parts(), stories)))
    return list(itertools.islice(found, MOST_MONTHS))


@require_safe
@public_file
def month_page(request: HttpRequest, month: str) -> HttpResponse:
    """Raises Http404 for what is no month, and for one without a story: the standard knows no empty list."""
    try:
        first = dt.date.fromisoformat(f"{month}-01")
        stories = MonthSitemap(Period(first.year, first.month))
    except ValueError as wrong:
        raise Http404 from wrong
    if not stories.items().exists():
        raise Http404
    return sitemap(request, {"month": stories}, template_name="news/sitemap.xml")


@require_safe
@public_file
def news_page(request: HttpRequest) -> HttpResponse:
    """An empty list in quiet days: Google asks again."""
    return sitemap(request, {"news": NewsSitemap()}, template_name="news/sitemap_news.xml")
