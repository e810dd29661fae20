"""Stories in the admin: the list, the form and the verbs, each refused without its right."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import DateTimeField
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from news import richtext
from news.admin.article_bulk import ArticleBulk
from news.admin.article_form import ArticleForm
from news.admin.article_history import ArticleHistory
from news.admin.article_list import ArticleListPage
from news.admin.article_presence import ArticlePresence
from news.admin.article_preview import ArticlePreviews
from news.admin.article_reports import ArticleReports
from news.admin.article_steps import ArticleSteps
from news.admin.article_suggestions import ArticleSuggestions
from news.admin.choices import ManyByTyping, PlainChoices
from news.admin.desk_admin import DeskAdmin
from news.admin.kept_forms import KeptForms
from news.admin.second_reader import SecondReader
from news.editor import EditorPages
from news.models import Article, Attachment, Photo, Section
from news.models.staff import sections_of
from news.publisher import publisher


@admin.register(Article)
class ArticleAdmin(
    SecondReader,
    ArticleListPage,
    ArticleBulk,
    KeptForms,
    ArticlePresence,
    ArticleSteps,
    ArticlePreviews,
    ArticleHistory,
    ArticleReports,
    ArticleSuggestions,
    ManyByTyping,
    PlainChoices,
    EditorPages,
    DeskAdmin,
):
    form = ArticleForm
    readonly_fields = ["state", "shown_body"]
    autocomplete_fields = ["related", "documents"]

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

    @admin.display(description="nội dung")
    def shown_body(self, article: Article) -> SafeString:
        """For who may read the form and not write in it: the body as readers see it, instead of its markup."""
        photos = Photo.objects.filter(key__in=richtext.photo_keys(article.body))
        return format_html('<div class="shown-body">{}</div>', richtext.show(article.body, photos))

    # --- the form --------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Article | None = None) -> Any:
        """Each person is offered what that person may set."""
        times = [("published_at", "expires_at")]
        if request.user.has_perm("news.feature_article"):
            times.append(("featured_from", "featured_until"))
        steps = ["note"]
        if request.user.has_perm("news.publish_article"):
            steps.append("alone")
        looks_only = obj is not None and not obj.may_edit(request.user)
        body = "shown_body" if looks_only else "body"
        return [
            (None, {"fields": ["title", "section", "lead", body]}),
            ("Tệp đính kèm", {"fields": ["attachments"]}),
            ("Tác giả và ảnh", {"fields": ["byline", "source", "unit", "cover"]}),
            (
                "Xếp vào",
                {"classes": ["collapse"], "fields": ["tags", "thread", "related", "documents"]},
            ),
            ("Hiện trên trang", {"fields": ["state", *times, "comments_open"]}),
            *([] if looks_only else [("Chuyển bước", {"fields": steps})]),
            ("Địa chỉ trang", {"classes": ["collapse"], "fields": ["slug"]}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["fields"] = [
            name
            for name in flatten_fieldsets(self.get_fieldsets(request, obj))
            if name not in {"state", "shown_body", "tags", "attachments", "note", "alone"}
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
