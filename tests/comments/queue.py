"""Pressing the buttons of the moderators' queue, and reading what it answers."""

from typing import Any

from django.test import Client
from django.urls import reverse

from comments.models import Comment

MODERATOR = ("comments.view_comment", "comments.decide_comment")
QUEUE = "admin:comments_comment_changelist"


def seen(comment: Comment) -> str:
    """What a button of the row sends."""
    return f"{comment.pk}:{comment.revision}"


def press(client: Client, verb: str, *comments: Comment, reason: str = "", **extra: Any) -> Any:
    """What the queue's form sends when a button for all ticked rows is pressed."""
    value = f"chosen:{reason}" if reason else "chosen"
    data = {f"_{verb}": value, "chosen": [seen(comment) for comment in comments]}
    return client.post(reverse(QUEUE), data | extra, follow=True)


def press_row(client: Client, verb: str, comment: Comment, reason: str = "", **extra: Any) -> Any:
    value = f"{seen(comment)}:{reason}" if reason else seen(comment)
    return client.post(reverse(QUEUE), {f"_{verb}": value, **extra}, follow=True)


def said(response: Any) -> list[str]:
    """The messages, without the button that undoes."""
    return [str(m).partition(" <button")[0] for m in response.context["messages"]]


def undo_of(response: Any) -> str:
    """What the undo button of the message sends."""
    message = str(list(response.context["messages"])[-1])
    return message.partition('value="')[2].partition('"')[0]


def statuses() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("status", flat=True))


def shown(client: Client, **query: str) -> list[Comment]:
    return list(client.get(reverse(QUEUE), query).context["cl"].result_list)
