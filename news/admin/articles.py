"""Stories in the admin: the list, the form and the verbs, each refused without its right."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import DateTimeField, F
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from news.admin.article_form import ArticleForm
from news.admin.article_history import ArticleHistory
from news.admin.article_preview import ArticlePreviews
from news.admin.article_reports import ArticleReports
from news.admin.article_steps import ArticleSteps
from news.admin.article_suggestions import ArticleSuggestions
from news.admin.choices import PlainChoices
from news.admin.second_reader import SecondReader
from news.editor import EditorPages
from news.models import Article, Attachment, Section
from news.models.staff import sections_of
from news.publisher import publisher
from news.search import search
from news.text import local


class ArticleList(ChangeList):
    """The list shows no bodies, so it does not load them."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> Any:
        return super().get_queryset(*args, **kwargs).defer("body", "lead")


def states_of(article: Article) -> list[tuple[str, str, str]]:
    """Where a story stands, as (class, mark, words): what the public sees, and what waits at the desk.

    The mark says the same as the colour.
    """
    states = []
    if article.is_scheduled:
        states.append(("scheduled", "◷", "Chờ đến giờ"))
    elif article.is_expired:
        states.append(("withdrawn", "×", "Hết hạn"))
    elif article.status == Article.Status.PUBLISHED:
        states.append(("published", "●", "Đã xuất bản"))
    elif article.status == Article.Status.WITHDRAWN:
        states.append(("withdrawn", "×", "Đã thu hồi"))
    work = {
        Article.Stage.WRITING: ("draft", "○", "Có bản sửa" if states else "Bản nháp"),
        Article.Stage.SUBMITTED: ("pending", "△", "Bản sửa chờ duyệt" if states else "Chờ duyệt"),
        Article.Stage.RETURNED: ("returned", "↩", "Bản sửa bị trả lại" if states else "Bị trả lại"),
    }
    if article.stage in work:
        states.append(work[Article.Stage(article.stage)])
    return states


@admin.register(Article)
class ArticleAdmin(
    SecondReader,
    ArticleSteps,
    ArticlePreviews,
    ArticleHistory,
    ArticleReports,
    ArticleSuggestions,
    PlainChoices,
    EditorPages,
    admin.ModelAdmin,
):
    form = ArticleForm
    list_display = ["title", "state", "section", "published", "views", "on_site"]
    list_filter = ["status", "stage", "section"]
    list_select_related = ["section", "view_count"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    date_hierarchy = "published_at"
    search_fields = ["title"]
    search_help_text = "Tìm không cần dấu trong tiêu đề, phần dẫn, nội dung và tác giả."
    empty_value_display = ""
    readonly_fields = ["state"]
    autocomplete_fields = ["related"]
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
        return format_html_join(
            mark_safe("<br>"),
            '<span class="state state-{}">{} {}</span>',
            states_of(article),
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

    @admin.display(description="tệp dưới tin")
    def attachments(self, article: Article) -> SafeString:
        """For who may read the form and not write in it."""
        keys = article.newest.attachments
        return format_html_join(
            mark_safe("<br>"),
            '<a href="{}">{}</a> ({})',
            (
                (one.view_url or one.get_absolute_url(), one.title, one.kind_and_size)
                for one in Attachment.objects.in_order(keys)
            ),
        )

    # --- the form --------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Article | None = None) -> Any:
        """Each person is offered what that person may set."""
        times = [("published_at", "expires_at")]
        if request.user.has_perm("news.feature_article"):
            times.append(("featured_from", "featured_until"))
        steps = ["note"]
        if request.user.has_perm("news.publish_article"):
            steps.append("alone")
        return [
            (None, {"fields": ["title", "section", "lead", "body"]}),
            ("Tệp đính kèm", {"fields": ["attachments"]}),
            ("Tác giả và ảnh", {"fields": ["byline", "source", "unit", "cover"]}),
            ("Xếp vào", {"classes": ["collapse"], "fields": ["tags", "thread", "related"]}),
            ("Hiện trên trang", {"fields": ["state", *times, "comments_open"]}),
            ("Chuyển bước", {"fields": steps}),
            ("Địa chỉ trang", {"classes": ["collapse"], "fields": ["slug"]}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["fields"] = [
            name
            for name in flatten_fieldsets(self.get_fieldsets(request, obj))
            if name not in {"state", "tags", "attachments", "note", "alone"}
        ]
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"source": publisher().source_mark, **super().get_changeform_initial_data(request)}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Django's date and time boxes are two fields under one label; each gets its own name."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, DateTimeField) and field is not None:
            for box, name in zip(field.widget.widgets, ("ngày", "giờ"), strict=True):
                box.attrs["aria-label"] = f"{str(db_field.verbose_name).capitalize()}: {name}"
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Sections this person may write in; threads that are still followed."""
        limits = sections_of(request.user)
        if db_field.name == "section" and limits is not None:
            kwargs["queryset"] = Section.objects.filter(pk__in=limits)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # --- rights ----------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).visible_to(request.user)  # type: ignore[attr-defined]

    def has_view_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        if obj is None:
            return super().has_view_permission(request)
        return obj.may_view(request.user) or obj.may_edit(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        if obj is None:
            return super().has_change_permission(request)
        return obj.may_edit(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """Only what was never public can be deleted; the rest is withdrawn."""
        may = super().has_delete_permission(request)
        return may and (obj is None or obj.may_delete(request.user))

    def delete_model(self, request: Any, obj: Article) -> None:
        obj.delete_draft(by=request.user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Names the draft only: the counters and search words that go with it are no official's concern."""
        _, _, _, protected = super().get_deleted_objects(objs, request)
        counted = {str(self.opts.verbose_name_plural): len(objs)}
        return [str(article) for article in objs], counted, set(), protected
