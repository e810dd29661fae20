"""The photo library as the desk uses it: searching, choosing and uploading.

CKEditor and the picture fields of forms open `browse` in a small window; CKEditor sends files to `upload`.
"""

import logging
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms.widgets import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from news import richtext, text
from news.models import Article, Photo, PhotoQuerySet
from news.models.words import MAX_QUERY, MAX_WORDS
from news.photos import MAX_BYTES, PhotoRefused

logger = logging.getLogger(__name__)

PER_PAGE = 24
THUMBNAIL_WIDTH = 480
NOT_WRITTEN = "Máy chủ chưa lưu được ảnh. Hãy thử lại sau ít phút."


def find_photos(photos: PhotoQuerySet, words: str) -> PhotoQuerySet:
    """The photos whose alt, caption or credit hold every word, without diacritics."""
    return photos.search(text.fold(words.replace("\x00", "")[:MAX_QUERY]).split()[:MAX_WORDS])


def learn_descriptions(article: Article) -> int:
    """Give photos of which nobody has said anything the description written for them in this article.

    A picture dropped into the editor has none yet; what was decided to be decoration becomes so in the library.
    Nobody's words are changed. Returns how many pictures of the article still have neither.
    """
    body = article.newest.body
    written, decorations = richtext.alts(body), richtext.decorations(body)
    for photo in Photo.objects.filter(key__in=richtext.photo_keys(body)).undescribed():
        alt = text.one_line(written.get(photo.key.hex, ""))[:300]
        if alt or photo.key.hex in decorations:
            photo.alt, photo.is_decorative = alt, not alt
            photo.save(update_fields=["alt", "is_decorative"])
    return len(article.undescribed_photos())


class PhotoUploadForm(forms.Form):
    """One picture for the library, with the words that belong to it."""

    file = forms.FileField(
        label="Tệp ảnh",
        help_text=f"JPEG, PNG, WebP hoặc GIF, không quá {MAX_BYTES // 1024 // 1024} MB.",
        error_messages={"required": "Hãy chọn một tệp ảnh.", "empty": "Tệp này rỗng."},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    alt = forms.CharField(
        label="Mô tả ảnh",
        max_length=300,
        help_text="Ảnh cho thấy gì? Dành cho người không nhìn thấy ảnh.",
        error_messages={"required": "Hãy mô tả ảnh bằng một câu ngắn."},
    )
    caption = forms.CharField(
        label="Chú thích", max_length=500, required=False, help_text="In dưới ảnh."
    )
    credit = forms.CharField(
        label="Nguồn ảnh", max_length=200, required=False, help_text="Ví dụ: Ảnh: Minh Tâm"
    )

    def store(self, *, by: Any) -> Photo | None:
        """The photo in the library, or None with the reason beside the field that it concerns."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        try:
            return Photo.store(
                data["file"], by=by, alt=data["alt"], caption=data["caption"], credit=data["credit"]
            )
        except PhotoRefused as refusal:
            self.add_error("file", str(refusal))
        except OSError:
            logger.exception("a photo could not be written")
            self.add_error("file", NOT_WRITTEN)
        return None


class PhotoPicker(forms.TextInput):
    """A picture field: the chosen picture small, a button that opens the library, one that takes it out."""

    media = Media(js=["js/admin/photo-picker.js"])

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = str(value) if value else ""
        photo = (
            Photo.objects.filter(pk=chosen).first()
            if chosen.isdecimal() and len(chosen) < 19
            else None
        )
        context = {
            "name": name,
            "value": chosen,
            "photo": photo,
            "thumbnail": photo.rendition_url(THUMBNAIL_WIDTH) if photo else "",
            "id": (attrs or {}).get("id", f"id_{name}"),
        }
        return render_to_string("admin/news/photo/_picker.html", context)


class PhotoChoiceField(forms.ModelChoiceField):
    """A photo of the library, chosen by PhotoPicker."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(
            Photo.objects.all(),
            widget=PhotoPicker,
            error_messages={
                "invalid_choice": "Ảnh này không còn trong thư viện. Hãy chọn ảnh khác."
            },
            **kwargs,
        )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_member_required
def browse(request: HttpRequest) -> HttpResponse:
    """The library in a small window, for CKEditor (`CKEditorFuncNum`) or a picture field (`o`, its id)."""
    if not request.user.has_perm("news.view_photo"):
        raise PermissionDenied("Bạn không có quyền xem thư viện ảnh.")
    asked: dict[str, str] = {
        name: request.GET[name] for name in ("CKEditorFuncNum", "o") if name in request.GET
    }
    form = PhotoUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        # Raises PermissionDenied for who may look but not upload.
        stored = form.store(by=request.user)
        if stored:
            return HttpResponseRedirect(
                f"{reverse('ckeditor_browse')}?{urlencode({**asked, 'moi': str(stored.pk)})}"
            )
    words = request.GET.get("q", "")
    page = Paginator(find_photos(Photo.objects.all(), words), PER_PAGE).get_page(
        request.GET.get("trang")
    )
    for photo in page:
        photo.thumbnail_url = photo.rendition_url(THUMBNAIL_WIDTH)  # type: ignore[attr-defined]
    context = {
        **admin.site.each_context(request),
        "title": "Thư viện ảnh",
        "is_popup": True,
        "asked": asked,
        "asked_query": urlencode(asked),
        "kept_query": urlencode({**asked, "q": words}),
        "may_upload": request.user.has_perm("news.add_photo"),
        "form": form,
        "page": page,
        "words": words,
        "newest": request.GET.get("moi", ""),
    }
    return render(
        request, "admin/news/photo/library.html", context, status=400 if form.errors else 200
    )


@require_POST
@never_cache
def upload(request: HttpRequest) -> JsonResponse:
    """Takes one picture from CKEditor. Every answer is the JSON that CKEditor shows in words."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return _refusal(
            "Phiên làm việc đã hết hạn. Hãy đăng nhập lại ở một thẻ khác rồi tải ảnh lên.", 403
        )
    sent = request.FILES.get("upload")
    if sent is None:
        return _refusal("Hãy chọn một tệp ảnh.", 400)
    try:
        photo = Photo.store(sent, by=user)
    except PhotoRefused as refusal:
        return _refusal(str(refusal), 400)
    except PermissionDenied as refusal:
        return _refusal(str(refusal), 403)
    except OSError:
        logger.exception("a photo could not be written")
        return _refusal(NOT_WRITTEN, 503)
    return JsonResponse({"uploaded": 1, "fileName": photo.key.hex, "url": photo.url})


def _refusal(message: str, status: int) -> JsonResponse:
    return JsonResponse({"uploaded": 0, "error": {"message": message}}, status=status)
