"""Who publishes this site and the pages that say so, edited in the admin; and when the regular work was done."""

import datetime as dt
import uuid
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import ResolverMatch, reverse
from django.utils import timezone

from news import cards, freshness, richtext, text
from news.models import Article, Photo, Redirect
from portal.accounts.audit import AuditEntry
from portal.accounts.sessions import DeskSession
from portal.persons import PersonRequest

__all__ = [
    "AgencyLink",
    "AuditEntry",
    "DeskSession",
    "JobRun",
    "PersonRequest",
    "SiteIdentity",
    "TextPage",
    "Tick",
    "publisher",
]


class SiteIdentity(models.Model):
    """The one row that names the office behind this site. Units are merged and renamed; code never names one."""

    class Level(models.TextChoices):
        DISTRICT = "Quận", "Quận"
        RURAL_DISTRICT = "Huyện", "Huyện"
        WARD = "Phường", "Phường"
        COMMUNE = "Xã", "Xã"
        SPECIAL_ZONE = "Đặc khu", "Đặc khu"
        CITY = "Thành phố", "Thành phố"
        PROVINCE = "Tỉnh", "Tỉnh"

    level = models.CharField("cấp", max_length=20, choices=Level, default=Level.WARD)
    name = models.CharField("tên", max_length=100, help_text="Không viết cấp, ví dụ: An Bình")
    unit = models.CharField("cơ quan", max_length=100, default="Ủy ban nhân dân")
    parent = models.CharField(
        "cấp trên", max_length=100, blank=True, help_text="Ví dụ: Thành phố …"
    )
    crest = models.ForeignKey(
        Photo,
        verbose_name="biểu trưng",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    source_mark = models.CharField(
        "dấu nguồn",
        max_length=60,
        blank=True,
        help_text="Tin mới bắt đầu bằng dấu này: (NGUỒN) – …",
    )
    responsible_person = models.CharField("chịu trách nhiệm nội dung", max_length=200, blank=True)
    licence = models.CharField("giấy phép", max_length=300, blank=True)
    address = models.CharField("địa chỉ", max_length=300, blank=True)
    phone = models.CharField("điện thoại", max_length=60, blank=True)
    email = models.EmailField("thư điện tử", blank=True)

    # What stands for the site where somebody shares it (news.cards); none until it is drawn.
    card = models.CharField(max_length=16, null=True, editable=False)  # noqa: DJ001

    class Meta:
        verbose_name = "thông tin cơ quan"
        verbose_name_plural = "thông tin cơ quan"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="site_identity_single_row")]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Every card shows names and crest: when these change, all are drawn anew by and by."""
        self.pk = 1
        is_drawn = cards.shows(self.card, self._on_cards)
        if not is_drawn:
            self.card = None
        with transaction.atomic():
            super().save(*args, **kwargs)
            if not is_drawn:
                Article.objects.exclude(card=None).update(card=None)
                transaction.on_commit(self.draw_card, robust=True)
            freshness.bump()

    @property
    def _on_cards(self) -> str:
        return "\n".join([self.parent, self.unit, self.full_name, str(self.crest_id)])

    @property
    def small_crest_url(self) -> str:
        """Of the crest as the masthead shows it; until that is made, of the photo itself; empty where there is none."""
        if self.crest is None:
            return ""
        return cards.crest_url(self.card) if self.card else self.crest.url

    def draw_card(self) -> None:
        """Draw the card that stands for the site and show it to readers. Raises OSError where the disk is full."""
        self.keep_card()
        freshness.bump()

    def keep_card(self) -> None:
        """As Article.keep_card()."""
        title = f"Cổng thông tin điện tử {self.full_name}"
        cards.keep(cards.SITE, title, self._say_card, words=self._on_cards, by=self)

    def _say_card(self, card: str) -> None:
        SiteIdentity.objects.filter(pk=self.pk).update(card=card)
        self.card = card

    @classmethod
    def current(cls) -> "SiteIdentity":
        """The identity, or an unsaved neutral one before anybody has entered it."""
        found = cls.objects.select_related("crest").filter(pk=1).first()
        return found or cls(pk=1, level="", name="Cổng thông tin điện tử", unit="")

    @property
    def full_name(self) -> str:
        """Level and name, as in `Phường An Bình`."""
        return f"{self.level} {self.name}".strip()

    @property
    def office(self) -> str:
        """The publishing office in full, as in `Ủy ban nhân dân Phường An Bình`."""
        return f"{self.unit} {self.full_name}".strip()


def draw_waiting_cards(limit: int) -> int:
    """Draw the site's own card if it waits, then at most `limit` of stories; how many stories were tried.

    Readers see all of them at once, at the end: every rise of the freshness empties the page cache.
    """
    sites = list(SiteIdentity.objects.filter(card=None).select_related("crest"))
    stories = list(Article.objects.awaiting_card().defer("body", "lead")[:limit])
    owners: list[SiteIdentity | Article] = [*sites, *stories]
    try:
        for owner in owners:
            owner.keep_card()
    finally:
        # Also of those that were drawn before the disk was full.
        if owners:
            freshness.bump()
    return len(stories)


def publisher() -> SiteIdentity:
    """Who publishes, for the rooms that must not import this one (settings.NEWS_PUBLISHER)."""
    return SiteIdentity.current()


# Where the privacy page stands among the text pages; the portal writes it itself (portal/privacy.py).
PRIVACY_SLUG = "quyen-rieng-tu"


class TextPageQuerySet(models.QuerySet["TextPage"]):
    def shown(self) -> Self:
        """What readers find: a page that was once written at the address of the privacy page is not it any more."""
        return self.exclude(slug=PRIVACY_SLUG)


class TextPage(models.Model):
    """A page that is not news, such as `Giới thiệu` or `Liên hệ`; the foot of every page links to it."""

    title = models.CharField("tiêu đề", max_length=200)
    slug = models.SlugField(
        "địa chỉ",
        max_length=100,
        unique=True,
        blank=True,
        error_messages={"unique": "Đã có trang ở địa chỉ này; hãy viết một địa chỉ khác."},
    )
    body = models.TextField("nội dung", blank=True)
    order = models.PositiveSmallIntegerField("thứ tự", default=0)
    updated_at = models.DateTimeField("sửa lúc", auto_now=True)

    objects = TextPageQuerySet.as_manager()

    class Meta:
        verbose_name = "trang văn bản"
        verbose_name_plural = "trang văn bản"
        ordering = ["order", "title", "id"]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores a clean body, and keeps the old address working when the slug changes.

        Raises richtext.TooComplex for a body that cannot be cleaned in bounded time.
        """
        self.title = text.one_line(self.title)
        self.slug = self.slug or text.slug(self.title, 100) or "trang"
        self.body = richtext.clean(self.body)
        with transaction.atomic():
            before = TextPage.objects.filter(pk=self.pk).first()
            super().save(*args, **kwargs)
            if before is None:
                Redirect.objects.forget(self.get_absolute_url())
            elif before.slug != self.slug:
                Redirect.objects.move(before.get_absolute_url(), self.get_absolute_url())
            freshness.bump()

    def get_absolute_url(self) -> str:
        return reverse("text_page", args=[self.slug])

    def clean(self) -> None:
        """Gives it its address before Django looks whether another page has it.

        Raises ValidationError for the address of the privacy page.
        """
        self.slug = self.slug or text.slug(self.title, 100) or "trang"
        if self.slug == PRIVACY_SLUG:
            raise ValidationError(
                "Trang Quyền riêng tư do phần mềm tự viết theo cài đặt; hãy chọn tiêu đề khác."
            )

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """What led to it leads nowhere now, and is forgotten: the address is free for a redirect elsewhere."""
        with transaction.atomic():
            Redirect.objects.filter(target=self.get_absolute_url()).delete()
            result = super().delete(*args, **kwargs)
            freshness.bump()
        return result


def missing_pages(matches: dict[str, ResolverMatch]) -> set[str]:
    """Which of these addresses (with the page each asks for) lead nowhere; for settings.NEWS_MISSING_PAGES."""
    wanted = {
        href: match.kwargs["slug"]
        for href, match in matches.items()
        if match.view_name == "text_page"
    }
    known = set(TextPage.objects.filter(slug__in=wanted.values()).values_list("slug", flat=True))
    return {href for href, slug in wanted.items() if slug not in known}


class AgencyLink(models.Model):
    """A link to another agency at the foot of the home page."""

    name = models.CharField("tên", max_length=150)
    url = models.URLField("địa chỉ")
    order = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        verbose_name = "liên kết cơ quan"
        verbose_name_plural = "liên kết cơ quan"
        ordering = ["order", "name", "id"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            freshness.bump()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            result = super().delete(*args, **kwargs)
            freshness.bump()
        return result


class Tick(models.Model):
    """The one row that says which process does the regular work (`manage.py tick`), and until when it may."""

    # Renewed before each job. Whoever holds it so long without renewing has died.
    LEASE = dt.timedelta(minutes=5)
    LATE = dt.timedelta(minutes=5)

    holder = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    # Of the newest tick that has come to its end.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="tick_single_row")]

    def __str__(self) -> str:
        return f"{self.ended_at}"

    @property
    def is_late(self) -> bool:
        """Whether none has come to its end for so long that something must be wrong."""
        return self.ended_at is None or timezone.now() - self.ended_at > self.LATE

    @classmethod
    def newest(cls) -> "Tick":
        """The row, or an unsaved one that says that there has been no tick yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @classmethod
    def begin(cls) -> "Tick | None":
        """Take the lease; None while another process has it."""
        now = timezone.now()
        cls.objects.get_or_create(pk=1)
        mine = uuid.uuid4()
        free = cls.objects.filter(Q(held_until=None) | Q(held_until__lt=now), pk=1)
        taken = free.update(holder=mine, held_until=now + cls.LEASE)
        return cls(pk=1, holder=mine) if taken else None

    def renew(self) -> bool:
        """Keep the lease for another LEASE; False if it has run out and another process took it."""
        until = timezone.now() + self.LEASE
        return bool(Tick.objects.filter(pk=1, holder=self.holder).update(held_until=until))

    def end(self) -> None:
        """Give the lease back and say that this tick has come to its end."""
        Tick.objects.filter(pk=1, holder=self.holder).update(
            holder=None, held_until=None, ended_at=timezone.now()
        )


class JobRun(models.Model):
    """When a job of `portal.jobs` last ran, a row for each."""

    name = models.CharField("việc", max_length=40, primary_key=True)
    started_at = models.DateTimeField("bắt đầu lúc", null=True)
    succeeded_at = models.DateTimeField("xong lúc", null=True)
    failed = models.BooleanField("lần gần nhất hỏng", default=False)

    class Meta:
        verbose_name = "việc định kỳ"
        verbose_name_plural = "việc định kỳ"
        default_permissions = ["view"]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def claim(self) -> bool:
        """Start it, unless another process has started it since this row was read."""
        now = timezone.now()
        unchanged = JobRun.objects.filter(pk=self.pk, started_at=self.started_at)
        claimed = unchanged.update(started_at=now)
        if claimed:
            self.started_at = now
        return bool(claimed)

    def finish(self, *, failed: bool) -> None:
        """Say how it ended."""
        self.failed = failed
        if not failed:
            self.succeeded_at = timezone.now()
        self.save(update_fields=["failed", "succeeded_at"])
