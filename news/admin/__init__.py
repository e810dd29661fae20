"""The publishing desk in the admin, a module by noun."""

from news.admin import (
    articles,
    attachments,
    documents,
    external_links,
    missed,
    outbox,
    photos,
    redirects,
    sections,
    topics,
)

__all__ = [
    "articles",
    "attachments",
    "documents",
    "external_links",
    "missed",
    "outbox",
    "photos",
    "redirects",
    "sections",
    "topics",
]
