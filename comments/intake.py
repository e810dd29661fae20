"""A comment on its way in, after the hard refusals: limit, signals, one row. See `comments.views.write`.

What is taken is pending, always; how suspicious it is decides only in which list a moderator finds it.
"""

from contextlib import nullcontext
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from comments import proofs, suspicion
from comments.forms import CommentForm
from comments.models import Comment, History
from comments.sources import digest_of, words_digest_of
from news.models import Article


class LimitReached(Exception):
    """This source has sent as many comments as it may for now."""


@dataclass(frozen=True)
class Sending:
    """How a comment was sent: from where (a keyed hash), how many seconds after its ticket, and by which page."""

    source: str
    age: float
    from_here: bool
    honeypot: str | None
    ticket: str = ""
    proof: str = ""

    def signals(self) -> list[suspicion.Signal]:
        found: list[suspicion.Signal] = []
        if self.honeypot is None:
            found.append(("honeypot_missing", ""))
        elif self.honeypot:
            found.append(("honeypot_filled", ""))
        if self.age < settings.COMMENT_TOO_FAST:
            found.append(("too_fast", str(int(self.age))))
        if not self.from_here:
            found.append(("foreign", ""))
        return found


def take(form: CommentForm, article: Article, sending: Sending) -> int:
    """Store what a valid form holds, once, and give its number: of the same words by the same ticket that of the row
    that is there.

    Raises LimitReached.
    """
    data = form.cleaned_data
    name, email, words, parent = data["name"], data["email"], data["text"], data["parent"]
    parent_id = parent.pk if parent else None
    digest = digest_of(
        article.pk, sending.source, sending.ticket, name, email, words, parent_id=parent_id
    )
    words_digest = words_digest_of(words)
    signals = [*sending.signals(), *suspicion.in_words(f"{name}\n{words}")]
    signals += suspicion.in_history(sending.source, History.of(sending.source, words_digest))
    in_flood = proofs.is_flood()
    try:
        # What stores a comment is a transaction by itself; a proof is spent only if it does.
        with transaction.atomic() if in_flood and sending.proof else nullcontext():
            if in_flood and not proofs.spend(sending.proof, sending.ticket):
                signals.append(("no_proof", ""))
            weight = suspicion.weight(signals)
            number = Comment.add(
                article_id=article.pk,
                parent_id=parent_id,
                name=name,
                email=email,
                text=words,
                signals=signals,
                weight=weight,
                suspected=weight >= settings.COMMENT_SUSPECT_AT,
                source=sending.source,
                digest=digest,
                words_digest=words_digest,
                consent_version=data["consent"],
                notify=str(Comment.Notify.ASKED if data["notify"] else Comment.Notify.NO),
            )
            if number is None:
                raise LimitReached
            return number
    except (LimitReached, IntegrityError):
        # The same was sent before, or another of the same double posts was faster; it alone is counted.
        known = Comment.objects.filter(digest=digest).values_list("pk", flat=True).first()
        if known is None:
            raise
        return known
