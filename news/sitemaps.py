"""Sitemaps of the news: stories by month, sections, and the newest for Google News; under the site's own address."""

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from news import richtext
from news.freshness import public_file
from news.models import Article, ArticleQuerySet, Document, DocumentQuerySet, Section
from news.publisher import absolute
from news.text import VIETNAM, local

# What the standard allows in one file, and Google News in one of its own.
LIMIT = 50_000
NEWS_LIMIT = 1000
NEWS_DAYS = 2
# Fifty years.
MOST_MONTHS = 600
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def to_the_second(moment: dt.datetime | None) -> dt.datetime | None:
    """As the standard writes moments."""
    return local(moment).replace(microsecond=0) if moment else None


class OwnAddress(Sitemap):
    """A sitemap that names the site's own address, whatever Host the request came with."""

    limit = LIMIT

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class MonthSitemap(OwnAddress):
    """The stories of one month of the Vietnamese calendar with their pictures."""

    def __init__(self, first: dt.datetime) -> None:
        self.first = first

    def items(self) -> ArticleQuerySet:
        return (
            _within(self.first, _next(self.first))
            .newest_first()
            .select_related("section", "cover")
            .defer("lead")
        )

    def lastmod(self, item: Article) -> dt.datetime | None:
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

    def items(self) -> QuerySet[Section]:
        in_section = Q(section=OuterRef("pk")) | Q(section__parent=OuterRef("pk"))
        newest = Article.objects.published().filter(in_section).newest_first()
        return Section.objects.annotate(newest=Subquery(newest.values("published_at")[:1]))

    def lastmod(self, item: Any) -> dt.datetime | None:
        return to_the_second(item.newest)


class DocumentSitemap(OwnAddress):
    """The register of documents."""

    def items(self) -> DocumentQuerySet:
        return Document.objects.published().newest_first()

    def lastmod(self, item: Document) -> dt.datetime | None:
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


def months() -> list[str]:
    """The months that have a story, as `2019-05`, the newest first, at most MOST_MONTHS.

    One look into the index for each, from its newest story to the next that is older than the month: what the list
    costs depends on how long the portal has been there, never on how much was published.
    """
    newest = Article.objects.published().newest_first().values_list("published_at", flat=True)
    found: list[dt.datetime] = []
    moment = newest.first()
    while moment is not None and len(found) < MOST_MONTHS:
        found.append(_first_of(moment))
        moment = newest.filter(published_at__lt=found[-1]).first()
    return [f"{begin:%Y-%m}" for begin in found]


def _first_of(moment: dt.datetime) -> dt.datetime:
    return local(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(first: dt.datetime) -> dt.datetime:
    return _first_of(first + dt.timedelta(days=32))


def _within(begin: dt.datetime, end: dt.datetime) -> ArticleQuerySet:
    return Article.objects.published().filter(published_at__gte=begin, published_at__lt=end)


@require_safe
@public_file
def month_page(request: HttpRequest, month: str) -> HttpResponse:
    """Raises Http404 for what is no month, and for one without a story: the standard knows no empty list."""
    found = MONTH.fullmatch(month)
    if found is None or not "1900" <= month < "9000":
        raise Http404
    stories = MonthSitemap(dt.datetime(int(found[1]), int(found[2]), 1, tzinfo=VIETNAM))
    if not stories.items().exists():
        raise Http404
    return sitemap(request, {"month": stories}, template_name="news/sitemap.xml")


@require_safe
@public_file
def news_page(request: HttpRequest) -> HttpResponse:
    """An empty list in quiet days: Google asks again."""
    return sitemap(request, {"news": NewsSitemap()}, template_name="news/sitemap_news.xml")
