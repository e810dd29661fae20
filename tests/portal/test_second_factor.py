"""The second step: setting it up, signing in with it, where it is required, turning it off."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from portal.accounts import people, second_factor
from portal.roles import EDITOR, ensure_roles
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
    make_administrator,
    make_person,
)

pytestmark = pytest.mark.django_db


# --- The second step: setting it up ---------------------------------------------------------------

ENROL = "/quan-tri/tai-khoan/hai-buoc/"


def key_on(client: Client) -> str:
    client.get(ENROL)
    return client.session["second_factor_key"]


def test_an_app_is_bound_by_its_first_code_and_recovery_codes_are_shown_once() -> None:
    user = make_person()
    client = logged_in(user)
    key = key_on(client)
    page = client.get(ENROL).content.decode()
    assert "<svg" in page
    key = client.session["second_factor_key"]
    assert second_factor.key_in_letters(key) in page

    codes = client.post(ENROL, {"code": code_for(key)}).context["codes"]

    assert second_factor.is_on(user)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    again = client.get("/quan-tri/tai-khoan/").content.decode()
    assert "Đang bật" in again
    assert not any(code in again for code in codes)


def test_a_wrong_first_code_binds_nothing_and_keeps_the_key() -> None:
    client = logged_in(make_person())
    key = key_on(client)

    response = client.post(ENROL, {"code": "000000"})

    assert "Mã không đúng" in response.content.decode()
    assert client.session["second_factor_key"] == key
    assert not TOTPDevice.objects.exists()


def test_a_first_code_without_a_key_shown_binds_nothing() -> None:
    client = logged_in(make_person())

    assert client.post(ENROL, {"code": "123456"}).status_code == 200
    assert not TOTPDevice.objects.exists()


def test_setting_it_up_ends_the_other_sessions_and_keeps_this_one() -> None:
    user = make_person()
    here, there = logged_in(user), logged_in(user)

    here.post(ENROL, {"code": code_for(key_on(here))})

    assert here.get(DESK).status_code == 200
    assert there.get(DESK).status_code == 302


def test_another_telephone_is_bound_only_with_a_code_of_the_old_one() -> None:
    user = make_person()
    old, _ = bind_app(user)
    client = logged_in(user)
    key = key_on(client)

    client.post(ENROL, {"code": code_for(key), "current": "000000"})
    assert TOTPDevice.objects.get().key == old

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=5)):
        client.post(ENROL, {"code": code_for(key), "current": code_for(old)})
    assert TOTPDevice.objects.get().key == key


def test_a_recovery_code_is_stored_as_a_hash() -> None:
    _, codes = bind_app(make_person())

    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(stored) == len(codes)
    assert not stored & {code.replace("-", "") for code in codes}


# --- The second step: signing in ------------------------------------------------------------------


def test_with_a_code_the_desk_opens_and_without_it_does_not() -> None:
    key, _ = bind_app(make_person())
    without, with_code = Client(), Client()

    enter(without)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=30)):
        enter(with_code, code=code_for(key))

    assert not is_in(without)
    assert is_in(with_code)


def test_no_code_is_accepted_twice() -> None:
    key, _ = bind_app(make_person())
    code = code_for(key)
    first, second = Client(), Client()

    enter(first, code=code)
    enter(second, code=code)

    assert is_in(first)
    assert not is_in(second)


def test_the_code_that_set_it_up_does_not_sign_in() -> None:
    user = make_person()
    key = second_factor.new_key()
    with time_machine.travel(timezone.now(), tick=False):
        second_factor.turn_on(user, key=key, code=code_for(key))
        client = Client()
        enter(client, code=code_for(key))
    assert not is_in(client)


def test_a_recovery_code_signs_in_once() -> None:
    _, codes = bind_app(make_person())
    first, second = Client(), Client()

    enter(first, code=codes[0].upper())
    enter(second, code=codes[0])

    assert is_in(first)
    assert not is_in(second)
    assert StaticToken.objects.count() == len(codes) - 1


def test_after_a_wrong_code_even_the_right_one_has_to_wait() -> None:
    user = make_person()
    key, _ = bind_app(user)
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert second_factor.verify(user, "000000") is None
        assert second_factor.verify(user, code_for(key)) is None
    with time_machine.travel(now + dt.timedelta(seconds=2), tick=False):
        assert second_factor.verify(user, code_for(key)) is not None


def test_who_is_unlocked_need_not_wait_for_the_next_code() -> None:
    user = make_person()
    key, _ = bind_app(user)
    with time_machine.travel(timezone.now(), tick=False):
        second_factor.verify(user, "000000")
        people.unlock(user, by=make_administrator())
        assert second_factor.verify(user, code_for(key)) is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_who_send_one_code_at_once_exactly_one_comes_in(kind: str) -> None:
    user = make_person()
    key, codes = bind_app(user)
    code = code_for(key) if kind == "app" else codes[0]

    def try_it(_: int) -> bool:
        try:
            return second_factor.verify(user, code) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(try_it, range(8))) == 1


@pytest.mark.parametrize(
    "code", ["", "１２３４５６", "12345", "1234567", "-12345", "abcde", "\u0660" * 6]
)
def test_what_is_no_code_is_refused(code: str) -> None:
    user = make_person()
    bind_app(user)

    assert second_factor.verify(user, code) is None


def test_somebody_elses_code_is_refused() -> None:
    key, _ = bind_app(make_person("minh"))
    lan = make_person("lan")
    bind_app(lan)

    assert second_factor.verify(lan, code_for(key)) is None


# --- The second step: where it is required --------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "administrator", "editor"),
    [("none", False, False), ("administrators", True, False), ("everyone", True, True)],
)
def test_of_whom_it_is_required(
    settings: Any, setting: str, administrator: bool, editor: bool
) -> None:
    settings.SECOND_FACTOR = setting
    person = make_person()
    person.groups.add(ensure_roles()[EDITOR])

    assert second_factor.is_required(make_administrator()) is administrator
    assert second_factor.is_required(make_user(superuser=True)) is administrator
    assert second_factor.is_required(User.objects.get(pk=person.pk)) is editor


@pytest.mark.parametrize(
    "address",
    [
        DESK,
        "/quan-tri/auth/user/",
        "/quan-tri/news/article/add/",
        "/quan-tri/anh/",
        "/quan-tri/password_change/",
        "/quan-tri/tai-khoan/",
        "/quan-tri/tai-khoan/phien/",
        "/quan-tri/khong-co/",
    ],
)
def test_who_must_have_it_is_led_there_and_nowhere_else(settings: Any, address: str) -> None:
    settings.SECOND_FACTOR = "administrators"
    client = logged_in(make_user(superuser=True))

    response = client.get(address)

    assert (response.status_code, response.headers["Location"]) == (302, ENROL)
    assert "desk-rooms" not in client.get(ENROL).content.decode()


def test_having_set_it_up_one_goes_on(settings: Any) -> None:
    settings.SECOND_FACTOR = "administrators"
    client = logged_in(make_user(superuser=True))

    client.post(ENROL, {"code": code_for(key_on(client))})

    assert client.get(DESK).status_code == 200


def test_a_session_without_the_code_is_worth_nothing_where_it_is_required(settings: Any) -> None:
    user = make_user(superuser=True)
    bind_app(user)
    settings.SECOND_FACTOR = "administrators"
    client = logged_in(user)

    assert client.get(DESK).headers["Location"] == DOOR
    assert not is_in(client)


def test_leaving_is_open_to_who_has_not_set_it_up(settings: Any) -> None:
    settings.SECOND_FACTOR = "everyone"
    client = logged_in(make_user())

    client.post("/quan-tri/logout/")

    assert not is_in(client)


# --- The second step: new recovery codes, turning off ---------------------------------------------


def test_new_recovery_codes_end_the_old_ones() -> None:
    user = make_person()
    key, old = bind_app(user)
    client = logged_in(user)
    address = "/quan-tri/tai-khoan/ma-khoi-phuc/"

    assert "codes" not in (client.post(address, {"code": "000000"}).context or {})
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=5)):
        new = client.post(address, {"code": code_for(key)}).context["codes"]
        assert not set(new) & set(old)
        assert second_factor.verify(user, old[0]) is None
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=15)):
        assert second_factor.verify(user, new[0]) is not None


OFF = "/quan-tri/tai-khoan/tat-hai-buoc/"


def test_turning_off_asks_for_password_and_code() -> None:
    user = make_person()
    key, codes = bind_app(user)
    client = logged_in(user)

    client.post(OFF, {"password": "sai", "code": codes[0]})
    client.post(OFF, {"password": PASSWORD, "code": "000000"})
    client.post(OFF, {"password": PASSWORD})
    assert second_factor.is_on(user)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=5)):
        client.post(OFF, {"password": PASSWORD, "code": code_for(key)})
    assert not second_factor.is_on(user)
    assert not StaticToken.objects.exists()
    assert client.get(DESK).status_code == 200


def test_turning_off_is_refused_where_it_is_required(settings: Any) -> None:
    user = make_person(superuser=True)
    key, _ = bind_app(user)
    client = Client()
    enter(client, code=code_for(key))
    settings.SECOND_FACTOR = "administrators"

    assert client.get(OFF).status_code == 403
    assert client.post(OFF, {"password": PASSWORD, "code": code_for(key)}).status_code == 403
    with pytest.raises(PermissionDenied):
        second_factor.turn_off(user, password=PASSWORD, code=code_for(key))
    assert second_factor.is_on(user)


@pytest.mark.parametrize(
    "address", [ENROL, OFF, "/quan-tri/tai-khoan/", "/quan-tri/tai-khoan/phien/"]
)
def test_the_pages_of_an_account_are_for_who_is_signed_in(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 302
    assert response.headers["Location"].startswith(DOOR)


def test_no_list_of_the_desk_shows_keys_codes_or_failures() -> None:
    client = logged_in(make_user(superuser=True))

    for room in ("otp_totp/totpdevice", "otp_static/staticdevice", "axes/accessattempt"):
        assert client.get(f"/quan-tri/{room}/").status_code == 404
