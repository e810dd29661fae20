"""Attachments on their way to readers: who gets them, how, and what is counted."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news import attachments, counting
from news.models import Article, ArticleAttachment, Attachment, DownloadCount
from tests.asking import ask
from tests.factories import (
    make_article,
    make_attachment,
    make_user,
    office_parts,
    pdf_bytes,
    zip_bytes,
)
from tests.news.test_counting import READER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests say themselves when to write."""
    monkeypatch.setattr(counting, "_start_writer", lambda: None)


def make_public(attachment: Attachment | None = None, **article: Any) -> Attachment:
    attachment = attachment or make_attachment()
    ArticleAttachment.put_below(make_article(**article), [attachment.pk])
    return attachment


def get(address: str, client: Client | None = None, method: str = "get", **headers: Any) -> Any:
    sent = {"user-agent": READER, **{n.replace("_", "-"): v for n, v in headers.items()}}
    return getattr(client or Client(), method)(address, headers=sent)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


# --- Who gets it ----------------------------------------------------------------------------------


def test_a_file_of_a_public_story_is_downloaded_as_it_was_uploaded() -> None:
    content = pdf_bytes("Lich nghi le")
    stored = make_public(make_attachment(content, name="Lịch nghỉ lễ.pdf"))

    response = get(stored.get_absolute_url())

    assert stored.get_absolute_url() == f"/tep/{stored.pk}/lich-nghi-le.pdf"
    assert (response.status_code, body(response)) == (200, content)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Length"] == str(len(content))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Cookie" not in response.headers.get("Vary", "")
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="lich-nghi-le.pdf"; '
        "filename*=UTF-8''L%E1%BB%8Bch%20ngh%E1%BB%89%20l%E1%BB%85.pdf"
    )


def not_public() -> list[Attachment]:
    tomorrow = timezone.now() + dt.timedelta(days=1)
    return [
        make_attachment(),
        make_public(status=Article.Status.DRAFT),
        make_public(status=Article.Status.WITHDRAWN),
        make_public(published_at=tomorrow),
    ]


@pytest.mark.parametrize("which", range(4), ids=["unused", "draft", "withdrawn", "scheduled"])
def test_a_file_without_a_public_story_is_not_there(which: int) -> None:
    stored = not_public()[which]
    for address in (stored.get_absolute_url(), stored.view_url, f"/tep/{stored.pk}/x"):
        assert get(address).status_code == 404
        assert get(address, method="head").status_code == 404


@pytest.mark.parametrize("which", range(4), ids=["unused", "draft", "withdrawn", "scheduled"])
def test_staff_with_the_right_may_open_any_and_nobody_keeps_it(which: int) -> None:
    stored = not_public()[which]
    staff = Client()
    staff.force_login(make_user("news.view_attachment"))

    response = get(stored.get_absolute_url(), staff)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"


def test_staff_without_the_right_and_readers_with_an_account_may_not() -> None:
    stored = make_attachment()
    for user in (
        make_user("news.change_attachment"),
        make_user("news.view_attachment", is_staff=False),
    ):
        client = Client()
        client.force_login(user)
        assert get(stored.get_absolute_url(), client).status_code == 404


def test_one_public_story_is_enough() -> None:
    stored = make_public(status=Article.Status.DRAFT)
    make_public(stored)
    assert get(stored.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    "path", ["/tep/{}/", "/tep/{}/xem/", "/tep/9999/a.pdf", "/tep/99999999999999999999/a.pdf"]
)
def test_an_address_that_names_no_file_is_not_found(path: str) -> None:
    assert get(path.format(make_public().pk)).status_code == 404


@pytest.mark.parametrize("name", ["khac.pdf", "a%0d%0aSet-Cookie:x", "%2e%2e", "%E1%BB%87.pdf"])
def test_another_name_leads_to_the_right_one(name: str) -> None:
    stored = make_public()
    for address in (stored.get_absolute_url(), stored.view_url):
        response = get(f"{address.rpartition('/')[0]}/{name}")
        assert (response.status_code, response.headers["Location"]) == (301, address)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_file_is_read_only(method: str) -> None:
    assert get(make_public().get_absolute_url(), method=method).status_code == 405


def test_the_library_s_folder_is_not_served() -> None:
    stored = make_public()
    assert get(f"/media/{stored.storage_name}").status_code == 404
    assert get(f"/media/photos/../{stored.storage_name}").status_code == 404


def test_a_lost_file_is_not_found() -> None:
    stored = make_public()
    default_storage.delete(stored.storage_name)
    assert get(stored.get_absolute_url()).status_code == 404


def test_a_file_costs_one_query() -> None:
    address = make_public().get_absolute_url()
    with CaptureQueriesContext(connection) as queries:
        assert get(address).status_code == 200
    assert len(queries) == 1


# --- In place -------------------------------------------------------------------------------------


def test_a_pdf_is_shown_in_place_by_the_browser_s_own_viewer() -> None:
    stored = make_public(make_attachment(name="Lịch.pdf"))
    response = get(stored.view_url)

    assert response.headers["Content-Disposition"].startswith('inline; filename="lich.pdf"; ')
    assert "sandbox" not in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_an_office_document_is_never_shown_in_place() -> None:
    stored = make_public(make_attachment(zip_bytes(office_parts()), name="bảng.docx"))

    assert stored.view_url == ""
    assert get(f"/tep/{stored.pk}/xem/bang.docx").status_code == 404
    assert get(stored.get_absolute_url()).headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "sent",
    ['a"b;\r\nX: y', "C:\\x\\thông\u202ebáo", "../../a%0d%0ab", "tệp " * 75, "plain name.pdf"],
)
def test_no_name_breaks_the_header(sent: str) -> None:
    stored = make_public()
    stored.file_name = attachments.clean_name(sent, "pdf")
    stored.save()
    header = get(stored.get_absolute_url()).headers["Content-Disposition"]

    assert re.fullmatch(
        r"attachment; filename=\"[\w .;=%-]+\.pdf\"(; filename\*=UTF-8''[\w.%~-]+)?",
        header,
        re.ASCII,
    )


# --- In part, and not again -----------------------------------------------------------------------


def test_head_says_what_get_would_say() -> None:
    stored = make_public()
    head, whole = get(stored.get_absolute_url(), method="head"), get(stored.get_absolute_url())
    assert body(head) == b""
    for name in ("Content-Type", "Content-Length", "Content-Disposition", "ETag", "Accept-Ranges"):
        assert head.headers[name] == whole.headers[name]


def test_what_the_reader_has_is_not_sent_again() -> None:
    address = make_public().get_absolute_url()
    etag = get(address).headers["ETag"]
    again = get(address, If_None_Match=etag)
    assert (again.status_code, body(again), again.headers["ETag"]) == (304, b"", etag)
    assert get(address, If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, None),
        ("bytes=-7", -7, None),
        ("bytes=5-99999", 5, None),
    ],
)
def test_a_piece_is_sent(asked: str, first: int, last: int | None) -> None:
    content = pdf_bytes("Tung phan")
    stored = make_public(make_attachment(content))
    response = get(stored.get_absolute_url(), Range=asked)
    expected = content[first:] if last is None else content[first : last + 1]

    begin = len(content) + first if first < 0 else first
    assert (response.status_code, body(response)) == (206, expected)
    assert response.headers["Content-Range"] == (
        f"bytes {begin}-{begin + len(expected) - 1}/{len(content)}"
    )
    assert response.headers["Content-Length"] == str(len(expected))


@pytest.mark.parametrize("asked", ["bytes=99999-", "bytes=-0"])
def test_a_piece_behind_the_end_is_refused(asked: str) -> None:
    stored = make_public()
    response = get(stored.get_absolute_url(), Range=asked)
    assert (response.status_code, body(response)) == (416, b"")
    assert response.headers["Content-Range"] == f"bytes */{stored.size}"


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1,4-5"},
        {"Range": "bytes=9-3"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=-"},
        {"Range": "bytes=٠-٩"},
        {"Range": "bytes=0-9", "If_Range": '"old"'},
    ],
)
def test_what_cannot_be_cut_is_sent_whole(headers: dict[str, Any]) -> None:
    stored = make_public()
    response = get(stored.get_absolute_url(), **headers)
    assert (response.status_code, len(body(response))) == (200, stored.size)


def test_through_the_page_cache_a_file_comes_whole_in_part_and_as_head() -> None:
    stored = make_public()
    address = stored.get_absolute_url()

    assert len(ask(address).body) == stored.size
    assert ask(address, HTTP_RANGE="bytes=0-3").body == b"%PDF"
    assert ask(address, "HEAD").headers["Content-Length"] == str(stored.size)
    ArticleAttachment.objects.all().delete()
    assert ask(address).status == 404


# --- Behind nginx ---------------------------------------------------------------------------------


def test_behind_nginx_only_the_place_of_the_file_is_told(settings: Any) -> None:
    settings.BEHIND_PROXY = True
    stored = make_public(make_attachment(name="Lịch.pdf"))
    response = get(stored.get_absolute_url(), Range="bytes=0-3")

    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["X-Accel-Redirect"] == f"/media/{stored.storage_name}"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment; ")


# --- What is counted ------------------------------------------------------------------------------


def counted(stored: Attachment, **how: Any) -> int:
    """How many downloads are written after one request made in this way."""
    get(how.pop("address", stored.get_absolute_url()), **how)
    counting.flush()
    return DownloadCount.objects.get(pk=stored.pk).total


def test_downloads_and_looks_in_place_are_counted() -> None:
    stored, other = make_public(), make_public()

    assert counted(stored) == 1
    assert counted(stored, address=stored.view_url) == 2
    assert counted(other) == 1
    assert DownloadCount.objects.get(pk=stored.pk).total == 2


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=0-65535", "bytes = 0-1"])
def test_the_first_piece_counts(asked: str) -> None:
    assert counted(make_public(), Range=asked) == 1


@pytest.mark.parametrize(
    "how",
    [
        {"Range": "bytes=100-"},
        {"Range": "bytes=-500"},
        {"method": "head"},
        {"If_None_Match": '"x"'},
        {"If_Modified_Since": "Wed, 25 Nov 2026 00:00:00 GMT"},
        {"user_agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"user_agent": ""},
        {"Sec_Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_pieces_questions_machines_and_other_sites_pictures_do_not_count(
    how: dict[str, str],
) -> None:
    assert counted(make_public(), **how) == 0


def test_a_link_on_another_site_counts() -> None:
    assert counted(make_public(), Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate") == 1


def test_staff_do_not_count_and_what_is_not_public_neither() -> None:
    staff = Client()
    staff.force_login(make_user("news.view_attachment"))

    assert counted(make_public(), client=staff) == 0
    assert counted(make_attachment(), client=staff) == 0


def test_a_request_that_is_led_to_the_right_name_counts_once() -> None:
    stored = make_public()
    assert counted(stored, address=f"/tep/{stored.pk}/khac.pdf") == 0


def test_downloads_are_written_together_and_not_lost_by_a_failed_try(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    files = [make_public() for _ in range(5)]
    for stored in files:
        counting.count_download(stored.pk)
    counting.count_download(10**6)

    def fail(batch: Any) -> None:
        raise OSError("disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(counting, "_write_downloads", fail)
        counting.flush()
    # A savepoint around the two.
    with django_assert_num_queries(4):
        counting.flush()
    assert set(DownloadCount.objects.values_list("total", flat=True)) == {1}


def test_what_is_kept_of_downloads_has_no_place_for_a_person() -> None:
    assert {field.name for field in DownloadCount._meta.get_fields()} == {"attachment", "total"}


# --- On the page ----------------------------------------------------------------------------------


def test_the_page_lists_its_files_with_kind_size_and_downloads() -> None:
    article = make_article()
    one = make_attachment(title="Thông báo & <lịch>")
    two = make_attachment(zip_bytes(office_parts("xlsx")), name="bảng.xlsx", title="Bảng giá")
    ArticleAttachment.put_below(article, [two.pk, one.pk])
    DownloadCount.objects.filter(pk=two.pk).update(total=12677)

    page = ask(article.get_absolute_url()).text

    assert page.index("Bảng giá") < page.index("Thông báo &amp; &lt;lịch&gt;")
    assert f'href="{two.get_absolute_url()}"' in page
    assert "XLSX, 1 KB · 12.677 lượt tải" in page
    assert "PDF, 1 KB · 0 lượt tải" in page
    assert page.count("Xem <span") == 1
    assert f'href="{one.view_url}"' in page


def test_the_page_for_paper_writes_the_addresses_out() -> None:
    stored = make_public()
    article = Article.objects.get()
    page = ask(f"{article.get_absolute_url()}ban-in/").text

    assert (
        f'<p class="attachment-address">http://127.0.0.1:8000{stored.get_absolute_url()}</p>'
        in page
    )
    assert "lượt tải" not in page


def test_a_story_without_files_says_nothing_of_them() -> None:
    article = make_article()
    assert "Tệp đính kèm" not in ask(article.get_absolute_url()).text


def test_a_story_costs_the_same_with_one_file_and_with_nine(django_assert_num_queries: Any) -> None:
    article = make_article()
    costs = []
    for number in (1, 9):
        ArticleAttachment.put_below(article, [make_attachment().pk for _ in range(number)])
        with CaptureQueriesContext(connection) as queries:
            Client().get(article.get_absolute_url())
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_files_are_not_in_the_feeds() -> None:
    stored = make_public()
    assert f"/tep/{stored.pk}" not in ask("/rss.xml").text
