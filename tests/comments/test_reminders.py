"""Who decides is told in the morning what waits, and once a day when it is too much; numbers and a link, no more."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from comments import reminders
from comments.models import Comment, Holiday, Policy
from news.models import Notice, OutboxMessage
from news.text import VIETNAM
from portal.jobs import JOBS
from portal.models import JobRun
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db

MODERATOR = ("comments.view_comment", "comments.decide_comment")
# A Monday.
MORNING = dt.datetime(2026, 11, 23, 8, 0, tzinfo=VIETNAM)


@pytest.fixture(autouse=True)
def morning(time_machine: Any) -> Any:
    time_machine.move_to(MORNING, tick=False)
    return time_machine


@pytest.fixture
def moderator() -> User:
    return make_user(*MODERATOR, email="lan@example.vn")


def told() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("text", flat=True))


def test_the_morning_says_what_waits_and_what_is_late(moderator: User) -> None:
    make_comment(created_at=MORNING - dt.timedelta(days=30))
    make_comment(created_at=MORNING)
    make_comment(suspected=True)
    make_comment(status="approved", reports=1)

    reminders.tell_in_the_morning()

    assert told() == [
        "Sáng nay có 2 ý kiến chờ duyệt, 1 ý kiến nghi spam, 1 ý kiến bị báo vi phạm."
        " 1 ý kiến đã chờ quá hạn."
    ]
    assert OutboxMessage.objects.get().recipient == "lan@example.vn"


def test_the_morning_is_told_once_a_day(moderator: User, morning: Any) -> None:
    make_comment(created_at=MORNING)
    reminders.tell_in_the_morning()
    reminders.tell_in_the_morning()
    assert Notice.objects.count() == OutboxMessage.objects.count() == 1

    morning.move_to(MORNING + dt.timedelta(days=1), tick=False)
    reminders.tell_in_the_morning()
    assert Notice.objects.count() == OutboxMessage.objects.count() == 2


@pytest.mark.parametrize("days", [-1, -2, 1])
def test_nothing_is_told_on_a_day_off(moderator: User, morning: Any, days: int) -> None:
    Holiday.objects.create(day=MORNING.date() + dt.timedelta(days=1), name="Nghỉ bù")
    make_comment(created_at=MORNING - dt.timedelta(days=9))
    morning.move_to(MORNING + dt.timedelta(days=days), tick=False)

    reminders.tell_in_the_morning()

    assert not Notice.objects.exists()


def test_nothing_is_told_when_nothing_waits(moderator: User) -> None:
    make_comment(status="approved")

    reminders.tell_in_the_morning()

    assert not Notice.objects.exists()


def test_only_who_may_decide_is_told(moderator: User) -> None:
    make_user("comments.view_comment", email="a@example.vn")
    make_user("comments.decide_comment", email="b@example.vn")
    make_user(*MODERATOR, email="c@example.vn", is_staff=False)
    make_comment(created_at=MORNING)

    reminders.tell_in_the_morning()

    assert [notice.user for notice in Notice.objects.all()] == [moderator]


def test_no_word_and_no_address_of_a_reader_is_in_what_is_told(moderator: User) -> None:
    Policy(alert_above=1).save()
    for number in range(2):
        make_comment(name=f"Trần B{number}", text="Lời của dân", email=f"tran{number}@dan.vn")

    reminders.tell_in_the_morning()
    reminders.alert_if_many()

    messages = list(OutboxMessage.objects.all())
    assert len(messages) == 2
    for message in messages:
        for word in ("Trần B", "Lời của dân", "dan.vn"):
            assert word not in f"{message.subject} {message.body}"


def test_the_link_leads_to_the_queue_and_decides_nothing(moderator: User) -> None:
    make_comment(created_at=MORNING)
    reminders.tell_in_the_morning()
    client = Client()
    client.force_login(moderator)

    address = Notice.objects.get().address
    assert address == reverse("admin:comments_comment_changelist")
    assert address in OutboxMessage.objects.get().body
    assert client.get(address).status_code == 200
    assert Comment.objects.get().status == "pending"


def test_too_many_are_alerted_once_a_day(moderator: User, morning: Any) -> None:
    Policy(alert_above=2).save()
    for _ in range(2):
        make_comment()
    reminders.alert_if_many()
    assert told() == []

    make_comment()
    reminders.alert_if_many()
    reminders.alert_if_many()
    assert told() == ["Hàng chờ có hơn 2 ý kiến bạn đọc chưa duyệt."]

    morning.move_to(MORNING + dt.timedelta(days=1), tick=False)
    reminders.alert_if_many()
    assert Notice.objects.count() == 2


def test_spam_alerts_nobody(moderator: User) -> None:
    Policy(alert_above=1).save()
    for _ in range(3):
        make_comment(suspected=True)

    reminders.alert_if_many()

    assert told() == []


@pytest.mark.parametrize(
    ("hour", "due"), [(6, False), (7, True), (11, True), (12, False), (23, False)]
)
def test_the_morning_s_job_is_due_in_the_morning(hour: int, due: bool) -> None:
    [job] = [job for job in JOBS if job.name == "comments-morning"]

    assert job.is_due(JobRun(name=job.name), MORNING.replace(hour=hour)) == due
