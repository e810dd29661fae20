"""What a reader typed as plain text: how it is normalised and how it is measured. A leaf: no model, no Django.

`static/js/plain-text.js` holds the same two functions for the browser; tests run one table through both.
"""

import re
import unicodedata

# They take up room and show nothing: Hangul fillers and the blank Braille pattern.
_LOOKS_LIKE_NOTHING = "\u115f\u1160\u2800\u3164\uffa0"
_DROPPED = {"Cc", "Cf", "Co", "Cs"}
_LINE_BREAKS = str.maketrans(dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n"))
# In one row: Vietnamese needs two where a letter is not composed; more make a tower over the lines above.
MAX_MARKS = 2


def normalise(value: str, *, one_line: bool) -> str:
    """The text as it is stored: LF, NFC, without what shows nothing or turns the line, blanks collapsed.

    Dropped are control and format characters (zero-width, bidi, soft hyphen), private use, lone surrogates,
    noncharacters, fillers, and combining marks beyond MAX_MARKS in a row. At most one line stays empty between two.
    Doing it again changes nothing.
    """
    value = value.replace("\r\n", "\n").translate(_LINE_BREAKS)
    kept = "".join(c for c in value if c in "\n\t" or not _is_dropped(c))
    # Only now: what stood between two characters may have kept them from being composed.
    kept = _bounded_marks(unicodedata.normalize("NFC", kept))
    if one_line:
        return " ".join(kept.split())
    lines = [" ".join(line.split()) for line in kept.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def length(value: str) -> int:
    """Characters as a reader counts them: a letter with its marks is one."""
    return sum(not _is_mark(c) for c in value)


def _is_dropped(character: str) -> bool:
    code = ord(character)
    return (
        unicodedata.category(character) in _DROPPED
        or character in _LOOKS_LIKE_NOTHING
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _bounded_marks(value: str) -> str:
    kept, marks = [], 0
    for character in value:
        marks = marks + 1 if _is_mark(character) else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
