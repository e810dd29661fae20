"""The form of a story: it shows the newest version and hands what was typed to the verbs as one Content."""

import dataclasses
from typing import Any

from django import forms

from news import library
from news.admin.article_conflict import Conflict, find_conflict, take
from news.attachment_library import AttachmentsField
from news.content import KEYS, LISTS, MOMENTS, Content
from news.editor import BodyField
from news.models import Article, StaffProfile
from news.models.revision import MAX_VERSION
from news.models.workflow import MAX_NOTE

# Buttons of the form, each with what it does after saving.
PUBLISH, SUBMIT, RETURN = "_publish", "_submit", "_return"


class TagsField(forms.CharField):
    """Tags by their names, between commas."""

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else ", ".join(value)

    def to_python(self, value: Any) -> Any:
        return tuple(
            dict.fromkeys(name.strip() for name in str(value or "").split(",") if name.strip())
        )

    def clean(self, value: Any) -> Any:
        names = self.to_python(value)
        if any(len(name) > 100 for name in names):
            raise forms.ValidationError("Mỗi thẻ dài nhất 100 ký tự.")
        if len(names) > 20:
            raise forms.ValidationError("Nhiều nhất 20 thẻ cho một tin.")
        return names


class ArticleForm(forms.ModelForm):
    """Bound to the row, but filled from the newest version, which of a public story is its working copy."""

    body = BodyField(label="Nội dung", required=False)
    cover = library.PhotoChoiceField(
        label="Ảnh đại diện", help_text="Để trống thì lấy ảnh đầu tiên trong bài."
    )
    tags = TagsField(
        label="Thẻ",
        required=False,
        help_text="Cách nhau bằng dấu phẩy.",
        widget=forms.TextInput(attrs={"class": "wide"}),
    )
    attachments = AttachmentsField(label="Tệp dưới tin")
    # The version this form was filled from: who saves over a newer one is shown both.
    seen = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_VERSION, widget=forms.HiddenInput
    )
    # After a conflict: the version from which the writing began, while `seen` is the one that was shown beside it.
    began = forms.IntegerField(
        required=False, min_value=0, max_value=MAX_VERSION, widget=forms.HiddenInput
    )
    alone = forms.BooleanField(
        label="Tôi tự xuất bản, không cần người thứ hai xem",
        required=False,
        help_text="Được ghi lại và tính trong báo cáo.",
    )
    note = forms.CharField(
        label="Lời nhắn",
        required=False,
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "class": "wide"}),
        help_text="Gửi kèm khi gửi duyệt hoặc trả lại.",
    )

    class Meta:
        model = Article
        fields: list[str] = []
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2, "class": "wide"}),
            "lead": forms.Textarea(attrs={"rows": 4, "class": "wide"}),
        }

    # Set by the admin for each request.
    user: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: Article | None = kwargs.get("instance")
        self.newest: Content | None = instance.newest if instance and instance.pk else None
        if self.newest:
            kwargs["initial"] = {**_initial_of(self.newest), **(kwargs.get("initial") or {})}
        elif self.user is not None:
            profile = StaffProfile.objects.filter(user=self.user).first()
            if profile:
                kwargs["initial"] = {"unit": profile.unit_id, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["attachments"].user = self.user  # type: ignore[attr-defined]
        if self.user is not None and "related" in self.fields:
            # Whatever key is sent, the box shows titles: of what this person may know of, and no others.
            kept = self.newest.related if self.newest else ()
            known = Article.objects.visible_to(self.user) | Article.objects.published()
            self.fields["related"].queryset = known | Article.objects.filter(pk__in=kept)  # type: ignore[attr-defined]
        self.conflict: Conflict | None = None

    @property
    def version(self) -> int:
        """The version that a form shown now begins from."""
        return self.instance.version if self.instance.pk else 0

    def clean(self) -> dict[str, Any]:
        """A draft may be empty; what readers are to see may not. Looks for a newer version than the one seen."""
        data = super().clean() or self.cleaned_data
        if self.newest and "seen" not in self.errors:
            if data["seen"] is None:
                # Our page always says what it showed. Who does not, has seen nothing.
                data["seen"] = 0
            self._look_for_conflict(data["seen"])
        if PUBLISH in self.data and not (data.get("lead") or data.get("body")):
            self.add_error("body", "Hãy viết nội dung trước khi xuất bản.")
        if RETURN in self.data and not data.get("note"):
            self.add_error("note", "Hãy viết cho tác giả biết cần sửa gì.")
        return data

    def _look_for_conflict(self, seen: int) -> None:
        """Nothing is overwritten that was not seen, and nothing that was seen without an answer to it."""
        began = self.cleaned_data.get("began")
        began = seen if began is None else began
        newest = self.instance.version
        if began == seen == newest:
            return
        self.conflict = find_conflict(self, began=began, seen=seen)
        if self.conflict is None:
            # Both wrote the same.
            self.cleaned_data["seen"] = newest
        elif seen != newest:
            self.add_error(
                None,
                "Chưa lưu được: trong lúc bạn viết, tin này đã có phiên bản mới. Hãy chọn ở từng chỗ dưới đây.",
            )
        elif self.conflict.open:
            self.add_error(
                None, "Còn chỗ hai người cùng sửa mà bạn chưa chọn. Hãy chọn rồi lưu lại."
            )
        else:
            take(self, self.conflict.taken)

    @property
    def started(self) -> int:
        """The version from which what stands in the boxes began."""
        if self.conflict:
            began = self.cleaned_data.get("began")
            return self.cleaned_data["seen"] if began is None else began
        return self.version

    def content(self) -> Content:
        """What was typed, as one version. What the form does not show stays as it was."""
        base = self.newest or Content(title="", section=0)
        typed = {
            f.name: self.cleaned_data[f.name]
            for f in dataclasses.fields(Content)
            if f.name in self.cleaned_data
        }
        for name in KEYS:
            if name in typed:
                typed[name] = typed[name].pk if typed[name] else None
        for name in ("related", "documents", "attachments"):
            if name in typed:
                typed[name] = tuple(row.pk for row in typed[name])
        typed["slug"] = typed.get("slug", base.slug) or ""
        for name in MOMENTS:
            old = getattr(base, name)
            if old and typed.get(name) == old.replace(microsecond=0):
                # The boxes know seconds, the row microseconds: what nobody touched has not changed.
                typed[name] = old
        return dataclasses.replace(base, **typed)


def _initial_of(content: Content) -> dict[str, Any]:
    """The boxes of a version: aware moments on the clock here, keys for choices."""
    values = {f.name: getattr(content, f.name) for f in dataclasses.fields(content)}
    for name in LISTS:
        values[name] = list(values[name])
    return values


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label="Lý do thu hồi",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "wide", "autofocus": True}),
        help_text="Bạn đọc mở địa chỉ của tin sẽ thấy lý do này.",
        error_messages={"required": "Hãy cho biết lý do thu hồi."},
    )
