"""A site with everything on it, and every address of it that a reader can open."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from comments.models import Comment
from comments.private_links import private_address
from news.models import Article, ArticleAttachment, DailyViewCount, Document, Section, Tag, Thread
from portal.models import AgencyLink, SiteIdentity, TextPage
from tests.factories import (
    make_article,
    make_attachment,
    make_comment,
    make_document,
    make_photo,
    make_section,
)


def make_site() -> Section:
    """A site with everything on it: two levels, announcements, pictures, comments, views."""
    SiteIdentity(
        level="Quận", name="Gò Vấp", parent="Thành phố Hồ Chí Minh", crest=make_photo(), phone="028"
    ).save()
    TextPage.objects.create(title="Giới thiệu", body="<p>Về chúng tôi</p>")
    AgencyLink.objects.create(name="Cổng Chính phủ", url="https://chinhphu.vn")
    section = make_section(name="Hoạt động", order=1)
    child = make_section(name="Mục con", parent=section)
    notices = make_section(name="Thông báo", role=Section.Role.ANNOUNCEMENTS)
    photo = make_photo(caption="Toàn cảnh", credit="Minh Tâm")
    thread = Thread.objects.create(name="Mùa mưa")
    tags = Tag.named(["Đô thị"])
    for number in range(25):
        article = make_article(
            section=(section, child, notices)[number % 3],
            lead="Phần dẫn của tin.",
            body=f'<p>Thân bài.</p><figure class="image"><img src="{photo.url}" alt="Ảnh"></figure>',
            featured=number % 5 == 0,
            byline="MINH TÂM",
            thread=thread,
        )
        DailyViewCount.objects.create(article=article, day=timezone.localdate(), views=number + 1)
        article.tags.set(tags)
        make_comment(article=article, status=Comment.Status.APPROVED)
    article.documents.add(make_document(replaced_by=make_document()))
    ArticleAttachment.objects.create(article=article, attachment=make_attachment(), order=0)
    return section


def public_addresses() -> list[str]:
    """Every address a reader can open, found from the site map and the rows."""
    addresses = ["/", "/rss.xml", "/sitemap.xml", "/sitemap-news.xml", "/robots.txt"]
    addresses += ["/sitemap-sections.xml", "/sitemap-pages.xml", reverse("privacy")]
    addresses += ["/atom.xml", "/opensearch.xml", "/sitemap-documents.xml"]
    api = ("", "openapi.json", "articles/", "sections/", "documents/")
    addresses += [f"/api/{name}" for name in api]
    addresses.append(
        f"/sitemap-articles-{timezone.localdate(timezone.now() - dt.timedelta(days=1)):%Y-%m}.xml"
    )
    for word in ("tin", "Nháp", "XBIMATX", "xbimatx"):
        addresses += [
            f"/tim-kiem/{page}?q={word}" for page in ("", "rss.xml", "atom.xml", "goi-y/")
        ]
        addresses.append(f"/van-ban/?q={word}")
    addresses += ["/van-ban/", *(row.get_absolute_url() for row in Document.objects.all())]
    for section in Section.objects.all():
        addresses += [f"{section.get_absolute_url()}{page}" for page in ("", "rss.xml", "atom.xml")]
    addresses += [page.get_absolute_url() for page in TextPage.objects.all()]
    addresses += [reverse("news:tags"), reverse("news:threads")]
    today = timezone.localdate()
    year, month = (today.year,), (today.year, today.month)
    addresses += [reverse("news:days"), reverse("news:year", args=year)]
    addresses += [reverse("news:month", args=month)]
    addresses += [
        reverse("news:day", args=[*month, day]) for day in (today.day, today.day - 1) if day
    ]
    addresses += [reverse("news:most_read"), reverse("news:most_read", args=["nam"])]
    for section in Section.objects.all():
        addresses.append(reverse("news:section_year", args=[section.slug, *year]))
    for topic in (*Tag.objects.all(), *Thread.objects.all()):
        addresses.append(topic.get_absolute_url())
    for topic in Tag.objects.all():
        addresses += [f"{topic.get_absolute_url()}{feed}" for feed in ("rss.xml", "atom.xml")]
    for slug in Article.objects.exclude(byline_slug="").values_list("byline_slug", flat=True):
        addresses.append(reverse("news:byline", args=[slug]))
    for article in Article.objects.select_related("section"):
        addresses.append(reverse("api:article", args=[article.pk]))
        args = [article.section.slug, article.slug, article.pk]
        addresses += [
            article.get_absolute_url(),
            reverse("news:print", args=args),
            reverse("comments:write", args=[article.pk]),
            reverse("comments:ticket", args=[article.pk]),
            reverse("comments:page", args=[article.pk]),
            f"{article.get_absolute_url()}?thu-tu=cu-nhat",
            reverse("news:count_by_image", args=[article.pk]),
        ]
    for comment in Comment.objects.public():
        private = private_address(comment.pk)
        addresses += [
            reverse("comments:report", args=[comment.pk]),
            private,
            f"{private}rut/",
        ]
    return addresses
