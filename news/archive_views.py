"""Lists of what was published: by day, by tag, by event, by author; and the most read.

None shows a name that only unfinished stories bear: such a page is not there.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from news import archive, most_read, paging, text
from news.around import sections
from news.freshness import OLDEST_FIRST, public_page, public_page_with
from news.models import Article, ArticleQuerySet, MostRead, Section, Tag, Thread
from news.periods import Period

# Names on one page of an index.
TOPICS = 120


@require_safe
@public_page_with(paging.OLDER)
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Tag, slug=slug)
    order = paging.Order("tagged_at", "tagged_number")
    page = _some(paging.page_of([Article.objects.by_tag(found)], request, order))
    context = {"page": page, "kind": "Thẻ", "name": found.name}
    return render(request, "news/tag.html", context)


@require_safe
@public_page_with(paging.OLDER)
def byline(request: HttpRequest, slug: str) -> HttpResponse:
    """All stories under one pen name, however it was spelt; the newest shows how."""
    page = _some(paging.page_of([Article.objects.filter(byline_slug=slug)], request))
    context = {"page": page, "kind": "Tác giả", "name": page.articles[0].byline}
    return render(request, "news/byline.html", context)


@require_safe
@public_page_with("thu-tu", paging.OLDER, paging.NEWER)
def thread(request: HttpRequest, slug: str) -> HttpResponse:
    """An event as a timeline, day by day."""
    found = get_object_or_404(Thread, slug=slug)
    order = paging.Order(oldest_first=request.GET.get("thu-tu") == OLDEST_FIRST)
    page = _some(paging.page_of([Article.objects.filter(thread=found)], request, order))
    context = {"page": page, "kind": "Dòng sự kiện", "name": found.name, "thread": found}
    return render(request, "news/thread.html", context | {"days": _by_day(page.articles)})


@require_safe
@public_page_with(paging.NEWER)
def tags(request: HttpRequest) -> HttpResponse:
    stories = Article.objects.published().filter(taggings__tag=OuterRef("pk"))
    return render(request, "news/tags.html", _topics(request, Tag, stories))


@require_safe
@public_page_with(paging.NEWER)
def threads(request: HttpRequest) -> HttpResponse:
    stories = Article.objects.published().filter(thread=OuterRef("pk"))
    return render(request, "news/threads.html", _topics(request, Thread, stories))


@require_safe
@public_page
def days(request: HttpRequest) -> HttpResponse:
    """The way into the archive: its years, and the month of the newest story as a calendar."""
    newest = Article.objects.published().newest_first().values_list("published_at", flat=True)
    moment = newest.first()
    month = _today().like_this(moment).wider if moment else None
    context = {
        "years": archive.years_with(Article.objects.all(), until=month or _today()),
        "month": month,
        "weeks": _weeks(month) if month else [],
        **(_around(month, archive.around(month)) if month else {}),
    }
    return render(request, "news/days.html", context)


@require_safe
@public_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    period, neighbours = _period(year)
    months = archive.numbers_in(period.parts())
    return render(request, "news/year.html", {"period": period, "months": months, **neighbours})


@require_safe
@public_page_with(paging.OLDER)
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    period, neighbours = _period(year, month)
    page = paging.page_of([Article.objects.all()], request, paging.Order(within=period))
    context = {"period": period, "page": page, "weeks": _weeks(period), **neighbours}
    return render(request, "news/month.html", context)


@require_safe
@public_page_with(paging.OLDER)
def day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    period, neighbours = _period(year, month, day)
    page = paging.page_of([Article.objects.all()], request, paging.Order(within=period))
    return render(request, "news/day.html", {"period": period, "page": page, **neighbours})


@require_safe
@public_page_with(paging.OLDER)
def section_year(request: HttpRequest, section_slug: str, year: int) -> HttpResponse:
    found = get_object_or_404(Section.objects.select_related("parent"), slug=section_slug)
    try:
        period = Period(year)
    except ValueError as wrong:
        raise Http404 from wrong
    parts = Article.objects.parts_of(found)
    page = _some(paging.page_of(parts, request, paging.Order(within=period)))
    context = {"section": found, "period": period, "page": page, "years": years_of(found)}
    return render(request, "news/section_year.html", context)


@require_safe
@public_page
def most_read_page(request: HttpRequest, span: str = MostRead.Span.WEEK) -> HttpResponse:
    if span not in MostRead.Span.values:
        raise Http404
    chosen = MostRead.Span(span)
    context = {
        "places": most_read.shown(chosen),
        "span": chosen,
        "spans": MostRead.Span,
        "days": most_read.DAYS[chosen],
    }
    return render(request, "news/most_read.html", context)


def years_of(section: Section) -> list[Period]:
    """The years in which something was published in the section or its children, the last first."""
    # By their keys: of a query for them PostgreSQL cannot tell that they are few, and may read all stories.
    family = [key for key, one in sections().items() if section.pk in (key, one.parent_id)]
    return archive.years_with(
        Article.objects.filter(section__in=family), until=Period(_today().year)
    )


def _today() -> Period:
    day = text.local(timezone.now())
    return Period(day.year, day.month, day.day)


def _period(year: int, month: int = 0, day: int = 0) -> tuple[Period, dict[str, Any]]:
    """The period, and those before and behind it in which something is public.

    Raises Http404 for what no calendar has, what is still to come, and what was over before the first story.
    """
    try:
        period = Period(year, month, day)
    except ValueError as wrong:
        raise Http404 from wrong
    found = archive.around(period)
    if period.first > _today().first or found.first is None or found.first >= period.ends:
        raise Http404
    return period, _around(period, found)


def _around(period: Period, found: archive.Around) -> dict[str, Any]:
    """Those before and behind it in which something is public, as periods of its kind."""
    return {
        "before": period.like_this(found.before) if found.before else None,
        "behind": period.like_this(found.behind) if found.behind else None,
    }


def _weeks(month: Period) -> list[list[tuple[Period, int] | None]]:
    return archive.weeks_of(month, archive.numbers_in(month.parts()))


def _some(page: paging.Listing) -> paging.Listing:
    if not page.articles:
        raise Http404
    return page


def _by_day(articles: list[Article]) -> list[tuple[Any, list[Article]]]:
    """The articles in their order, those of one Vietnamese day together; with the moment of each day's first."""
    found: dict[str, list[Article]] = {}
    for article in articles:
        assert article.published_at is not None  # noqa: S101 - it is published
        found.setdefault(text.short_date(article.published_at), []).append(article)
    return [(stories[0].published_at, stories) for stories in found.values()]


def _topics(
    request: HttpRequest, model: type[Tag] | type[Thread], stories: ArticleQuerySet
) -> dict[str, Any]:
    """Topics by their names, with the moment of the newest of their public `stories`; what has none is left out.

    `?sau=` is the topic after which the page begins. Raises Http404 for one that is none.
    """
    found: Any = model.objects.filter(Exists(stories)).order_by("folded", "pk")
    if token := request.GET.get(paging.NEWER):
        last = get_object_or_404(model, pk=token)
        found = found.filter(Q(folded__gt=last.folded) | Q(pk__gt=last.pk), folded__gte=last.folded)
    newest = Subquery(stories.newest_first().values("published_at")[:1])
    here = list(found.annotate(newest=newest)[: TOPICS + 1])
    more = f"{request.path}?{paging.NEWER}={here[TOPICS - 1].pk}" if len(here) > TOPICS else None
    return {"topics": here[:TOPICS], "ahead": more, "first": request.path, "token": token}
