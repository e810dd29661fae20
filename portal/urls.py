"""The whole site map on one screen."""

from django.conf import settings
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, re_path
from django.views.static import serve

from news.freshness import public_file
from portal import views
from portal.models import PRIVACY_SLUG
from portal.sitemaps import SITEMAPS

urlpatterns = [
    path("", views.home, name="home"),
    path("quan-tri/anh/", include("news.library_urls")),
    path("quan-tri/thong-bao/", include("news.notice_urls")),
    path("quan-tri/", admin.site.urls),
    path(f"trang/{PRIVACY_SLUG}/", views.privacy_page, name="privacy"),
    path("trang/<slug:slug>/", views.text_page, name="text_page"),
    path("binh-luan/", include("comments.urls")),
    path("api/", include("news.api_urls")),
    path("sitemap.xml", views.sitemap_index, name="sitemap"),
    re_path(
        rf"^sitemap-(?P<section>{'|'.join(SITEMAPS)})\.xml$",
        public_file(sitemap),
        {"sitemaps": SITEMAPS, "template_name": "news/sitemap.xml"},
        name="sitemap_part",
    ),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon),
    path("song/", views.alive, name="alive"),
    path("san-sang/", views.ready, name="ready"),
]

if not settings.PRODUCTION:
    # In production nginx answers /media/ without asking Django.
    urlpatterns.append(
        re_path(
            r"^media/(?P<path>(?:photos|cards)/[0-9a-z/_-]+\.(?:jpg|png|webp|avif))$",
            serve,
            {"document_root": settings.MEDIA_ROOT},
        )
    )

urlpatterns.append(path("", include("news.urls")))

handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.page_not_found"
handler500 = "portal.views.server_error"
