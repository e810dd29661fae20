"""Headers that every answer of the application carries, errors and static files included. Of files nginx sends fewer
(deploy/file-headers.conf)."""

from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

PERMISSIONS_POLICY = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(self), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), "
    "browsing-topics=()"
)


class ResourceHeaders:
    """Adds the two headers Django's SecurityMiddleware and django-csp do not know."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class ContentSecurityPolicy(CSPMiddleware):
    """django-csp's, which puts the policy together anew for every answer, with that of most answers made once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self._usual = build_policy()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if (
            self._usual
            and not any(name.startswith("_csp_") for name in vars(response))
            and getattr(request, "_csp_nonce", None) is None
            and HEADER not in response
        ):
            response[HEADER] = self._usual
            return response
        return super().process_response(request, response)
