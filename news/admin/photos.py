"""The photo library in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from news import library
from news.models import Article, ArticlePhoto, Photo


@admin.register(Photo)
class PhotoAdmin(admin.ModelAdmin):
    """The library: texts can be mended, files never change."""

    list_display = ["thumbnail", "words", "credit", "used", "uploaded_by", "uploaded_at"]
    list_display_links = ["thumbnail", "words"]
    list_select_related = ["uploaded_by"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["caption"]
    search_help_text = "Tìm không cần dấu trong mô tả, chú thích và nguồn ảnh."
    fields = ["preview", "alt", "caption", "credit", "used", "size", "uploaded_by", "uploaded_at"]
    readonly_fields = ["preview", "used", "size", "uploaded_by", "uploaded_at"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        """With how many stories show the photo: in the body, or as cover only."""
        in_body = ArticlePhoto.objects.filter(photo=OuterRef("pk")).values("photo")
        cover_only = (
            Article.objects.filter(cover=OuterRef("pk"))
            .exclude(articlephoto__photo=F("cover"))
            .order_by()
            .values("cover")
        )
        return (
            super()
            .get_queryset(request)
            .annotate(
                used_in=Coalesce(Subquery(in_body.annotate(n=Count("pk")).values("n")), 0)
                + Coalesce(
                    Subquery(
                        cover_only.annotate(n=Count("pk")).values("n"), output_field=IntegerField()
                    ),
                    0,
                )
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return library.find_photos(queryset, search_term), False

    @admin.display(description="ảnh")
    def thumbnail(self, photo: Photo) -> SafeString:
        return format_html(
            '<img class="thumbnail" src="{}" width="{}" height="{}" alt="" loading="lazy">',
            photo.rendition_url(480),
            photo.width,
            photo.height,
        )

    @admin.display(description="mô tả và chú thích")
    def words(self, photo: Photo) -> SafeString:
        alt = photo.alt or format_html(
            '<span class="state state-missing">{}</span>', "△ Chưa có mô tả"
        )
        return format_html("{}<br><span class='quiet'>{}</span>", alt, photo.caption)

    @admin.display(description="sử dụng")
    def used(self, photo: Photo) -> str:
        number = getattr(photo, "used_in", 0)
        return f"dùng trong {number} tin" if number else "chưa dùng trong tin nào"

    @admin.display(description="xem trước")
    def preview(self, photo: Photo) -> SafeString:
        return format_html(
            '<img class="preview-picture" src="{}" width="{}" height="{}" alt="{}">',
            photo.rendition_url(960),
            photo.width,
            photo.height,
            photo.alt,
        )

    @admin.display(description="kích thước")
    def size(self, photo: Photo) -> str:
        return f"{photo.width} × {photo.height} điểm ảnh"

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A form of its own: a photo is made from a file by Photo.store(), not from fields."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = library.PhotoUploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST":
            stored = form.store(by=request.user)
            if stored:
                self.log_addition(request, stored, "Tải lên")
                self.message_user(request, "Đã thêm ảnh vào thư viện.", messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:news_photo_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Tải ảnh lên thư viện",
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/news/photo/add_form.html", context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Says in words where a photo is still used, instead of Django's list of protected rows."""
        photo = self.get_object(request, unquote(object_id))
        if photo is not None and self.has_delete_permission(request, photo):
            protected = self.get_deleted_objects([photo], request)[3]
            if protected:
                self.message_user(
                    request,
                    f"Ảnh đang {self.used(photo)} nên chưa xoá được. Hãy bỏ ảnh khỏi những nơi đó trước."
                    if photo.used_in
                    else "Ảnh đang được dùng ở phần khác của cổng nên chưa xoá được.",
                    messages.ERROR,
                )
                return HttpResponseRedirect(reverse("admin:news_photo_change", args=[photo.pk]))
        return super().delete_view(request, object_id, extra_context)
