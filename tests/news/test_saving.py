"""A story saved as one HTML file and as PDF: all of it, nothing but it, and only while it is public."""

import base64
import datetime as dt
import io
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from news import paper, richtext, saving
from news.models import Article, ArticleAttachment
from portal.models import SiteIdentity
from tests.asking import ask
from tests.deploy.running import missing
from tests.factories import make_article, make_attachment, make_photo, make_user

SEED = settings.BASE_DIR / "portal" / "demo" / "conference-2019-05-31.txt"

pytestmark = pytest.mark.django_db


@pytest.fixture
def printer() -> None:
    """What lays out pages is there."""
    if not paper.is_possible():
        missing("NOT RUN: Pango was not found; install the Debian package `libpangoft2-1.0-0`")


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The pages that were to become PDFs; none is laid out."""
    pages: list[str] = []

    def pdf(page: str) -> bytes:
        pages.append(page)
        return b"%PDF-1.7 " + page[-40:].encode()

    monkeypatch.setattr(paper, "is_possible", lambda: True)
    monkeypatch.setattr(paper, "pdf", pdf)
    yield pages


def address(article: Article, kind: str) -> str:
    return f"{article.get_absolute_url()}ban-luu.{kind}"


def saved_page(article: Article) -> str:
    answer = ask(address(article, "html"))
    assert answer.status == 200
    return answer.text


def words_of(text: str) -> str:
    """With one blank between words: a line of a PDF ends where it ends."""
    return " ".join(text.split())


# --- The PDF ----------------------------------------------------------------------------------------


def test_the_pdf_of_the_seed_story_says_all_of_it_and_is_tagged_in_vietnamese(
    printer: None,
) -> None:
    SiteIdentity(level="Quận", name="Gò Vấp", parent="Thành phố Hồ Chí Minh").save()
    call_command("import_page", str(SEED), verbosity=0)
    article = Article.objects.get()

    answer = ask(address(article, "pdf"))
    reader = PdfReader(io.BytesIO(answer.body))

    pages = [page.extract_text() for page in reader.pages]
    for number, page in enumerate(pages, start=1):
        foot = f"Quận Gò Vấp Trang {number}/{len(pages)}"
        assert words_of(page).endswith(foot)
        pages[number - 1] = words_of(page).removesuffix(foot)
    text = words_of(" ".join(pages))
    story = [
        *("Thành phố Hồ Chí Minh", "Ủy ban nhân dân Quận Gò Vấp", settings.SITE_URL),
        *(article.section.name, article.title, "Thứ sáu, Ngày 31/05/2019, 05:09 CH"),
        *(article.marked_lead, richtext.plain(article.body), article.byline),
    ]
    # Only the address is longer than a line.
    text, _, origin = text.partition(" Bản lưu của tin đăng tại ")
    assert text == words_of(" ".join(story))
    assert origin.replace(" ", "") == f"{settings.SITE_URL}{article.get_absolute_url()}"
    assert reader.metadata is not None
    assert reader.metadata.title == article.title
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"] == "vi"
    assert catalog["/MarkInfo"]["/Marked"]
    assert "pdfuaid:part" in catalog["/Metadata"].get_data().decode()


def test_nothing_is_fetched_while_a_page_is_laid_out(printer: None, tmp_path: Path) -> None:
    """Neither from the net nor from the disk, whatever a page names."""
    (tmp_path / "secret.html").write_text("<p>BÍ MẬT</p>")
    named = (tmp_path / "secret.html").as_uri()
    page = (
        f'<html lang="vi"><title>x</title><link rel="stylesheet" href="{named}">'
        f'<style>@import "{named}";</style><img src="{named}" alt="x"><img src="http://127.0.0.1:9/x" alt="x">'
        f'<object data="{named}">x</object><link rel="attachment" href="{named}"><p>Chữ</p></html>'
    )
    traced = (
        "import sys, runpy\n"
        "def hook(event, args):\n"
        "    if event.startswith('socket.connect') or (event == 'open' and 'secret' in str(args[0])):\n"
        "        sys.stderr.write('FETCHED ' + str(args))\n"
        "sys.addaudithook(hook)\n"
        "runpy.run_module('news.paper', run_name='__main__')\n"
    )
    result = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", traced],
        input=page.encode(),
        capture_output=True,
        cwd=settings.BASE_DIR,
        check=True,
    )
    # The words that stand in for pictures, and the paragraph.
    assert "FETCHED" not in result.stderr.decode()
    assert PdfReader(io.BytesIO(result.stdout)).pages[0].extract_text().split() == [
        "x",
        "Chữ",
        "xx",
    ]


def test_a_pdf_is_made_once_for_each_version_of_the_page(printed: list[str]) -> None:
    article = make_article(title="Tin một")
    first = ask(address(article, "pdf"))
    assert first.headers["Content-Type"] == "application/pdf"
    assert f'filename="{article.slug}-{article.pk}.pdf"' in first.headers["Content-Disposition"]
    assert ask(address(article, "pdf")).body == first.body
    assert len(printed) == 1

    SiteIdentity(level="Phường", name="Gò Vấp").save()
    ask(address(article, "pdf"))

    assert len(printed) == 2
    assert len(list((Path(settings.MEDIA_ROOT) / "saved").glob("*.pdf"))) == 1


def test_who_has_the_file_is_not_sent_it_again_and_nothing_is_made(printed: list[str]) -> None:
    article = make_article()
    for kind in ("html", "pdf"):
        etag = ask(address(article, kind)).headers["ETag"]
        printed.clear()
        answer = ask(address(article, kind), HTTP_IF_NONE_MATCH=etag)
        assert (answer.status, answer.body, printed) == (304, b"", [])


def test_who_asks_only_for_the_head_is_told_of_the_file_and_nothing_is_made(
    printed: list[str],
) -> None:
    article = make_article()
    for kind in ("html", "pdf"):
        head = ask(address(article, kind), method="HEAD")
        assert (head.status, head.body, printed) == (200, b"", []), kind
        assert "Content-Length" not in head.headers, kind
        whole = ask(address(article, kind)).headers
        assert head.headers.items() <= whole.items(), kind
        printed.clear()


def test_while_another_is_made_one_is_told_to_come_back(
    printed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "PATIENCE", 0)
    article = make_article()
    with saving._alone():
        answer = ask(address(article, "pdf"))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "thử lại" in answer.text
    assert printed == []
    assert ask(address(article, "pdf")).status == 200


def test_only_a_failure_of_the_page_itself_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a busy or full machine spoils is made for the next who asks."""
    tried: list[Any] = []
    how: Any = None

    def run(*args: Any, **kwargs: Any) -> Any:
        tried.append(how)
        if isinstance(how, Exception):
            raise how
        return subprocess.CompletedProcess(args, how, b"", b"")

    monkeypatch.setattr(paper, "is_possible", lambda: True)
    monkeypatch.setattr(subprocess, "run", run)
    table = [
        (1, 1, "Bản in"),
        (0, 1, "Bản in"),
        (-signal.SIGXCPU, 1, "Bản in"),
        (-signal.SIGKILL, 2, "Thử lại"),
        (-signal.SIGSEGV, 2, "Thử lại"),
        (subprocess.TimeoutExpired("x", 25), 2, "Thử lại"),
        (OSError("no memory"), 2, "Thử lại"),
    ]
    for how, times, offered in table:
        tried.clear()
        article = make_article()
        for _ in range(2):
            answer = ask(address(article, "pdf"))
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5"), how
            assert offered in answer.text, how
        assert len(tried) == times, how


def test_the_process_ends_within_its_bounds(printer: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "SECONDS", -4.99)
    with pytest.raises(paper.Interrupted):
        paper.pdf("<p>Chữ</p>")
    endless = "from news import paper; paper.SECONDS = 1; paper._bound()\nwhile True: pass"
    ended = subprocess.run([sys.executable, "-c", endless], cwd=settings.BASE_DIR, check=False)  # noqa: S603
    assert ended.returncode == -signal.SIGXCPU


def test_pdfs_are_few_and_go_after_a_time(
    printed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MAX_KEPT", 3)
    for _ in range(5):
        ask(address(make_article(), "pdf"))
    folder = Path(settings.MEDIA_ROOT) / "saved"
    assert len(list(folder.glob("*.pdf"))) == 3

    assert saving.forget_old() == 0
    monkeypatch.setattr(saving, "KEPT_SECONDS", -60)
    assert saving.forget_old() == 3
    assert list(folder.glob("*.pdf")) == []


def test_without_what_lays_out_pages_only_the_html_file_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paper, "is_possible", lambda: False)
    article = make_article()
    words = ask(article.get_absolute_url()).text
    assert "ban-luu.html" in words
    assert "ban-luu.pdf" not in words
    assert ask(address(article, "pdf")).status == 404


# --- The HTML file ----------------------------------------------------------------------------------


def test_the_html_file_holds_everything_and_asks_for_nothing() -> None:
    SiteIdentity(level="Phường", name="Gò Vấp", crest=make_photo()).save()
    photo = make_photo(caption="Toàn cảnh", credit="Minh Tâm")
    article = make_article(
        body=f'<p>Đọc <a href="/muc/tin-1/">tin trước</a>.</p><figure class="image"><img src="{photo.url}" alt="Ảnh">'
        "<figcaption>Hội trường</figcaption></figure>",
        cover=make_photo(caption="Ảnh bìa"),
    )
    stored = make_attachment(title="Kế hoạch")
    ArticleAttachment.put_below(article, [stored.pk])
    words = saved_page(article)

    for text in (
        *("Phường Gò Vấp", "Hội trường", "Minh Tâm", "Ảnh bìa", "Kế hoạch", 'class="qr"'),
        *(
            f"{settings.SITE_URL}{article.get_absolute_url()}",
            f'href="{settings.SITE_URL}/muc/tin-1/"',
        ),
        settings.SITE_URL + stored.get_absolute_url(),
    ):
        assert text in words, text
    # The crest, the cover, the picture of the body; every letter of the typeface.
    assert words.count('<img src="data:image/jpeg;base64,') == 3
    assert words.count('url("data:font/woff2;base64,') == 4
    assert not re.search(r'(?:src|srcset|data|action|poster)="(?!data:)', words)
    assert not re.search(r'url\((?!"data:)', words)
    assert not re.search(
        r"<script|<iframe|<object|<form|\son[a-z]+=|<link(?! rel=\"canonical\")", words
    )
    picture = re.findall(r"data:image/jpeg;base64,([^\"]+)", words)[2]
    assert base64.b64decode(picture).startswith(b"\xff\xd8")


def test_a_browser_is_told_that_nothing_in_the_file_may_run() -> None:
    answer = ask(address(make_article(), "html"))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', answer.text)
    assert policy
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "unsafe" not in policy[1]
    assert "script-src" not in policy[1]


def test_what_pictures_a_file_does_not_hold_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, lost = make_photo(), make_photo()
    lost.delete_files()
    shown = "".join(f'<p><img src="{each.url}" alt="Ảnh"></p>' for each in (photo, photo, lost))
    article = make_article(body=shown)
    assert saved_page(article).count("Ảnh không có trong bản lưu") == 1
    monkeypatch.setattr(saving, "MAX_PICTURE_BYTES", 0)
    assert saved_page(article).count("Ảnh không có trong bản lưu") == 3


def test_words_that_look_like_a_picture_stay_words() -> None:
    photo = make_photo()
    article = make_article(body=f'<p>&lt;img src="{photo.url}" alt="x"&gt;</p>')
    assert "data:image" not in saved_page(article).replace("img-src data:", "")


# --- Who gets it ------------------------------------------------------------------------------------


def test_what_is_not_public_gives_no_file(printed: list[str], client: Client) -> None:
    draft = make_article(title="NHÁP", status=Article.Status.DRAFT)
    future = make_article(title="NHÁP MAI", published_at=timezone.now() + dt.timedelta(days=1))
    withdrawn = make_article(body="<p>NHÁP RÚT</p>", status=Article.Status.WITHDRAWN)
    for article, status in ((draft, 404), (future, 404), (withdrawn, 410)):
        for kind in ("html", "pdf"):
            answer = client.get(address(article, kind))
            assert answer.status_code == status, (article, kind)
            assert "NHÁP" not in answer.content.decode(), (article, kind)
    assert printed == []


def test_a_file_that_was_made_is_not_given_out_after_the_story_was_withdrawn(
    printed: list[str],
) -> None:
    article = make_article()
    assert ask(address(article, "pdf")).status == 200
    article.withdraw(by=make_user("news.withdraw_article"), reason="Sai")
    for kind in ("html", "pdf"):
        assert ask(address(article, kind)).status == 410


def test_another_address_of_the_story_leads_to_the_right_one(printed: list[str]) -> None:
    article = make_article()
    answer = ask(f"/muc-cu/ten-cu-{article.pk}/ban-luu.pdf")
    assert (answer.status, answer.headers["Location"]) == (301, address(article, "pdf"))


def test_a_file_that_lies_there_costs_few_queries_and_no_work(printed: list[str]) -> None:
    photo = make_photo()
    article = make_article(body=f'<p><img src="{photo.url}" alt="Ảnh"></p>')
    ask(address(article, "pdf"))
    with CaptureQueriesContext(connection) as queries:
        ask(address(article, "pdf"))
    assert len(queries) <= 6, [q["sql"][:100] for q in queries]
    assert len(printed) == 1
