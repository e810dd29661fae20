"""Pages about one's own account, inside the desk: the second step, sessions, the password."""

from typing import Any

import django_otp
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import second_factor
from portal.accounts.audit import AuditEntry, record
from portal.accounts.forms import WRONG_CODE, CodeForm, EnrolForm, ReplaceForm, TurnOffForm
from portal.accounts.sessions import DeskSession, end_sessions
from portal.models import SiteIdentity

# Where the key waits until the first code has shown that the app has it.
_KEY = "second_factor_key"

_asks = require_http_methods(["GET", "HEAD", "POST"])


def _page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    return render(
        request,
        f"admin/account/{template}.html",
        {**admin.site.each_context(request), "title": title, **context},
    )


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - admin_view has let nobody else in
    return request.user


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    user = _me(request)
    return _page(
        request,
        "security",
        "Bảo mật tài khoản",
        on=second_factor.is_on(user),
        required=second_factor.is_required(user),
        codes_left=second_factor.recovery_codes_left(user),
    )


@sensitive_post_parameters()
@_asks
def enrol(request: HttpRequest) -> HttpResponse:
    """Bind an app on the telephone, the first or another one; then the recovery codes, this once."""
    user = _me(request)
    on = second_factor.is_on(user)
    form = (ReplaceForm if on else EnrolForm)(request.POST or None)
    if request.method == "POST" and _KEY in request.session and form.is_valid():
        codes = second_factor.turn_on(user, key=request.session[_KEY], **form.cleaned_data)
        if codes is not None:
            del request.session[_KEY]
            _prove(request)
            return _page(request, "recovery_codes", "Mã khôi phục", codes=codes, enrolled=True)
        form.add_error("code", WRONG_CODE)
    elif _KEY not in request.session or request.method != "POST":
        request.session[_KEY] = second_factor.new_key()
    key = request.session[_KEY]
    return _page(
        request,
        "enrol",
        "Đổi điện thoại xác thực" if on else "Bật xác thực hai bước",
        form=form,
        on=on,
        must=second_factor.is_required(user) and not on,
        key=second_factor.key_in_letters(key),
        address=second_factor.app_address(
            key, username=user.get_username(), issuer=SiteIdentity.current().full_name
        ),
    )


def _prove(request: HttpRequest) -> None:
    """This session has shown the code; the others of the same person have not and end."""
    user = _me(request)
    request.session.cycle_key()
    django_otp.login(request, second_factor.device_of(user))
    end_sessions(user, by=user, keep=request.session.session_key)


@sensitive_post_parameters()
@_asks
def recovery_codes(request: HttpRequest) -> HttpResponse:
    user = _me(request)
    if not second_factor.is_on(user):
        return redirect("admin:account_security")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        codes = second_factor.renew_recovery_codes(user, code=form.cleaned_data["code"])
        if codes is not None:
            return _page(request, "recovery_codes", "Mã khôi phục", codes=codes, enrolled=False)
        form.add_error("code", WRONG_CODE)
    return _page(request, "new_codes", "Tạo mã khôi phục mới", form=form)


@sensitive_post_parameters()
@_asks
def turn_off(request: HttpRequest) -> HttpResponse:
    user = _me(request)
    if second_factor.is_required(user):
        raise PermissionDenied(second_factor.REQUIRED)
    if not second_factor.is_on(user):
        return redirect("admin:account_security")
    form = TurnOffForm(request.POST or None)
    if form.is_valid():
        if second_factor.turn_off(user, **form.cleaned_data):
            request.session.pop(django_otp.DEVICE_ID_SESSION_KEY, None)
            messages.success(request, "Đã tắt xác thực hai bước.")
            return redirect("admin:account_security")
        form.add_error(None, "Mật khẩu hoặc mã không đúng. Hãy đợi mã mới rồi nhập lại cả hai.")
    return _page(request, "turn_off", "Tắt xác thực hai bước", form=form)


@_asks
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; POST `end` takes the handle of a session, or `others`."""
    user = _me(request)
    mine = DeskSession.objects.of(user)
    here = request.session.session_key
    if request.method == "POST":
        return _end(request, mine, request.POST.get("end", ""))
    return _page(
        request,
        "sessions",
        "Phiên đăng nhập của tôi",
        sessions=mine.defer("session_data"),
        here=here,
    )


def _end(request: HttpRequest, mine: Any, which: str) -> HttpResponseRedirect:
    user = _me(request)
    if which == "others":
        ended = end_sessions(user, by=user, keep=request.session.session_key)
        messages.success(request, f"Đã kết thúc {ended} phiên khác.")
    elif chosen := next((session for session in mine if session.handle == which), None):
        chosen.end(by=user)
        if chosen.session_key == request.session.session_key:
            request.session.flush()
            return redirect("admin:login")
        messages.success(request, "Đã kết thúc phiên đăng nhập.")
    else:
        messages.info(request, "Phiên này đã kết thúc từ trước.")
    return redirect("admin:my_sessions")


class PasswordChange(PasswordChangeView):
    """Django's page; a new password ends the other sessions."""

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)
        user = _me(self.request)
        record(AuditEntry.What.PASSWORD_CHANGE, by=user)
        end_sessions(user, by=user, keep=self.request.session.session_key)
        return response
