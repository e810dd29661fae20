"""Links that let somebody outside the desk read a draft for a while."""

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from news.models.article import Article

_SALT = "news.preview"


def _new_key() -> str:
    return secrets.token_urlsafe(16)


class PreviewLinkQuerySet(models.QuerySet["PreviewLink"]):
    def open(self) -> Self:
        """Links that still show the story. PreviewLink.is_open says the same of one."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class PreviewLink(models.Model):
    """A link to the newest version of one story: signed, it ends by itself, and can be ended before."""

    article = models.ForeignKey(
        "news.Article", on_delete=models.CASCADE, related_name="preview_links"
    )
    key = models.CharField(max_length=32, unique=True, default=_new_key)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người tạo",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    created_at = models.DateTimeField("tạo lúc", default=timezone.now)
    expires_at = models.DateTimeField("có hiệu lực đến")
    revoked_at = models.DateTimeField("huỷ lúc", null=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "đường dẫn xem trước"
        verbose_name_plural = "đường dẫn xem trước"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")),
                name="preview_link_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: đến {self.expires_at:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("news:preview", args=[self.token])

    @classmethod
    def give(cls, article: "Article", *, by: Any, days: int) -> "PreviewLink":
        """A new link that lives that many days, 1 to settings.PREVIEW_LINK_DAYS.

        Raises PermissionDenied for who may not edit the story, ValueError for another number of days.
        """
        if not article.may_edit(by):
            raise PermissionDenied("Bạn không có quyền chia sẻ bản nháp của tin này.")
        if not 1 <= days <= settings.PREVIEW_LINK_DAYS:
            raise ValueError(f"Chọn từ 1 đến {settings.PREVIEW_LINK_DAYS} ngày.")
        now = timezone.now()
        return cls.objects.create(
            article=article, created_by=by, created_at=now, expires_at=now + dt.timedelta(days=days)
        )

    def revoke(self, *, by: Any) -> None:
        """End it now. Raises PermissionDenied for who may not edit the story."""
        if not self.article.may_edit(by):
            raise PermissionDenied("Bạn không có quyền huỷ đường dẫn này.")
        PreviewLink.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now())

    @property
    def is_open(self) -> bool:
        """Whether it still shows the story. PreviewLinkQuerySet.open() says the same of many."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def token(self) -> str:
        """What stands in the address: the key with our signature, so that guesses never reach the database."""
        return signing.Signer(salt=_SALT).sign(self.key)

    @classmethod
    def by_token(cls, token: str) -> "PreviewLink | None":
        """The open link of this token; None for a forged, an ended and a revoked one alike."""
        try:
            key = signing.Signer(salt=_SALT).unsign(token)
        except signing.BadSignature:
            return None
        return cls.objects.open().select_related("article").filter(key=key).first()
