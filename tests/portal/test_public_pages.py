"""All public addresses together: exact texts, nothing unpublished, fixed query counts, headers."""

import datetime as dt
import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from comments import showing
from comments.models import Comment
from comments.private_links import private_address
from news import freshness, most_read
from news.models import (
    Article,
    ArticleAttachment,
    DailyViewCount,
    Document,
    DocumentAttachment,
    Section,
    Tag,
    Thread,
)
from portal.models import AgencyLink, SiteIdentity, TextPage
from portal.pagecache import PageCache
from portal.wsgi import application
from tests.asking import ask
from tests.factories import (
    make_article,
    make_attachment,
    make_comment,
    make_document,
    make_photo,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db


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


def test_the_list_of_public_addresses_misses_no_route() -> None:
    """A new route must be added to public_addresses() or named here with its reason."""
    known = {
        *("home", "privacy", "text_page", "sitemap", "sitemap_part", "robots"),
        *(
            "news:search",
            "news:suggestions",
            "news:feed",
            "news:section",
            "news:section_feed",
            "news:article",
            *("news:tag_feed", "news:tag_atom"),
            *("news:opensearch", "news:sitemap_month", "news:sitemap_news"),
            *("news:atom", "news:section_atom", "news:search_feed", "news:search_atom"),
            "news:print",
            "news:documents",
            "news:document",
        ),
        *("news:days", "news:year", "news:month", "news:day", "news:section_year"),
        *("news:most_read", "news:tags", "news:tag", "news:threads", "news:thread", "news:byline"),
        *("api:guide", "api:description", "api:articles", "api:article", "api:sections"),
        *("api:documents", "api:document"),
        *("news:count_by_image", "comments:write", "comments:ticket", "comments:page"),
        *("comments:report", "comments:private", "comments:withdraw"),
    }
    # Says that nothing is there: tests/news/test_api.py.
    not_readable = {"api:nowhere"}
    # Takes a POST only.
    not_readable |= {"comments:notify"}
    not_readable |= {"alive", "ready", "news:count", "ckeditor_upload", "ckeditor_browse"}
    not_readable |= {"photo_add"}
    # Files to keep: tests/news/test_saving.py.
    not_readable |= {"news:save_html", "news:save_pdf"}
    # Files, no pages: tests/news/test_downloads.py.
    not_readable |= {"news:attachment", "news:attachment_view", "news:preview_attachment"}
    # Shows a draft, to who was given the link: tests/news/test_previews.py.
    not_readable |= {"news:preview"}
    # Pages of the desk beside the admin's own: tests/news/test_notices.py.
    not_readable |= {"notices", "notice_open", "notices_read", "notices_mail"}
    names: set[str] = set()
    for pattern in get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            names |= {pattern.name} if pattern.name else set()
        elif pattern.app_name != "admin":
            space = f"{pattern.app_name}:" if pattern.app_name else ""
            names |= {f"{space}{getattr(inner, 'name', None)}" for inner in pattern.url_patterns}
    assert names == known | not_readable


# --- every page, asked for once ------------------------------------------------------------------


@dataclass
class Crawl:
    """The answers of a whole site at all its addresses, by address; the tests look at them and change nothing."""

    public: dict[str, Any]
    # Of who asks for what is not there, and of who wants to sign in.
    others: dict[str, Any]
    withdrawn: Article

    @property
    def words(self) -> dict[str, str]:
        return {address: a.content.decode(errors="replace") for address, a in self.public.items()}


@pytest.fixture(scope="module")
def crawl(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Crawl:
    """A site that has much to hide, and has just been given another name; nothing of it stays in the database."""
    media = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media, GENERATION_MEMO_SECONDS=0, VIEW_FLUSH_SECONDS=3600),
        transaction.atomic(),
    ):
        section = make_site()
        withdrawn = hide_stories(section)
        hide_documents()
        hide_comments()
        DailyViewCount.objects.update(day=timezone.localdate() - dt.timedelta(days=1))
        most_read.keep()
        make_article(title="Tin", lead="Dẫn.", body="<p>Tin cũ của Quận Gò Vấp</p>")
        client = Client()
        client.get("/")
        identity = SiteIdentity.current()
        identity.level, identity.name = "Phường", "An Hội Tây"
        identity.save()
        found = Crawl(
            {address: client.get(address) for address in public_addresses()},
            {a: client.get(a) for a in ("/khong-co-trang-nay/", "/quan-tri/login/")},
            withdrawn,
        )
        transaction.set_rollback(True)
    return found


def hide_stories(section: Section) -> Article:
    """A draft, a story of tomorrow and a withdrawn one (returned), each with a file and many views."""
    hidden: dict[str, Any] = {
        "section": section,
        "lead": "Dẫn XBIMATX",
        "body": "<p>Thân XBIMATX</p>",
        "byline": "XBIMATX",
        "featured": True,
        "thread": Thread.objects.create(name="Dòng XBIMATX"),
    }
    draft = make_article(title="Nháp XBIMATX", status=Article.Status.DRAFT, **hidden)
    future = make_article(
        title="Mai XBIMATX", published_at=timezone.now() + dt.timedelta(days=1), **hidden
    )
    withdrawn = make_article(title="Tin đã rút", status=Article.Status.WITHDRAWN, **hidden)
    for article in (draft, future, withdrawn):
        DailyViewCount.objects.create(article=article, day=timezone.localdate(), views=999)
        ArticleAttachment.put_below(article, [make_attachment(title="Tệp XBIMATX").pk])
        article.tags.set([Tag.named(["Đô thị"])[0], Tag.named(["Thẻ XBIMATX"])[0]])
    return withdrawn


def hide_documents() -> None:
    """A draft and a withdrawn one, tied to everything that is public."""
    public = Document.objects.published()[0]
    for status in (Document.Status.DRAFT, Document.Status.WITHDRAWN):
        hidden = make_document(status=status, abstract="Về việc XBIMATX", signer="XBIMATX")
        make_document(replaced_by=hidden)
        make_document(status=status, abstract="XBIMATX", replaced_by=public)
        public.amends.add(hidden)
        public.amended_by.add(hidden)
        hidden.articles.add(*Article.objects.published())
        DocumentAttachment.put_on(hidden, [make_attachment(title="Tệp XBIMATX").pk])
    public.articles.add(*Article.objects.exclude(pk__in=Article.objects.published()))


def hide_comments() -> None:
    """Undecided and refused ones at every story, and one that is public but for the address it was sent from."""
    for article in Article.objects.all():
        for status in (Comment.Status.PENDING, Comment.Status.REFUSED):
            make_comment(
                article=article,
                status=status,
                text=f"X{status}X",
                name=f"X{status}X",
                email=f"{status}@example.vn",
            )
    make_comment(
        article=Article.objects.published()[0],
        status=Comment.Status.APPROVED,
        email="kin@example.vn",
        text="Một ý kiến đã duyệt",
    )


def test_no_word_of_a_draft_a_withdrawn_or_a_future_article_is_public(crawl: Crawl) -> None:
    gone = crawl.withdrawn.get_absolute_url()
    for address, words in crawl.words.items():
        assert crawl.public[address].status_code in {200, 404, 410}, address
        asked = ("q=XBIMATX", "“XBIMATX”", 'value="XBIMATX"')
        for question in asked:
            words = words.replace(question, "")
        assert "XBIMATX" not in words, address
        if not address.startswith(gone):
            assert "Tin đã rút" not in words, address


@pytest.mark.parametrize("status", [Comment.Status.PENDING, Comment.Status.REFUSED])
def test_no_word_of_an_undecided_or_refused_comment_is_public(crawl: Crawl, status: str) -> None:
    for address, words in crawl.words.items():
        assert f"X{status}X" not in words, address
        assert f"{status}@" not in words, address


def test_the_email_of_an_approved_commenter_is_in_no_public_byte(crawl: Crawl) -> None:
    assert any("Một ý kiến đã duyệt" in words for words in crawl.words.values())
    for address, words in crawl.words.items():
        assert "kin@example.vn" not in words, address


def test_with_another_identity_no_page_says_the_old_name(crawl: Crawl) -> None:
    answers = crawl.public | crawl.others
    for address, answer in answers.items():
        words = answer.content.decode(errors="replace")
        outside_bodies = re.sub(
            r'<div class="prose">.*?</div>|<p class="row-excerpt">.*?</p>|<content.*?</content|"content_html":".*?[^\\\\]"',
            "",
            words,
            flags=re.DOTALL,
        )
        assert "Gò Vấp" not in outside_bodies, address
        assert "WEBGOVAP" not in outside_bodies, address
    assert "Phường An Hội Tây" in crawl.words["/"]


def test_public_pages_hold_no_inline_script_style_or_handler(crawl: Crawl) -> None:
    for address, words in crawl.words.items():
        if "html" in crawl.public[address].headers["Content-Type"]:
            assert not re.search(r"<script(?![^>]*(?:src=|application/ld\+json))", words), address
            assert not re.search(r"<[^>]+\s(?:style|on[a-z]+)=", words), address
            assert "<style" not in words, address


def test_public_pages_set_no_cookie(crawl: Crawl) -> None:
    for address, answer in crawl.public.items():
        assert not answer.cookies, address


def test_no_public_page_names_another_host_but_in_links(crawl: Crawl) -> None:
    for address, words in crawl.words.items():
        # Feeds name our own.
        words = words.replace(settings.SITE_URL, "")
        for found in re.findall(r'(?:src|srcset|action)="(https?:)?//', words):
            raise AssertionError((address, found))


def test_nothing_of_one_district_is_in_code_or_templates() -> None:
    folders = ("portal", "news", "comments", "templates", "static")
    for folder in folders:
        for path in (settings.BASE_DIR / folder).rglob("*"):
            if path.suffix in {".py", ".html", ".js", ".css", ".txt", ".svg"} and not is_demo(path):
                words = path.read_text(encoding="utf-8").casefold()
                assert "gò vấp" not in words, path
                assert "webgovap" not in words, path


def is_demo(path: Path) -> bool:
    return "demo" in path.relative_to(settings.BASE_DIR).as_posix()


# --- queries ---------------------------------------------------------------------------------------


def test_a_cold_page_costs_a_fixed_number_of_queries(settings: Any) -> None:
    settings.GENERATION_MEMO_SECONDS = 3600
    section = make_site()
    most_read.keep()
    article = Article.objects.filter(section=section)[0]
    for _ in range(showing.PER_PAGE):
        make_comment(article=article, status=Comment.Status.APPROVED)
    document = Document.objects.exclude(replaced_by=None).get()
    when = timezone.localtime(article.published_at)
    addresses = {
        "home": "/",
        "documents": "/van-ban/",
        "document": document.get_absolute_url(),
        "article": article.get_absolute_url(),
        "section": section.get_absolute_url(),
        "print": f"{article.get_absolute_url()}ban-in/",
        "days": "/tin-theo-ngay/",
        "year": f"/tin-theo-ngay/{when:%Y}/",
        "month": f"/tin-theo-ngay/{when:%Y/%m}/",
        "day": f"/tin-theo-ngay/{when:%Y/%m/%d}/",
        "section_year": f"{section.get_absolute_url()}nam/{when:%Y}/",
        "most_read": "/doc-nhieu/",
        "tag": "/the/do-thi/",
        "tags": "/the/",
        "thread": "/dong-su-kien/mua-mua/",
        "threads": "/dong-su-kien/",
        "byline": "/tac-gia/minh-tam/",
    }

    def costs() -> dict[str, list[str]]:
        found = {}
        for name, address in addresses.items():
            freshness.forget()
            for kind in (name, f"{name} beside others"):
                with CaptureQueriesContext(connection) as queries:
                    cold(address)
                found[kind] = [query["sql"][:120] for query in queries]
        return found

    few = costs()
    for _ in range(25):
        extra = make_article(section=section, body=article.body, cover=make_photo(), featured=True)
        make_comment(article=extra, status=Comment.Status.APPROVED)
        make_comment(article=article, status=Comment.Status.APPROVED)
        old = make_document(replaced_by=document)
        DocumentAttachment.put_on(
            document, [*document.attachments.values_list("pk", flat=True), make_attachment().pk]
        )
        document.amends.add(old)
        document.articles.add(extra)
        article.documents.add(old)
    many = costs()
    for name, queries in many.items():
        assert len(few[name]) == len(queries), (name, queries)
        assert len(queries) <= most_queries(name), (name, queries)


def most_queries(name: str) -> int:
    """The first page after a change also asks for what all pages share (news.freshness.made_once)."""
    if not name.endswith(" beside others"):
        return 16
    return {"home": 0, "article": 8, "section": 2}.get(name.removesuffix(" beside others"), 12)


def cold(address: str) -> None:
    application.memory.clear()
    assert ask(address).status == 200


# --- headers ---------------------------------------------------------------------------------------

PUBLIC_POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/khong-co/",
        "/tim-kiem/?q=x",
        "/rss.xml",
        "/robots.txt",
        "/static/css/base.css",
        "/song/",
        "media",
    ],
)
def test_every_answer_carries_the_headers_of_the_house(client: Client, address: str) -> None:
    if address == "media":
        address = make_photo().url
    headers = client.get(address).headers
    assert {part.strip() for part in headers["Content-Security-Policy"].split(";")} == PUBLIC_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_bad_request_and_a_crash_carry_the_headers_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Content-Security-Policy" in client.get("/", headers={"host": "evil.example"}).headers
    monkeypatch.setattr("portal.views.section_blocks", lambda _: 1 / 0)
    client.raise_request_exception = False
    crashed = client.get("/")
    assert crashed.status_code == 500
    assert "Trang đang gặp lỗi" in crashed.content.decode()
    assert crashed.headers["X-Content-Type-Options"] == "nosniff"


# --- addresses -------------------------------------------------------------------------------------


def test_a_wrong_slug_or_section_leads_to_the_right_address(client: Client) -> None:
    article = make_article(section=make_section(name="Đúng mục"), title="Đúng tên")
    for wrong in (
        f"/dung-muc/sai-{article.pk}/",
        f"/muc-khac/dung-ten-{article.pk}/",
        f"/a/b-c-{article.pk}/",
    ):
        answer = client.get(wrong)
        assert (answer.status_code, answer.headers["Location"]) == (301, article.get_absolute_url())


def test_a_withdrawn_article_is_gone_and_its_page_says_what_and_when(client: Client) -> None:
    article = make_article(title="Tin sai")
    article.withdraw(by=make_user("news.withdraw_article"), reason="Sai số liệu")
    answer = client.get(article.get_absolute_url())
    assert answer.status_code == 410
    words = answer.content.decode()
    assert "Tin sai" in words
    assert "Sai số liệu" in words
    assert timezone.localdate().strftime("%d/%m/%Y") in words


@pytest.mark.parametrize("number", ["3", "99999"])
def test_a_page_that_does_not_exist_is_not_found(client: Client, number: str) -> None:
    section = make_section()
    for _ in range(21):
        make_article(section=section)
    assert client.get(section.get_absolute_url(), {"trang": number}).status_code == 404


@pytest.mark.parametrize("number", ["0", "abc", "-1", "1e3", "01", "9" * 30, "²", ""])
def test_what_is_no_page_number_leads_to_the_first_page(client: Client, number: str) -> None:
    section = make_section()
    answer = client.get(section.get_absolute_url(), {"trang": number})
    assert (answer.status_code, answer.headers["Location"]) == (302, section.get_absolute_url())


@pytest.mark.parametrize("number", ["0", "abc", "²"])
def test_a_wrong_page_number_of_search_is_not_found(client: Client, number: str) -> None:
    assert client.get("/tim-kiem/", {"q": "tin", "trang": number}).status_code == 404


@pytest.mark.parametrize(
    "words", ["", "\x00", "%", "_", "'; DROP TABLE", "a" * 10_000, "🙂", '"', "\\", "* OR *"]
)
def test_no_search_input_is_an_error(client: Client, words: str) -> None:
    make_article()
    assert client.get("/tim-kiem/", {"q": words}).status_code == 200


@pytest.mark.parametrize("words", ["dai bieu", "ĐẠI BIỂU", "đại biểu", "bieu dai"])
def test_search_finds_with_and_without_diacritics(client: Client, words: str) -> None:
    make_article(title="Gặp gỡ", body="<p>Các đại biểu đã</p><p>đến dự</p>")
    assert "Gặp gỡ" in client.get("/tim-kiem/", {"q": words}).content.decode()


def test_search_takes_a_percent_sign_as_what_it_is(client: Client) -> None:
    make_article(title="Không có dấu ấy")
    page = client.get("/tim-kiem/", {"q": "%%"}).content.decode()
    assert "Hãy gõ ít nhất một từ cần tìm." in page
    assert "Không có dấu ấy" not in page


# --- machines --------------------------------------------------------------------------------------


def test_the_structured_data_names_article_date_and_publisher(client: Client) -> None:
    make_site()
    article = make_article(
        title='</script><script>alert(1)</script> & "x"', lead="Dẫn", byline="MINH TÂM"
    )
    words = client.get(article.get_absolute_url()).content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', words, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert data["@type"] == "NewsArticle"
    assert data["headline"] == article.title
    assert data["author"]["name"] == "MINH TÂM"
    assert data["publisher"]["name"] == "Ủy ban nhân dân Quận Gò Vấp"
    assert dt.datetime.fromisoformat(data["datePublished"]) == article.published_at


def test_feed_and_sitemap_hold_the_article_under_the_site_s_own_address(
    client: Client, settings: Any
) -> None:
    settings.SITE_URL = "https://portal.example"
    article = make_article(title="Trong nguồn tin")
    link = f"https://portal.example{article.get_absolute_url()}"
    for address in (
        "/rss.xml",
        reverse("news:section_feed", args=[article.section.slug]),
        f"/sitemap-articles-{timezone.localtime(article.published_at):%Y-%m}.xml",
    ):
        words = client.get(address).content.decode()
        assert link in words, address
        assert "127.0.0.1" not in words, address
        assert "testserver" not in words, address


def test_robots_names_the_sitemap_and_shuts_the_desk(client: Client) -> None:
    words = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in words
    assert "Disallow: /quan-tri/" in words


def test_health_addresses_answer(client: Client) -> None:
    assert client.get("/song/").content == b"ok\n"
    assert client.get("/san-sang/").content == b"ok\n"


def test_the_page_of_the_old_portal_has_every_text_of_it_in_its_order(client: Client) -> None:
    """The table of the page this project must equal; each text exactly, after unescaping."""
    seed = settings.BASE_DIR / "portal" / "demo" / "conference-2019-05-31.txt"
    lines = [line.strip(" ") for line in seed.read_text(encoding="utf-8").split("\n")]
    body = [line for line in lines[6 : lines.index("MINH TÂM")] if line.strip()]
    call_command("import_page", str(seed), verbosity=0)
    words = html.unescape(client.get(Article.objects.get().get_absolute_url()).content.decode())
    expected = [
        "Hoạt động Ủy ban nhân dân</a>",
        f"{lines[1]}</h1>",
        "Thứ sáu, Ngày 31/05/2019, 05:09 CH",
        *("Cỡ chữ", "Màu chữ"),
        # A blank at the end of a line of the old page is no text.
        *(line.rstrip() for line in body),
        *("MINH TÂM", "Lượt xem: 12677", "Bản in", "Quay lại", "Tin mới hơn", "Tin đã đưa"),
        *("Bình luận</h2>", "Ý kiến bạn đọc (0)", "Thông tin cá nhân"),
        "Bạn vui lòng để lại thông tin để gửi bình luận",
        *("Đóng", "Lưu thông tin"),
    ]
    assert len(body) == 14  # the lead, five paragraphs, four items, four captions
    place = words.index("<main")
    for text in expected:
        found = words.find(text, place)
        assert found >= 0, text
        place = found + len(text)


def test_two_text_pages_of_one_title_are_refused_beside_the_field(client: Client) -> None:
    TextPage.objects.create(title="Liên hệ")
    client.force_login(make_user(superuser=True))
    answer = client.post("/quan-tri/portal/textpage/add/", {"title": "Liên hệ", "order": 0})
    assert answer.status_code == 200
    assert "Đã có trang ở địa chỉ này" in answer.content.decode()


def test_word_s_soft_line_break_in_a_lead_does_not_end_the_feeds(client: Client) -> None:
    make_article(lead="Dòng một\x0bdòng hai\x01", title="Tin\x08 có dấu ngắt")
    assert "Dòng một dòng hai" in client.get("/rss.xml").content.decode()


CHARSETS = ["; charset=hex", "; charset =hex", "; charset*=utf-8''hex", ";x=1;charset = hex"]


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_strange_charset_is_answered_like_any_other_request(charset: str) -> None:
    make_article()
    kind = f"text/plain{charset}"
    assert ask("/tim-kiem/", query="q=tin", CONTENT_TYPE=kind).status == 200
    # Refused for its lack of a token, not broken.
    assert ask("/tim-kiem/", "POST", query="q=tin", CONTENT_TYPE=kind).status == 403


@pytest.mark.parametrize(
    "charset", ["; charset=cp037", "; charset =cp037", "; charset*=utf-8''cp037"]
)
def test_a_strange_charset_does_not_put_one_page_in_the_place_of_another(charset: str) -> None:
    section = make_section()
    newest = [make_article(section=section) for _ in range(2)][-1]
    address = section.get_absolute_url()
    strange = ask(address, query=f"truoc={newest.pk}", CONTENT_TYPE=f"x/y{charset}").body
    second = ask(address, query=f"truoc={newest.pk}").body
    assert second != ask(address).body
    assert strange == second


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("multipart/form-data; boundary=----x1", "multipart/form-data; boundary=----x1"),
        (
            'multipart/form-data; charset=hex; boundary="a; b"',
            'multipart/form-data; boundary="a; b"',
        ),
        ("application/json; charset=utf-8", "application/json"),
        ("text/plain", "text/plain"),
    ],
)
def test_of_what_a_form_says_of_itself_kind_and_boundary_reach_the_application(
    told: str, meant: str
) -> None:
    seen: list[str] = []

    def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(environ["CONTENT_TYPE"])
        return []

    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": told, "PATH_INFO": "/binh-luan/1/"}
    list(PageCache(inner)(environ, lambda *_: None))
    assert seen == [meant]
