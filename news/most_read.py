"""The most read of a week, a month and a year: added up once a day, so that looking at them costs nothing.

Whole days only, up to yesterday: so everybody who looks on one day sees the same.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from news import text
from news.models import Article, MostRead

DAYS = {MostRead.Span.WEEK: 7, MostRead.Span.MONTH: 30, MostRead.Span.YEAR: 365}
# More than are shown: some may be withdrawn before the next day.
KEPT, SHOWN = 60, 30


def keep() -> None:
    """Write the places of all spans anew; it adds up a year of views."""
    until = text.local(timezone.now()).date() - dt.timedelta(days=1)
    for span, days in DAYS.items():
        most: Any = Article.objects.published().most_read(days, until=until)
        rows = [
            MostRead(span=span, place=place, article_id=pk, views=views, until=until)
            for place, (pk, views) in enumerate(
                most.values_list("pk", "recent_views")[:KEPT], start=1
            )
        ]
        with transaction.atomic():
            MostRead.objects.filter(span=span).delete()
            MostRead.objects.bulk_create(rows)


def shown(span: MostRead.Span) -> list[MostRead]:
    """The first SHOWN of that span that are public now, with their stories. Two queries."""
    places = list(MostRead.objects.filter(span=span))
    stories = Article.objects.published().with_card().in_bulk([row.article_id for row in places])
    found = [row for row in places if row.article_id in stories][:SHOWN]
    for row in found:
        row.article = stories[row.article_id]
    return found
