"""Addresses outside that stories link to, and how they were found in the night."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from news import manuscript
from news.addresses import outside

if TYPE_CHECKING:
    from news.models.article import Article

# A server may be down for a night: only what fails for longer is called broken.
PATIENCE = dt.timedelta(hours=20)


class ExternalLinkQuerySet(models.QuerySet["ExternalLink"]):
    def published(self) -> Self:
        """Those that a public story carries."""
        from news.models.article import Article

        carried = Article.objects.published().filter(external_links__isnull=False)
        return self.filter(pk__in=carried.values("external_links"))

    def due(self, *, now: dt.datetime) -> Self:
        """Those to look at again, never looked at first, then by how long ago.

        New ones in any order: a few dead hosts must not stand before all others night after night.
        """
        return self.filter(Q(checked_at=None) | Q(checked_at__lt=now - PATIENCE)).order_by(
            models.F("checked_at").asc(nulls_first=True), "?"
        )

    def broken(self) -> Self:
        """What readers meet as an error. ExternalLink.is_broken says the same of one."""
        return self.filter(
            Q(status=ExternalLink.Status.GONE)
            | Q(
                status=ExternalLink.Status.FAILING,
                first_failed_at__lte=models.F("checked_at") - PATIENCE,
            )
        )


class ExternalLink(models.Model):
    """One address outside, however many stories link to it."""

    class Status(models.TextChoices):
        UNSEEN = "unseen", "Chưa kiểm tra"
        FINE = "fine", "Mở được"
        GONE = "gone", "Trang không còn"
        FAILING = "failing", "Không trả lời"
        UNCLEAR = "unclear", "Không cho kiểm tra"
        REFUSED = "refused", "Mạng nội bộ, không kiểm tra"

    url = models.URLField("địa chỉ", max_length=1000, unique=True)
    status = models.CharField(
        "tình trạng", max_length=10, choices=Status, default=Status.UNSEEN, editable=False
    )
    words = models.CharField("chi tiết", max_length=200, blank=True, editable=False)
    checked_at = models.DateTimeField("kiểm tra lúc", null=True, editable=False)
    first_failed_at = models.DateTimeField("hỏng từ", null=True, editable=False)
    articles: "models.ManyToManyField[Article, models.Model]" = models.ManyToManyField(
        "news.Article", verbose_name="tin bài", related_name="external_links", editable=False
    )

    objects = ExternalLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "liên kết hỏng"
        verbose_name_plural = "liên kết hỏng"
        ordering = ["first_failed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="unseen") | Q(checked_at__isnull=False),
                name="external_link_seen_has_checked_at",
            ),
        ]
        indexes = [
            # The nightly run asks for what was looked at longest ago.
            models.Index(fields=["checked_at"], name="external_link_checked_at"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_broken(self) -> bool:
        """Whether readers meet an error. ExternalLinkQuerySet.broken() says the same of many."""
        if self.status == self.Status.GONE:
            return True
        return (
            self.status == self.Status.FAILING
            and self.first_failed_at is not None
            and self.checked_at is not None
            and self.first_failed_at <= self.checked_at - PATIENCE
        )

    def record(self, status: "ExternalLink.Status | str", words: str) -> None:
        """Take down what was found just now, and since when it has been failing."""
        self.status, self.words, self.checked_at = status, words[:200], timezone.now()
        failed = status in {self.Status.GONE, self.Status.FAILING}
        self.first_failed_at = (self.first_failed_at or self.checked_at) if failed else None
        self.save(update_fields=["status", "words", "checked_at", "first_failed_at"])

    @classmethod
    def keep(cls, article: "Article") -> None:
        """Remember which addresses outside the article's body links to. Called by Article.save()."""
        wanted = {
            address
            for link in manuscript.read(article.body).links
            if (address := outside(link.href))
        }
        kept = {link.url: link for link in article.external_links.all()}
        if gone := [link for url, link in kept.items() if url not in wanted]:
            article.external_links.remove(*gone)
        if new := wanted - kept.keys():
            cls.objects.bulk_create([cls(url=url) for url in sorted(new)], ignore_conflicts=True)
            article.external_links.add(*cls.objects.filter(url__in=new))
