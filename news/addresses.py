"""Addresses in links: which are this site's own, which lead outside."""

from functools import cache
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.urls import reverse

# Longer ones exist, but no index of PostgreSQL holds them and no official links to them.
MAX_LENGTH = 1000
# Parameters that only tell somebody else where a reader came from.
TRACKING = frozenset(
    {"fbclid", "gclid", "zarsrc", "utm_source", "utm_medium", "utm_campaign", "utm_content"}
)


def split(href: str) -> SplitResult | None:
    """The parts of an address, or None for one that no browser could open."""
    try:
        parts = urlsplit(href.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts


def own_path(parts: SplitResult) -> str | None:
    """The path, unquoted, if the address is one of this site: without a host, or with one of its hosts."""
    if parts.scheme not in {"", "http", "https"}:
        return None
    if parts.netloc and (parts.hostname or "") not in settings.ALLOWED_HOSTS:
        return None
    return unquote(parts.path) or "/"


def outside(href: str) -> str | None:
    """The address of a page elsewhere on the web without its fragment, or None for any other address."""
    parts = split(href)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    if own_path(parts) is not None:
        return None
    address = parts._replace(fragment="").geturl()
    return address if len(address) <= MAX_LENGTH else None


def address(name: str, *parts: str | int) -> str:
    """As reverse(), for slugs and numbers, from an address that was made once: a page has a hundred of them."""
    return _mould(name, *map(type, parts)).format(*parts)


@cache
def _mould(name: str, *kinds: type) -> str:
    # Neither stands in an address by itself.
    marks = [8_000_000 + n if kind is int else f"mark-{n}-" for n, kind in enumerate(kinds)]
    made = reverse(name, args=marks)
    for n, mark in enumerate(marks):
        made = made.replace(str(mark), f"{{{n}}}")
    return made
