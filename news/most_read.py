"""The most read of a week, a month and a year: added up once a day, so that looking at them costs nothing.

Whole days only, up to yesterday: so everybody who looks on one day sees the same.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from news import text
from news.models import Article, DailyViewCount, MostRead

DAYS = {MostRead.Span.WEEK: 7, MostRead.Span.MONTH: 30, MostRead.Span.YEAR: 365}
# More than are shown: some may be withdrawn before the next day.
KEPT, SHOWN = 60, 30


def keep() -> None:
    """Write the places of all spans anew; it adds up a year of views."""
    until = text.local(timezone.now()).date() - dt.timedelta(days=1)
    for span, days in DAYS.items():
        counted = DailyViewCount.objects.filter(
            day__gt=until - dt.timedelta(days=days), day__lte=until
        )
        # Added up first: which of a hundred thousand stories are public costs more than all the adding.
        most = (
            counted.values("article")
            .annotate(together=Sum("views"))
            .order_by("-together", "-article")
            .values_list("article", "together")[: 2 * KEPT]
        )
        views = dict(most)
        public = Article.objects.published().filter(pk__in=views).values_list("pk", flat=True)
        known = set(public)
        places = [pk for pk in views if pk in known][:KEPT]
        rows = [
            MostRead(span=span, place=place, article_id=pk, views=views[pk], until=until)
            for place, pk in enumerate(places, start=1)
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
