"""The publishing desk: stories, sections and the photo library in the admin."""

from news.admin import articles, photos, sections

__all__ = ["articles", "photos", "sections"]
