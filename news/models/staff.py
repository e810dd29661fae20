"""Who writes: the units of the office, and what news knows of a member of its staff."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, OuterRef, Q

from news.models.section import Section

if TYPE_CHECKING:
    from news.models.article import Article


class Unit(models.Model):
    """A department or a body of the office that delivers stories; reports hold them against its quota."""

    name = models.CharField("tên đơn vị", max_length=150, unique=True)
    monthly_quota = models.PositiveSmallIntegerField(
        "chỉ tiêu mỗi tháng", default=0, help_text="Số tin bài mỗi tháng; 0 là không giao chỉ tiêu."
    )
    order = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        ordering = ["order", "name", "id"]

    def __str__(self) -> str:
        return self.name


class StaffProfile(models.Model):
    """A person's unit, and the sections that person is limited to; no section means no limit."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_profile"
    )
    unit = models.ForeignKey(
        Unit,
        verbose_name="đơn vị",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    sections = models.ManyToManyField(
        Section,
        verbose_name="chỉ làm việc trong các chuyên mục",
        blank=True,
        related_name="+",
        help_text="Để trống là mọi chuyên mục. Chọn một mục cấp một thì gồm cả các mục con.",
    )

    class Meta:
        verbose_name = "hồ sơ cán bộ"
        verbose_name_plural = "hồ sơ cán bộ"

    def __str__(self) -> str:
        return str(self.user)


def sections_of(user: Any) -> frozenset[int] | None:
    """Keys of the sections this person is limited to, children included; None means no limit.

    Asked once for each user object, so that a page of rows costs one query. A superuser has no limit.
    """
    if user.is_superuser:
        return None
    if not hasattr(user, "_news_sections"):
        limits = StaffProfile.sections.through.objects.filter(staffprofile__user=user)
        named = frozenset(limits.values_list("section_id", flat=True))
        user._news_sections = (
            frozenset(
                Section.objects.filter(Q(pk__in=named) | Q(parent__in=named)).values_list(
                    "pk", flat=True
                )
            )
            if named
            else None
        )
    return user._news_sections


def publishers_of(article: "Article") -> "models.QuerySet[Any]":
    """Everybody at the desk who may publish it. Article.may_publish() says the same of one person."""
    limits = StaffProfile.sections.through.objects.filter(staffprofile__user=OuterRef("pk"))
    places = [article.section_id, article.section.parent_id]
    return (
        get_user_model()
        .objects.with_perm(
            "news.publish_article", backend="django.contrib.auth.backends.ModelBackend"
        )
        .filter(
            Q(is_superuser=True) | ~Exists(limits) | Exists(limits.filter(section_id__in=places)),
            is_staff=True,
        )
        .order_by("pk")
    )
