"""What may be done with a comment, by whom, from which state, and the record of it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from comments.models import Action, AlreadyDecided, Comment, Decision, Reason
from news import freshness
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db

Verb = Callable[..., None]

VERBS: dict[str, Verb] = {
    "approve": lambda c, by, seen: c.approve(by=by, seen=seen),
    "refuse": lambda c, by, seen: c.refuse(by=by, seen=seen, reason=Reason.INSULT),
    "spam": lambda c, by, seen: c.mark_spam(by=by, seen=seen),
    "hide": lambda c, by, seen: c.hide(by=by, seen=seen, reason=Reason.PERSONAL),
    "keep": lambda c, by, seen: c.keep(by=by, seen=seen),
    "withdraw": lambda c, by, seen: c.withdraw(seen=seen),
}
# From which state each verb leads where; what is not here is refused.
TABLE = {
    "approve": dict.fromkeys(("pending", "refused", "spam", "hidden"), "approved"),
    "refuse": dict.fromkeys(("pending", "spam"), "refused"),
    "spam": dict.fromkeys(("pending", "refused", "hidden"), "spam"),
    "hide": {"approved": "hidden"},
    "keep": {"approved": "approved"},
    "withdraw": dict.fromkeys(("pending", "approved", "refused", "spam", "hidden"), "withdrawn"),
}
STATES = list(Comment.Status.values)


@pytest.fixture
def moderator() -> User:
    return make_user("comments.decide_comment")


def comment_in(status: str) -> Comment:
    if status == "erased":
        comment = make_comment()
        comment.erase()
        return comment
    return make_comment(status=status)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", STATES)
def test_each_verb_leads_where_the_table_says_and_nowhere_else(
    verb: str, status: str, moderator: User
) -> None:
    comment = comment_in(status)
    seen, written = comment.revision, Decision.objects.count()
    to = TABLE[verb].get(status)
    if to is None:
        with pytest.raises(AlreadyDecided):
            VERBS[verb](comment, moderator, seen)
    else:
        VERBS[verb](comment, moderator, seen)
    comment.refresh_from_db()
    assert comment.status == (to or status)
    assert comment.revision == seen + (to is not None)
    assert Decision.objects.count() == written + (to is not None)


@pytest.mark.parametrize("verb", set(VERBS) - {"withdraw"})
def test_without_the_right_nothing_is_decided(verb: str) -> None:
    comment = make_comment(status=next(iter(TABLE[verb])))
    with pytest.raises(PermissionDenied):
        VERBS[verb](comment, make_user("comments.view_comment"), 1)
    with pytest.raises(PermissionDenied):
        comment.undo(by=make_user("comments.view_comment"), seen=1)
    with pytest.raises(PermissionDenied):
        comment.mark_question(by=make_user("comments.view_comment"), seen=1)
    with pytest.raises(PermissionDenied):
        comment.erase(by=make_user("comments.decide_comment"))
    comment.refresh_from_db()
    assert comment.revision == 1
    assert not Decision.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_what_was_not_seen_is_not_decided(verb: str, moderator: User) -> None:
    comment = make_comment(status=next(iter(TABLE[verb])), revision=3, name="Lê C")
    for seen in (2, 4):
        with pytest.raises(AlreadyDecided, match="Lê C"):
            VERBS[verb](comment, moderator, seen)
    assert not Decision.objects.exists()


def test_the_record_says_who_what_when_and_why(moderator: User) -> None:
    comment = make_comment()
    comment.refuse(by=moderator, seen=1, reason=Reason.OTHER, note=" Nói về người khác ")
    decision = Decision.objects.get()
    assert (decision.by, decision.action, decision.before, decision.after) == (
        moderator,
        Action.REFUSE,
        "pending",
        "refused",
    )
    assert (decision.reason, decision.note, decision.revision) == ("other", "Nói về người khác", 2)
    assert comment.decided_at == decision.at
    assert comment.reason == "other"


@pytest.mark.parametrize(("reason", "note"), [("", "x"), ("nonsense", "x"), ("other", "  ")])
@pytest.mark.parametrize("verb", ["refuse", "hide"])
def test_a_refusal_needs_one_of_the_reasons(
    verb: str, reason: str, note: str, moderator: User
) -> None:
    comment = make_comment(status="pending" if verb == "refuse" else "approved")
    with pytest.raises(ValidationError):
        getattr(comment, verb)(by=moderator, seen=1, reason=reason, note=note)
    comment.refresh_from_db()
    assert comment.revision == 1


def test_the_record_is_not_changed_and_not_deleted(moderator: User) -> None:
    make_comment().approve(by=moderator, seen=1)
    decision = Decision.objects.get()
    decision.note = "x"
    with pytest.raises(PermissionDenied):
        decision.save()
    with pytest.raises(PermissionDenied):
        decision.delete()
    with pytest.raises(PermissionDenied):
        Decision.objects.update(note="x")
    with pytest.raises(PermissionDenied):
        Decision.objects.all().delete()
    with pytest.raises(PermissionDenied):
        Decision.objects.bulk_update([decision], ["note"])
    assert Decision.objects.get().note == ""


# --- Undoing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "before"),
    [(v, s) for v, moves in TABLE.items() for s in moves if v not in ("withdraw", "keep")],
)
def test_undoing_leads_back_to_where_it_was(verb: str, before: str, moderator: User) -> None:
    comment = make_comment(status=before)
    VERBS[verb](comment, moderator, 1)
    comment.undo(by=moderator, seen=2)
    comment.refresh_from_db()
    assert (comment.status, comment.revision) == (before, 3)
    assert (comment.decided_at is None) == (before == "pending")
    assert list(Decision.objects.order_by("id").values_list("action", flat=True))[1] == "undo"


def test_an_undone_refusal_has_no_reason_and_a_second_undo_is_none(moderator: User) -> None:
    comment = make_comment()
    comment.refuse(by=moderator, seen=1, reason=Reason.INSULT)
    comment.undo(by=moderator, seen=2)
    assert comment.reason == ""
    with pytest.raises(AlreadyDecided, match="hoàn tác"):
        comment.undo(by=moderator, seen=3)


def test_undoing_an_approval_brings_the_reason_of_the_refusal_back(moderator: User) -> None:
    comment = make_comment()
    comment.refuse(by=moderator, seen=1, reason=Reason.INSULT)
    comment.approve(by=moderator, seen=2)
    assert comment.reason == ""
    comment.undo(by=moderator, seen=3)
    assert (comment.status, comment.reason) == ("refused", "insult")


def test_what_was_decided_since_is_not_undone(moderator: User) -> None:
    comment = make_comment()
    comment.approve(by=moderator, seen=1)
    comment.hide(by=moderator, seen=2, reason=Reason.INSULT)
    with pytest.raises(AlreadyDecided):
        comment.undo(by=moderator, seen=2)
    assert comment.status == "hidden"


def test_what_its_sender_took_back_stays_so(moderator: User) -> None:
    comment = make_comment()
    comment.withdraw(seen=1)
    with pytest.raises(AlreadyDecided):
        comment.undo(by=moderator, seen=2)


def test_a_question_may_be_marked_between_a_decision_and_its_undoing(moderator: User) -> None:
    comment = make_comment()
    comment.approve(by=moderator, seen=1)
    comment.mark_question(by=moderator, seen=2)
    comment.undo(by=moderator, seen=2)
    assert comment.status == "pending"


# --- What the public sees ------------------------------------------------------------------------


@pytest.mark.parametrize("status", STATES)
def test_only_the_approved_is_public(status: str) -> None:
    comment = comment_in(status)
    assert list(Comment.objects.public()) == ([comment] if status == "approved" else [])


@pytest.mark.parametrize("status", set(STATES) - {"erased"})
def test_a_reply_is_public_only_below_a_public_comment(status: str) -> None:
    parent = make_comment(status=status)
    reply = make_comment(status="approved", article=parent.article, parent=parent)
    assert (reply in Comment.objects.public()) is (status == "approved")


@pytest.mark.parametrize(
    ("verb", "before", "changes"),
    [
        ("approve", "pending", True),
        ("refuse", "pending", False),
        ("spam", "pending", False),
        ("hide", "approved", True),
        ("withdraw", "approved", True),
        ("withdraw", "pending", False),
    ],
)
def test_pages_are_made_anew_when_what_is_public_changes(
    verb: str, before: str, changes: bool, moderator: User
) -> None:
    comment = make_comment(status=before)
    number = freshness.current()
    VERBS[verb](comment, moderator, 1)
    assert (freshness.current() != number) is changes


# --- Taking back and erasing ----------------------------------------------------------------------


def test_withdrawing_forgets_the_address_at_once() -> None:
    comment = make_comment(status="approved", notify="confirmed")
    comment.withdraw(seen=1)
    comment.refresh_from_db()
    assert (comment.email, comment.notify, comment.status) == ("", "no", "withdrawn")
    assert comment.text


@pytest.mark.parametrize("status", set(STATES) - {"erased"})
def test_erasing_leaves_nothing_of_the_person(status: str) -> None:
    comment = make_comment(status=status, words_digest="y", signals=[["phone", "0903123456"]])
    comment.erase()
    row = dict(Comment.objects.values().get())
    assert row["status"] == "erased"
    for field in ("name", "email", "text", "source", "words_digest"):
        assert row[field] == "", field
    assert row["signals"] == []
    assert "Nguyễn" not in str(row)


def test_erasing_may_leave_the_words_where_they_are(client: Client) -> None:
    comment = make_comment(status="approved", text="Rất hay", name="Trần B")
    comment.erase(keep_words=True)
    page = client.get(comment.article.get_absolute_url()).content.decode()
    assert "Rất hay" in page
    assert "Trần B" not in page
    assert Comment.objects.get().email == ""


@pytest.mark.parametrize("status", ["approved", "refused", "spam", "hidden", "withdrawn"])
def test_words_that_stay_stay_in_their_state_without_a_name(status: str) -> None:
    comment = make_comment(status=status, text="Rất hay", name="Trần B")
    comment.erase(keep_words=True)
    comment.refresh_from_db()
    assert (comment.status, comment.text, comment.name) == (status, "Rất hay", "Bạn đọc")


def test_what_nobody_decided_is_erased_with_its_words() -> None:
    comment = make_comment(text="Rất hay")
    comment.erase(keep_words=True)
    assert (comment.status, comment.text) == ("erased", "")


def test_erasing_empties_the_notes_about_it(moderator: User) -> None:
    comment = make_comment(name="Trần B")
    comment.refuse(by=moderator, seen=1, reason=Reason.OTHER, note="Trần B ở số 5")
    comment.erase()
    assert not Decision.objects.exclude(note="").exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "refused", "reason": ""},
        {"status": "erased"},
        {"status": "pending", "decided_at": "2026-01-01T00:00Z"},
        {"notify": "asked", "email": ""},
    ],
)
def test_the_database_refuses_what_cannot_be(fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_comment(**fields)
    assert connection.is_usable()
