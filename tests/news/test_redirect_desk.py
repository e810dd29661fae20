"""Redirects at the desk: who may write them, what is said, what nobody changes; and merging sections there."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news.models import Redirect, Section
from tests.factories import make_article, make_section, make_user
from tests.news.redirecting import leads, redirect, rename

pytestmark = pytest.mark.django_db

LIST, ADD = "admin:news_redirect_changelist", "admin:news_redirect_add"
CHANGE, DELETE = "admin:news_redirect_change", "admin:news_redirect_delete"
ALL = tuple(f"news.{verb}_redirect" for verb in ("view", "add", "change", "delete"))


def desk_of(*permissions: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_user(*permissions, **fields))
    return client


def test_a_redirect_is_written_changed_and_deleted_at_the_desk() -> None:
    section, article = make_section(slug="a"), make_article()
    client = desk_of(*ALL)
    client.post(reverse(ADD), {"old": "/cu", "target": "/a/", "note": "Cổng cũ"})
    made = Redirect.objects.get()
    assert (made.old, made.section, made.note) == ("/cu", section, "Cổng cũ")
    assert made.created_by is not None

    page = client.get(reverse(CHANGE, args=[made.pk])).content.decode()
    assert 'value="/a/"' in page
    client.post(
        reverse(CHANGE, args=[made.pk]), {"old": "/cu", "target": article.get_absolute_url()}
    )
    made.refresh_from_db()
    assert (made.section, made.article) == (None, article)

    client.post(reverse(DELETE, args=[made.pk]), {"post": "yes"})
    assert not Redirect.objects.exists()


def test_a_mistake_is_said_beside_its_field_and_nothing_typed_is_lost() -> None:
    response = desk_of(*ALL).post(reverse(ADD), {"old": "/cu", "target": "/khong/", "note": "Nhớ"})

    page = response.content.decode()
    assert "Địa chỉ đích không có trang nào." in page
    assert 'value="/khong/"' in page
    assert 'value="Nhớ"' in page
    assert not Redirect.objects.exists()


def test_each_right_is_needed() -> None:
    make_section(slug="a")
    made = redirect("/cu", "/a/")
    data = {"old": "/khac", "target": "https://b.example/"}
    addresses: dict[str, tuple[str, dict[str, str]]] = {
        "add": (reverse(ADD), data),
        "change": (reverse(CHANGE, args=[made.pk]), data),
        "delete": (reverse(DELETE, args=[made.pk]), {"post": "yes"}),
    }
    for verb, (address, sent) in addresses.items():
        client = desk_of(*(name for name in ALL if name != f"news.{verb}_redirect"))
        assert client.post(address, sent).status_code == 403, verb
    for address in (reverse(LIST), *(address for address, _ in addresses.values())):
        assert desk_of("news.view_photo").get(address).status_code == 403

    assert Redirect.objects.get().old == "/cu"


def test_verbs_check_the_right_themselves() -> None:
    make_section(slug="a")
    made = redirect("/cu", "/a/")
    nobody = make_user()
    for verb in (
        lambda: Redirect(old="/x", target="https://b.example/").write(by=nobody),
        lambda: made.write(by=nobody),
        lambda: made.remove(by=nobody),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert Redirect.objects.get() == made


def test_what_the_portal_keeps_by_itself_is_shown_and_changed_by_nobody() -> None:
    section = make_section(slug="cu")
    rename(section, "moi")
    made = Redirect.objects.get()
    client = desk_of(superuser=True)

    page = client.get(reverse(CHANGE, args=[made.pk])).content.decode()
    assert "/moi/" in page
    data = {"old": "/khac", "target": "https://b.example/"}
    assert client.post(reverse(CHANGE, args=[made.pk]), data).status_code == 403
    assert client.post(reverse(DELETE, args=[made.pk]), {"post": "yes"}).status_code == 403
    with pytest.raises(PermissionDenied):
        made.remove(by=make_user(superuser=True))
    assert Redirect.objects.get().destination == "/moi/"


def test_the_list_costs_the_same_for_three_rows_and_for_thirty() -> None:
    client = desk_of(*ALL)
    costs = []
    for number in (3, 27):
        for _ in range(number):
            count = Redirect.objects.count()
            Redirect.objects.create(old=f"/a{count}", article=make_article())
            Redirect.objects.create(old=f"/b{count}", section=make_section())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(LIST)).status_code == 200
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_sections_are_merged_at_the_desk_by_who_may() -> None:
    old, new = make_section(name="Cũ", slug="cu"), make_section(name="Mới", slug="moi")
    address = reverse("admin:news_section_merge", args=[old.pk])
    for permissions in ((), ("news.change_section",), ("news.merge_section",)):
        client = desk_of(*permissions)
        assert client.get(address).status_code == 403
        assert client.post(address, {"other": new.pk}).status_code == 403
    assert Section.objects.count() == 2

    editor = desk_of("news.change_section", "news.view_section", "news.merge_section")
    assert (
        "Gộp vào mục khác"
        in editor.get(reverse("admin:news_section_change", args=[old.pk])).content.decode()
    )
    assert "không còn nữa" in editor.post(address, {"other": old.pk}).content.decode()
    assert "Hãy chọn một mục." in editor.post(address, {}).content.decode()
    page = editor.post(address, {"other": new.pk}, follow=True).content.decode()
    assert "Đã gộp “Cũ” vào “Mới”: 0 tin." in page
    assert leads("/cu/") == "/moi/"
