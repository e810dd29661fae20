"""What is forgotten when: each table the day before and the day after, and a second time nothing."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments import retention
from comments.models import AskedAddress, BlockedSource, Comment, Decision, Quota
from portal import jobs
from tests.factories import make_comment, make_user
from tests.tools.plans import read_through

pytestmark = pytest.mark.django_db

SENT = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
Status = Comment.Status
ROWS_OF_ALL_TABLES = (Comment, Decision, Quota, BlockedSource)


def run(days: float, start: dt.datetime = SENT) -> int:
    """The retention run so many days later; how many rows it touched."""
    with time_machine.travel(start + days * DAY, tick=False):
        return retention.forget_old()


def sent(**fields: Any) -> Comment:
    """A comment of SENT without a source, so that nothing else becomes due."""
    fields = {"source": "", "created_at": SENT, **fields}
    if fields.get("status", Status.PENDING) != Status.PENDING:
        fields.setdefault("decided_at", SENT)
    return make_comment(**fields)


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in ROWS_OF_ALL_TABLES]


def test_that_an_address_was_asked_is_forgotten_after_thirty_days_unless_it_refused() -> None:
    with time_machine.travel(SENT, tick=False):
        assert AskedAddress.ask("a@example.vn")
        AskedAddress.refuse("b@example.vn")

    assert run(29) == 0
    assert run(31) == 1
    assert list(AskedAddress.objects.all()) == list(AskedAddress.objects.of("b@example.vn"))


# --- The address ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.APPROVED, Status.REFUSED, Status.SPAM, Status.HIDDEN])
def test_an_address_goes_thirty_days_after_the_decision(status: str) -> None:
    comment = sent(status=status, notify=Comment.Notify.CONFIRMED)

    assert run(29) == 0
    comment.refresh_from_db()
    assert (comment.email, comment.notify) == ("a@example.vn", Comment.Notify.CONFIRMED)
    assert run(31) == 1
    comment.refresh_from_db()
    assert (comment.email, comment.notify) == ("", Comment.Notify.NO)
    assert comment.digest == f"forgotten-{comment.pk}"
    # What was said stays, and in its state.
    assert (comment.name, comment.status) == ("Nguyễn Văn A", status)
    assert run(31) == 0


def test_an_address_stays_as_long_as_nobody_has_decided() -> None:
    comment = sent()

    assert run(400) == 0
    comment.refresh_from_db()
    assert comment.email


def test_a_decision_that_was_taken_again_starts_the_days_anew() -> None:
    comment = sent(status=Status.APPROVED, decided_at=SENT + 10 * DAY)

    assert run(39) == 0
    assert run(41) == 1
    comment.refresh_from_db()
    assert comment.email == ""


def test_the_address_of_a_question_waits_for_its_answer_and_then_thirty_days() -> None:
    comment = sent(
        status=Status.APPROVED,
        answer_due=SENT.date() + 15 * DAY,
        notify=Comment.Notify.CONFIRMED,
    )

    assert run(300) == 0
    Comment.objects.update(answered_at=SENT + 300 * DAY)
    assert run(329) == 0
    assert run(331) == 1
    comment.refresh_from_db()
    assert (comment.email, comment.notify) == ("", Comment.Notify.NO)


def test_an_answer_to_what_was_no_question_keeps_the_address_for_thirty_days_more() -> None:
    sent(status=Status.APPROVED, answered_at=SENT + 20 * DAY)

    assert run(49) == 0
    assert run(51) == 1


def test_a_question_that_was_refused_waits_for_no_answer() -> None:
    sent(status=Status.REFUSED, answer_due=SENT.date())

    assert run(29) == 0
    assert run(31) == 1


# --- Keyed hashes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.PENDING, Status.APPROVED])
def test_source_and_digest_of_words_go_thirty_days_after_sending_also_undecided(
    status: str,
) -> None:
    comment = sent(status=status, email="", source="hash", words_digest="hash")

    assert run(29) == 0
    comment.refresh_from_db()
    assert (comment.source, comment.words_digest) == ("hash", "hash")
    assert run(31) == 1
    comment.refresh_from_db()
    assert (comment.source, comment.words_digest) == ("", "")
    assert comment.digest == f"forgotten-{comment.pk}"


def test_counts_of_a_source_go_when_their_window_is_over(settings: Any) -> None:
    with time_machine.travel(SENT, tick=False):
        Quota.take("hash")
    seconds = settings.COMMENT_LIMIT_SECONDS

    assert run(0) == 0
    assert run(seconds / 86400) == 1
    assert not Quota.objects.exists()


def test_a_blocked_source_goes_when_its_end_has_come() -> None:
    BlockedSource.objects.create(source="hash", until=SENT + 10 * DAY)

    assert run(9) == 0
    assert run(11) == 1
    assert not BlockedSource.objects.exists()


# --- What its sender took back ----------------------------------------------------------------------


def test_what_was_withdrawn_is_erased_thirty_days_later() -> None:
    comment = sent(status=Status.APPROVED)
    with time_machine.travel(SENT + 5 * DAY, tick=False):
        comment.withdraw(seen=comment.revision)

    assert run(34) == 0
    comment.refresh_from_db()
    assert (comment.status, comment.text != "") == (Status.WITHDRAWN, True)
    assert run(36) == 1
    comment.refresh_from_db()
    assert (comment.status, comment.name, comment.text) == (Status.ERASED, "", "")
    assert run(36) == 0


def test_erasing_what_is_erased_writes_nothing() -> None:
    comment = sent(status=Status.APPROVED)
    comment.erase()
    before = everything()
    comment.erase(by=make_user(superuser=True))

    assert everything() == before


# --- The run ----------------------------------------------------------------------------------------


def test_a_second_run_at_the_same_moment_changes_nothing() -> None:
    sent(status=Status.APPROVED)
    sent(source="hash", words_digest="hash")
    sent(status=Status.WITHDRAWN, email="", decided_at=SENT)
    BlockedSource.objects.create(source="hash", until=SENT)
    assert run(40) == 4
    before = everything()

    assert run(40) == 0
    assert everything() == before


def test_a_run_takes_no_more_rows_than_its_piece_the_oldest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "ROWS", 2)
    comments = [sent(status=Status.APPROVED, decided_at=SENT + n * DAY) for n in (2, 0, 1)]

    assert run(60) == 2
    left = Comment.objects.exclude(email="").get()
    assert left == comments[0]
    assert run(60) == 1


def test_a_decision_that_comes_between_looking_and_forgetting_keeps_the_address() -> None:
    """The update asks again what the look has asked."""
    comment = sent(status=Status.APPROVED)
    decided: list[bool] = []

    def meanwhile(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and not decided:
            decided.append(True)
            Comment.objects.update(decided_at=SENT + 40 * DAY)
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        assert run(40) == 0

    comment.refresh_from_db()
    assert decided
    assert comment.email


def test_the_tick_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sent(status=Status.APPROVED)
    ours = [job for job in jobs.JOBS if job.work == retention.forget_old]
    monkeypatch.setattr(jobs, "JOBS", ours)
    with time_machine.travel(SENT + 31 * DAY, tick=False):
        call_command("tick")

    assert not Comment.objects.exclude(email="").exists()


def test_each_look_is_read_from_an_index_however_much_was_forgotten_before() -> None:
    article = make_comment().article
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(
            article=article,
            digest=f"old-{n}",
            consent_version="1",
            status=Status.APPROVED,
            created_at=now - 100 * DAY,
            decided_at=now - 100 * DAY,
        )
        for n in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE comments_comment")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        retention.forget_old()
    looks = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]

    assert len(looks) == 7
    assert read_through(looks, ["comments_comment"], many=50) == set()
