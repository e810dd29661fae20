"""The publishing desk: stories, sections, the photo library and the outbox in the admin."""

from news.admin import articles, outbox, photos, sections

__all__ = ["articles", "outbox", "photos", "sections"]
