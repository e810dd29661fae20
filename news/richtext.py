"""One declaration of rich text: what the editor offers, what the sanitiser keeps, how a body is shown.

A body is cleaned by `clean()` at every save, imports included, and stored clean; `show()` turns the stored
body into what a page prints, with pictures resolved to known photos.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from news.photos import picture_html
from news.publisher import absolute
from news.text import nfc

if TYPE_CHECKING:
    from news.models import Photo

# --- The declaration ------------------------------------------------------------------------------

ALIGN_CLASSES = ["align-left", "align-center", "align-right", "align-justify"]
FIGURE_ALIGN_CLASSES = ["photo-left", "photo-center", "photo-right"]

TAGS = {
    *("p", "br", "h2", "h3", "h4", "strong", "em", "u", "s", "sub", "sup", "blockquote", "hr"),
    *("ul", "ol", "li", "a", "figure", "figcaption", "img"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href"},
    # role="presentation" is the decision that a picture only decorates and needs no description.
    "img": {"src", "alt", "role"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
CLASSES = {tag: set(ALIGN_CLASSES) for tag in ("p", "h2", "h3", "h4", "th", "td")} | {
    "figure": {"image", *FIGURE_ALIGN_CLASSES}
}
# Their content goes with them; every other unknown element is unwrapped and its text kept.
DROPPED_WITH_CONTENT = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "noscript",
    "template",
    "title",
}
SCHEMES = {"http", "https", "mailto", "tel"}

MAX_LENGTH = 1_000_000
MAX_DEPTH = 60

# Of a picture in feeds and the API, in pixels at least.
PLAIN_WIDTH = 960

EDITOR_CONFIG = {
    "language": "vi",
    "defaultLanguage": "vi",
    "width": "100%",
    "height": 520,
    "versionCheck": False,
    "entities": False,
    "basicEntities": True,
    "toolbar": [
        ["Format", "Bold", "Italic", "Underline", "Subscript", "Superscript", "RemoveFormat"],
        ["BulletedList", "NumberedList", "Blockquote", "HorizontalRule"],
        ["JustifyLeft", "JustifyCenter", "JustifyRight", "JustifyBlock"],
        ["Link", "Unlink", "Image", "Table"],
        ["PasteText", "PasteFromWord", "Undo", "Redo", "Find", "Maximize"],
    ],
    "format_tags": "p;h2;h3;h4",
    "extraPlugins": "image2,uploadimage",
    # uploadimage sends pasted pictures to the library; otherwise they would stay in the text as data.
    "clipboard_handleImages": False,
    # What needs another host, runs code or leaves what the sanitiser would take away again.
    "removePlugins": (
        "image,exportpdf,scayt,wsc,flash,smiley,forms,about,codesnippet,codesnippetgeshi,iframe,embed,"
        "embedbase,autoembed,mathjax,newpage,save,preview,print,templates,language,bidi,font,colorbutton,"
        "colordialog,div,pagebreak,elementspath"
    ),
    "disallowedContent": "script; *[on*]; *{*}",
    "extraAllowedContent": "figure(image); figcaption; th[scope]; img[role]",
    "image2_captionedClass": "image",
    "image2_alignClasses": FIGURE_ALIGN_CLASSES,
    "image2_disableResizer": True,
    "justifyClasses": ALIGN_CLASSES,
    "linkShowAdvancedTab": False,
    "linkShowTargetTab": False,
    "pasteFromWordRemoveFontStyles": True,
    "pasteFromWordRemoveStyles": True,
    "removeDialogTabs": "image:advanced;link:advanced;link:target",
    "bodyClass": "prose",
}


class TooComplex(ValueError):
    """Markup too long or too deeply nested to be cleaned in bounded time; the message is for the official."""


# --- Cleaning -------------------------------------------------------------------------------------

PHOTO_ADDRESS = re.compile(r"^/media/photos/[0-9a-f]{2}/([0-9a-f]{32})(?:-\d+)?\.(?:jpg|png|webp)$")

# Possessive: what cannot be a tag is given up at once, or a run of letters would be read again from each of them.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>")
# Elements that HTML closes by itself do not nest, however often they are opened.
_FLAT = {
    "p",
    "li",
    "td",
    "th",
    "tr",
    "br",
    "hr",
    "img",
    "input",
    "meta",
    "link",
    "col",
    "option",
    "wbr",
}
_BLOCK_BORDER = re.compile(
    r"</?(?:p|h[234]|li|[uo]l|t[dhr]|t(?:able|head|body)|caption|fig(?:ure|caption)|blockquote)(?: [^<>]*+)?>|<hr>"
)
# Signs behind which no dot is needed.
_ENDS = (".", ",", ";", ":", "!", "?", "…")
_ANY_TAG = re.compile(r"<[^<>]*+>")
_RENAMED = {"b": "strong", "i": "em", "h1": "h2", "h5": "h4", "h6": "h4", "strike": "s", "del": "s"}
_RENAMES = re.compile(rf"<(/?)({'|'.join(_RENAMED)})(?=[\s>/])", re.IGNORECASE)
_EMPTY_IMG = re.compile(r'<img(?![^>]*\ssrc=")[^>]*>')
_EMPTY_BLOCK = re.compile(
    r"<(p|h2|h3|h4|strong|em|u|s|li|figcaption|blockquote)(?: class=\"[^\"]*\")?>(?:\s|<br>)*</\1>"
)
_EMPTY_FIGURE = re.compile(r"<figure[^>]*>\s*</figure>")
_ATTRIBUTE = r'\s+[a-z-]+="[^"]*"'
_IMG = re.compile(rf"<img(?:{_ATTRIBUTE})*\s*/?>")
_FIGURE_OR_IMG = re.compile(rf"<figure.*?</figure>|{_IMG.pattern}", re.DOTALL)
_PAIR = re.compile(r'([a-z-]+)="([^"]*)"')
_HREF = re.compile(r'(<a (?:[a-z-]+="[^"]*" )*href=")([^"]*)"')


def _keep_attribute(tag: str, attribute: str, value: str) -> str | None:
    """Only our own photos are pictures; a foreign address would report every reader to its owner."""
    if (tag, attribute) == ("img", "src"):
        return value if PHOTO_ADDRESS.match(value) else None
    if attribute == "role":
        return value if value == "presentation" else None
    if attribute in {"colspan", "rowspan", "start"}:
        return value if value.isdigit() and 0 < int(value) <= 1000 else None
    if attribute == "scope":
        return value if value in {"col", "row", "colgroup", "rowgroup"} else None
    return value


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    allowed_classes=CLASSES,
    clean_content_tags=DROPPED_WITH_CONTENT,
    url_schemes=SCHEMES,
    attribute_filter=_keep_attribute,
    link_rel="noopener",
    strip_comments=True,
)


def clean(markup: str) -> str:
    """The markup with only what the declaration allows, in NFC, without Word's litter.

    Cleaning twice changes nothing. Raises TooComplex for markup over MAX_LENGTH characters or nested deeper
    than MAX_DEPTH, because the parser's time grows with the square of the depth.
    """
    markup = nfc(markup.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n"))
    if len(markup) > MAX_LENGTH:
        raise TooComplex("Nội dung quá dài. Hãy tách thành nhiều tin.")
    if _depth(markup) > MAX_DEPTH:
        raise TooComplex(
            "Nội dung có quá nhiều lớp lồng nhau. Hãy dán lại dưới dạng văn bản thường."
        )
    markup = _RENAMES.sub(lambda m: f"<{m[1]}{_RENAMED[m[2].lower()]}", markup)
    cleaned = _CLEANER.clean(markup).replace("&nbsp;", "\xa0")
    cleaned = cleaned.replace(' class=""', "").replace("<p></p>", "")
    cleaned = _EMPTY_IMG.sub("", cleaned)
    before = ""
    while cleaned != before:  # what held only something empty is empty itself
        before = cleaned
        cleaned = _EMPTY_FIGURE.sub("", _EMPTY_BLOCK.sub("", cleaned))
    return cleaned.strip()


def _depth(markup: str) -> int:
    """How deeply the markup can nest at most, counted without building a tree."""
    depth = deepest = 0
    opened: Counter[str] = Counter()
    for match in _TAG.finditer(markup):
        name = match[2].lower()
        if name in _FLAT or (match[1] and not opened[name]):
            continue  # The parser passes over an end without a beginning, so it takes nothing back.
        step = -1 if match[1] else 1
        opened[name] += step
        depth += step
        deepest = max(deepest, depth)
    return deepest


def plain(markup: str) -> str:
    """The words of a clean body on one line, a blank where a tag stood so that paragraphs stay apart."""
    return " ".join(html.unescape(_ANY_TAG.sub(" ", markup)).split())


def outlined(markup: str) -> str:
    """The words of a clean body on one line as plain() has them, a dot between blocks that end without a sign.

    So that cells, headings and captions of which a piece is shown do not read as one sentence.
    """
    shown = ""
    for block in map(plain, _BLOCK_BORDER.split(markup)):
        if block:
            between = " " if shown.endswith(_ENDS) else " · "
            shown += f"{between if shown else ''}{block}"
    return shown


# --- Showing --------------------------------------------------------------------------------------


def photo_keys(body: str) -> list[str]:
    """Keys (32 hex digits) of the photos a clean body shows, in order, each once."""
    found = (_photo_key(match[0]) for match in _IMG.finditer(body))
    return list(dict.fromkeys(key for key in found if key))


def photo_addresses(body: str) -> list[str]:
    """Paths of the photos a clean body shows, in order, each once."""
    found = (dict(_PAIR.findall(match[0])).get("src", "") for match in _IMG.finditer(body))
    return list(dict.fromkeys(src for src in found if PHOTO_ADDRESS.match(src)))


def alts(body: str) -> dict[str, str]:
    """What a clean body says each of its photos shows, by key; only those of which it says something."""
    said = ((_photo_key(m[0]), _description(m[0])) for m in _IMG.finditer(body))
    return {key: alt for key, alt in said if key and alt}


def decorations(body: str) -> set[str]:
    """Keys of the photos that a clean body declares to be decoration, each time it shows them without words."""
    return {
        key
        for m in _IMG.finditer(body)
        if (key := _photo_key(m[0])) and _is_decoration(m[0]) and not _description(m[0])
    }


def undescribed(body: str, photos: "Iterable[Photo]") -> "list[Photo]":
    """Those of the photos that a clean body shows at least once without any description.

    Neither the body says what it shows or that it only decorates, nor does the photo itself; in their order.
    """
    known = {photo.key.hex: photo for photo in photos}
    found = (
        known.get(_photo_key(m[0]) or "")
        for m in _IMG.finditer(body)
        if not _description(m[0]) and not _is_decoration(m[0])
    )
    return list(dict.fromkeys(photo for photo in found if photo and not photo.is_described))


def _description(image: str) -> str:
    return html.unescape(dict(_PAIR.findall(image)).get("alt", "")).strip()


def _is_decoration(image: str) -> bool:
    return dict(_PAIR.findall(image)).get("role") == "presentation"


def _photo_key(markup: str) -> str | None:
    """The key of the first picture in the markup, if it is one of ours."""
    image = _IMG.search(markup)
    address = PHOTO_ADDRESS.match(dict(_PAIR.findall(image[0])).get("src", "")) if image else None
    return address[1] if address else None


def show(body: str, photos: "Iterable[Photo]") -> SafeString:
    """The stored clean body as a page prints it.

    Pictures become renditions with width and height; one whose photo is gone disappears. The photo's credit
    goes into the caption. Tables get a box of their own to scroll in on a narrow screen. Only a picture with which
    the body begins loads at once: below words it is not on the first screen of a phone, and would hold up what is.
    """
    first = _FIGURE_OR_IMG.search(body)
    begins_with_picture = first is not None and not _ANY_TAG.sub("", body[: first.start()]).strip()

    def picture(photo: "Photo", alt: str) -> str:
        nonlocal begins_with_picture
        loads = "after words" if begins_with_picture else "when near"
        markup = picture_html(photo, alt=alt, loads=loads)
        begins_with_picture = False
        return markup

    shown = _with_pictures(body, photos, picture)
    shown = shown.replace(
        "<table>", '<div class="table-scroll" tabindex="0" role="region" aria-label="Bảng"><table>'
    )
    return mark_safe(shown.replace("</table>", "</table></div>"))  # noqa: S308 - cleaned at save by clean()


def show_elsewhere(body: str, photos: "Iterable[Photo]", here: str) -> str:
    """The stored clean body as other sites and programs show it; `here` is the address of its story.

    Every address is absolute, every picture one plain file.
    """
    shown = _with_pictures(body, photos, plain_picture)
    return _HREF.sub(lambda m: f'{m[1]}{html.escape(_joined(here, html.unescape(m[2])))}"', shown)


def plain_picture(photo: "Photo", alt: str) -> str:
    """A picture under its absolute address, of a size that every program shows."""
    width, height = photo.rendition_size(PLAIN_WIDTH)
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}">',
        absolute(photo.rendition_url(PLAIN_WIDTH)),
        width,
        height,
        alt,
    )


def _joined(here: str, href: str) -> str:
    try:
        return urljoin(here, href)
    except ValueError:
        return href


def _with_pictures(
    body: str, photos: "Iterable[Photo]", write: "Callable[[Photo, str], str]"
) -> str:
    """The body with each known photo as `write(photo, alt)` writes it and its credit in the caption."""
    known = {photo.key.hex: photo for photo in photos}

    def picture(match: re.Match[str]) -> str:
        photo = known.get(_photo_key(match[0]) or "")
        if photo is None:
            return ""
        # What the story says of the picture comes before what the library says of it.
        alt = _description(match[0]) or ("" if _is_decoration(match[0]) else photo.alt)
        return write(photo, alt)

    def figure_or_picture(match: re.Match[str]) -> str:
        shown = _IMG.sub(picture, match[0])
        photo = known.get(_photo_key(match[0]) or "")
        if not match[0].startswith("<figure") or photo is None or not photo.credit:
            return shown
        credit = f'<span class="photo-credit">{html.escape(photo.credit)}</span>'
        if "</figcaption>" in shown:
            return shown.replace("</figcaption>", f" {credit}</figcaption>")
        return shown.replace("</figure>", f"<figcaption>{credit}</figcaption></figure>")

    return _FIGURE_OR_IMG.sub(figure_or_picture, body)
