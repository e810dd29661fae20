"""The ticket: a signed word that the reader's page asks for when writing begins, in place of a cookie."""

import secrets
import time

from django.conf import settings
from django.core import signing

_SALT = "comments.ticket"


class TicketRefused(Exception):
    """The ticket is missing, forged, for another article, or too old."""


def new_ticket(article_id: int) -> str:
    return signing.TimestampSigner(salt=_SALT).sign(f"{article_id}.{secrets.token_urlsafe(6)}")


def age(ticket: str, article_id: int) -> float:
    """Seconds since the ticket was given out. Raises TicketRefused unless it is ours and for this article."""
    signer = signing.TimestampSigner(salt=_SALT)
    try:
        value = signer.unsign(ticket, max_age=settings.COMMENT_TICKET_MAX_AGE)
    except signing.BadSignature as error:
        raise TicketRefused from error
    if value.partition(".")[0] != str(article_id):
        raise TicketRefused
    given = signing.b62_decode(ticket.rsplit(":", 2)[1])
    return max(0.0, time.time() - given)
