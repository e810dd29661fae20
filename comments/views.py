"""Taking a reader's comment: the dialog of the article page and the plain form without JavaScript."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from comments import moderation
from comments.forms import CommentForm
from news.models import Article

# A comment of 2,000 characters, each the longest in UTF-8 and percent-encoded, with room for the other fields.
MAX_BODY = 32 * 1024

FOREIGN = "Hãy gửi ý kiến từ trang của tin."
CLOSED = "Tin này không còn nhận ý kiến."
OUTDATED = "Trang đã mở quá lâu hoặc được gửi quá nhanh. Hãy bấm “Lưu thông tin” một lần nữa."
TOO_MANY = "Bạn vừa gửi nhiều ý kiến. Hãy chờ ít phút rồi gửi lại; nội dung của bạn vẫn còn đây."


@require_safe
@never_cache
def ticket(request: HttpRequest, article_id: int) -> HttpResponse:
    """Asked by the article page when the reader begins to write."""
    get_object_or_404(Article.objects.published(), pk=article_id, comments_open=True)
    return JsonResponse({"ticket": moderation.new_ticket(article_id)})


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
    article = get_object_or_404(
        Article.objects.published().select_related("section"), pk=article_id
    )
    form = CommentForm(request.POST or None)
    if not article.comments_open:
        return _answer(request, article, form, status=403, message=CLOSED, closed=True)
    if request.method != "POST" or "ticket" not in request.POST:
        # The box of the article page, sent without JavaScript: ask for the rest, keep the text.
        return _answer(
            request,
            article,
            CommentForm(initial={"text": request.POST.get("text", "")}),
            status=200,
        )
    return _take(request, article, form)


def _take(request: HttpRequest, article: Article, form: CommentForm) -> HttpResponse:
    if not moderation.is_from_here(request):
        return _answer(request, article, CommentForm(), status=403, message=FOREIGN)
    try:
        moderation.check_ticket(form.data["ticket"], article.pk)
    except moderation.TicketRefused:
        # Not looked at any further: only what was typed goes back.
        kept = CommentForm(initial=request.POST.dict())
        return _answer(request, article, kept, status=400, message=OUTDATED)
    if not form.is_valid():
        return _answer(request, article, form, status=400)
    source = moderation.source_of(request)
    if wait := moderation.seconds_to_wait(source):
        response = _answer(request, article, form, status=429, message=TOO_MANY)
        response.headers["Retry-After"] = str(wait)
        return response
    comment = form.as_comment()
    comment.article, comment.source = article, source
    comment.consent_version = settings.COMMENT_CONSENT_VERSION
    comment.digest = moderation.digest_of(article.pk, comment.name, comment.email, comment.text)
    try:
        with transaction.atomic():
            comment.save()
    except IntegrityError:
        pass  # The same words once more: stored once, and the sender is thanked all the same.
    return _answer(request, article, form, status=200, sent=True)


def _answer(
    request: HttpRequest, article: Article, form: CommentForm, *, status: int, **extra: Any
) -> HttpResponse:
    """The same answer as a page or, for the dialog, as JSON with a fresh ticket."""
    fresh = moderation.new_ticket(article.pk)
    if request.headers.get("Accept") == "application/json":
        errors = (
            {name: list(messages) for name, messages in form.errors.items()}
            if form.is_bound
            else {}
        )
        return JsonResponse(
            {"errors": errors, "ticket": fresh, "sent": False, "message": "", **extra},
            status=status,
        )
    template = "comments/thanks.html" if extra.get("sent") else "comments/write.html"
    return render(
        request,
        template,
        {"article": article, "form": form, "ticket": fresh, **extra},
        status=status,
    )
