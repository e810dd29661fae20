"""Who asks and from where, for what is written far below any request: the audit log and the list of sessions."""

import ipaddress
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_Response = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Origin:
    """Where the work in hand comes from: the client's address and browser, and how to ask who it is."""

    address: str | None
    browser: str
    user: Callable[[], Any]


NOWHERE = Origin(address=None, browser="", user=lambda: None)
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
        # The user is asked for when needed: a page that needs none must not load a session.
        token = _current.set(
            Origin(
                address=address_of(request),
                browser=request.headers.get("User-Agent", ""),
                user=lambda: getattr(request, "user", None),
            )
        )
        try:
            return self.get_response(request)
        finally:
            _current.reset(token)
