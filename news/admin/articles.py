"""Stories in the admin: the list, the form and the verbs, each refused without its right."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from news import library
from news.admin.choices import PlainChoices
from news.editor import BodyField, EditorPages
from news.models import Article
from news.publisher import publisher
from news.search import search
from news.text import local, long_date
from news.views import article_context

PERMISSION_TO_PUBLISH = "news.publish_article"
PERMISSION_TO_WITHDRAW = "news.withdraw_article"


class ArticleForm(forms.ModelForm):
    body = BodyField(label="Nội dung", required=False)
    cover = library.PhotoChoiceField(
        label="Ảnh đại diện", help_text="Để trống thì lấy ảnh đầu tiên trong bài."
    )

    class Meta:
        model = Article
        fields: list[str] = []
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2, "class": "wide"}),
            "lead": forms.Textarea(attrs={"rows": 4, "class": "wide"}),
        }

    def clean(self) -> dict[str, Any] | None:
        """A draft may be empty; what readers are to see may not."""
        data = super().clean() or self.cleaned_data
        if "_publish" in self.data and not (data.get("lead") or data.get("body")):
            self.add_error("body", "Hãy viết nội dung trước khi xuất bản.")
        return data


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="Lý do thu hồi",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "wide", "autofocus": True}),
        help_text="Bạn đọc mở địa chỉ của tin sẽ thấy lý do này.",
        error_messages={"required": "Hãy cho biết lý do thu hồi."},
    )


class ArticleList(ChangeList):
    """The list shows no bodies, so it does not load them."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:
        return super().get_queryset(*args, **kwargs).defer("body", "lead")


@admin.register(Article)
class ArticleAdmin(PlainChoices, EditorPages, admin.ModelAdmin):
    form = ArticleForm
    list_display = ["title", "state", "section", "published", "views", "on_site"]
    list_filter = ["status", "section", "featured"]
    list_select_related = ["section", "view_count"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    date_hierarchy = "published_at"
    search_fields = ["title"]
    search_help_text = "Tìm không cần dấu trong tiêu đề, phần dẫn, nội dung và tác giả."
    empty_value_display = ""
    readonly_fields = ["state"]
    fieldsets = [
        (None, {"fields": ["title", "section", "lead", "body"]}),
        ("Tác giả và ảnh", {"fields": ["byline", "source", "cover"]}),
        ("Xuất bản", {"fields": ["state", "published_at", "comments_open", "featured"]}),
        ("Địa chỉ trang", {"classes": ["collapse"], "fields": ["slug"]}),
    ]
    actions = None

    # --- the list --------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ArticleList

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Drafts first, they are what is being worked on; the same on both databases."""
        return [F("published_at").desc(nulls_first=True), "-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """As readers search, drafts included, best first; a column that was clicked orders what is found."""
        if not search_term.strip():
            return queryset, False
        found = search(queryset, search_term)
        return (
            found.order_by(*queryset.query.order_by) if ORDER_VAR in request.GET else found
        ), False

    @admin.display(description="tình trạng", ordering="status")
    def state(self, article: Article) -> SafeString:
        """The state as a word with a mark, so that colour is not needed."""
        if article.status == Article.Status.PUBLISHED and not article.is_published:
            return format_html('<span class="state state-scheduled">{}</span>', "◷ Chờ đến giờ")
        mark = {
            Article.Status.DRAFT: "○",
            Article.Status.PUBLISHED: "●",
            Article.Status.WITHDRAWN: "×",
        }
        return format_html(
            '<span class="state state-{}">{} {}</span>',
            article.status,
            mark[Article.Status(article.status)],
            article.get_status_display(),
        )

    @admin.display(description="xuất bản", ordering="published_at")
    def published(self, article: Article) -> str:
        return f"{local(article.published_at):%d/%m/%Y %H:%M}" if article.published_at else ""

    @admin.display(description="lượt xem", ordering="view_count__total")
    def views(self, article: Article) -> str:
        count = getattr(article, "view_count", None)
        return f"{count.total if count else 0:,}".replace(",", ".")

    @admin.display(description="trên trang")
    def on_site(self, article: Article) -> SafeString | str:
        if not article.is_published:
            return ""
        return format_html('<a href="{}">Xem trên trang</a>', article.get_absolute_url())

    # --- the form --------------------------------------------------------------------------------

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"source": publisher().source_mark, **super().get_changeform_initial_data(request)}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Django's date and time boxes are two fields under one label; each gets its own name."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "published_at" and field is not None:
            for box, name in zip(
                field.widget.widgets, ("Ngày xuất bản", "Giờ xuất bản"), strict=True
            ):
                box.attrs["aria-label"] = name
        return field

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """What the public sees is changed only by who may publish."""
        if obj and obj.was_public and not request.user.has_perm(PERMISSION_TO_PUBLISH):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Only what was never public can be deleted; the rest is withdrawn."""
        return super().has_delete_permission(request, obj) and not (obj and obj.was_public)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Names the draft only: the counters and search words that go with it are no official's concern."""
        _, _, missing_rights, protected = super().get_deleted_objects(objs, request)
        counted = {str(self.opts.verbose_name_plural): len(objs)}
        return [str(article) for article in objs], counted, missing_rights, protected

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        article: Article | None = kwargs.get("obj")
        may_save = (
            self.has_change_permission(request, article)
            if article
            else self.has_add_permission(request)
        )
        context.update(
            title="Sửa tin" if article else "Viết tin mới",
            subtitle=None,
            article=article,
            show_draft_buttons=may_save and not (article and article.was_public),
            show_preview=may_save and not (article and article.status == Article.Status.PUBLISHED),
            show_publish=(
                may_save
                and not (article and article.status == Article.Status.PUBLISHED)
                and request.user.has_perm(PERMISSION_TO_PUBLISH)
            ),
            show_withdraw=(
                article is not None
                and article.status == Article.Status.PUBLISHED
                and request.user.has_perm(PERMISSION_TO_WITHDRAW)
            ),
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: Any, obj: Article, form: Any, change: bool) -> None:
        """Django calls this inside a transaction: when publish() refuses, nothing of the form is stored."""
        if not change:
            obj.created_by = request.user
        if "_publish" in request.POST:
            obj.publish(by=request.user)
        else:
            obj.take_present_state()
            obj.save()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if missing := library.learn_descriptions(form.instance):
            self.message_user(
                request,
                f"{missing} ảnh trong bài chưa có mô tả. Hãy bấm đúp vào ảnh để viết mô tả.",
                messages.WARNING,
            )

    def response_add(
        self, request: HttpRequest, obj: Article, post_url_continue: Any = None
    ) -> HttpResponse:
        return self._after_save(request, obj)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        return self._after_save(request, obj)

    def _after_save(self, request: HttpRequest, article: Article) -> HttpResponse:
        """Back to the same form, where the work goes on, with a sentence about what happened."""
        if "_preview" in request.POST:
            return HttpResponseRedirect(reverse("admin:news_article_preview", args=[article.pk]))
        if article.is_published:
            said = (
                "Đã xuất bản."
                if "_publish" in request.POST
                else "Đã lưu; trang công khai đã đổi theo."
            )
            message: str = format_html(
                '{} <a href="{}">Xem trên trang</a>', said, article.get_absolute_url()
            )
        elif article.status == Article.Status.PUBLISHED and article.published_at:
            message = f"Đã lưu. Tin sẽ tự hiện ra vào {long_date(article.published_at)}."
        elif article.status == Article.Status.WITHDRAWN:
            message = "Đã lưu. Tin vẫn đang được thu hồi."
        else:
            message = "Đã lưu bản nháp."
        self.message_user(request, message, messages.SUCCESS)
        if self.has_view_or_change_permission(request, article):
            return HttpResponseRedirect(reverse("admin:news_article_change", args=[article.pk]))
        return HttpResponseRedirect(reverse("admin:index"))

    # --- preview and withdrawal --------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:article_id>/xem-truoc/",
                wrap(require_safe(self.preview_view)),
                name="news_article_preview",
            ),
            path(
                "<int:article_id>/thu-hoi/",
                wrap(require_http_methods(["GET", "HEAD", "POST"])(self.withdraw_view)),
                name="news_article_withdraw",
            ),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """The page as readers would see it, for staff only and kept by nobody."""
        article = get_object_or_404(
            Article.objects.select_related("section__parent", "cover", "view_count"), pk=article_id
        )
        if not self.has_view_or_change_permission(request, article):
            raise PermissionDenied
        if article.is_published:
            return HttpResponseRedirect(article.get_absolute_url())
        edit = reverse("admin:news_article_change", args=[article.pk])
        response = render(
            request,
            "news/article.html",
            {**article_context(article), "preview": True, "edit_address": edit},
        )
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def withdraw_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """Asks for the reason, then withdraws."""
        article = get_object_or_404(self.get_queryset(request), pk=article_id)
        if not request.user.has_perm(PERMISSION_TO_WITHDRAW):
            raise PermissionDenied("Bạn không có quyền thu hồi tin bài.")
        if not self.has_view_or_change_permission(request, article):
            raise PermissionDenied
        change_page = HttpResponseRedirect(reverse("admin:news_article_change", args=[article.pk]))
        if article.status != Article.Status.PUBLISHED:
            self.message_user(request, "Chỉ thu hồi được tin đã xuất bản.", messages.WARNING)
            return change_page
        form = WithdrawalForm(request.POST or None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            article.withdraw(by=request.user, reason=reason)
            self.log_change(request, article, f"Thu hồi: {reason}")
            self.message_user(
                request,
                "Đã thu hồi. Địa chỉ của tin nay cho biết tin đã được thu hồi.",
                messages.SUCCESS,
            )
            return change_page
        context = {
            **self.admin_site.each_context(request),
            "title": "Thu hồi tin bài",
            "opts": self.opts,
            "article": article,
            "form": form,
        }
        return render(request, "admin/news/article/withdraw.html", context)
