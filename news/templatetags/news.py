"""How articles, pictures and dates are written on a page."""

import json
from typing import Any

import segno
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from news import richtext, text
from news.models import Article, Photo
from news.photos import card_html, picture_html
from news.publisher import Publisher, absolute

register = template.Library()

register.filter("long_date", text.long_date)
register.filter("day_date", text.day_date)
register.filter("short_date", text.short_date)


@register.filter
def grouped(number: int) -> str:
    """A count as Vietnamese writes it: `12.677`."""
    return f"{number:,}".replace(",", ".")


@register.simple_tag
def article_body(article: Article, photos: "list[Photo]") -> SafeString:
    """The clean body with its pictures as renditions; `photos` are the known ones."""
    return richtext.show(article.body, photos)


@register.simple_tag
def rich_text(body: str) -> SafeString:
    """A clean body that shows no pictures of its own article, such as a text page's."""
    return richtext.show(body, Photo.objects.filter(key__in=richtext.photo_keys(body)))


@register.simple_tag
def picture(photo: Photo, sizes: str, alt: str = "", eager: bool = False) -> SafeString:
    """A photo outside a body, whole."""
    return picture_html(photo, alt=alt, sizes=sizes, eager=eager)


@register.simple_tag
def single_picture(photo: Photo, alt: str = "") -> SafeString:
    """A photo on a page that is saved, as one file."""
    return mark_safe(richtext.plain_picture(photo, alt))  # noqa: S308 - built by format_html


@register.simple_tag
def card(photo: Photo, sizes: str, eager: bool = False) -> SafeString:
    """A photo beside a title, cut to the shape of cards. The title says what it is about, so alt is empty."""
    return card_html(photo, alt="", sizes=sizes, eager=eager)


@register.simple_tag
def qr(address: str) -> SafeString:
    """The address as a QR code, drawn as inline SVG: a printed page leads back to the site."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(
        scale=3,
        border=2,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        title="Mã QR dẫn đến trang này trên mạng",
    )
    return mark_safe(drawing)  # noqa: S308 - segno draws numbers; the address itself is not in it


@register.simple_tag
def news_article_json_ld(article: Article, publisher: Publisher) -> SafeString:
    """schema.org NewsArticle for search engines; a data block, which no browser executes."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.summary,
        "inLanguage": "vi",
        "mainEntityOfPage": absolute(article.get_absolute_url()),
        "datePublished": text.local(article.published_at).isoformat()
        if article.published_at
        else None,
        "dateModified": text.local(article.changed_at).isoformat(),
        "articleSection": article.section.name,
        "author": {"@type": "Person", "name": article.byline}
        if article.byline
        else {"@type": "GovernmentOrganization", "name": publisher.office},
        "publisher": {
            "@type": "GovernmentOrganization",
            "name": publisher.office,
            "url": absolute("/"),
        },
    }
    if article.cover:
        data["image"] = [absolute(article.cover.rendition_url(1600))]
    # An attacker's "</script>" in a title must not end the block.
    safe = json.dumps(data, ensure_ascii=False).translate(
        {ord(c): f"\\u{ord(c):04x}" for c in "<>&"}
    )
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(safe))  # noqa: S308
