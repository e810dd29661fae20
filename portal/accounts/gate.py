"""Who must use a second step and has none yet is led to where it is set up, and nowhere else."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY

from portal import desk
from portal.accounts import second_factor

ENROL = "admin:second_factor_enrol"
# Files below stories that are not public are handed out to the same session, beside the desk.
FILES = "/tep/"
# To set it up, to leave, and the words of Django's own scripts.
OPEN = {ENROL, "admin:login", "admin:logout", "admin:jsi18n"}


class SecondFactorGate:
    """Stands before every page of the desk, whoever's view it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        if not request.path.startswith((desk.begins(), FILES)):
            return None
        # A reader of a public file has no session; asking for one would keep every cache from keeping the file.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if request.resolver_match and request.resolver_match.view_name in OPEN:
            return None
        user = request.user
        if (
            not user.is_authenticated
            or DEVICE_ID_SESSION_KEY in request.session
            or not second_factor.is_required(user)
        ):
            return None
        if second_factor.is_on(user):
            # Signed in without the code, before it was set up elsewhere.
            logout(request)
            return HttpResponseRedirect(reverse("admin:login"))
        return HttpResponseRedirect(reverse(ENROL))
