"""The queue and the page of one comment: looking, deciding, undoing, blocking a source, revealing an address."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from comments import consent
from comments.admin.deciding import UNDO, VERBS, Kept, Press, may_decide
from comments.admin.lists import REPORTED_SHOWN, CommentList, CommentPaginator, tabs
from comments.admin.rows import Row, rows_of
from comments.admin.statistics import CommentStatistics
from comments.models import Action, BlockedSource, Comment, Reason
from news.admin.choices import is_key
from news.admin.read_only import ReadOnly
from news.publisher import publisher


@admin.register(Comment)
class CommentAdmin(ReadOnly, CommentStatistics):
    list_display = ["name"]
    list_per_page = 50
    list_max_show_all = 50
    paginator = CommentPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["text"]
    search_help_text = "Tìm không cần dấu trong nội dung và họ tên."
    actions = None

    def get_urls(self) -> list[URLPattern]:
        reveal = self.admin_site.admin_view(require_POST(self.reveal_view))
        return [
            path("<int:comment_id>/dia-chi-thu/", reveal, name="comments_comment_reveal"),
            *super().get_urls(),
        ]

    # --- rights ----------------------------------------------------------------------------------

    def _check_may_look(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied("Bạn không có quyền xem ý kiến.")

    # --- the lists -------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CommentList

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """From the index of words, in the list that is open."""
        return (queryset.containing(search_term) if search_term.strip() else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        self._check_may_look(request)
        kept = Kept()
        if request.method == "POST":
            answer = self._press(request, back=request.get_full_path())
            if isinstance(answer, HttpResponse):
                return answer
            kept = answer
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            response.context_data |= self._shown(request, response.context_data["cl"], kept)
        return response

    def _shown(self, request: HttpRequest, shown: CommentList, kept: Kept) -> dict[str, Any]:
        reported: list[Comment] = []
        if shown.is_whole_queue:
            reported = list(Comment.objects.reported()[:REPORTED_SHOWN])
        rows = rows_of([*reported, *shown.result_list], request.user, kept)
        return {
            "title": "Ý kiến bạn đọc",
            "tabs": tabs(shown.state),
            "reported_rows": rows[: len(reported)],
            "rows": rows[len(reported) :],
            # What can be done to the ticked rows, each with the note and the problem of a form that came back.
            "bulk": [
                (verb, kept.note_in(verb.name), kept.problem_in(verb.name))
                for verb in VERBS.values()
                if any(verb in row.verbs for row in rows)
            ],
            "reasons": Reason.choices,
            "block_days": BlockedSource.DAYS,
            "may_decide": may_decide(request.user),
        }

    # --- one comment -----------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self._check_may_look(request)
        comment = get_object_or_404(Comment, pk=object_id if is_key(object_id) else None)
        kept = Kept()
        if request.method == "POST":
            answer = self._press(request, back=reverse("admin:comments_comment_changelist"))
            if isinstance(answer, HttpResponse):
                return answer
            if answer.place is None and "_nothing" not in request.POST:
                raise PermissionDenied("Không ai sửa được ý kiến của bạn đọc.")
            kept = answer
        return self._page(request, comment, kept)

    def reveal_view(self, request: HttpRequest, comment_id: int) -> HttpResponse:
        """The page once more, this time with the address; that it was asked for stands in the record."""
        self._check_may_look(request)
        comment = get_object_or_404(Comment, pk=comment_id)
        return self._page(request, comment, Kept(), email=comment.reveal_email(by=request.user))

    def _page(
        self, request: HttpRequest, comment: Comment, kept: Kept, email: str = ""
    ) -> HttpResponse:
        row: Row = rows_of([comment], request.user, kept)[0]
        decisions = list(comment.decisions.select_related("by").order_by("-id"))
        undoable = any(
            d.revision == comment.revision and d.action in Action.undoable() for d in decisions
        )
        context = {
            **self.admin_site.each_context(request),
            "title": f"Ý kiến số {comment.pk}",
            "opts": self.opts,
            "row": row,
            "comment": comment,
            "email": email,
            "agreed": consent.wording(comment.consent_version, publisher().office),
            "may_reveal": bool(comment.email) and request.user.has_perm("comments.reveal_email"),
            "decisions": decisions,
            "undo": row.seen if undoable and may_decide(request.user) else "",
            "may_decide": may_decide(request.user),
            "reasons": Reason.choices,
            "block_days": BlockedSource.DAYS,
            "blocked": comment.source
            and BlockedSource.objects.active().filter(source=comment.source).first(),
        }
        return render(request, "admin/comments/comment/change_form.html", context)

    # --- deciding --------------------------------------------------------------------------------

    def _press(self, request: HttpRequest, *, back: str) -> HttpResponse | Kept:
        """Do what the pressed button says and go back, or say what lacks and keep what the form held."""
        if "_block" in request.POST:
            self._block(request)
            return HttpResponseRedirect(back)
        press = Press.of(request.POST)
        if press is None:
            return Kept.of(request.POST)
        try:
            outcome = press.carry_out(by=request.user)
        except ValidationError as error:
            problem = " ".join(error.messages)
            if not press.verb.asks_reason:
                self.message_user(request, problem, messages.ERROR)
            return Kept.of(request.POST, press.place, problem)
        for late in outcome.refused:
            self.message_user(request, late, messages.WARNING)
        if outcome.done:
            said = f"{press.verb.said} {len(outcome.done)} ý kiến."
            if press.verb is not UNDO:
                # The form of this name stands on every page that decides.
                said = format_html(
                    '{} <button class="button" form="undo" name="_undo" value="{}">Hoàn tác</button>',
                    said,
                    outcome.undo,
                )
            self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(back)

    def _block(self, request: HttpRequest) -> None:
        """The button's value is `pk:days`."""
        key, _, days = request.POST["_block"].partition(":")
        comment = Comment.objects.filter(pk=key).first() if is_key(key) else None
        if comment is None or not is_key(days):
            raise Http404
        try:
            blocked = BlockedSource.block(comment, days=int(days), by=request.user)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            self.message_user(
                request,
                f"Ý kiến từ nguồn này vào danh sách “Nghi spam” {blocked.until_words}.",
                messages.SUCCESS,
            )
