"""What the front page of the admin shows first: the work that waits."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.text import capfirst

from news.models import Notice
from portal.frontpage import figures, standing_still, waiting_work

register = template.Library()

# Django groups by room and sorts by name: neither is how the desk's people look for something. What is used most
# stands first; what is named nowhere comes last, under the name of its room.
SUBJECTS = {
    "Tin bài": ["Article", "Photo", "Attachment", "Section", "Tag", "Thread", "ExternalLink"],
    "Văn bản": ["Document", "DocumentKind", "Issuer"],
    "Ý kiến": [
        *("Comment", "Answer", "Decision", "BlockedSource", "WatchedWord", "Policy", "Holiday"),
        "PersonRequest",
    ],
    "Trang và cơ quan": [
        "SiteIdentity",
        "Unit",
        "TextPage",
        "AgencyLink",
        "Redirect",
        "MissedAddress",
    ],
    "Người dùng": ["User", "Group"],
    "Hệ thống": ["AuditEntry", "JobRun", "OutboxMessage"],
}


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
def by_subject(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of apps and models as subjects of SUBJECTS, each a `name` and its `models`; empty ones left out.

    `is_heading` says whether the name tells more than its lists do: it heads several, and the first is called otherwise.
    """
    places = {name: subject for subject, names in SUBJECTS.items() for name in names}
    found: dict[str, list[dict[str, Any]]] = {subject: [] for subject in SUBJECTS}
    for app in apps:
        for model in app["models"]:
            subject = places.get(model["object_name"], str(app["name"]))
            found.setdefault(subject, []).append(model)
    for subject, names in SUBJECTS.items():
        found[subject].sort(key=lambda model: names.index(model["object_name"]))
    return [
        {
            "name": name,
            "models": models,
            "is_heading": len(models) > 1 and capfirst(models[0]["name"]) != name,
        }
        for name, models in found.items()
        if models
    ]
