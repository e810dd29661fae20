"""E-mails on their way, for the administrator: what failed, why, and sending it again. The text is shown to nobody."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from news import text
from news.admin.desk_admin import DeskAdmin
from news.admin.read_only import ReadOnly
from news.models import OutboxMessage

PERMISSION_TO_RESEND = "news.resend_outboxmessage"


@admin.register(OutboxMessage)
class OutboxAdmin(ReadOnly, DeskAdmin):
    list_display = ["created_at", "kind", "to", "state", "attempts", "last_error"]
    list_filter = ["state", "kind"]
    list_per_page = 50
    empty_value_display = ""
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # Not the body: it may hold links meant for nobody but its reader.
    readonly_fields = [
        "kind",
        "recipient",
        "subject",
        "state",
        "last_error",
        "attempts",
        "created_at",
        "not_before",
        "claimed_at",
        "sent_at",
    ]
    fields = [*readonly_fields]
    actions = None

    @admin.display(description="người nhận")
    def to(self, message: OutboxMessage) -> str:
        return text.masked(message.recipient) if message.recipient else "đã xoá"

    def get_urls(self) -> list[URLPattern]:
        resend = self.admin_site.admin_view(require_POST(self.resend_view))
        return [
            path("<int:message_id>/gui-lai/", resend, name="news_outboxmessage_resend"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may_resend = request.user.has_perm(PERMISSION_TO_RESEND)
        context = {"may_resend": may_resend, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def resend_view(self, request: HttpRequest, message_id: int) -> HttpResponse:
        """Let a stuck message wait again; the next tick sends it."""
        if not (request.user.has_perm(PERMISSION_TO_RESEND) and self.has_view_permission(request)):
            raise PermissionDenied("Bạn không có quyền gửi lại thư.")
        message = get_object_or_404(OutboxMessage, pk=message_id)
        try:
            message.resend(by=request.user)
        except ValueError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, message, "Gửi lại")
            self.message_user(request, "Thư sẽ được gửi lại trong ít phút.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:news_outboxmessage_change", args=[message.pk]))
