"""Who publishes the news and under which address. News does not know; settings name who does."""

from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from news.models import Photo


class Publisher(Protocol):
    """What news asks of the office behind the site."""

    @property
    def full_name(self) -> str: ...

    @property
    def office(self) -> str: ...

    unit: str
    parent: str
    address: str
    phone: str
    source_mark: str
    crest: "Photo | None"
    # See news.cards; none until it is drawn.
    card: str | None


def publisher() -> Publisher:
    """The office as `settings.NEWS_PUBLISHER`, a dotted path to a callable, gives it."""
    return import_string(settings.NEWS_PUBLISHER)()


def absolute(path: str) -> str:
    """The address under which the whole world knows this path, whatever Host a request came with."""
    return settings.SITE_URL + path
