"""Several stories at once, from the list: exactly the ticked rows, as they were shown, each by its own verb.

The list sends the version of every row; a page names what was ticked, asks what is missing (a section, a reason) and
sends the same keys and versions on. A story that changed meanwhile, or that this person may not touch, is refused by
name and the others are done. There is no "all that match": it would act on rows that nobody has seen.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from news.admin.article_form import WithdrawalForm
from news.admin.desk_admin import DeskAdmin
from news.models import Article, Outdated, Section
from news.models.staff import sections_of

# Fields of the list's form: the version of each row; and of the page's: key and version of each ticked story.
SEEN = "seen-{}"
STORY = "story"
# As many as a page of the list shows at most.
MOST = 200


class JobForm(forms.Form):
    """What has to be known besides the stories; of some jobs, nothing."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user


class SectionForm(JobForm):
    section = forms.ModelChoiceField(
        Section.objects.all(),
        label="Chuyển sang chuyên mục",
        empty_label="Hãy chọn",
        error_messages={
            "required": "Hãy chọn chuyên mục.",
            "invalid_choice": "Bạn không chuyển tin sang chuyên mục này được. Hãy chọn mục khác.",
        },
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        limits = sections_of(user)
        if limits is not None:
            choice: Any = self.fields["section"]
            choice.queryset = Section.objects.filter(pk__in=limits)


class FeaturingForm(JobForm):
    until = forms.DateTimeField(
        label="Nổi bật đến",
        required=False,
        help_text="Ví dụ: 31/12/2026 17:00. Để trống là đến khi bỏ nổi bật.",
        input_formats=["%d/%m/%Y %H:%M", "%d/%m/%Y"],
        error_messages={"invalid": "Hãy viết ngày và giờ như 31/12/2026 17:00."},
    )

    def clean_until(self) -> dt.datetime | None:
        until = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise ValidationError("Thời điểm này đã qua.")
        return until


class ReasonForm(WithdrawalForm, JobForm):
    """One reason for all of them."""


@dataclass(frozen=True)
class Job:
    """One thing that can be done to several stories. `do` calls the verb and returns what the log says of it."""

    title: str
    statement: str
    button: str
    right: str
    form: type[JobForm]
    do: Callable[[Article, Any, int, dict[str, Any]], str]


def _move(article: Article, by: Any, seen: int, data: dict[str, Any]) -> str:
    article.move_to(data["section"], by=by, seen=seen)
    return f"Chuyển sang chuyên mục {data['section']}"


def _feature(article: Article, by: Any, seen: int, data: dict[str, Any]) -> str:
    article.feature(by=by, until=data["until"], seen=seen)
    return "Đặt nổi bật"


def _unfeature(article: Article, by: Any, seen: int, data: dict[str, Any]) -> str:
    article.unfeature(by=by, seen=seen)
    return "Bỏ nổi bật"


def _withdraw(article: Article, by: Any, seen: int, data: dict[str, Any]) -> str:
    article.withdraw(by=by, reason=data["reason"], seen=seen)
    return f"Thu hồi: {data['reason']}"


JOBS = {
    "move": Job(
        "Chuyển chuyên mục",
        "Các tin dưới đây sẽ sang chuyên mục khác, trên trang công khai cũng vậy; địa chỉ cũ tự dẫn về địa chỉ mới.",
        "Chuyển các tin này",
        "news.edit_any_article",
        SectionForm,
        _move,
    ),
    "feature": Job(
        "Đặt nổi bật",
        "Các tin dưới đây sẽ nằm trong phần tin nổi bật từ bây giờ.",
        "Đặt nổi bật các tin này",
        "news.feature_article",
        FeaturingForm,
        _feature,
    ),
    "unfeature": Job(
        "Bỏ nổi bật",
        "Các tin dưới đây sẽ không còn trong phần tin nổi bật. Tin vẫn ở trên trang.",
        "Bỏ nổi bật các tin này",
        "news.feature_article",
        JobForm,
        _unfeature,
    ),
    "withdraw": Job(
        "Thu hồi",
        "Các tin dưới đây sẽ không còn trên trang; địa chỉ của từng tin sẽ cho biết tin đã được thu hồi và vì sao. "
        "Tin đang chờ đến giờ lại thành bản nháp.",
        "Thu hồi các tin này",
        "news.withdraw_article",
        ReasonForm,
        _withdraw,
    ),
}


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else None


class ArticleBulk(DeskAdmin):
    """For ArticleAdmin."""

    actions = ["bulk_move", "bulk_feature", "bulk_unfeature", "bulk_withdraw"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.bulk_view))
        return [path("hang-loat/<slug:name>/", view, name="news_article_bulk"), *super().get_urls()]

    # --- the list --------------------------------------------------------------------------------

    def action_checkbox(self, obj: Article) -> SafeString:
        """Django's box, and the version that the row shows."""
        return format_html(
            '{}<input type="hidden" name="{}" value="{}">',
            super().action_checkbox(obj),
            SEEN.format(obj.pk),
            obj.version,
        )

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(JOBS["move"].right)

    def has_feature_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(JOBS["feature"].right)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(JOBS["withdraw"].right)

    @admin.action(description="Chuyển chuyên mục…", permissions=["move"])
    def bulk_move(self, request: HttpRequest, queryset: QuerySet[Article]) -> HttpResponse | None:
        return self._ask_about_ticked(request, "move")

    @admin.action(description="Đặt nổi bật…", permissions=["feature"])
    def bulk_feature(
        self, request: HttpRequest, queryset: QuerySet[Article]
    ) -> HttpResponse | None:
        return self._ask_about_ticked(request, "feature")

    @admin.action(description="Bỏ nổi bật…", permissions=["feature"])
    def bulk_unfeature(
        self, request: HttpRequest, queryset: QuerySet[Article]
    ) -> HttpResponse | None:
        return self._ask_about_ticked(request, "unfeature")

    @admin.action(description="Thu hồi…", permissions=["withdraw"])
    def bulk_withdraw(
        self, request: HttpRequest, queryset: QuerySet[Article]
    ) -> HttpResponse | None:
        return self._ask_about_ticked(request, "withdraw")

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Article]
    ) -> HttpResponse | None:
        """Django would ask the database for every key that was sent, and act on rows that no page showed."""
        keys = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        if any(_number(key) is None for key in keys):
            return None
        if request.POST.get("select_across", "0") not in {"", "0"}:
            self.message_user(
                request,
                "Chỉ làm được với những tin đang hiện trên trang và được chọn.",
                messages.ERROR,
            )
            return None
        return super().response_action(request, queryset)

    def _ask_about_ticked(self, request: HttpRequest, name: str) -> HttpResponse:
        ticked = {}
        for key in request.POST.getlist(helpers.ACTION_CHECKBOX_NAME):
            pk, seen = _number(key), _number(request.POST.get(SEEN.format(key), ""))
            if pk is not None and seen is not None:
                ticked[pk] = seen
        return self._bulk_page(request, name, ticked, JOBS[name].form(user=request.user))

    # --- the page --------------------------------------------------------------------------------

    def bulk_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Asks again what is missing, or does it to each story and says what was refused."""
        job = JOBS.get(name)
        if job is None or not request.user.has_perm(job.right):
            raise PermissionDenied("Bạn không có quyền làm việc này.")
        if not self.has_view_permission(request):
            raise PermissionDenied("Bạn không có quyền xem tin bài ở bàn biên tập.")
        ticked = {}
        for pair in request.POST.getlist(STORY)[:MOST]:
            key, _, version = pair.partition(":")
            pk, seen = _number(key), _number(version)
            if pk is not None and seen is not None:
                ticked[pk] = seen
        form = job.form(request.POST, user=request.user)
        if not form.is_valid():
            return self._bulk_page(request, name, ticked, form)
        done = 0
        for article in self._stories(request, ticked):
            try:
                said = job.do(article, request.user, ticked[article.pk], form.cleaned_data)
            except Outdated:
                self._refuse(request, article, "tin vừa được người khác sửa; hãy xem lại")
            except (PermissionDenied, ValueError) as refusal:
                self._refuse(request, article, str(refusal))
            except ValidationError as refusal:
                self._refuse(request, article, " ".join(refusal.messages))
            else:
                self.log_change(request, article, f"{said} (cùng nhiều tin)")
                done += 1
        if done:
            self.message_user(request, f"{job.title}: đã làm với {done} tin.", messages.SUCCESS)
        if missing := len(ticked) - len(self._stories(request, ticked)):
            self.message_user(
                request, f"{missing} tin không còn ở bàn biên tập của bạn.", messages.WARNING
            )
        back = reverse("admin:news_article_changelist")
        filters = request.POST.get("_changelist_filters", "")
        return HttpResponseRedirect(f"{back}?{filters}" if filters else back)

    def _refuse(self, request: HttpRequest, article: Article, why: str) -> None:
        self.message_user(request, f"“{article.title}”: {why}", messages.WARNING)

    def _stories(self, request: HttpRequest, ticked: dict[int, int]) -> list[Article]:
        """The ticked stories that this person sees, in the order of their keys."""
        seen = Article.objects.visible_to(request.user).select_related("section")
        found = seen.in_bulk(list(ticked))
        return [found[key] for key in ticked if key in found]

    def _bulk_page(
        self, request: HttpRequest, name: str, ticked: dict[int, int], form: JobForm
    ) -> HttpResponse:
        stories = self._stories(request, ticked)
        if not stories:
            self.message_user(request, "Hãy chọn ít nhất một tin.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:news_article_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"{JOBS[name].title}: {len(stories)} tin",
            "opts": Article._meta,
            "job": JOBS[name],
            "name": name,
            "form": form,
            "rows": [(article, f"{article.pk}:{ticked[article.pk]}") for article in stories],
            "filters": request.POST.get("_changelist_filters", request.GET.urlencode()),
        }
        return render(request, "admin/news/article/bulk.html", context)
