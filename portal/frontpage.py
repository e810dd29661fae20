"""What the front page of the desk shows: the work that waits for this person, how the site is read, and who can
mend it reads that the regular work stands still."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from comments.admin.rows import waiting_words
from comments.models import Answer, Comment, Holiday
from comments.questions import clock_of
from news.models import Article, DailyViewCount
from news.text import local
from portal.models import Tick
from portal.persons import HANDLE, PersonRequest

SHOWN = 5
VIEW_DAYS = 30
MOST_READ = 5
# A story that waits longer than this for its second reader is shown as late.
LONG = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Bar:
    """One day of the chart; places and sizes are percents of the drawing."""

    day: dt.date
    views: int
    left: float
    top: float
    width: float
    height: float


def standing_still(user: Any) -> dict[str, Any]:
    """The newest tick if it is long ago, for who sees the regular work; nobody else could do anything about it.

    Nobody who publishes needs to know: a story appears at its time without it.
    """
    if not user.has_perm("portal.view_jobrun"):
        return {}
    tick = Tick.newest()
    return {"tick": tick} if tick.is_late else {}


def waiting_work(user: Any) -> dict[str, Any]:
    """What this person can do next, each part for who may do it, in a fixed number of queries."""
    found: dict[str, Any] = {"add": user.has_perm("news.add_article")}
    if user.has_perm("comments.decide_comment") and user.has_perm("comments.view_comment"):
        queue = Comment.objects.awaiting()
        oldest = queue.first()
        found |= {
            "decides": True,
            "comments": queue.count(),
            "suspected": Comment.objects.suspected().count(),
            "waited": waiting_words(timezone.now() - oldest.created_at) if oldest else "",
        }
    if user.has_perm("comments.answer_comment"):
        unanswered = Comment.objects.unanswered()
        soonest = unanswered.first()
        found |= {
            "answers": True,
            "unanswered": unanswered.count(),
            "soonest": clock_of(soonest, Holiday.days()) if soonest else None,
            "publishes_answers": user.has_perm("comments.publish_answer"),
            "answers_submitted": Answer.objects.submitted().count(),
            "answers_returned": Answer.objects.filter(state=Answer.State.RETURNED).count(),
        }
    if user.has_perm(HANDLE):
        asked = PersonRequest.objects
        found |= {
            "handles": True,
            "asked": asked.open().count(),
            "asked_late": asked.late().count(),
        }
    if user.has_perm("news.view_article"):
        seen = Article.objects.visible_to(user).defer("body", "lead").select_related("created_by")
        mine = seen.filter(created_by=user)
        drafts = mine.filter(stage=Article.Stage.WRITING).order_by("-updated_at", "-id")
        found |= {
            "writes": True,
            "reports": user.has_perm("news.view_reports"),
            "returned": mine.filter(stage=Article.Stage.RETURNED).order_by("stage_since", "id")[
                :SHOWN
            ],
            "drafts": drafts[:SHOWN],
            "scheduled": seen.scheduled()[:SHOWN],
        }
        if user.has_perm("news.publish_article"):
            found |= {"publishes": True, "submitted": _with_waiting(seen.submitted())}
        else:
            found["submitted_by_me"] = _with_waiting(mine.submitted())
    return found


def _with_waiting(articles: Any) -> list[Article]:
    """The first of them, each with how long it waits, in words, and whether that is long."""
    now = timezone.now()
    first = list(articles[:SHOWN])
    for article in first:
        article.waited = waiting_words(now - article.stage_since)
        article.waited_long = now - article.stage_since > LONG
    return first


def figures(user: Any) -> dict[str, Any]:
    """How the site was read, for who sees stories; what became of the newest comments, for who decides them."""
    found: dict[str, Any] = {}
    if user.has_perm("news.view_article"):
        bars = views_by_day()
        published = Article.objects.published().select_related("section").defer("body", "lead")
        found |= {
            "bars": bars,
            "views": sum(bar.views for bar in bars),
            "most": max(bar.views for bar in bars),
            "most_read": published.most_read(VIEW_DAYS)[:MOST_READ],
        }
    if user.has_perm("comments.view_comment"):
        newest = timezone.now() - dt.timedelta(days=VIEW_DAYS)
        decided = [state for state in Comment.Status if state != Comment.Status.PENDING]
        numbers = dict(
            # By name, so that the index of states is entered at each state's newest.
            Comment.objects.filter(status__in=decided, created_at__gte=newest)
            .order_by()
            .values_list("status")
            .annotate(number=Count("pk"))
        )
        # What waits is two lists, as everywhere at the desk.
        found["comment_states"] = [
            (Comment.Status.PENDING.label, Comment.objects.awaiting().count()),
            ("Nghi spam", Comment.objects.suspected().count()),
            *((state.label, numbers.get(state, 0)) for state in decided),
        ]
    return found


def views_by_day() -> list[Bar]:
    """Views of all stories on each of the last VIEW_DAYS Vietnamese days, today included; one query."""
    today = local(timezone.now()).date()
    days = [today - dt.timedelta(days=VIEW_DAYS - 1 - n) for n in range(VIEW_DAYS)]
    read = dict(
        DailyViewCount.objects.filter(day__gte=days[0])
        .order_by()
        .values_list("day")
        .annotate(total=Sum("views"))
    )
    most = max([1, *read.values()])
    step = 100 / VIEW_DAYS
    bars = []
    for place, day in enumerate(days):
        height = 100 * read.get(day, 0) / most
        bars.append(
            Bar(day, read.get(day, 0), step * (place + 0.12), 100 - height, step * 0.76, height)
        )
    return bars
