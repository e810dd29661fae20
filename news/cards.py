"""The picture that stands for a story without one where somebody shares it: crest, office and title.

Drawn once, kept as a file. The row says which (`Article.card`), and asks for another when the title is changed.
Beside the site's own card lies the crest as small as the masthead shows it: a scan of it would weigh more than a page.
"""

import functools
import io
import logging
import math
import unicodedata
from collections.abc import Callable
from hashlib import blake2s
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageFont

from news.publisher import Publisher, publisher

logger = logging.getLogger(__name__)

WIDTH, HEIGHT = 1200, 630
# Owner of the card that stands for the whole site.
SITE = 0
CREST = 112
# As tall or wide as the masthead shows it at most, twice over for fine screens.
SMALL_CREST = 144
_EDGE = 64
_TITLE_TOP, _TITLE_BOTTOM = 216, 540
# The largest in which the title fits, in pixels; line height as headings have on pages.
_SIZES = (72, 64, 58, 52, 46, 42, 38, 34)
_LINE = 1.28
# As in static/css/tokens.css.
_PAPER, _INK, _QUIET, _RULE, _SEAL = "#fbf9f4", "#1c1e22", "#55565c", "#ddd7ca", "#9e1b1b"
# Few colours on flat ground: a fifth of the bytes of the same picture in all of them.
_COLOURS = 96

Font = ImageFont.FreeTypeFont


@functools.lru_cache(maxsize=16)
def typeface(weight: int, size: int) -> Font:
    """Needs a FreeType that reads WOFF2, as the wheels of Pillow bring it. Raises OSError where it does not."""
    return ImageFont.truetype(
        settings.BASE_DIR / "static" / "fonts" / f"be-vietnam-pro-{weight}.woff2", size
    )


# --- which file ---------------------------------------------------------------------------------------


def mark(words: str) -> str:
    """Eight digits by which a row knows that its card shows these words."""
    return blake2s(words.encode(), digest_size=4).hexdigest()


def shows(card: str | None, words: str) -> bool:
    """Whether the card that a row keeps shows these words."""
    return bool(card) and (card or "").startswith(mark(words))


def new_name(words: str) -> str:
    """What the row keeps of a card about to be drawn: browsers keep a file for a year, so no name is used twice."""
    return f"{mark(words)}{uuid4().hex[:8]}"


def file_name(owner: int, card: str) -> str:
    """Where the card of the story with that key lies in the storage."""
    return f"cards/{owner % 256:02x}/{owner}-{card}.png"


def url(owner: int, card: str) -> str:
    return default_storage.url(file_name(owner, card))


def crest_name(card: str) -> str:
    """Where the small crest lies that was made with this card of the site."""
    return file_name(SITE, card).replace(".png", "-crest.png")


def crest_url(card: str) -> str:
    return default_storage.url(crest_name(card))


def keep(
    owner: int, title: str, say: Callable[[str], object], *, words: str = "", by: Any = None
) -> None:
    """Draw the card and `say` its name; an empty one where none can be drawn, so that nobody tries for ever.

    `words` are what shows() is asked for, the title unless they are given; `by` the office, if it is at hand.
    Raises OSError where the disk is full.
    """
    card = new_name(words or title)
    by = by or publisher()
    try:
        drawn = draw(title, by)
    except (OSError, ValueError):
        logger.exception("no card could be drawn for story %s", owner)
        say("")
        return
    default_storage.save(file_name(owner, card), ContentFile(drawn))
    if owner == SITE and (crest := _crest(by, SMALL_CREST)):
        default_storage.save(crest_name(card), ContentFile(_few_colours(crest)))
    say(card)


# --- drawing ------------------------------------------------------------------------------------------


def draw(title: str, by: Publisher) -> bytes:
    """The card as a PNG of WIDTH by HEIGHT; a few megabytes of memory while it is drawn."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 12), fill=_SEAL)
    left = _EDGE
    if crest := _crest(by, CREST):
        image.paste(crest, (_EDGE + (CREST - crest.width) // 2, 52), crest)
        left += CREST + 28
    _office(pen, by, left)
    pen.line((_EDGE, 188, WIDTH - _EDGE, 188), fill=_RULE, width=2)
    size, lines = fitting(drawable(title))
    height = round(size * _LINE)
    top = _TITLE_TOP + (_TITLE_BOTTOM - _TITLE_TOP - height * len(lines)) // 2
    for number, line in enumerate(lines):
        middle = top + height * number + height // 2
        pen.text((_EDGE, middle), line, font=typeface(700, size), fill=_INK, anchor="lm")
    host = urlsplit(settings.SITE_URL).netloc
    pen.text((_EDGE, HEIGHT - 44), host, font=typeface(400, 26), fill=_QUIET, anchor="lm")
    return _few_colours(image)


def _few_colours(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
    return target.getvalue()


def _crest(by: Publisher, side: int) -> Image.Image | None:
    """The crest in a box of that many pixels, or nothing where the office has none or its file is lost."""
    if by.crest is None:
        return None
    try:
        with (
            default_storage.open(by.crest.rendition_name(side)) as file,
            Image.open(file) as stored,
        ):
            crest = stored.convert("RGBA")
    except OSError:
        return None
    crest.thumbnail((side, side), Image.Resampling.LANCZOS)
    return crest


def _office(pen: ImageDraw.ImageDraw, by: Publisher, left: int) -> None:
    """The names of the office as in the masthead, the own one largest."""
    rows = [
        (by.parent, typeface(400, 24), _QUIET, 34),
        (by.unit.upper(), typeface(600, 26), _SEAL, 36),
        (by.full_name.upper(), typeface(700, 36), _INK, 48),
    ]
    rows = [row for row in rows if row[0]]
    top = 52 + (CREST - sum(height for *_, height in rows)) // 2
    for words, font, colour, height in rows:
        shown = _cut(words, font, WIDTH - _EDGE - left)
        pen.text((left, top + height // 2), shown, font=font, fill=colour, anchor="lm")
        top += height


def drawable(title: str) -> str:
    """Without what the typeface has no letter for, such as emoji."""
    kept = (c if unicodedata.category(c)[0] not in "CS" or c in "+<=>|~%" else " " for c in title)
    return " ".join("".join(kept).split())


def fitting(title: str) -> tuple[int, list[str]]:
    """The largest size in which the title fits, and its lines; cut off where it fits in none."""
    width, height = WIDTH - 2 * _EDGE, _TITLE_BOTTOM - _TITLE_TOP
    for size in _SIZES:
        most = math.floor(height / (size * _LINE))
        lines = _wrapped(title, typeface(700, size), width)
        if len(lines) <= most:
            return size, _balanced(title, typeface(700, size), width, len(lines))
    rest = " ".join(lines[most - 1 :])
    return size, [*lines[: most - 1], _cut(rest, typeface(700, size), width)]


def _wrapped(title: str, font: Font, width: float) -> list[str]:
    """Lines of whole words; a word wider than a line is broken where the line ends."""
    lines: list[str] = []
    line = ""
    for word in title.split():
        longer = f"{line} {word}".strip()
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while font.getlength(word) > width:
            end = next(n for n in range(len(word), 0, -1) if font.getlength(word[:n]) <= width)
            lines.append(word[:end])
            word = word[end:]
        line = word
    return [*lines, line] if line else lines


def _balanced(title: str, font: Font, width: int, count: int) -> list[str]:
    """The same number of lines, as even as they can be: no last line of one word."""
    narrow, wide = width // max(count, 1), width
    while wide - narrow > 8:
        middle = (narrow + wide) // 2
        fits = len(_wrapped(title, font, middle)) <= count
        narrow, wide = (narrow, middle) if fits else (middle, wide)
    return _wrapped(title, font, wide)


def _cut(words: str, font: Font, width: float) -> str:
    """The words, or as many of their letters as leave room for the sign that something is missing."""
    if font.getlength(words) <= width:
        return words
    while words and font.getlength(f"{words}…") > width:
        words = words[:-1].rstrip()
    return f"{words}…"
