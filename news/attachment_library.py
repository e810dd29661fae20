"""The attachments as the desk uses them: uploading, finding, and choosing them for a story.

AttachmentsField stands on the form of a story. Without JavaScript it is a list to choose from and a box for new
files; `static/js/admin/attachments.js` makes of it a list that can be put in order, uploads with progress and search.
"""

import logging
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.forms.widgets import Media
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from news.attachments import ACCEPT, MAX_BYTES, AttachmentRefused
from news.models import Attachment
from news.models.words import MAX_QUERY

logger = logging.getLogger(__name__)

# How many of the library a list without search offers, and how many a search shows.
NEWEST = 30
FOUND = 20
# More below one story nobody reads; a place is a small number.
MAX_FILES = 50
NOT_WRITTEN = "Máy chủ chưa lưu được tệp. Hãy thử lại sau ít phút."
MEDIA = Media(js=["js/admin/uploads.js", "js/admin/attachments.js"])
HELP = f"PDF, DOCX, XLSX hoặc ODT, mỗi tệp không quá {MAX_BYTES // 1024 // 1024} MB. Nên dùng PDF cho thông báo."


def store_all(uploads: list[UploadedFile], *, by: Any) -> tuple[list[Attachment], list[str]]:
    """Each upload for itself: what was stored, and for each that was not its name and the reason."""
    stored, refusals = [], []
    for upload in uploads:
        try:
            stored.append(Attachment.store(upload, by=by))
        except (AttachmentRefused, PermissionDenied) as refusal:
            refusals.append(f"{upload.name}: {refusal}")
        except OSError:
            logger.exception("an attachment could not be written")
            refusals.append(f"{upload.name}: {NOT_WRITTEN}")
    return stored, refusals


class FilesInput(forms.FileInput):
    """A box that takes several files at once."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"multiple": True, "accept": ACCEPT})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[UploadedFile]:
        return files.getlist(name) if isinstance(files, MultiValueDict) else []


class FilesField(forms.Field):
    """Several uploads at once; its value is the list of them."""

    widget = FilesInput

    def clean(self, value: list[UploadedFile]) -> list[UploadedFile]:
        if not value:
            raise forms.ValidationError("Hãy chọn ít nhất một tệp.")
        return value


class AttachmentUploadForm(forms.Form):
    """Files for the library, several at once; each takes its title from its name."""

    uploads = FilesField(label="Chọn tệp", help_text=HELP)

    media = MEDIA

    def store(self, *, by: Any) -> list[Attachment]:
        """What could be stored; why the others could not stands beside the field."""
        if not self.is_valid():
            return []
        stored, refusals = store_all(self.cleaned_data["uploads"], by=by)
        for refusal in refusals:
            self.add_error("uploads", refusal)
        return stored


# --- On the form of a story ----------------------------------------------------------------------------------------


class AttachmentsInput(forms.Widget):
    """The files below a story or a document in their order. Its value is the chosen keys and the new files."""

    media = MEDIA
    needs_multipart_form = True
    # Several controls under one name.
    use_fieldset = True
    user: Any = None
    # Below what the files stand, as the form calls it.
    place = "tin này"

    def value_from_datadict(
        self, data: Any, files: Any, name: str
    ) -> tuple[list[str], list[UploadedFile]]:
        keys = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        new = files.getlist(f"{name}_new") if isinstance(files, MultiValueDict) else []
        return list(keys), new

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        # Nothing chosen is sent as nothing.
        return False

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = Attachment.objects.in_order(_keys(value or []))
        may_look = self.user is not None and self.user.has_perm("news.view_attachment")
        others = (
            Attachment.objects.exclude(pk__in=[one.pk for one in chosen])[:NEWEST]
            if may_look
            else []
        )
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "chosen": [described(one, self.user) for one in chosen],
            "others": [described(one, self.user) for one in others],
            "may_look": may_look,
            "may_upload": self.user is not None and self.user.has_perm("news.add_attachment"),
            "accept": ACCEPT,
            "help": HELP,
            "place": self.place,
        }
        return render_to_string("admin/news/attachment/_field.html", context)


class AttachmentsField(forms.Field):
    """Files of the library in an order, and new ones; its value is the list of attachments.

    `user` is whose rights count; the form that carries the field sets it. New files are stored when the form is
    checked, so that they are not lost when something else on it has to be mended.
    """

    widget = AttachmentsInput

    def __init__(self, *, place: str = AttachmentsInput.place, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.widget.place = place
        self._user: Any = None
        # What stood there after checking, also when it was refused.
        self._left: list[int] | None = None

    @property
    def user(self) -> Any:
        return self._user

    @user.setter
    def user(self, user: Any) -> None:
        self._user = self.widget.user = user

    def clean(self, value: tuple[list[Any], list[UploadedFile]]) -> list[Attachment]:
        sent, uploads = value
        keys = _keys(sent)
        stored, refusals = store_all(uploads, by=self.user) if uploads else ([], [])
        keys += [attachment.pk for attachment in stored if attachment.pk not in keys]
        chosen = Attachment.objects.in_order(keys)
        self._left = [attachment.pk for attachment in chosen]
        if len(chosen) < len(set(keys)) or len(keys) < len(set(sent)):
            refusals.append("Có tệp không còn trong thư viện. Hãy xem lại các tệp đã chọn.")
        if len(chosen) > MAX_FILES:
            refusals.append(f"Nhiều nhất {MAX_FILES} tệp dưới {self.widget.place}.")
        if refusals:
            raise forms.ValidationError(refusals)
        return chosen

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data[0] if self._left is None else self._left

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data[1]) or _keys(data[0]) != list(initial or [])


def _keys(sent: list[Any]) -> list[int]:
    """Primary keys out of what a browser sent, each once; what can be none is left out."""
    numbers = (str(one) for one in sent)
    return list(
        dict.fromkeys(int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 19)
    )


def described(attachment: Attachment, user: Any) -> dict[str, Any]:
    """What the field says of a file; `edit` is where its title can be changed, empty for who may not."""
    edit = reverse("admin:news_attachment_change", args=[attachment.pk])
    return {
        "id": attachment.pk,
        "title": attachment.title,
        "words": attachment.kind_and_size,
        "url": attachment.view_url or attachment.get_absolute_url(),
        "edit": edit if user is not None and attachment.may_be_edited(user) else "",
    }


# --- Small requests of the field -----------------------------------------------------------------------------------


@require_POST
@never_cache
def upload(request: HttpRequest) -> JsonResponse:
    """Takes one file. Every answer is JSON with a sentence for the person who waits."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return _refusal(
            "Phiên làm việc đã hết hạn. Hãy đăng nhập lại ở một thẻ khác rồi tải tệp lên.", 403
        )
    if not user.has_perm("news.add_attachment"):
        return _refusal("Bạn không có quyền tải tệp lên.", 403)
    sent = request.FILES.get("file")
    if sent is None:
        return _refusal("Hãy chọn một tệp.", 400)
    try:
        attachment = Attachment.store(sent, by=user)
    except AttachmentRefused as refusal:
        return _refusal(str(refusal), 400)
    except PermissionDenied as refusal:
        return _refusal(str(refusal), 403)
    except OSError:
        logger.exception("an attachment could not be written")
        return _refusal(NOT_WRITTEN, 503)
    return JsonResponse({"attachment": described(attachment, user)})


@require_safe
@never_cache
def find(request: HttpRequest) -> JsonResponse:
    """The newest files whose title or name hold the words of `q`."""
    user = request.user
    if not (user.is_active and user.is_staff and user.has_perm("news.view_attachment")):
        return _refusal("Bạn không có quyền xem thư viện tệp.", 403)
    words = request.GET.get("q", "")[:MAX_QUERY]
    found = list(Attachment.objects.found_by(words)[: FOUND + 1])
    return JsonResponse(
        {
            "attachments": [described(attachment, user) for attachment in found[:FOUND]],
            "more": len(found) > FOUND,
        }
    )


def _refusal(message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": {"message": message}}, status=status)
