"""One table of what readers type, what is stored of it, and how long that is; run in Python and in a browser."""

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
    ("❤\ufe0f", "❤\ufe0f", 1),
    ("ក្រុង", "ក្រុង", 3),
    ("한글", "한글", 2),
    ("x" * 2000, "x" * 2000, 2000),
    ("e\u0323\u0302" * 2001, "ệ" * 2001, 2001),
]
