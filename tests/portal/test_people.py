"""What an administrator may do to other people's accounts, and nobody to their own."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news.models import Section, StaffProfile
from portal.accounts import people, second_factor
from portal.accounts.sessions import DeskSession
from portal.roles import ADMINISTRATOR, EDITOR, ensure_roles
from tests.desk import logged_in
from tests.factories import make_section, make_user
from tests.portal.persons import (
    DESK,
    PASSWORD,
    WORK,
    bind_app,
    change_address,
    enter,
    is_in,
    make_administrator,
    make_person,
    person_form,
    strong_group,
)

pytestmark = pytest.mark.django_db


def test_an_administrator_makes_an_account_with_a_role() -> None:
    roles = ensure_roles()

    logged_in(make_administrator()).post(
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
    theirs = logged_in(person)
    admin = logged_in(make_administrator())

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
    theirs = logged_in(boss)
    before = standing(boss)
    admin = logged_in(make_administrator())
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
    admin = logged_in(make_administrator())

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

    logged_in(make_user(superuser=True)).post(
        change_address(person), person_form(person, is_superuser="on")
    )

    assert User.objects.get(pk=person.pk).is_superuser


def test_an_administrator_gives_no_group_that_can_more_than_the_roles() -> None:
    group = strong_group()
    person = make_person()

    response = logged_in(make_administrator()).post(
        change_address(person), person_form(person, groups=[group.pk])
    )

    assert "Đặc biệt" in response.context["adminform"].form.errors["groups"][0]
    assert not person.groups.exists()


def test_an_administrator_gives_no_such_group_to_a_new_account() -> None:
    logged_in(make_administrator()).post(
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

    assert logged_in(admin).post(change_address(person), person_form(person)).status_code == 403
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

        logged_in(user).post(
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

    response = logged_in(make_administrator()).post(
        change_address(person), in_sections(person, section)
    )

    assert response.status_code == 403
    assert not StaffProfile.objects.exists()


def test_nobody_takes_off_their_own_second_step_by_the_back_door() -> None:
    admin = make_administrator()
    bind_app(admin)

    response = logged_in(admin).post(reverse("admin:auth_user_reset_factor", args=[admin.pk]))

    assert response.status_code == 403
    assert second_factor.is_on(admin)


def test_people_are_not_deleted_by_anybody() -> None:
    person = make_person()

    for user in (make_administrator(), make_user(superuser=True)):
        response = logged_in(user).post(
            reverse("admin:auth_user_delete", args=[person.pk]), {"post": "yes"}
        )
        assert response.status_code == 403
    assert User.objects.filter(pk=person.pk).exists()


def test_an_administrator_resets_password_and_second_step_and_unlocks() -> None:
    person = make_person()
    bind_app(person)
    theirs = logged_in(person)
    admin = logged_in(make_administrator())
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

    response = logged_in(make_administrator()).post(
        reverse("admin:auth_user_password_change", args=[person.pk]),
        {"new_password1": "ngan", "new_password2": "ngan"},
    )

    assert "ít nhất 12 ký tự" in response.content.decode()
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


@pytest.mark.parametrize("name", ["end_sessions", "reset_factor", "unlock"])
def test_what_changes_an_account_is_no_link(name: str) -> None:
    person = make_person()

    response = logged_in(make_administrator()).get(
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
    client = logged_in(editor)
    before = standing(person)
    address = reverse(f"admin:auth_user_{name}", args=[person.pk])

    assert client.get("/quan-tri/auth/user/").status_code == 403
    assert client.post(address, person_form(person, username="khac")).status_code == 403
    assert standing(person) == before


def test_an_administrator_writes_no_stories() -> None:
    client = logged_in(make_administrator())

    assert client.get("/quan-tri/news/article/").status_code == 403
    assert client.get("/quan-tri/news/article/add/").status_code == 403
    for room in ("auth/user/", "auth/group/", "portal/textpage/", "portal/auditentry/"):
        assert client.get(f"/quan-tri/{room}").status_code == 200, room


@pytest.mark.usefixtures("long_running")
def test_the_list_of_people_costs_the_same_for_three_and_for_thirty() -> None:
    client = logged_in(make_administrator())
    client.get("/quan-tri/auth/user/")
    role = ensure_roles()[EDITOR]
    costs = []
    for number in (3, 27):
        for _ in range(number):
            make_user().groups.add(role)
        with CaptureQueriesContext(connection) as queries:
            client.get("/quan-tri/auth/user/")
        costs.append(len(queries))

    assert costs[0] == costs[1]


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
