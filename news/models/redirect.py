"""Addresses that moved; `news.redirects` reads, checks and answers them."""

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Length, Substr
from django.urls import reverse
from django.utils import timezone

from news.models.missed import MissedAddress

if TYPE_CHECKING:
    from news.models.section import Section

MAX_OLD = 500


class RedirectQuerySet(models.QuerySet["Redirect"]):
    def patterns(self) -> Self:
        """Those whose old address is a pattern, the longest first: it spells out most."""
        return (
            self.filter(is_pattern=True)
            .select_related("section", "article__section")
            .defer("article__body", "article__lead")
            .order_by(-Length("old"), "pk")
        )

    def forget(self, path: str) -> None:
        """A page answers at that path now: what led away from it is over."""
        self.filter(old=path).delete()

    def move(self, old: str, new: str) -> None:
        """A page has moved, with all that lies below its path: its old addresses lead to the new one, in one hop.

        Call it in the transaction of the move.
        """
        self.forget(new)
        self.filter(target__startswith=old).update(
            target=Concat(Value(new), Substr("target", len(old) + 1))
        )
        self.update_or_create(old=old, defaults=_automatic(target=new))

    def move_section(self, section: "Section", old_slug: str) -> None:
        """The section has another slug: what led to it still does, and so does the old one.

        Addresses of its stories need nothing: they are found by their number.
        """
        old = reverse("news:section", args=[old_slug])
        new = section.get_absolute_url()
        self.forget(new)
        self.filter(target__startswith=old).update(
            target=Concat(Value(new), Substr("target", len(old) + 1))
        )
        self.update_or_create(old=old, defaults=_automatic(section=section))


def _automatic(**where: Any) -> dict[str, Any]:
    """What a redirect is that the portal makes by itself, whatever stood there before."""
    return {
        "target": "",
        "section": None,
        "article": None,
        "is_automatic": True,
        "note": "",
    } | where


class Redirect(models.Model):
    """An old address and where it leads: to a section, to a story, or to any other address.

    Sections and stories are pointed at by their rows, so their later moves make no second hop.
    """

    # Path and query as news.redirects.normalised() writes them.
    old = models.CharField(
        "địa chỉ cũ",
        max_length=MAX_OLD,
        unique=True,
        help_text="Phần sau tên miền, kể cả phần sau dấu ? nếu có. Dán cả địa chỉ cũng được.",
        error_messages={"unique": "Địa chỉ cũ này đã có chuyển hướng."},
    )
    target = models.CharField("dẫn đến", max_length=1000, blank=True)
    section = models.ForeignKey(
        "news.Section",
        on_delete=models.CASCADE,
        related_name="redirects",
        null=True,
        editable=False,
    )
    article = models.ForeignKey(
        "news.Article",
        on_delete=models.CASCADE,
        related_name="redirects",
        null=True,
        editable=False,
    )
    # Has parts that differ, see news.redirect_patterns.
    is_pattern = models.BooleanField("mẫu", default=False, editable=False)
    is_automatic = models.BooleanField("tự động", default=False, editable=False)
    note = models.CharField("ghi chú", max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người tạo",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField("tạo lúc", default=timezone.now, editable=False)

    objects = RedirectQuerySet.as_manager()

    class Meta:
        verbose_name = "chuyển hướng"
        verbose_name_plural = "chuyển hướng"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(old__startswith="/") & ~Q(old__startswith="//"),
                name="redirect_from_path",
            ),
            models.CheckConstraint(
                condition=(
                    (~Q(target="") & Q(section=None, article=None))
                    | Q(target="", section__isnull=False, article=None)
                    | Q(target="", section=None, article__isnull=False)
                ),
                name="redirect_has_one_target",
            ),
            # Whatever the code above does: no script, no address that a browser takes for another host.
            models.CheckConstraint(
                condition=Q(target="")
                | (Q(target__startswith="/") & ~Q(target__startswith="//"))
                | Q(target__startswith="http://")
                | Q(target__startswith="https://"),
                name="redirect_to_path_or_web",
            ),
            models.CheckConstraint(condition=~Q(old=F("target")), name="redirect_not_to_itself"),
        ]
        # They are few among many, and asked for wherever no page is.
        indexes = [
            models.Index(fields=["id"], condition=Q(is_pattern=True), name="redirect_patterns")
        ]

    def __str__(self) -> str:
        return self.old

    @property
    def destination(self) -> str:
        """The address it leads to now."""
        if self.article is not None:
            return self.article.get_absolute_url()
        return self.section.get_absolute_url() if self.section is not None else self.target

    def clean(self) -> None:
        """Puts old address and target into their stored form. Refuses loops, chains and what would never be used."""
        from news import redirects

        redirects.check(self)

    def write(self, *, by: Any) -> None:
        """Store it, new or changed; `by` is None for the command line. Call full_clean() before.

        Raises PermissionDenied without the right, and for one that the portal keeps by itself.
        """
        verb = "add" if self._state.adding else "change"
        self._require(verb, by)
        if self._state.adding:
            self.created_by = by
        with transaction.atomic():
            self.save()
            # The report asks for a redirect no longer.
            MissedAddress.objects.filter(path=self.old).delete()

    def remove(self, *, by: Any) -> None:
        """Delete it. Raises PermissionDenied as write() does."""
        self._require("delete", by)
        self.delete()

    def _require(self, verb: str, by: Any) -> None:
        if by is not None and not by.has_perm(f"news.{verb}_redirect"):
            raise PermissionDenied("Bạn không có quyền đặt chuyển hướng.")
        if self.is_automatic:
            raise PermissionDenied("Chuyển hướng tự động được giữ mãi.")
