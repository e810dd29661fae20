"""The publishing desk: stories, sections, the photo library, links and the outbox in the admin."""

from news.admin import articles, external_links, outbox, photos, sections

__all__ = ["articles", "external_links", "outbox", "photos", "sections"]
