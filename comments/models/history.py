"""What is known of a sender and of words before a comment is taken."""

import datetime as dt
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import connection
from django.utils import timezone

from comments.models.quota import window_now

MONTH = dt.timedelta(days=30)
DAY = dt.timedelta(days=1)

# The conditions in NOT are those of the indexes, word for word, or SQLite does not use them.
_ASK = """\
SELECT
  EXISTS(
    SELECT 1 FROM comments_quota WHERE source = %(source)s AND "window" = %(window)s
    AND (stored >= %(limit)s OR refused >= %(tries)s)
  ),
  (
    SELECT COUNT(*) FROM comments_comment
    WHERE words_digest = %(words)s AND NOT (words_digest = '') AND created_at > %(month_ago)s
  ),
  sent.today, sent.refused
FROM (
  SELECT COUNT(*) FILTER (WHERE created_at > %(day_ago)s) AS today,
    COUNT(*) FILTER (WHERE status IN ('refused', 'spam')) AS refused
  FROM comments_comment
  WHERE source = %(source)s AND NOT (source = '') AND created_at > %(month_ago)s
) AS sent
"""


class History(NamedTuple):
    """Whether the source may send nothing for now; how many other comments have the same words, in 30 days; how many
    the source sent in 24 hours; how many of its comments of 30 days were refused.
    """

    has_sent_enough: bool
    same_words: int
    today: int
    refused: int

    @classmethod
    def of(cls, source: str, words_digest: str) -> Self:
        """One statement, each part from an index. It is written here once: Django's making of it took longer than its
        answering, and every comment asks it.
        """
        now = timezone.now()
        moment = connection.ops.adapt_datetimefield_value
        asked: dict[str, Any] = {
            "source": source,
            "words": words_digest,
            "window": window_now()[0],
            "limit": settings.COMMENT_LIMIT,
            "tries": settings.COMMENT_TRIES,
            "day_ago": moment(now - DAY),
            "month_ago": moment(now - MONTH),
        }
        with connection.cursor() as cursor:
            cursor.execute(_ASK, asked)
            full, *numbers = cursor.fetchone()
        return cls(bool(full), *numbers)
