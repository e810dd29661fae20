"""The one seam between comments and news pages."""

from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context

from comments import consent as consents
from comments import showing
from comments.forms import CommentForm
from comments.models import Policy
from news.models import Article

register = template.Library()
_EMPTY = CommentForm()


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
        "mould": [{}],
        # Empty, for every article the same.
        "form": _EMPTY,
        "office": context["identity"].office,
        "sends_mail": settings.SENDS_MAIL,
    }


@register.simple_tag
def consent(office: str) -> dict[str, str]:
    """What the reader is asked to agree to: its version and its words."""
    return {
        "version": consents.CURRENT,
        "words": consents.wording(consents.CURRENT, office),
    }
