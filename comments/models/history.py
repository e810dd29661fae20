"""What is known of a sender and of words before a comment is taken."""

import datetime as dt
from typing import NamedTuple, Self

from django.db import connection
from django.utils import timezone

from comments.models.quota import TAKE, take_of

MONTH = dt.timedelta(days=30)
DAY = dt.timedelta(days=1)

# The conditions in NOT are those of the indexes, word for word, or SQLite does not use them.
_TAKE_AND_TELL = f"""\
WITH sent AS (
  SELECT COUNT(*) FILTER (WHERE created_at > %(day_ago)s) AS today,
    COUNT(*) FILTER (WHERE status IN ('refused', 'spam')) AS refused
  FROM comments_comment
  WHERE source = %(source)s AND NOT (source = '') AND created_at > %(month_ago)s
)
{TAKE}
RETURNING
  (
    SELECT COUNT(*) FROM comments_comment
    WHERE words_digest = %(words)s AND NOT (words_digest = '') AND created_at > %(month_ago)s
  ),
  (SELECT today FROM sent),
  (SELECT refused FROM sent)
"""  # noqa: S608 - our own statement


class History(NamedTuple):
    """How many other comments have the same words, in 30 days; how many the source sent in 24 hours; how many of its
    comments of 30 days were refused.
    """

    same_words: int
    today: int
    refused: int

    @classmethod
    def take(cls, source: str, words_digest: str) -> Self | None:
        """Count one comment of this source as Quota.take() does, and tell what was stored when it was asked (of two at
        once neither counts the other); None if it has none left.

        One statement, each part from an index: every comment asks it, and going to the database costs more than what
        is found there.
        """
        now = timezone.now()
        moment = connection.ops.adapt_datetimefield_value
        asked = take_of(source) | {
            "words": words_digest,
            "day_ago": moment(now - DAY),
            "month_ago": moment(now - MONTH),
        }
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_AND_TELL, asked)
            told = cursor.fetchone()
        return cls(*told) if told else None
