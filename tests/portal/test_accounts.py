"""Signing in, the second step, limits on trying, and what an administrator may do to other people's accounts."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from news.models import Section, StaffProfile
from portal.accounts import people, second_factor, sign_in
from portal.accounts.audit import AuditEntry
from portal.accounts.sessions import DeskSession
from portal.roles import ADMINISTRATOR, EDITOR, ensure_roles
from tests.factories import make_section, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "mat-khau-dai-dong-1"
DOOR = "/quan-tri/login/"
DESK = "/quan-tri/"


def make_person(username: str = "lan", **fields: Any) -> User:
    return make_user(username=username, password=PASSWORD, **fields)


def make_administrator(username: str = "quanly") -> User:
    """One who is no superuser: the role and nothing else."""
    user = make_person(username)
    user.groups.add(ensure_roles()[ADMINISTRATOR])
    return User.objects.get(pk=user.pk)


def enter(
    client: Client, username: str = "lan", password: str = PASSWORD, code: str = "", **extra: Any
) -> Any:
    data = {"username": username, "password": password, "code": code}
    return client.post(DOOR, data, **extra)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def bind_app(user: User) -> tuple[str, list[str]]:
    """Turn the second step on a minute ago: its key, and the recovery codes."""
    key = second_factor.new_key()
    with time_machine.travel(timezone.now() - dt.timedelta(minutes=2), tick=False):
        codes = second_factor.turn_on(user, key=key, code=code_for(key))
    assert codes
    return key, codes


def code_for(key: str) -> str:
    return f"{totp(bytes.fromhex(key)):06d}"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(response: Any) -> str:
    """A page without what differs by chance: the token of its form."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", response.content.decode())


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


# --- The second step: setting it up ---------------------------------------------------------------

ENROL = "/quan-tri/tai-khoan/hai-buoc/"


def key_on(client: Client) -> str:
    client.get(ENROL)
    return client.session["second_factor_key"]


def test_an_app_is_bound_by_its_first_code_and_recovery_codes_are_shown_once() -> None:
    user = make_person()
    client = client_of(user)
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
    client = client_of(make_person())
    key = key_on(client)

    response = client.post(ENROL, {"code": "000000"})

    assert "Mã không đúng" in response.content.decode()
    assert client.session["second_factor_key"] == key
    assert not TOTPDevice.objects.exists()


def test_a_first_code_without_a_key_shown_binds_nothing() -> None:
    client = client_of(make_person())

    assert client.post(ENROL, {"code": "123456"}).status_code == 200
    assert not TOTPDevice.objects.exists()


def test_setting_it_up_ends_the_other_sessions_and_keeps_this_one() -> None:
    user = make_person()
    here, there = client_of(user), client_of(user)

    here.post(ENROL, {"code": code_for(key_on(here))})

    assert here.get(DESK).status_code == 200
    assert there.get(DESK).status_code == 302


def test_another_telephone_is_bound_only_with_a_code_of_the_old_one() -> None:
    user = make_person()
    old, _ = bind_app(user)
    client = client_of(user)
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
    client = client_of(make_user(superuser=True))

    response = client.get(address)

    assert (response.status_code, response.headers["Location"]) == (302, ENROL)
    assert "desk-rooms" not in client.get(ENROL).content.decode()


def test_having_set_it_up_one_goes_on(settings: Any) -> None:
    settings.SECOND_FACTOR = "administrators"
    client = client_of(make_user(superuser=True))

    client.post(ENROL, {"code": code_for(key_on(client))})

    assert client.get(DESK).status_code == 200


def test_a_session_without_the_code_is_worth_nothing_where_it_is_required(settings: Any) -> None:
    user = make_user(superuser=True)
    bind_app(user)
    settings.SECOND_FACTOR = "administrators"
    client = client_of(user)

    assert client.get(DESK).headers["Location"] == DOOR
    assert not is_in(client)


def test_leaving_is_open_to_who_has_not_set_it_up(settings: Any) -> None:
    settings.SECOND_FACTOR = "everyone"
    client = client_of(make_user())

    client.post("/quan-tri/logout/")

    assert not is_in(client)


# --- The second step: new recovery codes, turning off ---------------------------------------------


def test_new_recovery_codes_end_the_old_ones() -> None:
    user = make_person()
    key, old = bind_app(user)
    client = client_of(user)
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
    client = client_of(user)

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
    client = client_of(make_user(superuser=True))

    for room in ("otp_totp/totpdevice", "otp_static/staticdevice", "axes/accessattempt"):
        assert client.get(f"/quan-tri/{room}/").status_code == 404


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

    page = client_of(user).post(
        "/quan-tri/password_change/",
        {"old_password": PASSWORD, "new_password1": password, "new_password2": password},
    )

    assert sentence in page.content.decode()
    assert "must contain" not in page.content.decode()
    assert User.objects.get().check_password(PASSWORD)


def test_twelve_letters_of_one_kind_are_enough() -> None:
    user = make_person()

    client_of(user).post(
        "/quan-tri/password_change/",
        {
            "old_password": PASSWORD,
            "new_password1": "meongusay" + "nha",
            "new_password2": "meongusay" + "nha",
        },
    )

    assert User.objects.get().check_password("meongusaynha")


# --- Administrators and other people --------------------------------------------------------------


# The box of unit and sections below the form, left as it is.
WORK = {"staff_profile-TOTAL_FORMS": 0, "staff_profile-INITIAL_FORMS": 0}


def person_form(user: User, **changes: Any) -> dict[str, Any]:
    data = {
        "username": user.username,
        "last_name": user.last_name,
        "first_name": user.first_name,
        "email": user.email,
        "is_active": "on" if user.is_active else "",
        "groups": [group.pk for group in user.groups.all()],
        **WORK,
        **changes,
    }
    return {name: value for name, value in data.items() if value != ""}


def change_address(user: User) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])


def test_an_administrator_makes_an_account_with_a_role() -> None:
    roles = ensure_roles()

    client_of(make_administrator()).post(
        "/quan-tri/auth/user/add/",
        {
            **WORK,
            "username": "moi",
            "last_name": "Nguyễn",
            "first_name": "Mới",
            "groups": [roles[EDITOR].pk],
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )

    made = User.objects.get(username="moi")
    assert made.check_password(PASSWORD)
    assert (made.is_staff, made.is_superuser) == (True, False)
    assert [group.name for group in made.groups.all()] == [EDITOR]


def test_an_administrator_assigns_roles_and_deactivates() -> None:
    roles = ensure_roles()
    person = make_person()
    theirs = client_of(person)
    admin = client_of(make_administrator())

    admin.post(change_address(person), person_form(person, groups=[roles[EDITOR].pk]))
    assert [group.name for group in person.groups.all()] == [EDITOR]
    admin.post(change_address(person), person_form(person, is_active=""))

    assert not User.objects.get(pk=person.pk).is_active
    assert theirs.get(DESK).status_code == 302
    assert not DeskSession.objects.of(person).exists()


def standing(user: User) -> tuple[Any, ...]:
    found = User.objects.get(pk=user.pk)
    return (
        found.username,
        found.password,
        found.is_active,
        found.is_staff,
        found.is_superuser,
        sorted(found.groups.values_list("name", flat=True)),
        sorted(found.user_permissions.values_list("codename", flat=True)),
    )


def test_an_administrator_touches_no_superuser() -> None:
    roles = ensure_roles()
    boss = make_person("toan-quyen", superuser=True)
    bind_app(boss)
    theirs = client_of(boss)
    before = standing(boss)
    admin = client_of(make_administrator())
    password = reverse("admin:auth_user_password_change", args=[boss.pk])
    tries = [
        (change_address(boss), person_form(boss, username="khac", groups=[roles[EDITOR].pk])),
        (change_address(boss), person_form(boss, is_active="")),
        (password, {"new_password1": PASSWORD + "2", "new_password2": PASSWORD + "2"}),
        (reverse("admin:auth_user_end_sessions", args=[boss.pk]), {}),
        (reverse("admin:auth_user_reset_factor", args=[boss.pk]), {}),
        (reverse("admin:auth_user_unlock", args=[boss.pk]), {}),
        (reverse("admin:auth_user_delete", args=[boss.pk]), {"post": "yes"}),
    ]

    for address, data in tries:
        assert admin.post(address, data).status_code == 403, address
    assert admin.get(reverse("admin:auth_user_security", args=[boss.pk])).status_code == 403
    assert standing(boss) == before
    assert second_factor.is_on(boss)
    assert DeskSession.objects.of(boss).count() == 1
    assert theirs.session


def test_an_administrator_makes_nobody_a_superuser() -> None:
    person = make_person()
    admin = client_of(make_administrator())

    page = admin.get(change_address(person)).content.decode()
    admin.post(
        change_address(person),
        person_form(person, is_superuser="on", is_staff="on", user_permissions=[1, 2, 3]),
    )
    admin.post(
        "/quan-tri/auth/user/add/",
        {
            **WORK,
            "username": "moi",
            "is_superuser": "on",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )

    assert "is_superuser" not in page
    assert not User.objects.filter(is_superuser=True).exists()
    assert not Permission.objects.filter(user__isnull=False).exists()


def test_a_superuser_may_make_another() -> None:
    person = make_person()

    client_of(make_user(superuser=True)).post(
        change_address(person), person_form(person, is_superuser="on")
    )

    assert User.objects.get(pk=person.pk).is_superuser


def strong_group() -> Group:
    """A group that can more than any role of the portal."""
    group = Group.objects.create(name="Đặc biệt")
    group.permissions.add(Permission.objects.get(codename="delete_user"))
    return group


def test_an_administrator_gives_no_group_that_can_more_than_the_roles() -> None:
    group = strong_group()
    person = make_person()

    response = client_of(make_administrator()).post(
        change_address(person), person_form(person, groups=[group.pk])
    )

    assert "Đặc biệt" in response.context["adminform"].form.errors["groups"][0]
    assert not person.groups.exists()


def test_an_administrator_gives_no_such_group_to_a_new_account() -> None:
    client_of(make_administrator()).post(
        "/quan-tri/auth/user/add/",
        {
            **WORK,
            "username": "moi",
            "groups": [strong_group().pk],
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )

    assert not User.objects.filter(username="moi").exists()


@pytest.mark.parametrize("active", [True, False])
def test_an_administrator_touches_nobody_who_can_more_than_the_roles(active: bool) -> None:
    person = make_person(is_active=active)
    person.groups.add(strong_group())
    admin = make_administrator()

    assert client_of(admin).post(change_address(person), person_form(person)).status_code == 403
    for verb in (
        lambda: people.reset_password(person, PASSWORD + "2", by=admin),
        lambda: people.reset_second_factor(person, by=admin),
        lambda: people.end_all_sessions(person, by=admin),
        lambda: people.unlock(person, by=admin),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_nobody_changes_their_own_standing() -> None:
    roles = ensure_roles()
    for user in (make_administrator(), make_user(superuser=True)):
        before = standing(user)

        client_of(user).post(
            change_address(user),
            person_form(user, is_active="", groups=[roles[EDITOR].pk], is_superuser=""),
        )

        assert standing(user) == before


def in_sections(user: User, *sections: Section) -> dict[str, Any]:
    return person_form(
        user,
        **{
            "staff_profile-TOTAL_FORMS": 1,
            "staff_profile-0-user": user.pk,
            "staff_profile-0-sections": [section.pk for section in sections],
        },
    )


def test_the_limits_of_who_can_more_are_left_alone() -> None:
    person, section = make_person(superuser=True), make_section()

    response = client_of(make_administrator()).post(
        change_address(person), in_sections(person, section)
    )

    assert response.status_code == 403
    assert not StaffProfile.objects.exists()


def test_nobody_takes_off_their_own_second_step_by_the_back_door() -> None:
    admin = make_administrator()
    bind_app(admin)

    response = client_of(admin).post(reverse("admin:auth_user_reset_factor", args=[admin.pk]))

    assert response.status_code == 403
    assert second_factor.is_on(admin)


def test_people_are_not_deleted_by_anybody() -> None:
    person = make_person()

    for user in (make_administrator(), make_user(superuser=True)):
        response = client_of(user).post(
            reverse("admin:auth_user_delete", args=[person.pk]), {"post": "yes"}
        )
        assert response.status_code == 403
    assert User.objects.filter(pk=person.pk).exists()


def test_an_administrator_resets_password_and_second_step_and_unlocks() -> None:
    person = make_person()
    bind_app(person)
    theirs = client_of(person)
    admin = client_of(make_administrator())
    for _ in range(5):
        enter(Client(), "lan", "sai")

    admin.post(
        reverse("admin:auth_user_password_change", args=[person.pk]),
        {"new_password1": "mat-khau-moi-2026", "new_password2": "mat-khau-moi-2026"},
    )
    admin.post(reverse("admin:auth_user_reset_factor", args=[person.pk]))
    admin.post(reverse("admin:auth_user_unlock", args=[person.pk]))

    assert theirs.get(DESK).status_code == 302
    again = Client()
    enter(again, password="mat-khau-moi-2026")
    assert is_in(again)


def test_a_poor_new_password_is_refused_beside_its_field() -> None:
    person = make_person()

    response = client_of(make_administrator()).post(
        reverse("admin:auth_user_password_change", args=[person.pk]),
        {"new_password1": "ngan", "new_password2": "ngan"},
    )

    assert "ít nhất 12 ký tự" in response.content.decode()
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


@pytest.mark.parametrize("name", ["end_sessions", "reset_factor", "unlock"])
def test_what_changes_an_account_is_no_link(name: str) -> None:
    person = make_person()

    response = client_of(make_administrator()).get(
        reverse(f"admin:auth_user_{name}", args=[person.pk])
    )

    assert response.status_code == 405


@pytest.mark.parametrize(
    "name", ["change", "password_change", "security", "end_sessions", "reset_factor", "unlock"]
)
def test_an_editor_reaches_nobodys_account(name: str) -> None:
    person = make_person()
    editor = make_person("bien-tap")
    editor.groups.add(ensure_roles()[EDITOR])
    client = client_of(editor)
    before = standing(person)
    address = reverse(f"admin:auth_user_{name}", args=[person.pk])

    assert client.get("/quan-tri/auth/user/").status_code == 403
    assert client.post(address, person_form(person, username="khac")).status_code == 403
    assert standing(person) == before


def test_an_administrator_writes_no_stories() -> None:
    client = client_of(make_administrator())

    assert client.get("/quan-tri/news/article/").status_code == 403
    assert client.get("/quan-tri/news/article/add/").status_code == 403
    for room in ("auth/user/", "auth/group/", "portal/textpage/", "portal/auditentry/"):
        assert client.get(f"/quan-tri/{room}").status_code == 200, room


def test_the_list_of_people_costs_the_same_for_three_and_for_thirty() -> None:
    client = client_of(make_administrator())
    role = ensure_roles()[EDITOR]
    costs = []
    for number in (3, 27):
        for _ in range(number):
            make_user().groups.add(role)
        with CaptureQueriesContext(connection) as queries:
            client.get("/quan-tri/auth/user/")
        costs.append(len(queries))

    assert costs[0] == costs[1]


# --- Groups ---------------------------------------------------------------------------------------


def test_rights_are_shown_in_vietnamese() -> None:
    page = client_of(make_administrator()).get("/quan-tri/auth/group/add/").content.decode()

    assert "Sửa tin bài" in page
    assert "Được xuất bản tin bài" in page
    assert "Can " not in page
    for word in ("quota", "generation", "session", "article photo", "content type"):
        assert word not in page.lower(), word


def test_an_administrator_puts_only_own_rights_into_a_group() -> None:
    own = Permission.objects.get(codename="change_textpage")
    foreign = Permission.objects.get(codename="publish_article")
    client = client_of(make_administrator())

    refused = client.post(
        "/quan-tri/auth/group/add/", {"name": "Của tôi", "permissions": [own.pk, foreign.pk]}
    )
    assert "xuất bản" in refused.context["adminform"].form.errors["permissions"][0]
    assert not Group.objects.filter(name="Của tôi").exists()

    client.post("/quan-tri/auth/group/add/", {"name": "Của tôi", "permissions": [own.pk]})
    assert list(Group.objects.get(name="Của tôi").permissions.all()) == [own]


def test_an_administrator_adds_no_foreign_right_to_a_role() -> None:
    role = ensure_roles()[ADMINISTRATOR]
    rights = set(role.permissions.values_list("pk", flat=True))
    foreign = Permission.objects.get(codename="publish_article")

    client_of(make_administrator()).post(
        reverse("admin:auth_group_change", args=[role.pk]),
        {"name": role.name, "permissions": [*rights, foreign.pk]},
    )

    assert set(role.permissions.values_list("pk", flat=True)) == rights


def test_a_group_that_can_more_than_the_roles_is_left_alone() -> None:
    group = strong_group()

    response = client_of(make_administrator()).post(
        reverse("admin:auth_group_change", args=[group.pk]), {"name": "Khác", "permissions": []}
    )

    assert response.status_code == 403
    assert Group.objects.get(pk=group.pk).permissions.count() == 1


def test_the_roles_keep_their_names_and_are_not_deleted() -> None:
    role = ensure_roles()[EDITOR]
    client = client_of(make_user(superuser=True))
    rights = list(role.permissions.values_list("pk", flat=True))

    client.post(
        reverse("admin:auth_group_change", args=[role.pk]), {"name": "Khác", "permissions": rights}
    )
    deleted = client.post(reverse("admin:auth_group_delete", args=[role.pk]), {"post": "yes"})

    assert deleted.status_code == 403
    assert Group.objects.get(pk=role.pk).name == EDITOR
    assert role.permissions.count() == len(rights)


def test_rights_that_stand_on_no_form_survive_it() -> None:
    group = Group.objects.create(name="Cũ")
    hidden = Permission.objects.get(codename="view_logentry")
    group.permissions.add(hidden)

    client_of(make_user(superuser=True)).post(
        reverse("admin:auth_group_change", args=[group.pk]), {"name": "Cũ", "permissions": []}
    )

    assert list(group.permissions.all()) == [hidden]


# --- What a person works on --------------------------------------------------------------------------


def test_a_person_gets_a_unit_and_sections_but_nobody_lifts_the_own_limit() -> None:
    groups = ensure_roles()
    section = make_section()
    administrator, editor = make_user(), make_user()
    administrator.groups.add(groups[ADMINISTRATOR], groups[EDITOR])
    editor.groups.add(groups[EDITOR])
    StaffProfile.objects.create(user=administrator).sections.add(section)
    client = Client()
    client.force_login(administrator)
    for person in (editor, administrator):
        page = client.get(reverse("admin:auth_user_change", args=[person.pk]))
        has_profile = StaffProfile.objects.filter(user=person).exists()
        data = {
            "username": person.username,
            "is_active": "on",
            "groups": [group.pk for group in person.groups.all()],
            "staff_profile-TOTAL_FORMS": 1,
            "staff_profile-INITIAL_FORMS": int(has_profile),
            "staff_profile-0-id": person.staff_profile.pk if has_profile else "",
            "staff_profile-0-user": person.pk,
            "staff_profile-0-sections": [] if has_profile else [section.pk],
        }
        assert page.status_code == 200
        client.post(reverse("admin:auth_user_change", args=[person.pk]), data)

    for person in (editor, administrator):
        assert list(StaffProfile.objects.get(user=person).sections.all()) == [section]
