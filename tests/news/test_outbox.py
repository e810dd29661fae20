"""E-mail: written with the change, sent once, never lost, never in doubt without saying so."""

import datetime as dt
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news import outbox
from news.models import OutboxMessage
from news.models.outbox import DELAYS
from portal.models import SiteIdentity
from tests.factories import make_user
from tests.mailserver import MailServer, mail_server
from tests.racing import race

State = OutboxMessage.State


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as running:
        yield running


def make_message(**fields: Any) -> OutboxMessage:
    number = OutboxMessage.objects.count() + 1
    fields = {
        "to": f"nguoi-{number}@example.vn",
        "subject": "Tin chờ duyệt",
        "body": "Có một tin chờ bạn duyệt.",
        "key": f"test:{number}",
        "kind": "Thử",
    } | fields
    with transaction.atomic():
        outbox.queue_mail(**fields)
    return OutboxMessage.objects.get(key=fields["key"])


def state_of(message: OutboxMessage) -> str:
    message.refresh_from_db()
    return message.state


# --- Writing ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_sends_nothing() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.queue_mail(to="a@example.vn", subject="x", body="x", key="k", kind="Thử")
        raise RuntimeError

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_mail_is_refused_outside_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        outbox.queue_mail(to="a@example.vn", subject="x", body="x", key="k", kind="Thử")

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_the_same_message_is_never_queued_twice() -> None:
    first = make_message(key="k", subject="Lần đầu")
    make_message(key="k", subject="Lần sau", to="khac@example.vn")

    assert OutboxMessage.objects.get() == first
    assert first.subject == "Lần đầu"


@pytest.mark.django_db
def test_a_subject_of_two_lines_becomes_one() -> None:
    message = make_message(subject="Tin\r\nBcc: a@evil.example\n mới\u2028 x")

    assert message.subject == "Tin Bcc: a@evil.example mới x"


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["", "khong-phai", "a@b.vn\nBcc: c@d.vn", "a@b.vn, c@d.vn"])
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(ValidationError):
        make_message(to=to)

    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
def test_an_installation_without_a_mail_server_queues_nothing(settings: Any) -> None:
    settings.SENDS_MAIL = False
    with transaction.atomic():
        outbox.queue_mail(to="a@example.vn", subject="x", body="x", key="k", kind="Thử")

    assert not OutboxMessage.objects.exists()


# --- Sending ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_waiting_message_is_sent_as_plain_vietnamese_text(
    server: MailServer, settings: Any
) -> None:
    SiteIdentity(level="Phường", name="An\nBình").save()
    message = make_message(body="Chào bạn,\r\ntin “Hội nghị” chờ duyệt.")

    assert outbox.send_waiting() == {"sent": 1}

    letter = server.letters[0]
    assert server.recipients == [letter["To"]] == [message.recipient]
    assert letter["Subject"] == "Tin chờ duyệt"
    assert letter.get_content_type() == "text/plain"
    assert "Chào bạn,\ntin “Hội nghị” chờ duyệt." in letter.get_content().replace("\r\n", "\n")  # type: ignore[attr-defined]
    assert str(letter["From"]) == f"Phường An Bình <{settings.DEFAULT_FROM_EMAIL}>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"]
    assert state_of(message) == State.SENT
    assert message.sent_at


@pytest.mark.django_db
def test_a_sent_message_is_not_sent_again(server: MailServer) -> None:
    make_message()
    outbox.send_waiting()

    assert outbox.send_waiting() == {}
    assert len(server.taken) == 1


@pytest.mark.django_db
def test_on_a_developers_machine_nothing_goes_out() -> None:
    make_message()
    outbox.send_waiting()

    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_one_round_sends_no_more_than_its_limit(server: MailServer) -> None:
    for _ in range(3):
        make_message()

    assert outbox.send_waiting(limit=2) == {"sent": 2}
    assert outbox.send_waiting(limit=2) == {"sent": 1}


@pytest.mark.django_db
def test_a_server_that_is_down_loses_nothing_and_is_asked_once_a_round(
    server: MailServer,
) -> None:
    server.replies["CONNECT"] = None
    messages = [make_message() for _ in range(3)]

    outbox.send_waiting()

    assert server.connections == 1
    assert [state_of(message) for message in messages] == [State.WAITING] * 3
    assert messages[0].last_error == "Không kết nối được với máy chủ thư."
    server.replies.clear()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=2), tick=False):
        assert outbox.send_waiting() == {"sent": 3}
    assert len(set(server.recipients)) == 3


@pytest.mark.django_db
def test_a_port_where_nobody_listens_is_a_server_that_is_down(settings: Any) -> None:
    with mail_server(settings) as gone:
        pass
    settings.EMAIL_PORT = gone.port
    message = make_message()
    outbox.send_waiting()

    assert state_of(message) == State.WAITING


@pytest.mark.django_db
def test_an_unknown_recipient_fails_for_good_and_holds_up_nobody(server: MailServer) -> None:
    bad, good = make_message(to="khong-co@example.vn"), make_message()
    server.unknown.add("khong-co@example.vn")

    outbox.send_waiting()

    assert (state_of(bad), state_of(good)) == (State.FAILED, State.SENT)
    assert bad.last_error == "Máy chủ thư không nhận người nhận (mã 550)."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "reply", "after"),
    [
        ("MAIL", "530 log in first", State.WAITING),
        ("MAIL", None, State.WAITING),
        ("RCPT", "450 later", State.WAITING),
        ("RCPT", "421 going down", State.WAITING),
        ("RCPT", None, State.WAITING),
        ("DATA", "451 later", State.WAITING),
        ("DATA", "554 no", State.FAILED),
        ("END", "452 disk full", State.WAITING),
        ("END", "554 spam", State.FAILED),
        ("END", None, State.UNCERTAIN),
    ],
)
def test_what_an_end_means_depends_on_how_far_it_came(
    server: MailServer, step: str, reply: str | None, after: str
) -> None:
    message = make_message()
    server.replies[step] = reply

    outbox.send_waiting()

    assert state_of(message) == after
    assert message.last_error
    assert message.recipient not in message.last_error


@pytest.mark.django_db
def test_a_message_whose_server_died_after_the_text_is_never_sent_again_by_itself(
    server: MailServer,
) -> None:
    message = make_message()
    server.replies["END"] = None
    outbox.send_waiting()
    server.replies.clear()

    with time_machine.travel(timezone.now() + dt.timedelta(days=10), tick=False):
        assert outbox.send_waiting() == {}
    assert len(server.taken) == 1
    assert state_of(message) == State.UNCERTAIN


@pytest.mark.django_db
def test_tries_come_at_growing_distances_and_end(server: MailServer) -> None:
    message = make_message()
    server.replies["RCPT"] = "450 later"
    now = timezone.now()
    waited = []
    while state_of(message) == State.WAITING:
        with time_machine.travel(now, tick=False):
            outbox.send_waiting()
            assert outbox.send_waiting() == {}
        message.refresh_from_db()
        waited.append(message.not_before - now)
        now = message.not_before

    assert state_of(message) == State.FAILED
    assert waited[:-1] == list(DELAYS)
    assert message.attempts == len(DELAYS) + 1


@pytest.mark.django_db
def test_a_message_whose_process_died_in_the_middle_becomes_uncertain(server: MailServer) -> None:
    message = make_message()
    assert message.take()

    assert outbox.send_waiting() == {}
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11), tick=False):
        assert outbox.send_waiting() == {"uncertain": 1}
        assert outbox.send_waiting() == {}
    assert state_of(message) == State.UNCERTAIN
    assert not server.taken


@pytest.mark.django_db
def test_a_process_that_comes_back_late_still_says_that_it_was_sent() -> None:
    message = make_message()
    message.take()
    OutboxMessage.objects.get().mark_uncertain()
    message.mark_sent()

    assert state_of(message) == State.SENT


@pytest.mark.django_db
def test_a_process_that_comes_back_after_a_new_try_changes_nothing() -> None:
    message = make_message()
    message.take()
    other = OutboxMessage.objects.get()
    other.mark_uncertain()
    other.resend(by=make_user("news.resend_outboxmessage"))
    message.put_back("Không được.", for_good=True)

    assert state_of(message) == State.WAITING
    assert not message.last_error.startswith("Không được")


@pytest.mark.django_db
def test_an_address_with_letters_no_server_knows_fails_alone(server: MailServer) -> None:
    good = make_message()
    bad = make_message()
    OutboxMessage.objects.filter(pk=bad.pk).update(recipient="nguyễn@example.vn")
    outbox.send_waiting()

    assert (state_of(bad), state_of(good)) == (State.FAILED, State.SENT)


@pytest.mark.django_db
def test_logs_and_stored_errors_hold_no_address(
    server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    message = make_message(to="bi-mat@example.vn", subject="Chuyện riêng")
    server.replies["RCPT"] = "450 <bi-mat@example.vn> later"
    outbox.send_waiting()

    assert f"e-mail {message.pk} was not taken" in caplog.text
    assert state_of(message) == State.WAITING
    for words in (caplog.text, message.last_error):
        assert "bi-mat" not in words
        assert "Chuyện riêng" not in words


# --- Two at once ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_each_message_once(server: MailServer) -> None:
    messages = [make_message() for _ in range(30)]
    results = race(*[outbox.send_waiting] * 4)

    assert not [one for one in results if isinstance(one, Exception)]
    assert sorted(server.recipients) == sorted(message.recipient for message in messages)
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SENT}


KILLED = """
import os, smtplib
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
django.setup()
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", {port}
usual = smtplib.SMTP.data
def data(self, content):
    usual(self, content)
    os._exit(9)
smtplib.SMTP.data = data
from news import outbox
outbox.send_waiting()
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_right_after_the_hand_over_leaves_no_second_copy(
    server: MailServer,
) -> None:
    message = make_message()
    result = subprocess.run(  # noqa: S603
        [
            sys.executable,
            "-c",
            KILLED.format(name=str(connection.settings_dict["NAME"]), port=server.port),
        ],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        check=False,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 9, result.stderr
    assert len(server.taken) == 1
    assert state_of(message) == State.SENDING
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1), tick=False):
        outbox.send_waiting()
    assert len(server.taken) == 1
    assert state_of(message) == State.UNCERTAIN


# --- Forgetting ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_text_and_address_go_after_thirty_days_and_the_key_stays(server: MailServer) -> None:
    message = make_message(key="k")
    outbox.send_waiting()
    waiting = make_message(to="cho@example.vn")

    with time_machine.travel(timezone.now() + dt.timedelta(days=29), tick=False):
        assert outbox.forget_old() == 0
    with time_machine.travel(timezone.now() + dt.timedelta(days=31), tick=False):
        assert outbox.forget_old() == 1
        assert outbox.forget_old() == 0
    message.refresh_from_db()
    waiting.refresh_from_db()

    assert (message.recipient, message.subject, message.body) == ("", "", "")
    assert waiting.recipient == "cho@example.vn"
    make_message(key="k", to="x@example.vn")
    assert OutboxMessage.objects.count() == 2


# --- The administrator --------------------------------------------------------------------------


def desk_of(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions))
    return client


def stuck(state: str = State.UNCERTAIN) -> OutboxMessage:
    message = make_message()
    message.take()
    OutboxMessage.objects.filter(pk=message.pk).update(state=state, last_error="Không rõ.")
    message.refresh_from_db()
    return message


LIST = "admin:news_outboxmessage_changelist"
ONE = "admin:news_outboxmessage_change"
RESEND = "admin:news_outboxmessage_resend"


@pytest.mark.django_db
def test_the_administrator_sees_why_and_no_text() -> None:
    message = stuck()
    client = desk_of("news.view_outboxmessage", "news.resend_outboxmessage")

    listed = client.get(reverse(LIST)).content.decode()
    shown = client.get(reverse(ONE, args=[message.pk])).content.decode()

    assert "n***@example.vn" in listed
    assert message.recipient not in listed
    assert "Không rõ." in listed
    assert message.recipient in shown
    assert "Gửi lại" in shown
    assert message.body not in listed + shown


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.UNCERTAIN, State.FAILED])
def test_a_stuck_message_can_be_sent_again(server: MailServer, state: str) -> None:
    message = stuck(state)
    client = desk_of("news.view_outboxmessage", "news.resend_outboxmessage")

    client.post(reverse(RESEND, args=[message.pk]))
    outbox.send_waiting()

    assert server.recipients == [message.recipient]
    assert state_of(message) == State.SENT


@pytest.mark.django_db
@pytest.mark.parametrize(
    "permissions", [(), ("news.view_outboxmessage",), ("news.resend_outboxmessage",)]
)
def test_sending_again_is_refused_without_both_rights(permissions: tuple[str, ...]) -> None:
    message = stuck()

    assert desk_of(*permissions).post(reverse(RESEND, args=[message.pk])).status_code == 403
    assert state_of(message) == State.UNCERTAIN
    with pytest.raises(PermissionDenied):
        message.resend(by=make_user("news.view_outboxmessage"))
    assert state_of(message) == State.UNCERTAIN


@pytest.mark.django_db
def test_what_waits_was_sent_or_has_no_text_any_more_is_not_sent_again() -> None:
    administrator = make_user("news.view_outboxmessage", "news.resend_outboxmessage")
    gone = stuck()
    OutboxMessage.objects.filter(pk=gone.pk).update(recipient="", subject="", body="")
    sent = stuck()
    sent.mark_sent()
    for message in (make_message(key="waits"), gone, sent):
        before = state_of(message)
        with pytest.raises(ValueError, match="Chỉ gửi lại được"):
            message.resend(by=administrator)
        assert state_of(message) == before
    client = Client()
    client.force_login(administrator)
    page = client.post(reverse(RESEND, args=[gone.pk]), follow=True).content.decode()
    assert "Chỉ gửi lại được" in page
    assert client.get(reverse(RESEND, args=[gone.pk])).status_code == 405


@pytest.mark.django_db
def test_nobody_reads_writes_or_deletes_mail_in_the_admin() -> None:
    message = stuck()
    for name, arguments in ((LIST, []), (ONE, [message.pk])):
        assert desk_of().get(reverse(name, args=arguments)).status_code == 403
    client = Client()
    client.force_login(make_user(superuser=True))
    assert client.get(reverse("admin:news_outboxmessage_add")).status_code == 403
    assert (
        client.post(reverse("admin:news_outboxmessage_delete", args=[message.pk])).status_code
        == 403
    )
    client.post(reverse(ONE, args=[message.pk]), {"state": "sent", "recipient": "x@evil.example"})
    before = message.recipient
    message.refresh_from_db()
    assert (message.recipient, message.state) == (before, State.UNCERTAIN)
