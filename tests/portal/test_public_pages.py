"""All public addresses together: nothing unpublished, nothing inline, fixed query counts, the texts of the old portal."""

import datetime as dt
import html
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
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from comments import showing
from comments.models import Comment
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
from portal.models import SiteIdentity
from portal.wsgi import application
from tests.asking import ask
from tests.factories import make_article, make_attachment, make_comment, make_document, make_photo
from tests.portal.whole_site import make_site, public_addresses

pytestmark = pytest.mark.django_db


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


def test_a_page_loads_the_style_of_what_it_shows_and_two_sheets_at_most(crawl: Crawl) -> None:
    """Classes that only a sheet beside site.css styles stand on no page without that sheet."""
    folder = settings.BASE_DIR / "static" / "css"

    def classes(*names: str) -> set[str]:
        text = "".join((folder / f"{name}.css").read_text() for name in names)
        return set(
            re.findall(r"\.([a-z][a-z-]+)", re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", text, flags=re.S))
        )

    everywhere = classes("base", "layout", "components", "print")
    own = {name: classes(name) - everywhere for name in ("article", "finding")}
    seen = set()
    for address, page in crawl.words.items():
        if not page.lstrip().startswith("<!doctype html>"):
            continue
        loaded = re.findall(r'<link rel="stylesheet" href="/static/css/([a-z]+)\.css">', page)
        assert loaded[0] == "site" and len(loaded) <= 2, (address, loaded)
        shown = {one for names in re.findall(r' class="([^"]*)"', page) for one in names.split()}
        missing = {name for name, styled in own.items() if styled & shown} - set(loaded)
        assert not missing, (address, missing, [own[name] & shown for name in missing])
        seen.update(loaded)
    assert seen == {"site", *own}


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
