"""How articles, pictures and dates are written on a page."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import segno
from django import template
from django.template.base import FilterExpression, Parser, Token
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from news import freshness, richtext, structured_data, text
from news.addresses import address
from news.models import Article, Photo, Section
from news.photos import card_html, picture_html
from news.publisher import Publisher
from news.structured_data import SharedPicture

register = template.Library()
# Of characters of a lead in a row.
_ROW_LEAD = 220

# `{% address name … %}` is `{% url %}` for slugs and numbers, without asking for the language each time.
register.simple_tag(address)
register.filter("long_date", text.long_date)
register.filter("day_date", text.day_date)
register.filter("short_date", text.short_date)
# `|date:"c"` of a moment, without asking for the language and its formats each time.
register.filter("iso", text.iso)


class MadeOnce(template.Node):
    """See made_once."""

    def __init__(self, name: list[FilterExpression], inside: template.NodeList) -> None:
        self.name = name
        self.nodelist = inside

    def render(self, context: Context) -> SafeString:
        name = tuple(part.resolve(context) for part in self.name)
        kind, *rest = name
        made: SafeString = freshness.made_once(
            (f"template {kind}", *rest), lambda: self.nodelist.render(context)
        )
        return made


@register.tag("made_once")
def made_once(parser: Parser, token: Token) -> MadeOnce:
    """`{% made_once name … %}`: what stands inside is written once for all pages; see freshness.made_once().

    The name is followed by everything else of the context that what stands inside depends on.
    """
    name = [parser.compile_filter(part) for part in token.split_contents()[1:]]
    inside = parser.parse(["endmade_once"])
    parser.delete_first_token()
    return MadeOnce(name, inside)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A symbol of img/icons.svg. Decoration only; the words beside it say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true" width="24" height="24"><use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


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
    return richtext.show(body, Photo.of_body(body))


@register.simple_tag
def story_lines(stories: Iterable[Any]) -> SafeString:
    """Dated lines of a list of Article or news.around.Line. A page has dozens: by a template each they would cost more than all else on it."""
    return format_html_join(
        "",
        '<li class="line"><a href="{}">{}</a> <time class="quiet" datetime="{}">{}</time></li>',
        (
            (
                story.get_absolute_url(),
                story.title,
                text.iso(story.published_at),
                text.short_date(story.published_at),
            )
            for story in stories
        ),
    )


@register.simple_tag
def story_rows(stories: Iterable[Article], own: Section | None = None) -> SafeString:
    """Rows of a list of public stories, each with picture and lead; a story's row is made once for all lists.

    `own` is the section whose list it is.
    """
    named = {
        ("row", story.pk, own is not None and story.section_id == own.pk): story
        for story in stories
    }
    rows = freshness.each_made_once(
        named,
        lambda names: {name: _row(named[name], names_section=not name[2]) for name in names},
    )
    return mark_safe("\n".join(rows[name] for name in named))  # noqa: S308 - each by format_html


def _row(story: Article, *, names_section: bool) -> SafeString:
    assert story.published_at is not None  # noqa: S101 - it is public
    return format_html(
        '<article class="row"><div class="row-words">'
        '<h2 class="row-title"><a href="{}">{}</a></h2> <p class="row-lead">{}</p>'
        ' <p class="quiet">{}<time datetime="{}">{}</time></p></div>{}</article>',
        story.get_absolute_url(),
        story.title,
        _shortened(story.summary),
        format_html("<span>{}</span> · ", story.section.name) if names_section else "",
        text.iso(story.published_at),
        text.short_date(story.published_at),
        _in_row(story.cover),
    )


def _shortened(summary: str) -> str:
    return summary if len(summary) <= _ROW_LEAD else Truncator(summary).chars(_ROW_LEAD)


def _in_row(cover: Photo | None) -> str:
    if cover is None:
        return ""
    shown = card_html(cover, alt="", sizes="(min-width: 48rem) 12.5rem, max(6rem, 26vw)")
    return format_html(' <div class="row-picture">{}</div>', shown)


@register.simple_tag
def picture(photo: Photo, sizes: str, alt: str = "", loads: str = "when near") -> SafeString:
    """A photo outside a body, whole."""
    return picture_html(photo, alt=alt, sizes=sizes, loads=loads)


@register.simple_tag
def single_picture(photo: Photo, alt: str = "") -> SafeString:
    """A photo on a page that is saved, as one file."""
    return mark_safe(richtext.plain_picture(photo, alt))  # noqa: S308 - built by format_html


@register.simple_tag
def card(photo: Photo, sizes: str, loads: str = "when near") -> SafeString:
    """A photo beside a title, cut to the shape of cards. The title says what it is about, so alt is empty."""
    return card_html(photo, alt="", sizes=sizes, loads=loads)


@register.simple_tag
def qr(address: str, title: str | None = None) -> SafeString:
    """The address as a QR code, drawn as inline SVG. Without a title, what stands around it says what it is."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(
        scale=3,
        border=2,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
        title=title,
    )
    return mark_safe(drawing)  # noqa: S308 - segno draws numbers; the address itself is not in it


@register.simple_tag
def shared_picture(publisher: Publisher, article: Article | None = None) -> SharedPicture | None:
    """What social networks show beside a link: of the story, or of the site; see news.structured_data."""
    return structured_data.shared_picture(article or None, publisher)


@register.simple_tag
def about_article(article: Article, publisher: Publisher) -> SafeString:
    """schema.org NewsArticle for search engines."""
    return structured_data.data_block(structured_data.news_article(article, publisher))


@register.simple_tag
def about_place(section: Section, article: Article | None = None) -> SafeString:
    """schema.org BreadcrumbList: where a section or a story stands."""
    return structured_data.data_block(structured_data.breadcrumbs(section, article))


@register.simple_tag
def about_site(publisher: Publisher) -> SafeString:
    """schema.org GovernmentOrganization and WebSite, for the home page."""
    graph = [structured_data.organization(publisher), structured_data.website(publisher)]
    return structured_data.data_block({"@graph": graph})
