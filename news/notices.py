"""Telling people at the desk what waits for them or what became of their work."""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.urls import reverse
from django.utils import timezone

from news import outbox
from news.models.notice import Notice, NoticeChoice
from news.publisher import absolute, publisher

MAIL_KIND = "Thông báo"
# A read notice has done its work; an unread one that old is no news.
READ_KEPT = dt.timedelta(days=90)
KEPT = dt.timedelta(days=365)


def notify(
    users: Iterable[Any],
    *,
    text: str,
    key: str,
    article: Any = None,
    address: str = "",
    mail_subject: str = "",
) -> None:
    """Tell each of these accounts once, at the desk and, who wants it, by e-mail; in the caller's transaction.

    `key` names the event: the same event is told to nobody twice. `address` is the path where the notice leads,
    else the form of `article`. The subject is the text unless another is given. Who may not enter the desk hears
    nothing. Costs the same few queries however many are told. Raises TransactionManagementError outside a
    transaction, ValueError for an address outside this site.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("People are told in the transaction of what happened.")
    if address and (not address.startswith("/") or address.startswith("//")):
        # The database refuses it too, but SQLite leaves such a row out without a word.
        raise ValueError("A notice leads to a path of this site.")
    told = list({user.pk: user for user in users if user.is_active and user.is_staff}.values())
    if not told:
        return
    if article is not None and not address:
        address = reverse("admin:news_article_change", args=[article.pk])
    Notice.objects.bulk_create(
        [Notice(user=user, article=article, text=text, address=address, key=key) for user in told],
        ignore_conflicts=True,
    )
    declined = set(
        NoticeChoice.objects.filter(user__in=told, by_mail=False).values_list("user_id", flat=True)
    )
    body = _mail_body(text, address)
    mails = []
    for user in told:
        if user.pk in declined or not user.email:
            continue
        # An address that is none must not stop what the notice tells of.
        with suppress(ValidationError):
            mails.append(
                outbox.compose(
                    to=user.email,
                    subject=mail_subject or text,
                    body=body,
                    key=f"notice:{key}:{user.pk}",
                    kind=MAIL_KIND,
                )
            )
    outbox.queue(mails)


def forget_old() -> int:
    """Delete notices that are no news any more. Returns how many."""
    now = timezone.now()
    read, _ = Notice.objects.filter(read_at__lt=now - READ_KEPT).delete()
    unread, _ = Notice.objects.filter(created_at__lt=now - KEPT).delete()
    return read + unread


def _mail_body(text: str, address: str) -> str:
    leads = f"\n\nMở trong bàn biên tập: {absolute(address)}" if address else ""
    return (
        f"{text}{leads}\n\n-- \n"
        f"Thư tự động từ bàn biên tập của {publisher().full_name}, xin đừng trả lời thư này.\n"
        f"Muốn thôi nhận thư: {absolute(reverse('notices'))}\n"
    )
