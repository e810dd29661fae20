"""What is asked of people about their own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from portal.accounts.sign_in import REFUSED

WRONG_CODE = (
    "Mã không đúng, đã dùng rồi hoặc nhập quá nhanh sau lần sai. Hãy đợi mã mới rồi nhập lại."
)


class CodeInput(forms.TextInput):
    """A code is never shown again: it is used up, or it was wrong."""

    def format_value(self, value: Any) -> None:
        return None


def code_field(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=32,
        widget=CodeInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": "Hãy nhập mã.", "max_length": "Mã này quá dài."},
    )


class SignInForm(AdminAuthenticationForm):
    """Name, password and code at once: a wrong code is told nothing about the password."""

    code = code_field(
        "Mã xác thực",
        "Chỉ khi bạn đã bật xác thực hai bước: 6 số trong ứng dụng, hoặc một mã khôi phục.",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = "Hãy nhập tên đăng nhập."
        self.fields["password"].error_messages["required"] = "Hãy nhập mật khẩu."

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "username" in data and "password" in data:
            self.user_cache = authenticate(
                self.request,
                username=data["username"],
                password=data["password"],
                token=data.get("code", ""),
            )
            if self.user_cache is None:
                raise self.get_invalid_login_error()
        return data

    def get_invalid_login_error(self) -> ValidationError:
        minutes = int(settings.AXES_COOLOFF_TIME.total_seconds()) // 60
        return ValidationError(REFUSED.format(minutes=minutes), code="invalid_login")


class EnrolForm(forms.Form):
    code = code_field("Mã trong ứng dụng", "6 số mà ứng dụng đang hiện cho tài khoản này.")


class ReplaceForm(EnrolForm):
    """For another telephone: the old one, or a recovery code, says that it is the same person."""

    current = code_field(
        "Mã của điện thoại cũ", "6 số trong ứng dụng cũ, hoặc một mã khôi phục nếu đã mất máy."
    )


class CodeForm(forms.Form):
    code = code_field("Mã xác thực", "6 số trong ứng dụng, hoặc một mã khôi phục.")


class TurnOffForm(CodeForm):
    password = forms.CharField(
        label="Mật khẩu",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Hãy nhập mật khẩu."},
    )
    field_order = ["password", "code"]
