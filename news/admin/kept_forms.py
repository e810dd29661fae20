"""Forms whose text the browser keeps a copy of while one writes, and the word that the copy is not needed any more."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

# The browser sends a name of the copy with the form, and looks for that name in this cookie.
COPY_FIELD, SAVED_COOKIE = "copy", "saved_copies"
# Names the cookie holds at once: of saves whose next page has not been shown yet.
AT_ONCE = 8
# As long as static/js/admin/copies.js keeps a copy.
COPY_LASTS = 14 * 24 * 3600

_NAME = re.compile(r"[0-9a-z]{10,40}")


def tell_saved(request: Any, response: HttpResponse) -> HttpResponse:
    """Tell the browser which copy has been saved, if this request saved one.

    It is told after the transaction has ended, in a cookie: that reaches the browser whatever page follows, also
    when this one fails to come, and the browser throws no copy away before.
    """
    name = request.POST.get(COPY_FIELD, "")
    if getattr(request, "is_saved", False) and _NAME.fullmatch(name):
        waiting = request.COOKIES.get(SAVED_COOKIE, "").split(".")
        known = [old for old in waiting if _NAME.fullmatch(old)]
        response.set_cookie(
            SAVED_COOKIE,
            ".".join([*known, name][-AT_ONCE:]),
            max_age=COPY_LASTS,
            path=reverse("admin:index"),
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


class KeptForms:
    """For a ModelAdmin: its add and change pages tell the browser which copy has been saved."""

    def changeform_view(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return tell_saved(request, super().changeform_view(request, *args, **kwargs))  # type: ignore[misc]

    def log_addition(self, request: Any, obj: Any, message: Any) -> Any:
        request.is_saved = True
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Django calls this once the form has been saved, and only then."""
        request.is_saved = True  # type: ignore[attr-defined]
        return super().log_change(request, obj, message)  # type: ignore[misc]
