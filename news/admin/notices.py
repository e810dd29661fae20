"""A person's notices at the desk: everybody sees and reads their own and nobody else's."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from news.models import Notice, NoticeChoice

PER_PAGE = 50


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    mine = Notice.objects.of(request.user)
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        **admin.site.each_context(request),
        "title": "Thông báo",
        "page": page,
        "some_unread": any(notice.read_at is None for notice in page),
        "sends_mail": settings.SENDS_MAIL,
        "by_mail": NoticeChoice.wants_mail(request.user),
    }
    return render(request, "admin/news/notice/list.html", context)


@require_POST
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark it read and go where it leads. Somebody else's does not exist."""
    notice = get_object_or_404(Notice.objects.of(request.user), pk=notice_id)
    Notice.objects.filter(pk=notice.pk).mark_read()
    return HttpResponseRedirect(notice.address) if notice.address else redirect("notices")


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    if Notice.objects.of(request.user).mark_read():
        messages.success(request, "Đã đánh dấu tất cả là đã đọc.")
    return redirect("notices")


@require_POST
def choose_mail(request: HttpRequest) -> HttpResponse:
    """Whether this person's notices come by e-mail too."""
    wanted = request.POST.get("by_mail") == "yes"
    NoticeChoice.objects.update_or_create(user=request.user, defaults={"by_mail": wanted})
    messages.success(
        request,
        "Thông báo sẽ được gửi cả qua thư điện tử."
        if wanted
        else "Bạn sẽ không nhận thư thông báo nữa.",
    )
    return redirect("notices")
