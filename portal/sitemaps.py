"""What sitemap.xml is made of, from all rooms."""

from django.urls import reverse

from news.sitemaps import ArticleSitemap, OwnAddress, SectionSitemap
from portal.models import TextPage


class PageSitemap(OwnAddress):
    """Text pages and the privacy page, by their paths."""

    def items(self) -> list[str]:
        pages = TextPage.objects.shown().defer("body")
        return [*(page.get_absolute_url() for page in pages), reverse("privacy")]

    def location(self, item: str) -> str:
        return item


SITEMAPS = {"articles": ArticleSitemap, "sections": SectionSitemap, "pages": PageSitemap}
