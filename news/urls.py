from django.urls import path, register_converter

from news import archive_views, document_views, downloads, saving, sitemaps, views
from news.feeds import Atom, Rss, SearchFeed, SectionFeed, SiteFeed, TagFeed

app_name = "news"


class Year:
    """Four digits, one address for each year."""

    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


class TwoDigits(Year):
    """A month or a day."""

    regex = "0[1-9]|[1-3][0-9]"

    def to_url(self, value: int) -> str:
        return f"{value:02}"


register_converter(Year, "yyyy")
register_converter(TwoDigits, "nn")

urlpatterns = [
    path("tim-kiem/", views.search_page, name="search"),
    path("tim-kiem/goi-y/", views.suggestions, name="suggestions"),
    path("rss.xml", SiteFeed(Rss, "news:feed"), name="feed"),
    path("atom.xml", SiteFeed(Atom, "news:atom"), name="atom"),
    path("tim-kiem/rss.xml", SearchFeed(Rss, "news:search_feed"), name="search_feed"),
    path("tim-kiem/atom.xml", SearchFeed(Atom, "news:search_atom"), name="search_atom"),
    path("opensearch.xml", views.opensearch, name="opensearch"),
    path("sitemap-articles-<slug:month>.xml", sitemaps.month_page, name="sitemap_month"),
    path("sitemap-news.xml", sitemaps.news_page, name="sitemap_news"),
    path("dem/<int:article_id>/", views.count, name="count"),
    path("dem/<int:article_id>.gif", views.count_by_image, name="count_by_image"),
    path("tep/<int:attachment_id>/xem/<str:name>", downloads.view, name="attachment_view"),
    path("tep/<int:attachment_id>/<str:name>", downloads.download, name="attachment"),
    path("ban-nhap/<str:token>/", views.preview, name="preview"),
    path(
        "ban-nhap/<str:token>/tep/<int:attachment_id>/<str:name>",
        downloads.of_draft,
        name="preview_attachment",
    ),
    path("tin-theo-ngay/", archive_views.days, name="days"),
    path("tin-theo-ngay/<yyyy:year>/", archive_views.year, name="year"),
    path("tin-theo-ngay/<yyyy:year>/<nn:month>/", archive_views.month, name="month"),
    path("tin-theo-ngay/<yyyy:year>/<nn:month>/<nn:day>/", archive_views.day, name="day"),
    path("doc-nhieu/", archive_views.most_read_page, name="most_read"),
    path("doc-nhieu/<slug:span>/", archive_views.most_read_page, name="most_read"),
    path("the/", archive_views.tags, name="tags"),
    path("the/<slug:slug>/", archive_views.tag, name="tag"),
    path("the/<slug:slug>/rss.xml", TagFeed(Rss, "news:tag_feed"), name="tag_feed"),
    path("the/<slug:slug>/atom.xml", TagFeed(Atom, "news:tag_atom"), name="tag_atom"),
    path("dong-su-kien/", archive_views.threads, name="threads"),
    path("dong-su-kien/<slug:slug>/", archive_views.thread, name="thread"),
    path("tac-gia/<slug:slug>/", archive_views.byline, name="byline"),
    path("van-ban/", document_views.documents, name="documents"),
    path("van-ban/<slug:slug>-<int:document_id>/", document_views.document, name="document"),
    path("<slug:section_slug>/", views.section, name="section"),
    path("<slug:section_slug>/nam/<yyyy:year>/", archive_views.section_year, name="section_year"),
    path("<slug:section_slug>/rss.xml", SectionFeed(Rss, "news:section_feed"), name="section_feed"),
    path(
        "<slug:section_slug>/atom.xml",
        SectionFeed(Atom, "news:section_atom"),
        name="section_atom",
    ),
    path("<slug:section_slug>/<slug:slug>-<int:article_id>/", views.article, name="article"),
    path(
        "<slug:section_slug>/<slug:slug>-<int:article_id>/ban-in/", views.print_view, name="print"
    ),
    path(
        "<slug:section_slug>/<slug:slug>-<int:article_id>/ban-luu.html",
        saving.save_html,
        name="save_html",
    ),
    path(
        "<slug:section_slug>/<slug:slug>-<int:article_id>/ban-luu.pdf",
        saving.save_pdf,
        name="save_pdf",
    ),
]
