"""Reports and the calendar: sums that equal the database's, on the Vietnamese calendar, for who may see them."""

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from news.models import StaffProfile, Step, Unit
from news.reports import Period, report
from news.text import VIETNAM
from portal.roles import AUTHOR, EDITOR, MODERATOR
from tests.desk import logged_in
from tests.factories import make_article, make_official, make_section

pytestmark = pytest.mark.django_db

REPORT = "admin:news_article_report"
CALENDAR = "admin:news_article_calendar"
NOVEMBER = dt.date(2026, 11, 1)


@pytest.fixture(autouse=True)
def at_the_end_of_november() -> Any:
    with time_machine.travel(dt.datetime(2026, 11, 29, 12, tzinfo=VIETNAM), tick=False):
        yield


@pytest.fixture
def editor() -> User:
    return make_official(EDITOR)


def on(day: int, month: int = 11, hour: int = 9, **fields: Any) -> Any:
    moment = dt.datetime(2026, month, day, hour, tzinfo=VIETNAM)
    return make_article(published_at=moment, **fields)


def test_a_month_begins_and_ends_on_the_vietnamese_clock(editor: User) -> None:
    on(1, hour=0)
    on(31, month=10, hour=23)
    found = report("section", Period(dt.date(2026, 10, 1), NOVEMBER), user=editor)

    assert found.total.counts == [1, 1]


def test_drafts_what_waits_and_what_was_withdrawn_do_not_count(editor: User) -> None:
    on(5)
    on(30)
    on(5, status="withdrawn")
    on(5, status="draft")

    assert report("section", Period(NOVEMBER, NOVEMBER), user=editor).total.total == 1


def test_a_unit_is_held_against_its_quota_also_when_it_wrote_nothing(editor: User) -> None:
    busy = Unit.objects.create(name="Văn phòng", monthly_quota=4)
    Unit.objects.create(name="Công an", monthly_quota=2)
    for _ in range(3):
        on(5, unit=busy)
    on(6)

    rows = report("unit", Period(dt.date(2026, 10, 1), NOVEMBER), user=editor).rows

    assert [(r.name, r.total, r.quota, r.percent) for r in rows] == [
        ("Công an", 0, 4, 0),
        ("Văn phòng", 3, 8, 37),
        ("(chưa ghi)", 1, None, None),
    ]


def test_views_and_lonely_publications_are_counted(editor: User) -> None:
    section = make_section(name="Kinh tế")
    first, second = on(5, section=section), on(6, section=section)
    type(first.view_count).objects.filter(article=first).update(total=1200)
    for verb in ("scheduled", "published"):
        Step.objects.create(article=second, verb=verb, alone=True)

    (row,) = report("section", Period(NOVEMBER, NOVEMBER), user=editor).rows

    assert (row.name, row.total, row.views, row.alone) == ("Kinh tế", 2, 1200, 1)


def test_a_limited_person_reports_on_the_own_sections(editor: User) -> None:
    mine, other = make_section(), make_section()
    StaffProfile.objects.create(user=editor).sections.add(mine)
    on(5, section=mine)
    on(5, section=other)

    assert report("section", Period(NOVEMBER, NOVEMBER), user=editor).total.total == 1


def test_the_file_says_the_same_as_the_screen_and_runs_nothing(editor: User) -> None:
    on(5, title="=1+1", byline="@SUM(A1)")
    on(6, byline="MINH TÂM", unit=Unit.objects.create(name="Văn phòng"))
    on(7, byline="MINH TÂM")

    answer = logged_in(editor).get(reverse(REPORT), {"theo": "byline", "tep": "xlsx"})

    assert answer.headers["Content-Disposition"].endswith('2026-11-2026-11-tac-gia.xlsx"')
    book = load_workbook(io.BytesIO(answer.content))
    rows = list(book["Tổng hợp"].iter_rows(values_only=True))
    assert [row[:3] for row in rows] == [
        ("Tác giả", "11/2026", "Tổng"),
        ("@SUM(A1)", 1, 1),
        ("MINH TÂM", 2, 2),
        ("Tổng cộng", 3, 3),
    ]
    cells = [cell for row in book["Từng tin"].iter_rows(min_row=2) for cell in row]
    assert "=1+1" in [cell.value for cell in cells]
    assert "f" not in {cell.data_type for cell in cells}
    assert str(cells[0].value) == "2026-11-05 09:00:00"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"tu": "2026-11", "den": "2026-10"}, "den"),
        ({"tu": "2020-01", "den": "2026-10"}, "den"),
        ({"tu": "0001-01", "den": "2026-11"}, "tu"),
        ({"tu": "hôm qua"}, "tu"),
        ({"theo": "password"}, "theo"),
    ],
)
def test_a_senseless_choice_is_refused_in_words(
    asked: dict[str, str], field: str, editor: User
) -> None:
    answer = logged_in(editor).get(reverse(REPORT), asked)

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "x", "2026-13"])
def test_no_month_breaks_the_calendar(month: str, editor: User) -> None:
    assert logged_in(editor).get(reverse(CALENDAR), {"thang": month}).status_code == 200


@pytest.mark.parametrize("role", [AUTHOR, MODERATOR])
def test_reports_are_for_who_may_see_them(role: str) -> None:
    assert logged_in(make_official(role)).get(reverse(REPORT)).status_code == 403
    assert logged_in(make_official(role)).get(reverse(REPORT), {"tep": "xlsx"}).status_code == 403


def test_the_calendar_shows_what_was_and_what_comes_on_its_day(editor: User) -> None:
    on(5, title="Tin đã đăng")
    on(30, title="Tin ngày mai")
    on(5, title="Tin nháp", status="draft")

    page = logged_in(editor).get(reverse(CALENDAR))

    days = {
        day["date"].day: [article.title for article in day["articles"]]
        for week in page.context["weeks"]
        for day in week
        if day["articles"]
    }
    assert days == {5: ["Tin đã đăng"], 30: ["Tin ngày mai"]}
    assert "Chờ đến giờ" in page.content.decode()


def test_the_calendar_is_not_for_moderators_and_shows_authors_their_own() -> None:
    author = make_official(AUTHOR)
    on(5, title="Của tôi", created_by=author)
    on(5, title="Của người khác")

    page = logged_in(author).get(reverse(CALENDAR)).content.decode()

    assert "Của tôi" in page and "Của người khác" not in page
    assert logged_in(make_official(MODERATOR)).get(reverse(CALENDAR)).status_code == 403


@pytest.mark.parametrize("name", [REPORT, CALENDAR])
def test_both_cost_the_same_with_more_stories(name: str, editor: User) -> None:
    client, costs = logged_in(editor), []
    for number in (2, 9):
        for _ in range(number):
            on(
                5,
                section=make_section(),
                unit=Unit.objects.create(name=f"Đơn vị {Unit.objects.count()}"),
            )
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name), {"theo": "unit"})
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 15
