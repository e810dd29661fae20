"""Roles and groups: shown in Vietnamese, never more than an administrator has."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from portal.roles import ADMINISTRATOR, EDITOR, ensure_roles
from tests.desk import logged_in
from tests.factories import make_user
from tests.portal.persons import make_administrator, strong_group

pytestmark = pytest.mark.django_db


def test_rights_are_shown_in_vietnamese() -> None:
    page = logged_in(make_administrator()).get("/quan-tri/auth/group/add/").content.decode()

    assert "Sửa tin bài" in page
    assert "Được xuất bản tin bài" in page
    assert "Can " not in page
    for word in ("quota", "generation", "session", "article photo", "content type"):
        assert word not in page.lower(), word


def test_an_administrator_puts_only_own_rights_into_a_group() -> None:
    own = Permission.objects.get(codename="change_textpage")
    foreign = Permission.objects.get(codename="publish_article")
    client = logged_in(make_administrator())

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

    logged_in(make_administrator()).post(
        reverse("admin:auth_group_change", args=[role.pk]),
        {"name": role.name, "permissions": [*rights, foreign.pk]},
    )

    assert set(role.permissions.values_list("pk", flat=True)) == rights


def test_a_group_that_can_more_than_the_roles_is_left_alone() -> None:
    group = strong_group()

    response = logged_in(make_administrator()).post(
        reverse("admin:auth_group_change", args=[group.pk]), {"name": "Khác", "permissions": []}
    )

    assert response.status_code == 403
    assert Group.objects.get(pk=group.pk).permissions.count() == 1


def test_the_roles_keep_their_names_and_are_not_deleted() -> None:
    role = ensure_roles()[EDITOR]
    client = logged_in(make_user(superuser=True))
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

    logged_in(make_user(superuser=True)).post(
        reverse("admin:auth_group_change", args=[group.pk]), {"name": "Cũ", "permissions": []}
    )

    assert list(group.permissions.all()) == [hidden]
