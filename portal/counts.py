"""Numbers and moments that are kept beside what they follow from, so that no page works them out: are they right?

The verbs keep them. What came past the verbs (SQL, `loaddata`, a restored backup of one table) does not; `manage.py
check_counts` finds and mends it. Comments of a story are not among them: each page counts its own from an index.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, Subquery, Sum

from comments.models import Action, Answer, Comment, Decision, Report
from news import freshness, most_read
from news.models import (
    Article,
    Attachment,
    DailyViewCount,
    DownloadCount,
    MostRead,
    Tagging,
    ViewCount,
)

# Rows that are looked at in one question, and of which one transaction mends what is wrong.
BATCH = 2000


@dataclass(frozen=True)
class Kept:
    """One of them: in words, at rows of which model, which of the rows from one key to another are wrong (both
    included), and what sets these right.
    """

    name: str
    model: Any
    wrong: Callable[[int, int], list[int]]
    mend: Callable[[list[int]], object]

    def batches(self) -> Iterator[tuple[int, int]]:
        """The first and the last key of each BATCH of rows."""
        keys = self.model.objects.order_by("pk").values_list("pk", flat=True)
        last = 0
        while batch := list(keys.filter(pk__gt=last)[:BATCH]):
            last = batch[-1]
            yield batch[0], last

    def check(self, *, mend: bool = False) -> tuple[int, list[int]]:
        """How many rows are wrong, and the keys of the first of them. Mended are those of a batch together."""
        number = 0
        examples: list[int] = []
        for first, last in self.batches():
            if mend:
                with transaction.atomic():
                    # Nobody changes them between looking and mending.
                    rows = self.model.objects.filter(pk__range=(first, last)).order_by("pk")
                    list(rows.select_for_update().values_list("pk", flat=True))
                    if found := self.wrong(first, last):
                        self.mend(found)
                        freshness.bump()
            else:
                found = self.wrong(first, last)
            number += len(found)
            examples += found[: 5 - len(examples)]
        return number, examples


# --- views and downloads --------------------------------------------------------------------------


def _views(first: int, last: int) -> list[int]:
    # In this order: a view that is counted meanwhile is in the total too. More than the days have is no fault: the
    # total also holds what an old portal had counted.
    days = _by_days(**_between("article", first, last))
    totals = dict(
        ViewCount.objects.filter(**_between("article", first, last)).values_list(
            "article_id", "total"
        )
    )
    return sorted(key for key, views in days.items() if totals.get(key, 0) < views)


def _between(field: str, first: int, last: int) -> dict[str, int]:
    return {f"{field}__gte": first, f"{field}__lte": last}


def _by_days(**which: Any) -> dict[int, int]:
    days = DailyViewCount.objects.filter(**which).order_by().values("article")
    return dict(days.annotate(together=Sum("views")).values_list("article", "together"))


def _mend_views(articles: list[int]) -> None:
    days = _by_days(article__in=articles)
    ViewCount.objects.bulk_create(
        [ViewCount(article_id=key, total=views) for key, views in days.items()],
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["total"],
    )


def _most_read(first: int, last: int) -> list[int]:
    wrong = []
    for row in MostRead.objects.filter(pk__range=(first, last)):
        begins = row.until - dt.timedelta(days=most_read.DAYS[MostRead.Span(row.span)])
        days = _by_days(article=row.article_id, day__gt=begins, day__lte=row.until)
        if days.get(row.article_id, 0) != row.views:
            wrong.append(row.pk)
    return wrong


def _downloads(first: int, last: int) -> list[int]:
    """Without its row no download of a file is counted."""
    files = Attachment.objects.filter(pk__range=(first, last), download_count=None)
    return list(files.order_by("pk").values_list("pk", flat=True))


def _mend_downloads(attachments: list[int]) -> None:
    DownloadCount.objects.bulk_create([DownloadCount(attachment_id=key) for key in attachments])


# --- tags ------------------------------------------------------------------------------------------


def _tags(first: int, last: int) -> list[int]:
    """By its own moment a story stands in the list of a tag."""
    moments = Tagging.objects.filter(pk__range=(first, last)).values_list(
        "pk", "published_at", "article__published_at"
    )
    return sorted(key for key, here, there in moments if here != there)


def _mend_tags(taggings: list[int]) -> None:
    moment = Article.objects.filter(pk=OuterRef("article")).values("published_at")
    Tagging.objects.filter(pk__in=taggings).update(published_at=Subquery(moment))


# --- comments --------------------------------------------------------------------------------------


def _answers(first: int, last: int) -> list[int]:
    """A question counts as answered as long as an answer to it is public."""
    public = Answer.objects.published().filter(comment=OuterRef("pk"))
    comments = Comment.objects.filter(pk__range=(first, last)).alias(is_answered=Exists(public))
    wrong = comments.filter(
        Q(is_answered=True, answered_at=None) | Q(is_answered=False, answered_at__isnull=False)
    )
    return list(wrong.order_by("pk").values_list("pk", flat=True))


def _mend_answers(comments: list[int]) -> None:
    moment = Answer.objects.published().filter(comment=OuterRef("pk")).values("published_at")
    Comment.objects.filter(pk__in=comments).update(answered_at=Subquery(moment[:1]))


def _reports(first: int, last: int) -> list[int]:
    reported = _reported(**_between("comment", first, last))
    kept = Comment.objects.filter(pk__in=reported, status=Comment.Status.APPROVED)
    # More than there are reports is no fault: reports are forgotten after a month, their number stays.
    return sorted(
        key for key, number in kept.values_list("pk", "reports") if number < reported[key]
    )


def _reported(**which: Any) -> Counter[int]:
    """How often each was reported since somebody looked."""
    reports = list(Report.objects.filter(**which).values_list("comment_id", "created_at"))
    looked = dict(
        Decision.objects.filter(
            comment__in={key for key, _ in reports}, action__in=(Action.KEEP, Action.HIDE)
        )
        .order_by()
        .values("comment")
        .annotate(last=Max("at"))
        .values_list("comment", "last")
    )
    return Counter(key for key, at in reports if key not in looked or at > looked[key])


def _mend_reports(comments: list[int]) -> None:
    for key, number in _reported(comment__in=comments).items():
        Comment.objects.filter(pk=key).update(reports=number)


ALL = (
    Kept("tổng lượt xem của tin", Article, _views, _mend_views),
    Kept("bảng tin đọc nhiều", MostRead, _most_read, lambda _: most_read.keep()),
    Kept("sổ lượt tải của tệp", Attachment, _downloads, _mend_downloads),
    Kept("thời điểm của tin trong thẻ", Tagging, _tags, _mend_tags),
    Kept("ý kiến đã được trả lời", Comment, _answers, _mend_answers),
    Kept("số lượt báo vi phạm", Comment, _reports, _mend_reports),
)
