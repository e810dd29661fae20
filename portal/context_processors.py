"""What base.html needs on every page. Lazy: a page that does not show it does not ask for it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from news.models import Section
from portal.models import SiteIdentity, TextPage


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "identity": SimpleLazyObject(SiteIdentity.current),
        "sections": SimpleLazyObject(_section_tree),
        "text_pages": SimpleLazyObject(lambda: list(TextPage.objects.defer("body"))),
        "site_url": settings.SITE_URL,
        "address": f"{settings.SITE_URL}{request.path}",
        "now": timezone.now(),
    }


def _section_tree() -> list[Section]:
    """Sections of the first level with `.below`, their children, from one query."""
    everything = list(Section.objects.all())
    for section in everything:
        section.below = [child for child in everything if child.parent_id == section.pk]  # type: ignore[attr-defined]
    return [section for section in everything if section.parent_id is None]
