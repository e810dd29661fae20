"""Notices: told once, in the transaction of the event, read by nobody else."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news import notices
from news.models import Notice, NoticeChoice, OutboxMessage
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db


def tell(*users: User, **fields: Any) -> None:
    fields = {"text": "Tin “Hội nghị” chờ bạn duyệt.", "key": f"k{Notice.objects.count()}"} | fields
    with transaction.atomic():
        notices.notify(users, **fields)


def desk_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- Telling ------------------------------------------------------------------------------------


def test_who_is_told_finds_it_at_the_desk_and_in_the_mail() -> None:
    user, article = make_user(email="ha@example.vn"), make_article()
    tell(user, article=article, mail_subject="Tin chờ duyệt")

    notice, message = Notice.objects.get(), OutboxMessage.objects.get()
    assert (notice.user, notice.article, notice.read_at) == (user, article, None)
    assert notice.address == reverse("admin:news_article_change", args=[article.pk])
    assert (message.recipient, message.subject) == ("ha@example.vn", "Tin chờ duyệt")
    assert "Tin “Hội nghị” chờ bạn duyệt." in message.body
    assert f"http://127.0.0.1:8000{notice.address}" in message.body
    assert reverse("notices") in message.body


def test_the_same_event_is_told_once() -> None:
    user = make_user(email="ha@example.vn")
    tell(user, user, key="same")
    tell(user, key="same")

    assert Notice.objects.count() == OutboxMessage.objects.count() == 1


def test_no_mail_goes_to_who_has_no_address_a_senseless_one_or_declined_it() -> None:
    declined = make_user(email="ha@example.vn")
    NoticeChoice.objects.create(user=declined, by_mail=False)
    tell(declined, make_user(), make_user(email="khong phai"))

    assert Notice.objects.count() == 3
    assert not OutboxMessage.objects.exists()


def test_who_may_not_enter_the_desk_hears_nothing() -> None:
    tell(make_user(is_staff=False, email="a@b.vn"), make_user(is_active=False, email="c@d.vn"))

    assert not Notice.objects.exists()
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_rolled_back_is_told_to_nobody() -> None:
    user = make_user(email="ha@example.vn")
    with pytest.raises(RuntimeError), transaction.atomic():
        notices.notify([user], text="x", key="k")
        raise RuntimeError
    with pytest.raises(TransactionManagementError):
        notices.notify([user], text="x", key="k")

    assert not Notice.objects.exists()
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_a_notice_leads_nowhere_but_into_this_site(address: str) -> None:
    with pytest.raises(ValueError, match="path of this site"):
        tell(make_user(), address=address)

    assert not Notice.objects.exists()


def test_telling_many_costs_what_telling_one_costs() -> None:
    costs = []
    for number in (1, 12):
        users = [make_user(email="a@example.vn") for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            tell(*users, key=f"event-{number}")
        costs.append(len(queries))

    assert costs[0] == costs[1]


# --- Reading ------------------------------------------------------------------------------------


def test_the_head_of_the_desk_says_how_many_are_unread() -> None:
    user = make_user()
    tell(user)
    tell(user)
    tell(make_user())

    page = desk_of(user).get(reverse("admin:index")).content.decode()

    assert 'Thông báo (2)<span class="visually-hidden"> chưa đọc</span>' in page


def test_only_ones_own_are_listed() -> None:
    mine, other = make_user(), make_user()
    tell(mine, text="Của tôi")
    tell(other, text="Của người khác")

    page = desk_of(mine).get(reverse("notices")).content.decode()

    assert "Của tôi" in page
    assert "Của người khác" not in page


def test_opening_one_marks_it_read_and_leads_to_its_place() -> None:
    user = make_user()
    tell(user, address="/quan-tri/")
    notice = Notice.objects.get()

    response = desk_of(user).post(reverse("notice_open", args=[notice.pk]))

    assert response.headers["Location"] == "/quan-tri/"
    notice.refresh_from_db()
    assert notice.read_at


def test_somebody_elses_cannot_be_opened() -> None:
    tell(make_user())
    notice = Notice.objects.get()

    response = desk_of(make_user(superuser=True)).post(reverse("notice_open", args=[notice.pk]))

    assert response.status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_marking_all_read_leaves_those_of_others() -> None:
    user, other = make_user(), make_user()
    tell(user, other)
    tell(user)

    desk_of(user).post(reverse("notices_read"))

    assert Notice.objects.unread().get().user == other


@pytest.mark.parametrize("name", ["notices_read", "notices_mail"])
def test_reading_an_address_changes_nothing(name: str) -> None:
    user = make_user()
    tell(user)

    assert desk_of(user).get(reverse(name)).status_code == 405
    assert (
        desk_of(user).get(reverse("notice_open", args=[Notice.objects.get().pk])).status_code == 405
    )
    assert Notice.objects.unread().count() == 1
    assert not NoticeChoice.objects.exists()


@pytest.mark.parametrize("name", ["notices", "notices_read", "notices_mail"])
def test_who_is_no_staff_is_sent_to_the_door(name: str) -> None:
    user = make_user(is_staff=False)
    for client in (Client(), desk_of(user)):
        for response in (client.get(reverse(name)), client.post(reverse(name))):
            assert response.status_code == 302
            assert response.headers["Location"].startswith(reverse("admin:login"))
    assert not NoticeChoice.objects.exists()


def test_a_forged_request_of_another_site_is_refused() -> None:
    user = make_user()
    tell(user)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    assert client.post(reverse("notices_read")).status_code == 403
    assert Notice.objects.unread().exists()


def test_mails_can_be_switched_off_and_on_again() -> None:
    user = make_user(email="ha@example.vn")
    desk_of(user).post(reverse("notices_mail"), {"by_mail": "no"})
    tell(user, key="one")
    assert not OutboxMessage.objects.exists()
    assert "Gửi cả thư tới" in desk_of(user).get(reverse("notices")).content.decode()

    desk_of(user).post(reverse("notices_mail"), {"by_mail": "yes"})
    tell(user, key="two")
    assert OutboxMessage.objects.count() == 1


@pytest.mark.usefixtures("long_running")
def test_the_list_costs_the_same_with_more_notices() -> None:
    user = make_user()
    client = desk_of(user)
    client.get(reverse("notices"))
    costs = []
    for number in (1, 120):
        for _ in range(number):
            tell(user, article=make_article() if number == 1 else None)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("notices"))
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_words_of_a_notice_are_shown_as_text() -> None:
    user = make_user()
    tell(user, text="<script>alert(1)</script>")

    assert "<script>alert" not in desk_of(user).get(reverse("notices")).content.decode()


def test_old_notices_are_forgotten() -> None:
    user = make_user()
    tell(user, key="read")
    Notice.objects.of(user).mark_read()
    tell(user, key="unread")

    with time_machine.travel(timezone.now() + dt.timedelta(days=91), tick=False):
        assert notices.forget_old() == 1
    assert Notice.objects.get().key == "unread"
    with time_machine.travel(timezone.now() + dt.timedelta(days=366), tick=False):
        assert notices.forget_old() == 1
