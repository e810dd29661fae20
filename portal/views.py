"""Pages made of several rooms, health addresses and error pages."""

import datetime as dt
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from news import around, missing, most_read, paging, redirects
from news.freshness import made_once, public_file, public_page
from news.models import Article, MostRead, Section
from news.prepared import PreparedQuery
from portal import privacy, sitemaps
from portal.models import AgencyLink, SiteIdentity, TextPage

FEATURED = 4
PER_SECTION = 5
MOST_READ = 6
ANNOUNCEMENTS = 4


@require_safe
@public_page
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html", made_once("home", _home))


def _home() -> dict[str, object]:
    """What the home page shows, all of it already fetched."""
    on_top = _on_top()
    own = newest_by_section(without=on_top)
    shown = paging.cards(on_top)
    return {
        "lead": shown[0] if shown else None,
        "featured": shown[1:],
        "blocks": section_blocks(own),
        "announcements": _together(
            (articles for one, articles in own if one.role == Section.Role.ANNOUNCEMENTS),
            ANNOUNCEMENTS,
        ),
        "most_read": [row.article for row in most_read.shown(MostRead.Span.MONTH, MOST_READ)],
        "agency_links": list(AgencyLink.objects.all()),
    }


def _on_top() -> list[int]:
    """The keys of the featured news, the newest first; if there are none, of the newest news."""
    rows = _TOP(timezone.now())
    # Rows that come together are promised in no order.
    featured = sorted((key for part, *key in rows if part == 0), reverse=True)
    return [number for _, number in featured or [key for _, *key in rows]]


def _top_of(at: Any) -> list[Any]:
    """Moments and keys of the featured news, and of the newest news."""
    news = Article.objects.published(at=at).filter(section__role=Section.Role.NEWS).newest_first()
    parts = [news.featured(at=at)[:FEATURED], news[:1]]
    return [part.values_list("published_at", "pk") for part in parts]


_TOP = PreparedQuery(_top_of, dt.datetime)


def newest_by_section(*, without: list[int]) -> list[tuple[Section, list[Article]]]:
    """Each section with its own newest articles, in two queries however many sections there are.

    Articles `without`, at most FEATURED, stand elsewhere on the page already. The first query asks the index for the ids
    of each section, one look-up a place; the second fetches them all.
    """
    filled = [*without, *[0] * (FEATURED - len(without))]
    places = {section: ids for section, *ids in _PLACES(*filled, timezone.now())}
    # Those on top come along in the same query: cards() keeps them.
    wanted = [*without, *(number for ids in places.values() for number in ids if number)]
    found = {story.pk: story for story in paging.cards(wanted)}
    return [
        (section, [found[number] for number in places.get(section.pk, ()) if number in found])
        for section in around.sections().values()
    ]


def _places_of(*values: Any) -> QuerySet[Section, Any]:
    """The key of each section and those of its newest stories."""
    *without, at = values
    of_section = (
        Article.objects.published(at=at)
        .filter(section=OuterRef("pk"))
        .exclude(pk__in=without)
        .newest_first()
        .values("pk")
    )
    places = {f"place_{n}": Subquery(of_section[n : n + 1]) for n in range(PER_SECTION)}
    return Section.objects.annotate(**places).values_list("pk", *places)


_PLACES = PreparedQuery(_places_of, *[int] * FEATURED, dt.datetime)


def section_blocks(
    newest: list[tuple[Section, list[Article]]],
) -> list[tuple[Section, list[Article]]]:
    """Each first-level news section that has any, with the newest articles of it and of its children."""
    blocks = [
        (
            section,
            _together(
                (own for one, own in newest if section.pk in (one.pk, one.parent_id)), PER_SECTION
            ),
        )
        for section, _ in newest
        if section.parent_id is None and section.role == Section.Role.NEWS
    ]
    return [(section, articles) for section, articles in blocks if articles]


def _together(lists: Iterable[list[Article]], most: int) -> list[Article]:
    """The newest of all."""
    articles = (article for one in lists for article in one)
    return sorted(articles, key=attrgetter("published_at", "pk"), reverse=True)[:most]


@require_safe
@public_page
def text_page(request: HttpRequest, slug: str) -> HttpResponse:
    return render(
        request, "portal/text_page.html", {"page": get_object_or_404(TextPage, slug=slug)}
    )


@require_safe
@public_page
def privacy_page(request: HttpRequest) -> HttpResponse:
    """Written by the portal itself, so that it says what the portal does."""
    return render(
        request, "portal/privacy.html", {"facts": privacy.facts(SiteIdentity.current().office)}
    )


@require_safe
@public_page
def robots(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/robots.txt", content_type="text/plain; charset=utf-8")


@require_safe
@public_file
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The parts of the sitemap; Django's own index names the request's host."""
    parts = sitemaps.parts()
    return render(request, "portal/sitemap.xml", {"parts": parts}, content_type="application/xml")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """For those who ask for /favicon.ico without reading the page."""
    return redirect(static("img/favicon.svg"))


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. Asked by the container's health check."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """The process and its database answer. Asked before traffic is sent here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that lost its token, usually because cookies are off or the page lay open overnight."""
    return render(
        request,
        "403.html",
        {"reason": "Phiên làm việc đã hết hạn. Hãy quay lại và gửi lần nữa."},
        status=403,
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Where no page is, an old address may lead to one: pages that exist pay nothing for that."""
    moved = redirects.answer(request)
    if moved is not None:
        return moved
    if missing.is_led_on(request):
        return HttpResponseNotFound()
    words = missing.words_of(request)
    stories = missing.suggestions(words)
    missing.count(request)
    context = {"words": words, "stories": stories, "of_archive": missing.is_of_archive(request)}
    return render(request, "404.html", context, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Needs neither database nor context: whatever broke may be broken for this page too.

    Who was saving at the desk is led back to the form, where the browser has kept the text.
    """
    at_desk = request.method == "POST" and request.path.startswith(reverse("admin:index"))
    return render(None, "500.html", {"form_address": request.path if at_desk else ""}, status=500)
