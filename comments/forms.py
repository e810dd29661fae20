"""The form a reader answers with. Text is normalised before it is measured, and plain for ever."""

import re
import unicodedata

from django import forms

from comments.models import Comment
from news.text import nfc


def normalise(value: str, *, one_line: bool) -> str:
    """The text as it is stored: LF, NFC, no format or control characters, blanks and blank lines collapsed.

    Dropped are Unicode categories Cc (but LF), Cf, Co and Cn, and the Hangul fillers, which look like nothing.
    """
    value = nfc(value.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(
        c
        for c in value
        if c == "\n"
        or c == "\t"
        or (
            unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cn", "Cs"}
            and c not in "\u115f\u1160\u3164\uffa0"
        )
    )
    if one_line:
        return " ".join(kept.split())
    lines = [" ".join(line.split()) for line in kept.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class PlainTextField(forms.CharField):
    """A text field that normalises what was typed before any rule looks at it."""

    def __init__(self, *, one_line: bool, **kwargs: object) -> None:
        self.one_line = one_line
        super().__init__(**kwargs)  # type: ignore[arg-type]

    def to_python(self, value: object) -> str:
        raw = str(value or "")
        # Normalising takes time that grows with the square of what is typed: nobody types four times too much.
        if self.max_length and len(raw) > 4 * self.max_length:
            message = self.error_messages["max_length"] % {"show_value": len(raw)}
            raise forms.ValidationError(message, code="max_length")
        return normalise(raw, one_line=self.one_line)


class CommentForm(forms.Form):
    """What a reader sends. `website` is the honeypot: people do not see it, machines fill it in."""

    text = PlainTextField(
        one_line=False,
        label="Ý kiến của bạn",
        min_length=2,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": "Hãy viết ý kiến của bạn.",
            "min_length": "Ý kiến cần ít nhất 2 ký tự.",
            "max_length": "Ý kiến dài %(show_value)s ký tự; tối đa là 2.000.",
        },
    )
    name = PlainTextField(
        one_line=True,
        label="Họ và tên",
        min_length=2,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": "Hãy cho biết họ tên của bạn.",
            "min_length": "Họ tên cần ít nhất 2 ký tự.",
            "max_length": "Họ tên dài %(show_value)s ký tự; tối đa là 60.",
        },
    )
    email = forms.EmailField(
        label="Thư điện tử",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Hãy cho biết địa chỉ thư điện tử.",
            "invalid": "Địa chỉ này chưa đúng. Ví dụ đúng: ten@example.vn",
        },
    )
    consent = forms.BooleanField(
        error_messages={"required": "Chúng tôi chỉ nhận ý kiến khi bạn đồng ý."},
    )
    website = forms.CharField(required=False)
    ticket = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def signals(self) -> list[str]:
        """What a moderator should know about how this was sent, in words; never told to the sender."""
        return ["Điền vào ô ẩn dành cho máy"] if self.cleaned_data.get("website") else []

    def as_comment(self) -> Comment:
        """The unsaved comment; the view adds article, source and digest."""
        data = self.cleaned_data
        return Comment(
            name=data["name"], email=data["email"], text=data["text"], signals=self.signals
        )
