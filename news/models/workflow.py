"""The way of a story through the desk: its state, and the verbs that change it.

Two questions, two fields. `status` is what the public sees: nothing yet, the story, or that it was withdrawn.
`stage` is where the newest version stands at the desk. A public story whose stage is not `clean` carries a
working copy: the row holds what is public, the newest Revision what is being written.
"""

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone

from news import text
from news.content import FEATURING, READ, Content
from news.models.revision import Revision, Step
from news.models.staff import sections_of

if TYPE_CHECKING:
    from news.models.article import Article

# A note of a step; an e-mail and one line of the history hold it.
MAX_NOTE = 1000


class Outdated(Exception):
    """Somebody saved a newer version meanwhile; `newest` is that version's content, `revision` its row."""

    def __init__(self, newest: Content, revision: Revision | None) -> None:
        super().__init__("Tin đã có phiên bản mới hơn.")
        self.newest, self.revision = newest, revision


class NotReady(ValidationError):
    """The story cannot be published as it is; the messages say what to mend."""


class NeedsSecondReader(ValidationError):
    """Nobody but the publisher has looked at this version, and the publisher did not say that this is enough."""


class Workflow(models.Model):
    """State of a story. It changes by the verbs below only; each checks the right and takes the row's lock."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Bản nháp"
        PUBLISHED = "published", "Đã xuất bản"
        WITHDRAWN = "withdrawn", "Đã thu hồi"

    class Stage(models.TextChoices):
        CLEAN = "clean", "Không có gì chờ"
        WRITING = "writing", "Đang viết"
        SUBMITTED = "submitted", "Chờ duyệt"
        RETURNED = "returned", "Bị trả lại"

    status = models.CharField(
        "tình trạng", max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    stage = models.CharField(
        "bước", max_length=10, choices=Stage, default=Stage.WRITING, editable=False
    )
    stage_since = models.DateTimeField("ở bước này từ", default=timezone.now, editable=False)
    version = models.PositiveIntegerField("phiên bản", default=0, editable=False)
    published_at = models.DateTimeField(
        "thời điểm xuất bản",
        null=True,
        blank=True,
        help_text="Để trống thì lấy lúc bấm Xuất bản. Đặt ở tương lai thì đến lúc đó tin mới hiện ra.",
    )
    expires_at = models.DateTimeField(
        "hết hạn hiển thị",
        null=True,
        blank=True,
        help_text="Đến lúc này tin tự rời khỏi trang. Để trống là không có hạn.",
    )
    featured_from = models.DateTimeField(
        "nổi bật từ", null=True, blank=True, help_text="Để trống là không phải tin nổi bật."
    )
    featured_until = models.DateTimeField("nổi bật đến", null=True, blank=True)
    withdrawn_at = models.DateTimeField("thu hồi lúc", null=True, editable=False)
    withdrawal_reason = models.CharField(
        "lý do thu hồi", max_length=300, blank=True, editable=False
    )

    if TYPE_CHECKING:
        # All versions, the newest first.
        revisions: models.Manager[Revision]

    class Meta:
        abstract = True

    # --- what holds now --------------------------------------------------------------------------

    @property
    def is_published(self) -> bool:
        """Whether the public may see it now. ArticleQuerySet.published() says the same of many."""
        now = timezone.now()
        return (
            self.status == self.Status.PUBLISHED
            and self.published_at is not None
            and self.published_at <= now
            and (self.expires_at is None or self.expires_at > now)
        )

    @property
    def is_scheduled(self) -> bool:
        """Whether it is approved and waits for its time."""
        return (
            self.status == self.Status.PUBLISHED
            and self.published_at is not None
            and self.published_at > timezone.now()
        )

    @property
    def is_expired(self) -> bool:
        """Whether its time on the site is over; its address says so."""
        return (
            self.status == self.Status.PUBLISHED
            and self.expires_at is not None
            and self.expires_at <= timezone.now()
        )

    @property
    def is_gone(self) -> bool:
        """Whether it was public and is not any more: its address answers 410."""
        return self.status == self.Status.WITHDRAWN or self.is_expired

    @property
    def is_featured(self) -> bool:
        """Whether it stands among the featured now. ArticleQuerySet.featured() says the same of many."""
        now = timezone.now()
        return (
            self.featured_from is not None
            and self.featured_from <= now
            and (self.featured_until is None or self.featured_until > now)
        )

    @property
    def was_public(self) -> bool:
        """Once published, never deleted: it is withdrawn and its address says so."""
        return self.status != self.Status.DRAFT

    @property
    def has_working_copy(self) -> bool:
        """Whether a public or withdrawn story has changes that nobody outside the desk sees."""
        return self.was_public and self.stage != self.Stage.CLEAN

    @property
    def newest(self) -> Content:
        """The newest version's content: the working copy where there is one, else what the row holds."""
        if self.has_working_copy:
            return self.revisions.get(number=self.version).text
        return Content.of(self._article)

    @property
    def _article(self) -> "Article":
        return cast("Article", self)

    # --- who may ---------------------------------------------------------------------------------

    def may_view(self, user: Any) -> bool:
        """Whether this person sees the story at the desk. ArticleQuerySet.visible_to() says the same of many."""
        if not user.has_perm("news.view_article"):
            return False
        if self._article.created_by_id == user.pk:
            return True
        return user.has_perm("news.edit_any_article") and self._is_in_sections_of(user)

    def may_edit(self, user: Any) -> bool:
        """Whether this person may write a version now: the own story, unless it waits for approval, or any."""
        if not (user.has_perm("news.change_article") and self._is_in_sections_of(user)):
            return False
        if user.has_perm("news.edit_any_article"):
            return True
        return self._article.created_by_id == user.pk and self.stage != self.Stage.SUBMITTED

    def may_publish(self, user: Any) -> bool:
        """Whether this person may put it before the public, or give it back.

        `news.models.staff.publishers_of()` finds all of them.
        """
        return user.has_perm("news.publish_article") and self._is_in_sections_of(user)

    def may_withdraw(self, user: Any) -> bool:
        """Whether this person may take it off the site."""
        return user.has_perm("news.withdraw_article") and self._is_in_sections_of(user)

    def may_delete(self, user: Any) -> bool:
        """Whether this person may throw it away: a draft that was never public and that the person may edit."""
        return not self.was_public and user.has_perm("news.delete_article") and self.may_edit(user)

    def may_take_back(self, user: Any) -> bool:
        """Whether this person may fetch it back from approval: its author, or who edits any story."""
        return (
            user.has_perm("news.change_article")
            and self.stage == self.Stage.SUBMITTED
            and self._is_in_sections_of(user)
            and (self._article.created_by_id == user.pk or user.has_perm("news.edit_any_article"))
        )

    def _is_in_sections_of(self, user: Any) -> bool:
        limits = sections_of(user)
        return limits is None or self._article.section_id in limits

    # --- writing ---------------------------------------------------------------------------------

    def write(self, content: Content, *, by: Any, seen: int | None = None) -> Revision:
        """Save a new version. Of a public story it is the working copy, and readers see nothing of it.

        `seen` is the version the writer began from. A version that changes nothing is not saved again.

        Raises Outdated when a newer one exists, PermissionDenied for who may not write here, and
        richtext.TooComplex for a body that cannot be cleaned.
        """
        content = content.cleaned()
        with transaction.atomic():
            self._lock(seen)
            if not self.may_edit(by):
                raise PermissionDenied("Bạn không có quyền sửa tin bài này.")
            before = self.newest
            self._require_content_rights(content, before, by)
            newest = self.revisions.filter(number=self.version).first()
            if newest and content.same_as(before):
                return newest
            if newest is None and self.version == 0:
                # It was imported or made by a program: what it was stays findable.
                self._add_revision(before, by=self._article.created_by, at=self._article.created_at)
            return self._keep(content, by)

    @classmethod
    def begin(cls, content: Content, *, by: Any) -> "Article":
        """A new story, saved as the first version of a draft.

        Raises PermissionDenied for who may not write, or not in that section.
        """
        content = content.cleaned()
        article = cast("Article", cls())
        article.created_by = by
        content.put_on(article)
        if not (by.has_perm("news.add_article") and article._is_in_sections_of(by)):
            raise PermissionDenied("Bạn không có quyền viết tin trong chuyên mục này.")
        article._require_content_rights(content, None, by)
        with transaction.atomic():
            article.save()
            article._add_revision(content, by=by)
            content.hang_on(article)
        return article

    def restore(self, revision: Revision, *, by: Any, seen: int | None = None) -> Revision:
        """Write an old version anew, as the newest. Raises what write() raises, and ValueError for another story's."""
        if revision.article_id != self.pk:
            raise ValueError("Phiên bản này là của tin khác.")
        with transaction.atomic():
            self._lock(seen)
            before = self.version
            newest = self.write(self.as_restored(revision, by=by), by=by)
            if self.version != before:
                self._record(Step.Verb.RESTORED, by, note=f"Phiên bản {revision.number}")
        return newest

    def as_restored(self, revision: Revision, *, by: Any) -> Content:
        """What restore() writes: that version, but its date stays once it has one, and so does its prominence where
        this person may not change it."""
        content, newest = revision.text, self.newest
        kept = () if by.has_perm("news.feature_article") else FEATURING
        if self.was_public and content.published_at is None:
            kept = (*kept, "published_at")
        return dataclasses.replace(content, **{name: getattr(newest, name) for name in kept})

    def discard_copy(self, *, by: Any) -> None:
        """Give up the working copy; the newest version is the public one again. Its versions stay in the history.

        Raises PermissionDenied, and ValueError where there is no working copy.
        """
        with transaction.atomic():
            self._lock()
            if not self.may_edit(by):
                raise PermissionDenied("Bạn không có quyền sửa tin bài này.")
            if not self.has_working_copy:
                raise ValueError("Tin này không có bản sửa nào.")
            self._add_revision(Content.of(self._article), by=by)
            self._move_to(self.Stage.CLEAN)
            self._article.keep_photos()
            self._record(Step.Verb.DISCARDED, by)

    def delete_draft(self, *, by: Any) -> None:
        """Throw a draft away, with its versions. Raises PermissionDenied for anything else."""
        with transaction.atomic():
            self._lock()
            if not self.may_delete(by):
                raise PermissionDenied("Bạn không có quyền xoá tin bài này.")
            self.delete()

    # --- the steps -------------------------------------------------------------------------------

    def submit(self, *, by: Any, note: str = "") -> None:
        """Hand the newest version to those who publish.

        Raises PermissionDenied for who may not write it, ValueError if nothing is being written.
        """
        with transaction.atomic():
            self._lock()
            if self.stage == self.Stage.SUBMITTED:
                raise ValueError("Tin này đang chờ duyệt rồi.")
            if not self.may_edit(by):
                raise PermissionDenied("Bạn không có quyền gửi duyệt tin bài này.")
            if self.stage == self.Stage.CLEAN and self.status != self.Status.WITHDRAWN:
                raise ValueError("Tin này không có thay đổi nào để gửi duyệt.")
            if self.version == 0:
                self._add_revision(self.newest, by=self._article.created_by)
            self._move_to(self.Stage.SUBMITTED)
            self._record(Step.Verb.SUBMITTED, by, note=note)

    def take_back(self, *, by: Any) -> None:
        """Fetch it back from approval, to go on writing. Raises PermissionDenied, ValueError if it does not wait."""
        with transaction.atomic():
            self._lock()
            if self.stage != self.Stage.SUBMITTED:
                raise ValueError("Tin này không còn chờ duyệt.")
            if not self.may_take_back(by):
                raise PermissionDenied("Bạn không có quyền rút tin bài này lại.")
            self._move_to(self.Stage.WRITING)
            self._record(Step.Verb.TAKEN_BACK, by)

    def return_to_author(self, *, by: Any, note: str) -> None:
        """Give it back with a note that says what to mend.

        Raises PermissionDenied, ValueError if it does not wait for approval, ValidationError without a note.
        """
        with transaction.atomic():
            self._lock()
            if not self.may_publish(by):
                raise PermissionDenied("Bạn không có quyền trả lại tin bài.")
            if self.stage != self.Stage.SUBMITTED:
                raise ValueError("Tin này không còn chờ duyệt.")
            if not note.strip():
                raise ValidationError("Hãy viết cho tác giả biết cần sửa gì.")
            self._move_to(self.Stage.RETURNED)
            self._record(Step.Verb.RETURNED, by, note=note)

    def publish(self, *, by: Any, alone: bool = False, seen: int | None = None) -> None:
        """Put the newest version before the public, at once or at its `published_at`.

        Publishing again after a withdrawal keeps the date. `alone` is the publisher's statement that no second
        person needs to look; it is counted. `seen` is the version that was looked at.

        Raises PermissionDenied without the right, Outdated for a newer version, NotReady for what must be mended
        first, NeedsSecondReader, and ValueError when there is nothing to publish.
        """
        from news import relating

        with transaction.atomic():
            self._lock(seen)
            if not self.may_publish(by):
                raise PermissionDenied("Bạn không có quyền xuất bản tin bài.")
            if self.status == self.Status.PUBLISHED and self.stage == self.Stage.CLEAN:
                raise ValueError("Tin này không có thay đổi nào chờ xuất bản.")
            content = self.newest
            self._require_readiness(content)
            seen_by_two = self._was_seen_by_another(by)
            if not (seen_by_two or alone):
                raise NeedsSecondReader(
                    "Tin cần một người thứ hai xem trước khi xuất bản. Hãy gửi duyệt, hoặc đánh dấu "
                    "“Tôi tự xuất bản, không cần người thứ hai xem”."
                )
            # One moment for the story and for the step: by it the history knows a date that nobody typed.
            now = timezone.now()
            if self.was_public and READ.intersection(content.differing(Content.of(self._article))):
                self._article.revised_at = now
            content.put_on(self._article)
            self.status, self.stage, self.stage_since = self.Status.PUBLISHED, self.Stage.CLEAN, now
            self.published_at = self.published_at or now
            self.withdrawn_at, self.withdrawal_reason = None, ""
            self.save()
            content.hang_on(self._article)
            relating.keep(self._article)
            verb = Step.Verb.SCHEDULED if self.is_scheduled else Step.Verb.PUBLISHED
            self._record(verb, by, alone=not seen_by_two, at=now)

    def withdraw(self, *, by: Any, reason: str = "", seen: int | None = None) -> None:
        """Take it off the site; its address answers 410 and shows the reason.

        What still waits for its time was never public and becomes a draft, with its working copy if it has one.

        Raises PermissionDenied without the right, Outdated for a newer version than was `seen`, and ValueError if
        it is not published.
        """
        with transaction.atomic():
            self._lock(seen)
            if not self.may_withdraw(by):
                raise PermissionDenied("Bạn không có quyền thu hồi tin bài.")
            if self.status != self.Status.PUBLISHED:
                raise ValueError("Chỉ thu hồi được tin đã xuất bản.")
            if self.is_scheduled:
                newest = self.newest
                newest.put_on(self._article)
                self.status = self.Status.DRAFT
                if self.stage == self.Stage.CLEAN:
                    self.stage, self.stage_since = self.Stage.WRITING, timezone.now()
                self.save()
                newest.hang_on(self._article)
                self._record(Step.Verb.UNSCHEDULED, by, note=reason)
            else:
                self.status = self.Status.WITHDRAWN
                self.withdrawn_at = timezone.now()
                self.withdrawal_reason = text.one_line(reason)[:300]
                self.save()
                self._record(Step.Verb.WITHDRAWN, by, note=reason)

    # --- how -------------------------------------------------------------------------------------

    def _lock(self, seen: int | None = None) -> None:
        """Lock the row until the transaction ends and take over what it holds now.

        A form was read minutes ago: without this, saving it would undo a colleague's withdrawal. Raises Outdated
        if the newest version is not the one that was `seen`.
        """
        from news.models.article import Article

        self.refresh_from_db(from_queryset=Article.objects.select_for_update())
        if seen is not None and seen != self.version:
            raise Outdated(self.newest, self.revisions.filter(number=self.version).first())

    def _keep(self, content: Content, by: Any) -> Revision:
        """Add the version; a draft's row takes it over, a public story's row does not."""
        revision = self._add_revision(content, by=by)
        if self.was_public:
            if self.stage == self.Stage.CLEAN:
                self._move_to(self.Stage.WRITING)
            self._article.keep_photos()
        else:
            content.put_on(self._article)
            self.save()
            content.hang_on(self._article)
        return revision

    def _add_revision(self, content: Content, *, by: Any, at: Any = None) -> Revision:
        self.version += 1
        type(self)._base_manager.filter(pk=self.pk).update(
            version=self.version, updated_at=timezone.now()
        )
        return Revision.objects.create(
            article=self._article,
            number=self.version,
            saved_by=by,
            saved_at=at or timezone.now(),
            content=content.to_json(),
        )

    def _move_to(self, stage: str) -> None:
        self.stage, self.stage_since = stage, timezone.now()
        type(self)._base_manager.filter(pk=self.pk).update(
            stage=self.stage, stage_since=self.stage_since
        )

    def _record(
        self,
        verb: "Step.Verb",
        by: Any,
        *,
        note: str = "",
        alone: bool = False,
        at: dt.datetime | None = None,
    ) -> Step:
        from news import step_notices

        step = Step.objects.create(
            article=self._article,
            at=at or timezone.now(),
            by=by,
            verb=verb,
            note=text.one_line(note)[:MAX_NOTE],
            version=self.version,
            alone=alone,
        )
        step_notices.tell(step, self._article)
        return step

    def _was_seen_by_another(self, publisher: Any) -> bool:
        """Whether a second pair of eyes was on it: another wrote the newest version, or another submitted it.

        What the publisher polished after the submission counts as seen by two: correcting a colleague's text and
        publishing it is the daily work. The history shows who wrote which words.
        """
        if self.stage == self.Stage.SUBMITTED:
            submitted = Step.objects.filter(article_id=self.pk, verb=Step.Verb.SUBMITTED).first()
            if submitted and submitted.by_id != publisher.pk:
                return True
        newest = self.revisions.filter(number=self.version).first()
        writer = newest.writer if newest else self._article.created_by_id
        return writer != publisher.pk

    def _require_readiness(self, content: Content) -> None:
        """Raises NotReady for what readers must not meet."""
        if not (content.lead or content.body):
            raise NotReady("Hãy viết nội dung trước khi xuất bản.")
        now = timezone.now()
        if self.is_published and content.published_at and content.published_at > now:
            raise NotReady(
                "Tin đang hiện trên trang nên thời điểm xuất bản không thể ở tương lai. Hãy thu hồi trước."
            )
        if content.expires_at and content.expires_at <= now:
            raise NotReady("Hạn hiển thị đã qua. Hãy đổi hạn rồi xuất bản.")
        from news.proofs import blocking, proof_of

        if errors := blocking(proof_of(self._article, content)):
            raise NotReady([error.in_words for error in errors])

    def _require_content_rights(self, content: Content, before: Content | None, by: Any) -> None:
        """Raises PermissionDenied for a section or a prominence that this person may not give."""
        limits = sections_of(by)
        if limits is not None and content.section not in limits:
            raise PermissionDenied("Bạn không có quyền đưa tin vào chuyên mục này.")
        if by.has_perm("news.feature_article"):
            return
        for name in FEATURING:
            old = getattr(before, name) if before else None
            if getattr(content, name) != old:
                raise PermissionDenied("Bạn không có quyền đặt tin nổi bật.")
