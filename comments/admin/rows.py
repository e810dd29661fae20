"""What a moderator sees of one comment, in the lists and on its own page."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, prefetch_related_objects
from django.utils import timezone

from comments.admin.deciding import VERBS, Kept, Verb, may_decide
from comments.models import Comment, Holiday, Policy, Reason, Report
from comments.models.answer import ANSWER, ANSWERABLE
from comments.questions import Clock, clock_of
from comments.suspicion import sentence
from comments.working_time import HOURS_A_DAY, working_hours
from news.text import masked

# Beside the word for each state a mark, so that colour is not needed.
MARKS = {
    Comment.Status.PENDING: "◷",
    Comment.Status.APPROVED: "●",
    Comment.Status.REFUSED: "×",
    Comment.Status.SPAM: "×",
    Comment.Status.HIDDEN: "○",
    Comment.Status.WITHDRAWN: "↩",
    Comment.Status.ERASED: "–",
}


def waiting_words(waited: dt.timedelta) -> str:
    """How long something has waited, in its largest unit: `chưa đến 1 phút`, `5 phút`, `2 giờ`, `3 ngày`."""
    minutes = int(waited.total_seconds()) // 60
    for size, unit in ((24 * 60, "ngày"), (60, "giờ"), (1, "phút")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return "chưa đến 1 phút"


def working_words(hours: float) -> str:
    """Waiting in the largest unit of working time; a day is one of the office: `chờ 5 giờ làm việc`.

    While the office was closed all the time, it is said that no time counts yet.
    """
    if hours >= 2 * HOURS_A_DAY:
        return f"chờ {int(hours // HOURS_A_DAY)} ngày làm việc"
    if hours >= 1:
        return f"chờ {int(hours)} giờ làm việc"
    if minutes := int(hours * 60):
        return f"chờ {minutes} phút làm việc"
    return "chờ chưa đến 1 phút làm việc" if hours else "gửi ngoài giờ làm việc"


def masked_address(comment: Comment) -> str:
    """The sender's address so that it can be recognised but not used."""
    return masked(comment.email) if comment.email else "địa chỉ thư không còn lưu"


@dataclass(frozen=True)
class Row:
    """One comment with all that a moderator needs to decide it, and what of a sent form is still open in it."""

    comment: Comment
    waited: str
    late: bool
    signals: list[str]
    others: str
    reported_for: str
    verbs: list[Verb]
    answerable: bool
    clock: Clock | None
    kept: Kept

    @property
    def seen(self) -> str:
        """What every button sends: which comment, and the revision that stands on the page."""
        return f"{self.comment.pk}:{self.comment.revision}"

    @property
    def ticked(self) -> bool:
        return self.seen in self.kept.ticked

    @property
    def note(self) -> str:
        return self.kept.note_in(str(self.comment.pk))

    @property
    def problem(self) -> str:
        return self.kept.problem_in(str(self.comment.pk))

    @property
    def email(self) -> str:
        return masked_address(self.comment)

    @property
    def mark(self) -> str:
        return MARKS[Comment.Status(self.comment.status)]


def rows_of(comments: Iterable[Comment], user: Any, kept: Kept) -> list[Row]:
    """The rows of these comments, in seven queries however many they are."""
    comments = list(comments)
    # Not joined to the list: the database would begin with the few articles and sort all their comments.
    prefetch_related_objects(comments, "article__section", "decided_by")
    limit = Policy.current().waiting_limit
    holidays = Holiday.days()
    others, reported_for = _others(comments), _reported_for(comments)
    decides, answers = may_decide(user), user.has_perm(ANSWER)
    now = timezone.now()
    rows = []
    for comment in comments:
        hours = working_hours(comment.created_at, now, holidays)
        pending = comment.status == Comment.Status.PENDING
        rows.append(
            Row(
                comment=comment,
                waited=working_words(hours) if pending else "",
                late=pending and hours > limit,
                signals=[sentence(signal) for signal in comment.signals],
                others=others.get(comment.pk, ""),
                reported_for=reported_for.get(comment.pk, ""),
                verbs=[verb for verb in VERBS.values() if decides and verb.suits(comment)],
                answerable=answers and comment.status in ANSWERABLE,
                clock=clock_of(comment, holidays),
                kept=kept,
            )
        )
    return rows


def _reported_for(comments: Collection[Comment]) -> dict[int, str]:
    """For each of them why readers reported it since the last decision, the most frequent first, in words; one query."""
    rows = (
        Report.objects.filter(comment__in=[comment.pk for comment in comments if comment.reports])
        .filter(created_at__gt=F("comment__decided_at"))
        .order_by()
        .values_list("comment", "reason")
        .annotate(number=Count("pk"))
    )
    labels = dict(Reason.choices) | {"": "không nêu lý do"}
    found: dict[int, list[str]] = defaultdict(list)
    for key, reason, number in sorted(rows, key=lambda row: (-row[2], row[1])):
        found[key].append(f"{number} {labels[reason].lower()}")
    return {key: ", ".join(parts) for key, parts in found.items()}


def _others(comments: Collection[Comment]) -> dict[int, str]:
    """For each of them what else came from its source, by state, in words; one query, from one index."""
    sources = {comment.source for comment in comments} - {""}
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for source, status, number in (
        Comment.objects.filter(source__in=sources)
        .exclude(source="")
        .order_by()
        .values_list("source", "status")
        .annotate(number=Count("pk"))
    ):
        counted[source][status] = number
    found = {}
    for comment in comments:
        numbers = dict(counted.get(comment.source, {}))
        if comment.status in numbers:
            numbers[comment.status] -= 1
        parts = [
            f"{numbers[state]} {label.lower()}"
            for state, label in Comment.Status.choices
            if numbers.get(state)
        ]
        if parts:
            found[comment.pk] = f"{sum(numbers.values())} ý kiến khác ({', '.join(parts)})"
    return found
