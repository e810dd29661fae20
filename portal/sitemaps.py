"""What sitemap.xml is made of, from all rooms."""

from django.db.models import QuerySet

from news.sitemaps import ArticleSitemap, OwnAddress, SectionSitemap
from portal.models import TextPage


class TextPageSitemap(OwnAddress):
    def items(self) -> QuerySet[TextPage]:
        return TextPage.objects.defer("body")


SITEMAPS = {"articles": ArticleSitemap, "sections": SectionSitemap, "pages": TextPageSitemap}
