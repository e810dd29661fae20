"""The photo library as the desk uses it: searching, choosing and uploading.

CKEditor and the picture fields of forms open `browse` in a small window; CKEditor sends files to `upload`, the
library's own page sends them to `add`, one request for each.
"""

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Max, Min
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
from news.photos import MAX_BYTES, PhotoRefused

logger = logging.getLogger(__name__)

PER_PAGE = 24
THUMBNAIL_WIDTH = 480
MOST_AT_ONCE = 20
DECORATIVE_AND_DESCRIBED = (
    "Ảnh đã có mô tả thì không phải ảnh trang trí. Hãy xoá mô tả hoặc bỏ dấu này."
)
NOT_WRITTEN = "Máy chủ chưa lưu được ảnh. Hãy thử lại sau ít phút."


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


class PhotoFilterForm(forms.Form):
    """What the library is asked for; it also filters (`form.filter(photos)`). What is not understood is ignored."""

    q = forms.CharField(
        label="Tìm ảnh", required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    mota = forms.ChoiceField(
        label="Mô tả",
        required=False,
        choices=[
            ("", "Tất cả"),
            ("chua", "Chưa có mô tả"),
            ("co", "Có mô tả"),
            ("trang-tri", "Ảnh trang trí"),
        ],
    )
    dung = forms.ChoiceField(
        label="Sử dụng",
        required=False,
        choices=[("", "Tất cả"), ("co", "Đang dùng"), ("khong", "Chưa dùng")],
    )
    cua = forms.ChoiceField(
        label="Người tải lên", required=False, choices=[("", "Tất cả"), ("toi", "Tôi")]
    )
    thang = forms.ChoiceField(label="Tháng tải lên", required=False)

    def __init__(self, data: Any, *, user: Any) -> None:
        sent = {name: value.replace("\x00", "") for name, value in data.items()}
        super().__init__(sent, auto_id="loc-%s")
        self.user = user
        self.fields["thang"].choices = [("", "Tất cả"), *_months()]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, str]:
        """What was understood of the question, as it stands in an address."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def has_choices(self) -> bool:
        """Whether anything but words was asked for, so that the page shows by what it is filtered."""
        return bool(set(self.asked) - {"q"})

    @property
    def query(self) -> str:
        """What stands before `trang=` in the addresses of further pages."""
        return urlencode(self.asked) + "&" if self.asked else ""

    def filter(self, photos: PhotoQuerySet) -> PhotoQuerySet:
        asked = self.asked
        photos = photos.search(asked.get("q", ""))
        if asked.get("mota") == "chua":
            photos = photos.undescribed()
        elif asked.get("mota") == "co":
            photos = photos.exclude(alt="")
        elif asked.get("mota") == "trang-tri":
            photos = photos.filter(is_decorative=True)
        if dung := asked.get("dung"):
            photos = photos.unused(yes=dung == "khong")
        if asked.get("cua"):
            photos = photos.filter(uploaded_by=self.user)
        if thang := asked.get("thang"):
            first = dt.datetime.strptime(thang, "%Y-%m").replace(tzinfo=text.VIETNAM)
            after = (first + dt.timedelta(days=32)).replace(day=1)
            photos = photos.filter(uploaded_at__gte=first, uploaded_at__lt=after)
        return photos


def _months() -> list[tuple[str, str]]:
    """Every month from the first upload to the last, the newest first; the index knows both ends."""
    ends = Photo.objects.aggregate(first=Min("uploaded_at"), last=Max("uploaded_at"))
    if ends["first"] is None:
        return []
    first, last = text.local(ends["first"]), text.local(ends["last"])
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [
        (f"{month // 12}-{month % 12 + 1:02d}", f"{month % 12 + 1:02d}/{month // 12}")
        for month in reversed(months)
    ]


def page_of(photos: PhotoQuerySet, request: HttpRequest) -> "Page[Photo]":
    """The page of the library that `?trang=` asks for; the nearest there is."""
    return Paginator(photos, PER_PAGE).get_page(request.GET.get("trang"))


def with_rights(photos: Iterable[Photo], user: Any) -> list[Photo]:
    """The photos, each with what its card in the grid shows: `thumbnail_url` and `is_mine_to_change`."""
    shown = list(photos)
    for photo in shown:
        photo.thumbnail_url = photo.rendition_url(THUMBNAIL_WIDTH)  # type: ignore[attr-defined]
        photo.is_mine_to_change = photo.may_change(user)  # type: ignore[attr-defined]
    return shown


def card_markup(photo: Photo, request: HttpRequest) -> str:
    """The photo's card in the grid (it needs `used_in`, see PhotoQuerySet.with_use)."""
    context = {"photo": with_rights([photo], request.user)[0]}
    return render_to_string("admin/news/photo/_card.html", context, request=request)


KINDS = "image/jpeg,image/png,image/webp,image/gif"


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files under one name; cleaned to a list of them."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = (data if isinstance(data, list) else [data]) or [None]
        if len(sent) > MOST_AT_ONCE:
            raise forms.ValidationError(
                f"Mỗi lần gửi không quá {MOST_AT_ONCE} ảnh. Hãy chia thành nhiều lần."
            )
        return [super(ManyFilesField, self).clean(one, initial) for one in sent]


class PhotoFilesForm(forms.Form):
    """Many pictures for the library at once; their descriptions are written afterwards, beside each picture."""

    pictures = ManyFilesField(
        label="Các tệp ảnh",
        help_text=f"Nhiều tệp JPEG, PNG, WebP hoặc GIF, mỗi tệp không quá {MAX_BYTES // 1024 // 1024} MB.",
        error_messages={
            "required": "Hãy chọn ít nhất một tệp ảnh.",
            "empty": "Có tệp rỗng. Hãy chọn lại.",
        },
        widget=ManyFilesInput(attrs={"accept": KINDS}),
    )
    credit = forms.CharField(
        label="Nguồn ảnh chung",
        max_length=200,
        required=False,
        help_text="Ghi cho mọi ảnh lần này. Ví dụ: Ảnh: Minh Tâm",
    )

    def store(self, *, by: Any) -> list[Photo]:
        """The photos that could be taken; why the others could not stands beside the field, with their names."""
        stored, data = [], dict(self.cleaned_data)
        for sent in data["pictures"]:
            try:
                stored.append(Photo.store(sent, by=by, credit=data["credit"]))
            except PhotoRefused as refusal:
                self.add_error("pictures", f"{sent.name}: {refusal}")
            except OSError:
                logger.exception("a photo could not be written")
                self.add_error("pictures", f"{sent.name}: {NOT_WRITTEN}")
        return stored


class PhotoUploadForm(forms.Form):
    """One picture for the library, with the words that belong to it."""

    file = forms.FileField(
        label="Tệp ảnh",
        help_text=f"JPEG, PNG, WebP hoặc GIF, không quá {MAX_BYTES // 1024 // 1024} MB.",
        error_messages={"required": "Hãy chọn một tệp ảnh.", "empty": "Tệp này rỗng."},
        widget=forms.FileInput(attrs={"accept": KINDS}),
    )
    alt = forms.CharField(
        label="Mô tả ảnh",
        max_length=300,
        required=False,
        help_text="Ảnh cho thấy gì? Dành cho người không nhìn thấy ảnh.",
    )
    is_decorative = forms.BooleanField(label="Ảnh trang trí, không cần mô tả", required=False)
    caption = forms.CharField(
        label="Chú thích", max_length=500, required=False, help_text="In dưới ảnh."
    )
    credit = forms.CharField(
        label="Nguồn ảnh", max_length=200, required=False, help_text="Ví dụ: Ảnh: Minh Tâm"
    )

    def clean(self) -> dict[str, Any]:
        """One of the two: a description, or the decision that there is nothing to describe."""
        data = super().clean() or self.cleaned_data
        if "alt" in data and not (data["alt"] or data.get("is_decorative")):
            self.add_error("alt", "Hãy mô tả ảnh bằng một câu ngắn.")
        elif data.get("alt") and data.get("is_decorative"):
            self.add_error("is_decorative", DECORATIVE_AND_DESCRIBED)
        return data

    def store(self, *, by: Any) -> Photo | None:
        """The photo in the library, or None with the reason beside the field that it concerns."""
        if not self.is_valid():
            return None
        data = dict(self.cleaned_data)
        try:
            return Photo.store(data.pop("file"), by=by, **data)
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
    filters = PhotoFilterForm(request.GET, user=request.user)
    page = page_of(filters.filter(Photo.objects.all()), request)
    context = {
        **admin.site.each_context(request),
        "title": "Thư viện ảnh",
        "is_popup": True,
        "asked": asked,
        "asked_query": urlencode(asked),
        "kept_query": urlencode({**asked, **filters.asked}) + "&",
        "filters": filters,
        "photos": with_rights(page, request.user),
        "may_upload": request.user.has_perm("news.add_photo"),
        "form": form,
        "page": page,
        "newest": request.GET.get("moi", ""),
    }
    return render(
        request, "admin/news/photo/library.html", context, status=400 if form.errors else 200
    )


@require_POST
@never_cache
def upload(request: HttpRequest) -> JsonResponse:
    """Takes one picture from CKEditor. Every answer is the JSON that CKEditor shows in words."""
    photo, refusal, status = _taken(request)
    if photo is None:
        return JsonResponse({"uploaded": 0, "error": {"message": refusal}}, status=status)
    return JsonResponse({"uploaded": 1, "fileName": photo.key.hex, "url": photo.url})


@require_POST
@never_cache
def add(request: HttpRequest) -> JsonResponse:
    """Takes one picture, and its credit, from the library's page: its card in the grid, or a refusal in words."""
    photo, refusal, status = _taken(request, credit=request.POST.get("credit", "")[:200])
    if photo is None:
        return JsonResponse({"error": {"message": refusal}}, status=status)
    photo.used_in = 0  # type: ignore[attr-defined]
    return JsonResponse({"card": card_markup(photo, request)}, status=201)


def _taken(request: HttpRequest, **words: Any) -> tuple[Photo | None, str, int]:
    """The photo of the file that was sent, or why there is none, in words and as a status."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return (
            None,
            "Phiên làm việc đã hết hạn. Hãy đăng nhập lại ở một thẻ khác rồi tải ảnh lên.",
            403,
        )
    if not user.has_perm("news.add_photo"):
        return None, "Bạn không có quyền tải ảnh lên.", 403
    sent = request.FILES.get("upload")
    if sent is None:
        return None, "Hãy chọn một tệp ảnh.", 400
    try:
        return Photo.store(sent, by=user, **words), "", 200
    except PhotoRefused as refusal:
        return None, str(refusal), 400
    except PermissionDenied as refusal:
        return None, str(refusal), 403
    except OSError:
        logger.exception("a photo could not be written")
        return None, NOT_WRITTEN, 503
