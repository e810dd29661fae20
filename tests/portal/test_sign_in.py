"""Signing in and the limits on trying; passwords."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from portal.accounts import sign_in
from portal.accounts.audit import AuditEntry
from tests.desk import logged_in
from tests.factories import make_user
from tests.portal.persons import (
    DESK,
    DOOR,
    PASSWORD,
    bind_app,
    code_for,
    enter,
    is_in,
    make_person,
    shown,
)

pytestmark = pytest.mark.django_db


# --- The door -------------------------------------------------------------------------------------


def test_the_right_password_opens_the_desk(client: Client) -> None:
    make_person()

    response = enter(client)

    assert response.headers["Location"] == DESK
    assert client.get(DESK).status_code == 200


def test_every_failure_is_answered_alike(client: Client) -> None:
    make_person("lan")
    make_person("khoa", is_active=False)
    make_person("docgia", is_staff=False)
    bind_app(make_person("co-ma"))
    locked = Client()
    make_person("bi-dung")
    for _ in range(6):
        enter(locked, "bi-dung", "sai")

    tries = {
        "unknown": enter(Client(), "khong-co", "sai"),
        "wrong password": enter(Client(), "lan", "sai"),
        "inactive": enter(Client(), "khoa", PASSWORD),
        "not of the staff": enter(Client(), "docgia", PASSWORD),
        "no code": enter(Client(), "co-ma", PASSWORD),
        "wrong code": enter(Client(), "co-ma", PASSWORD, "000000"),
        "locked": enter(locked, "bi-dung", PASSWORD),
    }

    pages = {
        re.sub(r'name="username" value="[^"]*"', "", shown(response)).replace(name, "")
        for name, response in tries.items()
    }
    assert {response.status_code for response in tries.values()} == {200}
    assert len(pages) == 1
    assert "Không đăng nhập được" in pages.pop()


def test_the_form_keeps_the_name_and_neither_password_nor_code(client: Client) -> None:
    page = enter(client, "lan", "mat-khau-sai-1", "135790").content.decode()

    assert 'value="lan"' in page
    assert "mat-khau-sai-1" not in page
    assert "135790" not in page


def test_an_unknown_name_costs_as_much_hashing_as_a_known_one(monkeypatch: Any) -> None:
    make_person()
    counts: list[int] = []
    encode = MD5PasswordHasher.encode

    def counted(*args: Any) -> str:
        counts.append(1)
        return encode(*args)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    for name in ("lan", "khong-co"):
        counts.clear()
        enter(Client(), name, "sai")
        assert len(counts) == 1, name


@pytest.mark.parametrize("name", ["x" * 5000, "Nguyễn\u200b", "", "lan\n", "' OR 1=1 --", "\x00"])
def test_strange_names_are_answered_in_words(client: Client, name: str) -> None:
    assert enter(client, name, "sai").status_code == 200


def test_empty_fields_are_said_beside_them(client: Client) -> None:
    page = enter(client, "", "").content.decode()

    assert "Hãy nhập tên đăng nhập." in page
    assert "Hãy nhập mật khẩu." in page


def test_the_way_to_the_page_asked_for_survives_a_failure(client: Client) -> None:
    page = client.post(
        DOOR, {"username": "lan", "password": "sai", "next": "/quan-tri/news/article/"}
    ).content.decode()

    assert 'name="next" value="/quan-tri/news/article/"' in page


# --- Limits on trying -----------------------------------------------------------------------------


def test_five_failures_of_a_name_from_an_address_pause_it_there_only() -> None:
    make_person("lan")
    make_person("minh")
    for _ in range(5):
        enter(Client(), "lan", "sai")

    here, elsewhere, colleague = Client(), Client(), Client()
    enter(here, "lan")
    enter(elsewhere, "lan", REMOTE_ADDR="192.0.2.9")
    enter(colleague, "minh")

    assert not is_in(here)
    assert is_in(elsewhere)
    assert is_in(colleague)


def test_the_pause_ends_by_itself_however_often_one_tries_in_it() -> None:
    make_person()
    for _ in range(5):
        enter(Client(), "lan", "sai")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=10)):
        for _ in range(10):
            enter(Client(), "lan", "sai")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        client = Client()
        enter(client)
        assert is_in(client)


def test_a_name_tried_from_many_addresses_pauses_everywhere_but_at_its_own_desk() -> None:
    make_person()
    enter(Client(), REMOTE_ADDR="192.0.2.200")
    for number in range(30):
        enter(Client(), "lan", "sai", REMOTE_ADDR=f"198.51.100.{number}")

    stranger, office = Client(), Client()
    enter(stranger, REMOTE_ADDR="203.0.113.5")
    enter(office, REMOTE_ADDR="192.0.2.200")

    assert not is_in(stranger)
    assert is_in(office)


def test_a_success_gives_strangers_elsewhere_no_fresh_start() -> None:
    make_person()
    for number in range(29):
        enter(Client(), "lan", "sai", REMOTE_ADDR=f"198.51.100.{number}")
    enter(Client(), REMOTE_ADDR="192.0.2.200")
    enter(Client(), "lan", "sai", REMOTE_ADDR="198.51.100.99")

    stranger = Client()
    enter(stranger, REMOTE_ADDR="203.0.113.5")
    assert not is_in(stranger)


def test_wrong_codes_count_as_failures() -> None:
    key, _ = bind_app(make_person())
    for _ in range(5):
        enter(Client(), code="000000")

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=5)):
        client = Client()
        enter(client, code=code_for(key))
        assert not is_in(client)


def test_the_address_is_the_proxys_word_only_behind_a_proxy(settings: Any) -> None:
    make_person()
    headers = {"HTTP_X_REAL_IP": "203.0.113.7", "HTTP_X_FORWARDED_FOR": "203.0.113.8"}

    for behind, address in ((False, "127.0.0.1"), (True, "203.0.113.7")):
        settings.BEHIND_PROXY = behind
        enter(Client(), "lan", "sai", **headers)
        assert AuditEntry.objects.newest_first().first().address == address  # type: ignore[union-attr]
        assert AccessAttempt.objects.filter(ip_address=address).count() == 1


def test_addresses_of_one_ipv6_household_count_together() -> None:
    make_person()
    for number in range(1, 6):
        enter(Client(), "lan", "sai", REMOTE_ADDR=f"2001:db8:1:2::{number}")

    client = Client()
    enter(client, REMOTE_ADDR="2001:db8:1:2::ffff")
    assert not is_in(client)


def test_ipv4_addresses_that_are_written_as_ipv6_do_not_count_together() -> None:
    make_person()
    for number in range(1, 6):
        enter(Client(), "lan", "sai", REMOTE_ADDR=f"::ffff:203.0.113.{number}")

    client = Client()
    enter(client, REMOTE_ADDR="::ffff:203.0.113.9")
    assert is_in(client)


def test_the_limits_keep_no_name_no_browser_and_nothing_that_was_sent() -> None:
    for agent in ("One/1", "Two/2"):
        enter(Client(), "mat-khau-nham-o", "sai", "135790", HTTP_USER_AGENT=agent)

    row = AccessAttempt.objects.get()
    kept = " ".join(str(value) for value in row.__dict__.values())
    assert row.failures_since_start == 2
    for word in ("mat-khau-nham-o", "sai", "135790", "One/1", "csrf", "login"):
        assert word not in kept


def test_failures_that_count_no_more_are_purged() -> None:
    enter(Client(), "lan", "sai")

    assert sign_in.purge() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        assert sign_in.purge() == 1


# --- Passwords ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("ngan-qua", "Hãy dùng ít nhất 12 ký tự"),
        ("password123456", "quá phổ biến"),
        ("hoang-minh-tam", "quá giống với"),
    ],
)
def test_a_poor_password_is_refused_in_vietnamese(password: str, sentence: str) -> None:
    user = make_user(username="hoang-minh-tam", password=PASSWORD)

    page = logged_in(user).post(
        "/quan-tri/password_change/",
        {"old_password": PASSWORD, "new_password1": password, "new_password2": password},
    )

    assert sentence in page.content.decode()
    assert "must contain" not in page.content.decode()
    assert User.objects.get().check_password(PASSWORD)


def test_twelve_letters_of_one_kind_are_enough() -> None:
    user = make_person()

    logged_in(user).post(
        "/quan-tri/password_change/",
        {
            "old_password": PASSWORD,
            "new_password1": "meongusay" + "nha",
            "new_password2": "meongusay" + "nha",
        },
    )

    assert User.objects.get().check_password("meongusaynha")
