"""What is known of a sender and of words before a comment is taken."""

import datetime as dt
from typing import NamedTuple, Self

from django.db import connection
from django.utils import timezone

from news.prepared import PreparedStatement

MONTH = dt.timedelta(days=30)
DAY = dt.timedelta(days=1)

# The conditions in NOT are those of the indexes, word for word, or SQLite does not use them.
_TELL = PreparedStatement(
    """\
SELECT
  (
    SELECT COUNT(*) FROM comments_comment
    WHERE words_digest = %(words)s AND NOT (words_digest = '') AND created_at > %(month_ago)s
  ),
  COUNT(*) FILTER (WHERE created_at > %(day_ago)s),
  COUNT(*) FILTER (WHERE status IN ('refused', 'spam'))
FROM comments_comment
WHERE source = %(source)s AND NOT (source = '') AND created_at > %(month_ago)s
""",
)


class History(NamedTuple):
    """How many other comments have the same words, in 30 days; how many the source sent in 24 hours; how many of its
    comments of 30 days were refused.
    """

    same_words: int
    today: int
    refused: int

    @classmethod
    def of(cls, source: str, words_digest: str) -> Self:
        """What is stored now; of two at once neither counts the other.

        One statement, each part from an index: every comment asks it, and going to the database costs more than what
        is found there.
        """
        now = timezone.now()
        with connection.cursor() as cursor:
            moment = cursor.db.ops.adapt_datetimefield_value
            asked = {
                "source": source,
                "words": words_digest,
                "day_ago": moment(now - DAY),
                "month_ago": moment(now - MONTH),
            }
            _TELL.execute(cursor, asked)
            return cls(*cursor.fetchone())
