"""What a reader typed as plain text: how it is normalised and how it is measured. A leaf: no model, no Django.

`static/js/plain-text.js` holds the same two functions for the browser; tests run one table through both.
"""

import re
import unicodedata

# They show nothing, whatever their category: Unicode's Default_Ignorable_Code_Point, which only grows inside these
# ranges, the blank Braille pattern and the null notehead.
_INVISIBLE = frozenset(
    code
    for first, last in (
        (0x00AD, 0x00AD),
        (0x034F, 0x034F),
        (0x061C, 0x061C),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8),
        (0x1BCA0, 0x1BCA3),
        (0x1D159, 0x1D159),
        (0x1D173, 0x1D17A),
        (0xE0000, 0xE0FFF),
    )
    for code in range(first, last + 1)
)
_DROPPED = {"Cc", "Cf", "Co", "Cs"}
_LINE_BREAKS = str.maketrans(dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n"))
# Nothing of this is dropped, breaks a line by another sign or is a mark: nearly all that is ever written.
_ORDINARY = re.compile(
    "[\\t\\n\x20-\x7e\xa0-\xac\xae-\u02ff\u1e00-\u1eff\u2010-\u2027\u2030-\u205e]*"
)
# In one row: Vietnamese needs two where a letter is not composed; more make a tower over the lines above.
MAX_MARKS = 2


def normalise(value: str, *, one_line: bool) -> str:
    """The text as it is stored: LF, NFC, without what shows nothing or turns the line, blanks collapsed.

    Dropped are control and format characters (zero-width, bidi, soft hyphen), private use, lone surrogates,
    noncharacters, what shows nothing, combining marks without a letter before them and beyond MAX_MARKS in a row.
    At most one line stays empty between two. Doing it again changes nothing.
    """
    value = value.replace("\r\n", "\n")
    kept = value if _ORDINARY.fullmatch(value) else _without_what_is_dropped(value)
    if one_line:
        return " ".join(kept.split())
    lines = [" ".join(line.split()) for line in kept.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def length(value: str) -> int:
    """Characters as a reader counts them: a letter with its marks is one."""
    return len(value) if _ORDINARY.fullmatch(value) else sum(not _is_mark(c) for c in value)


def _without_what_is_dropped(value: str) -> str:
    value = value.translate(_LINE_BREAKS)
    kept = "".join(c for c in value if c in "\n\t" or not _is_dropped(c))
    # Only now: what stood between two characters may have kept them from being composed.
    return _bounded_marks(unicodedata.normalize("NFC", kept))


def _is_dropped(character: str) -> bool:
    code = ord(character)
    return (
        unicodedata.category(character) in _DROPPED
        or code in _INVISIBLE
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _bounded_marks(value: str) -> str:
    # At the beginning and after a blank there is nothing that a mark could stand on.
    kept, marks = [], MAX_MARKS
    for character in value:
        if _is_mark(character):
            marks += 1
        else:
            marks = MAX_MARKS if character.isspace() else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
