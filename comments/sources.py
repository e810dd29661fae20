"""Where a comment came from, as keyed hashes. No address, browser or other trait of a person is kept."""

import hashlib
import hmac
import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from news import text


def source_of(request: HttpRequest) -> str:
    """A keyed hash of where the request came from; the address itself is kept nowhere.

    Behind a proxy the address is what nginx says in X-Real-IP; otherwise such a header is the sender's word
    and means nothing.
    """
    return _hashed("comments.source", _address(request))


def reporter_of(request: HttpRequest) -> str:
    """The same for who reports a violation: another hash, so that nobody can tell what else its sender wrote."""
    return _hashed("comments.reporter", _address(request))


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that one of our pages sends this; an old browser that says nothing may."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def digest_of(
    article_id: int,
    source: str,
    ticket: str,
    name: str,
    email: str,
    words: str,
    *,
    parent_id: int | None = None,
) -> str:
    """The key by which a double post is recognised: same place, source, ticket and person, same words.

    With the ticket in it nobody else, not even behind the same address, learns from the answer whether a guessed
    address is the sender's, or comes by the sender's private link.
    """
    place = f"{article_id}.{parent_id}" if parent_id else str(article_id)
    typed = [place, source, ticket, name.casefold(), email.casefold(), " ".join(words.split())]
    return _hashed("comments.digest", "\x1f".join(typed))


def words_digest_of(words: str) -> str:
    """The key by which the same words are recognised, whoever sends them and however they are spelt."""
    return _hashed("comments.words", " ".join(text.words(words)) or words)


def _address(request: HttpRequest) -> str:
    header = "HTTP_X_REAL_IP" if settings.BEHIND_PROXY else "REMOTE_ADDR"
    return _network(request.META.get(header, ""))


def _network(address: str) -> str:
    """An IPv4 address as it is, also where it comes as IPv6; else the /64, which one household has to itself.

    deploy/nginx.conf does the same ($sender).
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def _hashed(purpose: str, value: str) -> str:
    # Hashed once before: the key's own function takes long text as it is.
    inner = hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest()
    return hmac.digest(_key(purpose, settings.SECRET_KEY), inner, "sha256").hex()


@lru_cache
def _key(purpose: str, secret: str) -> bytes:
    """As Django's salted_hmac() derives it, which does so for each value."""
    return hashlib.sha256(f"{purpose}{secret}".encode()).digest()
