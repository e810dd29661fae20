"""Page views are counted before Django by the rules that Django has, and answered as it answers."""

import time
from typing import Any

import pytest
from django.urls import reverse

from news import counting
from news.models import ViewCount
from portal import wsgi
from portal.beacons import BEACON
from tests.asking import ask
from tests.factories import make_article, make_user
from tests.news.test_counting import READER

pytestmark = pytest.mark.django_db


@pytest.fixture
def beacons(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What stands before Django, with answers to the usual requests learned; `passed` are the requests Django gets."""
    beacons: Any = wsgi.application.application
    monkeypatch.setattr(counting, "_start_writer", lambda: None)
    for method, path in (("POST", "/dem/1/"), ("GET", "/dem/1.gif")):
        ask(path, method, HTTP_USER_AGENT="curl")
    beacons.passed = []
    django = beacons.application

    def passing(environ: dict[str, Any], start_response: Any) -> Any:
        beacons.passed.append(environ["PATH_INFO"])
        return django(environ, start_response)

    monkeypatch.setattr(beacons, "application", passing)
    return beacons


def waiting() -> int:
    return sum(counting._waiting.values())


@pytest.mark.parametrize(("method", "path"), [("POST", "/dem/7/"), ("GET", "/dem/7.gif")])
def test_a_reader_s_view_is_counted_without_django_and_answered_as_by_it(
    beacons: Any, method: str, path: str
) -> None:
    quick = ask(path, method, HTTP_USER_AGENT=READER, HTTP_COOKIE="_ga=1")
    assert (waiting(), beacons.passed) == (1, [])
    beacons.answers.clear()
    by_django = ask(path, method, HTTP_USER_AGENT=READER)
    del by_django.headers["Expires"]
    assert (quick.status, quick.headers, quick.body) == (
        by_django.status,
        by_django.headers,
        by_django.body,
    )
    assert "no-store" in quick.headers["Cache-Control"]
    assert waiting() == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"HTTP_USER_AGENT": ""},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "prefetch"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
    ],
)
def test_bots_prefetches_and_other_sites_are_answered_and_not_counted(
    beacons: Any, headers: dict[str, str]
) -> None:
    answer = ask("/dem/7/", "POST", **{"HTTP_USER_AGENT": READER, **headers})
    assert (answer.status, waiting(), beacons.passed) == (204, 0, [])


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/dem/7/", {"HTTP_COOKIE": "a=b; sessionid=x"}, 204),
        ("POST", "/dem/7/", {"HTTP_HOST": "evil.example"}, 400),
        ("GET", "/dem/7/", {}, 405),
        ("HEAD", "/dem/7.gif", {}, 405),
        ("POST", "/dem/7.gif", {}, 403),
        ("POST", "/dem/x/", {}, 404),
        ("POST", "/dem/7/\n", {}, 404),
        ("POST", f"/dem/{'9' * 20}/", {}, 204),
        ("POST", "/dem/", {}, 403),
    ],
)
def test_whatever_is_not_a_reader_s_usual_request_is_django_s(
    beacons: Any, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert ask(path, method, HTTP_USER_AGENT=READER, **headers).status == status
    assert beacons.passed == [path]


def test_staff_do_not_count(beacons: Any, client: Any) -> None:
    client.force_login(make_user())
    session = client.cookies["sessionid"].value
    ask("/dem/7/", "POST", HTTP_USER_AGENT=READER, HTTP_COOKIE=f"sessionid={session}")
    assert waiting() == 0


def test_what_is_counted_before_django_is_written(beacons: Any) -> None:
    article = make_article()
    for _ in range(3):
        ask(reverse("news:count", args=[article.pk]), "POST", HTTP_USER_AGENT=READER)
    ask(reverse("news:count_by_image", args=[article.pk]), HTTP_USER_AGENT=READER)
    counting.flush()
    assert (ViewCount.objects.get(article=article).total, beacons.passed) == (4, [])


def test_the_addresses_are_those_of_the_site(beacons: Any) -> None:
    for name in ("news:count", "news:count_by_image"):
        assert BEACON.fullmatch(reverse(name, args=[7]))


def test_views_of_thousands_of_articles_are_written_in_a_few_statements(
    beacons: Any, django_assert_max_num_queries: Any
) -> None:
    article, quarter = make_article(), int(time.time()) // counting.QUARTER
    counting._waiting.update(
        {(number, quarter): 1 for number in range(article.pk, article.pk + 5000)}
    )
    with django_assert_max_num_queries(8):
        counting.flush()
    assert ViewCount.objects.get(article=article).total == 1
