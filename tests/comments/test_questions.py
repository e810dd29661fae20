"""Questions: by which day they are to be answered, and the list of those that wait."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comments import proofs
from comments.models import AlreadyDecided, Comment, Holiday, Policy
from comments.questions import Clock, clock
from news.text import VIETNAM
from tests.factories import make_article, make_comment, make_user
from tests.tools.plans import read_through

pytestmark = pytest.mark.django_db

# A Friday, and the day fifteen working days later.
SENT = dt.datetime(2026, 11, 6, 9, tzinfo=VIETNAM)
DUE = dt.date(2026, 11, 27)


def moderator() -> Any:
    return make_user("comments.decide_comment")


def question(**fields: Any) -> Comment:
    comment = make_comment(**{"status": Comment.Status.APPROVED, "created_at": SENT, **fields})
    comment.mark_question(by=moderator(), seen=comment.revision)
    return comment


def due_of(comment: Comment) -> dt.date | None:
    comment.refresh_from_db()
    return comment.answer_due


def test_a_question_is_due_fifteen_working_days_after_it_was_sent() -> None:
    assert question().answer_due == DUE


def test_the_day_is_the_vietnamese_one() -> None:
    late = dt.datetime(2026, 11, 5, 23, tzinfo=dt.UTC)  # 6 November in Vietnam
    assert question(created_at=late).answer_due == DUE


def test_holidays_that_were_entered_before_are_not_counted() -> None:
    Holiday.objects.create(day=dt.date(2026, 11, 10), name="Nghỉ")
    assert question().answer_due == dt.date(2026, 11, 30)


def test_open_questions_follow_the_holidays_and_the_office_s_term() -> None:
    waiting, answered = question(), question()
    Comment.objects.filter(pk=answered.pk).update(answered_at=SENT)
    plain = make_comment(created_at=SENT)

    holiday = Holiday.objects.create(day=dt.date(2026, 11, 10), name="Nghỉ")
    assert due_of(waiting) == dt.date(2026, 11, 30)
    holiday.day = dt.date(2026, 11, 8)  # a Sunday
    holiday.save()
    assert due_of(waiting) == DUE
    holiday.day = dt.date(2026, 11, 11)
    holiday.save()
    holiday.delete()
    assert due_of(waiting) == DUE
    Policy(answer_days=5).save()
    assert due_of(waiting) == dt.date(2026, 11, 13)
    assert due_of(answered) == DUE
    assert due_of(plain) is None


def test_who_may_not_decide_marks_nothing() -> None:
    comment = question()
    writer = make_user("comments.answer_comment", "comments.publish_answer")
    for step in (comment.mark_question, comment.unmark_question):
        with pytest.raises(PermissionDenied):
            step(by=writer, seen=comment.revision)
    assert due_of(comment) == DUE


def test_a_mark_is_bound_to_the_revision_that_was_seen_and_is_recorded() -> None:
    comment = make_comment(status=Comment.Status.APPROVED)
    with pytest.raises(AlreadyDecided):
        comment.mark_question(by=moderator(), seen=comment.revision + 1)
    comment.mark_question(by=moderator(), seen=comment.revision)
    with pytest.raises(AlreadyDecided):
        comment.mark_question(by=moderator(), seen=comment.revision)
    comment.unmark_question(by=moderator(), seen=comment.revision)
    assert due_of(comment) is None
    recorded = comment.decisions.order_by("id").values_list("action", flat=True)
    assert list(recorded) == ["question", "no_question"]


def test_the_soonest_due_is_first_and_what_is_answered_is_not_there() -> None:
    late = question(created_at=SENT + dt.timedelta(days=3))
    soon = question()
    answered = question()
    Comment.objects.filter(pk=answered.pk).update(answered_at=SENT)
    assert list(Comment.objects.unanswered()) == [soon, late]


def test_a_question_that_is_hidden_leaves_the_list_and_comes_back_with_undo() -> None:
    comment, by = question(), moderator()
    comment.hide(by=by, seen=comment.revision, reason="insult")
    assert not Comment.objects.unanswered().exists()
    comment.undo(by=by, seen=comment.revision)
    assert Comment.objects.unanswered().get() == comment


def test_a_question_that_is_refused_waits_only_after_the_undo_and_the_approval() -> None:
    comment, by = question(status=Comment.Status.PENDING), moderator()
    comment.refuse(by=by, seen=comment.revision, reason="off_topic")
    assert not Comment.objects.unanswered().exists()
    comment.undo(by=by, seen=comment.revision)
    comment.approve(by=by, seen=comment.revision)
    assert Comment.objects.unanswered().get() == comment


def test_a_question_that_its_sender_took_back_leaves_the_list() -> None:
    comment = question()
    comment.withdraw(seen=comment.revision)
    assert not Comment.objects.unanswered().exists()


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (dt.date(2026, 11, 20), Clock("còn 5 ngày làm việc", over=False)),
        (dt.date(2026, 11, 26), Clock("còn 1 ngày làm việc", over=False)),
        (dt.date(2026, 11, 27), Clock("hạn là hôm nay", over=False)),
        (dt.date(2026, 11, 28), Clock("đã hết hạn", over=True)),
        (dt.date(2026, 11, 30), Clock("quá hạn 1 ngày làm việc", over=True)),
        (dt.date(2026, 12, 7), Clock("quá hạn 6 ngày làm việc", over=True)),
    ],
)
def test_the_clock_counts_working_days(today: dt.date, expected: Clock) -> None:
    assert clock(DUE, today, frozenset()) == expected


def test_the_clock_knows_holidays() -> None:
    holidays = {dt.date(2026, 11, 25)}
    assert clock(DUE, dt.date(2026, 11, 24), holidays).words == "còn 2 ngày làm việc"


def test_what_waits_is_found_from_an_index_among_many() -> None:
    article = make_article()
    Comment.objects.bulk_create(
        Comment(
            article=article,
            name="Trần B",
            text=f"Ý kiến {number}",
            digest=f"many-{number}",
            consent_version="1",
            status=Comment.Status.APPROVED,
            created_at=SENT,
            decided_at=SENT,
        )
        for number in range(3000)
    )
    waiting = question()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    with CaptureQueriesContext(connection) as asked:
        assert Comment.objects.unanswered().first() == waiting
        assert Comment.objects.unanswered().count() == 1
        assert not proofs.is_flood()
        Policy.current().save()

    statements = [query["sql"] for query in asked.captured_queries]
    assert read_through(statements, ["comments_comment"], many=1000) == set()
