"""Official answers at the desk: the page of one comment's answers, the list by state, questions that wait."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comments.forms import PlainTextField
from comments.models import AlreadyDecided, Answer, AnswerStep, Comment, Holiday
from comments.models.answer import ANSWER, ANSWER_LENGTH, ANSWERABLE, PUBLISH, unit_of
from comments.models.comment import DECIDE
from comments.questions import clock_of
from comments.showing import address_of
from news.admin.desk_admin import DeskAdmin
from news.admin.kept_forms import KeptForms, tell_saved
from news.admin.read_only import ReadOnly

PER_PAGE = 50
MARKS = {
    Answer.State.DRAFT: "○",
    Answer.State.SUBMITTED: "◷",
    Answer.State.RETURNED: "↩",
    Answer.State.PUBLISHED: "●",
    Answer.State.REPLACED: "⟳",
    Answer.State.WITHDRAWN: "×",
}


class AnswerForm(forms.Form):
    """The words of an answer, measured as a reader's are."""

    text = PlainTextField(
        label="Câu trả lời",
        one_line=False,
        lengths=ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 10, "class": "wide"}),
        help_text="Văn bản thường, tối đa 5.000 ký tự; dòng trống ngăn các đoạn.",
        error_messages={
            "required": "Hãy viết câu trả lời.",
            "min_length": "Hãy viết câu trả lời.",
            "max_length": "Câu trả lời dài %(counted)s ký tự; tối đa là 5.000.",
        },
    )


class NoteForm(forms.Form):
    note = forms.CharField(label="Ghi chú", max_length=500, required=False)


@admin.register(Answer)
class AnswerAdmin(KeptForms, ReadOnly, DeskAdmin):
    """All answers, newest step first. Each is written and decided on the page of its comment."""

    list_display = ["what", "unit", "state_words", "changed_at"]
    list_display_links = ["what"]
    list_filter = ["state", "alone"]
    list_select_related = ["comment__article"]
    list_per_page = PER_PAGE
    ordering = ["-changed_at", "-id"]
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    # --- the list --------------------------------------------------------------------------------

    @admin.display(description="trả lời")
    def what(self, answer: Answer) -> SafeString:
        return format_html(
            '<span class="answer-excerpt">{}</span><br><span class="quiet">{}</span>',
            Truncator(answer.text or "(đã xoá)").chars(120),
            answer.comment.article.title,
        )

    @admin.display(description="tình trạng")
    def state_words(self, answer: Answer) -> SafeString:
        words = format_html(
            '<span class="state state-{}">{} {}</span>',
            answer.state,
            MARKS[Answer.State(answer.state)],
            answer.get_state_display(),
        )
        return (
            format_html('{}<br><span class="quiet">△ một người xem</span>', words)
            if answer.alone
            else words
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        numbers = Answer.objects.published().aggregate(
            public=Count("pk"), alone=Count("pk", filter=Q(alone=True))
        )
        return super().changelist_view(request, {**(extra_context or {}), **numbers})

    # --- addresses -------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("cau-hoi/", require_safe(self.questions_view), "comments_answer_questions"),
            (
                "y-kien/<int:comment_id>/",
                require_http_methods(["GET", "HEAD", "POST"])(self.answer_view),
                "comments_answer_write",
            ),
            (
                "y-kien/<int:comment_id>/cau-hoi/",
                require_POST(self.mark_view),
                "comments_answer_mark",
            ),
        ]
        return [
            *(path(route, view(page), name=name) for route, page, name in pages),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """An answer is seen where its comment is."""
        answer = self.get_object(request, unquote(object_id))
        if request.method == "POST" or not self.has_view_permission(request, answer):
            raise PermissionDenied("Bạn không có quyền xem trả lời của cơ quan.")
        if answer is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(
            reverse("admin:comments_answer_write", args=[answer.comment_id])
        )

    # --- questions -------------------------------------------------------------------------------

    def questions_view(self, request: HttpRequest) -> HttpResponse:
        """Questions that wait, the soonest due first, each with its clock."""
        if not request.user.has_perm(ANSWER):
            raise PermissionDenied("Bạn không có quyền trả lời ý kiến.")
        in_work = Prefetch("answers", queryset=Answer.objects.in_work(), to_attr="in_work")
        waiting = Comment.objects.unanswered().select_related("article__section")
        page = Paginator(waiting.prefetch_related(in_work), PER_PAGE).get_page(
            request.GET.get("trang")
        )
        holidays = Holiday.days()
        return self._page(
            request,
            "questions.html",
            "Câu hỏi chưa trả lời",
            page=page,
            questions=[(question, clock_of(question, holidays)) for question in page],
        )

    def mark_view(self, request: HttpRequest, comment_id: int) -> HttpResponse:
        """Mark a comment as a question, or take the mark away."""
        if not request.user.has_perm(DECIDE):
            raise PermissionDenied("Bạn không có quyền duyệt ý kiến.")
        comment = get_object_or_404(Comment, pk=comment_id)
        seen = _number(request.POST.get("seen"))
        try:
            if request.POST.get("question") == "1":
                comment.mark_question(by=request.user, seen=seen)
                said = f"Đã đánh dấu câu hỏi, hạn trả lời {comment.answer_due:%d/%m/%Y}."
            else:
                comment.unmark_question(by=request.user, seen=seen)
                said = "Đã bỏ dấu câu hỏi."
        except AlreadyDecided as late:
            self.message_user(request, str(late), messages.WARNING)
        else:
            self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:comments_answer_write", args=[comment.pk]))

    # --- the answers of one comment --------------------------------------------------------------

    def answer_view(self, request: HttpRequest, comment_id: int) -> HttpResponse:
        """The comment, what is public under it, what is in work, and the buttons of the next step."""
        if not request.user.has_perm(ANSWER):
            raise PermissionDenied("Bạn không có quyền trả lời ý kiến.")
        comments = Comment.objects.select_related("article__section")
        if not request.user.has_perm("comments.view_comment"):
            # Who only answers sees what the public sees, and what somebody has begun to answer.
            begun = Exists(Answer.objects.filter(comment=OuterRef("pk")))
            comments = comments.filter(Q(status=Comment.Status.APPROVED) | begun)
        comment = get_object_or_404(comments, pk=comment_id)
        if request.method != "POST":
            return self._show(request, comment)
        return tell_saved(request, self._take(request, comment))

    def _take(self, request: HttpRequest, comment: Comment) -> HttpResponse:
        """One button of the page."""
        note = NoteForm(request.POST)
        if not note.is_valid():
            return self._show(request, comment, note=note, status=400)
        for button, step in (
            ("_publish", self._publish),
            ("_return", self._return),
            ("_take_back", self._take_back),
            ("_withdraw", self._withdraw),
        ):
            if button in request.POST:
                return self._decide(request, comment, step, note)
        return self._write(request, comment)

    def _write(self, request: HttpRequest, comment: Comment) -> HttpResponse:
        """Show, save or hand in what was typed. Whatever refuses it, the words stay in their box."""
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self._show(request, comment, form=form, status=400)
        words = form.cleaned_data["text"]
        if "_save" not in request.POST and "_submit" not in request.POST:
            return self._show(request, comment, form=form, preview=words)
        seen = _number(request.POST.get("seen"))
        work = comment.answers.in_work().first()
        try:
            with transaction.atomic():
                answer = self._saved(comment, work, words, request.user, seen)
                if "_submit" in request.POST:
                    answer.submit(by=request.user, seen=answer.revision)
        except AlreadyDecided as late:
            return self._show(request, comment, form=form, conflict=str(late), status=409)
        except ValueError as refusal:
            form.add_error(None, str(refusal))
            return self._show(request, comment, form=form, status=400)
        said = "Đã gửi duyệt." if "_submit" in request.POST else "Đã lưu bản nháp."
        return self._done(request, answer, said)

    def _saved(
        self, comment: Comment, work: Answer | None, words: str, user: Any, seen: int
    ) -> Answer:
        """A new answer, or the one in work with these words; who only hands it in has written nothing."""
        if work is None:
            if seen:
                raise AlreadyDecided("Bản bạn đang sửa đã được đồng nghiệp đăng hoặc rút.")
            return Answer.begin(comment, words, by=user)
        if work.text != words or work.revision != seen:
            work.write(words, by=user, seen=seen)
        return work

    def _decide(
        self, request: HttpRequest, comment: Comment, step: Any, note: NoteForm
    ) -> HttpResponse:
        answer = get_object_or_404(comment.answers, pk=_number(request.POST.get("answer")))
        try:
            said = step(request, answer, note.cleaned_data["note"])
        except AlreadyDecided as late:
            self.message_user(request, str(late), messages.WARNING)
        except ValidationError as refusal:
            return self._show(request, comment, note=note, refusals=refusal.messages, status=400)
        except ValueError as refusal:
            return self._show(request, comment, note=note, refusals=[str(refusal)], status=400)
        else:
            return self._done(request, answer, said)
        return HttpResponseRedirect(request.get_full_path())

    def _publish(self, request: HttpRequest, answer: Answer, note: str) -> str:
        alone = request.POST.get("alone") == "on"
        answer.publish(by=request.user, seen=_number(request.POST.get("seen")), alone=alone)
        return "Đã đăng trả lời."

    def _return(self, request: HttpRequest, answer: Answer, note: str) -> str:
        answer.return_to_writer(by=request.user, seen=_number(request.POST.get("seen")), note=note)
        return "Đã trả lại cho người soạn."

    def _take_back(self, request: HttpRequest, answer: Answer, note: str) -> str:
        answer.take_back(by=request.user, seen=_number(request.POST.get("seen")))
        return "Đã lấy lại để sửa tiếp."

    def _withdraw(self, request: HttpRequest, answer: Answer, note: str) -> str:
        was_public = answer.state == Answer.State.PUBLISHED
        answer.withdraw(by=request.user, seen=_number(request.POST.get("seen")), note=note)
        return "Đã thu hồi trả lời." if was_public else "Đã bỏ bản soạn."

    def _done(self, request: HttpRequest, answer: Answer, said: str) -> HttpResponse:
        self.log_change(request, answer, said)
        comment = answer.comment
        if (
            answer.state == Answer.State.PUBLISHED
            and Comment.objects.public().filter(pk=comment.pk).exists()
        ):
            said = format_html('{} <a href="{}">Xem trên trang</a>', said, address_of(comment))
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:comments_answer_write", args=[comment.pk]))

    def _show(
        self,
        request: HttpRequest,
        comment: Comment,
        *,
        status: int = 200,
        form: AnswerForm | None = None,
        preview: str = "",
        **extra: Any,
    ) -> HttpResponse:
        answers = {
            answer.state: answer
            for answer in comment.answers.filter(
                state__in=[*Answer.IN_WORK, Answer.State.PUBLISHED]
            ).select_related("written_by")
        }
        public = answers.pop(Answer.State.PUBLISHED, None)
        work = next(iter(answers.values()), None)
        user = request.user
        answerable = comment.status in ANSWERABLE
        writable = answerable if work is None else work.state != Answer.State.SUBMITTED
        if form and not writable:
            # There is no box for the words any more: they are shown, to be copied.
            refused = [str(error) for error in form.non_field_errors()]
            extra.setdefault("conflict", " ".join(refused) or "Bản này đang chờ duyệt.")
        # A public answer is left alone until somebody wants to correct it.
        begun = work is not None or public is None or form is not None or "sua" in request.GET
        words = work.text if work else public.text if public else ""
        steps = AnswerStep.objects.filter(answer__comment=comment).select_related("by")
        returned = work is not None and work.state == Answer.State.RETURNED
        last_return = (
            steps.filter(answer=work, verb=AnswerStep.Verb.RETURN) if returned else steps.none()
        )
        return self._page(
            request,
            "answer.html",
            "Trả lời ý kiến",
            status=status,
            comment=comment,
            clock=clock_of(comment, Holiday.days()),
            public=public,
            work=work,
            typed=form["text"].value() if form else "",
            form=(form or AnswerForm(initial={"text": words})) if writable and begun else None,
            answerable=answerable,
            preview=_as_public(preview, user) if preview else None,
            waiting=work if work and not writable else None,
            mine=work is not None and work.written_by_id == user.pk,
            may_publish=user.has_perm(PUBLISH),
            may_mark=user.has_perm(DECIDE),
            steps=steps.order_by("-id"),
            returned_note=last_return.order_by("-id").values_list("note", flat=True).first(),
            **extra,
        )

    def _page(
        self, request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/comments/answer/{template}",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                **context,
            },
            status=status,
        )


def _as_public(words: str, user: Any) -> dict[str, str]:
    """What readers would see if it were published now."""
    return Answer(text=words, unit=unit_of(user)).public_fields


def _number(value: str | None) -> int:
    """What a form sent as a number; 0 for what is none."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 19 else 0
