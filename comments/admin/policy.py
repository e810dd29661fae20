"""The office's rules for comments: when they are open, which words are watched, which sources are not trusted."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from comments.admin.lists import SOURCE_VAR
from comments.models import BlockedSource, Comment, Holiday, Policy, WatchedWord
from news.admin.desk_admin import DeskAdmin
from news.text import desk_moment


@admin.register(Policy)
class PolicyAdmin(DeskAdmin):
    """One row: its list is its form. Until somebody saves it the defaults hold, so the form makes it if need be."""

    fieldsets = [
        (
            "Nhận ý kiến",
            {
                "fields": ["is_open", "close_after_days", "replies_open"],
                "description": "Muốn đóng ý kiến của một tin: bỏ dấu “nhận ý kiến” trong mẫu sửa tin đó.",
            },
        ),
        ("Duyệt và trả lời", {"fields": ["waiting_limit", "alert_above", "answer_days"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """The form of what nobody has saved yet shows the defaults."""
        return Policy.current() if object_id == "1" else None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied("Bạn không có quyền xem quy định nhận ý kiến.")
        return HttpResponseRedirect(reverse("admin:comments_policy_change", args=[1]))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back to the form: the list of one row says nothing."""
        return HttpResponseRedirect(request.path)


@admin.register(WatchedWord)
class WatchedWordAdmin(DeskAdmin):
    list_display = ["words", "tier", "folded_too"]
    list_per_page = 100
    fields = ["words", "tier", "folded_too"]
    actions = None


@admin.register(Holiday)
class HolidayAdmin(DeskAdmin):
    list_display = ["day", "name"]
    fields = ["day", "name"]
    actions = None


@admin.register(BlockedSource)
class BlockedSourceAdmin(DeskAdmin):
    """Sources are blocked where their comments are read; here a block is shortened, noted, or ended by deleting it."""

    list_display = ["name", "state", "comments", "by", "created_at", "note"]
    list_select_related = ["by"]
    list_per_page = 50
    show_full_result_count = False
    fields = ["name", "comments", "until", "note"]
    readonly_fields = ["name", "comments"]
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        newest = (
            Comment.objects.filter(source=OuterRef("source"))
            .exclude(source="")
            .order_by("-created_at", "-id")
        )
        return (
            super().get_queryset(request).annotate(newest_comment=Subquery(newest.values("pk")[:1]))
        )

    @admin.display(description="ý kiến")
    def comments(self, blocked: Any) -> str | SafeString:
        """A link to all that came from there: the hash itself is on no page."""
        if not blocked.newest_comment:
            return "không còn ý kiến nào ghi nguồn này"
        address = reverse("admin:comments_comment_changelist")
        return format_html(
            '<a href="{}?{}={}">Xem các ý kiến</a>', address, SOURCE_VAR, blocked.newest_comment
        )

    @admin.display(description="nguồn gửi")
    def name(self, blocked: BlockedSource) -> str:
        return f"Nguồn số {blocked.pk}"

    @admin.display(description="chặn", ordering="until")
    def state(self, blocked: BlockedSource) -> str:
        until = desk_moment(blocked.until)
        return f"đến {until}" if blocked.until > timezone.now() else f"đã hết lúc {until}"
