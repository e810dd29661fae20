"""What the desk tells a person; `news.notices` writes it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class NoticeQuerySet(models.QuerySet["Notice"]):
    def of(self, user: Any) -> Self:
        """That person's, the newest first."""
        return self.filter(user=user).order_by("-created_at", "-id")

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def mark_read(self) -> int:
        """Returns how many were unread."""
        return self.unread().update(read_at=timezone.now())


class Notice(models.Model):
    """One sentence for one person, with the place in the desk where it leads."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    article = models.ForeignKey(
        "news.Article", on_delete=models.CASCADE, related_name="notices", null=True
    )
    text = models.TextField("nội dung")
    address = models.CharField("địa chỉ", max_length=500, blank=True)
    created_at = models.DateTimeField("lúc", default=timezone.now)
    read_at = models.DateTimeField("đọc lúc", null=True)
    key = models.CharField("khóa", max_length=150)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "thông báo"
        verbose_name_plural = "thông báo"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notice_once_a_person"),
            # Opening a notice redirects there.
            models.CheckConstraint(
                condition=Q(address="")
                | (Q(address__startswith="/") & ~Q(address__startswith="//")),
                name="notice_leads_into_this_site",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notice_newest"),
            # The number in the head of every page of the desk.
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.text


class NoticeChoice(models.Model):
    """Whether a person wants notices by e-mail too; who has chosen nothing gets them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notice_choice",
    )
    by_mail = models.BooleanField("gửi thông báo qua thư điện tử", default=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.by_mail}"

    @classmethod
    def wants_mail(cls, user: Any) -> bool:
        return not cls.objects.filter(user=user, by_mail=False).exists()
