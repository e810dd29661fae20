"""The one seam between comments and news pages."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from comments import consent as consents
from comments import showing
from comments.forms import CommentForm
from comments.models import Policy
from news.models import Article

register = template.Library()
_EMPTY = CommentForm()
# Nobody's comment, with all that one may have; static/js/more-comments.js fills its item.
_MOULD: dict[str, Any] = {
    **dict.fromkeys(("id", "name", "initials", "at", "date_line", "text"), ""),
    "reply_address": "",
    "report_address": "",
    "answer": {},
    "replies": [],
}


@register.inclusion_tag("comments/_section.html", takes_context=True)
def comment_section(context: Context, article: Article) -> dict[str, Any]:
    """Public comments of the article with their number, and the box to write one."""
    request = context["request"]
    policy = Policy.in_force()
    preview = context.get("preview", False)
    return {
        **showing.section_of(article, request.GET, policy),
        "article": article,
        "path": request.path,
        "takes_comments": policy.takes_comments(article) and not preview,
        "preview": preview,
        # Empty, for every article the same.
        "form": _EMPTY,
        "office": context["identity"].office,
        "sends_mail": settings.SENDS_MAIL,
    }


@register.simple_tag
def comment_items(comments: Iterable[dict[str, Any]]) -> SafeString:
    """The items of a list of comments, as comments/showing.py gives them. A page has dozens: by a template each they
    would cost more than all else on it."""
    return mark_safe("".join(map(_item, comments)))  # noqa: S308 - each by format_html


@register.simple_tag
def comment_mould() -> SafeString:
    """The item that static/js/more-comments.js fills: nothing is in it, and nothing is missing."""
    return _item(_MOULD)


def _item(comment: dict[str, Any]) -> SafeString:
    is_mould = comment is _MOULD
    name = comment["name"]
    place = reply = answer = replies = ""
    if not is_mould:
        place = format_html(' id="y-kien-{}"', comment["id"])
    if is_mould or comment.get("reply_address"):
        reply = format_html(
            '<a href="{}" rel="nofollow" data-reply>Trả lời'
            '<span class="visually-hidden"> <bdi data-name>{}</bdi></span></a>',
            comment["reply_address"],
            name,
        )
    if is_mould or comment["answer"]:
        answer = render_to_string("comments/_answer.html", {"answer": comment["answer"]})
    if is_mould or comment.get("replies"):
        replies = format_html(
            '<ol class="replies" role="list" data-replies>{}</ol>',
            comment_items(comment["replies"]),
        )
    return format_html(
        '<li class="comment"{place}><span class="avatar" aria-hidden="true" data-initials>{initials}</span>'
        '<div><p class="comment-who"><strong><bdi data-name>{name}</bdi></strong>'
        ' <time class="quiet" datetime="{at}">{date_line}</time></p>'
        '<div class="comment-text" data-text>{text}</div>'
        '<p class="comment-links">{reply} <a href="{report_address}" rel="nofollow" data-report>Báo vi phạm'
        '<span class="visually-hidden">: ý kiến của <bdi data-name>{name}</bdi></span></a></p>'
        # With blanks around what may be taken out of the mould: a comment looks the same wherever it came from.
        " {answer} {replies}</div></li>\n",
        place=place,
        initials=comment["initials"],
        name=name,
        at=comment["at"],
        date_line=comment["date_line"],
        text=linebreaksbr(comment["text"]),
        reply=reply,
        report_address=comment["report_address"],
        answer=answer,
        replies=replies,
    )


@register.simple_tag
def consent(office: str) -> dict[str, str]:
    """What the reader is asked to agree to: its version and its words."""
    return {
        "version": consents.CURRENT,
        "words": consents.wording(consents.CURRENT, office),
    }
