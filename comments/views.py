"""What readers ask of comments: more of them, and taking theirs by the dialog or the plain form without JavaScript."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from comments import intake, proofs, showing, sources, tickets
from comments.forms import CommentForm
from comments.models import Policy, Quota
from comments.models.comment_queryset import CommentQuerySet
from comments.private_links import private_address
from news import freshness
from news.freshness import public_page_with
from news.models import Article

# A comment of 2,000 characters, each the longest in UTF-8 and percent-encoded, with room for the other fields.
MAX_BODY = 32 * 1024

CLOSED = "Tin này không còn nhận ý kiến."
OUTDATED = "Trang đã mở quá lâu. Hãy bấm “Lưu thông tin” một lần nữa."
TOO_MANY = "Bạn vừa gửi nhiều ý kiến. Hãy chờ ít phút rồi gửi lại; nội dung của bạn vẫn còn đây."


@require_safe
@public_page_with("trang", "thu-tu")
def page(request: HttpRequest, article_id: int) -> HttpResponse:
    """One page of an article's comments for "Xem thêm"; `more` is where the next one is. Raises Http404."""
    article = get_object_or_404(
        Article.objects.published().select_related("section"), pk=article_id
    )
    found = showing.section_of(article, request.GET, Policy.in_force())
    here = found["page"]
    more = (
        f"{request.path}?{found['query']}trang={here.next_page_number()}" if here.has_next() else ""
    )
    return JsonResponse({"comments": found["comments"], "more": more})


@require_safe
@never_cache
def ticket(request: HttpRequest, article_id: int) -> HttpResponse:
    """Asked by the article page when the reader begins to write."""
    article = _story(article_id)
    if not Policy.in_force().takes_comments(article):
        return JsonResponse({"ticket": ""}, status=404)
    return JsonResponse(_with_proof(tickets.new_ticket(article_id)))


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # The article page has no cookie to tie a token to; the signed ticket stands in its place.
@never_cache
def write(request: HttpRequest, article_id: int) -> HttpResponse:
    """The form on a page of its own, and where both forms are sent."""
    length = request.headers.get("content-length") or "0"
    if not length.isdecimal() or int(length) > MAX_BODY:
        return HttpResponse(
            "Nội dung gửi lên quá lớn.", status=413, content_type="text/plain; charset=utf-8"
        )
    article = _story(article_id)
    policy = Policy.in_force()
    if not policy.takes_comments(article):
        kept = CommentForm(initial=request.POST.dict())
        return _answer(request, article, kept, status=403, message=CLOSED, closed=True)
    answerable = showing.answerable(article, policy)
    if request.method != "POST" or "ticket" not in request.POST:
        # The box of the article page, sent without JavaScript: ask for the rest, keep the text.
        initial = {"text": request.POST.get("text", ""), "parent": request.GET.get("tra-loi")}
        kept = CommentForm(initial=initial, answerable=answerable)
        return _answer(request, article, kept, status=200)
    return _take(request, article, answerable)


def _story(article_id: int) -> Article:
    """A published story as its form needs it, from memory while nothing that the public sees has changed.

    Raises Http404.
    """

    def find() -> Article:
        published = Article.objects.published().select_related("section").defer("body")
        return get_object_or_404(published, pk=article_id)

    story: Article = freshness.made_once(("a story that is answered", article_id), find)
    return story


def _take(
    request: HttpRequest, article: Article, answerable: CommentQuerySet | None
) -> HttpResponse:
    """Hard refusals, form, limit, then comments.intake."""
    given = request.POST["ticket"]
    source = sources.source_of(request)

    def kept() -> CommentForm:
        return CommentForm(initial=request.POST.dict(), answerable=answerable)

    try:
        age = tickets.age(given, article.pk)
    except tickets.TicketRefused:
        return _answer(request, article, kept(), status=400, message=OUTDATED)
    form = CommentForm(request.POST, answerable=answerable)
    if not form.is_valid():
        if wait := Quota.seconds_to_wait(source):
            return _too_many(request, article, kept(), wait)
        Quota.note_refused(source)
        return _answer(request, article, form, status=400, ticket=given)
    sending = intake.Sending(
        source,
        age,
        sources.is_from_here(request),
        request.POST.get("website"),
        ticket=given,
        proof=request.POST.get("proof", ""),
    )
    try:
        number = intake.take(form, article, sending)
    except intake.LimitReached:
        return _too_many(request, article, kept(), Quota.seconds_to_wait(source))
    private = private_address(number)
    return _answer(request, article, form, status=200, sent=True, private_address=private)


def _with_proof(ticket: str) -> dict[str, Any]:
    """The ticket as the dialog gets it; in a flood with work for the browser, which static/js/proof.js does.

    None for who has sent: another comment gets its own when its writing begins.
    """
    if not ticket:
        return {}
    return {"ticket": ticket} | ({"work": proofs.work(ticket)} if proofs.is_flood() else {})


def _work(ticket: str) -> str:
    """The same work for the form on a page of its own, as its template takes it."""
    work = _with_proof(ticket).get("work")
    return json.dumps(work) if work else ""


def _too_many(request: HttpRequest, article: Article, form: CommentForm, wait: int) -> HttpResponse:
    response = _answer(request, article, form, status=429, message=TOO_MANY)
    response.headers["Retry-After"] = str(max(1, wait))
    return response


def _answer(
    request: HttpRequest, article: Article, form: CommentForm, *, status: int, **extra: Any
) -> HttpResponse:
    """The same answer as a page or, for the dialog, as JSON; with a ticket for the next try, if one is needed.

    A ticket that was good is given back: one who mends a slip in two seconds is not "too fast".
    """
    sent = extra.get("sent", False)
    given = extra.pop("ticket", "") or ("" if sent else tickets.new_ticket(article.pk))
    if request.headers.get("Accept") == "application/json":
        errors = (
            {name: list(messages) for name, messages in form.errors.items()}
            if form.is_bound
            else {}
        )
        return JsonResponse(
            {"errors": errors, "sent": sent, "message": "", **_with_proof(given), **extra},
            status=status,
        )
    return render(
        request,
        "comments/thanks.html" if sent else "comments/write.html",
        {
            "article": article,
            "form": form,
            "ticket": given,
            "work": _work(given) if not sent else "",
            "sends_mail": settings.SENDS_MAIL,
            **extra,
        },
        status=status,
    )
