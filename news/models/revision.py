"""What was written and what was decided: every version of a story, and every step of its way."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from news.content import PLACES, Content

# What a version's number can be at most in either database; greater ones in addresses and forms are nonsense.
MAX_VERSION = 2**31 - 1
# Versions among which the writer of the newest words is looked for.
LOOKED_BACK = 20


class Revision(models.Model):
    """One saved version of a story, as its author left it. Never changed, never deleted while the story stands."""

    article = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField("phiên bản")
    saved_at = models.DateTimeField("lưu lúc", default=timezone.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người lưu",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    content = models.JSONField("nội dung")

    class Meta:
        verbose_name = "phiên bản"
        verbose_name_plural = "phiên bản"
        ordering = ["-number"]
        constraints = [
            # Two who save at once cannot both have made the next version, whatever the code above does.
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: phiên bản {self.number}"

    @property
    def text(self) -> Content:
        """The content of this version."""
        return Content.from_json(self.content)

    @property
    def writer(self) -> int | None:
        """Key of who wrote its words: a version that places the story elsewhere says them after somebody else."""
        mine = self.text
        earlier = Revision.objects.filter(article=self.article_id, number__lt=self.number)
        writer = self.saved_by_id
        for revision in earlier.order_by("-number")[:LOOKED_BACK]:
            if set(mine.differing(revision.text)) <= PLACES:
                writer = revision.saved_by_id
        return writer


class Step(models.Model):
    """One step of a story's way: who, when, with which note, on which version."""

    class Verb(models.TextChoices):
        SUBMITTED = "submitted", "Gửi duyệt"
        TAKEN_BACK = "taken_back", "Rút lại"
        RETURNED = "returned", "Trả lại"
        PUBLISHED = "published", "Xuất bản"
        SCHEDULED = "scheduled", "Hẹn giờ xuất bản"
        WITHDRAWN = "withdrawn", "Thu hồi"
        UNSCHEDULED = "unscheduled", "Bỏ hẹn giờ"
        DISCARDED = "discarded", "Bỏ bản sửa"
        RESTORED = "restored", "Lấy lại phiên bản cũ"

    article = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField("lúc", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người làm",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    verb = models.CharField("việc", max_length=12, choices=Verb)
    note = models.CharField("lời nhắn", max_length=1000, blank=True)
    version = models.PositiveIntegerField("phiên bản", default=0)
    alone = models.BooleanField("không có người thứ hai xem", default=False)

    class Meta:
        verbose_name = "bước"
        verbose_name_plural = "các bước"
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(alone=False) | Q(verb__in=["published", "scheduled"]),
                name="step_alone_only_when_publishing",
            ),
            # Who gets a story back learns why.
            models.CheckConstraint(
                condition=~Q(verb="returned", note=""), name="step_returned_with_note"
            ),
        ]
        indexes = [models.Index(fields=["article", "-at"], name="step_of_article")]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.get_verb_display()}"
