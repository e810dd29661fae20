"""Where no page is: what a reader may have looked for, and which addresses are counted for the desk."""

import re
import threading
from urllib.parse import unquote

from django.http import HttpRequest
from django.urls import is_valid_path, reverse

from news import addresses, counting, redirects, text
from news.models import Article
from news.models.missed import MAX_PATH
from news.query import Query
from news.search import find

SHOWN = 5
# Words of an address that are looked for: enough for a title, few enough to be cheap.
MAX_WORDS = 12
FEWEST_WORDS = 2
# Titles were changed more often at their ends than at their beginnings.
FIRST_WORDS = 4
MAX_LOOKED_AT = 500

# What only programs ask for: they try which software a server runs.
_PROBE = re.compile(
    r"\.(?:php\d?|phtml|cgi|pl|jsp|jspa|do|action|env|git|sql|bak|old|zip|tar|gz|rar|7z|ini|ya?ml|toml|log|sh|exe|dll|"
    r"js|css|map|json|xml|txt)$|/\.|wp-|phpmyadmin|cgi-bin|xmlrpc|/vendor/|/actuator|/solr/|/owa/|/autodiscover|%00|\.\.",
    re.IGNORECASE,
)
_PIECE = re.compile(r"[/?&=.]")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Of a telephone, an account, an identity card.
_LONG_NUMBER = re.compile(r"\d(?:[ ._-]?\d){8}")
_SECRET = re.compile(r"ban-nhap/|binh-luan/", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,98}[a-z0-9])?")

# A search for somebody who guesses addresses is worth less than a page for somebody who reads.
_searching = threading.BoundedSemaphore(1)


def is_led_on(request: HttpRequest) -> bool:
    """Whether Django's CommonMiddleware makes this 404 a redirect to the same path with a slash at its end."""
    path = request.path_info
    return not (path.endswith("/") or is_valid_path(path)) and bool(is_valid_path(f"{path}/"))


def is_of_archive(request: HttpRequest) -> bool:
    """Whether the address is one of a year, a month or a day, of which there is no page."""
    return request.path_info.startswith(reverse("news:days"))


def words_of(request: HttpRequest) -> str:
    """The words in the address, as a reader would type them; empty where there are too few to look for.

    They stand in the piece that has most of them: the name of the story, in the path or behind the question mark.
    """
    address = f"{request.path_info}?{unquote(request.META.get('QUERY_STRING', ''))}"[:MAX_LOOKED_AT]
    if _PROBE.search(request.path_info) or is_of_archive(request):
        return ""
    pieces = [_WORD.findall(text.nfc(piece)) for piece in _PIECE.split(address)]
    words = max(pieces, key=len)[:MAX_WORDS]
    return " ".join(words) if len(words) >= FEWEST_WORDS else ""


def suggestions(words: str) -> list[Article]:
    """Public stories that a reader with these words may have looked for; none while another search runs.

    First by all of the words; where no story has them all, by the first few.
    """
    if not words or not _searching.acquire(blocking=False):
        return []
    try:
        for tried in dict.fromkeys((words, " ".join(words.split()[:FIRST_WORDS]))):
            if stories := find(Query.of(tried))[:SHOWN]:
                return stories
        return []
    finally:
        _searching.release()


def count(request: HttpRequest) -> None:
    """Remember that a reader found no page here: the path without query, and on which host the link stood.

    Not counted: the desk and files, programs that try addresses, and whatever may say who somebody is: secret links,
    addresses of e-mail, numbers of persons.
    """
    path = text.nfc(request.path_info)[:MAX_PATH]
    match = request.resolver_match
    if (
        "@" in path
        or redirects.is_reserved(path)
        or _SECRET.search(path)
        or (match is not None and "token" in match.kwargs)
        or _PROBE.search(path)
        or _LONG_NUMBER.search(path)
        or not counting.counts_miss(request)
    ):
        return
    counting.count_miss(path, _host(request))


def _host(request: HttpRequest) -> str:
    """The host on which the link stood, ours or another; empty for none and for what is no name of a host."""
    parts = addresses.split(request.headers.get("Referer", ""))
    host = (parts.hostname or "") if parts else ""
    return host if _HOST.fullmatch(host) else ""
