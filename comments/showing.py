"""What readers see of comments: one order, one page and one shape, for the article's page and for "Xem thêm"."""

import datetime as dt
from functools import partial
from math import ceil
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone

from comments.models import Comment, Policy
from comments.models.comment_queryset import CommentQuerySet
from news import freshness, text
from news.addresses import address
from news.models import Article
from news.prepared import PreparedQuery

PER_PAGE = 20
# What `?thu-tu=` says for the oldest first; without it the newest come first.
OLDEST = freshness.OLDEST_FIRST


def section_of(article: Article, asked: QueryDict, policy: Policy) -> dict[str, Any]:
    """The public comments that `?trang=` and `?thu-tu=` ask for, and how many there are, replies included.

    One query, two where they fill a page. Raises NoSuchPage.
    """
    oldest_first = asked.get("thu-tu") == OLDEST
    wanted = asked.get("trang", "")
    number = int(wanted) if freshness.PAGE_NUMBER.fullmatch(wanted) else 1
    if number == 1:
        rows = _few(article.pk, timezone.now())
        are_all = len(rows) <= PER_PAGE
        if not are_all:
            rows = _FIRST_PAGES[oldest_first](article.pk, timezone.now())
    else:
        are_all = False
        public = Comment.objects.public().filter(article=article)
        rows = list(_rows(public, number, oldest_first=oldest_first))
        if not rows:
            raise freshness.NoSuchPage(max(1, ceil(public.filter(parent=None).count() / PER_PAGE)))
    paginator = Paginator(rows, PER_PAGE)
    if are_all:
        together, on_top = len(rows), sum(not row.parent_id for row in rows)
    else:
        together, on_top = rows[0].together, rows[0].on_top
    paginator.count = on_top
    return {
        "count": together,
        "page": paginator.page(number),
        "comments": _shown(rows, oldest_first=oldest_first, may_reply=may_reply(article, policy)),
        "oldest_first": oldest_first,
        "query": f"thu-tu={OLDEST}&" if oldest_first else "",
    }


def may_reply(article: Article, policy: Policy) -> bool:
    return policy.replies_open and policy.takes_comments(article)


def answerable(article: Article, policy: Policy) -> CommentQuerySet | None:
    """The comments under which readers may write a reply, None where they may not. One level: not under replies."""
    if not may_reply(article, policy):
        return None
    return Comment.objects.public().filter(article=article, parent=None)


def address_of(comment: Comment) -> str:
    """Where a public comment stands among the others, the newest first."""
    on_top = comment.parent or comment
    newer = (
        _on_top(Comment.objects.public(), oldest_first=False)
        .filter(article=comment.article_id)
        .filter(
            Q(created_at__gt=on_top.created_at) | Q(created_at=on_top.created_at, pk__gt=on_top.pk)
        )
    )
    page = newer.count() // PER_PAGE + 1
    query = f"?trang={page}" if page > 1 else ""
    return f"{comment.article.get_absolute_url()}{query}#y-kien-{comment.pk}"


def _rows(public: CommentQuerySet, number: int, *, oldest_first: bool) -> CommentQuerySet:
    """One page of comments and all replies under them, the oldest first, each row with the two counts."""
    page = _on_top(public, oldest_first=oldest_first)[(number - 1) * PER_PAGE : number * PER_PAGE]
    return (
        public.with_answers()
        .annotate(
            thread=Coalesce("parent_id", "pk"),
            together=Subquery(_number_of(public)),
            on_top=Subquery(_number_of(public.filter(parent=None))),
        )
        .filter(thread__in=page.values("pk"))
        .order_by("created_at", "id")
    )


# All of an article that has no more than one page, and one more for those that have: most have few.
_few = PreparedQuery(
    lambda pk, at: (
        Comment.objects.public(at=at)
        .filter(article=pk)
        .with_answers()
        .only("article_id", "parent_id", "name", "text", "created_at")
        .order_by("created_at", "id")[: PER_PAGE + 1]
    ),
    *(int, dt.datetime),
)
_FIRST_PAGES = {
    oldest_first: PreparedQuery(
        partial(
            lambda pk, at, oldest_first: _rows(
                Comment.objects.public(at=at).filter(article=pk), 1, oldest_first=oldest_first
            ),
            oldest_first=oldest_first,
        ),
        *(int, dt.datetime),
    )
    for oldest_first in (False, True)
}


def _number_of(public: CommentQuerySet) -> Any:
    return public.values("article").annotate(number=Count("pk")).values("number")


def _on_top(public: CommentQuerySet, *, oldest_first: bool) -> CommentQuerySet:
    sign = "" if oldest_first else "-"
    return public.filter(parent=None).order_by(f"{sign}created_at", f"{sign}id")


def _shown(rows: list[Comment], *, oldest_first: bool, may_reply: bool) -> list[dict[str, Any]]:
    replies: dict[int, list[Comment]] = {}
    for row in rows:
        if row.parent_id:
            replies.setdefault(row.parent_id, []).append(row)
    on_top = [row for row in rows if not row.parent_id]
    return [
        {
            **_words(comment),
            "reply_address": _reply_address(comment) if may_reply else "",
            "replies": [_words(reply) for reply in replies.get(comment.pk, ())],
        }
        for comment in (on_top if oldest_first else reversed(on_top))
    ]


def _words(comment: Comment) -> dict[str, Any]:
    """One comment as the page and the JSON of "Xem thêm" take it: plain text, no address."""
    return {
        "id": str(comment.pk),
        "name": comment.name,
        "initials": comment.initials,
        "at": text.to_the_second(comment.created_at).isoformat(),
        "date_line": comment.date_line,
        "text": comment.text,
        "answer": comment.public_answer,
        "report_address": address("comments:report", comment.pk),
    }


def _reply_address(comment: Comment) -> str:
    return f"{address('comments:write', comment.article_id)}?tra-loi={comment.pk}"
