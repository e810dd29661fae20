"""Statistics of comments: months of Vietnam, what became of what came, the median of waiting."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comments import statistics
from comments.models import Action, Decision
from news.text import VIETNAM
from tests.desk import client_of
from tests.factories import make_comment

pytestmark = pytest.mark.django_db

PAGE = "admin:comments_comment_statistics"
NOW = dt.datetime(2026, 3, 15, 10, 0, tzinfo=VIETNAM)


@pytest.fixture(autouse=True)
def march(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def decided(waited: int, at: dt.datetime = NOW, action: str = Action.APPROVE, **more: Any) -> None:
    Decision.objects.create(
        comment=make_comment(created_at=NOW),
        action=action,
        at=at,
        waited=waited,
        revision=2,
        **{"before": "pending", "after": "approved", **more},
    )


def test_the_last_twelve_months_end_with_this_one() -> None:
    firsts = [month.first for month in statistics.by_month()]

    assert firsts[0] == dt.date(2025, 4, 1)
    assert firsts[-1] == dt.date(2026, 3, 1)
    assert len(firsts) == 12


def test_months_begin_at_midnight_in_vietnam() -> None:
    midnight = dt.datetime(2026, 3, 1, tzinfo=VIETNAM)
    make_comment(created_at=midnight)
    make_comment(created_at=midnight - dt.timedelta(seconds=1))
    make_comment(created_at=dt.datetime(2025, 4, 1, tzinfo=VIETNAM))
    make_comment(created_at=dt.datetime(2025, 3, 31, 23, 59, tzinfo=VIETNAM))

    received = [month.received for month in statistics.by_month()]

    assert received == [1, *[0] * 9, 1, 1]


def test_what_came_is_counted_by_what_became_of_it() -> None:
    for status in ("pending", "approved", "approved", "spam", "withdrawn"):
        make_comment(created_at=NOW, status=status)
    make_comment(created_at=NOW, status="refused", reason="insult")
    make_comment(created_at=NOW, status="refused", reason="advert")
    make_comment(created_at=NOW, status="hidden", reason="insult")

    month = statistics.by_month()[-1]

    assert month.received == 8
    assert month.states == {
        "pending": 1, "approved": 2, "spam": 1, "withdrawn": 1, "refused": 2, "hidden": 1,
    }  # fmt: skip
    assert month.reasons == {"insult": 1, "advert": 1}


@pytest.mark.parametrize(
    ("waits", "median"),
    [([7], 7), ([9, 1], 5), ([1, 100, 3], 3), ([4, 4, 4, 4], 4), ([1, 2, 3, 100, 100], 3)],
)
def test_waiting_is_the_median_of_first_decisions(waits: list[int], median: int) -> None:
    for seconds in waits:
        decided(seconds)
    decided(10_000, before="approved", action=Action.HIDE)
    decided(10_000, action=Action.WITHDRAW)

    assert statistics.by_month()[-1].waited == dt.timedelta(seconds=median)


def test_each_month_has_its_own_median() -> None:
    decided(60)
    decided(120, at=NOW - dt.timedelta(days=31))
    decided(999, at=NOW - dt.timedelta(days=500))

    months = statistics.by_month()

    assert [month.waited for month in months[-3:]] == [
        None,
        dt.timedelta(seconds=120),
        dt.timedelta(seconds=60),
    ]


def test_the_page_shows_a_chart_and_the_same_numbers_as_a_table() -> None:
    make_comment(created_at=NOW)
    make_comment(created_at=NOW, status="refused", reason="insult")
    decided(3 * 3600)

    page = client_of("comments.view_comment").get(reverse(PAGE)).content.decode()

    assert page.count("<rect ") == 12
    assert 'height="100.00"><title>03/2026: 3</title>' in page
    assert '<td class="number">3 giờ</td>' in page
    # The present month stands first and is called so, the sum stands last.
    assert page.index(">Tháng này<") < page.index('scope="col" class="number">02/2026<')
    line = page.partition("Lời lẽ xúc phạm</span></th>")[2].partition("</tr>")[0]
    assert line.startswith('<td class="number">1</td><td class="number">0</td>')
    assert line.endswith('<td class="number">0</td><td class="number">1</td>')
    assert "style=" not in page.partition("<main")[2]


def test_the_page_costs_the_same_however_many_comments_there_are() -> None:
    client = client_of("comments.view_comment")
    costs = []
    for number in (1, 12):
        for month in range(number):
            make_comment(created_at=NOW - dt.timedelta(days=30 * month))
            decided(month, at=NOW - dt.timedelta(days=30 * month))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(PAGE))
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_the_page_is_for_who_sees_comments() -> None:
    assert client_of("news.view_reports").get(reverse(PAGE)).status_code == 403
    assert client_of("comments.view_comment").post(reverse(PAGE)).status_code == 405
