"""Lists of what was published: by tag, by event, by author.

None shows a name that only unfinished stories bear: such a page is not there.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from news import paging, text
from news.freshness import OLDEST_FIRST, public_page_with
from news.models import Article, ArticleQuerySet, Tag, Thread

# Names on one page of an index.
TOPICS = 120


@require_safe
@public_page_with(paging.OLDER)
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Tag, slug=slug)
    order = paging.Order("tagging__published_at", "tagging__article_id")
    page = _some(paging.page_of([Article.objects.published().by_tag(found)], request, order))
    context = {"page": page, "kind": "Thẻ", "name": found.name}
    return render(request, "news/tag.html", context)


@require_safe
@public_page_with(paging.OLDER)
def byline(request: HttpRequest, slug: str) -> HttpResponse:
    """All stories under one pen name, however it was spelt; the newest shows how."""
    page = _some(paging.page_of([Article.objects.published().filter(byline_slug=slug)], request))
    context = {"page": page, "kind": "Tác giả", "name": page.articles[0].byline}
    return render(request, "news/byline.html", context)


@require_safe
@public_page_with("thu-tu", paging.OLDER, paging.NEWER)
def thread(request: HttpRequest, slug: str) -> HttpResponse:
    """An event as a timeline, day by day."""
    found = get_object_or_404(Thread, slug=slug)
    order = paging.Order(oldest_first=request.GET.get("thu-tu") == OLDEST_FIRST)
    page = _some(paging.page_of([Article.objects.published().filter(thread=found)], request, order))
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
