"""What the front page of the admin shows first: the work that waits."""

from typing import Any

from django import template
from django.db.models import Q
from django.template.context import Context
from django.utils import timezone

from comments.admin import waiting_words
from comments.models import Comment
from news.models import Article, Notice

register = template.Library()

DRAFTS = 5
# Django sorts by name, which puts the daily work in the middle.
APPS_BY_USE = ["news", "comments", "portal", "auth"]
MODELS_BY_USE = ["Article", "Photo", "Section"]


@register.inclusion_tag("admin/_waiting.html", takes_context=True)
def waiting(context: Context) -> dict[str, Any]:
    """Comments to decide, drafts to finish and stories that wait for their time, each for who may see it."""
    user = context["request"].user
    found: dict[str, Any] = {"add": user.has_perm("news.add_article")}
    if user.has_perm("comments.decide_comment") and user.has_perm("comments.view_comment"):
        queue = Comment.objects.awaiting()
        oldest = queue.first()
        found |= {
            "decides": True,
            "comments": queue.count(),
            "waited": waiting_words(timezone.now() - oldest.created_at) if oldest else "",
        }
    if user.has_perm("news.change_article") or user.has_perm("news.view_article"):
        drafts = (
            Article.objects.filter(status=Article.Status.DRAFT)
            .order_by("-updated_at", "-id")
            .defer("body", "lead")
        )
        scheduled = Q(status=Article.Status.PUBLISHED, published_at__gt=timezone.now())
        found |= {
            "writes": True,
            "draft_count": drafts.count(),
            "drafts": drafts.select_related("created_by")[:DRAFTS],
            "scheduled": Article.objects.filter(scheduled)
            .order_by("published_at", "id")
            .defer("body", "lead")[:DRAFTS],
        }
    return found


@register.simple_tag(takes_context=True)
def unread_notices(context: Context) -> int:
    """How many notices the person has not read; one query, asked on every page of the desk."""
    return Notice.objects.of(context["request"].user).unread().count()


@register.filter
def by_use(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of apps and models with what is used most first; what is not named keeps its order."""

    def place(name: str, order: list[str]) -> int:
        return order.index(name) if name in order else len(order)

    for app in apps:
        app["models"].sort(key=lambda model: place(model["object_name"], MODELS_BY_USE))
    return sorted(apps, key=lambda app: place(app["app_label"], APPS_BY_USE))
