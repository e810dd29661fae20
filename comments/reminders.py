"""Telling those who decide what waits: a summary in the morning of a working day, and an alert when it is too much.

What is told names numbers and leads to the desk: no words of a reader, no address, nothing that acts by a click.
"""

import datetime as dt
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from comments.models import Comment, Holiday, Policy
from comments.working_time import is_working_day, working_hours
from news import notices
from news.text import local

# Counting ends here; what is more is "more than".
COUNTED = 1000


def tell_in_the_morning() -> None:
    """What waits this morning, once a day, to all who may decide; nothing on a day off or when nothing waits."""
    now = timezone.now()
    today = local(now).date()
    holidays = set(Holiday.objects.values_list("day", flat=True))
    if not is_working_day(today, holidays):
        return
    waiting = _number(Comment.objects.awaiting())
    suspected = _number(Comment.objects.suspected())
    reported = _number(Comment.objects.reported())
    if not (waiting or suspected or reported):
        return
    parts = [
        f"{_words(number)} {what}"
        for number, what in (
            (waiting, "ý kiến chờ duyệt"),
            (suspected, "ý kiến nghi spam"),
            (reported, "ý kiến bị báo vi phạm"),
        )
        if number
    ]
    text = f"Sáng nay có {', '.join(parts)}."
    if late := _late(now, holidays):
        text += f" {_words(late)} ý kiến đã chờ quá hạn."
    _tell(text, key=f"comments-morning:{today:%Y-%m-%d}", subject="Ý kiến bạn đọc đang chờ")


def alert_if_many() -> None:
    """Say that more waits than the office wants to let wait, at most once a day."""
    limit = Policy.current().alert_above
    if _number(Comment.objects.awaiting(), limit) <= limit:
        return
    text = f"Hàng chờ có hơn {limit} ý kiến bạn đọc chưa duyệt."
    today = local(timezone.now()).date()
    _tell(text, key=f"comments-alert:{today:%Y-%m-%d}", subject="Nhiều ý kiến bạn đọc chờ duyệt")


def _tell(text: str, *, key: str, subject: str) -> None:
    with transaction.atomic():
        notices.notify(
            _deciders(),
            text=text,
            key=key,
            address=reverse("admin:comments_comment_changelist"),
            mail_subject=subject,
        )


def _deciders() -> list[Any]:
    """Everybody who sees comments and may decide them."""
    users: Any = get_user_model().objects
    backend = "django.contrib.auth.backends.ModelBackend"
    viewers = users.with_perm("comments.view_comment", backend=backend)
    deciders = users.with_perm("comments.decide_comment", backend=backend)
    return list(deciders.filter(pk__in=viewers, is_staff=True).order_by("pk"))


def _number(comments: Any, most: int = COUNTED) -> int:
    return comments.order_by()[: most + 1].count()


def _words(number: int) -> str:
    return f"hơn {COUNTED}" if number > COUNTED else str(number)


def _late(now: dt.datetime, holidays: set[dt.date]) -> int:
    """How many have waited longer than the office allows; the oldest are looked at, and those stand first."""
    limit = Policy.current().waiting_limit
    late = 0
    for created_at in Comment.objects.awaiting().values_list("created_at", flat=True)[
        : COUNTED + 1
    ]:
        if working_hours(created_at, now, holidays) <= limit:
            break
        late += 1
    return late
