"""Where articles belong."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import Resolver404, resolve, reverse

from news import freshness, text


class Section(models.Model):
    """A place of the site map that articles belong to; two levels at most."""

    class Role(models.TextChoices):
        NEWS = "news", "Tin bài"
        ANNOUNCEMENTS = "announcements", "Thông báo"

    name = models.CharField("tên chuyên mục", max_length=100)
    slug = models.SlugField(
        "địa chỉ", max_length=100, unique=True, blank=True, help_text="Để trống thì tự tạo từ tên."
    )
    parent = models.ForeignKey(
        "self",
        verbose_name="chuyên mục cha",
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
    )
    role = models.CharField(
        "loại",
        max_length=20,
        choices=Role,
        default=Role.NEWS,
        help_text="Mục Thông báo được xếp riêng trên trang chủ.",
    )
    order = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        verbose_name = "chuyên mục"
        verbose_name_plural = "chuyên mục"
        ordering = ["order", "name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="section_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or text.slug(self.name, 100)
        with transaction.atomic():
            super().save(*args, **kwargs)
            freshness.bump()

    def get_absolute_url(self) -> str:
        return reverse("news:section", args=[self.slug])

    def clean(self) -> None:
        """Refuses a third level and an address that another page of the site already has."""
        self.slug = self.slug or text.slug(self.name, 100)
        if self.parent and self.parent.parent_id:
            raise ValidationError(
                {"parent": "Chỉ có hai cấp chuyên mục; hãy chọn một mục cấp một."}
            )
        if self.parent and self.pk and self.children.exists():
            raise ValidationError(
                {"parent": "Mục này đang có mục con nên không thể thành mục con."}
            )
        if not self.slug:
            raise ValidationError({"slug": "Hãy viết địa chỉ, ví dụ: tin-tuc."})
        if not self._address_is_free():
            raise ValidationError({"slug": "Địa chỉ này đã dành cho một trang khác của cổng."})

    def _address_is_free(self) -> bool:
        """Whether the section's page and its articles would be found under this slug."""
        if f"/{self.slug}/" in {settings.STATIC_URL, settings.MEDIA_URL}:
            return False
        try:
            return (
                resolve(f"/{self.slug}/").view_name,
                resolve(f"/{self.slug}/tin-1/").view_name,
            ) == (
                "news:section",
                "news:article",
            )
        except Resolver404:
            return False

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            result = super().delete(*args, **kwargs)
            freshness.bump()
        return result
