"""One table of what readers type, what is stored of it, and how long that is; run in Python and in a browser."""

import unicodedata

TYPED: list[tuple[str, str, int]] = [
    ("", "", 0),
    ("Rất đồng tình.", "Rất đồng tình.", 14),
    # The same in normal form D, as some telephones send it.
    ("Ra\u0302\u0301t đo\u0302\u0300ng ti\u0300nh.", "Rất đồng tình.", 14),
    ("e\u0302\u0323", "ệ", 1),
    ("a\r\nb\rc", "a\nb\nc", 5),
    ("a\x0bb\x0cc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf", 11),
    ("a\n\n\n\n\nb", "a\n\nb", 4),
    (" \n a  \t\u00a0 b \n ", "a b", 3),
    ("\u200b\u200c\u200d\u2060\ufeff\u00ad", "", 0),
    ("x\u202eevil\u2066y\u2069", "xevily", 6),
    ("a\x00b\x1fc\x7fd", "abcd", 4),
    ("\u3164\u115f\u1160\uffa0\u2800", "", 0),
    ("\ue000\U000f0000\ufdd0\ufffe\U0001ffff", "", 0),
    # Many marks on one letter: two stay.
    ("Z\u0337\u0321\u0300\u0301\u0302\u0303", "Z\u0337\u0321", 1),
    # What stood between letter and mark is gone, so they become one.
    ("e\u200b\u0301", "é", 1),
    ("\U0001f44d\U0001f3fd", "\U0001f44d\U0001f3fd", 2),
    ("❤\ufe0f", "❤", 1),
    # Invisible though they are marks or not yet assigned.
    ("Z\u034fa\U000e0100l\u2065o\U000e0fff\ufff0\u17b4\u180b\U0001d159", "Zalo", 4),
    # Marks with nothing to stand on.
    ("\u0316\u0316x \u0301y\n\u0323z", "x y\nz", 5),
    ("ក្រុង", "ក្រុង", 3),
    ("한글", "한글", 2),
    ("x" * 2000, "x" * 2000, 2000),
    ("e\u0323\u0302" * 2001, "ệ" * 2001, 2001),
]

VIETNAMESE = "Ủy ban nhân dân phường: ý kiến về đường Nguyễn Huệ"

# More of it, each by its name: the browser must keep, count and refuse of these what the server does.
STRINGS = {
    "nothing": "",
    "blanks": " \t\n ",
    "one letter": "a",
    "two letters": "ab",
    "as long as may be": "x" * 2000,
    "one too long": "x" * 2001,
    "as long as may be, decomposed": unicodedata.normalize("NFD", "ệ") * 2000,
    "one too long, decomposed": unicodedata.normalize("NFD", "ệ") * 2001,
    "precomposed": VIETNAMESE,
    "decomposed": unicodedata.normalize("NFD", VIETNAMESE),
    "marks in the wrong order": "e\u0302\u0323 e\u0323\u0302",
    "marks kept apart by nothing": "e\u200b\u0302\u00ad\u0323",
    "zero width": "a\u200b\u200c\u200d\u2060\ufeffb",
    "bidi": "a\u202eevil\u202c\u2066x\u2069\u200f\u061cb",
    "zalgo": "Z" + "\u0300\u0489\u0336\u20dd" * 12 + "a" + "\u0301" * 40,
    "marks alone": "\u0301\u0302\u0303",
    "emoji": "👍🏽 👨‍👩‍👧‍👦 🇻🇳 ❤️",
    "two emoji": "👍👎",
    "beyond the plane": "𝒜𠀀𝟘",
    "windows": "a\r\nb\r\n\r\n\r\n\r\nc",
    "old mac": "a\rb\r\r\rc",
    "every line break": "a\x0bb\x0cc\x85d\u2028e\u2029f",
    "tabs and blanks": "  a \t  b\u00a0\u3000\u2003c  \n  d  ",
    "hangul filler": "\u3164\u115f\u1160\uffa0",
    "braille blank": "\u2800\u2800",
    "nul": "a\x00b\x00",
    "escape": "a\x1b[31mb\x7f\x9f",
    "soft hyphen": "a\u00adb",
    "private use": "a\ue000\U000f0000b",
    "no characters": "a\ufffe\ufdd0\U0001ffffb",
    "replacement": "a\ufffdb",
    "tags": "a\U000e0041\U000e007fb",
    "variation selectors": "a\ufe0f\U000e0100b",
    "separators of old": "a\x1c\x1d\x1e\x1fb",
    "mongolian": "a\u180eb",
    "empty lines of blanks": "a\n \n \n \nb",
    "a spacing mark": "क्षि नि",
    "arabic": "مرحبا بالعالم",
    "thai": "ที่นี่",
    "markup": "<img src=x onerror=alert(1)> &amp; ]]>",
}

# These cannot be sent as they are: UTF-8 has no place for them. The browser's own strings can hold them.
LONE_SURROGATES = {
    "a high one": "a\ud800b",
    "a low one": "\udc00ab",
    "two in the wrong order": "a\udc00\ud800b",
}
