"""What the front page of the admin shows first: the work that waits."""

from typing import Any

from django import template
from django.template.context import Context

from news.models import Notice
from portal.frontpage import figures, standing_still, waiting_work

register = template.Library()

# Django sorts by name, which puts the daily work in the middle.
APPS_BY_USE = ["news", "comments", "portal", "auth"]
MODELS_BY_USE = ["Article", "Photo", "Attachment", "Section", "Comment", "Answer"]


@register.inclusion_tag("admin/_regular_work.html", takes_context=True)
def regular_work(context: Context) -> dict[str, Any]:
    return standing_still(context["request"].user)


@register.inclusion_tag("admin/_waiting.html", takes_context=True)
def waiting(context: Context) -> dict[str, Any]:
    return waiting_work(context["request"].user)


@register.inclusion_tag("admin/_figures.html", takes_context=True)
def desk_figures(context: Context) -> dict[str, Any]:
    return figures(context["request"].user)


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
