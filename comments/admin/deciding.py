"""What a moderator's buttons do: exactly the comments that were named, each as its moderator saw it.

A button sends `pk:revision`, or that of every ticked row. A comment that a colleague decided meanwhile is reported
by name and left as it is; the others are done; nothing is done to a comment that was not on the page.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict

from comments.models import Action, AlreadyDecided, Comment, Reason
from news.admin.choices import is_key

DECIDE = "comments.decide_comment"
VIEW = "comments.view_comment"
# The boxes of the rows, and the value of a button that means all ticked ones.
CHOSEN = "chosen"
# As many as a page of the list shows at most.
MOST = 200


@dataclass(frozen=True)
class Verb:
    """One button: its name in the form, its words, its key, and what is said when it is done."""

    name: str
    action: Action
    label: str
    said: str
    key: str = ""
    asks_reason: bool = False

    def suits(self, comment: Comment) -> bool:
        """Whether it can be done to a comment in this state; keeping means something only after a report."""
        if self.action == Action.KEEP and not comment.reports:
            return False
        return comment.status in self.action.comes_from

    def do(self, comment: Comment, *, by: Any, seen: int, reason: str, note: str) -> None:
        """Raises as the verbs of Comment do."""
        match self.action:
            case Action.APPROVE:
                comment.approve(by=by, seen=seen)
            case Action.REFUSE:
                comment.refuse(by=by, seen=seen, reason=reason, note=note)
            case Action.SPAM:
                comment.mark_spam(by=by, seen=seen)
            case Action.HIDE:
                comment.hide(by=by, seen=seen, reason=reason, note=note)
            case Action.KEEP:
                comment.keep(by=by, seen=seen)
            case Action.UNDO:
                comment.undo(by=by, seen=seen)


VERBS = {
    verb.name: verb
    for verb in (
        Verb("approve", Action.APPROVE, "Duyệt", "Đã duyệt", key="A"),
        Verb("keep", Action.KEEP, "Giữ lại", "Đã giữ lại", key="A"),
        Verb("refuse", Action.REFUSE, "Từ chối", "Đã từ chối", key="R", asks_reason=True),
        Verb("hide", Action.HIDE, "Ẩn", "Đã ẩn", key="R", asks_reason=True),
        Verb("spam", Action.SPAM, "Spam", "Đã đánh dấu spam", key="S"),
    )
}
UNDO = Verb("undo", Action.UNDO, "Hoàn tác", "Đã hoàn tác", key="U")


def may_decide(user: Any) -> bool:
    """Whoever decides must see what is decided."""
    return user.has_perm(DECIDE) and user.has_perm(VIEW)


@dataclass(frozen=True)
class Kept:
    """What a form held that comes back: which rows were ticked, the notes by place, and what lacks where.

    A place is the key of a row, or the name of a verb for what concerns all ticked ones.
    """

    ticked: frozenset[str] = frozenset()
    notes: dict[str, str] = field(default_factory=dict)
    place: str | None = None
    problem: str = ""

    @classmethod
    def of(cls, sent: QueryDict, place: str | None = None, problem: str = "") -> Self:
        notes = {
            name.partition("-")[2]: str(value)
            for name, value in sent.items()
            if name.startswith("note-") and value
        }
        return cls(frozenset(sent.getlist(CHOSEN)), notes, place, problem)

    def note_in(self, place: str) -> str:
        return self.notes.get(place, "")

    def problem_in(self, place: str) -> str:
        return self.problem if self.place == place else ""


@dataclass(frozen=True)
class Press:
    """One press of a button: what to do, to which comments as they were seen, and why."""

    verb: Verb
    seen: dict[int, int]
    place: str
    reason: str
    note: str

    @classmethod
    def of(cls, sent: QueryDict) -> Self | None:
        """None if no button of ours was pressed: Enter in a field presses one that does nothing.

        A button's value is `pk:revision` once or, parted by blanks, several times, or "chosen" for the ticked
        rows; a reason may follow behind a further colon.
        """
        for verb in (*VERBS.values(), UNDO):
            value = sent.get(f"_{verb.name}")
            if value is None:
                continue
            reason = ""
            if verb.asks_reason:
                value, _, reason = value.rpartition(":")
            chosen = value == CHOSEN
            seen = parse(sent.getlist(CHOSEN) if chosen else value.split())
            place = verb.name if chosen else value.partition(":")[0]
            return cls(verb, seen, place, reason, sent.get(f"note-{place}", ""))
        return None

    def carry_out(self, *, by: Any) -> "Outcome":
        """Each comment by its own verb, the longest-waiting first.

        Raises PermissionDenied, and ValidationError for a reason or note that is missing, before anything is done.
        """
        if not may_decide(by):
            raise PermissionDenied("Bạn không có quyền duyệt ý kiến.")
        if self.verb.asks_reason:
            Reason.check_given(self.reason, self.note)
        if not self.seen:
            raise ValidationError({"chosen": "Hãy chọn ít nhất một ý kiến."})
        outcome = Outcome()
        for comment in Comment.objects.filter(pk__in=self.seen).order_by("created_at", "id"):
            try:
                self.verb.do(
                    comment, by=by, seen=self.seen[comment.pk], reason=self.reason, note=self.note
                )
            except AlreadyDecided as late:
                outcome.refused.append(str(late))
            else:
                outcome.done.append(comment)
        return outcome


@dataclass
class Outcome:
    """What became of one press of a button."""

    done: list[Comment] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def undo(self) -> str:
        """What the undo button sends: each comment with the revision that this decision made."""
        return " ".join(f"{comment.pk}:{comment.revision}" for comment in self.done)


def parse(pairs: Iterable[str]) -> dict[int, int]:
    """`pk:revision` as a form sends it; what is senseless is left out."""
    found = {}
    for pair in list(pairs)[:MOST]:
        key, _, seen = pair.partition(":")
        if is_key(key) and is_key(seen):
            found[int(key)] = int(seen)
    return found
