"""Text of the years before Unicode: finding TCVN3 and VNI, and turning them into Unicode. A leaf: no Django.

Such text was typed for fonts that drew other letters than the ones stored. Pasted from an old Word file, `Bảo
Thắng` arrives as `B¶o Th¾ng` (TCVN3, fonts .VnTime) or `Baûo Thaéng` (VNI, fonts VNI-Times). The fonts are lost
on the way, so the text itself must tell: a word speaks for an encoding if it is no Vietnamese syllable as it
stands, and is one when read in that encoding.
"""

import re
from collections.abc import Iterable
from enum import Enum

from news.syllables import is_syllable

# --- The tables -----------------------------------------------------------------------------------

# TCVN 5712:1993, set VN3, as Windows-1252 shows it. The capitals with a tone have no codes of their own: the
# fonts .VnTimeH and their like draw the small letters as capitals.
_TCVN3 = {
    **dict(zip("µ¸¶·¹", "àáảãạ", strict=True)),
    **dict(zip("¨»¾¼½Æ", "ăằắẳẵặ", strict=True)),
    **dict(zip("©ÇÊÈÉË", "âầấẩẫậ", strict=True)),
    "®": "đ",
    **dict(zip("ÌÐÎÏÑ", "èéẻẽẹ", strict=True)),
    **dict(zip("ªÒÕÓÔÖ", "êềếểễệ", strict=True)),
    **dict(zip("×ÝØÜÞ", "ìíỉĩị", strict=True)),
    **dict(zip("ßãáâä", "òóỏõọ", strict=True)),
    **dict(zip("«åèæçé", "ôồốổỗộ", strict=True)),
    **dict(zip("¬êíëìî", "ơờớởỡợ", strict=True)),
    **dict(zip("ïóñòô", "ùúủũụ", strict=True)),
    **dict(zip("\xadõøö÷ù", "ưừứửữự", strict=True)),
    **dict(zip("úýûüþ", "ỳýỷỹỵ", strict=True)),
    **dict(zip("¡¢§£¤¥¦", "ĂÂĐÊÔƠƯ", strict=True)),
}


def _vni() -> dict[str, str]:
    """VNI-Windows: a letter and after it a letter that the fonts draw as its mark, small and capital alike."""
    plain, hat, breve = "ùøûõï", "âáàåãä", "êéèúüë"
    small = {
        **{f"a{m}": letter for m, letter in zip(plain, "áàảãạ", strict=True)},
        **{f"a{m}": letter for m, letter in zip(hat, "âấầẩẫậ", strict=True)},
        **{f"a{m}": letter for m, letter in zip(breve, "ăắằẳẵặ", strict=True)},
        **{f"e{m}": letter for m, letter in zip(plain, "éèẻẽẹ", strict=True)},
        **{f"e{m}": letter for m, letter in zip(hat, "êếềểễệ", strict=True)},
        **{f"o{m}": letter for m, letter in zip(plain, "óòỏõọ", strict=True)},
        **{f"o{m}": letter for m, letter in zip(hat, "ôốồổỗộ", strict=True)},
        **{f"ô{m}": letter for m, letter in zip(plain, "ớờởỡợ", strict=True)},
        **{f"u{m}": letter for m, letter in zip(plain, "úùủũụ", strict=True)},
        **{f"ö{m}": letter for m, letter in zip(plain, "ứừửữự", strict=True)},
        **{f"y{m}": letter for m, letter in zip(plain[:4], "ýỳỷỹ", strict=True)},
        **dict(zip("ôöæóòîñ", "ơưỉĩịỵđ", strict=True)),
    }
    capital = {code.upper(): letter.upper() for code, letter in small.items()}
    # A capital at the beginning of a word, its mark typed small.
    mixed = {
        code[0].upper() + code[1]: letter.upper() for code, letter in small.items() if code[1:]
    }
    return {**mixed, **capital, **small}


_VNI = _vni()


class Encoding(Enum):
    """An encoding from before Unicode; the value is the name officials know it by."""

    TCVN3 = "TCVN3 (ABC)"
    VNI = "VNI"

    @property
    def letters(self) -> dict[str, str]:
        """What stands in the text (one or two characters) -> the letter that is meant."""
        return _TCVN3 if self is Encoding.TCVN3 else _VNI


_CODES = {
    # The longer first: in VNI `oâ` is one letter, and `ô` another.
    encoding: re.compile("|".join(map(re.escape, sorted(encoding.letters, key=len, reverse=True))))
    for encoding in Encoding
}
_SIGNS = "".join(sorted({c for code in (*_TCVN3, *_VNI) for c in code if not c.isalpha()}))
_WORD = re.compile(rf"(?:[^\W\d_]|[{re.escape(_SIGNS)}])+")
# Letters of Vietnamese that no text in an old encoding holds: they are outside Windows-1252.
_SURELY_UNICODE = re.compile("[ăĂđĐĩĨũŨơƠưƯ\u1ea0-\u1ef9]")

_ASCII_LETTER = re.compile("[A-Za-z]")

# --- Finding --------------------------------------------------------------------------------------

# One such word may be a foreign name (`où`, `Taï`); two different ones never were in any text tried.
ENOUGH = 2


def detect(text: str) -> Encoding | None:
    """The old encoding this passage is written in, or None. The passage is one paragraph, without markup."""
    words = [match[0] for match in _WORD.finditer(text)]
    sure = sum(1 for word in words if _SURELY_UNICODE.search(word))
    found = {encoding: set(_witnesses(words, encoding)) for encoding in Encoding}
    encoding = max(found, key=lambda candidate: len(found[candidate]))
    witnesses = len(found[encoding])
    # Among many words of good Unicode two strange ones are more likely foreign.
    return encoding if witnesses >= ENOUGH and witnesses * 4 >= sure else None


def _witnesses(words: Iterable[str], encoding: Encoding) -> Iterable[str]:
    """The words that are Vietnamese only when read in the encoding."""
    for word in words:
        if word.isascii() or not _ASCII_LETTER.search(word) or _SURELY_UNICODE.search(word):
            continue
        if not _is_read(word) and is_syllable(_read(word, encoding)):
            yield word.lower()


def _is_read(word: str) -> bool:
    """Whether the word is Vietnamese as it stands; signs around it («tin», Portal©) are none of its letters.

    A capital after a small letter (`kÕ`) is no way to write Vietnamese, whatever the syllable.
    """
    letters = word.strip(_SIGNS)
    return is_syllable(letters) and (
        letters == letters.capitalize() or letters.isupper() or letters.islower()
    )


# --- Converting -----------------------------------------------------------------------------------


def to_unicode(text: str, encoding: Encoding) -> str:
    """The passage in Unicode (NFC). What is Unicode in it already, in whole words, stays as it is."""
    mixed = bool(_SURELY_UNICODE.search(text))

    def convert(match: re.Match[str]) -> str:
        word = match[0]
        if _SURELY_UNICODE.search(word):
            return word
        converted = _read(word, encoding)
        if mixed and (_is_read(word) or not is_syllable(converted)):
            return word
        return converted

    lines = text.split("\n")
    return "\n".join(
        _WORD.sub(convert, line)
        if encoding is not Encoding.TCVN3
        else _capitals(line, _WORD.sub(convert, line))
        for line in lines
    )


def _read(word: str, encoding: Encoding) -> str:
    letters = encoding.letters
    return _CODES[encoding].sub(lambda match: letters[match[0]], word)


def _capitals(before: str, after: str) -> str:
    """A line of TCVN3 after converting, with the capitals that its font .VnTimeH drew.

    `HéI NGHÞ` was typed with the shift key held down: the letters that had a key are capitals, the others
    have no capital code. A word of one such letter (`Hµ`) follows the rest of its line.
    """
    typed = [re.sub("[^A-Za-z]", "", word) for word in _WORD.findall(before)]
    long = [letters for letters in typed if len(letters) > 1]
    line_is_capital = bool(long) and sum(map(str.isupper, long)) * 2 > len(long)
    words = iter(typed)

    def raise_word(match: re.Match[str]) -> str:
        letters = next(words, "")
        shouted = letters.isupper() and (len(letters) > 1 or line_is_capital)
        return match[0].upper() if shouted or (not letters and line_is_capital) else match[0]

    return _WORD.sub(raise_word, after)
