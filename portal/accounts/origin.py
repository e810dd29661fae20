"""Who asks and from where, for what is written far below any request: the audit log and the list of sessions."""

import ipaddress
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_Response = Callable[[HttpRequest], HttpResponse]


class Origin:
    """Where the work in hand comes from. Each is found out when it is asked for, which hardly a request does."""

    def __init__(self, request: HttpRequest | None) -> None:
        self._request = request

    @property
    def address(self) -> str | None:
        """The client's, None if there is none."""
        return None if self._request is None else address_of(self._request)

    @property
    def browser(self) -> str:
        """As it calls itself."""
        return "" if self._request is None else self._request.headers.get("User-Agent", "")

    @property
    def user(self) -> Any:
        """A page that needs none must not load a session."""
        return getattr(self._request, "user", None)


NOWHERE = Origin(None)
_current: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def current() -> Origin:
    """The origin of this request; NOWHERE in commands and other work that nobody asked for through the web."""
    return _current.get()


def address_of(request: HttpRequest) -> str | None:
    """The client's address, None if there is none (a unix socket).

    Behind a proxy it is what nginx says in X-Real-IP; otherwise such a header is the sender's word and means
    nothing. `comments.sources.source_of` reads the same header.
    """
    header = "HTTP_X_REAL_IP" if settings.BEHIND_PROXY else "REMOTE_ADDR"
    try:
        address = ipaddress.ip_address(request.META.get(header, ""))
    except ValueError:
        return None
    # Written as IPv6, all IPv4 addresses would seem to be of one household.
    mapped = address.ipv4_mapped if address.version == 6 else None
    return str(mapped or address).partition("%")[0]


class RememberOrigin:
    """Keeps the origin of a request for as long as it is answered."""

    def __init__(self, get_response: _Response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _current.set(Origin(request))
        try:
            return self.get_response(request)
        finally:
            _current.reset(token)
