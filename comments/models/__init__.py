from comments.models.answer import Answer, AnswerStep
from comments.models.asked import AskedAddress
from comments.models.comment import AlreadyDecided, Comment
from comments.models.decision import Action, Decision, Reason
from comments.models.history import History
from comments.models.policy import BlockedSource, Holiday, Policy, WatchedWord
from comments.models.proof import SpentProof
from comments.models.quota import Quota
from comments.models.report import Report, ReportLimitReached
from comments.models.words import CommentWords

__all__ = [
    "Action",
    "AlreadyDecided",
    "Answer",
    "AnswerStep",
    "AskedAddress",
    "BlockedSource",
    "Comment",
    "CommentWords",
    "Decision",
    "History",
    "Holiday",
    "Policy",
    "Quota",
    "Reason",
    "Report",
    "ReportLimitReached",
    "SpentProof",
    "WatchedWord",
]
