"""Text as pure functions: Vietnamese slug, folding, dates, masked addresses. A leaf: it imports no model and no Django."""

import datetime as dt
import functools
import re
import unicodedata
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")

_DASHES_AND_QUOTES = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("“”„«»", '"') | dict.fromkeys("‘’‚`´", "'")
)


# XML knows no control characters but these three, nor U+FFFE and U+FFFF, so one in a lead would end every feed.
# Word's soft line break (U+000B) and page break become blanks.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160), 0xFFFE, 0xFFFF)) | {0x0B: " ", 0x0C: " "}
for _kept in "\t\n\r":
    del _CONTROLS[ord(_kept)]


def nfc(text: str) -> str:
    """The text in Unicode normal form C, the one state portals must store (TCVN 6909:2001), without controls."""
    return unicodedata.normalize("NFC", text.translate(_CONTROLS))


def one_line(text: str) -> str:
    """The text in NFC on one line: every run of blanks (NBSP included) becomes one blank."""
    return " ".join(nfc(text).split())


# The letter, and two that look the same as capitals and stand in many texts for it.
_STROKED = str.maketrans("đðɖ", "ddd")


class _Folding(dict[int, str]):
    """For str.translate(): what a letter in NFC folds to, worked out once for each letter that occurs."""

    def __missing__(self, code: int) -> str:
        bare = unicodedata.normalize("NFD", chr(code).casefold().translate(_STROKED))
        letters = "".join(c for c in bare if unicodedata.category(c) != "Mn")
        self[code] = letters.translate(_CONTROLS).translate(_DASHES_AND_QUOTES)
        return self[code]


class _Parting(dict[int, str]):
    """The same for words(): whatever is neither letter nor digit becomes a blank."""

    def __missing__(self, code: int) -> str:
        self[code] = "".join(c if c.isalnum() else " " for c in _FOLDING[code])
        return self[code]


class _Marking(dict[int, str]):
    """For marked_words(): letters in lower case with their marks, a blank for every sign that parts words."""

    def __missing__(self, code: int) -> str:
        letters = chr(code).casefold()
        parts = not _PARTING[code].strip() and unicodedata.category(chr(code)) != "Mn"
        self[code] = " " if parts else "".join(c for c in letters if not c.isdigit()) or " "
        return self[code]


class _Placing(dict[int, str]):
    """For parted(): as _Parting, one sign for each."""

    def __missing__(self, code: int) -> str:
        self[code] = _PARTING[code] if len(_PARTING[code]) == 1 else " "
        return self[code]


_FOLDING = _Folding()
_PARTING = _Parting()
_MARKING = _Marking()
_PLACING = _Placing()
# Grave, acute, tilde, hook and dot below.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LETTERS_OR_DIGITS = re.compile(r"\D+|\d+")


def fold(text: str) -> str:
    """The text as search compares it: no case, no diacritics, đ as d, blanks, dashes and quotes unified.

    `dai bieu`, `đại biểu`, `ĐẠI BIỂU` and their NFD spellings fold to the same string, on every database.
    """
    return " ".join(unicodedata.normalize("NFC", text).translate(_FOLDING).split())


def words(text: str) -> list[str]:
    """The folded words of the text in their order, at most 60 characters each.

    Signs part words and are none. A run of digits is a word of its own: `covid19` and `covid-19` are the same two.
    """
    found = []
    for word in unicodedata.normalize("NFC", text).translate(_PARTING).split():
        if word.isalpha() or word.isdecimal():
            found.append(word[:60])
        else:
            found += [part[:60] for part in _LETTERS_OR_DIGITS.findall(word)]
    return found


def marked_words(text: str) -> list[str]:
    """The words of the text that bear marks or are no Latin letters, as spelt() has them, in their order.

    `đại hội 5` gives `đại` and `hội` in one spelling for either place of the tone; `Covid-19` gives nothing.
    """
    parted = unicodedata.normalize("NFC", text).translate(_MARKING)
    return [spelt(word)[:60] for word in parted.split() if not word.isascii()]


@functools.lru_cache(20_000)
def spelt(word: str) -> str:
    """A word in lower case with its tone behind it, so that `hoà` and `hòa` are the same and `hoá` is not."""
    letters = unicodedata.normalize("NFD", word)
    tone = "".join(c for c in letters if c in _TONES)
    bare = "".join(c for c in letters if c not in _TONES)
    return unicodedata.normalize("NFC", bare) + tone


def parted(text: str) -> str:
    """A text in NFC folded, with blanks for signs, sign for sign: what is found at a place stands there in the text."""
    return text.translate(_PLACING)


def slug(text: str, max_length: int = 200) -> str:
    """The address form of a Vietnamese title, cut at a word to at most `max_length` characters.

    Django's own slugify drops đ altogether. A text without any letter or digit gives an empty string.
    """
    words = re.findall(r"[a-z0-9]+", fold(text))
    result = "-".join(words)
    if len(result) <= max_length:
        return result
    cut = result[: max_length + 1].rpartition("-")[0]
    return cut or result[:max_length]


def masked(email: str) -> str:
    """An e-mail address that can be recognised but not used: `a***@example.vn`."""
    name, _, host = email.partition("@")
    return f"{name[:1]}***@{host}"


def local(moment: dt.datetime) -> dt.datetime:
    """An aware moment on the Vietnamese clock."""
    return moment.astimezone(VIETNAM)


def to_the_second(moment: dt.datetime) -> dt.datetime:
    """A moment on the Vietnamese clock, as feeds and sitemaps write it."""
    return local(moment).replace(microsecond=0)


def long_date(moment: dt.datetime) -> str:
    """The date line of an article, as the old portal wrote it: `Thứ sáu, Ngày 31/05/2019, 05:09 CH`.

    The clock has 12 hours: 00:05 is `12:05 SA`, 12:05 is `12:05 CH`.
    """
    here = local(moment)
    half = "SA" if here.hour < 12 else "CH"
    return f"{WEEKDAYS[here.weekday()]}, Ngày {_day(here)}, {here.hour % 12 or 12:02}:{here.minute:02} {half}"


def day_date(moment: dt.datetime) -> str:
    """The date in the masthead: `Thứ sáu, ngày 31/05/2019`."""
    here = local(moment)
    return f"{WEEKDAYS[here.weekday()]}, ngày {_day(here)}"


def short_date(moment: dt.datetime) -> str:
    """The date in lists: `31/05/2019`."""
    return _day(local(moment))


def _day(here: dt.datetime) -> str:
    # A page has dozens; strftime() takes ten times as long.
    return f"{here.day:02}/{here.month:02}/{here.year}"


def iso(moment: dt.datetime) -> str:
    """A moment on the Vietnamese clock as machines read it, for `<time datetime>`."""
    return local(moment).isoformat()


def desk_moment(moment: dt.datetime) -> str:
    """Clock and date as the desk writes them, with 24 hours: `17:09 31/05/2019`."""
    return f"{local(moment):%H:%M %d/%m/%Y}"


def file_size(size: int) -> str:
    """So many bytes in words, as Vietnamese writes numbers: `1,2 MB`, `340 KB`. A KB is 1024 bytes, as in Windows."""
    if size < 1024 * 1000:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB".replace(".", ",").replace(",0 ", " ")
