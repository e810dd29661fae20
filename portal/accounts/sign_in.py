"""Signing in: password and code in one step, limits on trying, and one answer for everything that is wrong.

django-axes counts failures in the database, by name and address together and by name alone. It is told no more
than it needs: a keyed hash of the name, the address, no browser, nothing of what was sent.
"""

import datetime as dt
import ipaddress
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.accounts import second_factor
from portal.accounts.audit import AuditEntry
from portal.accounts.origin import address_of

# From an address where a person has signed in this recently, strangers' failures elsewhere do not count.
KNOWN_FOR = dt.timedelta(days=90)
REFUSED = (
    "Không đăng nhập được. Hãy kiểm tra tên đăng nhập, mật khẩu và mã xác thực. Sau nhiều lần sai liên tiếp, "
    "việc đăng nhập tạm dừng {minutes} phút, kể cả khi bạn nhập đúng."
)


class PasswordAndCode(ModelBackend):
    """Lets in who knows the password and, if the account has a second step, a code for it."""

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        # Named so that Django, which tells listeners of a failure, blots it out as it does the password.
        token: str = "",
        **kwargs: Any,
    ) -> AbstractBaseUser | None:
        person = super().authenticate(request, username=username, password=password)
        if not isinstance(person, User) or not second_factor.is_on(person):
            return person
        device = second_factor.verify(person, token)
        if device is None:
            return None
        # django-otp keeps it in the session.
        person.otp_device = device  # type: ignore[attr-defined]
        return person

    def user_can_authenticate(self, user: Any) -> bool:
        """Accounts are for the desk: who is not of the staff is told what a stranger is told."""
        return super().user_can_authenticate(user) and user.is_staff


class SignInLimits(AxesDatabaseHandler):
    """django-axes' own bookkeeping with two limits instead of one (settings.SIGN_IN_...)."""

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        if request is not None:
            # Part of the key of a row: who changes them with every try would never meet the limit.
            request.axes_user_agent = request.axes_http_accept = ""
        super().user_login_failed(sender, credentials, request, **kwargs)

    def get_failures(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        """Failures on the scale of AXES_FAILURE_LIMIT, to which those of the name alone are brought down."""
        here, by_name = (
            sum(attempts.values_list("failures_since_start", flat=True))
            for attempts in self.get_user_attempts(request, credentials)
        )
        if self._is_known(request, credentials):
            return here
        return max(here, by_name * settings.AXES_FAILURE_LIMIT // settings.SIGN_IN_NAME_LIMIT)

    def reset_user_attempts(self, request: Any, credentials: dict[str, Any] | None = None) -> int:
        """A success clears its own address only: strangers who try elsewhere get no fresh start from it."""
        here, _ = self.filter_user_attempts(request, credentials)
        return here.delete()[0]

    def _is_known(self, request: Any, credentials: dict[str, Any] | None) -> bool:
        return AuditEntry.objects.filter(
            who=(credentials or {}).get("username") or "",
            address=address_of(request),
            what=AuditEntry.What.SIGN_IN,
            result=AuditEntry.Result.DONE,
            at__gte=timezone.now() - KNOWN_FOR,
        ).exists()


def limit_key(username: str) -> str:
    """What django-axes knows a name by: people type their password into the wrong field."""
    return salted_hmac("portal.sign_in", username, algorithm="sha256").hexdigest()


def limit_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """For AXES_USERNAME_CALLABLE."""
    return limit_key((credentials or request.POST).get("username") or "")


def limit_address(request: HttpRequest) -> str | None:
    """For AXES_CLIENT_IP_CALLABLE: of an IPv6 address its /64, which one household has to itself."""
    address = address_of(request)
    if address is None or ipaddress.ip_address(address).version == 4:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


def same_answer(request: HttpRequest, response: HttpResponse, credentials: Any) -> HttpResponse:
    """For AXES_LOCKOUT_CALLABLE: who is locked out sees the form as after any other failure."""
    return response


def keep_nothing_sent(sender: Any, instance: AccessAttempt, **kwargs: Any) -> None:
    """Before django-axes writes a row: what was sent, which it would add to at each failure, is left out."""
    instance.get_data = instance.post_data = instance.path_info = ""


def purge() -> int:
    """Take away failures that count no more; how many rows."""
    gone, _ = AccessAttempt.objects.filter(
        attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME
    ).delete()
    return gone
