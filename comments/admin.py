"""The moderators' queue. Comments are decided here and nothing else: nobody adds, edits or deletes one."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from comments import answers_admin, suspicion  # noqa: F401
from comments.models import Action, AlreadyDecided, Comment, Reason
from news.text import desk_moment, masked

PERMISSION_TO_DECIDE = "comments.decide_comment"
EVERYTHING = "all"


def waiting_words(waited: dt.timedelta) -> str:
    """How long something has waited, in its largest unit: `chưa đến 1 phút`, `5 phút`, `2 giờ`, `3 ngày`."""
    minutes = int(waited.total_seconds()) // 60
    for size, unit in ((24 * 60, "ngày"), (60, "giờ"), (1, "phút")):
        if minutes >= size:
            return f"{minutes // size} {unit}"
    return "chưa đến 1 phút"


def key_of(comment: Comment) -> str:
    """What a button sends: which comment, and which revision of it was seen."""
    return f"{comment.pk}:{comment.revision}"


def pair_of(key: str) -> tuple[int, int] | None:
    """The same read back; None for what no button of ours sends."""
    pk, _, revision = key.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (pk, revision)):
        return None
    return int(pk), int(revision)


class StateFilter(admin.SimpleListFilter):
    """What waits is shown unless another state is asked for."""

    title = "tình trạng"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        decided = [
            (str(value), label)
            for value, label in Comment.Status.choices
            if value != Comment.Status.PENDING
        ]
        return [*decided, (EVERYTHING, "Tất cả")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Django's first choice means "no filter"; here that is the queue."""
        first, *others = super().choices(changelist)
        yield {**first, "display": Comment.Status.PENDING.label}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == EVERYTHING:
            return queryset
        return queryset.filter(status=self.value() or Comment.Status.PENDING)


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    list_display = ["what", "sender", "when", "decide"]
    list_display_links = ["when"]
    list_filter = [StateFilter]
    list_select_related = ["article__section", "decided_by"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["text", "name"]
    readonly_fields = [
        "article_link",
        "name",
        "email",
        "words",
        "signs",
        "state",
        "created_at",
        "decided_at",
        "decided_by",
        "consent_version",
    ]
    fields = [*readonly_fields]
    actions = ["approve_ticked", "refuse_ticked"]

    # --- rights ----------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION_TO_DECIDE)

    # --- the queue -------------------------------------------------------------------------------

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """In the queue the longest-waiting first, as Comment.objects.awaiting(); elsewhere the newest."""
        return (
            ["-created_at", "-id"]
            if request.GET.get(StateFilter.parameter_name)
            else ["created_at", "id"]
        )

    @admin.display(description="ý kiến")
    def what(self, comment: Comment) -> SafeString:
        signs = self.signs(comment)
        return format_html(
            '<p class="comment-article">{}</p><div class="comment-text">{}</div>{}',
            self.article_link(comment),
            self.words(comment),
            format_html('<p class="comment-signs">{}</p>', signs) if comment.signals else "",
        )

    @admin.display(description="người gửi")
    def sender(self, comment: Comment) -> SafeString:
        return format_html(
            '{}<br><span class="quiet">{}</span>', comment.name, masked(comment.email)
        )

    @admin.display(description="chờ", ordering="created_at")
    def when(self, comment: Comment) -> str:
        if comment.status == Comment.Status.PENDING:
            return waiting_words(timezone.now() - comment.created_at)
        return desk_moment(comment.created_at)

    @admin.display(description="quyết định")
    def decide(self, comment: Comment) -> SafeString:
        """Both buttons for what waits (the queue's form sends them), the decision for the rest."""
        if comment.status != Comment.Status.PENDING:
            return format_html(
                "{}<br><span class='quiet'>{}</span>", self.state(comment), comment.decided_by or ""
            )
        return format_html(
            '<span class="decide"><button class="button approve" name="_approve" value="{0}">Duyệt</button> '
            '<button class="button" name="_refuse" value="{0}">Từ chối</button></span>',
            key_of(comment),
        )

    def get_list_display(self, request: HttpRequest) -> Any:
        """Who may only look gets no buttons; the verbs check the right again."""
        return (
            self.list_display
            if self.has_decide_permission(request)
            else ["what", "sender", "when", "state"]
        )

    # --- one comment -----------------------------------------------------------------------------

    @admin.display(description="tin bài")
    def article_link(self, comment: Comment) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', comment.article.get_absolute_url(), comment.article.title
        )

    @admin.display(description="nội dung")
    def words(self, comment: Comment) -> SafeString:
        """Plain text for ever: escaped, with its line breaks."""
        return linebreaksbr(comment.text)

    @admin.display(description="dấu hiệu")
    def signs(self, comment: Comment) -> SafeString | str:
        return (
            format_html_join(
                " ",
                '<span class="state state-missing">△ {}</span>',
                ((suspicion.sentence(signal),) for signal in comment.signals),
            )
            or "–"
        )

    @admin.display(description="tình trạng")
    def state(self, comment: Comment) -> SafeString:
        mark = {Comment.Status.PENDING: "◷", Comment.Status.APPROVED: "●"}
        return format_html(
            '<span class="state state-{}">{} {}</span>',
            comment.status,
            mark.get(Comment.Status(comment.status), "×"),
            comment.get_status_display(),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may_decide = self.has_decide_permission(request)
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "may_decide": may_decide}
        )

    # --- deciding --------------------------------------------------------------------------------

    @admin.display(description="chọn")
    def action_checkbox(self, comment: Comment) -> SafeString:
        """Django's box, but it says which revision was seen."""
        label = f"Chọn ý kiến của {comment.name}"
        box = forms.CheckboxInput({"class": "action-select", "aria-label": label})
        return box.render(helpers.ACTION_CHECKBOX_NAME, key_of(comment))

    @admin.action(description="Duyệt mục đã chọn", permissions=["decide"])
    def approve_ticked(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._decide_ticked(request, Action.APPROVE)

    @admin.action(description="Từ chối mục đã chọn", permissions=["decide"])
    def refuse_ticked(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        self._decide_ticked(request, Action.REFUSE)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied("Bạn không có quyền xem ý kiến.")
        if request.method == "POST":
            for name, action in (("_approve", Action.APPROVE), ("_refuse", Action.REFUSE)):
                if name in request.POST:
                    self._decide(request, [request.POST[name]], action)
                    return HttpResponseRedirect(request.get_full_path())
            # Django's own way would ask the database for each key as if it were a number.
            ticked = {"0": Action.APPROVE, "1": Action.REFUSE}.get(request.POST.get("index", ""))
            if ticked:
                self._decide_ticked(request, ticked)
            return HttpResponseRedirect(request.get_full_path())
        return super().changelist_view(request, extra_context)

    def _decide_ticked(self, request: HttpRequest, action: Action) -> None:
        """The ticked rows and no others.

        Django would also act on "all rows", which means those that match when the button arrives, comments
        that nobody has read yet among them; and it would silently skip rows that left the filter meanwhile.
        """
        if any(value not in {"", "0"} for value in request.POST.getlist("select_across")):
            self.message_user(
                request,
                "Chỉ quyết định được những ý kiến đang hiện trên trang và được chọn.",
                messages.ERROR,
            )
            return
        self._decide(request, request.POST.getlist(helpers.ACTION_CHECKBOX_NAME), action)

    def _decide(self, request: HttpRequest, keys: list[str], action: Action) -> None:
        """Each comment by its own verb. What a colleague decided first is named; the others are done."""
        if not (self.has_decide_permission(request) and self.has_view_permission(request)):
            raise PermissionDenied("Bạn không có quyền duyệt ý kiến.")
        seen = dict(pair for key in keys if (pair := pair_of(key)))
        done = 0
        for comment in self.get_queryset(request).filter(pk__in=seen).order_by("created_at", "id"):
            try:
                if action == Action.APPROVE:
                    comment.approve(by=request.user, seen=seen[comment.pk])
                else:
                    comment.refuse(by=request.user, seen=seen[comment.pk], reason=Reason.OFF_TOPIC)
            except AlreadyDecided as late:
                self.message_user(request, str(late), messages.WARNING)
            else:
                done += 1
        if done:
            said = "Đã duyệt" if action == Action.APPROVE else "Đã từ chối"
            self.message_user(request, f"{said} {done} ý kiến.", messages.SUCCESS)
