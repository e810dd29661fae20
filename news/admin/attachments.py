"""The library of attachments in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from news import attachment_library
from news.admin.desk_admin import DeskAdmin
from news.attachment_library import AttachmentUploadForm
from news.models import Article, Attachment
from news.templatetags.news import grouped


@admin.register(Attachment)
class AttachmentAdmin(DeskAdmin):
    """Titles can be mended, files never change: a new edition of a notice is a new attachment."""

    list_display = ["title", "kind_and_size", "used", "downloads", "uploaded_by", "uploaded_at"]
    list_filter = ["kind"]
    list_select_related = ["uploaded_by", "download_count"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["title"]
    search_help_text = "Tìm không cần dấu trong tên hiển thị và tên tệp."
    readonly_fields = [
        "file",
        "kind_and_size",
        "stories",
        "downloads",
        "uploaded_by",
        "uploaded_at",
    ]
    fields = ["title", *readonly_fields]
    actions = None

    # --- the list --------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        return super().get_queryset(request).with_uses()  # type: ignore[attr-defined]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return queryset.found_by(search_term), False

    @admin.display(description="loại và cỡ", ordering="size")
    def kind_and_size(self, attachment: Attachment) -> str:
        return attachment.kind_and_size

    @admin.display(description="sử dụng", ordering="used_in")
    def used(self, attachment: Attachment) -> str:
        numbers = ((attachment.used_in, "tin"), (attachment.used_in_documents, "văn bản"))
        said = " và ".join(f"{number} {what}" for number, what in numbers if number)
        return f"dùng trong {said}" if said else "chưa dùng ở đâu"

    @admin.display(description="lượt tải", ordering="download_count__total")
    def downloads(self, attachment: Attachment) -> str:
        return grouped(attachment.download_count.total)

    # --- one file --------------------------------------------------------------------------------

    @admin.display(description="tệp")
    def file(self, attachment: Attachment) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>',
            attachment.view_url or attachment.get_absolute_url(),
            attachment.file_name,
        )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """With who asks: of the stories that have the file, each person sees those that are theirs to see."""
        found = super().get_object(request, *args, **kwargs)
        if found is not None:
            found.seen_by = request.user
        return found

    @admin.display(description="dùng trong")
    def stories(self, attachment: Attachment) -> SafeString | str:
        """The stories and documents that have it, as links; a draft story that is not this person's to see is only
        counted."""
        users = Article.objects.filter(attachment_uses__attachment=attachment)
        mine = users.visible_to(attachment.seen_by)  # type: ignore[attr-defined]
        own = list(mine.select_related("section").order_by("-pk").defer("body"))
        public = users.published().exclude(pk__in=[one.pk for one in own])
        links = [(reverse("admin:news_article_change", args=[one.pk]), one.title) for one in own]
        links += [
            (one.get_absolute_url(), one.title)
            for one in public.select_related("section").defer("body")
        ]
        others = attachment.used_in - len(links)
        links += [
            (reverse("admin:news_document_change", args=[one.pk]), str(one))
            for one in attachment.documents.all()
        ]
        shown = format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>', links)
        if others:
            return format_html("{}<br>và {} tin khác", shown, others) if links else f"{others} tin"
        return shown or "chưa dùng ở đâu"

    def has_change_permission(self, request: HttpRequest, obj: Attachment | None = None) -> bool:
        if obj is None:
            return super().has_change_permission(request)
        return obj.may_be_edited(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Attachment | None = None) -> bool:
        if obj is None:
            return super().has_delete_permission(request)
        return obj.may_be_deleted(request.user)

    def save_model(self, request: Any, obj: Attachment, form: Any, change: bool) -> None:
        obj.rename(form.cleaned_data["title"], by=request.user)

    def delete_model(self, request: Any, obj: Attachment) -> None:
        obj.remove(by=request.user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Names the file only: the counter that goes with it is no official's concern."""
        _, _, missing_rights, protected = super().get_deleted_objects(objs, request)
        counted = {str(self.opts.verbose_name_plural): len(objs)}
        return [str(attachment) for attachment in objs], counted, missing_rights, protected

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Says in words where a file is still used, instead of Django's list of protected rows."""
        attachment = self.get_object(request, unquote(object_id))
        if (
            attachment is not None
            and self.has_delete_permission(request, attachment)
            and (attachment.used_in or attachment.used_in_documents)
        ):
            self.message_user(
                request,
                f"Tệp đang {self.used(attachment)} nên chưa xoá được. Hãy bỏ tệp khỏi những nơi đó trước.",
                messages.ERROR,
            )
            return HttpResponseRedirect(
                reverse("admin:news_attachment_change", args=[attachment.pk])
            )
        return super().delete_view(request, object_id, extra_context)

    # --- uploading -------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """The two small requests say in JSON who may not, so Django's way to the door is not taken."""
        return [
            path("tai-len/", attachment_library.upload, name="news_attachment_upload"),
            path("tim/", attachment_library.find, name="news_attachment_find"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A form of its own: an attachment is made from a file by Attachment.store(), not from fields."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AttachmentUploadForm()
        if request.method == "POST":
            form = AttachmentUploadForm(request.POST, request.FILES)
            stored = form.store(by=request.user)
            if stored:
                self.message_user(request, f"Đã thêm {len(stored)} tệp.", messages.SUCCESS)
            if not form.errors:
                return HttpResponseRedirect(reverse("admin:news_attachment_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Tải tệp lên",
            "opts": self.opts,
            "media": self.media + form.media,
            "form": form,
        }
        return TemplateResponse(request, "admin/news/attachment/add_form.html", context)
