"""The number that every cached page is keyed by; `news.freshness` reads and raises it."""

from django.db import models
from django.db.models import Q


class Generation(models.Model):
    """The one row behind `news.freshness`: how often the public pages have changed."""

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="generation_single_row")]

    def __str__(self) -> str:
        return str(self.number)
