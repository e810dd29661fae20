"""What sitemap.xml is made of, from all rooms."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse

from news import sitemaps
from news.models import Article, Document, Section
from news.publisher import absolute
from news.sitemaps import DocumentSitemap, OwnAddress, SectionSitemap
from news.text import to_the_second
from portal.models import TextPage


@dataclass(frozen=True)
class Page:
    """A page by its path, and when it changed if anybody knows."""

    path: str
    changed: dt.datetime | None = None


class PageSitemap(OwnAddress):
    """The home page, text pages and the privacy page."""

    def items(self) -> list[Page]:
        newest = Article.objects.published().newest_first().values_list("published_at", flat=True)
        pages = TextPage.objects.shown().defer("body")
        return [
            Page("/", newest.first()),
            *(Page(page.get_absolute_url(), page.updated_at) for page in pages),
            Page(reverse("privacy")),
        ]

    def location(self, item: Page) -> str:
        return item.path

    def lastmod(self, item: Page) -> dt.datetime | None:
        return item.changed and to_the_second(item.changed)


SITEMAPS = {
    "sections": SectionSitemap,
    "documents": DocumentSitemap,
    "pages": PageSitemap,
}


def parts() -> list[str]:
    """The addresses of all sitemaps that have something to say: the standard knows no empty ones."""
    paths = [reverse("sitemap_part", args=["pages"])]
    if Section.objects.exists():
        paths.append(reverse("sitemap_part", args=["sections"]))
    if Document.objects.published().exists():
        paths.append(reverse("sitemap_part", args=["documents"]))
    if sitemaps.NewsSitemap().has_items:
        paths.append(reverse("news:sitemap_news"))
    paths += [
        reverse("news:sitemap_month", args=[f"{month.first:%Y-%m}"]) for month in sitemaps.months()
    ]
    return [absolute(path) for path in paths]
