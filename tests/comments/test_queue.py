"""The moderators' queue: what waits, and what is shown of it."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments.admin import lists
from comments.admin.queue import CommentAdmin
from comments.admin.rows import waiting_words, working_words
from comments.models import Comment, Holiday, Policy, Report
from news.text import VIETNAM
from tests.comments.queue import (
    MODERATOR,
    QUEUE,
    shown,
)
from tests.desk import client_of
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=VIETNAM)


def test_the_queue_shows_what_waits_the_longest_waiting_first() -> None:
    now = timezone.now()
    young = make_comment(created_at=now - dt.timedelta(minutes=5))
    old = make_comment(created_at=now - dt.timedelta(days=3))
    make_comment(status="approved")
    make_comment(status="refused")
    make_comment(suspected=True)

    assert shown(client_of(*MODERATOR)) == [old, young] == list(Comment.objects.awaiting())


@pytest.mark.parametrize(
    ("status", "number"),
    [
        ("approved", 2),
        ("refused", 2),
        ("all", 8),
        ("pending", 3),
        ("suspected", 1),
        ("reported", 1),
        ("hidden", 0),
        ("nonsense", 3),
    ],
)
def test_each_list_holds_its_comments(status: str, number: int) -> None:
    for state, times in (("pending", 3), ("approved", 1), ("refused", 2)):
        for _ in range(times):
            make_comment(status=state)
    make_comment(suspected=True)
    make_comment(status="approved", reports=2)

    assert len(shown(client_of(*MODERATOR), status=status)) == number


def test_the_lists_are_links_with_the_number_of_what_waits() -> None:
    for _ in range(2):
        make_comment()
    make_comment(suspected=True)

    tabs = client_of(*MODERATOR).get(reverse(QUEUE)).context["tabs"]

    assert [(tab.title, tab.number) for tab in tabs[:4]] == [
        ("Chờ duyệt", 2),
        ("Nghi spam", 1),
        ("Bị báo vi phạm", 0),
        ("Đã duyệt", None),
    ]
    assert [tab.title for tab in tabs if tab.chosen] == ["Chờ duyệt"]


def test_no_count_goes_further_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNTED", 2)
    for _ in range(4):
        make_comment()

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    assert "(hơn 2)" in page


def test_reported_comments_stand_above_the_queue_the_most_reported_first() -> None:
    waiting = make_comment()
    once = make_comment(status="approved", reports=1)
    often = make_comment(status="approved", reports=9)

    response = client_of(*MODERATOR).get(reverse(QUEUE))

    assert [row.comment for row in response.context["reported_rows"]] == [often, once]
    assert [row.comment for row in response.context["rows"]] == [waiting]
    assert "Bị báo vi phạm 9 lượt" in response.content.decode()


def test_a_reported_comment_says_why_since_it_was_last_decided() -> None:
    comment = make_comment(status="approved", reports=5)
    comment.refresh_from_db()
    reasons = ["", "insult", "advert", "insult", "insult"]
    for number, reason in enumerate(["unlawful", *reasons]):
        report = Report.objects.create(comment=comment, source=str(number), reason=reason)
        if not number:
            # Somebody has looked at that one and kept the comment.
            report.created_at = comment.created_at - dt.timedelta(minutes=1)
            report.save()
    client = client_of(*MODERATOR)

    for path in (
        reverse(QUEUE),
        reverse("admin:comments_comment_change", args=[comment.pk]),
    ):
        page = client.get(path).content.decode()
        assert (
            "Bị báo vi phạm 5 lượt:</strong> 3 lời lẽ xúc phạm, 1 không nêu lý do, 1 quảng cáo<"
            in page
        )


def test_reported_comments_are_not_repeated_above_another_list() -> None:
    make_comment(status="approved", reports=1)

    response = client_of(*MODERATOR).get(reverse(QUEUE), {"status": "refused"})

    assert response.context["reported_rows"] == []


def test_a_row_shows_all_that_a_moderator_needs_and_masks_the_e_mail() -> None:
    article = make_article(title="Cầu mới")
    comment = make_comment(
        article=article,
        name="Trần B",
        email="tranb@example.vn",
        text="Dòng một\nDòng hai",
        signals=[["links", "ban-hang.example"], ["capitals", ""]],
        source="nguồn",
    )
    make_comment(source="nguồn", status="refused")
    make_comment(source="nguồn", status="spam")
    make_comment(source="nguồn", status="spam")
    make_comment(source="nơi khác", status="approved")

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    assert f'<a href="{article.get_absolute_url()}">Cầu mới</a>' in page
    assert "Dòng một<br>Dòng hai" in page
    assert "Trần B" in page
    assert "t***@example.vn" in page
    assert "tranb@" not in page
    assert "△ Có liên kết: ban-hang.example" in page
    assert "△ Viết hoa gần hết" in page
    assert f'?cung-nguon={comment.pk}">3 ý kiến khác (1 đã từ chối, 2 spam)</a>' in page


def test_the_hash_of_a_source_is_on_no_page() -> None:
    comment = make_comment(source="c0ffee" * 8)
    make_comment(source="c0ffee" * 8)
    client = client_of(*MODERATOR)

    for address in (
        reverse(QUEUE),
        f"{reverse(QUEUE)}?cung-nguon={comment.pk}",
        reverse("admin:comments_comment_change", args=[comment.pk]),
    ):
        assert "c0ffee" not in client.get(address).content.decode()


def test_the_list_of_one_source_holds_every_state_of_it_and_nothing_else() -> None:
    mine = make_comment(source="nguồn")
    other = make_comment(source="nguồn", status="refused")
    make_comment(source="nơi khác")
    forgotten = make_comment(source="")
    make_comment(source="")
    client = client_of(*MODERATOR)

    assert set(shown(client, **{"cung-nguon": str(mine.pk)})) == {mine, other}
    assert shown(client, **{"cung-nguon": str(mine.pk), "status": "refused"}) == [other]
    assert shown(client, **{"cung-nguon": str(forgotten.pk)}) == []


def test_the_list_of_one_article_holds_its_comments_only() -> None:
    mine = make_comment()
    make_comment()

    assert shown(client_of(*MODERATOR), article=str(mine.article_id)) == [mine]


@pytest.mark.parametrize("query", [{"article": "x"}, {"sau": "9" * 40}, {"cung-nguon": "²"}])
def test_a_senseless_address_shows_the_queue(query: dict[str, str]) -> None:
    comment = make_comment()

    assert shown(client_of(*MODERATOR), **query) == [comment]


@pytest.mark.parametrize(
    ("status", "fields"),
    [("", {}), ("suspected", {"suspected": True}), ("refused", {"status": "refused"})],
)
def test_what_follows_the_last_page_is_a_list_of_its_own(
    status: str, fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists.CommentPaginator, "shown", 2)
    monkeypatch.setattr(CommentAdmin, "list_per_page", 1)
    same = timezone.now()
    made = [make_comment(created_at=same, **fields) for _ in range(5)]
    client = client_of(*MODERATOR)
    order = made if status != "refused" else made[::-1]

    def last_page(query: str) -> Any:
        return client.get(f"{reverse(QUEUE)}{query}&p=2").context["cl"]

    first = last_page(f"?status={status}")
    second = last_page(first.further)
    third = client.get(reverse(QUEUE) + second.further).context["cl"]

    found = [list(cl.result_list) for cl in (first, second, third)]
    assert found == [[order[1]], [order[3]], [order[4]]]
    assert third.further == ""


def test_what_a_reader_wrote_stays_plain_text() -> None:
    comment = make_comment(
        name="<b>A</b>",
        text="<script>alert(1)</script> https://example.com",
        signals=[["links", "<i>x</i>"]],
    )
    client = client_of(*MODERATOR)

    for address in (reverse(QUEUE), reverse("admin:comments_comment_change", args=[comment.pk])):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>A</b>" not in page
        assert "<i>x</i>" not in page
        assert 'href="https://example.com' not in page


@pytest.mark.usefixtures("long_running")
def test_the_queue_costs_the_same_for_three_rows_and_for_thirty() -> None:
    client = client_of(*MODERATOR)
    client.get(reverse(QUEUE))
    costs = []
    for number in (3, 27):
        for place in range(number):
            make_comment(source=f"nguồn {place}")
            make_comment(source=f"nguồn {place}", status="approved", reports=1)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(QUEUE)).status_code == 200
        costs.append(len(queries))

    assert costs == [17, 17]


@pytest.mark.parametrize(
    ("waited", "words"),
    [
        (dt.timedelta(seconds=59), "chưa đến 1 phút"),
        (dt.timedelta(minutes=1), "1 phút"),
        (dt.timedelta(minutes=119), "1 giờ"),
        (dt.timedelta(hours=23, minutes=59), "23 giờ"),
        (dt.timedelta(days=3, hours=5), "3 ngày"),
        (dt.timedelta(seconds=-5), "chưa đến 1 phút"),
    ],
)
def test_waiting_is_said_in_its_largest_unit(waited: dt.timedelta, words: str) -> None:
    assert waiting_words(waited) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.0, "gửi ngoài giờ làm việc"),
        (0.01, "chờ chưa đến 1 phút làm việc"),
        (0.7, "chờ 42 phút làm việc"),
        (15.9, "chờ 15 giờ làm việc"),
        (16.0, "chờ 2 ngày làm việc"),
        (39.9, "chờ 4 ngày làm việc"),
    ],
)
def test_working_hours_are_said_in_days_of_eight(hours: float, words: str) -> None:
    assert working_words(hours) == words


def test_what_came_on_a_day_off_is_not_said_to_wait(time_machine: Any) -> None:
    saturday = MONDAY - dt.timedelta(days=2)
    make_comment(created_at=saturday)
    time_machine.move_to(saturday + dt.timedelta(hours=30), tick=False)

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    assert "<span>gửi ngoài giờ làm việc</span>" in page
    assert "làm việc làm việc" not in page and "chờ gửi" not in page


def test_waiting_counts_working_hours_and_turns_red_at_the_office_s_limit(
    time_machine: Any,
) -> None:
    # Since Friday 16:00: an hour, the weekend, a holiday on Monday, and two and a half hours on Tuesday.
    make_comment(created_at=MONDAY - dt.timedelta(days=3) + dt.timedelta(hours=7))
    Holiday.objects.create(day=MONDAY.date(), name="Nghỉ bù")
    time_machine.move_to(MONDAY + dt.timedelta(days=1, hours=1), tick=False)
    client = client_of(*MODERATOR)

    Policy(waiting_limit=4).save()
    patient = client.get(reverse(QUEUE)).content.decode()
    Policy(waiting_limit=3).save()
    late = client.get(reverse(QUEUE)).content.decode()

    assert "chờ 3 giờ làm việc" in patient
    assert "Quá hạn" not in patient
    assert '<span class="waited-long">△ Quá hạn: chờ 3 giờ làm việc</span>' in late
