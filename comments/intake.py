"""A comment on its way in, after the hard refusals: limit, signals, one row. See `comments.views.write`.

What is taken is pending, always; how suspicious it is decides only in which list a moderator finds it.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from comments import proofs, suspicion
from comments.forms import CommentForm
from comments.models import Comment, History
from comments.sources import digest_of, words_digest_of
from news.models import Article


class LimitReached(Exception):
    """This source has sent as many comments as it may for now."""


class _SentBefore(Exception):
    """The same words are stored already."""


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


def take(form: CommentForm, article: Article, sending: Sending) -> Comment:
    """Store what a valid form holds, once: the same words by the same ticket again give the row that is there.

    Raises LimitReached.
    """
    data = form.cleaned_data
    comment = Comment(
        article=article,
        parent=data["parent"],
        name=data["name"],
        email=data["email"],
        text=data["text"],
        source=sending.source,
        digest=digest_of(
            article.pk,
            sending.source,
            sending.ticket,
            data["name"],
            data["email"],
            data["text"],
            parent_id=data["parent"] and data["parent"].pk,
        ),
        words_digest=words_digest_of(data["text"]),
        consent_version=data["consent"],
        notify=Comment.Notify.ASKED if data["notify"] else Comment.Notify.NO,
    )
    signals = [*sending.signals(), *suspicion.in_words(f"{comment.name}\n{comment.text}")]
    in_flood = proofs.is_flood()
    try:
        with transaction.atomic():
            # Locks the count of this source: of a double post only one comes further at a time. One too many takes the
            # lock too: asking before would cost every comment a statement.
            history = History.take(sending.source, comment.words_digest)
            if history is None:
                raise LimitReached
            signals += suspicion.in_history(sending.source, history)
            if in_flood and not proofs.spend(sending.proof, sending.ticket):
                signals.append(("no_proof", ""))
            comment.signals = [list(signal) for signal in signals]
            comment.weight = suspicion.weight(signals)
            comment.suspected = comment.weight >= settings.COMMENT_SUSPECT_AT
            if not comment.add():
                raise _SentBefore
    except (LimitReached, _SentBefore):
        # The same was sent before, or another of the same double posts was faster; it alone is counted.
        if known := Comment.objects.filter(digest=comment.digest).first():
            return known
        raise
    return comment
