"""Reporting a comment as a violation, without an account."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comments import sources, tickets
from comments.forms import ReportForm
from comments.models import Comment, Quota, Report, ReportLimitReached
from comments.showing import address_of

OUTDATED = "Trang đã mở quá lâu. Hãy bấm “Gửi báo vi phạm” một lần nữa."
TOO_MANY = "Bạn vừa báo nhiều ý kiến. Hãy chờ ít phút rồi gửi lại."


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # As in comments.views.write: a signed ticket in place of a cookie.
@never_cache
def report(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Ask for the reason, then take the report. The answer is the same whether it was counted or not."""
    comment = get_object_or_404(
        Comment.objects.public().select_related("article__section", "parent"), pk=comment_id
    )
    form = ReportForm(request.POST or None)
    if request.method != "POST":
        return _answer(request, comment, form)
    try:
        tickets.age(request.POST.get("ticket", ""), comment.article_id)
    except tickets.TicketRefused:
        return _answer(request, comment, form, status=400, message=OUTDATED)
    if not sources.is_from_here(request):
        return _answer(request, comment, form, status=400, message=OUTDATED)
    source = sources.reporter_of(request)
    if wait := Quota.seconds_to_wait(source):
        return _too_many(request, comment, form, wait)
    if not form.is_valid():
        Quota.note_refused(source)
        return _answer(request, comment, form, status=400)
    try:
        Report.file(comment, source, form.cleaned_data["reason"])
    except ReportLimitReached:
        return _too_many(request, comment, form, Quota.seconds_to_wait(source))
    return _answer(request, comment, form, taken=True)


def _too_many(request: HttpRequest, comment: Comment, form: ReportForm, wait: int) -> HttpResponse:
    response = _answer(request, comment, form, status=429, message=TOO_MANY)
    response.headers["Retry-After"] = str(max(1, wait))
    return response


def _answer(
    request: HttpRequest, comment: Comment, form: ReportForm, *, status: int = 200, **extra: Any
) -> HttpResponse:
    context = {
        "comment": comment,
        "address": address_of(comment),
        "form": form,
        "ticket": tickets.new_ticket(comment.article_id),
        **extra,
    }
    return render(request, "comments/report.html", context, status=status)
