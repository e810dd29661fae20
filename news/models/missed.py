"""Addresses at which readers found no page: how often, and nothing of who asked."""

import datetime as dt

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from news.text import local

MAX_PATH = 200
# So that no program that asks for made-up addresses fills the table: what was asked for least makes room.
MAX_ROWS = 1000
# Who counts addresses by hand reads the report within a season; what came once or twice is forgotten in a week.
KEPT = dt.timedelta(days=90)
KEPT_RARE = dt.timedelta(days=7)
RARE = 3


class MissedAddressQuerySet(models.QuerySet["MissedAddress"]):
    def add(self, misses: dict[tuple[str, str], int]) -> None:
        """Count these on top: path and the host on which a link led there (empty for none), how often."""
        today = local(timezone.now()).date()
        with transaction.atomic():
            # In one order everywhere, so that two processes never wait for each other.
            for (path, host), times in sorted(misses.items()):
                news = {"total": F("total") + times, "last_on": today}
                if host:
                    news["host"] = host
                if not self.filter(path=path).update(**news):
                    row = MissedAddress(path=path, host=host, total=times, last_on=today)
                    self.bulk_create([row], ignore_conflicts=True)
            if (too_many := self.count() - MAX_ROWS) > 0:
                least = self.order_by("total", "last_on", "pk").values_list("pk", flat=True)
                self.filter(pk__in=list(least[:too_many])).delete()

    def forget_old(self) -> int:
        """Drop what nobody has asked for any more for KEPT, rare ones for KEPT_RARE; how many."""
        today = local(timezone.now()).date()
        old = models.Q(last_on__lt=today - KEPT)
        rare = models.Q(last_on__lt=today - KEPT_RARE, total__lt=RARE)
        return self.filter(old | rare).delete()[0]


class MissedAddress(models.Model):
    """One path without a page. No query, no time of day, no reader; news.missing says which paths are counted."""

    path = models.CharField("địa chỉ", max_length=MAX_PATH, unique=True)
    total = models.PositiveIntegerField("số lần")
    last_on = models.DateField("lần cuối")
    # Of the last link that led here; what else stood in that address is nobody's business.
    host = models.CharField("từ liên kết ở", max_length=100, blank=True)

    objects = MissedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "địa chỉ không có trang"
        verbose_name_plural = "địa chỉ không có trang"
        ordering = ["-total", "-last_on", "-id"]

    def __str__(self) -> str:
        return self.path
