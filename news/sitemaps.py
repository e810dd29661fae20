"""sitemap.xml: every public article and section, under the site's own address."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet

from news.models import Article, ArticleQuerySet, Section


class OwnAddress(Sitemap):
    """A sitemap that names the site's own address, whatever Host the request came with."""

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class ArticleSitemap(OwnAddress):
    limit = 5000

    def items(self) -> ArticleQuerySet:
        return (
            Article.objects.published()
            .newest_first()
            .select_related("section")
            .defer("body", "lead")
        )

    def lastmod(self, item: Article) -> dt.datetime:
        return item.changed_at


class SectionSitemap(OwnAddress):
    def items(self) -> QuerySet[Section]:
        return Section.objects.all()
