"""What readers see of the news."""

import base64
from typing import TypeVar

from django.core.paginator import Page
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from news import counting, paging, paper, redirects, richtext, suggesting
from news.archive_views import years_of
from news.content import Content
from news.excerpts import results
from news.forms import SearchForm
from news.freshness import NoSuchPage, public_page, public_page_with, same_for_all
from news.models import (
    Article,
    ArticleQuerySet,
    Attachment,
    Document,
    Photo,
    PreviewLink,
    Section,
    Tag,
)
from news.publisher import absolute
from news.query import line

Response = TypeVar("Response", bound=HttpResponseBase)

NEIGHBOURS = 5
ONE_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@require_safe
@public_page_with("trang", paging.OLDER)
def section(request: HttpRequest, section_slug: str) -> HttpResponse:
    found = get_object_or_404(Section.objects.select_related("parent"), slug=section_slug)
    parts = Article.objects.parts_of(found)
    if number := request.GET.get("trang"):
        # An address of when pages had numbers.
        return HttpResponseRedirect(request.path + paging.query_of_page(parts, int(number)))
    page = paging.page_of(parts, request)
    context = {"section": found, "page": page, "years": years_of(found)}
    return render(request, "news/section.html", context)


def find(article_id: int, articles: ArticleQuerySet) -> Article:
    """The article if it was ever public. Raises Http404 for what waits or was never finished, as for nothing."""
    article = get_object_or_404(
        articles.select_related("section__parent", "cover", "view_count", "thread"), pk=article_id
    )
    if article.is_published or article.is_gone:
        return article
    raise Http404


def gone(request: HttpRequest, found: Article) -> HttpResponse:
    """That it was withdrawn or has expired, unless a redirect says where to read on."""
    return redirects.answer(request, withdrawn=found.get_absolute_url()) or render(
        request, "news/withdrawn.html", {"article": found}, status=410
    )


@require_safe
@public_page_with("trang", "thu-tu")
def article(request: HttpRequest, section_slug: str, slug: str, article_id: int) -> HttpResponse:
    found = find(article_id, Article.objects.with_places_around(NEIGHBOURS))
    if found.is_gone:
        return gone(request, found)
    if request.path != found.get_absolute_url():
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    try:
        return render(request, "news/article.html", article_context(found, list(found.tags.all())))
    except NoSuchPage as missing:
        # Of what is listed under the article.
        return missing.redirect(request)


def article_context(found: Article, tags: list[Tag]) -> dict[str, object]:
    """What the article page shows; `found` comes with_places_around(). One query for all articles around it.

    Beside it stands what an editor chose, then what is similar, as far as there is room.
    """
    kinds = ("newer", "older", "related", "similar", "in_thread")
    keys = {
        kind: [getattr(found, f"{kind}_{n}", None) for n in range(NEIGHBOURS)] for kind in kinds
    }
    around = (
        Article.objects.published()
        .select_related("section")
        .defer("body", "lead")
        .in_bulk([key for kind in keys.values() for key in kind if key])
    )
    listed = {kind: [around[key] for key in keys[kind] if key in around] for kind in kinds}
    chosen, in_thread = listed["related"], listed["in_thread"]
    similar = [other for other in listed.pop("similar") if other not in (*chosen, *in_thread)]
    listed["related"] = [*chosen, *similar][:NEIGHBOURS]
    return {
        "article": found,
        "section": found.section,
        "photos": Photo.objects.filter(key__in=richtext.photo_keys(found.body)),
        "attachments": Attachment.objects.below(found) if _has(found, "files") else [],
        "documents": Document.objects.published()
        .filter(articles=found.pk)
        .with_facts()
        .newest_first()
        if _has(found, "documents")
        else [],
        "tags": tags,
        "can_be_pdf": paper.is_possible(),
        **listed,
    }


def _has(article: Article, what: str) -> bool:
    """What with_places_around() says of it; a preview's version has lists of its own."""
    return getattr(article, f"has_{what}", False)


def preview_context(article: Article, content: Content) -> dict[str, object]:
    """The same for a version that is not public: what stands around it is looked up by what it says."""
    shown = article.shown_with(content)
    published = Article.objects.published().exclude(pk=shown.pk)
    in_section = Article.objects.filter(section=shown.section_id)
    moment = shown.published_at or timezone.now()
    found = {
        "newer": in_section.newer_than(moment, shown.pk),
        "older": in_section.older_than(moment, shown.pk),
        "related": published.filter(pk__in=content.related).newest_first(),
        "similar": published.filter(related_to__article=shown.pk).order_by(
            "-related_to__score", "-related_to__other_id"
        ),
        "in_thread": published.filter(thread=content.thread or 0).newest_first(),
    }
    for kind, articles in found.items():
        for n, key in enumerate(articles.values_list("pk", flat=True)[:NEIGHBOURS]):
            setattr(shown, f"{kind}_{n}", key)
    files = Attachment.objects.select_related("download_count").in_order(content.attachments)
    return {
        **article_context(shown, [Tag(name=name) for name in content.tags]),
        "attachments": files,
        "documents": Document.objects.published()
        .filter(pk__in=content.documents)
        .with_facts()
        .newest_first(),
        "preview": True,
    }


def not_kept(response: Response) -> Response:
    """A preview's answer: kept by no cache, found by no search engine, its address told to nobody."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """A draft for who was given its link. Raises Http404 for a forged, an ended or a revoked one."""
    link = PreviewLink.by_token(token)
    if link is None:
        raise Http404
    context = {
        **preview_context(link.article, link.article.newest),
        "link_ends": link.expires_at,
        "token": token,
    }
    return not_kept(render(request, "news/article.html", context))


@require_safe
@public_page
def print_view(request: HttpRequest, section_slug: str, slug: str, article_id: int) -> HttpResponse:
    found = find(article_id, Article.objects.all())
    if found.is_gone:
        return gone(request, found)
    address = reverse("news:print", args=[found.section.slug, found.slug, found.pk])
    if request.path != address:
        return HttpResponsePermanentRedirect(address)
    context = {
        "article": found,
        "photos": Photo.objects.filter(key__in=richtext.photo_keys(found.body)),
        "attachments": Attachment.objects.below(found),
        "print_address": absolute(found.get_absolute_url()),
    }
    return render(request, "news/print.html", context)


@require_safe
@same_for_all
def search_page(request: HttpRequest) -> HttpResponse:
    """Never kept: what readers type has no end, and would push out what many read."""
    form = SearchForm(request.GET)
    page: Page[Article] = paging.numbered_page_of(form.found, request)
    shown = results(list(page), form.query)
    return render(request, "news/search.html", {"form": form, "page": page, "results": shown})


@require_safe
@same_for_all
# What was withdrawn is gone everywhere within five seconds.
@cache_control(public=True, max_age=5)
def suggestions(request: HttpRequest) -> HttpResponse:
    """What js/search-suggestions.js offers while one types: `q` is the line so far."""
    offered = suggesting.while_searching(line(request.GET.get("q", "")))
    return JsonResponse({"suggestions": [vars(one) for one in offered]})


@require_safe
@public_page
def opensearch(request: HttpRequest) -> HttpResponse:
    """Tells browsers how this site is searched (OpenSearch 1.1)."""
    kind = "application/opensearchdescription+xml; charset=utf-8"
    return render(request, "news/opensearch.xml", content_type=kind)


@require_POST
@csrf_exempt  # The page has no cookie to tie a token to; a forged request adds one to a counter.
@never_cache
def count(request: HttpRequest, article_id: int) -> HttpResponse:
    if counting.counts(request):
        counting.count_view(article_id)
    return HttpResponse(status=204)


@require_GET
@never_cache
def count_by_image(request: HttpRequest, article_id: int) -> HttpResponse:
    """The same for browsers without JavaScript."""
    if counting.counts(request):
        counting.count_view(article_id)
    return HttpResponse(ONE_PIXEL, content_type="image/gif")
