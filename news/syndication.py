"""What other sites and programs are told of a story: whole words, absolute addresses, dates on the Vietnamese clock.

Feeds (news.feeds) and the API (news.api) say the same, from here.
"""

import datetime as dt
import html
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import format_html, format_html_join

from news import richtext
from news.models import Article, ArticleQuerySet, Photo
from news.publisher import absolute
from news.text import local, to_the_second


@dataclass(frozen=True)
class Picture:
    """A file that goes with a story; `length` in bytes."""

    address: str
    length: int
    content_type: str


@dataclass(frozen=True)
class Entry:
    """A public story as it travels; `photos` are those that its body shows, `office` publishes it."""

    article: Article
    photos: list[Photo]
    office: str

    @property
    def identifier(self) -> str:
        """The same for ever, whatever title, section and address become: a tag URI (RFC 4151)."""
        host, born = urlsplit(settings.SITE_URL).hostname, local(self.article.created_at)
        return f"tag:{host},{born:%Y-%m-%d}:tin/{self.article.pk}"

    @property
    def address(self) -> str:
        return absolute(self.article.get_absolute_url())

    @property
    def published(self) -> dt.datetime:
        return to_the_second(self.article.published_at or self.article.changed_at)

    @property
    def changed(self) -> dt.datetime:
        return to_the_second(self.article.changed_at)

    @property
    def author(self) -> str:
        """The pen name below it; the office where there is none."""
        return self.article.byline or self.office

    @property
    def subjects(self) -> list[str]:
        """Its section and its tags."""
        return [self.article.section.name, *(tag.name for tag in self.article.tags.all())]

    @property
    def summary(self) -> str:
        """The lead as plain text; without one the first words of the body."""
        return self.article.marked_lead or self.article.summary

    @property
    def content(self) -> str:
        """Lead, cover and body as HTML that stands by itself."""
        article = self.article
        lead = format_html("<p><strong>{}</strong></p>", article.marked_lead)
        return "".join(
            [
                lead if article.lead else "",
                self._cover(),
                richtext.show_elsewhere(article.body, self.photos, self.address),
            ]
        )

    def _cover(self) -> str:
        cover = self.article.cover
        if cover is None or self.article.shows_cover_in_body:
            return ""
        words = [word for word in (cover.caption, cover.credit) if word]
        caption = format_html_join(" ", "{}", ([word] for word in words))
        picture = richtext.plain_picture(cover, cover.alt)
        below = f"<figcaption>{caption}</figcaption>" if words else ""
        return f'<figure class="image">{picture}{below}</figure>'

    @property
    def picture(self) -> Picture | None:
        """Its cover; None also where the file is lost."""
        cover = self.article.cover
        length = cover.rendition_bytes(richtext.PLAIN_WIDTH) if cover else None
        if cover is None or not length:
            return None
        return Picture(
            absolute(cover.rendition_url(richtext.PLAIN_WIDTH)), length, cover.content_type
        )


def entries(articles: ArticleQuerySet, office: str) -> list[Entry]:
    """These stories ready to travel, in three queries however many they are."""
    found = list(articles.select_related("section", "cover").prefetch_related("tags"))
    keys = {article.pk: richtext.photo_keys(article.body) for article in found}
    wanted = {key for of_one in keys.values() for key in of_one}
    photos = {photo.key.hex: photo for photo in Photo.objects.filter(key__in=wanted)}
    return [
        Entry(article, [photos[key] for key in keys[article.pk] if key in photos], office)
        for article in found
    ]


def in_html(words: str) -> str:
    """Plain words where a format expects HTML."""
    return html.escape(words, quote=False)
