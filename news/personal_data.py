"""Numbers that point to a person: identity cards, bank accounts, telephones. A leaf: no model, no Django.

The Personal Data Protection Law (Luật 91/2025/QH15) asks for a reason and for consent before such a number is
published; a story in the news rarely has either.
"""

import re
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    IDENTITY = "identity"
    ACCOUNT = "account"
    PHONE = "phone"


@dataclass(frozen=True)
class Number:
    """A number as it is written in the text. `of_office`: the words before it name an office, not a person."""

    kind: Kind
    written: str
    start: int
    of_office: bool = False


# The first three digits of a citizen's number: the province of birth (63 codes, Thông tư 07/2016/TT-BCA).
_PROVINCE_TABLE = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 "
    "038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 "
    "080 082 083 084 086 087 089 091 092 093 094 095 096"
)
PROVINCES = frozenset(_PROVINCE_TABLE.split())
# The fourth: sex and century of birth. 4 to 9 are for those born after 2100.
_CENTURIES = "0123"

_EDGE_BEFORE, _EDGE_AFTER = r"(?<![\d+/])(?<!\d[.,-])", r"(?![\d/])(?![.,-]\d)"
_CITIZEN = re.compile(rf"{_EDGE_BEFORE}\d{{3}}([ .]?)\d{{3}}\1\d{{3}}\1\d{{3}}{_EDGE_AFTER}")
_CITIZEN_IN_TWO = re.compile(rf"{_EDGE_BEFORE}\d{{3}} ?\d{{3}} ?\d{{6}}{_EDGE_AFTER}")
# The older card of nine digits looks like any number, so its name must stand before it.
_NAMED_CARD = re.compile(
    r"(?:\b(?:CMND|CMTND|CCCD|CMT)\b|chứng minh (?:nhân dân|thư)|căn cước|định danh cá nhân)"
    r"[^\d\n]{0,40}((?:\d{9}|\d{12}))(?!\d)",
    re.IGNORECASE,
)

_ACCOUNT = re.compile(
    r"(?:\bSTK\b|\bsố TK\b|\bTK số\b|\bsố tài khoản\b|\btài khoản (?:ngân hàng )?số\b|\btài khoản ngân hàng\b"
    r"|\btài khoản\s*:|\bTK\s*:)[^\d\n]{0,60}?(\d(?:[ .-]?\d){5,18})(?!\d)",
    re.IGNORECASE,
)
# Mobile numbers have ten digits after 0 (Quyết định 798/QĐ-BTTTT of 2018), fixed ones 02 and nine more.
_PHONE = re.compile(
    r"(?<![\d+/.,-])(?:\(?\+?84\)?[ .-]?(?:\(0\))?|\(?0)(?:[35789]|2\d{1,2}\)?)(?:[ .-]?\d){6,8}(?!\d)(?![.,/-]\d)"
)
_PHONE_DIGITS = re.compile(r"(?:84|0)(?:[35789]\d{8}|2\d{9})")

_OFFICE = re.compile(
    r"kho bạc|ủy ban|uỷ ban|UBND|mặt trận|MTTQ|chữ thập đỏ|ban vận động|ban cứu trợ|\bquỹ\b|công đoàn|hội đồng"
    r"|trường (?:mầm non|tiểu học|THCS|THPT)|công an|chi cục|trung tâm|bảo hiểm xã hội|đường dây nóng|hotline"
    r"|tổng đài|trực ban|bộ phận|văn phòng|phòng ban|cơ quan",
    re.IGNORECASE,
)
_NEAR = 160
# No number below has fewer digits, or more signs between two of them: most paragraphs are read once and no further.
_ENOUGH = re.compile(r"\d(?:\D{0,3}\d){5}")
# In one paragraph: who publishes more of them needs no longer list to know.
MAX_FOUND = 500


def numbers(text: str) -> list[Number]:
    """The personal numbers of one paragraph (plain text), in order, at most MAX_FOUND; each is taken for one kind."""
    if not _ENOUGH.search(text):
        return []
    found: list[Number] = []
    # Places already taken, in order: whether a new one is free is seen at its neighbours.
    taken: list[tuple[int, int]] = []

    def take(kind: Kind, spans: Iterable[tuple[int, int]]) -> None:
        for start, end in spans:
            if len(found) == MAX_FOUND:
                return
            place = bisect(taken, (start, end))
            after_last = place == 0 or taken[place - 1][1] <= start
            before_next = place == len(taken) or end <= taken[place][0]
            if after_last and before_next:
                taken.insert(place, (start, end))
                of_office = bool(_OFFICE.search(text[max(0, start - _NEAR) : start]))
                found.append(Number(kind, text[start:end], start, of_office))

    take(Kind.IDENTITY, (m.span() for m in _CITIZEN.finditer(text) if _is_citizen(m[0])))
    take(Kind.IDENTITY, (m.span() for m in _CITIZEN_IN_TWO.finditer(text) if _is_citizen(m[0])))
    take(Kind.IDENTITY, (m.span(1) for m in _NAMED_CARD.finditer(text)))
    take(Kind.ACCOUNT, (m.span(1) for m in _ACCOUNT.finditer(text)))
    take(Kind.PHONE, (m.span() for m in _PHONE.finditer(text) if _is_phone(m[0])))
    return sorted(found, key=lambda number: number.start)


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)


def _is_citizen(written: str) -> bool:
    digits = _digits(written)
    # 0084… is a telephone number dialled from abroad.
    return digits[:3] in PROVINCES and digits[3] in _CENTURIES and not digits.startswith("0084")


def _is_phone(written: str) -> bool:
    return bool(_PHONE_DIGITS.fullmatch(_digits(written).replace("840", "84", 1)))
