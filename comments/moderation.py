"""What stands between a sender and the queue: ticket, source, limit, signals. None of it is told to the sender."""

import hashlib
import ipaddress
import secrets
import time

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from comments.models import Quota

_SALT = "comments.ticket"


class TicketRefused(Exception):
    """The ticket is missing, forged, for another article, too young or too old."""


def new_ticket(article_id: int) -> str:
    """A signed ticket to comment on one article, asked for when the reader begins to write."""
    return signing.TimestampSigner(salt=_SALT).sign(f"{article_id}.{secrets.token_urlsafe(6)}")


def check_ticket(ticket: str, article_id: int) -> None:
    """Raises TicketRefused unless the ticket is ours, for this article and of the right age (in seconds)."""
    signer = signing.TimestampSigner(salt=_SALT)
    try:
        value = signer.unsign(ticket, max_age=settings.COMMENT_TICKET_MAX_AGE)
    except signing.BadSignature as error:
        raise TicketRefused from error
    if value.partition(".")[0] != str(article_id):
        raise TicketRefused
    try:
        signer.unsign(ticket, max_age=settings.COMMENT_TICKET_MIN_AGE)
    except signing.SignatureExpired:
        return
    raise TicketRefused


def source_of(request: HttpRequest) -> str:
    """A keyed hash of where the request came from; the address itself is kept nowhere.

    Behind a proxy the address is what nginx says in X-Real-IP; otherwise such a header is the sender's word
    and means nothing.
    """
    header = "HTTP_X_REAL_IP" if settings.BEHIND_PROXY else "REMOTE_ADDR"
    return salted_hmac(
        "comments.source", _network(request.META.get(header, "")), algorithm="sha256"
    ).hexdigest()


def _network(address: str) -> str:
    """An IPv4 address as it is; of an IPv6 address its /64, which one household has to itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))


def is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that one of our pages sends this; an old browser that says nothing may."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}


def digest_of(article_id: int, name: str, email: str, text: str) -> str:
    """The key by which a double post is recognised: same article, same person, same words."""
    words = "\x1f".join(
        [str(article_id), name.casefold(), email.casefold(), " ".join(text.split())]
    )
    return salted_hmac(
        "comments.digest", hashlib.sha256(words.encode()).digest(), algorithm="sha256"
    ).hexdigest()


def seconds_to_wait(source: str) -> int:
    """Count one try of this source; 0 if it may go on, else the seconds until it may (for Retry-After).

    The count lives in the database, so it is one count for all processes and exact under parallel tries.
    """
    now = int(time.time())
    window, passed = divmod(now, settings.COMMENT_LIMIT_SECONDS)
    with transaction.atomic():
        Quota.objects.filter(window__lt=window - 1).delete()
        Quota.objects.bulk_create([Quota(source=source, window=window)], ignore_conflicts=True)
        mine = Quota.objects.filter(source=source, window=window)
        mine.update(used=F("used") + 1)
        used = mine.values_list("used", flat=True).get()
    return 0 if used <= settings.COMMENT_LIMIT else settings.COMMENT_LIMIT_SECONDS - passed
