"""The photo library in the admin: the grid, uploading, and one photo with its words and focal point."""

import logging
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from news import library
from news.admin.desk_admin import DeskAdmin
from news.models import Article, Photo

logger = logging.getLogger(__name__)

WORDS = ("alt", "is_decorative", "caption", "credit")
FOCUS = ("focal_x", "focal_y")
# Stories named on a photo's page; a placeholder may stand in thousands.
STORIES = 50


class PhotoForm(forms.ModelForm):
    """Words and focal point. The small form in the grid sends the words only; the focal point then stays."""

    class Meta:
        model = Photo
        fields = [*WORDS, *FOCUS]
        widgets = {
            "alt": forms.TextInput(attrs={"class": "wide"}),
            "caption": forms.TextInput(attrs={"class": "wide"}),
            "credit": forms.TextInput(attrs={"class": "wide"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(FOCUS) & set(self.fields):
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label,
                min_value=0,
                max_value=100,
                required=name in self.data,
                error_messages={"required": "Hãy nhập một số từ 0 đến 100."},
                widget=forms.NumberInput(attrs={"data-focal-number": name[-1]}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("alt") and data.get("is_decorative"):
            self.add_error("is_decorative", library.DECORATIVE_AND_DESCRIBED)
        return data

    @property
    def sent(self) -> dict[str, Any]:
        """What was sent, for Photo.change()."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


@admin.register(Photo)
class PhotoAdmin(DeskAdmin):
    """The library: words and focal point can be mended, files never change."""

    form = PhotoForm
    # Django looks here only for what its own list would do; ours is changelist_view().
    list_display = ["__str__"]
    search_fields = ["caption"]
    fieldsets = [
        ("Điểm chính của ảnh", {"fields": [FOCUS]}),
        ("Mô tả", {"fields": [*WORDS]}),
        ("Tệp ảnh", {"fields": ["size", "uploaded_by", "uploaded_at"]}),
    ]
    readonly_fields = ["size", "uploaded_by", "uploaded_at"]
    actions = None

    # --- rights ----------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Photo | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.may_change(request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Photo | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.may_delete(request.user))

    # --- the grid --------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Photo]:
        return super().get_queryset(request).with_use()  # type: ignore[attr-defined]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return queryset.search(search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The library as a grid, with its filters and the place where pictures are dropped."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        asked = library.PhotoFilterForm(request.GET, user=request.user)
        photos = Photo.objects.with_use().select_related("uploaded_by")
        page = library.page_of(asked.filter(photos), request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Thư viện ảnh",
            "opts": self.opts,
            "asked": asked,
            "page": page,
            "photos": library.with_rights(page, request.user),
            "upload_form": library.PhotoFilesForm() if self.has_add_permission(request) else None,
            "largest": library.MAX_BYTES,
        }
        return TemplateResponse(request, "admin/news/photo/grid.html", context)

    # --- uploading -------------------------------------------------------------------------------

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Many files in one form, for browsers without JavaScript; with it the grid sends them one by one."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        posted = request.method == "POST"
        form = library.PhotoFilesForm(*((request.POST, request.FILES) if posted else ()))
        if form.is_valid():
            stored = form.store(by=request.user)
            if stored:
                self.message_user(
                    request, f"Đã thêm {len(stored)} ảnh vào thư viện.", messages.SUCCESS
                )
            if not form.errors:
                return HttpResponseRedirect(
                    reverse("admin:news_photo_changelist") + "?mota=chua&cua=toi"
                )
        context = {
            **self.admin_site.each_context(request),
            "title": "Tải ảnh lên thư viện",
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(
            request, "admin/news/photo/add_form.html", context, status=400 if form.errors else 200
        )

    # --- one photo -------------------------------------------------------------------------------

    @admin.display(description="kích thước")
    def size(self, photo: Photo) -> str:
        return f"{photo.width} × {photo.height} điểm ảnh"

    def save_model(self, request: Any, obj: Photo, form: Any, change: bool) -> None:
        """The words are kept even where the new crops cannot be made."""
        try:
            obj.change(by=request.user, **form.sent)
        except OSError:
            logger.exception("the crops of photo %s could not be made", obj.pk)
            words = {name: value for name, value in form.sent.items() if name in WORDS}
            obj.change(by=request.user, **words)
            request.crops_failed = True

    def delete_model(self, request: Any, obj: Photo) -> None:
        obj.delete_by(request.user)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        photo: Photo | None = kwargs.get("obj")
        if request.method == "POST" and _wants_json(request):
            return JsonResponse({"errors": context["adminform"].form.errors}, status=400)
        if photo:
            shown_in = Q(articlephoto__photo=photo) | Q(cover=photo)
            stories = Article.objects.visible_to(request.user).filter(shown_in).distinct()
            context.update(
                title="Ảnh trong thư viện",
                subtitle=None,
                show_save_and_add_another=False,
                show_save_and_continue=False,
                stories=stories.order_by("-updated_at", "-pk").only("title")[:STORIES],
            )
        return super().render_change_form(request, context, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Photo) -> HttpResponse:
        """The grid asks for the card as it is now; everybody else goes back to the grid."""
        if _wants_json(request):
            photo = self.get_queryset(request).get(pk=obj.pk)
            return JsonResponse({"card": library.card_markup(photo, request)})
        if getattr(request, "crops_failed", False):
            self.message_user(
                request,
                "Đã lưu mô tả, nhưng máy chủ chưa cắt được ảnh theo điểm chính mới. Hãy thử lại sau ít phút.",
                messages.ERROR,
            )
            return HttpResponseRedirect(reverse("admin:news_photo_change", args=[obj.pk]))
        self.message_user(request, "Đã lưu ảnh.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:news_photo_changelist"))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Says in words where a photo is still used, instead of Django's list of protected rows."""
        photo = self.get_object(request, unquote(object_id))
        if photo is not None and self.has_delete_permission(request, photo):
            protected = self.get_deleted_objects([photo], request)[3]
            if protected:
                used_in = getattr(photo, "used_in", 0)
                self.message_user(
                    request,
                    f"Ảnh đang dùng trong {used_in} tin nên chưa xoá được. Hãy bỏ ảnh khỏi những nơi đó trước."
                    if used_in
                    else "Ảnh đang được dùng ở phần khác của cổng nên chưa xoá được.",
                    messages.ERROR,
                )
                return HttpResponseRedirect(reverse("admin:news_photo_change", args=[photo.pk]))
        return super().delete_view(request, object_id, extra_context)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
