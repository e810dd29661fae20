"""The record of decisions: who decided what when with which reason. Read only, without text or address."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from comments.models import Decision
from news.admin.choices import is_key
from news.admin.desk_admin import DeskAdmin
from news.admin.read_only import ReadOnly

PER_PAGE = 50
# A decision's key: those that are older.
BEFORE_VAR = "truoc"


@admin.register(Decision)
class DecisionAdmin(ReadOnly, DeskAdmin):
    fields = ["at", "by", "action", "before", "after", "reason", "note"]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One page, and whether there is an older one: nothing is counted, so a page costs the same for ever."""
        if not self.has_view_permission(request):
            raise PermissionDenied("Bạn không có quyền xem nhật ký quyết định.")
        found = Decision.objects.order_by("-at", "-id")
        before = request.GET.get(BEFORE_VAR, "")
        last = Decision.objects.filter(pk=before).first() if is_key(before) else None
        if last:
            found = found.filter(at__lte=last.at).filter(Q(at__lt=last.at) | Q(pk__lt=last.pk))
        page = list(found.prefetch_related("by")[: PER_PAGE + 1])
        context = {
            **self.admin_site.each_context(request),
            "title": "Nhật ký quyết định",
            "opts": self.opts,
            "decisions": page[:PER_PAGE],
            "older": page[PER_PAGE - 1] if len(page) > PER_PAGE else None,
            "newest": last is None,
            "may_look": request.user.has_perm("comments.view_comment"),
        }
        return render(request, "admin/comments/decision/change_list.html", context)
