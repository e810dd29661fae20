"""The publishing desk: its door, the list of stories, the sections."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Article, Section
from tests.desk import EDITOR, client_of
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db

LIST = "admin:news_article_changelist"
ADD = "admin:news_article_add"
CHANGE = "admin:news_article_change"
DELETE = "admin:news_article_delete"
PREVIEW = "admin:news_article_preview"
WITHDRAW = "admin:news_article_withdraw"


# --- The door -----------------------------------------------------------------------------------


def addresses(article: Article) -> list[str]:
    return [
        reverse(LIST),
        reverse(ADD),
        *(reverse(name, args=[article.pk]) for name in (CHANGE, DELETE, PREVIEW, WITHDRAW)),
    ]


@pytest.mark.parametrize("number", range(6))
def test_who_is_not_logged_in_is_sent_to_the_door(number: int) -> None:
    address = addresses(make_article(status="draft"))[number]

    for response in (
        Client().get(address),
        Client().post(address, {"reason": "x", "_publish": "1"}),
    ):
        assert response.status_code in {302, 405}
        assert response.status_code == 405 or reverse("admin:login") in response.headers["Location"]
    assert Article.objects.get().status == "draft"


@pytest.mark.parametrize("number", range(6))
def test_staff_without_rights_are_refused(number: int) -> None:
    address = addresses(make_article())[number]

    assert client_of().get(address).status_code == 403
    assert client_of().post(address, {"reason": "x", "_publish": "1"}).status_code in {403, 405}
    assert Article.objects.get().status == "published"


@pytest.mark.parametrize("number", range(6))
def test_a_reader_with_an_account_does_not_get_in(number: int) -> None:
    address = addresses(make_article())[number]

    assert client_of(*EDITOR, is_staff=False).get(address).status_code == 302


# --- The list -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("long_running")
def test_the_list_costs_the_same_for_three_rows_and_for_thirty() -> None:
    client = client_of(*EDITOR)
    client.get(reverse(LIST))
    costs = []
    for number in (3, 27):
        for _ in range(number):
            make_article(section=make_section())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(LIST)).status_code == 200
        costs.append(len(queries))

    assert costs == [12, 12]


def test_the_list_shows_drafts_first_and_then_the_newest() -> None:
    old = make_article(published_at=timezone.now() - dt.timedelta(days=9))
    new = make_article()
    draft = make_article(status="draft")

    shown = client_of(*EDITOR).get(reverse(LIST)).context["cl"].result_list

    assert list(shown) == [draft, new, old]


def test_the_list_says_the_state_in_a_word_with_a_mark() -> None:
    make_article()
    make_article(status="draft")
    make_article(status="withdrawn")
    make_article(published_at=timezone.now() + dt.timedelta(days=1))

    page = client_of(*EDITOR).get(reverse(LIST)).content.decode()

    for words in ("● Đã xuất bản", "○ Bản nháp", "× Đã thu hồi", "◷ Chờ đến giờ"):
        assert words in page


def test_only_what_is_public_links_to_the_site() -> None:
    public, later = make_article(), make_article(published_at=timezone.now() + dt.timedelta(days=1))

    page = client_of(*EDITOR).get(reverse(LIST)).content.decode()

    assert f'href="{public.get_absolute_url()}">Xem trên trang' in page
    assert later.get_absolute_url() not in page


def test_the_list_shows_the_views_as_vietnamese_writes_numbers() -> None:
    article = make_article()
    type(article.view_count).objects.update(total=12677)

    assert "12.677" in client_of(*EDITOR).get(reverse(LIST)).content.decode()


def test_a_draft_is_found_without_diacritics() -> None:
    draft = make_article(title="Đại biểu Hội đồng nhân dân", status="draft")
    make_article(title="Tin khác")

    shown = client_of(*EDITOR).get(reverse(LIST), {"q": "dai bieu"}).context["cl"].result_list

    assert list(shown) == [draft]


def test_a_column_that_was_clicked_orders_what_is_found() -> None:
    first, second = make_article(title="Cầu A"), make_article(title="Cầu B")

    client = client_of(*EDITOR)
    column = client.get(reverse(LIST)).context["cl"].list_display.index("published")

    def found(order: str) -> list[Article]:
        page = client.get(reverse(LIST), {"q": "cau", "o": order})
        return list(page.context["cl"].result_list)

    assert found(f"{column}") == [first, second]
    assert found(f"-{column}") == [second, first]


def test_many_drafts_are_not_deleted_at_once() -> None:
    article = make_article(status="draft")

    page = client_of(superuser=True).post(
        reverse(LIST),
        {"action": "delete_selected", "_selected_action": [article.pk], "index": 0, "post": "yes"},
    )

    assert page.status_code == 302
    assert Article.objects.exists()


# --- Sections -----------------------------------------------------------------------------------


def test_a_third_level_of_sections_is_not_offered() -> None:
    parent = make_section()
    child = make_section(parent=parent)

    form = (
        client_of(superuser=True).get(reverse("admin:news_section_add")).context["adminform"].form
    )

    assert list(form.fields["parent"].queryset) == [parent]
    assert child not in form.fields["parent"].queryset


def test_a_section_is_never_deleted_its_address_was_public() -> None:
    section = make_section()

    response = client_of(superuser=True).post(
        reverse("admin:news_section_delete", args=[section.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert Section.objects.exists()


def test_a_section_cannot_take_the_address_of_another_page() -> None:
    response = client_of(superuser=True).post(
        reverse("admin:news_section_add"),
        {"name": "Quản trị", "slug": "quan-tri", "role": "news", "order": 0},
    )

    assert response.context["adminform"].form.errors["slug"] == [
        "Địa chỉ này đã dành cho một trang khác của cổng."
    ]
