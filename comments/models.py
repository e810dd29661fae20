"""What readers answer. Nothing is public before a moderator has approved exactly what was written."""

from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from news import freshness, text
from news.models import Article


class AlreadyDecided(Exception):
    """A colleague decided first; the message says what, for the moderator."""


class CommentQuerySet(models.QuerySet["Comment"]):
    def public(self) -> Self:
        """The only source of what readers see: approved, on articles that are public themselves."""
        return self.filter(status=Comment.Status.APPROVED, article__in=Article.objects.published())

    def awaiting(self) -> Self:
        """What waits for a decision, the longest-waiting first."""
        return self.filter(status=Comment.Status.PENDING).order_by("created_at", "id")


class Comment(models.Model):
    """A reader's comment. Its words never change; its state changes by approve() and refuse() only.

    `source` and `digest` are keyed hashes: no raw address is kept.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Chờ duyệt"
        APPROVED = "approved", "Đã duyệt"
        REFUSED = "refused", "Đã từ chối"

    article = models.ForeignKey(
        Article, verbose_name="tin bài", on_delete=models.PROTECT, related_name="comments"
    )
    name = models.CharField("họ tên", max_length=60)
    email = models.EmailField("thư điện tử")
    text = models.TextField("nội dung", max_length=2000)
    status = models.CharField("tình trạng", max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField("gửi lúc", default=timezone.now)
    decided_at = models.DateTimeField("quyết định lúc", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người quyết định",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    signals = models.JSONField("dấu hiệu", default=list, blank=True)
    source = models.CharField("nguồn gửi", max_length=64, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    consent_version = models.CharField("bản lời đồng ý", max_length=20)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = "ý kiến bạn đọc"
        verbose_name_plural = "ý kiến bạn đọc"
        permissions = [("decide_comment", "Được duyệt và từ chối ý kiến")]
        constraints = [
            # Who is shown to the public was looked at by somebody, some time.
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | (~Q(status="pending") & Q(decided_at__isnull=False)),
                name="comment_decided_iff_not_pending",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "created_at", "id"], name="comment_queue"),
            models.Index(
                fields=["article", "-created_at", "-id"],
                condition=Q(status="approved"),
                name="comment_public_of_article",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:60]}"

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

    def approve(self, *, by: Any) -> None:
        """Show it to the public. Raises PermissionDenied, and AlreadyDecided if it is not pending any more."""
        self._decide(Comment.Status.APPROVED, by)

    def refuse(self, *, by: Any) -> None:
        """Do not show it. Raises PermissionDenied, and AlreadyDecided if it is not pending any more."""
        self._decide(Comment.Status.REFUSED, by)

    def _decide(self, status: "Comment.Status", by: Any) -> None:
        if not by.has_perm("comments.decide_comment"):
            raise PermissionDenied("Bạn không có quyền duyệt ý kiến.")
        with transaction.atomic():
            now = timezone.now()
            mine = Comment.objects.filter(pk=self.pk, status=Comment.Status.PENDING).update(
                status=status, decided_at=now, decided_by=by
            )
            self.refresh_from_db()
            if not mine:
                raise AlreadyDecided(
                    f"Ý kiến của {self.name}: {self.get_status_display().lower()} trước đó."
                )
            freshness.bump()


class Quota(models.Model):
    """How many comments one source (a keyed hash) has sent in one window of time; old rows mean nothing."""

    source = models.CharField(max_length=64)
    window = models.PositiveBigIntegerField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "window"], name="quota_once_a_window")
        ]

    def __str__(self) -> str:
        return f"{self.source[:8]} {self.window}: {self.used}"
