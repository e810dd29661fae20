"""What readers answer. Nothing is public before a moderator has approved exactly what was written."""

import datetime as dt
import functools
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from comments import letters
from comments.models.asked import AskedAddress
from comments.models.comment_queryset import CommentQuerySet
from comments.models.decision import Action, Decision, Reason
from comments.models.quota import TAKE_UNLESS_STORED, take_of
from comments.models.words import CommentWords
from news import freshness, text
from news.models import Article
from news.prepared import PreparedStatement

DECIDE = "comments.decide_comment"
ERASE = "comments.erase_comment"
REVEAL = "comments.reveal_email"
# What stands in place of a name that was erased while its words stay.
SOMEBODY = "Bạn đọc"


class AlreadyDecided(Exception):
    """It is not what the moderator saw any more; the message says what became of it."""


def _searched(name: str, words: str) -> str:
    """What a comment is found by."""
    return f"{name} {words}"


def answer_fields(unit: str, words: str, at: dt.datetime) -> dict[str, str]:
    """Everything readers learn of an official answer, as the page and the JSON of more comments show it."""
    return {
        "unit": unit,
        "text": words,
        "moment": text.local(at).isoformat(timespec="seconds"),
        "date": text.long_date(at),
    }


_TAKING = PreparedStatement(TAKE_UNLESS_STORED)


@functools.cache
def _insertion() -> tuple[PreparedStatement, dict[str, Any]]:
    """The statement that stores a comment, and what stands where nothing is given.

    PostgreSQL counts the comment and keeps its words by the same one, which so is a transaction by itself.
    """
    fields = [field for field in Comment._meta.local_concrete_fields if not field.primary_key]
    usual = {
        field.attname: field.get_db_prep_save(field.get_default(), connection) for field in fields
    }
    columns = ", ".join(field.column for field in fields)
    holes = ", ".join(f"%({field.attname})s" for field in fields)
    stored = f"INSERT INTO comments_comment ({columns}) SELECT {holes}"
    if connection.vendor != "postgresql":
        return PreparedStatement(f"{stored} RETURNING id"), usual
    statement = (
        f"WITH taken AS ({TAKE_UNLESS_STORED} RETURNING 1),"
        f" stored AS ({stored} FROM taken RETURNING id) {CommentWords.adding('stored')}"
    )
    return PreparedStatement(statement), usual


class Comment(models.Model):
    """A reader's comment. Nobody changes its words; its state changes by the verbs below and by nothing else.

    Each verb of a moderator is bound to the `revision` that was seen, so a colleague's faster decision is reported
    and never overwritten. `source`, `digest` and `words_digest` are keyed hashes: no raw address is kept.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Chờ duyệt"
        APPROVED = "approved", "Đã duyệt"
        REFUSED = "refused", "Đã từ chối"
        SPAM = "spam", "Spam"
        HIDDEN = "hidden", "Đã ẩn"
        WITHDRAWN = "withdrawn", "Người gửi đã rút"
        ERASED = "erased", "Đã xoá theo yêu cầu"

    class Notify(models.TextChoices):
        """Whether the sender is told of an answer by e-mail: only who asked and then confirmed it."""

        NO = "no", "Không"
        ASKED = "asked", "Đã xin, chưa xác nhận"
        CONFIRMED = "confirmed", "Đã xác nhận"

    # Every index is written with every comment: those that Django would give a key lie in Meta, or in part of them.
    article = models.ForeignKey(
        Article,
        verbose_name="tin bài",
        on_delete=models.PROTECT,
        related_name="comments",
        db_index=False,
    )
    # One level: a reply has none itself.
    parent = models.ForeignKey(
        "self",
        verbose_name="trả lời cho",
        on_delete=models.PROTECT,
        related_name="replies",
        null=True,
        blank=True,
        db_index=False,
    )
    # As long as the form allows, each letter with two marks (see comments.plain_text.length).
    name = models.CharField("họ tên", max_length=180, blank=True)
    email = models.EmailField("thư điện tử", blank=True)
    text = models.TextField("nội dung", blank=True)
    status = models.CharField("tình trạng", max_length=10, choices=Status, default=Status.PENDING)
    # Raised by each verb: whoever decides says which one was seen.
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField("gửi lúc", default=timezone.now)
    decided_at = models.DateTimeField("quyết định lúc", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người quyết định",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    reason = models.CharField("lý do", max_length=20, choices=Reason, blank=True)

    # What comments.suspicion found: pairs of code and detail, and the sum of their weights when it came in.
    signals = models.JSONField("dấu hiệu", default=list, blank=True)
    weight = models.PositiveSmallIntegerField("điểm nghi ngờ", default=0)
    suspected = models.BooleanField("nghi spam", default=False)
    reports = models.PositiveIntegerField("số lượt báo vi phạm", default=0)

    source = models.CharField("nguồn gửi", max_length=64, blank=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    words_digest = models.CharField(max_length=64, blank=True, editable=False)

    consent_version = models.CharField("bản lời đồng ý", max_length=20)
    consented_at = models.DateTimeField("đồng ý lúc", default=timezone.now)
    notify = models.CharField(
        "báo khi có trả lời", max_length=10, choices=Notify, default=Notify.NO
    )
    # The last day to answer, if it is a question; the working-day clock of comments.working_time.
    answer_due = models.DateField("hạn trả lời", null=True, blank=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = "ý kiến bạn đọc"
        verbose_name_plural = "ý kiến bạn đọc"
        default_permissions = ["view"]
        permissions = [
            ("decide_comment", "Được duyệt và từ chối ý kiến"),
            ("reveal_email", "Được xem địa chỉ thư của người gửi ý kiến"),
            ("erase_comment", "Được xoá ý kiến theo yêu cầu của người gửi"),
        ]
        constraints = [
            # Not `unique` of the field, for which PostgreSQL gets a second index, of beginnings.
            models.UniqueConstraint(fields=["digest"], name="comment_once"),
            # Who is shown to the public was looked at by somebody, some time.
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | (~Q(status="pending") & Q(decided_at__isnull=False)),
                name="comment_decided_iff_not_pending",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(reason=""),
                name="comment_refused_for_a_reason",
            ),
            # Erased is erased: nothing of the person may stay in such a row.
            models.CheckConstraint(
                condition=~Q(status="erased")
                | Q(name="", email="", text="", source="", words_digest=""),
                name="comment_erased_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(notify="no") | ~Q(email=""), name="comment_told_has_address"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "created_at", "id"], name="comment_by_state"),
            models.Index(
                fields=["suspected", "created_at", "id"],
                condition=Q(status="pending"),
                name="comment_queue",
            ),
            models.Index(fields=["id"], condition=Q(status="pending"), name="comment_waiting"),
            models.Index(
                fields=["article", "-created_at", "-id"],
                condition=Q(status="approved"),
                name="comment_public_of_article",
            ),
            models.Index(
                fields=["-reports", "id"],
                condition=Q(status="approved", reports__gt=0),
                name="comment_reported",
            ),
            models.Index(
                fields=["answer_due", "id"],
                condition=Q(answer_due__isnull=False, answered_at=None),
                name="comment_unanswered",
            ),
            # What the same sender sent before, counted by state from the index alone; blanked after a month.
            models.Index(
                fields=["source", "created_at", "id", "status"],
                condition=~Q(source=""),
                name="comment_source",
            ),
            models.Index(fields=["article", "created_at", "id"], name="comment_of_article"),
            models.Index(
                fields=["words_digest", "created_at"],
                condition=~Q(words_digest=""),
                name="comment_same_words",
            ),
            # The retention run, which ends at the first row that is too young.
            models.Index(
                fields=["decided_at"],
                condition=~Q(email="") & Q(decided_at__isnull=False),
                name="comment_with_email",
            ),
            models.Index(
                fields=["created_at"],
                condition=~Q(source="", words_digest=""),
                name="comment_with_source",
            ),
            models.Index(fields=["created_at", "id"], name="comment_by_time"),
            # Of the few that have one: a new comment has no decider, and most are no replies.
            models.Index(
                fields=["parent"], condition=Q(parent__isnull=False), name="comment_replies"
            ),
            models.Index(
                fields=["decided_by"],
                condition=Q(decided_by__isnull=False),
                name="comment_of_decider",
            ),
        ]

    def __str__(self) -> str:
        """By number: what names a comment in a log or a message must not repeat who said what."""
        return f"Ý kiến số {self.pk}"

    def save(self, **kwargs: Any) -> None:
        """Its words come into the index in the same transaction."""
        with transaction.atomic():
            super().save(**kwargs)
            self.keep_words([self])

    @classmethod
    def add(cls, *, signals: list[Any], **given: Any) -> int | None:
        """Store a new one and count it, as one of its source; its number, or None if the source has none left or one
        with the same digest is there.

        `given` by the names of columns, as the database takes them. Every comment comes this way: Model.save() asks,
        announces and makes more; what it does beyond storing, keeping the words, is done here too.
        Raises IntegrityError, and nothing is counted, if one with the same digest comes at the same moment.
        """
        statement, usual = _insertion()
        searched = _searched(given["name"], given["text"])
        with connection.cursor() as cursor:
            now = cursor.db.ops.adapt_datetimefield_value(timezone.now())
            values = usual | given | take_of(given["source"])
            values |= {"created_at": now, "consented_at": now, "signals": json.dumps(signals)}
            if cursor.db.vendor == "postgresql":
                statement.execute(cursor, values | CommentWords.values(searched))
                row = cursor.fetchone()
                return row[0] if row else None
            with transaction.atomic():
                _TAKING.execute(cursor, values)
                if cursor.rowcount == 0:
                    return None
                statement.execute(cursor, values)
                number: int = cursor.fetchone()[0]
                CommentWords.add(number, searched)
        return number

    @staticmethod
    def keep_words(comments: "Iterable[Comment]") -> None:
        """Write what these comments are found by; in the transaction that changes them."""
        CommentWords.replace([(c.pk, _searched(c.name, c.text)) for c in comments])

    @property
    def initials(self) -> str:
        """What stands in place of a portrait: first letters of the first and the last word of the name."""
        words = self.name.split()
        return "".join(
            word[0] for word in (words if len(words) < 2 else (words[0], words[-1]))
        ).upper()

    @property
    def date_line(self) -> str:
        return text.long_date(self.created_at)

    @property
    def public_answer(self) -> dict[str, str] | None:
        """What readers see of the office's answer; only of rows that with_answers() gave."""
        row: Any = self
        if row.answer_text is None:
            return None
        return answer_fields(row.answer_unit, row.answer_text, row.answer_published_at)

    # --- what a moderator decides ----------------------------------------------------------------

    def approve(self, *, by: Any, seen: int) -> None:
        """Show it to the public.

        This and the other verbs of a moderator raise PermissionDenied without the right, and AlreadyDecided if it
        is not the revision `seen` any more or in no state that allows it.
        """
        with transaction.atomic():
            self._decide(Action.APPROVE, by, seen)
            letters.ask_to_confirm(self)

    def refuse(self, *, by: Any, seen: int, reason: str, note: str = "") -> None:
        """Do not show it, for one of the fixed reasons. Raises ValidationError too: no reason, or OTHER without a note."""
        Reason.check_given(reason, note)
        self._decide(Action.REFUSE, by, seen, reason=reason, note=note)

    def mark_spam(self, *, by: Any, seen: int) -> None:
        """Do not show it; what comes from the same source is looked at with suspicion."""
        self._decide(Action.SPAM, by, seen)

    def hide(self, *, by: Any, seen: int, reason: str, note: str = "") -> None:
        """Take away again what was public. Raises as refuse() does."""
        Reason.check_given(reason, note)
        self._decide(Action.HIDE, by, seen, reason=reason, note=note)

    def keep(self, *, by: Any, seen: int) -> None:
        """Leave it public although readers reported it; the reports are done with."""
        self._decide(Action.KEEP, by, seen)

    def undo(self, *, by: Any, seen: int) -> None:
        """Back to what it was before the last decision. Raises AlreadyDecided if that cannot be undone."""
        self._check(by)
        last = self.decisions.filter(revision=seen, action__in=Action.undoable()).first()
        if last is None:
            raise AlreadyDecided(f"Ý kiến của {self.name}: không còn gì để hoàn tác.")
        self._step(Action.UNDO, last.before, seen, by=by, kept_reason=last.reason_before)

    def reveal_email(self, *, by: Any) -> str:
        """The address of its sender, for who has the right to see it; that it was seen is recorded.

        Raises PermissionDenied. Nothing is recorded when there is no address any more.
        """
        if not by.has_perm(REVEAL):
            raise PermissionDenied("Bạn không có quyền xem địa chỉ thư của người gửi.")
        if self.email:
            self._note(Action.REVEAL, by)
        return self.email

    def _note(self, action: Action, by: Any) -> None:
        """Record what changes no state."""
        Decision.objects.create(
            comment_id=self.pk,
            action=action,
            by=by,
            before=self.status,
            after=self.status,
            revision=self.revision,
        )

    def _decide(
        self, action: Action, by: Any, seen: int, *, reason: str = "", note: str = ""
    ) -> None:
        self._check(by)
        self._step(action, action.leads_to, seen, by=by, reason=reason, note=note)

    @staticmethod
    def _check(by: Any) -> None:
        if not by.has_perm(DECIDE):
            raise PermissionDenied("Bạn không có quyền duyệt ý kiến.")

    def _step(
        self,
        action: Action,
        to: str,
        seen: int,
        *,
        by: Any = None,
        reason: str = "",
        note: str = "",
        kept_reason: str = "",
        **changes: Any,
    ) -> None:
        """One change of state and its record, or AlreadyDecided. What became of the instance is read anew."""
        with transaction.atomic():
            now = timezone.now()
            before, reason_before = self.status, self.reason
            pending = to == self.Status.PENDING
            changed = (
                self.revision == seen
                and (action == Action.UNDO or before in action.comes_from)
                and Comment.objects.filter(pk=self.pk, status=before, revision=seen).update(
                    status=to,
                    revision=F("revision") + 1,
                    decided_at=None if pending else now,
                    decided_by=None if pending else by,
                    reason=reason or kept_reason,
                    reports=0 if action in (Action.KEEP, Action.HIDE) else F("reports"),
                    **changes,
                )
            )
            if not changed:
                self.refresh_from_db()
                raise AlreadyDecided(
                    f"Ý kiến của {self.name or '(đã xoá)'}: {self.get_status_display().lower()} trước đó."
                )
            Decision.objects.create(
                comment_id=self.pk,
                action=action,
                by=by,
                at=now,
                before=before,
                after=to,
                revision=seen + 1,
                reason=reason,
                reason_before=reason_before,
                note=note.strip(),
                waited=max(0, int((now - self.created_at).total_seconds())),
            )
            self.refresh_from_db()
            if self.Status.APPROVED in (before, to):
                freshness.bump()

    # --- what its sender and the administrator may do ----------------------------------------------

    def withdraw(self, *, seen: int) -> None:
        """The sender takes it back: not public any more, the address forgotten at once, also in letters to it; the words
        by the retention run.

        Raises AlreadyDecided if it was withdrawn or erased, or decided since its sender saw it.
        """
        gone: dict[str, Any] = {"email": "", "notify": self.Notify.NO}
        # Who sends the same words again after that sends them anew.
        gone["digest"] = f"withdrawn-{self.pk}"
        with transaction.atomic():
            self._step(Action.WITHDRAW, self.Status.WITHDRAWN, seen, **gone)
            letters.forget(self)

    def confirm_notify(self) -> None:
        """Who reads mail at its address wants to be told of an answer. Does nothing unless that was asked for.

        An answer that is public already is told of at once: publishing it could tell nobody.
        """
        from comments.models.answer import Answer

        with transaction.atomic():
            confirmed = Comment.objects.filter(pk=self.pk, notify=self.Notify.ASKED).update(
                notify=self.Notify.CONFIRMED
            )
            if confirmed:
                AskedAddress.objects.of(self.email).unanswered().delete()
            # Whoever publishes at this moment waits for the row, or was waited for: one of the two tells.
            self.refresh_from_db()
            if confirmed and self.status == self.Status.APPROVED:
                for answer in Answer.objects.published().filter(comment=self):
                    answer.tell(self)

    def stop_notify(self) -> None:
        """Tell its sender of nothing."""
        Comment.objects.filter(pk=self.pk).update(notify=self.Notify.NO)
        self.refresh_from_db()

    def refuse_letters(self) -> None:
        """Its address is somebody else's, who wants no such letter again: none about any comment that carries it."""
        if not self.email:
            return
        with transaction.atomic():
            AskedAddress.refuse(self.email)
            Comment.objects.by_person(self.email).update(notify=self.Notify.NO)
        self.refresh_from_db()

    def erase(self, *, by: Any = None, keep_words: bool = False) -> None:
        """Forget the person, in any state; with `keep_words` the words stay where they are, without a name.

        `by` is None when a command or the retention run does it; an account needs the right to erase. What is
        erased stays so: doing it again does nothing.
        Raises PermissionDenied.
        """
        from comments.models.answer import Answer

        if by is not None and not by.has_perm(ERASE):
            raise PermissionDenied("Bạn không có quyền xoá ý kiến của bạn đọc.")
        gone: dict[str, Any] = {
            "email": "",
            "notify": self.Notify.NO,
            "source": "",
            "signals": [],
            "words_digest": "",
            "digest": f"erased-{self.pk}",
        }
        with transaction.atomic():
            # Whoever decides at this moment is waited for.
            self.refresh_from_db(from_queryset=Comment.objects.select_for_update())
            if self.status == self.Status.ERASED:
                return
            # What nobody has decided yet is not worth keeping without its sender.
            keeps = keep_words and self.status != self.Status.PENDING
            # A note may repeat what was said or name who said it.
            Decision.forget_notes(self)
            Answer.forget(self, keep_words=keeps)
            to = self.status if keeps else self.Status.ERASED
            if keeps:
                gone |= {"name": SOMEBODY}
            else:
                gone |= {"name": "", "text": ""}
            reason = self.reason if keeps else ""
            self._step(Action.ERASE, to, self.revision, by=by, kept_reason=reason, **gone)
            self.keep_words([self])

    # --- questions -----------------------------------------------------------------------------------

    def mark_question(self, *, by: Any, seen: int) -> None:
        """Say that the office answers it, in the days its rules give. The time runs from the day it was sent.

        Raises PermissionDenied, and AlreadyDecided if it is not the revision `seen` any more.
        """
        from comments.models.policy import Policy

        self._set_due(Policy.current().due_days()(self.created_at), by, seen)

    def unmark_question(self, *, by: Any, seen: int) -> None:
        """Say that it is no question. Raises as mark_question() does."""
        self._set_due(None, by, seen)

    def _set_due(self, due: dt.date | None, by: Any, seen: int) -> None:
        self._check(by)
        with transaction.atomic():
            as_seen = Comment.objects.filter(pk=self.pk, revision=seen)
            changed = as_seen.filter(answer_due__isnull=due is not None).update(answer_due=due)
            self.refresh_from_db()
            if not changed:
                raise AlreadyDecided(
                    f"Ý kiến của {self.name or '(đã xoá)'}: đã có người khác xử lý trước đó."
                )
            # No new revision: the last decision can still be undone.
            self._note(Action.QUESTION if due else Action.NO_QUESTION, by)
