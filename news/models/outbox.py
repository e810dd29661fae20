"""E-mails on their way out; `news.outbox` writes, sends and forgets them."""

import datetime as dt
from typing import Any, Self

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from news.mail_addresses import matching

# Longer than a hand-over to a mail server can last: who took a message that long ago has died over it.
CLAIM = dt.timedelta(minutes=10)
# How long a message waits after each failure; after the last it is given up. Together almost three days,
# so that a mail server that is away over the weekend loses nothing.
DELAYS = tuple(
    dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 1440)
)
NO_ANSWER = "Máy chủ thư không trả lời sau khi nhận nội dung; không rõ thư đã được gửi hay chưa."
FORGOTTEN = "Dữ liệu của người nhận đã được xoá theo yêu cầu."
INTERRUPTED = "Việc gửi bị ngắt giữa chừng; không rõ thư đã được gửi hay chưa."


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def due(self) -> Self:
        """What may be sent now, the longest-waiting first."""
        return self.filter(
            state=OutboxMessage.State.WAITING, not_before__lte=timezone.now()
        ).order_by("not_before", "id")

    def lost(self) -> Self:
        """Taken for sending so long ago that whoever took it must have died in the middle."""
        return self.filter(state=OutboxMessage.State.SENDING, claimed_at__lt=timezone.now() - CLAIM)

    def to(self, address: str) -> Self:
        """What goes or went to this address, however it is typed, with the text still there."""
        return self.exclude(recipient="").filter(matching("recipient", address))

    def forget(self) -> int:
        """Remove address and text; what has not been sent never is. The key stays, so nothing is queued again."""
        empty = {"recipient": "", "subject": "", "body": ""}
        unsent = self.exclude(state__in=OutboxMessage.FINISHED).update(
            state=OutboxMessage.State.FAILED,
            claimed_at=timezone.now(),
            last_error=FORGOTTEN,
            **empty,
        )
        return unsent + self.exclude(recipient="").update(**empty)

    def finished_before(self, moment: dt.datetime) -> Self:
        """Sent or given up by then, with the text still there."""
        return self.exclude(recipient="").filter(
            state__in=OutboxMessage.FINISHED, claimed_at__lt=moment
        )


class OutboxMessage(models.Model):
    """One e-mail to one person, in plain text.

    It is taken by a conditional UPDATE that is committed before anything is sent, so two processes never send
    one. Where nobody can know whether the server took it, it becomes UNCERTAIN and is never sent by itself again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Chờ gửi"
        SENDING = "sending", "Đang gửi"
        SENT = "sent", "Đã gửi"
        FAILED = "failed", "Không gửi được"
        UNCERTAIN = "uncertain", "Không rõ"

    FINISHED = (State.SENT, State.FAILED, State.UNCERTAIN)
    STUCK = (State.FAILED, State.UNCERTAIN)

    # Never holds an address: it stays when the text is removed, so that nothing is ever queued twice.
    key = models.CharField("khóa", max_length=200, unique=True, editable=False)
    kind = models.CharField("loại thư", max_length=60)
    recipient = models.EmailField("người nhận", blank=True)
    subject = models.CharField("tiêu đề", max_length=200, blank=True)
    body = models.TextField("nội dung", blank=True)
    created_at = models.DateTimeField("lập lúc", default=timezone.now)
    not_before = models.DateTimeField("gửi từ lúc", default=timezone.now)
    state = models.CharField("tình trạng", max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("số lần thử", default=0)
    # Says which taking it was: a process that comes back late changes only what it took itself.
    claimed_at = models.DateTimeField("lần thử gần nhất", null=True)
    sent_at = models.DateTimeField("gửi lúc", null=True)
    last_error = models.CharField("lỗi gần nhất", max_length=200, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = "thư gửi đi"
        verbose_name_plural = "thư gửi đi"
        ordering = ["-created_at", "-id"]
        # Nobody writes or deletes one by hand.
        default_permissions = ["view"]
        permissions = [("resend_outboxmessage", "Được gửi lại thư")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="outbox_sent_has_sent_at",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(claimed_at__isnull=False),
                name="outbox_taken_has_claimed_at",
            ),
            models.CheckConstraint(
                condition=~Q(recipient="") | Q(state__in=["sent", "failed", "uncertain"]),
                name="outbox_open_has_recipient",
            ),
        ]
        indexes = [
            models.Index(
                F("not_before"), F("id"), condition=Q(state="waiting"), name="outbox_waiting"
            ),
            models.Index(fields=["claimed_at"], name="outbox_claimed"),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.kind} {self.pk}"

    # --- sending: each verb changes nothing where somebody else was faster ---------------------------

    def take(self) -> bool:
        """Claim it for this process, committed; False if it no longer waits. Not inside a transaction."""
        now = timezone.now()
        with transaction.atomic(durable=True):
            taken = OutboxMessage.objects.filter(
                pk=self.pk, state=self.State.WAITING, not_before__lte=now
            ).update(state=self.State.SENDING, attempts=F("attempts") + 1, claimed_at=now)
        if taken:
            self.refresh_from_db()
        return bool(taken)

    def mark_sent(self) -> None:
        """The server has taken it; true also if it counted as lost in the meantime."""
        self._finish(self.State.SENT, sent_at=timezone.now(), last_error="")

    def mark_uncertain(self, words: str = NO_ANSWER) -> None:
        """Nobody knows whether the server took it: only the administrator may send it again."""
        self._finish(self.State.UNCERTAIN, last_error=words)

    def put_back(self, words: str, *, for_good: bool = False) -> None:
        """The server surely has not taken it: try again later, or never if the reason is for good."""
        if for_good or self.attempts > len(DELAYS):
            self._finish(self.State.FAILED, last_error=words)
        else:
            later = timezone.now() + DELAYS[self.attempts - 1]
            self._finish(self.State.WAITING, last_error=words, not_before=later)

    def _finish(self, state: "OutboxMessage.State", **fields: Any) -> None:
        OutboxMessage.objects.filter(
            pk=self.pk,
            claimed_at=self.claimed_at,
            state__in=[self.State.SENDING, self.State.UNCERTAIN],
        ).update(state=state, **fields)

    # --- the administrator ---------------------------------------------------------------------------

    @property
    def may_be_resent(self) -> bool:
        """Whether it is stuck and its text still there."""
        return self.state in self.STUCK and bool(self.recipient)

    def resend(self, *, by: Any) -> None:
        """Let it wait again, as if it were new.

        Raises PermissionDenied without the right `news.resend_outboxmessage`, ValueError if it is not stuck.
        """
        if not by.has_perm("news.resend_outboxmessage"):
            raise PermissionDenied("Bạn không có quyền gửi lại thư.")
        changed = (
            OutboxMessage.objects.filter(pk=self.pk, state__in=self.STUCK)
            .exclude(recipient="")
            .update(
                state=self.State.WAITING, attempts=0, claimed_at=None, not_before=timezone.now()
            )
        )
        if not changed:
            raise ValueError("Chỉ gửi lại được thư chưa gửi được và còn nội dung.")
        self.refresh_from_db()
