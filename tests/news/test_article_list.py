"""The desk's list of stories: fixed work at any size, filters that an index serves, older stories by a link."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.admin import article_list
from news.models import Article, Section, StaffProfile
from news.text import VIETNAM
from portal.roles import AUTHOR, EDITOR
from tests.desk import logged_in
from tests.factories import make_article, make_official, make_user
from tests.news.test_search import many_stories

pytestmark = pytest.mark.django_db

LIST = reverse("admin:news_article_changelist")
SEES_ALL = ("news.view_article", "news.change_article", "news.edit_any_article")
SEES_OWN = ("news.view_article", "news.change_article")


def list_of(*permissions: str, **asked: str) -> Any:
    client = Client()
    client.force_login(make_user(*permissions))
    response = client.get(LIST, asked)
    assert response.status_code == 200, response.headers.get("Location")
    return response.context["cl"]


def titles(*permissions: str, **asked: str) -> list[str]:
    return [article.title for article in list_of(*permissions, **asked).result_list]


# --- filters -----------------------------------------------------------------------------------------


@pytest.fixture
def one_of_each() -> None:
    """One story in each state; its title is the filter's word for it."""
    now = timezone.now()
    make_article(title="dang-viet", status="draft")
    make_article(title="cho-duyet", status="draft", stage="submitted")
    make_article(title="tra-lai", status="draft", stage="returned")
    make_article(title="cho-gio", published_at=now + dt.timedelta(hours=1))
    make_article(title="dang-hien")
    make_article(title="het-han", expires_at=now - dt.timedelta(hours=1))
    make_article(title="thu-hoi", status="withdrawn")


@pytest.mark.parametrize(
    "state", ["dang-viet", "cho-duyet", "tra-lai", "cho-gio", "dang-hien", "het-han", "thu-hoi"]
)
@pytest.mark.usefixtures("one_of_each")
def test_the_state_asked_for_is_shown_and_no_other(state: str) -> None:
    assert titles(*SEES_ALL, **{"tinh-trang": state}) == [state]


@pytest.mark.usefixtures("one_of_each")
def test_what_is_no_state_filters_nothing() -> None:
    assert len(titles(*SEES_ALL, **{"tinh-trang": "abc"})) == 7


def test_a_period_holds_its_days_in_vietnam_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def moment(*parts: int) -> dt.datetime:
        return dt.datetime(*parts, tzinfo=VIETNAM)  # type: ignore[misc, arg-type]

    monkeypatch.setattr(timezone, "now", lambda: moment(2026, 1, 15, 12))
    make_article(title="Giao thừa", published_at=moment(2025, 12, 31, 23, 59))
    make_article(title="Năm mới", published_at=moment(2026, 1, 1, 0, 0))
    make_article(title="Tháng sau", published_at=moment(2026, 2, 1, 0, 0))
    make_article(title="Lâu rồi", published_at=moment(2019, 5, 31, 17, 9))
    make_article(title="Nháp", status="draft")

    def shown(period: str) -> list[str]:
        return titles(*SEES_ALL, **{"thoi-gian": period})

    assert shown("thang-nay") == ["Năm mới"]
    assert shown("thang-truoc") == ["Giao thừa"]
    assert shown("2026") == ["Tháng sau", "Năm mới"]
    assert shown("2019") == ["Lâu rồi"]
    assert shown("2018") == shown("99999") == shown("²") == []


def test_who_sees_the_stories_of_others_can_ask_for_the_own_ones() -> None:
    editor = make_user(*SEES_ALL)
    make_article(title="Của tôi", created_by=editor)
    make_article(title="Của người khác")
    client = Client()
    client.force_login(editor)

    shown = client.get(LIST, {"cua-toi": "1"})

    assert [a.title for a in shown.context["cl"].result_list] == ["Của tôi"]
    assert "Tin của tôi" not in {
        choice["display"]
        for spec in list_of(*SEES_OWN).filter_specs
        for choice in spec.choices(list_of(*SEES_OWN))
    }


def test_the_featured_are_those_that_are_featured_now() -> None:
    now = timezone.now()
    make_article(title="Đang nổi bật", featured=True)
    make_article(title="Đã hết", featured=True, featured_until=now - dt.timedelta(hours=1))
    make_article(title="Thường")

    assert titles(*SEES_ALL, **{"noi-bat": "1"}) == ["Đang nổi bật"]


@pytest.mark.parametrize("asked", [{"tinh-trang": "dang-hien"}, {"q": "tin"}, {"cu-hon": "{pk}"}])
def test_no_filter_shows_what_is_not_theirs(asked: dict[str, str]) -> None:
    other = make_article(title="Tin của người khác")

    assert titles(*SEES_OWN, **{k: v.format(pk=other.pk) for k, v in asked.items()}) == []


# --- pages ------------------------------------------------------------------------------------------


def test_the_count_stops_and_older_stories_follow_by_a_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(article_list.CappedPaginator, "shown", 4)
    monkeypatch.setattr(article_list.ArticleListPage, "list_per_page", 2)
    now = timezone.now()
    for number in range(7):
        make_article(title=str(number), published_at=now - dt.timedelta(days=number))
    client = Client()
    client.force_login(make_user(*SEES_ALL))

    first = client.get(LIST)
    assert "hơn 4" in first.content.decode()
    assert "Các tin cũ hơn" not in first.content.decode()
    last = client.get(LIST, {"p": "2"})
    assert [a.title for a in last.context["cl"].result_list] == ["2", "3"]
    assert "Các tin cũ hơn" in last.content.decode()
    older = client.get(LIST + last.context["cl"].older)
    assert [a.title for a in older.context["cl"].result_list] == ["4", "5"]
    rest = client.get(f"{LIST}{last.context['cl'].older}&p=2")
    assert [a.title for a in rest.context["cl"].result_list] == ["6"]
    assert "hơn" not in rest.content.decode()


def test_older_than_a_draft_are_older_drafts_and_all_that_has_a_date(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(article_list.CappedPaginator, "shown", 1)
    monkeypatch.setattr(article_list.ArticleListPage, "list_per_page", 1)
    make_article(title="Đã đăng")
    for number in range(3):
        make_article(title=str(number), status="draft")
    seen, asked = [], ""
    client = Client()
    client.force_login(make_user(*SEES_ALL))

    while True:
        changelist = client.get(LIST + asked).context["cl"]
        seen += [article.title for article in changelist.result_list]
        asked = changelist.older
        if not asked:
            break

    assert seen == ["2", "1", "0", "Đã đăng"]


@pytest.mark.parametrize("key", ["", "abc", "-1", "²", "9" * 30, "0", "999999"])
def test_what_is_no_story_is_no_place_to_go_on_from(key: str) -> None:
    make_article(title="Một")

    assert titles(*SEES_ALL, **{"cu-hon": key}) == ["Một"]


@pytest.mark.parametrize("page", ["0", "99", "abc", "-1"])
def test_a_page_that_is_not_there_is_no_error(page: str) -> None:
    make_article()
    client = Client()
    client.force_login(make_user(*SEES_ALL))

    assert client.get(LIST, {"p": page}).status_code in {200, 302}


# --- the cost -----------------------------------------------------------------------------------------


def client_of(role: str, *sections: Section) -> Client:
    user = make_official(role)
    if sections:
        StaffProfile.objects.create(user=user).sections.set(sections)
    return logged_in(user)


EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}
ASKED: list[dict[str, str]] = [
    {},
    {"p": "2"},
    {"q": "chung"},
    {"q": "1234"},
    {"tinh-trang": "dang-hien"},
    {"tinh-trang": "thu-hoi"},
    {"thoi-gian": "thang-truoc"},
    {"cua-toi": "1"},
    {"noi-bat": "1"},
]


@pytest.mark.usefixtures("long_running")
def test_a_page_of_the_list_takes_at_most_fifteen_queries() -> None:
    many_stories(1200)
    client = client_of(EDITOR, Section.objects.get())
    client.get(LIST)
    costs = {}
    for asked in ASKED:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST, asked).status_code == 200
        costs[str(asked)] = len(queries)

    assert max(costs.values()) <= 15, costs


@pytest.mark.parametrize("role", [EDITOR, AUTHOR])
def test_the_list_is_read_from_an_index_in_its_order(role: str) -> None:
    many_stories(3000)
    client = client_of(role)
    Article.objects.filter(title__contains="lan").update(created_by=client.session["_auth_user_id"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    # Searching has its own test.
    for asked in (asked for asked in ASKED if "q" not in asked):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST, asked).status_code == 200
        rows = [q["sql"] for q in queries if re.search('FROM "news_article".* ORDER BY', q["sql"])]
        with connection.cursor() as cursor:
            cursor.execute(f"{EXPLAIN[connection.vendor]} {rows[-1]}")
            plan = "\n".join(str(line) for line in cursor.fetchall())

        assert "Seq Scan on news_article" not in plan, (asked, plan)
        assert not re.search(r"SCAN news_article(?! USING)", plan), (asked, plan)
