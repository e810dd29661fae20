"""Signals: what a moderator should know about a comment and how it was sent. None of it is told to the sender.

A signal is a code with a detail. Its weight stands in COMMENT_SIGNAL_WEIGHTS; from COMMENT_SUSPECT_AT on their sum
sends a comment to the list "Nghi spam".
"""

import re
import unicodedata
from collections.abc import Iterator

from django.conf import settings

from comments.models import BlockedSource, History, WatchedWord
from comments.models.policy import typed_words
from news import personal_data, text

Signal = tuple[str, str]

# Each code with the sentence a moderator reads; {} is the detail.
SENTENCES = {
    "honeypot_filled": "Điền vào ô ẩn dành cho máy",
    "honeypot_missing": "Gửi thiếu ô ẩn của biểu mẫu",
    "too_fast": "Gửi chỉ {} giây sau khi mở ô viết",
    "foreign": "Gửi từ một trang web khác",
    "links": "Có liên kết: {}",
    "phone": "Có số điện thoại: {}",
    "chat": "Mời liên hệ qua mạng nhắn tin: {}",
    "number": "Có số giấy tờ hoặc tài khoản: {}",
    "word_suspect": "Có từ nghi spam: {}",
    "word_notice": "Có từ cần chú ý: {}",
    "mixed_scripts": "Trộn chữ cái trông giống nhau của nhiều hệ chữ: {}",
    "capitals": "Viết hoa gần hết",
    "stretched": "Lặp ký tự hoặc từ: {}",
    "same_words": "Nội dung trùng {} ý kiến khác trong 30 ngày",
    "many": "Nguồn này đã gửi {} ý kiến trong 24 giờ",
    "refused_before": "Nguồn này đã bị từ chối {} ý kiến trong 30 ngày",
    "blocked": "Nguồn đang bị chặn",
    "no_proof": "Gửi trong lúc trang nhận dồn dập ý kiến mà máy gửi không tính lời giải được yêu cầu",
}

MANY_A_DAY = 10

_TOP_LEVEL = "com|net|org|vn|info|biz|xyz|top|shop|io|me|cc|club|site|online|link|live|vip|app|dev|asia|tv|gg|ly|win|bet"
_LINK = re.compile(
    rf"https?://[^\s<>\"]{{1,200}}|www\.[^\s<>\"]{{1,200}}"
    rf"|(?<![\w@.-])(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}(?:{_TOP_LEVEL})(?![\w-])[^\s<>\"]{{0,200}}",
    re.IGNORECASE | re.ASCII,
)
# The state's own sites are what a citizen quotes.
_OFFICIAL = re.compile(
    r"^(?:https?://)?(?:[\w-]+\.)*(?:gov|chinhphu|edu)\.vn(?:[/:?#]|$)", re.IGNORECASE
)
_CHAT = re.compile(
    r"(?<!\w)(?:(?:zalo|za lo|telegram|tele|viber|whatsapp|wechat)\W{0,3}(?:\w{1,5}\W{1,2}){0,2}"
    r"(?:@\w{3,40}|\+?\d(?:[ .-]?\d){5,14})|(?:t\.me|zalo\.me|wa\.me)/\S{2,60})",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"(?<![\d./-])\d(?:[ -]?\d){8,18}(?![\d/-])(?!\.\d)")
_STRETCHED_LETTER = re.compile(r"(\S)\1{7,}")
_STRETCHED_WORD = re.compile(r"(?<!\w)(\w{1,30})(?:\W{1,3}\1){4,}(?!\w)", re.IGNORECASE)
_LATIN = re.compile("[\\x00-\\u024f\\u1e00-\\u1eff]*")
_DETAIL = 60
# Some characters become eighteen when they are spelt out.
_READ = 4000


def sentence(signal: Signal | list[str]) -> str:
    """The signal in words, for the moderator."""
    code, detail = signal
    return SENTENCES[code].format(detail)


def weight(signals: list[Signal]) -> int:
    return sum(settings.COMMENT_SIGNAL_WEIGHTS[code] for code, _ in signals)


def in_words(words: str) -> Iterator[Signal]:
    """What the normalised text itself shows.

    It is read as a person reads it: full-width letters and the dots of other scripts are ours.
    """
    words = unicodedata.normalize("NFKC", words).replace("。", ".")[:_READ]
    written = [m[0].rstrip('.,;:!?…)"') for m in _LINK.finditer(words)]
    if links := [link for link in written if not _OFFICIAL.match(link)]:
        yield "links", ", ".join(links)[:_DETAIL]
    numbers = personal_data.numbers(words)
    if phones := [n.written for n in numbers if n.kind is personal_data.Kind.PHONE]:
        yield "phone", ", ".join(phones)[:_DETAIL]
    if chat := _CHAT.search(words):
        yield "chat", chat[0][:_DETAIL]
    papers = [n.written for n in numbers if n.kind is not personal_data.Kind.PHONE]
    if others := [*papers, *_other_numbers(words, [n.written for n in numbers])]:
        yield "number", ", ".join(others)[:_DETAIL]
    yield from _watched(words)
    if mixed := _mixed_scripts(words):
        yield "mixed_scripts", mixed[:_DETAIL]
    if _is_capitals(words):
        yield "capitals", ""
    if stretched := _STRETCHED_LETTER.search(words) or _STRETCHED_WORD.search(words):
        yield "stretched", stretched[0][:_DETAIL]


def in_history(source: str, history: History) -> Iterator[Signal]:
    """What the same source and the same words did before."""
    if history.same_words:
        yield "same_words", str(history.same_words)
    if history.today >= MANY_A_DAY:
        yield "many", str(history.today)
    if history.refused:
        yield "refused_before", str(history.refused)
    if BlockedSource.blocks(source):
        yield "blocked", ""


def _other_numbers(words: str, known: list[str]) -> list[str]:
    """Long runs of digits that are no number known already: cards, accounts, codes."""
    return [
        m[0] for m in _LONG_NUMBER.finditer(words) if not any(m[0] in k or k in m[0] for k in known)
    ]


def _watched(words: str) -> Iterator[Signal]:
    watched = WatchedWord.watched()
    exact = f" {' '.join(typed_words(words.casefold()))} " if watched else ""
    folded = f" {' '.join(text.words(words))} " if any(word.folded for word in watched) else ""
    found: dict[str, list[str]] = {}
    for word in watched:
        if word.typed in exact or (word.folded and word.folded in folded):
            found.setdefault(word.tier, []).append(word.words)
    for tier, hits in found.items():
        yield f"word_{tier}", ", ".join(hits)[:_DETAIL]


def _is_capitals(words: str) -> bool:
    # More than that it takes, and so many hardly any text has: then each letter need not be looked at.
    if sum(map(str.isupper, words)) <= 14:
        return False
    letters = [c for c in words if c.isalpha()]
    return len(letters) >= 20 and sum(c.isupper() for c in letters) > 0.7 * len(letters)


def _mixed_scripts(words: str) -> str:
    """The first word that mixes scripts to look like another, as `Сhào` with a Cyrillic С."""
    if _LATIN.fullmatch(words) or all(
        ord(c) < 0x0250 or 0x1E00 <= ord(c) < 0x1F00 or not c.isalpha() for c in words
    ):
        return ""
    # A table of half a megabyte, read only when a letter occurs that is not Latin.
    from confusable_homoglyphs import confusables

    for word in typed_words(words):
        # Marks belong to the letter before them, whatever its script.
        bare = "".join(c for c in word if unicodedata.category(c) != "Mn")
        if confusables.is_mixed_script(bare, ["COMMON", "INHERITED"]):
            return word
    return ""
