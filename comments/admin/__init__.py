"""The moderators' desk, by noun. Comments are decided here and nothing else: nobody adds, edits or deletes one."""

from comments.admin import answers, decisions, policy, queue

__all__ = ["answers", "decisions", "policy", "queue"]
