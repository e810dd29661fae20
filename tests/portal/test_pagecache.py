"""The page cache: what it keeps, what it must never keep, and how fresh it is."""

import datetime as dt
import gzip
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news import freshness, paging
from news.models import Article
from portal.models import TextPage
from portal.pagecache import accepts_gzip, matches
from portal.wsgi import application
from tests.asking import ask
from tests.factories import make_article, make_comment, make_section, make_user

pytestmark = pytest.mark.django_db


def queries_of(path: str, **environ: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask(path, **environ)
    return len(queries)


def test_a_repeated_article_costs_one_query_for_the_generation() -> None:
    address = make_article().get_absolute_url()
    ask(address)
    assert queries_of(address) == 1


def test_a_repeated_article_costs_none_while_the_generation_is_remembered(settings: Any) -> None:
    settings.GENERATION_MEMO_SECONDS = 5
    address = make_article().get_absolute_url()
    ask(address)
    assert queries_of(address) == 0


def test_what_was_erased_lies_in_the_memory_of_no_process_after_its_next_page() -> None:
    comment = make_comment(text="Lời đã xoá", status="approved")
    address = comment.article.get_absolute_url()
    ask(address)
    comment.erase()
    ask("/")

    held = b"".join(page.body for page in application.memory.pages)
    assert held
    assert "Lời đã xoá".encode() not in held


def test_the_same_bytes_come_from_the_cache() -> None:
    address = make_article().get_absolute_url()
    assert ask(address).body == ask(address).body


def test_gzip_is_sent_to_those_who_accept_it_only() -> None:
    address = make_article().get_absolute_url()
    plain, zipped = ask(address), ask(address, HTTP_ACCEPT_ENCODING="br, gzip")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"


def test_a_known_tag_is_answered_304_without_a_body() -> None:
    address = make_article().get_absolute_url()
    again = ask(address, HTTP_IF_NONE_MATCH=ask(address).headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_a_page_made_again_with_the_same_bytes_keeps_its_date(time_machine: Any) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    address = make_article().get_absolute_url()
    before = ask(address).headers["Last-Modified"]
    time_machine.shift(90)
    assert ask(address).headers["Last-Modified"] == before


@pytest.mark.django_db(databases=[])
def test_the_address_of_the_health_check_asks_no_database() -> None:
    assert ask("/song/").status == 200


def test_head_says_what_get_says_without_the_body() -> None:
    address = make_article().get_absolute_url()
    head, get = ask(address, method="HEAD"), ask(address)
    assert head.body == b""
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_a_published_article_is_on_the_cached_home_page_at_once() -> None:
    ask("/")
    article = make_article(title="Vừa xuất bản", status=Article.Status.DRAFT)
    assert "Vừa xuất bản" not in ask("/").text
    article.publish(by=make_user("news.publish_article"))
    assert "Vừa xuất bản" in ask("/").text


def test_a_page_expires_when_the_next_article_becomes_visible(time_machine: Any) -> None:
    time_machine.move_to(timezone.now())
    section = make_section()
    make_article(
        title="Đến giờ mới hiện",
        section=section,
        published_at=timezone.now() + dt.timedelta(seconds=20),
    )
    assert "Đến giờ mới hiện" not in ask(section.get_absolute_url()).text
    time_machine.shift(21)
    assert "Đến giờ mới hiện" in ask(section.get_absolute_url()).text


def test_no_page_with_a_session_is_kept_or_answered_from_the_cache() -> None:
    address = make_article().get_absolute_url()
    ask(address, HTTP_COOKIE="sessionid=abc")
    assert len(application.memory) == 0
    ask(address)
    assert queries_of(address, HTTP_COOKIE="sessionid=abc") > 1


def test_an_authorized_request_passes_by() -> None:
    address = make_article().get_absolute_url()
    ask(address, HTTP_AUTHORIZATION="Basic x")
    assert len(application.memory) == 0


@pytest.mark.parametrize(
    "query", ["a=1", "trang=1&trang=2", "thu-tu=cu-nhat&thu-tu=cu-nhat", "trang=1&x=", "q=tin"]
)
def test_an_unknown_parameter_passes_by(query: str) -> None:
    make_article()
    ask("/", query=query)
    assert len(application.memory) == 0


def test_a_parameter_of_other_sites_neither_splits_nor_enters_the_page() -> None:
    address = make_article().get_absolute_url()
    marked = ask(address, query="fbclid=EVIL&utm_source=zalo")
    assert "EVIL" not in marked.text
    assert len(application.memory) == 1
    assert ask(address).body == marked.body
    assert len(application.memory) == 1


def test_where_a_page_of_a_list_begins_is_part_of_the_key() -> None:
    section = make_section()
    old, new = make_article(section=section), make_article(section=section)
    first = ask(section.get_absolute_url())
    second = ask(section.get_absolute_url(), query=f"truoc={new.pk}")
    assert old.title in first.text and new.title in first.text
    assert old.title in second.text and new.title not in second.text


def test_page_and_order_together_are_one_page_however_they_are_written() -> None:
    address = make_article().get_absolute_url()
    first = ask(address, query="trang=1&thu-tu=cu-nhat")
    assert ask(address, query="thu-tu=cu-nhat&trang=1").body == first.body
    assert len(application.memory) == 1


@pytest.mark.parametrize(
    "query", ["thu-tu=", "thu-tu=moi", "thu-tu=cu-nhat%0A", "trang=2&thu-tu=x"]
)
def test_what_is_no_order_leads_to_the_address_without_it(query: str) -> None:
    address = make_article().get_absolute_url()
    answer = ask(address, query=query)
    assert (answer.status, answer.headers["Location"]) == (302, address)
    assert len(application.memory) == 0


def test_a_page_that_knows_no_order_is_not_kept_twice() -> None:
    section = make_section()
    assert ask(section.get_absolute_url(), query="thu-tu=cu-nhat").status == 302


def test_no_page_is_kept_once_more_for_a_page_number_that_it_does_not_have() -> None:
    article = make_article()
    for address in (
        "/",
        article.section.get_absolute_url(),
        article.get_absolute_url(),
        f"{article.get_absolute_url()}ban-in/",
        TextPage.objects.create(title="Giới thiệu").get_absolute_url(),
        reverse("privacy"),
        "/robots.txt",
        "/sitemap.xml",
        reverse("news:feed"),
    ):
        assert ask(address).status == 200
        kept = len(application.memory)
        assert ask(address, query="trang=2").status in {302, 404}
        assert len(application.memory) == kept


@pytest.mark.parametrize("path", ["/khong-co/", "/quan-tri/login/", "/song/", "/tim-kiem/"])
def test_errors_forms_and_health_are_never_kept(path: str) -> None:
    ask(path)
    assert len(application.memory) == 0


def test_a_post_is_never_answered_from_the_cache() -> None:
    ask("/")
    assert ask("/", method="POST").status == 403


def test_a_foreign_host_is_refused_and_poisons_nothing() -> None:
    make_article()
    assert ask("/", host="evil.example").status == 400
    assert "evil.example" not in ask("/").text


@pytest.mark.parametrize(
    "header", ["HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_SERVER", "HTTP_X_ORIGINAL_URL"]
)
def test_a_forwarded_header_changes_no_byte(header: str) -> None:
    make_article()
    assert "evil" not in ask("/", **{header: "evil.example"}).text


def test_the_marker_of_the_cache_reaches_no_reader() -> None:
    make_article()
    for answer in (ask("/"), ask("/"), ask("/", query="x=1")):
        assert not any(name.lower() == "x-page-cache" for name in answer.headers)


def test_memory_is_bounded(settings: Any) -> None:
    settings.PAGE_CACHE_BYTES = 60_000
    section = make_section()
    for _ in range(12):
        ask(make_article(section=section).get_absolute_url())
    assert 0 < len(application.memory) < 12


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("gzip", True),
        ("GZIP;q=1", True),
        ("gzip;q=0", False),
        ("br", False),
        ("", False),
        ("deflate, gzip;q=0.5", True),
    ],
)
def test_accept_encoding_is_read_as_the_standard_says(header: str, expected: bool) -> None:
    assert accepts_gzip(header) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ('"b"', False),
        ("", False),
    ],
)
def test_if_none_match_is_compared_weakly(header: str, expected: bool) -> None:
    assert matches(header, 'W/"a"') == expected


def test_what_becomes_visible_while_a_page_is_made_is_not_waited_for_again(
    time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    section = make_section()
    make_article(
        title="Hiện giữa chừng", section=section, published_at=start + dt.timedelta(seconds=1)
    )
    slow = application.application

    def render_slowly(*given: Any) -> Any:
        answer = slow(*given)
        time_machine.shift(2)
        return answer

    monkeypatch.setattr(application, "application", render_slowly)
    assert "Hiện giữa chừng" not in ask(section.get_absolute_url()).text
    assert "Hiện giữa chừng" in ask(section.get_absolute_url()).text


def test_no_part_of_a_page_that_was_read_before_a_change_is_kept_for_the_pages_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = make_article(title="Tên cũ", status="published")
    read = paging.cards

    def read_just_before_the_change(numbers: Sequence[int]) -> list[Article]:
        found = read(numbers)
        monkeypatch.setattr(paging, "cards", read)
        Article.objects.filter(pk=story.pk).update(title="Tên mới")
        freshness.bump()
        freshness.forget()
        return found

    monkeypatch.setattr(paging, "cards", read_just_before_the_change)
    address = story.section.get_absolute_url()
    assert "Tên cũ" in ask(address).text
    after = ask(address).text
    assert "Tên mới" in after
    assert "Tên cũ" not in after


def test_parts_of_many_stories_push_out_each_other_and_not_what_stands_on_every_page(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GENERATION_MEMO_SECONDS = 3600
    monkeypatch.setattr(freshness, "MOST_MADE", 3)
    made: list[Any] = []

    def make(names: list[Any]) -> dict[Any, Any]:
        made.extend(names)
        return {name: f"{name}" for name in names}

    freshness.each_made_once(["of every page"], make)
    for number in range(5):
        freshness.each_made_once([("row", number)], make)
    made.clear()
    freshness.each_made_once(["of every page", ("row", 1), ("row", 2), ("row", 4)], make)
    assert made == [("row", 1)]


def test_a_page_is_not_kept_with_parts_of_a_number_that_was_asked_for_before(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    story = make_article(title="Tên cũ", status="published")
    address = story.section.get_absolute_url()
    ask(address)
    Article.objects.filter(pk=story.pk).update(title="Tên mới")
    before = freshness.current()
    freshness.bump()
    inner = application.application

    def remembers_what_was(*given: Any) -> Any:
        """As a thread does that asked before the change and notes the answer only now."""
        settings.GENERATION_MEMO_SECONDS = 3600
        monkeypatch.setattr(freshness, "_memo", (before, float("inf")))
        return inner(*given)

    with monkeypatch.context() as patch:
        patch.setattr(application, "application", remembers_what_was)
        assert "Tên cũ" not in ask(address).text


@pytest.mark.parametrize("number", ["0", "x", "01", "", "123456", "²"])
def test_a_page_number_that_is_none_makes_no_copy(number: str) -> None:
    answer = ask("/", query=urlencode({"trang": number}))
    assert (answer.status, answer.headers["Location"]) == (302, "/")
    assert len(application.memory) == 0


def test_of_a_story_that_moved_to_another_address_a_proxy_is_told_to_forget_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(application, "behind_proxy", True)
    article = make_article(slug="ten-moi")
    moved = ask(article.get_absolute_url().replace("ten-moi", "ten-cu"))
    assert moved.status == 301
    assert moved.headers["X-Accel-Expires"].startswith("@")
    assert freshness.CACHEABLE_HEADER not in moved.headers


def test_what_asks_no_database_is_answered_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise OperationalError

    monkeypatch.setattr(freshness, "current", away)
    answer = ask("/robots.txt")
    assert (answer.status, answer.text[:11]) == (200, "User-agent:")
