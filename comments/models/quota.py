"""How much one source may send: counted in the database, one count for all processes, exact in parallel."""

import time
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q


class QuotaQuerySet(models.QuerySet["Quota"]):
    def outdated(self) -> "QuotaQuerySet":
        """Rows of windows that are over and mean nothing any more."""
        return self.filter(window__lt=window_now()[0])


class Quota(models.Model):
    """What one source (a keyed hash) has sent in one window of COMMENT_LIMIT_SECONDS.

    `stored` counts comments that were taken, `refused` tries that were answered with an error.
    """

    source = models.CharField(max_length=64)
    window = models.PositiveBigIntegerField()
    stored = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["source", "window"], name="quota_once_a_window")
        ]
        indexes = [models.Index(fields=["window"], name="quota_by_window")]

    def __str__(self) -> str:
        return f"{self.source[:8]} {self.window}: {self.stored} + {self.refused}"

    @staticmethod
    def seconds_to_wait(source: str) -> int:
        """0 if this source may send one more, else the seconds until it may (for Retry-After)."""
        window, left = window_now()
        full = Q(stored__gte=settings.COMMENT_LIMIT) | Q(refused__gte=settings.COMMENT_TRIES)
        return left if Quota.objects.filter(full, source=source, window=window).exists() else 0

    @staticmethod
    def take(source: str) -> bool:
        """Count one comment of this source, in the transaction that stores it. False if it has none left."""
        with connection.cursor() as cursor:
            cursor.execute(TAKE, take_of(source))
            return cursor.rowcount == 1

    @staticmethod
    def note_refused(source: str) -> None:
        """Count one try of this source that was answered with an error."""
        window, _ = window_now()
        Quota.objects.bulk_create([Quota(source=source, window=window)], ignore_conflicts=True)
        Quota.objects.filter(source=source, window=window).update(refused=F("refused") + 1)


# One statement, which Django's own words cannot say: a new row, or one more in the row that has room.
_TAKE_IF = """\
INSERT INTO comments_quota (source, "window", stored, refused)
SELECT %(source)s, %(window)s, 1, 0 WHERE %(limit)s > 0{condition}
ON CONFLICT (source, "window") DO UPDATE SET stored = comments_quota.stored + 1
WHERE comments_quota.stored < %(limit)s AND comments_quota.refused < %(tries)s
"""
TAKE = _TAKE_IF.format(condition="")
# Who sends the same once more has not sent another.
TAKE_UNLESS_STORED = _TAKE_IF.format(
    condition=" AND NOT EXISTS (SELECT 1 FROM comments_comment WHERE digest = %(digest)s)"
)


def take_of(source: str) -> dict[str, Any]:
    """What TAKE asks for, now; TAKE_UNLESS_STORED needs the digest besides."""
    return {
        "source": source,
        "window": window_now()[0],
        "limit": settings.COMMENT_LIMIT,
        "tries": settings.COMMENT_TRIES,
    }


def window_now() -> tuple[int, int]:
    """The number of the present window and the seconds it has left."""
    number, passed = divmod(int(time.time()), settings.COMMENT_LIMIT_SECONDS)
    return number, settings.COMMENT_LIMIT_SECONDS - passed
