"""The one seam between comments and news pages."""

from typing import Any

from django import template
from django.core.paginator import Paginator
from django.template.context import Context

from comments import consent as consents
from comments.models import Comment
from news.models import Article

register = template.Library()

PER_PAGE = 20


@register.inclusion_tag("comments/_section.html", takes_context=True)
def comment_section(context: Context, article: Article) -> dict[str, Any]:
    """Public comments of the article, newest first, with their number, and the box to write one."""
    request = context["request"]
    public = Comment.objects.public().with_answers().filter(article=article)
    public = public.order_by("-created_at", "-id")
    return {
        "article": article,
        "page": Paginator(public, PER_PAGE).get_page(request.GET.get("trang", "1")),
        "office": context["identity"].office,
        "preview": context.get("preview", False),
    }


@register.simple_tag
def consent(office: str) -> dict[str, str]:
    """What the reader is asked to agree to: its version and its words."""
    return {
        "version": consents.CURRENT,
        "words": consents.wording(consents.CURRENT, office),
    }
