"""Where articles belong."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import Resolver404, resolve

from news import freshness, text
from news.addresses import address
from news.models.redirect import Redirect
from news.models.search import SearchEntry


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
        permissions = [("merge_section", "Được gộp chuyên mục")]
        ordering = ["order", "name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="section_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the old address working when the slug changes."""
        self.slug = self.slug or text.slug(self.name, 100)
        with transaction.atomic():
            before = Section.objects.filter(pk=self.pk).values_list("slug", flat=True).first()
            super().save(*args, **kwargs)
            if before is None:
                Redirect.objects.forget(self.get_absolute_url())
            elif before != self.slug:
                Redirect.objects.move_section(self, before)
            freshness.bump()

    def get_absolute_url(self) -> str:
        return address("news:section", self.slug)

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

    def merge_into(self, other: "Section", *, by: Any) -> int:
        """Move everything of this section to the other one and remove this one; its addresses lead there for ever.

        Children come along below the other one. A search narrowed to the other one finds many stories only within
        minutes (SearchEntry.keep_soon). Returns how many stories moved. Raises PermissionDenied without
        the right `news.merge_section`, ValidationError where the other one cannot take it.
        """
        from news.models.article import Article
        from news.models.revision import Revision
        from news.models.staff import StaffProfile, sections_of

        limits = sections_of(by)
        is_within = limits is None or {self.pk, other.pk} <= limits
        if not (by.has_perm("news.merge_section") and is_within):
            raise PermissionDenied("Bạn không có quyền gộp chuyên mục này.")
        with transaction.atomic():
            if other.pk == self.pk or other.parent_id == self.pk:
                raise ValidationError("Hãy chọn một mục khác, không phải mục con của mục này.")
            if other.parent_id and self.children.exists():
                raise ValidationError(
                    "Mục này có mục con nên chỉ gộp được vào một mục cấp một; chỉ có hai cấp."
                )
            stories = SearchEntry.lock(Article.objects.filter(section=self))
            moved = Article.objects.filter(section=self).update(section=other)
            SearchEntry.keep_soon(stories)
            self.children.update(parent=other)
            # Versions name their section: a working copy is published, an old one restored, where it went.
            versions = Revision.objects.filter(content__section=self.pk)
            for version in versions.iterator(chunk_size=200):
                version.content["section"] = other.pk
                version.save(update_fields=["content"])
            for profile in StaffProfile.objects.filter(sections=self):
                profile.sections.add(other)
            Redirect.objects.filter(section=self).update(section=other)
            old_slug = self.slug
            self.delete()
            Redirect.objects.move_section(other, old_slug)
        return moved

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            result = super().delete(*args, **kwargs)
            freshness.bump()
        return result
