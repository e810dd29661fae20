"""Sessions of the desk: how long they last, whose they are, and who may end them."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.accounts.sessions import DeskSession, browser_in_words
from portal.roles import ADMINISTRATOR, ensure_roles
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "mat-khau-dai-dong-1"
DESK = "/quan-tri/"
MINE = "/quan-tri/tai-khoan/phien/"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


def enter(user: User, agent: str = CHROME, address: str = "192.0.2.7") -> Client:
    """Sign in as a browser does."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    client.post("/quan-tri/login/", {"username": user.username, "password": PASSWORD})
    return client


def make_person(username: str = "lan", **fields: Any) -> User:
    return make_user(username=username, password=PASSWORD, **fields)


def is_in(client: Client) -> bool:
    return client.get(DESK).status_code == 200


def later(**span: float) -> Any:
    return time_machine.travel(timezone.now() + dt.timedelta(**span), tick=False)


# --- How long -------------------------------------------------------------------------------------


def test_a_session_ends_when_nothing_was_asked_for_a_while() -> None:
    client = enter(make_person())

    with later(minutes=61):
        assert not is_in(client)


def test_work_keeps_it_alive() -> None:
    client = enter(make_person())

    for minutes in (50, 100, 150):
        with later(minutes=minutes):
            assert is_in(client)
    with later(minutes=211):
        assert not is_in(client)


def test_a_form_that_lies_open_keeps_it_alive_only_while_somebody_writes() -> None:
    client = enter(make_person(superuser=True))
    asked = reverse("admin:news_article_new_presence")

    for minutes in (50, 100):
        with later(minutes=minutes):
            client.get(asked, headers={"x-worked": "1"})
    with later(minutes=150):
        client.get(asked)
        assert DeskSession.objects.get().expire_date < timezone.now() + dt.timedelta(minutes=11)
    with later(minutes=161):
        assert not is_in(client)


def test_it_ends_at_the_latest_after_its_time_however_busy() -> None:
    client = enter(make_person())
    start = timezone.now()

    for half_hours in range(1, 24):
        with time_machine.travel(start + dt.timedelta(minutes=30 * half_hours), tick=False):
            assert is_in(client)
    with time_machine.travel(start + dt.timedelta(hours=12, minutes=1), tick=False):
        assert not is_in(client)


def test_reading_public_pages_does_not_ask_for_the_session() -> None:
    client = enter(make_person())

    with CaptureQueriesContext(connection) as queries:
        client.get("/")

    assert not [q for q in queries if "desksession" in q["sql"]]


def test_its_row_is_written_at_most_once_a_minute() -> None:
    client = enter(make_person())
    start = timezone.now()

    def writes(seconds: float) -> int:
        with (
            time_machine.travel(start + dt.timedelta(seconds=seconds), tick=False),
            CaptureQueriesContext(connection) as queries,
        ):
            client.get(DESK)
        return len([q for q in queries if q["sql"].startswith("UPDATE")])

    assert [writes(at) for at in (10, 30, 70, 80, 125, 140)] == [0, 0, 1, 0, 0, 1]


def test_ended_sessions_are_purged() -> None:
    enter(make_person())

    call_command("clearsessions")
    assert DeskSession.objects.exists()
    with later(hours=2):
        call_command("clearsessions")
    assert not DeskSession.objects.exists()


# --- One's own ------------------------------------------------------------------------------------


def test_the_list_says_where_one_is_signed_in_and_shows_no_key() -> None:
    user = make_person()
    here = enter(user)
    enter(user, IPHONE, "2001:db8::9")
    enter(make_person("minh"), address="203.0.113.9")

    page = here.get(MINE).content.decode()

    assert "Chrome trên Windows" in page
    assert "Safari trên iPhone" in page
    assert "2001:db8::9" in page
    assert "203.0.113.9" not in page
    assert page.count("Phiên này") == 1
    for session in DeskSession.objects.all():
        assert session.session_key not in page


def test_one_of_my_sessions_is_ended() -> None:
    user = make_person()
    here, there = enter(user), enter(user, IPHONE)
    other = DeskSession.objects.get(browser="Safari trên iPhone")

    here.post(MINE, {"end": other.handle})

    assert is_in(here)
    assert not is_in(there)


def test_ending_this_session_leads_to_the_door() -> None:
    user = make_person()
    here, there = enter(user), enter(user, IPHONE)
    mine = DeskSession.objects.get(browser="Chrome trên Windows")

    response = here.post(MINE, {"end": mine.handle})

    assert response.headers["Location"] == "/quan-tri/login/"
    assert not is_in(here)
    assert is_in(there)


def test_all_others_are_ended() -> None:
    user = make_person()
    here, there, anywhere = enter(user), enter(user), enter(user, IPHONE)
    colleague = enter(make_person("minh"))

    here.post(MINE, {"end": "others"})

    assert is_in(here)
    assert not is_in(there)
    assert not is_in(anywhere)
    assert is_in(colleague)


@pytest.mark.parametrize("handle", ["", "x", "0" * 20])
def test_a_session_that_is_none_ends_nothing(handle: str) -> None:
    here = enter(make_person())

    assert here.post(MINE, {"end": handle}).status_code == 302
    assert is_in(here)


def test_somebody_elses_session_is_not_ended() -> None:
    theirs = enter(make_person("minh"))
    mine = enter(make_person())
    session = DeskSession.objects.get(user__username="minh")

    mine.post(MINE, {"end": session.handle})
    with pytest.raises(PermissionDenied):
        session.end(by=User.objects.get(username="lan"))

    assert is_in(theirs)


def test_a_new_password_ends_the_others() -> None:
    user = make_person()
    here, there = enter(user), enter(user)
    new = "mat-khau-khac-2026"

    here.post(
        "/quan-tri/password_change/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )

    assert is_in(here)
    assert not is_in(there)
    assert DeskSession.objects.of(user).count() == 1


def test_signing_out_takes_the_row_away() -> None:
    client = enter(make_person())
    client.post("/quan-tri/logout/")

    assert not DeskSession.objects.exists()


def test_the_session_of_the_form_that_lies_open_is_ended_without_a_server_error() -> None:
    user = make_person(superuser=True)
    client = enter(user)
    DeskSession.objects.all().delete()

    response = client.post("/quan-tri/portal/agencylink/add/", {"name": "x"})

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/quan-tri/login/")


# --- Somebody else's ------------------------------------------------------------------------------


def test_an_administrator_ends_the_sessions_of_a_person() -> None:
    person = make_person()
    theirs = enter(person)
    admin = make_person("quanly")
    admin.groups.add(ensure_roles()[ADMINISTRATOR])

    page = enter(admin).get(reverse("admin:auth_user_security", args=[person.pk]))
    assert "Chrome trên Windows" in page.content.decode()
    enter(admin).post(reverse("admin:auth_user_end_sessions", args=[person.pk]))

    assert not is_in(theirs)


def test_a_colleague_does_not() -> None:
    person = make_person()
    theirs = enter(person)

    response = enter(make_person("minh")).post(
        reverse("admin:auth_user_end_sessions", args=[person.pk])
    )

    assert response.status_code == 403
    assert is_in(theirs)


# --- Browsers in words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome trên Windows"),
        (CHROME + " Edg/140.0", "Edge trên Windows"),
        (CHROME.replace("Chrome/", "coc_coc_browser/140 Chrome/"), "Cốc Cốc trên Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox trên Linux",
        ),
        (IPHONE, "Safari trên iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile Safari/537.36", "Chrome trên Android"),
        ("curl/8.0", "Trình duyệt khác"),
        ("", "Trình duyệt khác"),
    ],
)
def test_a_browser_in_words(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words
