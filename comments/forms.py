"""The form a reader answers with. Text is normalised before it is measured, and plain for ever."""

import functools
import re
from typing import Any, Self

from django import forms
from email_validator import EmailNotValidError, validate_email

from comments import consent
from comments.models import Comment, Reason
from comments.models.comment_queryset import CommentQuerySet
from comments.plain_text import length, normalise

TEXT_LENGTH = (2, 2000)
NAME_LENGTH = (2, 60)
# Typed text longer than that many times the limit is not even normalised.
_FAR_TOO_LONG = 4


class _Shared:
    """A field in which nothing depends on the request: all forms have the same one, where Django copies it for each."""

    def __deepcopy__(self, memo: Any) -> Self:
        return self


class PlainTextField(_Shared, forms.CharField):
    """A text field that normalises what was typed before it is measured, as a reader counts (comments.plain_text)."""

    def __init__(self, *, one_line: bool, lengths: tuple[int, int], **kwargs: Any) -> None:
        self.one_line = one_line
        self.shortest, self.longest = lengths
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        raw = str(value or "")
        # Normalising takes time that grows with what is typed: nobody types four times too much.
        if len(raw) > _FAR_TOO_LONG * self.longest:
            self._refuse("max_length", len(raw))
        return normalise(raw, one_line=self.one_line)

    def validate(self, value: str) -> None:
        super().validate(value)
        if (counted := length(value)) > self.longest:
            self._refuse("max_length", counted)
        if counted < self.shortest:
            self._refuse("min_length", counted)

    def _refuse(self, code: str, counted: int) -> None:
        raise forms.ValidationError(
            self.error_messages[code] % {"counted": f"{counted:,}".replace(",", ".")}, code=code
        )


# The part before the @ of nearly all addresses: it is stored as it is typed.
_ORDINARY_BOX = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
# So far below every limit of the standard that a domain written in another way cannot bring it above one.
_ORDINARY_LENGTH = 64


def _normalized(typed: str) -> str:
    """The address as it is stored. Raises EmailNotValidError."""
    box, at, domain = typed.partition("@")
    if at and len(typed) <= _ORDINARY_LENGTH and typed.isascii() and _ORDINARY_BOX.fullmatch(box):
        return f"{box}@{_normalized_domain(domain)}"
    return _validated(typed)


@functools.lru_cache
def _normalized_domain(domain: str) -> str:
    """Most readers have an address with one of a few."""
    return _validated(f"x@{domain}").rpartition("@")[2]


def _validated(typed: str) -> str:
    # Mail servers without SMTPUTF8 are many: an address beyond ASCII would get no answer.
    return validate_email(typed, check_deliverability=False, allow_smtputf8=False).normalized


class AddressField(_Shared, forms.CharField):
    """An e-mail address in the form it is stored in. Whether it exists is asked nobody."""

    widget = forms.EmailInput

    def to_python(self, value: Any) -> str:
        raw = str(value or "").strip()
        if not raw:
            return ""
        try:
            return _normalized(raw)
        except EmailNotValidError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class ConsentField(_Shared, forms.CharField):
    """The ticked box: its value is the version of the wording beside it (comments.consent)."""

    def to_python(self, value: Any) -> str:
        if value == "on":
            # A box without a value, as browsers send it.
            return consent.CURRENT
        return value if value in consent.WORDINGS else ""


class NameField(PlainTextField):
    """A person's name: signs alone are none."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if not any(character.isalpha() for character in value):
            raise forms.ValidationError(self.error_messages["required"], code="required")


class TickField(_Shared, forms.BooleanField):
    """A box that need not be ticked."""


class AnsweredField(_Shared, forms.IntegerField):
    """The number of the comment that is answered. Which ones may be, the form knows."""


class CommentForm(forms.Form):
    """What a reader sends, besides what comments.views asks itself: the ticket and the honeypot, `website`.

    `answerable` are the comments to which this may be a reply; none unless it is said.
    """

    text = PlainTextField(
        one_line=False,
        lengths=TEXT_LENGTH,
        error_messages={
            "required": "Hãy viết ý kiến của bạn.",
            "min_length": "Ý kiến cần ít nhất 2 ký tự.",
            "max_length": "Ý kiến dài %(counted)s ký tự; tối đa là 2.000.",
        },
    )
    name = NameField(
        one_line=True,
        lengths=NAME_LENGTH,
        error_messages={
            "required": "Hãy cho biết họ tên của bạn.",
            "min_length": "Họ tên cần ít nhất 2 ký tự.",
            "max_length": "Họ tên dài %(counted)s ký tự; tối đa là 60.",
        },
    )
    email = AddressField(
        max_length=254,
        error_messages={
            "required": "Hãy cho biết địa chỉ thư điện tử.",
            "invalid": "Địa chỉ này chưa đúng. Ví dụ đúng: ten@example.vn",
            "max_length": "Địa chỉ này dài quá 254 ký tự.",
        },
    )
    notify = TickField(required=False)
    consent = ConsentField(
        error_messages={"required": "Chúng tôi chỉ nhận ý kiến khi bạn đồng ý."},
    )
    parent = AnsweredField(
        required=False,
        error_messages={"invalid": "Ý kiến bạn trả lời không còn nhận trả lời."},
    )

    def __init__(
        self, *args: Any, answerable: CommentQuerySet | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.answerable = answerable

    def clean_parent(self) -> Comment | None:
        return self._answered(self.cleaned_data["parent"])

    def answered(self) -> Comment | None:
        """The comment that this wants to answer, if it may."""
        try:
            return self._answered(self.fields["parent"].clean(self["parent"].value()))
        except forms.ValidationError:
            return None

    def _answered(self, number: int | None) -> Comment | None:
        """None for no number. Raises ValidationError for one that may not be answered."""
        if number is None:
            return None
        found = None if self.answerable is None else self.answerable.filter(pk=number).first()
        if found is None:
            raise forms.ValidationError(self.fields["parent"].error_messages["invalid"], "invalid")
        return found


class ReportForm(forms.Form):
    """Why a reader reports a comment: one of the fixed reasons, or none."""

    REASONS = (
        Reason.INSULT,
        Reason.PERSONAL,
        Reason.UNPROVEN,
        Reason.ADVERT,
        Reason.UNLAWFUL,
        Reason.OTHER,
    )
    reason = forms.ChoiceField(
        choices=[("", "Không nêu lý do"), *((str(r.value), r.label) for r in REASONS)],
        required=False,
        error_messages={"invalid_choice": "Hãy chọn một lý do trong danh sách."},
    )
