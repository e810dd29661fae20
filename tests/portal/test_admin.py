"""The desk as a whole: its name, what waits, its headers; identity, text pages and links."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.models import AgencyLink, SiteIdentity, TextPage
from portal.templatetags.desk import SUBJECTS
from tests.desk import client_of, refuse_plainly
from tests.factories import make_article, make_comment, make_photo, make_section

pytestmark = pytest.mark.django_db


def policy(response: Any) -> dict[str, set[str]]:
    directives = response.headers["Content-Security-Policy"].split("; ")
    return {name: set(values.split()) for name, _, values in (d.partition(" ") for d in directives)}


def make_identity(**fields: Any) -> SiteIdentity:
    identity = SiteIdentity(**{"level": "Phường", "name": "An Bình", **fields})
    identity.save()
    return identity


# --- The desk -----------------------------------------------------------------------------------


def test_the_desk_bears_the_name_of_the_office() -> None:
    make_identity()

    for page in (
        Client().get(reverse("admin:login")),
        client_of(superuser=True).get(reverse("admin:index")),
    ):
        assert "Bàn biên tập" in page.content.decode()
        assert "Phường An Bình" in page.content.decode()
        assert "Django" not in page.content.decode()


def test_the_lists_of_the_desk_stand_under_their_subjects() -> None:
    named = [name for names in SUBJECTS.values() for name in names]
    registered = [model.__name__ for model in admin.site._registry]
    assert len(named) == len(set(named))
    assert set(named) <= set(registered)

    page = client_of(superuser=True).get(reverse("admin:index")).content.decode()
    places = [page.index(f">{subject}</h2>") for subject in SUBJECTS]
    assert places == sorted(places)
    # In the row of all lists a name that the first list has too is not said twice.
    assert re.findall(r'class="desk-subject" aria-hidden="true">([^<]*)', page) == [
        subject for subject in SUBJECTS if subject not in {"Tin bài", "Văn bản"}
    ]
    one = client_of("comments.view_comment").get(reverse("admin:index")).content.decode()
    assert "desk-subject" not in one


def test_the_first_page_costs_the_same_with_more_work() -> None:
    client = client_of(superuser=True)
    costs = []
    for number in (1, 12):
        for _ in range(number):
            make_article(status="draft")
            make_comment()
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("admin:index"))
        costs.append(len(queries))

    assert costs[0] == costs[1]


# --- Headers ------------------------------------------------------------------------------------

EDITOR_PAGES = ["admin:news_article_add", "admin:portal_textpage_add"]
STRICT_PAGES = [
    "admin:index",
    "admin:news_article_changelist",
    "admin:news_photo_add",
    "admin:news_photo_changelist",
    "admin:news_section_add",
    "admin:comments_comment_changelist",
    "admin:portal_siteidentity_add",
    "admin:portal_textpage_changelist",
    "admin:auth_user_changelist",
    "admin:password_change",
    "ckeditor_browse",
]


@pytest.mark.parametrize("name", STRICT_PAGES)
def test_a_page_without_the_editor_runs_nothing_inline(name: str) -> None:
    directives = policy(client_of(superuser=True).get(reverse(name)))

    assert (
        directives["default-src"]
        == directives["base-uri"]
        == directives["frame-ancestors"]
        == {"'none'"}
    )
    assert (
        directives["script-src"]
        == directives["style-src"]
        == directives["form-action"]
        == {"'self'"}
    )


def test_the_door_runs_nothing_inline() -> None:
    assert policy(Client().get(reverse("admin:login")))["script-src"] == {"'self'"}


@pytest.mark.parametrize("name", EDITOR_PAGES)
def test_the_editor_gets_what_it_needs_and_no_other_host(name: str) -> None:
    directives = policy(client_of(superuser=True).get(reverse(name)))

    assert directives["script-src"] == directives["style-src"] == {"'self'", "'unsafe-inline'"}
    assert set().union(*directives.values()) <= {
        "'self'",
        "'none'",
        "'unsafe-inline'",
        "data:",
        "blob:",
    }
    assert directives["frame-ancestors"] == {"'none'"}


def test_the_looser_policy_does_not_stick_to_later_pages() -> None:
    client = client_of(superuser=True)
    client.get(reverse("admin:news_article_add"))

    assert policy(client.get(reverse("admin:index")))["script-src"] == {"'self'"}


@pytest.mark.parametrize("name", STRICT_PAGES + EDITOR_PAGES)
def test_no_page_of_the_desk_carries_a_script_or_style_of_ours_in_its_text(name: str) -> None:
    page = client_of(superuser=True).get(reverse(name)).content.decode()
    page = page.replace(
        'style="display: inline-block;"', ""
    )  # the wrapper that django-ckeditor prints

    assert "<script>" not in page
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page


# --- Lists --------------------------------------------------------------------------------------


def changelist_of(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("comments_comment", {"status": "all", "email__startswith": "m"}),
        ("comments_comment", {"source__startswith": "a"}),
        ("news_outboxmessage", {"recipient__startswith": "x"}),
        ("auth_user", {"password__startswith": "md5"}),
        # Whose comments nobody has published yet.
        ("news_article", {"comments": "4"}),
        # What the list does offer, compared in a way that it does not.
        ("comments_answer", {"state__regex": "("}),
    ],
)
def test_a_list_is_not_asked_for_what_it_hides(name: str, asked: dict[str, str]) -> None:
    client, address = client_of(superuser=True), reverse(f"admin:{name}_changelist")

    assert client.get(address).status_code == 200
    assert client.get(address, asked).status_code == 400


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_no_list_filters_by_a_field_that_it_does_not_offer(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_plainly(monkeypatch)
    client = client_of(superuser=True)

    for field in model._meta.get_fields():
        for asked in (f"{field.name}__regex", f"{field.name}__gt", f"{field.name}__year"):
            answer = client.get(changelist_of(model), {asked: "("})
            # Our own lists and forms of one row do not read such parameters at all.
            refused = answer.status_code == 400
            assert refused or "cl" not in (answer.context or {}), asked


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_each_filter_that_a_list_offers_can_be_followed(model: Any) -> None:
    for name in ("Một", "Hai"):
        make_section(name=name)
    client, address = client_of(superuser=True), changelist_of(model)
    changes = (client.get(address).context or {}).get("cl")

    for spec in changes.filter_specs if changes else ():
        for choice in spec.choices(changes):
            assert client.get(address + choice["query_string"]).status_code == 200


# --- Identity -----------------------------------------------------------------------------------


def test_the_list_of_identities_is_the_one_form() -> None:
    client = client_of(superuser=True)
    address = reverse("admin:portal_siteidentity_changelist")

    assert client.get(address).headers["Location"] == reverse("admin:portal_siteidentity_add")
    make_identity()
    assert client.get(address).headers["Location"] == reverse(
        "admin:portal_siteidentity_change", args=[1]
    )


def test_a_second_identity_is_refused() -> None:
    make_identity()

    response = client_of(superuser=True).post(
        reverse("admin:portal_siteidentity_add"),
        {"level": "Xã", "name": "Khác", "unit": "Ủy ban nhân dân"},
    )

    assert response.status_code == 403
    assert SiteIdentity.objects.get().name == "An Bình"


def test_the_identity_is_not_deleted() -> None:
    make_identity()

    response = client_of(superuser=True).post(
        reverse("admin:portal_siteidentity_delete", args=[1]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert SiteIdentity.objects.exists()


def test_a_changed_identity_is_seen_at_once() -> None:
    make_identity()
    crest = make_photo()

    client_of(superuser=True).post(
        reverse("admin:portal_siteidentity_change", args=[1]),
        {"level": "Phường", "name": "An Hội Tây", "unit": "Ủy ban nhân dân", "crest": crest.pk},
    )

    identity = SiteIdentity.objects.get()
    assert (identity.full_name, identity.crest) == ("Phường An Hội Tây", crest)
    assert "An Hội Tây" in Client().get("/").content.decode()


def test_the_crest_is_not_deleted_from_the_library() -> None:
    crest = make_photo()
    make_identity(crest=crest)

    response = client_of(superuser=True).post(
        reverse("admin:news_photo_delete", args=[crest.pk]), {"post": "yes"}, follow=True
    )

    assert [str(m) for m in response.context["messages"]] == [
        "Ảnh đang được dùng ở phần khác của cổng nên chưa xoá được."
    ]


@pytest.mark.parametrize("model", ["siteidentity", "textpage", "agencylink"])
def test_staff_without_the_right_do_not_change_the_portal(model: str) -> None:
    make_identity()
    client = client_of("news.change_article", "comments.view_comment")

    for name in ("changelist", "add"):
        address = reverse(f"admin:portal_{model}_{name}")
        for response in (
            client.get(address, follow=True),
            client.post(address, {"name": "x"}, follow=True),
        ):
            assert response.status_code == 403
    assert (TextPage.objects.count(), AgencyLink.objects.count()) == (0, 0)


# --- Text pages and links -----------------------------------------------------------------------


def test_a_text_page_is_written_in_the_editor_and_stored_clean() -> None:
    client_of(superuser=True).post(
        reverse("admin:portal_textpage_add"),
        {
            "title": "Giới thiệu",
            "body": '<p onclick="x">Chào bạn</p><script>1</script>',
            "order": 0,
        },
    )

    page = TextPage.objects.get()
    assert (page.slug, page.body) == ("gioi-thieu", "<p>Chào bạn</p>")


def test_a_text_page_too_deep_is_refused_at_its_field() -> None:
    response = client_of(superuser=True).post(
        reverse("admin:portal_textpage_add"),
        {"title": "Giới thiệu", "body": "<div>" * 70 + "x", "order": 0},
    )

    assert "lồng nhau" in response.context["adminform"].form.errors["body"][0]
    assert not TextPage.objects.exists()


def test_two_text_pages_of_one_title_are_refused_beside_the_field() -> None:
    TextPage.objects.create(title="Liên hệ")
    answer = client_of(superuser=True).post(
        reverse("admin:portal_textpage_add"), {"title": "Liên hệ", "order": 0}
    )
    assert answer.status_code == 200
    assert "Đã có trang ở địa chỉ này" in answer.content.decode()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "nơi nào đó"])
def test_a_link_that_is_no_address_is_refused(address: str) -> None:
    client_of(superuser=True).post(
        reverse("admin:portal_agencylink_add"), {"name": "Sở", "url": address, "order": 0}
    )

    assert not AgencyLink.objects.exists()
