"""What people ask about their own data: the list with its days, and the steps of one request."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from news import text
from news.admin.desk_admin import DeskAdmin
from portal import persons
from portal.persons import HANDLE, NotPossible, PersonRequest

# Does it and says so, or answers with what was asked for.
Step = Callable[[HttpRequest, PersonRequest], HttpResponse | str]


class OpenFilter(admin.SimpleListFilter):
    """What waits is shown unless more is asked for."""

    title = "tình trạng"
    parameter_name = "xong"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Đã xong"), ("tat-ca", "Tất cả")]

    def choices(self, changelist: Any) -> Any:
        """Django's first choice means "no filter"; here that is what waits."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "Đang chờ"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "tat-ca":
            return queryset
        done = [PersonRequest.State.DONE, PersonRequest.State.REFUSED]
        return queryset.filter(state__in=done if self.value() == "1" else PersonRequest.OPEN)


@admin.register(PersonRequest)
class PersonRequestAdmin(DeskAdmin):
    """Entered once, then only the steps of the model change it."""

    list_display = ["number", "kind", "masked", "received_on", "must_answer", "must_be_done", "now"]
    list_filter = [OpenFilter, "kind"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "–"
    fieldsets = [
        (None, {"fields": ["kind", "keep_words", "email", "comments"]}),
        ("Cách nhận", {"fields": ["channel", "received_on", "note"]}),
    ]
    actions = None

    # --- rights ----------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- the list --------------------------------------------------------------------------------

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """What is due first; of what is done, the newest."""
        return ["-id"] if request.GET.get(OpenFilter.parameter_name) else ["due", "id"]

    @admin.display(description="số", ordering="id")
    def number(self, asked: PersonRequest) -> str:
        return str(asked.pk)

    @admin.display(description="hạn phản hồi", ordering="answer_due")
    def must_answer(self, asked: PersonRequest) -> SafeString | str:
        if asked.state != PersonRequest.State.OPEN:
            if asked.answered_at:
                return f"đã phản hồi {text.desk_moment(asked.answered_at)}"
            return "chưa ghi phản hồi"
        return _day(asked.answer_due)

    @admin.display(description="hạn thực hiện", ordering="due")
    def must_be_done(self, asked: PersonRequest) -> SafeString | str:
        return _day(asked.due) if asked.is_open else "–"

    @admin.display(description="tình trạng", ordering="state")
    def now(self, asked: PersonRequest) -> SafeString:
        mark = {"open": "◷", "answered": "◷", "done": "●", "refused": "×"}[asked.state]
        late = " (quá hạn)" if asked.is_late else ""
        return format_html(
            '<span class="state{}">{} {}{}</span>',
            " waited-long" if asked.is_late else "",
            mark,
            asked.get_state_display(),
            late,
        )

    # --- one request -----------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: PersonRequest | None = None) -> Any:
        if obj is None:
            return self.fieldsets
        told = [name for name in ("comments", "note") if getattr(obj, name)]
        known = ["email", *told] if obj.is_open else ["masked"]
        asked = ["kind", *(["keep_words"] if obj.kind == PersonRequest.Kind.ERASE else []), *known]
        days = ["channel", "received_on", "must_answer", "must_be_done", "now"]
        end = [] if obj.is_open else ["closed_at", "reason" if obj.reason else "outcome"]
        return [(None, {"fields": [*asked, *days, *end]})]

    def get_readonly_fields(self, request: HttpRequest, obj: PersonRequest | None = None) -> Any:
        return (
            [name for _, part in self.get_fieldsets(request, obj) for name in part["fields"]]
            if obj
            else []
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context: dict[str, Any] = {"title": "Yêu cầu về dữ liệu cá nhân"}
        asked = self.get_object(request, object_id)
        if asked and asked.is_open and request.user.has_perm(HANDLE):
            context |= {
                "handles": True,
                "found": persons.in_words(persons.found(asked.email, asked.numbers)),
                "accounts": persons.accounts_of(asked.email),
                "naming": persons.answers_naming(asked.email, asked.numbers)
                if asked.keep_words
                else [],
            }
        return super().change_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    # --- its steps -------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        steps: list[tuple[str, str, Step]] = [
            ("phan-hoi", "answer", self._answer),
            ("xuat", "export", self._export),
            ("da-giao", "finish", self._finish),
            ("xoa", "erase", self._erase),
            ("tu-choi", "refuse", self._refuse),
        ]
        return [
            *(
                path(
                    f"<int:request_id>/{route}/",
                    self.admin_site.admin_view(self._step(step)),
                    name=f"portal_personrequest_{name}",
                )
                for route, name, step in steps
            ),
            *super().get_urls(),
        ]

    def _step(self, step: Step) -> Callable[..., HttpResponse]:
        """A view that does one step and leads back, or says why it was not done."""

        @require_POST
        def view(request: HttpRequest, request_id: int) -> HttpResponse:
            if not (request.user.has_perm(HANDLE) and self.has_view_permission(request)):
                raise PermissionDenied("Bạn không có quyền giải quyết yêu cầu về dữ liệu cá nhân.")
            asked = get_object_or_404(PersonRequest, pk=request_id)
            try:
                done = step(request, asked)
            except NotPossible as late:
                self.message_user(request, str(late), messages.WARNING)
            except ValidationError as refusal:
                self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            else:
                if isinstance(done, HttpResponse):
                    return done
                self.message_user(request, done, messages.SUCCESS)
            return HttpResponseRedirect(
                reverse("admin:portal_personrequest_change", args=[request_id])
            )

        return view

    def _answer(self, request: HttpRequest, asked: PersonRequest) -> str:
        asked.answer(by=request.user)
        return "Đã ghi là đã phản hồi."

    def _export(self, request: HttpRequest, asked: PersonRequest) -> HttpResponse:
        return HttpResponse(
            persons.as_json(asked.export(by=request.user)),
            content_type="application/json; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="yeu-cau-{asked.pk}.json"'},
        )

    def _finish(self, request: HttpRequest, asked: PersonRequest) -> str:
        if "handed_over" not in request.POST:
            raise ValidationError("Chưa ghi gì: hãy đánh dấu là đã giao dữ liệu.")
        asked.finish(by=request.user)
        return "Đã ghi là đã giao dữ liệu. Địa chỉ của người yêu cầu đã được xoá."

    def _erase(self, request: HttpRequest, asked: PersonRequest) -> str:
        if "sure" not in request.POST:
            raise ValidationError("Chưa xoá gì: hãy đánh dấu là đã hiểu.")
        done = asked.erase(by=request.user)
        return f"Đã xoá: {persons.in_words(done)}. {persons.CACHES}"

    def _refuse(self, request: HttpRequest, asked: PersonRequest) -> str:
        asked.refuse(by=request.user, reason=request.POST.get("reason", ""))
        return "Đã từ chối. Địa chỉ của người yêu cầu đã được xoá."


def _day(day: Any) -> SafeString | str:
    """A day by which something has to be done, red once it has passed."""
    words = f"{day:%d/%m/%Y}"
    if day < timezone.localdate():
        return format_html('<span class="waited-long">{} (quá hạn)</span>', words)
    return words
