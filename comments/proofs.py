"""Proof of work in a flood: the browser solves a small riddle for each comment (ALTCHA, kept in the house).

Nobody is turned away by it: a comment without a good proof is stored all the same, with the signal "no_proof", which
sends it to the list "Nghi spam". So whoever has no JavaScript can write in a flood too.
"""

import base64
import binascii
import datetime as dt
import json
import secrets
from typing import Any

import altcha
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from comments.models import Comment, SpentProof
from news import freshness

WINDOW = dt.timedelta(minutes=10)
_ALGORITHM = "PBKDF2/SHA-256"
# A proof is some 800 bytes.
_MAX_LENGTH = 4000


def is_flood() -> bool:
    """Whether more comments came lately than a site of this kind gets, as known at most GENERATION_MEMO_SECONDS ago."""
    return bool(freshness.believed("a flood of comments", _is_flood))


def _is_flood() -> bool:
    """One query, which counts no further than it must."""
    lately = Comment.objects.order_by().filter(created_at__gt=timezone.now() - WINDOW)
    return lately[: settings.COMMENT_FLOOD + 1].count() > settings.COMMENT_FLOOD


def work(ticket: str) -> dict[str, Any]:
    """A riddle for the holder of this ticket. It lives as long as the ticket may, and is good for one comment."""
    least, most = settings.COMMENT_PROOF_STEPS
    return altcha.create_challenge(
        _ALGORITHM,
        settings.COMMENT_PROOF_ROUNDS,
        # With a known end the work is bounded: no reader is unlucky.
        counter=least + secrets.randbelow(most - least),
        expires_at=timezone.now() + dt.timedelta(seconds=settings.COMMENT_TICKET_MAX_AGE),
        data={"ticket": ticket},
        hmac_secret=_secret(),
    ).to_dict()


def spend(proof: str, ticket: str) -> bool:
    """Whether this is the solution of a riddle of ours for this ticket, not expired and not used before; now it is.

    Call it in the transaction that stores the comment.
    """
    if not proof or len(proof) > _MAX_LENGTH:
        return False
    try:
        payload = altcha.Payload.from_dict(json.loads(base64.b64decode(proof, validate=True)))
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    if not altcha.verify_solution(payload, _secret()).verified:
        return False
    parameters, signature = payload.challenge.parameters, payload.challenge.signature
    # Both are ours, since the signature is.
    if parameters.data != {"ticket": ticket} or not parameters.expires_at or not signature:
        return False
    until = dt.datetime.fromtimestamp(parameters.expires_at, tz=dt.UTC)
    return SpentProof.spend(signature, until)


def _secret() -> bytes:
    return salted_hmac("comments.proof", b"", algorithm="sha256").digest()
