"""Where no page is: stories that may have been meant, and a count for the desk that knows nobody."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news import counting, missing
from news.models import Article, MissedAddress
from news.models import missed as missed_model
from portal.roles import ADMINISTRATOR
from tests.asking import Answer, ask
from tests.desk import logged_in
from tests.factories import make_article, make_official, make_section
from tests.news.redirecting import redirect
from tests.news.test_counting import READER

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests say themselves when to write."""
    monkeypatch.setattr(counting, "_start_writer", lambda: None)


def look_for(path: str, query: str = "", **headers: str) -> Answer:
    # As servers hand a path on (PEP 3333).
    answer = ask(
        path.encode().decode("latin-1"), query=query, **{"HTTP_USER_AGENT": READER, **headers}
    )
    assert answer.status == 404, path
    return answer


def counted() -> dict[str, int]:
    counting.flush()
    return dict(MissedAddress.objects.values_list("path", "total"))


# --- What a reader is shown -------------------------------------------------------------------------


def test_the_words_of_an_old_address_find_its_story() -> None:
    story = make_article(title="Khai mạc hội thao quần chúng năm 2019", slug="khac-han")
    make_article(title="Tin khác hẳn")
    for path, query in (
        ("/the-thao/khai-mac-hoi-thao-quan-chung-nam-2019.html", ""),
        ("/hien-thi-tin-tuc/", "khai-mac-hoi-thao-quan-chung&post=AbC123"),
        ("/cu/khai-mac-hoi-thao-quan-chung-lan-thu-sau/", ""),
        ("/Khai mạc hội thao/", ""),
    ):
        words = look_for(path, query).text
        assert story.get_absolute_url() in words, path
        assert "Tin khác hẳn" not in words, path


def test_the_page_offers_search_and_sections_where_no_word_helps() -> None:
    section = make_section(name="Thể thao")
    words = look_for("/12345/").text
    assert "Có thể bạn tìm" not in words
    assert 'role="search"' in words
    assert words.count(f'href="{section.get_absolute_url()}"') >= 2


def test_a_day_without_a_page_leads_to_the_days_and_to_no_story_with_such_words() -> None:
    make_article(title="Tin theo ngày lễ")
    words = look_for("/tin-theo-ngay/2030/").text
    assert "Tin cũ được xếp theo ngày đưa" in words
    assert "Tin theo ngày lễ" not in words


def test_nothing_that_is_not_public_is_suggested() -> None:
    hidden = {"title": "Kế hoạch bí mật của phường", "body": "<p>x</p>"}
    make_article(status=Article.Status.DRAFT, **hidden)
    make_article(status=Article.Status.WITHDRAWN, **hidden)
    make_article(published_at=timezone.now() + dt.timedelta(days=1), **hidden)
    assert "Kế hoạch bí mật" not in look_for("/ke-hoach-bi-mat-cua-phuong/").text


@pytest.mark.parametrize(
    "path",
    [
        '/"><script>alert(1)</script>-mot-hai/',
        "/<img src=x onerror=alert(1)>",
        "/" + "rat-dai-" * 300 + "/",
        "/\x00-mot-hai/",
        "/NEAR(mot*hai)-OR-col:ba/",
        "/🙂-🙂-mot/",
        "/%ff%fe-mot-hai/",
    ],
)
def test_what_stands_in_an_address_is_only_ever_words(path: str) -> None:
    make_article(title="Một hai")
    answer = look_for(path)
    assert "<script>alert" not in answer.text
    assert "onerror" not in answer.text.replace("onerror alert", "")
    assert "no-cache" in answer.headers.get("Cache-Control", "no-cache")


@pytest.mark.usefixtures("long_running")
def test_a_page_that_is_not_there_costs_few_queries_and_a_probe_no_search() -> None:
    look_for("/khong-co/")
    for number in range(8):
        make_article(title=f"Khai mạc hội thao số {number}")
    with CaptureQueriesContext(connection) as looked:
        # Not all of the words are in one story: looked for twice.
        assert "Có thể bạn tìm" in look_for("/khai-mac-hoi-thao-lan-thu-sau/").text
    assert len(looked) <= 12, [q["sql"][:100] for q in looked]
    with CaptureQueriesContext(connection) as probed:
        look_for("/wp-content/khai-mac-hoi-thao/")
    assert not any("words" in q["sql"] for q in probed)


def test_one_search_at_a_time_is_enough_for_who_guesses_addresses() -> None:
    make_article(title="Khai mạc hội thao")
    with missing._searching:
        assert "Khai mạc hội thao" not in look_for("/khai-mac-hoi-thao/").text
    assert "Khai mạc hội thao" in look_for("/khai-mac-hoi-thao/").text


# --- What is counted --------------------------------------------------------------------------------


def test_readers_are_counted_by_path_and_nothing_else_of_them_is_kept() -> None:
    for _ in range(3):
        look_for("/cu/trang-1.html", "ten=Nguyen&sdt=0912345678")
    look_for("/cu/trang-1.html", HTTP_REFERER="https://mail.example.com/u/nguyen.van.a?box=1#x")
    assert counted() == {"/cu/trang-1.html": 4}
    look_for("/cu/trang-1.html")
    counting.flush()
    row: dict[str, Any] = dict(MissedAddress.objects.values().get())
    assert row.pop("id")
    assert row == {
        "path": "/cu/trang-1.html",
        "total": 5,
        "last_on": timezone.localdate(),
        "host": "mail.example.com",
    }


def test_what_may_name_somebody_or_was_tried_by_a_program_is_not_counted() -> None:
    for path in (
        *("/ban-nhap/abc.def/", "/binh-luan/cua-toi/abc/", "/gui/a@example.vn/", "/tim/0912345678"),
        *("/vi/Ban-nhap/abc/", "//binh-luan/cua-toi/abc/", "/tra-cuu/0912.345.678"),
        *(
            "/wp-login.php",
            "/.env",
            "/a/.git/config",
            "/xmlrpc.php",
            "/js/x.js",
            "/quan-tri-cu.php",
        ),
        "/media/photos/khong-co.jpg",
    ):
        look_for(path)
    look_for("/cu/", HTTP_USER_AGENT="Googlebot/2.1")
    look_for("/cu/", HTTP_USER_AGENT="")
    look_for("/cu/", HTTP_REFERER="https://[::1", HTTP_SEC_PURPOSE="prefetch")
    ask("/", HTTP_USER_AGENT=READER)
    # Led on to the address with a slash, where it is counted.
    ask("/cu", HTTP_USER_AGENT=READER)
    assert counted() == {}


def test_no_flood_of_addresses_fills_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed_model, "MAX_ROWS", 5)
    MissedAddress.objects.add({("/hay-hoi/", ""): 7})
    for round_ in range(3):
        for number in range(counting.MAX_MISSES_WAITING + 20):
            counting.count_miss(f"/ngau-nhien-{round_}-{number}/", "")
        assert len(counting._misses) == counting.MAX_MISSES_WAITING
        counting.flush()
    rows = counted()
    assert len(rows) == 5
    assert rows["/hay-hoi/"] == 7


def test_what_nobody_asks_for_any_more_is_forgotten() -> None:
    today = timezone.localdate()
    for path, total, days in (("/a/", 50, 91), ("/b/", 50, 80), ("/c/", 2, 8), ("/d/", 2, 6)):
        MissedAddress.objects.create(path=path, total=total, last_on=today - dt.timedelta(days))
    assert MissedAddress.objects.forget_old() == 2
    assert set(counted()) == {"/b/", "/d/"}


# --- The desk ---------------------------------------------------------------------------------------


def test_the_report_leads_to_a_redirect_and_forgets_what_has_one() -> None:
    section = make_section()
    MissedAddress.objects.add({("/cu/trang 1.html", "example.vn"): 9, ("/khac/", ""): 1})
    keeper = logged_in(make_official(ADMINISTRATOR))
    words = keeper.get(reverse("admin:news_missedaddress_changelist")).content.decode()
    assert words.index("/cu/trang 1.html") < words.index("/khac/")
    form = f"{reverse('admin:news_redirect_add')}?old=%2Fcu%2Ftrang+1.html"
    assert form in words
    assert 'value="/cu/trang 1.html"' in keeper.get(form).content.decode()

    redirect("/cu/trang 1.html", section.get_absolute_url())

    assert set(counted()) == {"/khac/"}


def test_the_report_asks_for_no_redirect_where_a_pattern_answers() -> None:
    MissedAddress.objects.add({("/cu/5.html", ""): 2, ("/khac/", ""): 1})
    redirect("/cu/{so}.html", "/")
    keeper = logged_in(make_official(ADMINISTRATOR))
    words = keeper.get(reverse("admin:news_missedaddress_changelist")).content.decode()
    assert words.count("Đã có chuyển hướng") == words.count(">Tạo chuyển hướng<") == 1


def test_the_report_is_not_for_readers(client: Client) -> None:
    answer: Any = client.get(reverse("admin:news_missedaddress_changelist"))
    assert answer.status_code == 302
