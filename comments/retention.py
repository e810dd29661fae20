"""What of a comment is forgotten when. Part of the regular work: a piece in every tick, bounded by rows.

Each piece is found from an index, changes only what still is as it was found, and may be done twice.
The privacy page says the same from the same constants.
"""

import datetime as dt

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from comments.models import AskedAddress, BlockedSource, Comment, Quota, Report
from comments.models.words import CommentWords

# After the decision, or the answer: nobody writes to the sender any more.
ADDRESS_KEPT = dt.timedelta(days=30)
# After it was sent: as long as comments.suspicion looks back.
SOURCE_KEPT = dt.timedelta(days=30)
# After its sender took it back: time to see that this was a mistake.
WITHDRAWN_KEPT = dt.timedelta(days=30)

# Rows of one kind in one tick; a minute later comes the next.
ROWS = 2000
# Each of these is a transaction with its record.
ERASED_AT_ONCE = 100

# In place of the key of double posts, which is a hash of source, address and words.
FORGOTTEN = Concat(Value("forgotten-"), Cast("pk", CharField()))


def forget_old() -> int:
    """One piece of each kind; how many rows were changed or deleted."""
    return (
        forget_addresses()
        + forget_sources()
        + erase_withdrawn()
        + _delete(Quota.objects.outdated())
        + _delete(Report.objects.outdated())
        + _delete(AskedAddress.objects.outdated())
        + _delete(BlockedSource.objects.filter(until__lte=timezone.now()))
    )


def forget_addresses() -> int:
    """Remove e-mail addresses ADDRESS_KEPT after the decision, or after the answer where a question had one.

    A public question that waits for its answer keeps its address. What is not decided is not old.
    """
    before = timezone.now() - ADDRESS_KEPT
    old = (
        Comment.objects.exclude(email="")
        .filter(Q(answered_at=None) | Q(answered_at__lt=before), decided_at__lt=before)
        .exclude(status=Comment.Status.APPROVED, answer_due__isnull=False, answered_at__isnull=True)
    )
    keys = list(old.order_by("decided_at").values_list("pk", flat=True)[:ROWS])
    return old.filter(pk__in=keys).update(email="", notify=Comment.Notify.NO, digest=FORGOTTEN)


def forget_sources() -> int:
    """Remove the keyed hashes of where comments came from and what they say, in whatever state they are."""
    old = Comment.objects.exclude(source="", words_digest="").filter(
        created_at__lt=timezone.now() - SOURCE_KEPT
    )
    keys = list(old.order_by("created_at").values_list("pk", flat=True)[:ROWS])
    return old.filter(pk__in=keys).update(source="", words_digest="", digest=FORGOTTEN)


def erase_withdrawn() -> int:
    """Erase what its sender took back WITHDRAWN_KEPT ago."""
    old = Comment.objects.filter(
        status=Comment.Status.WITHDRAWN, decided_at__lt=timezone.now() - WITHDRAWN_KEPT
    )
    comments = list(old[:ERASED_AT_ONCE])
    for comment in comments:
        comment.erase()
    if comments:
        CommentWords.forget_replaced()
    return len(comments)


def _delete(rows: QuerySet) -> int:
    keys = list(rows.values_list("pk", flat=True)[:ROWS])
    return rows.filter(pk__in=keys).delete()[0]
