from comments.models.comment import AlreadyDecided, Comment
from comments.models.decision import Action, Decision, Reason
from comments.models.policy import BlockedSource, Holiday, Policy, WatchedWord
from comments.models.quota import Quota

__all__ = [
    "Action",
    "AlreadyDecided",
    "BlockedSource",
    "Comment",
    "Decision",
    "Holiday",
    "Policy",
    "Quota",
    "Reason",
    "WatchedWord",
]
