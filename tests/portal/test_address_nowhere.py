"""The whole journey of a comment, and its sender's address in no public byte, log line, cache entry or mail."""

import datetime as dt
import logging
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from redis import Redis

from comments import reminders
from comments.models import Answer, Comment, Policy, Reason
from comments.private_links import private_address
from news.models import Article, Notice, OutboxMessage
from news.text import VIETNAM
from portal.accounts.audit import AuditEntry
from portal.persons import PersonRequest
from portal.roles import ADMINISTRATOR, MODERATOR
from portal.wsgi import application
from tests.asking import ask
from tests.deploy.running import redis
from tests.desk import logged_in
from tests.factories import make_article, make_official, make_user
from tests.portal.whole_site import public_addresses

pytestmark = pytest.mark.django_db

SENDER = "nguoi.gui@example.vn"
STAFF = "can.bo@example.vn"
WORKING_DAY = dt.datetime(2035, 3, 5, 9, 0, tzinfo=VIETNAM)
# Also as it would stand in HTML, in an address, in a header, or in part.
FORMS = (*(SENDER, SENDER.upper(), "nguoi.gui", "nguoi.gui%40", "nguoi.gui&#64;", STAFF), "can.bo")


@pytest.fixture(autouse=True)
def mail_is_sent(settings: Any) -> None:
    settings.SENDS_MAIL = True


def send(client: Client, article: Article, text: str, **fields: str) -> Any:
    """Through the form, as JSON where `json` is given."""
    ticket = client.get(reverse("comments:ticket", args=[article.pk])).json()["ticket"]
    data = {
        "text": text,
        "name": "Nguyễn Gửi",
        "email": SENDER,
        "consent": "on",
        "notify": "on",
        "website": "",
        "ticket": ticket,
        **fields,
    }
    return client.post(reverse("comments:write", args=[article.pk]), data)


def found_in(text: str) -> list[str]:
    return [form for form in FORMS if form.casefold() in text.casefold()]


def journey(client: Client) -> Article:
    """Sent, refused for a slip, decided in every way, answered, reported on, erased: by hand and by the regular work."""
    article = make_article(created_by=make_user(email=STAFF, username="lan"))
    moderator = make_official(MODERATOR, email=STAFF)
    superuser = make_user(superuser=True, email=STAFF)
    assert send(client, article, "").status_code == 400
    assert send(client, article, "Đường ngập", email=f"{SENDER} sai").status_code == 400
    for number in range(5):
        assert send(client, article, f"Đường ngập đoạn số {number}").status_code == 200
    shown, refused, spam, hidden, _ = Comment.objects.order_by("pk")
    shown.approve(by=moderator, seen=1)
    refused.refuse(by=moderator, seen=1, reason=Reason.ADVERT)
    spam.mark_spam(by=moderator, seen=1)
    hidden.approve(by=moderator, seen=1)
    hidden.hide(by=moderator, seen=2, reason=Reason.ADVERT)
    call_command("tick")
    by_mail = private_address(shown.pk, by_mail=True)
    assert client.post(f"{by_mail}bao-tin/", {"wanted": "yes"}).status_code < 400
    shown.confirm_notify()
    ticket = client.get(reverse("comments:ticket", args=[article.pk])).json()["ticket"]
    reported = {"reason": Reason.ADVERT, "ticket": ticket}
    assert client.post(reverse("comments:report", args=[shown.pk]), reported).status_code == 200
    answer = Answer.begin(shown, "Cơ quan đã ghi nhận.", by=superuser)
    answer.submit(by=superuser, seen=answer.revision)
    answer.publish(by=superuser, seen=answer.revision, alone=True)
    withdrawn = Comment.objects.get(pk=refused.pk)
    withdrawn.withdraw(seen=withdrawn.revision)
    logged_in(moderator).get(reverse("admin:comments_comment_changelist"))
    Comment.objects.filter(status=Comment.Status.PENDING).get()
    Policy(alert_above=0).save()
    with time_machine.travel(WORKING_DAY, tick=False):
        reminders.tell_in_the_morning()
        reminders.alert_if_many()
    call_command("tick")
    return article


def every_answer(client: Client) -> dict[str, str]:
    """Every public address, to a reader and through the page cache, with headers."""
    found = {}
    for address in public_addresses():
        path, _, query = address.partition("?")
        kept = ask(path, query=query)
        plain = client.get(address)
        body = b"".join(plain) if plain.streaming else plain.content
        found[address] = f"{kept.headers}{kept.text}{plain.headers}{body.decode(errors='replace')}"
    return found


def test_no_public_answer_holds_the_address_of_a_sender_or_of_staff(client: Client) -> None:
    article = journey(client)
    answers = every_answer(client)

    assert "Đường ngập đoạn số 0" in answers[article.get_absolute_url()]
    assert {address: found_in(text) for address, text in answers.items() if found_in(text)} == {}


def test_no_answer_to_who_sends_says_the_address_to_anybody_else(client: Client) -> None:
    """The form gives a mistyped address back to who typed it, kept by nobody; thanks and JSON do not."""
    article = make_article()

    thanks = send(client, article, "Đường ngập")
    slip = send(client, article, "")

    assert found_in(thanks.content.decode()) == []
    assert found_in(slip.content.decode()) != []
    assert "no-store" in slip.headers["Cache-Control"]
    assert "no-store" in thanks.headers["Cache-Control"]


def test_no_log_line_of_the_whole_journey_holds_the_address(
    client: Client, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    # The database's own log repeats every statement; it is off wherever people work.
    logging.getLogger("django.db.backends").setLevel(logging.WARNING)
    # Django's own loggers do not hand on, so they are heard here.
    logging.getLogger("django").addHandler(caplog.handler)
    try:
        journey(client)
        every_answer(client)
        request = PersonRequest(kind="erase", email=SENDER)
        request.save()
        administrator = logged_in(make_official(ADMINISTRATOR))
        administrator.post(
            reverse("admin:portal_personrequest_erase", args=[request.pk]), {"sure": "on"}
        )
        call_command("person", SENDER, "--erase", "--yes")
    finally:
        logging.getLogger("django").removeHandler(caplog.handler)
        logging.getLogger("django.db.backends").setLevel(logging.NOTSET)

    # What was withdrawn has forgotten its address before.
    assert Comment.objects.filter(status="erased").count() == 4
    assert len(caplog.records) > 0
    assert found_in(caplog.text) == []
    for entry in AuditEntry.objects.all():
        assert found_in(f"{entry.object_text} {entry.detail} {entry.object_address}") == []


def test_no_cache_entry_holds_the_address(client: Client, settings: Any, tmp_path: Path) -> None:
    """Neither in the process nor in the Redis that all processes share, keys and values."""
    with redis(tmp_path) as (port, _):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}"
        backend = "django.core.cache.backends.redis.RedisCache"
        options = {"serializer": "portal.kept_pages.PlainBytes"}
        shared_cache = {"BACKEND": backend, "LOCATION": settings.REDIS_URL, "OPTIONS": options}
        settings.CACHES = {"default": shared_cache}
        journey(client)
        every_answer(client)
        pages = application.memory.pages
        with Redis(port=port) as server:
            shared = {key: server.get(key) or b"" for key in server.scan_iter()}

    assert len(pages) > 5
    assert len(shared) > 5
    for page in pages:
        assert found_in(f"{page.headers}{page.body.decode()}") == []
    for key, entry in shared.items():
        assert found_in((key + entry).decode("latin-1")) == []


def test_no_mail_says_the_address_beyond_whom_it_goes_to(client: Client) -> None:
    journey(client)

    # One asks to confirm, though two comments were approved; the other brings the answer.
    assert [letter.to for letter in mail.outbox].count([SENDER]) == 2
    # The summary of the morning and the alert.
    assert Notice.objects.filter(key__startswith="comments-").count() >= 2
    for letter in mail.outbox:
        headers = {k: v for k, v in letter.message().items() if k != "To"}
        assert found_in(f"{headers} {letter.body}") == []
    for message in OutboxMessage.objects.all():
        assert (
            found_in(f"{message.subject} {message.body} {message.key} {message.last_error}") == []
        )
        assert message.recipient in {SENDER, STAFF}
    for notice in Notice.objects.all():
        assert found_in(f"{notice.text} {notice.address} {notice.key}") == []


def test_the_walk_over_tables_finds_the_address_only_where_it_belongs(client: Client) -> None:
    from tests.portal.test_persons import columns_with

    journey(client)

    assert columns_with((SENDER,)) == {
        "comments_comment.email",
        "news_outboxmessage.recipient",
    }
