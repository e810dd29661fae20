"""The most read of a week, a month and a year: added up once a day, so that looking at them costs nothing.

Whole days only, up to yesterday: so everybody who looks on one day sees the same.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from news import text
from news.models import Article, DailyViewCount, MostRead
from news.paging import PER_PAGE, cards

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


def shown(span: MostRead.Span, most: int = SHOWN) -> list[MostRead]:
    """The first `most` of that span that are public now, with their stories as lists show them.

    A query for the places and one for each page of stories; of those that were withdrawn since, others stand in the place.
    """
    found: list[MostRead] = []
    places = list(MostRead.objects.filter(span=span))
    while places and len(found) < most:
        tried, places = places[:PER_PAGE], places[PER_PAGE:]
        stories = {story.pk: story for story in cards([row.article_id for row in tried])}
        for row in tried:
            if row.article_id in stories:
                row.article = stories[row.article_id]
                found.append(row)
    return found[:most]
