"""What a page tells machines about itself: schema.org for search engines, a picture for social networks."""

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from news import cards, text
from news.models import Article, Photo, Section
from news.publisher import Publisher, absolute

Data = dict[str, Any]

# The name of the term in the address by which search engines search here.
_TERM = "search_term_string"
# JSON allows them, but the first three end a block of a page and JavaScript takes the others for ends of lines.
_ESCAPED = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def data_block(data: Data) -> SafeString:
    """The data as a block that no browser executes; nothing that stands in it, such as `</script>`, can end it."""
    told = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    # One by one: translate() looks up every single letter.
    for sign, escaped in _ESCAPED.items():
        told = told.replace(sign, escaped)
    safe = mark_safe(told)  # noqa: S308 - escaped for where it stands
    return format_html('<script type="application/ld+json">{}</script>', safe)


def _without_empty(data: Data) -> Data:
    return {name: value for name, value in data.items() if value}


# --- pictures -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SharedPicture:
    """What stands beside a link to a page; `address` is absolute, sizes are pixels."""

    address: str
    width: int
    height: int
    alt: str


def shared_picture(article: Article | None, publisher: Publisher) -> SharedPicture | None:
    """Of a story the crop of its cover, else the card with its title; of anything else the card of the site.

    None only until the first card of the site has been drawn.
    """
    if article is not None and article.cover is not None:
        size = article.cover.social_size
        return SharedPicture(absolute(article.cover.social_url), *size, article.cover.alt)
    if article is not None and article.card:
        return _card(article.pk, article.card, article.title)
    return _card(cards.SITE, publisher.card, publisher.full_name) if publisher.card else None


def _card(owner: int, card: str, alt: str) -> SharedPicture:
    return SharedPicture(absolute(cards.url(owner, card)), cards.WIDTH, cards.HEIGHT, alt)


def _image(address: str, width: int, height: int) -> Data:
    return {"@type": "ImageObject", "url": address, "width": width, "height": height}


# --- schema.org -----------------------------------------------------------------------------------


def organization(publisher: Publisher) -> Data:
    """The office that publishes the site."""
    crest: Photo | None = publisher.crest
    place = {
        "@type": "PostalAddress",
        "streetAddress": publisher.address,
        "addressCountry": "VN",
    }
    parent = {"@type": "GovernmentOrganization", "name": publisher.parent}
    return _without_empty(
        {
            "@type": "GovernmentOrganization",
            "@id": absolute("/#co-quan"),
            "name": publisher.office,
            "alternateName": publisher.full_name,
            "url": absolute("/"),
            "logo": _image(absolute(crest.url), crest.width, crest.height) if crest else None,
            "address": place if publisher.address else None,
            "telephone": publisher.phone,
            "parentOrganization": parent if publisher.parent else None,
        }
    )


def website(publisher: Publisher) -> Data:
    """The site, and how it is searched."""
    search = f"{absolute(reverse('news:search'))}?q={{{_TERM}}}"
    return {
        "@type": "WebSite",
        "@id": absolute("/#trang"),
        "name": publisher.full_name,
        "url": absolute("/"),
        "inLanguage": "vi",
        "publisher": {"@id": absolute("/#co-quan")},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search},
            "query-input": f"required name={_TERM}",
        },
    }


def breadcrumbs(section: Section, article: Article | None = None) -> Data:
    """The way from the home page, as the page shows it."""
    places: list[Section | Article | None] = [section.parent, section, article]
    steps = [("Trang chủ", "/")]
    steps += [(str(place), place.get_absolute_url()) for place in places if place]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": absolute(path)}
            for number, (name, path) in enumerate(steps, start=1)
        ],
    }


def news_article(article: Article, publisher: Publisher) -> Data:
    """A story, or in a preview what will be said of it."""
    address = absolute(article.get_absolute_url())
    published = article.published_at
    picture = shared_picture(article, publisher)
    office = organization(publisher)
    return _without_empty(
        {
            "@type": "NewsArticle",
            "headline": article.title,
            "description": article.summary,
            "inLanguage": "vi",
            "url": address,
            "mainEntityOfPage": address,
            "datePublished": text.iso(published) if published else None,
            "dateModified": text.iso(article.changed_at),
            "articleSection": article.section.name,
            "author": {"@type": "Person", "name": article.byline} if article.byline else office,
            "publisher": office,
            "image": [_image(picture.address, picture.width, picture.height)] if picture else None,
            "isAccessibleForFree": True,
        }
    )
