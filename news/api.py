"""The API under /api/: published stories, sections and documents for other programs, to read and nothing else.

Lists are JSON Feed 1.1, errors are problem details (RFC 9457); `news.api_description` says the same to machines.
Every answer may be read by any page in a browser, is kept like a public page, and holds nobody's personal data but the
pen name under a story and the signer's name on a document, which are printed there.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from news import api_description, freshness, paging, syndication
from news.addresses import TRACKING
from news.models import Article, ArticleAttachment, Attachment, Document, Section
from news.models.document_attachment import DocumentAttachment
from news.publisher import absolute, publisher
from news.syndication import Entry
from news.text import to_the_second

Data = dict[str, Any]

USUAL, MOST = 20, 50
JSON_FEED = "https://jsonfeed.org/version/1.1"
METHODS = "GET, HEAD, OPTIONS"
# What each parameter may say, in words.
MEANINGS = {
    "after": "hãy viết số của một mục, như trong next_url",
    "limit": f"hãy viết một số từ 1 đến {MOST}",
    "section": "hãy viết slug của một chuyên mục, như trong /api/sections/",
}


class Problem(Exception):
    """What was wrong with a request: a status, and a sentence for the developer who reads it."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail


class _Json(JsonResponse):
    def __init__(self, data: Data, *, status: int = 200, content_type: str) -> None:
        parameters = {"ensure_ascii": False, "separators": (",", ":")}
        super().__init__(
            data, status=status, content_type=content_type, json_dumps_params=parameters
        )


def _problem(found: Problem) -> HttpResponse:
    data = {
        "type": "about:blank",
        "title": found.title,
        "status": found.status,
        "detail": found.detail,
    }
    return _Json(data, status=found.status, content_type="application/problem+json")


def endpoint(*parameters: str, content_type: str = "application/json") -> Callable[..., Any]:
    """The view returns data; `parameters` are those of the query that it knows, each at most once."""

    def wrap(view: Callable[..., Data]) -> Callable[..., HttpResponse]:
        # Nothing is changed here, so there is nothing to forge.
        @csrf_exempt
        @freshness.same_for_all
        @wraps(view)
        def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            response = _answer(view, request, parameters, content_type, kwargs)
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = "ETag"
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            return response

        return answered

    return wrap


def _answer(
    view: Callable[..., Data],
    request: HttpRequest,
    parameters: tuple[str, ...],
    content_type: str,
    kwargs: Data,
) -> HttpResponse:
    if request.method == "OPTIONS":
        headers = {
            "Allow": METHODS,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": "If-None-Match",
            "Access-Control-Max-Age": "86400",
        }
        return HttpResponse(status=204, headers=headers)
    try:
        if request.method not in {"GET", "HEAD"}:
            raise Problem(405, "Method Not Allowed", "Chỉ đọc được: GET, HEAD, OPTIONS.")
        _require_known(request, parameters)
        response: HttpResponse = _Json(view(request, **kwargs), content_type=content_type)
        response.headers[freshness.CACHEABLE_HEADER] = "yes"
    except Http404:
        response = _problem(_missing("Không có gì ở địa chỉ này."))
    except Problem as found:
        response = _problem(found)
        if found.status == 405:
            response.headers["Allow"] = METHODS
    return response


# --- what is asked for ----------------------------------------------------------------------------


def _require_known(request: HttpRequest, parameters: tuple[str, ...]) -> None:
    for name, values in request.GET.lists():
        if name in TRACKING:
            continue
        if name not in parameters:
            known = ", ".join(parameters) or "không có"
            raise _wrong(f"Không có tham số này; các tham số: {known}.")
        if len(values) > 1:
            raise _wrong(f"Tham số {name} chỉ viết một lần.")
        if not freshness.LISTED[name].fullmatch(values[0]):
            raise _wrong(f"Tham số {name}: {MEANINGS[name]}.")


def _wrong(detail: str) -> Problem:
    return Problem(400, "Bad Request", detail)


def _missing(detail: str) -> Problem:
    return Problem(404, "Not Found", detail)


def _limit(request: HttpRequest) -> int:
    return int(request.GET.get("limit", USUAL))


# --- stories --------------------------------------------------------------------------------------


@endpoint("after", "limit", "section", content_type="application/feed+json")
def articles(request: HttpRequest) -> Data:
    """Stories, the newest first. `after` names the story after which the page begins, so it is kept by its content."""
    limit = _limit(request)
    parts, place = [Article.objects.all()], None
    if slug := request.GET.get("section"):
        section = Section.objects.filter(slug=slug).first()
        if section is None:
            raise _missing("Không có chuyên mục nào mang slug này.")
        parts = Article.objects.parts_of(section)
    if number := request.GET.get("after"):
        # One that was withdrawn meanwhile still says where to go on.
        known = Article.objects.exclude(status=Article.Status.DRAFT)
        moment = known.filter(pk=number).values_list("published_at", flat=True).first()
        if moment is None or moment > timezone.now():
            raise _missing("Không có tin nào mang số này để đọc tiếp.")
        place = paging.Place(moment, int(number))
    office = publisher()
    page = syndication.entries(paging.newest(parts, limit + 1, after=place), office.office)
    files = _files_of_articles([entry.article for entry in page])
    return _feed(
        request,
        title=office.full_name,
        description=f"Tin mới của {office.office}",
        author=office.office,
        items=[_article(entry, files) for entry in page[:limit]],
        further=page[limit - 1].article.pk if len(page) > limit else None,
    )


@endpoint()
def article(request: HttpRequest, number: int) -> Data:
    """One story, as an item of the list has it."""
    found = syndication.entries(Article.objects.published().filter(pk=number), publisher().office)
    if not found:
        raise Http404
    return _article(found[0], _files_of_articles([found[0].article]))


def _article(entry: Entry, files: dict[int, list[Attachment]]) -> Data:
    cover, section = entry.article.cover, entry.article.section
    item = {
        "id": entry.identifier,
        "url": entry.address,
        "title": entry.article.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "image": absolute(cover.social_url) if cover else None,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.changed.isoformat(),
        "authors": [{"name": entry.author}],
        "tags": [tag.name for tag in entry.article.tags.all()],
        "language": "vi",
        "attachments": [_file(file) for file in files.get(entry.article.pk, [])],
        "_article": {
            "number": entry.article.pk,
            "api_url": absolute(reverse("api:article", args=[entry.article.pk])),
            "section": {
                "name": section.name,
                "slug": section.slug,
                "url": absolute(section.get_absolute_url()),
            },
        },
    }
    return {name: value for name, value in item.items() if value is not None}


def _files_of_articles(found: list[Article]) -> dict[int, list[Attachment]]:
    """What stands below each of these stories, in its order; one query."""
    rows = ArticleAttachment.objects.filter(article__in=found, order__isnull=False)
    files: dict[int, list[Attachment]] = {}
    for row in rows.select_related("attachment").order_by("article", "order"):
        files.setdefault(row.article_id, []).append(row.attachment)
    return files


def _file(file: Attachment) -> Data:
    return {
        "url": absolute(file.get_absolute_url()),
        "mime_type": file.content_type,
        "title": file.title,
        "size_in_bytes": file.size,
    }


# --- sections -------------------------------------------------------------------------------------


@endpoint(content_type="application/feed+json")
def sections(request: HttpRequest) -> Data:
    """All sections in the order of the menu; there are a few dozen at most."""
    office = publisher()
    return _feed(
        request,
        title=f"Chuyên mục – {office.full_name}",
        description=f"Các chuyên mục của {office.office}",
        author=office.office,
        items=[_section(section) for section in Section.objects.select_related("parent")],
        further=None,
    )


def _section(section: Section) -> Data:
    address = absolute(section.get_absolute_url())
    articles_url = f"{absolute(reverse('api:articles'))}?{urlencode({'section': section.slug})}"
    return {
        "id": address,
        "url": address,
        "title": section.name,
        "content_text": section.name,
        "_section": {
            "slug": section.slug,
            "parent": section.parent.slug if section.parent else None,
            "articles_url": articles_url,
            "rss_url": absolute(reverse("news:section_feed", args=[section.slug])),
            "atom_url": absolute(reverse("news:section_atom", args=[section.slug])),
        },
    }


# --- documents ------------------------------------------------------------------------------------


@endpoint("after", "limit", content_type="application/feed+json")
def documents(request: HttpRequest) -> Data:
    """Documents, the newest by day of issue first."""
    found, limit = Document.objects.published(), _limit(request)
    if number := request.GET.get("after"):
        known = Document.objects.exclude(status=Document.Status.DRAFT)
        day = known.filter(pk=number).values_list("issued_on", flat=True).first()
        if day is None:
            raise _missing("Không có văn bản nào mang khoá này để đọc tiếp.")
        found = found.older_than(day, int(number))
    office = publisher()
    page = list(found.newest_first().with_facts()[: limit + 1])
    files = _files_of_documents(page)
    return _feed(
        request,
        title=f"Văn bản – {office.full_name}",
        description=f"Văn bản do {office.office} đăng",
        author=office.office,
        items=[_document(document, files) for document in page[:limit]],
        further=page[limit - 1].pk if len(page) > limit else None,
    )


@endpoint()
def document(request: HttpRequest, number: int) -> Data:
    """One document, as an item of the list has it."""
    found = get_object_or_404(Document.objects.published().with_facts(), pk=number)
    return _document(found, _files_of_documents([found]))


def _document(document: Document, files: dict[int, list[Attachment]]) -> Data:
    replacement = document.replacement
    assert document.published_at is not None  # noqa: S101 - it is published
    return {
        "id": absolute(reverse("api:document", args=[document.pk])),
        "url": absolute(document.get_absolute_url()),
        "title": document.title,
        "content_text": document.abstract,
        "date_published": to_the_second(document.published_at).isoformat(),
        "language": "vi",
        "attachments": [_file(file) for file in files.get(document.pk, [])],
        "_document": {
            "key": document.pk,
            "api_url": absolute(reverse("api:document", args=[document.pk])),
            "number": document.number,
            "kind": document.kind.name,
            "issuer": document.issuer.name,
            "signer": document.signer,
            "issued_on": document.issued_on.isoformat(),
            "effective_on": document.effective_on.isoformat(),
            "ends_on": document.ends_on.isoformat() if document.ends_on else None,
            "state": document.state.label,
            "replaced_by": absolute(replacement.get_absolute_url()) if replacement else None,
        },
    }


def _files_of_documents(found: list[Document]) -> dict[int, list[Attachment]]:
    rows = DocumentAttachment.objects.filter(document__in=found)
    files: dict[int, list[Attachment]] = {}
    for row in rows.select_related("attachment").order_by("document", "order"):
        files.setdefault(row.document_id, []).append(row.attachment)
    return files


# --- lists, and what is said about the whole --------------------------------------------------------


def _feed(
    request: HttpRequest,
    *,
    title: str,
    description: str,
    author: str,
    items: list[Data],
    further: int | None,
) -> Data:
    """A list as JSON Feed; `further` is the last story on the page where more follow."""
    asked = {n: request.GET[n] for n in ("section", "limit", "after") if n in request.GET}
    here = absolute(request.path)
    feed = {
        "version": JSON_FEED,
        "title": title,
        "home_page_url": absolute("/"),
        "feed_url": _with_query(here, asked),
        "description": description,
        "authors": [{"name": author, "url": absolute("/")}],
        "language": "vi",
        "items": items,
    }
    if further is not None:
        feed["next_url"] = _with_query(here, {**asked, "after": str(further)})
    return feed


def _with_query(address: str, query: dict[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


@endpoint()
def description(request: HttpRequest) -> Data:
    """What the API answers, as OpenAPI 3.1."""
    return api_description.description()


@endpoint()
def nowhere(request: HttpRequest, rest: str) -> Data:
    raise Http404


@require_safe
@freshness.public_page
def guide(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    return render(request, "news/api.html", {"usual": USUAL, "most": MOST})
