"""What the office itself decides about comments: when they are open, what is watched, who is not trusted."""

import datetime as dt
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from comments.models.comment import Comment
from comments.working_time import after_working_days
from news import freshness, text
from news.models import Article

if TYPE_CHECKING:
    from comments.models.comment import Comment


class Policy(models.Model):
    """The office's rules for comments: one row, or the defaults of the fields where nobody has saved it yet."""

    is_open = models.BooleanField(
        "nhận ý kiến trên toàn trang",
        default=True,
        help_text="Bỏ dấu để tạm ngừng nhận ý kiến ở mọi tin; ý kiến đã đăng vẫn hiện.",
    )
    close_after_days = models.PositiveSmallIntegerField(
        "tự đóng sau (ngày)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Tin đăng lâu hơn số ngày này không nhận thêm ý kiến. Để trống: không tự đóng.",
    )
    replies_open = models.BooleanField(
        "bạn đọc được trả lời nhau",
        default=False,
        help_text="Một cấp: dưới mỗi ý kiến có lối “Trả lời”. Trả lời cũng phải được duyệt.",
    )
    waiting_limit = models.PositiveSmallIntegerField(
        "duyệt trong (giờ làm việc)",
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(400)],
        help_text="Ý kiến chờ lâu hơn được tô đỏ trong hàng chờ.",
    )
    alert_above = models.PositiveIntegerField(
        "báo khi hàng chờ vượt",
        default=50,
        validators=[MinValueValidator(1)],
        help_text="Khi nhiều ý kiến hơn thế đang chờ, người duyệt được báo, mỗi ngày nhiều nhất một lần.",
    )
    answer_days = models.PositiveSmallIntegerField(
        "trả lời câu hỏi trong (ngày làm việc)",
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        # Nghị định 43/2011/NĐ-CP, Điều 17; it has expired, no later rule names a number.
        help_text="Hạn tính từ ngày gửi, không kể thứ bảy, chủ nhật và ngày nghỉ lễ.",
    )

    class Meta:
        verbose_name = "quy định nhận ý kiến"
        verbose_name_plural = "quy định nhận ý kiến"
        default_permissions = ["view", "change"]
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="policy_is_one_row")]

    def __str__(self) -> str:
        return "Quy định nhận ý kiến"

    def save(self, **kwargs: Any) -> None:
        """Pages of articles say whether they take comments."""
        self.pk = 1
        with transaction.atomic():
            super().save(**kwargs)
            freshness.bump()
            Comment.objects.set_due_again()

    @classmethod
    def current(cls) -> Self:
        """The office's rules; costs one query."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @classmethod
    def in_force(cls) -> Self:
        """The same as readers meet it, from memory until what the public sees changes; for all who do not change it."""
        rules: Self = freshness.made_once("rules for comments", cls.current)
        return rules

    def due_days(self) -> Callable[[dt.datetime], dt.date]:
        """Tells of a moment when a question was sent by which day it is to be answered; asks for the holidays once."""
        holidays = Holiday.days()

        def due(sent: dt.datetime) -> dt.date:
            return after_working_days(text.local(sent).date(), self.answer_days, holidays)

        return due

    def takes_comments(self, article: Article) -> bool:
        """Whether this published article is still open to readers."""
        if not (self.is_open and article.comments_open and article.published_at):
            return False
        age = timezone.now() - article.published_at
        return self.close_after_days is None or age < dt.timedelta(days=self.close_after_days)


def typed_words(written: str) -> list[str]:
    """The words of a text as they are written, with their marks."""
    return re.findall(r"\w+", written)


class Watched(NamedTuple):
    """A watched word as it is looked for in a comment: between blanks, `folded` empty where that is not safe."""

    words: str
    tier: str
    typed: str
    folded: str


class WatchedWord(models.Model):
    """A word or phrase that moderators want to be told of.

    It is matched as whole words with its diacritics; without them only where somebody has marked it safe, since
    `lon` may be any of `lớn`, `lợn`, `lon`.
    """

    class Tier(models.TextChoices):
        NOTICE = "notice", "Chú ý"
        SUSPECT = "suspect", "Nghi spam"

    words = models.CharField(
        "từ hoặc cụm từ", max_length=60, unique=True, help_text="Viết có dấu, như trong câu."
    )
    tier = models.CharField("mức", max_length=10, choices=Tier, default=Tier.NOTICE)
    folded_too = models.BooleanField(
        "kể cả viết không dấu",
        default=False,
        help_text="Chỉ chọn khi cách viết không dấu không trùng từ lành nào.",
    )

    class Meta:
        verbose_name = "từ cần chú ý"
        verbose_name_plural = "từ cần chú ý"
        ordering = ["words"]

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        """Stored as it is compared: NFC, lower case, single blanks."""
        self.words = text.one_line(self.words).casefold()
        if not text.words(self.words):
            raise ValidationError({"words": "Hãy viết ít nhất một chữ cái hoặc chữ số."})
        if type(self).objects.filter(words=self.words).exclude(pk=self.pk).exists():
            raise ValidationError({"words": "Từ này đã có trong danh sách."})

    @classmethod
    def watched(cls) -> list[Watched]:
        """All of them, at most GENERATION_MEMO_SECONDS old."""
        found: list[Watched] = freshness.believed("watched words", cls._watched)
        return found

    @classmethod
    def _watched(cls) -> list[Watched]:
        return [
            Watched(
                row.words,
                row.tier,
                typed=f" {' '.join(typed_words(row.words))} ",
                folded=f" {' '.join(text.words(row.words))} " if row.folded_too else "",
            )
            for row in cls.objects.all()
        ]


class BlockedSourceQuerySet(models.QuerySet["BlockedSource"]):
    def active(self) -> Self:
        return self.filter(until__gt=timezone.now())


class BlockedSource(models.Model):
    """A source whose comments go to the list "Nghi spam" until a day. It is known by its keyed hash only."""

    # For how long one may be blocked; sources are forgotten after the longest.
    DAYS = (1, 7, 30)

    source = models.CharField("nguồn gửi", max_length=64, unique=True, editable=False)
    until = models.DateTimeField("đến")
    created_at = models.DateTimeField("từ", default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người chặn",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    note = models.CharField("ghi chú", max_length=200, blank=True)

    objects = BlockedSourceQuerySet.as_manager()

    class Meta:
        verbose_name = "nguồn bị chặn"
        verbose_name_plural = "nguồn bị chặn"
        default_permissions = ["view", "change", "delete"]
        ordering = ["-until"]
        indexes = [models.Index(fields=["until"], name="blocked_until")]

    def __str__(self) -> str:
        return f"Nguồn số {self.pk}"

    def clean(self) -> None:
        if self.until and self.until > timezone.now() + dt.timedelta(days=max(self.DAYS)):
            raise ValidationError({"until": f"Chặn được nhiều nhất {max(self.DAYS)} ngày."})

    @classmethod
    def blocks(cls, source: str) -> bool:
        """Whether what comes from this source is distrusted, as known at most GENERATION_MEMO_SECONDS ago."""
        blocked: frozenset[str] = freshness.believed(
            "blocked sources",
            lambda: frozenset(cls.objects.active().values_list("source", flat=True)),
        )
        return source in blocked

    @property
    def until_words(self) -> str:
        return f"đến {text.desk_moment(self.until)}"

    @classmethod
    def block(cls, comment: "Comment", *, days: int, by: Any) -> Self:
        """Distrust what comes from where this comment came from, from now on for so many days.

        Raises PermissionDenied, and ValidationError for another number of days or a source that is forgotten.
        """
        if not by.has_perm("comments.decide_comment"):
            raise PermissionDenied("Bạn không có quyền chặn nguồn gửi.")
        if days not in cls.DAYS:
            raise ValidationError("Chỉ chặn được 1, 7 hoặc 30 ngày.")
        if not comment.source:
            raise ValidationError("Nguồn gửi của ý kiến này không còn lưu nên không chặn được.")
        now = timezone.now()
        blocked, _ = cls.objects.update_or_create(
            source=comment.source,
            defaults={"until": now + dt.timedelta(days=days), "created_at": now, "by": by},
        )
        return blocked


class Holiday(models.Model):
    """A day on which the office does not work, besides Saturday and Sunday."""

    day = models.DateField("ngày", unique=True)
    name = models.CharField("tên", max_length=100)

    class Meta:
        verbose_name = "ngày nghỉ lễ"
        verbose_name_plural = "ngày nghỉ lễ"
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}: {self.name}"

    def save(self, **kwargs: Any) -> None:
        """A question's last day moves with the holidays before it."""
        with transaction.atomic():
            super().save(**kwargs)
            Comment.objects.set_due_again()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            Comment.objects.set_due_again()
        return deleted

    @classmethod
    def days(cls) -> frozenset[dt.date]:
        """All of them; costs one query."""
        return frozenset(cls.objects.values_list("day", flat=True))
