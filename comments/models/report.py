"""What readers report as a violation: it only brings a moderator to look, and hides nothing by itself."""

import datetime as dt
from typing import Self

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from comments.models.comment import Comment
from comments.models.decision import Reason
from comments.models.quota import Quota

KEPT = dt.timedelta(days=30)


class ReportLimitReached(Exception):
    """This source has reported as much as it may for now."""


class ReportQuerySet(models.QuerySet["Report"]):
    def outdated(self) -> Self:
        """What is forgotten by comments.retention; the number on the comment stays."""
        return self.filter(created_at__lt=timezone.now() - KEPT)


class Report(models.Model):
    """That one source (a keyed hash, another than that of comments) reported one public comment, once."""

    comment = models.ForeignKey(
        Comment, verbose_name="ý kiến", on_delete=models.CASCADE, related_name="+"
    )
    source = models.CharField(max_length=64, editable=False)
    # One of the fixed reasons, if the reader chose one: nobody writes anything here.
    reason = models.CharField("lý do", max_length=20, choices=Reason, blank=True)
    created_at = models.DateTimeField("báo lúc", default=timezone.now)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "lượt báo vi phạm"
        verbose_name_plural = "lượt báo vi phạm"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["comment", "source"], name="report_once_a_source")
        ]
        indexes = [models.Index(fields=["created_at"], name="report_by_time")]

    def __str__(self) -> str:
        return f"{self.source[:8]} {self.comment_id}"

    @classmethod
    def file(cls, comment: Comment, source: str, reason: str = "") -> None:
        """Count this source's report of a comment that is shown; a second one counts nothing.

        Raises ReportLimitReached.
        """
        if cls.objects.filter(comment=comment, source=source).exists():
            return
        try:
            with transaction.atomic():
                if not Quota.take(source):
                    raise ReportLimitReached
                cls.objects.create(comment=comment, source=source, reason=reason)
                Comment.objects.filter(pk=comment.pk, status=Comment.Status.APPROVED).update(
                    reports=F("reports") + 1
                )
        except IntegrityError:
            # The same reader pressed twice; the other one counts.
            return
