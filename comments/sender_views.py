"""What who sent a comment may see and do by the private link. Opening one never changes anything."""

from typing import Any

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from comments import private_links
from comments.models import AlreadyDecided, AskedAddress, Comment, Reason, asked
from comments.private_links import private_address
from comments.showing import address_of
from news.views import not_kept

Status, Notify = Comment.Status, Comment.Notify

# What became of it, in words. Spam is refused as any other is: what we suspect is told nobody.
STATES = {
    Status.PENDING: "Ý kiến của bạn đang chờ duyệt. Sau khi được duyệt, ý kiến sẽ hiện ra dưới tin.",
    Status.APPROVED: "Ý kiến của bạn đã được duyệt.",
    Status.REFUSED: "Ý kiến của bạn không được đăng.",
    Status.SPAM: "Ý kiến của bạn không được đăng.",
    Status.HIDDEN: "Ý kiến của bạn từng được đăng, nay đã được gỡ khỏi trang.",
    Status.WITHDRAWN: "Bạn đã rút ý kiến này. Ý kiến không hiện trên trang và sẽ được xoá.",
    Status.ERASED: "Ý kiến này đã được xoá theo yêu cầu của người gửi.",
}
CHANGED = (
    "Tình trạng của ý kiến vừa thay đổi. Hãy xem lại rồi bấm một lần nữa nếu bạn vẫn muốn rút."
)


@require_safe
def private(request: HttpRequest, token: str) -> HttpResponse:
    """What became of the comment, and what was sent. Raises Http404 for a link that is not ours."""
    comment, by_mail = _opened(token)
    return not_kept(
        render(request, "comments/private.html", _context(comment, token, by_mail=by_mail))
    )


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # Whoever has the link may act; there is no session that another site could use.
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether it is meant, then take the comment back."""
    comment, by_mail = _opened(token)
    context = _context(comment, token, by_mail=by_mail)
    if not context["may_withdraw"]:
        return not_kept(HttpResponseRedirect(context["private_address"]))
    if request.method == "POST":
        try:
            comment.withdraw(seen=_number(request.POST.get("seen", "")))
        except AlreadyDecided:
            context = _context(comment, token, by_mail=by_mail) | {"message": CHANGED}
        else:
            return not_kept(HttpResponseRedirect(context["private_address"]))
    return not_kept(render(request, "comments/withdraw.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # As withdraw().
def notify(request: HttpRequest, token: str) -> HttpResponse:
    """Be told of an answer by mail, or not. To say yes, or never, needs the link that came by mail."""
    comment, by_mail = _opened(token)
    # Who comes back to this address later, or reloads, is led to the page.
    if request.POST.get("notify") == "no":
        comment.stop_notify()
    elif request.POST.get("notify") == "never" and by_mail:
        comment.refuse_letters()
    elif request.method == "POST" and by_mail:
        comment.confirm_notify()
    return not_kept(HttpResponseRedirect(private_address(comment.pk, by_mail=by_mail)))


def _opened(token: str) -> tuple[Comment, bool]:
    try:
        comment_id, by_mail = private_links.opened(token)
    except BadSignature as error:
        raise Http404 from error
    comments = Comment.objects.select_related("article__section", "parent")
    return get_object_or_404(comments, pk=comment_id), by_mail


def _context(comment: Comment, token: str, *, by_mail: bool) -> dict[str, Any]:
    status = Status(comment.status)
    shown = Comment.objects.public().with_answers().filter(pk=comment.pk).first()
    says_why = status in {Status.REFUSED, Status.HIDDEN} and comment.reason != Reason.OTHER
    may_be_answered = status in {Status.PENDING, Status.APPROVED}
    is_read = by_mail and bool(comment.email)
    refused = is_read and AskedAddress.objects.of(comment.email).refused().exists()
    return {
        "comment": comment,
        "token": token,
        "private_address": private_address(comment.pk, by_mail=by_mail),
        "state": STATES[status],
        "reason": comment.get_reason_display() if says_why else "",
        "public_address": address_of(comment) if shown else "",
        "is_gone": status == Status.APPROVED and shown is None,
        "answer": shown.public_answer if shown else None,
        "words": "" if status == Status.WITHDRAWN else comment.text,
        "may_withdraw": status not in {Status.WITHDRAWN, Status.ERASED},
        "waits_for_mail": may_be_answered and comment.notify == Notify.ASKED and not by_mail,
        "may_confirm": may_be_answered and comment.notify == Notify.ASKED and by_mail,
        "asked_days": asked.KEPT.days,
        "may_refuse": is_read and not refused,
        "has_refused": is_read and refused,
        "is_told": may_be_answered and comment.notify == Notify.CONFIRMED,
    }


def _number(value: str) -> int:
    """The revision that a form says was seen; 0, which none has, for anything else."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
