"""What base.html needs on every page. Lazy: a page that does not show it does not ask for it."""

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from news.around import sections
from news.freshness import made_once
from news.models import Section
from portal.models import SiteIdentity, TextPage

# About as many characters of section names as one line of a desk's screen holds; the rest is behind `Thêm`.
ROW_CHARACTERS = 120


class Entry(NamedTuple):
    """A section of the first level in the menu, with its children."""

    section: Section
    below: list[Section]


def site(request: HttpRequest) -> dict[str, Any]:
    around = SimpleLazyObject(lambda: made_once("around every page", _around))
    now = timezone.now()
    return {
        "identity": SimpleLazyObject(lambda: made_once("identity", SiteIdentity.current)),
        "menu": SimpleLazyObject(lambda: around["menu"]),
        "text_pages": SimpleLazyObject(lambda: around["text_pages"]),
        "site_url": settings.SITE_URL,
        "address": f"{settings.SITE_URL}{request.path}",
        "now": now,
        "today": timezone.localdate(now),
    }


def _around() -> dict[str, Any]:
    """What stands above and below every public page, which changes with sections and text pages only."""
    return {"menu": _menu(), "text_pages": list(TextPage.objects.shown().defer("body"))}


def _menu() -> dict[str, list[Entry]]:
    """The first level of sections: `all`, and of them those in the `row` and the `rest` behind it."""
    everything = sections().values()
    entries = [
        Entry(section, [child for child in everything if child.parent_id == section.pk])
        for section in everything
        if section.parent_id is None
    ]
    row: list[Entry] = []
    for entry in entries:
        if sum(len(other.section.name) + 4 for other in [*row, entry]) > ROW_CHARACTERS:
            break
        row.append(entry)
    return {"all": entries, "row": row, "rest": entries[len(row) :]}
