"""The publishing desk in the admin, a module by noun."""

from news.admin import (
    articles,
    external_links,
    outbox,
    photos,
    redirects,
    sections,
    topics,
)

__all__ = [
    "articles",
    "external_links",
    "outbox",
    "photos",
    "redirects",
    "sections",
    "topics",
]
