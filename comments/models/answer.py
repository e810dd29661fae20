"""Official answers: what the office says under a comment, and the way of such a text to the public."""

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from comments.models.comment import AlreadyDecided, Comment, answer_fields
from comments.models.record import Record
from comments.plain_text import length, normalise
from news import freshness, outbox, text
from news.models.staff import StaffProfile
from news.models.workflow import NeedsSecondReader
from news.publisher import absolute, publisher

ANSWER = "comments.answer_comment"
PUBLISH = "comments.publish_answer"
ANSWER_LENGTH = (2, 5000)
# What the office may answer: what is public, and what may become so.
ANSWERABLE = {Comment.Status.PENDING, Comment.Status.APPROVED}
MAIL_KIND = "Trả lời ý kiến"


class AnswerQuerySet(models.QuerySet["Answer"]):
    def published(self) -> Self:
        """What readers see, under comments of Comment.objects.public() and nowhere else."""
        return self.filter(state=Answer.State.PUBLISHED)

    def in_work(self) -> Self:
        """What somebody still works on; at most one of each comment."""
        return self.filter(state__in=Answer.IN_WORK)

    def submitted(self) -> Self:
        """What waits for its second pair of eyes, the longest-waiting first."""
        return self.filter(state=Answer.State.SUBMITTED).order_by("changed_at", "id")


class Answer(models.Model):
    """One text of the office under one comment, with the name its unit had when it was written.

    It changes by the verbs below only; each is bound to the `revision` that was seen. A public answer is corrected
    by a new text beside it, which goes the same way and takes its place when it is published.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Bản nháp"
        SUBMITTED = "submitted", "Chờ duyệt"
        RETURNED = "returned", "Bị trả lại"
        PUBLISHED = "published", "Đã đăng"
        REPLACED = "replaced", "Đã thay bằng bản mới"
        WITHDRAWN = "withdrawn", "Đã rút"

    IN_WORK = (State.DRAFT, State.SUBMITTED, State.RETURNED)

    comment = models.ForeignKey(
        Comment, verbose_name="ý kiến", on_delete=models.PROTECT, related_name="answers"
    )
    text = models.TextField("nội dung", blank=True)
    unit = models.CharField("đơn vị trả lời", max_length=250)
    state = models.CharField("tình trạng", max_length=10, choices=State, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=1, editable=False)
    # Who wrote the present text: somebody else publishes it.
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người viết",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    changed_at = models.DateTimeField("bước gần nhất lúc", default=timezone.now)
    published_at = models.DateTimeField("đăng lúc", null=True, blank=True)
    # Nobody but the writer has looked at it, and the writer said that this is enough.
    alone = models.BooleanField("một người xem", default=False)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "trả lời của cơ quan"
        verbose_name_plural = "trả lời của cơ quan"
        default_permissions = ["view"]
        permissions = [
            ("answer_comment", "Được viết trả lời chính thức cho ý kiến"),
            ("publish_answer", "Được đăng và thu hồi trả lời chính thức"),
        ]
        constraints = [
            # Two people who begin at the same time must not write past each other.
            models.UniqueConstraint(
                fields=["comment"],
                condition=Q(state__in=["draft", "submitted", "returned"]),
                name="answer_one_in_work",
            ),
            models.UniqueConstraint(
                fields=["comment"], condition=Q(state="published"), name="answer_one_public"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="answer_public_has_date",
            ),
            # Emptied only when the comment under which it stood was erased.
            models.CheckConstraint(
                condition=~Q(text="") | Q(state="withdrawn"), name="answer_says_something"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "changed_at", "id"], name="answer_by_state"),
            models.Index(fields=["-changed_at", "-id"], name="answer_newest"),
        ]

    def __str__(self) -> str:
        return f"Trả lời ý kiến {self.comment_id}"

    @property
    def public_fields(self) -> dict[str, str]:
        """What readers learn of it, or would if it were published now."""
        return answer_fields(self.unit, self.text, self.published_at or timezone.now())

    # --- writing -----------------------------------------------------------------------------------

    @classmethod
    def begin(cls, comment: Comment, words: str, *, by: Any) -> "Answer":
        """A new draft; beside the public answer, if there is one, it is its correction.

        Raises PermissionDenied without the right, ValidationError for words that are too few or too many,
        ValueError for a comment that is not shown and does not wait, AlreadyDecided if one is in work already.
        """
        _require(ANSWER, by)
        words = checked(words)
        if comment.status not in ANSWERABLE:
            raise ValueError("Ý kiến này không hiện trên trang nên không trả lời được.")
        try:
            with transaction.atomic():
                answer = cls.objects.create(
                    comment=comment, text=words, unit=unit_of(by), written_by=by
                )
                answer._record(AnswerStep.Verb.WRITE, by)
        except IntegrityError:
            raise AlreadyDecided("Một người khác vừa bắt đầu trả lời ý kiến này.") from None
        return answer

    def write(self, words: str, *, by: Any, seen: int) -> None:
        """Change the text of what is in work and not waiting for approval.

        This and the verbs below raise PermissionDenied without the right and AlreadyDecided if it is not the
        revision `seen` any more or in no state that allows it; this one ValidationError as begin().
        """
        _require(ANSWER, by)
        words = checked(words)
        self._step(
            AnswerStep.Verb.WRITE,
            self.state,
            by=by,
            seen=seen,
            text=words,
            unit=unit_of(by),
            written_by=by,
        )

    def submit(self, *, by: Any, seen: int) -> None:
        """Hand it to those who publish."""
        self._step(AnswerStep.Verb.SUBMIT, self.State.SUBMITTED, by=by, seen=seen)

    def take_back(self, *, by: Any, seen: int) -> None:
        """Make it a draft again while nobody has published or returned it; only who wrote it may."""
        if self.written_by_id != by.pk:
            raise PermissionDenied("Chỉ người viết lấy lại được bản chờ duyệt.")
        self._step(AnswerStep.Verb.TAKE_BACK, self.State.DRAFT, by=by, seen=seen)

    # --- deciding ----------------------------------------------------------------------------------

    def return_to_writer(self, *, by: Any, seen: int, note: str) -> None:
        """Give it back with a note that says what to mend. Raises ValidationError without one."""
        if not note.strip():
            raise ValidationError("Hãy viết cho người soạn biết cần sửa gì.")
        self._step(AnswerStep.Verb.RETURN, self.State.RETURNED, by=by, seen=seen, note=note)

    def publish(self, *, by: Any, seen: int, alone: bool = False) -> None:
        """Put it before the public, in the place of the answer it corrects, and tell the sender who asked for it.

        `alone` is the publisher's statement that no second person needs to look; it is counted. Raises
        NeedsSecondReader where it is needed, ValueError while the comment is not public.
        """
        _require(PUBLISH, by)
        by_two = self.written_by_id != by.pk
        if not (by_two or alone):
            raise NeedsSecondReader(
                "Trả lời cần một người thứ hai xem trước khi đăng. Hãy nhờ đồng nghiệp đăng, hoặc đánh dấu "
                "“Tôi tự đăng, không cần người thứ hai xem”."
            )
        with transaction.atomic():
            # Whoever hides the comment at this moment is waited for.
            comment = Comment.objects.select_for_update().get(pk=self.comment_id)
            if comment.status != Comment.Status.APPROVED:
                raise ValueError(
                    "Ý kiến chưa được duyệt. Hãy duyệt ý kiến trước, rồi đăng trả lời."
                )
            public = Answer.objects.published().filter(comment=comment)
            corrected = public.exclude(pk=self.pk).first()
            if corrected:
                corrected._step(
                    AnswerStep.Verb.REPLACE,
                    self.State.REPLACED,
                    by=by,
                    seen=corrected.revision,
                )
            now = timezone.now()
            self._step(
                AnswerStep.Verb.PUBLISH,
                self.State.PUBLISHED,
                by=by,
                seen=seen,
                published_at=now,
                alone=not by_two,
            )
            Comment.objects.filter(pk=comment.pk, answered_at=None).update(answered_at=now)
            # A correction is no news: the mail has said where the answer stands.
            if corrected is None:
                self.tell(comment)

    def withdraw(self, *, by: Any, seen: int, note: str = "") -> None:
        """Take the public answer away again, which leaves a question open, or give up what is in work.

        What is public is taken away by those who publish, a draft by those who write.
        """
        if self.state == self.State.PUBLISHED:
            _require(PUBLISH, by)
        with transaction.atomic():
            was_public = self.state == self.State.PUBLISHED
            self._step(AnswerStep.Verb.WITHDRAW, self.State.WITHDRAWN, by=by, seen=seen, note=note)
            if was_public:
                Comment.objects.filter(pk=self.comment_id).update(answered_at=None)

    # --- how ---------------------------------------------------------------------------------------

    def _step(
        self,
        verb: "AnswerStep.Verb",
        to: str,
        *,
        by: Any,
        seen: int,
        note: str = "",
        **changes: Any,
    ) -> None:
        """One change and its record, or AlreadyDecided. What became of the instance is read anew."""
        _require(verb.right, by)
        with transaction.atomic():
            before = self.state
            changed = (
                self.revision == seen
                and before in verb.comes_from
                and Answer.objects.filter(pk=self.pk, state=before, revision=seen).update(
                    state=to, revision=F("revision") + 1, changed_at=timezone.now(), **changes
                )
            )
            if not changed:
                self.refresh_from_db()
                raise AlreadyDecided(
                    f"Trả lời này đã có người khác xử lý trước: {self.get_state_display().lower()}."
                )
            self.refresh_from_db()
            self._record(verb, by, note=note)
            if self.State.PUBLISHED in (before, to):
                freshness.bump()

    def _record(self, verb: "AnswerStep.Verb", by: Any, *, note: str = "") -> None:
        AnswerStep.objects.create(
            answer=self,
            verb=verb,
            by=by,
            note=text.one_line(note)[:500],
            revision=self.revision,
            alone=verb == AnswerStep.Verb.PUBLISH and self.alone,
        )

    @property
    def mail_key(self) -> str:
        """By which the outbox knows the e-mail that tells of it."""
        return f"answer:{self.pk}"

    def tell(self, comment: Comment) -> None:
        """One e-mail to the sender, if it was asked for and confirmed; nothing of any other reader is in it.

        Called again it sends nothing more. Call it in the transaction of what it tells of.
        """
        if comment.notify != Comment.Notify.CONFIRMED:
            return
        from comments.showing import address_of

        article, address = comment.article, absolute(address_of(comment))
        outbox.queue_mail(
            to=comment.email,
            subject=f"Trả lời ý kiến của bạn: {article.title}",
            body=(
                f"{self.unit} đã trả lời ý kiến của bạn về tin “{article.title}”:\n\n{self.text}\n\n"
                f"Xem trên trang: {address}\n\n-- \n"
                f"Thư tự động của {publisher().full_name}, gửi một lần vì bạn đã xin báo khi có trả lời. "
                "Xin đừng trả lời thư này.\n"
            ),
            key=self.mail_key,
            kind=MAIL_KIND,
        )

    @staticmethod
    def forget(comment: Comment, *, keep_words: bool) -> None:
        """Forget the sender of a comment that is being erased: all notes, and the words if the comment's go too."""
        steps: models.QuerySet[AnswerStep] = models.QuerySet(AnswerStep)
        steps.filter(answer__comment=comment).exclude(note="").update(note="")
        if not keep_words:
            comment.answers.update(
                text="", state=Answer.State.WITHDRAWN, revision=F("revision") + 1
            )


class AnswerStep(Record):
    """One step of one answer: who, what, when, and the note; not its words."""

    class Verb(models.TextChoices):
        WRITE = "write", "Viết"
        SUBMIT = "submit", "Gửi duyệt"
        TAKE_BACK = "take_back", "Lấy lại"
        RETURN = "return", "Trả lại"
        PUBLISH = "publish", "Đăng"
        REPLACE = "replace", "Thay bằng bản mới"
        WITHDRAW = "withdraw", "Rút"

        @property
        def comes_from(self) -> frozenset[str]:
            return _WAYS[self.value][0]

        @property
        def right(self) -> str:
            return _WAYS[self.value][1]

    answer = models.ForeignKey(
        Answer, verbose_name="trả lời", on_delete=models.PROTECT, related_name="steps"
    )
    verb = models.CharField("việc", max_length=10, choices=Verb)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người làm",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField("lúc", default=timezone.now)
    note = models.CharField("ghi chú", max_length=500, blank=True)
    # The revision of the answer that this step made.
    revision = models.PositiveIntegerField()
    alone = models.BooleanField("một người xem", default=False)

    class Meta:
        verbose_name = "bước của trả lời"
        verbose_name_plural = "nhật ký trả lời"
        default_permissions = ()
        indexes = [models.Index(fields=["answer", "id"], name="answer_step_of_answer")]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.answer_id}"


# For each verb from which states, and whose it is.
_WAYS: dict[str, tuple[frozenset[str], str]] = {
    AnswerStep.Verb.WRITE: (frozenset({"draft", "returned"}), ANSWER),
    AnswerStep.Verb.SUBMIT: (frozenset({"draft", "returned"}), ANSWER),
    AnswerStep.Verb.TAKE_BACK: (frozenset({"submitted"}), ANSWER),
    AnswerStep.Verb.RETURN: (frozenset({"submitted"}), PUBLISH),
    AnswerStep.Verb.PUBLISH: (frozenset({"submitted"}), PUBLISH),
    AnswerStep.Verb.REPLACE: (frozenset({"published"}), PUBLISH),
    # Of a public one withdraw() asks for more.
    AnswerStep.Verb.WITHDRAW: (frozenset({"draft", "returned", "submitted", "published"}), ANSWER),
}


def unit_of(user: Any) -> str:
    """In whose name this person answers: the own unit, or the office for who has none."""
    profile = StaffProfile.objects.filter(user=user, unit__isnull=False).select_related("unit")
    mine = profile.first()
    return (mine.unit.name if mine and mine.unit else publisher().office)[:250]


def checked(words: str) -> str:
    """The words as they are stored. Raises ValidationError for too few or too many."""
    words = normalise(words, one_line=False)
    shortest, longest = ANSWER_LENGTH
    counted = length(words)
    if counted < shortest:
        raise ValidationError("Hãy viết câu trả lời.")
    if counted > longest:
        raise ValidationError(f"Câu trả lời dài {counted} ký tự; tối đa là 5.000.")
    return words


def _require(right: str, by: Any) -> None:
    if not by.has_perm(right):
        raise PermissionDenied(
            "Bạn không có quyền đăng trả lời của cơ quan."
            if right == PUBLISH
            else "Bạn không có quyền trả lời ý kiến."
        )
