"""What readers see of the news."""

import base64
from typing import TypeVar

from django.core.paginator import Page
from django.db.models import BigAutoField
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from news import around, counting, paging, paper, redirects, suggesting
from news.archive_views import years_of
from news.content import Content
from news.excerpts import results
from news.forms import SearchForm
from news.freshness import NoSuchPage, made_once, public_page, public_page_with, same_for_all
from news.models import (
    Article,
    ArticleQuerySet,
    Attachment,
    Document,
    Photo,
    PreviewLink,
    Tag,
)
from news.prepared import PreparedQuery
from news.publisher import absolute
from news.query import line

Response = TypeVar("Response", bound=HttpResponseBase)

ONE_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@require_safe
@public_page_with("trang", paging.OLDER)
def section(request: HttpRequest, section_slug: str) -> HttpResponse:
    found = around.section_at(section_slug)
    if number := request.GET.get("trang"):
        # An address of when pages had numbers.
        parts = Article.objects.parts_of(found)
        return HttpResponseRedirect(request.path + paging.query_of_page(parts, int(number)))
    page = paging.page_of_section(found, request)
    years = made_once(("years", found.pk), lambda: years_of(found))
    return render(request, "news/section.html", {"section": found, "page": page, "years": years})


def find(article_id: int, articles: ArticleQuerySet) -> Article:
    """The article if it was ever public. Raises Http404 for what waits or was never finished, as for nothing."""
    whole = articles.select_related("section__parent", "cover", "view_count", "thread")
    return was_public(whole.filter(pk=article_id).first())


def was_public(article: Article | None) -> Article:
    """The same of an article that was looked up already. Raises Http404."""
    if article is None or not (article.is_published or article.is_gone):
        raise Http404
    return article


def gone(request: HttpRequest, found: Article) -> HttpResponse:
    """That it was withdrawn or has expired, unless a redirect says where to read on."""
    return redirects.answer(request, withdrawn=found.get_absolute_url()) or render(
        request, "news/withdrawn.html", {"article": found}, status=410
    )


@require_safe
@public_page_with("trang", "thu-tu")
def article(request: HttpRequest, section_slug: str, slug: str, article_id: int) -> HttpResponse:
    rows = _by_number(article_id) if article_id <= BigAutoField.MAX_BIGINT else []
    found = was_public(rows[0] if rows else None)
    found.section = around.section_of(found.section_id)
    if found.is_gone:
        return gone(request, found)
    if request.path != found.get_absolute_url():
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    context = article_context(found, _tags(found.pk), around.of(found))
    try:
        return render(request, "news/article.html", context)
    except NoSuchPage as missing:
        # Of what is listed under the article.
        return missing.redirect(request)


_by_number = PreparedQuery(
    lambda pk: (
        Article.objects.select_related("cover", "view_count", "thread").with_lists().filter(pk=pk)
    ),
    int,
)
_tags = PreparedQuery(lambda pk: Tag.objects.filter(articles=pk), int)


def article_context(
    found: Article, tags: list[Tag], beside: dict[str, list[around.Line]]
) -> dict[str, object]:
    """What the article page shows, with the stories `beside` it."""
    return {
        "article": found,
        "section": found.section,
        "photos": Photo.of_body(found.body),
        "attachments": Attachment.objects.below(found) if _has(found, "files") else [],
        "documents": Document.objects.published()
        .filter(articles=found.pk)
        .with_facts()
        .newest_first()
        if _has(found, "documents")
        else [],
        "tags": tags,
        "can_be_pdf": paper.is_possible(),
        **beside,
    }


def _has(article: Article, what: str) -> bool:
    """What with_lists() says of it; a preview's version has lists of its own."""
    return getattr(article, f"has_{what}", False)


def preview_context(article: Article, content: Content) -> dict[str, object]:
    """The same for a version that is not public: what stands around it is looked up by what it says."""
    shown = article.shown_with(content)
    files = Attachment.objects.select_related("download_count").in_order(content.attachments)
    tags = [Tag(name=name) for name in content.tags]
    return {
        **article_context(shown, tags, around.of_version(shown, content.related)),
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
        "photos": Photo.of_body(found.body),
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
    if counting.counts_view(request):
        counting.count_view(article_id)
    return HttpResponse(status=204)


@require_GET
@never_cache
def count_by_image(request: HttpRequest, article_id: int) -> HttpResponse:
    """The same for browsers without JavaScript."""
    if counting.counts_view(request):
        counting.count_view(article_id)
    return HttpResponse(ONE_PIXEL, content_type="image/gif")
