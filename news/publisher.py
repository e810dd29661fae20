"""Who publishes the news and under which address. News does not know; settings name who does."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Publisher(Protocol):
    """What news asks of the office behind the site."""

    full_name: str
    office: str
    source_mark: str


def publisher() -> Publisher:
    """The office as `settings.NEWS_PUBLISHER`, a dotted path to a callable, gives it."""
    return import_string(settings.NEWS_PUBLISHER)()


def absolute(path: str) -> str:
    """The address under which the whole world knows this path, whatever Host a request came with."""
    return settings.SITE_URL + path
