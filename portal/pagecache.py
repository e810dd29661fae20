"""The whole-page cache for anonymous readers, a WSGI layer in front of Django's request machinery.

A page is kept only if its view said so (`news.freshness.public_page`) and the answer is a plain 200 without
cookies. It is kept for one generation number, which every public change raises, so nothing is ever purged.
Pages lie ready to send, plain and gzip-compressed once, in process memory and, where REDIS_URL is set, in
Redis behind it, shared by all processes. Staff (anyone with a session) and unknown parameters pass by.

A page that is ready leaves after one look into a dictionary: what happens before that is paid by every reader.
"""

import datetime as dt
import gzip
import hashlib
import re
import threading
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.db import Error as DatabaseUnavailable
from django.db import close_old_connections
from django.utils import timezone
from django.utils.http import http_date, parse_etags

from news import freshness
from news.addresses import TRACKING
from portal import answers
from portal.answers import Answering, Environ, StartResponse
from portal.kept_pages import Headers, Key, PageMemory, SharedPages, StoredPage

# Parameters that choose a page, and those that do not.
KEPT_PARAMETERS = frozenset(freshness.LISTED)
DROPPED_PARAMETERS = TRACKING
ONLY_DROPPED = re.compile(rf"(?:(?:{'|'.join(sorted(DROPPED_PARAMETERS))})=[^&]*(?:&|\Z))+")
BOUNDARY = re.compile(r";\s*(boundary=(?:\"[^\"]*\"|[^;\s]+))", re.IGNORECASE)
BROWSER_CACHE = "public, max-age=0, must-revalidate"
# Never kept, so not even the generation is asked for: these must answer when the database does not.
PASSED_BY = ("/song/", "/san-sang/", "/quan-tri/", "/dem/", "/tep/", "/static/", "/media/")
# Stories as files: never kept here either, and a HEAD must arrive as one, or a PDF would be made for nobody.
SAVED = ("/ban-luu.html", "/ban-luu.pdf")
# What is answered where a page was that is gone, or is elsewhere now.
TOOK_ITS_PLACE = ("301 ", "410 ")
# Measured on pages of 21 to 45 KB: 0.2 to 0.7 ms; level 4 takes 0.2 to 0.5 for 3 % more, with which home and its style do
# not come with a connection's first ten packets. Level 9 takes half as long again for 1 % less, brotli so fast (4) saves
# nothing; its best (11) saves 14 %, which no reader sees within one round trip, for 50 ms.
GZIP_LEVEL = 5
NOT_BY_THE_PROXY: Headers = [("X-Accel-Expires", "0")]
CHUNK = 65536
# How long one request waits for another that makes the same page, before it makes it itself (seconds).
WAIT_SECONDS = 3.0
# How long it is remembered that an address gives no page to keep (seconds): nobody waits there for another.
UNKEPT_SECONDS = 10.0


class PageCache:
    """WSGI middleware; see the module."""

    def __init__(self, application: Answering) -> None:
        self.application = application
        # Read once: looking up a setting takes as long as looking up a page.
        self.behind_proxy = settings.BEHIND_PROXY
        self.memory = PageMemory()
        self.shared = SharedPages()
        self.first_seen: dict[str, str] = {}
        # Pages that are being made, each with what its other readers wait for.
        self.making: dict[tuple[int, Key], threading.Event] = {}
        # Hashes of what gave no page to keep, and until when that is believed.
        self.unkept: dict[int, float] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = key_of(environ, behind_proxy=self.behind_proxy)
        if key is None:
            return self._pass_by(environ, start_response)
        page = self.memory.get(freshness.remembered(), key)
        if page is None:
            return self._look_further(key, environ, start_response)
        return self._send(page, environ, start_response)

    def _pass_by(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Django's answer as it is, less our own marker."""

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            kept = [(name, value) for name, value in headers if name != freshness.CACHEABLE_HEADER]
            return start_response(status, kept, *rest)

        forget_charset(environ)
        answer = self.application(environ, start)
        if self.behind_proxy and environ.get("CONTENT_LENGTH", "") not in {"", "0"}:
            # What a refusal left unread: granian would close the connection, and the proxy, which is still sending or
            # has given it to the next reader, would say 502. It has the whole request, so nobody is waited for.
            while environ["wsgi.input"].read(CHUNK):
                pass
        return answer

    def _look_further(
        self, key: Key, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer what is not at hand: ask for the generation, look again, let one reader make the page."""
        path = environ["PATH_INFO"]
        if path.startswith(PASSED_BY) or path.endswith(SAVED):
            return self._pass_by(environ, start_response)
        try:
            generation = freshness.current()
        except DatabaseUnavailable:
            # Django will say what is wrong; here only a connection that has gone is put away.
            close_old_connections()
            return self._pass_by(environ, start_response)
        # Nobody is sent a page of before any more; it may hold what was erased since.
        self.memory.begin(generation)
        making = generation, key
        if self.unkept.get(hash(making), 0.0) > time.monotonic():
            return self._make(making, environ, start_response)
        page = self.memory.get(generation, key)
        if page is None:
            mine = threading.Event()
            theirs = self.making.setdefault(making, mine)
            if theirs is mine:
                try:
                    return self._find_or_make(making, environ, start_response)
                finally:
                    # Whatever came of it, nobody waits any longer.
                    del self.making[making]
                    mine.set()
            theirs.wait(WAIT_SECONDS)
            page = self.memory.get(generation, key)
        if page is None:
            return self._make(making, environ, start_response)
        return self._send(page, environ, start_response)

    def _find_or_make(
        self, making: tuple[int, Key], environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """The page that another process has, or makes just now, or else a new one."""
        generation, key = making
        # It may have come between the look and the promise to make it.
        page = self.memory.get(generation, key)
        if page is None:
            page = self.shared.find_or_promise(making, WAIT_SECONDS)
            if page is None:
                try:
                    return self._make(making, environ, start_response)
                finally:
                    self.shared.end_promise(making, hash(making) in self.unkept)
            self.memory.put(generation, key, page)
        return self._send(page, environ, start_response)

    def _make(
        self, making: tuple[int, Key], environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Ask Django, keep the answer if it may be kept, and send it."""
        generation, key = making
        # What becomes visible while this page is being made is not on it yet.
        asked_at = timezone.now()
        changes = freshness.changes_heard()
        forget_charset(environ)
        # HEAD is answered from what GET would say; parameters that are not part of the key stay outside.
        asked = {**environ, "REQUEST_METHOD": "GET", "QUERY_STRING": key[-1]}
        # It may show more than that number, and so may its parts, but nothing is kept of what is older.
        with freshness.at(generation):
            status, headers, body = answers.whole(self.application, asked)
        if not may_be_kept(status, headers):
            self._note_unkept(hash(making))
            took_its_place = may_be_kept(status, headers, TOOK_ITS_PLACE)
            headers = [header for header in headers if header[0] != freshness.CACHEABLE_HEADER]
            if took_its_place and self.behind_proxy and changes == freshness.changes_heard():
                # Of the page, which nginx would show again when the application is away.
                headers += _to_the_end_of(int(time.time()))
            start_response(status, headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        self.unkept.pop(hash(making), None)
        page = self._page(headers, body, asked_at)
        self.memory.put(generation, key, page)
        self.shared.put(making, page)
        # What was changed meanwhile is seen at once by who asks now; nginx must not keep what was before.
        return self._send(
            page, environ, start_response, newest=changes == freshness.changes_heard()
        )

    def _page(self, headers: Headers, body: bytes, asked_at: dt.datetime) -> StoredPage:
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        now = time.time()
        moment = freshness.next_change(after=asked_at)
        changes_at = moment.timestamp() if moment else float("inf")
        replaced = {
            freshness.CACHEABLE_HEADER.lower(),
            "content-length",
            "cache-control",
            "etag",
            "last-modified",
            "expires",
            "vary",
        }
        kept = [(name, value) for name, value in headers if name.lower() not in replaced]
        kept += [
            ("Cache-Control", BROWSER_CACHE),
            ("Last-Modified", self._last_modified(etag)),
            ("Vary", "Accept-Encoding"),
        ]
        return StoredPage(
            headers=kept,
            etag=etag,
            body=body,
            zipped=gzip.compress(body, GZIP_LEVEL, mtime=0),
            expires=min(now + settings.PAGE_CACHE_SECONDS, changes_at),
            changes_at=changes_at,
        )

    def _send(
        self,
        page: StoredPage,
        environ: Environ,
        start_response: StartResponse,
        *,
        newest: bool = True,
    ) -> Iterable[bytes]:
        """Answer with the page; `newest` says that a proxy may keep it for the rest of this second."""
        mark: Headers = []
        if self.behind_proxy:
            mark = proxy_keeps(page, time.time()) if newest else NOT_BY_THE_PROXY
        if "HTTP_IF_NONE_MATCH" in environ:
            known = environ["HTTP_IF_NONE_MATCH"]
            if known == page.etag or matches(known, page.etag):
                start_response("304 Not Modified", page.unchanged_headers + mark)
                return []
        if "HTTP_ACCEPT_ENCODING" in environ and accepts_gzip(environ["HTTP_ACCEPT_ENCODING"]):
            start_response("200 OK", page.zipped_headers + mark)
            body = page.zipped
        else:
            start_response("200 OK", page.plain_headers + mark)
            body = page.body
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _last_modified(self, etag: str) -> str:
        """When these bytes were first made: nginx answers 304 only if tag and date are both unchanged."""
        if len(self.first_seen) > 10_000:
            self.first_seen.clear()
        return self.first_seen.setdefault(etag, http_date())

    def _note_unkept(self, number: int) -> None:
        if len(self.unkept) > 10_000:
            self.unkept.clear()
        self.unkept[number] = time.monotonic() + UNKEPT_SECONDS


def key_of(environ: Environ, *, behind_proxy: bool) -> Key | None:
    """What the page is kept under beside its generation, or None for a request that is not an anonymous reader's."""
    method = environ["REQUEST_METHOD"]
    if (method != "GET" and method != "HEAD") or "HTTP_AUTHORIZATION" in environ:
        return None
    # The bare name: Django takes `sessionid =x` for a session too.
    if "HTTP_COOKIE" in environ and settings.SESSION_COOKIE_NAME in environ["HTTP_COOKIE"]:
        return None
    query: str | None = environ.get("QUERY_STRING", "")
    if query:
        query = chosen(query)
        if query is None:
            return None
    scheme = (
        environ.get("HTTP_X_FORWARDED_PROTO", "") if behind_proxy else environ["wsgi.url_scheme"]
    )
    return scheme, environ.get("HTTP_HOST", ""), environ["PATH_INFO"], query or ""


def chosen(query: str) -> str | None:
    """Of a query string what chooses the page, in one order whichever it has; None if something in it is not known."""
    if len(query) < 40:
        return _remembered_choice(query)
    return "" if ONLY_DROPPED.fullmatch(query) else _chosen(query)


def _chosen(query: str) -> str | None:
    pairs = sorted(
        pair
        for pair in parse_qsl(query, keep_blank_values=True)
        if pair[0] not in DROPPED_PARAMETERS
    )
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)) or not KEPT_PARAMETERS.issuperset(names):
        return None
    return urlencode(pairs)


# The second page of a list, the other order of comments: few, and asked for again and again.
_remembered_choice = lru_cache(maxsize=512)(_chosen)


def may_be_kept(status: str, headers: Headers, good: str | tuple[str, ...] = "200 ") -> bool:
    """Whether an answer whose status begins so is the same for every reader: its view said so, it has to do with no cookie."""
    names = {name.lower() for name, _ in headers}
    vary = ",".join(value.lower() for name, value in headers if name.lower() == "vary")
    return (
        freshness.CACHEABLE_HEADER.lower() in names
        and status.startswith(good)
        and "set-cookie" not in names
        and "cookie" not in vary
    )


def proxy_keeps(page: StoredPage, now: float) -> Headers:
    """How long nginx may answer with the page without asking: to the end of this second, if it does not change in it.

    nginx counts in whole seconds, so any number of them may last almost one more; "@" names the last second instead.
    With a shared cache every process hears of a change within milliseconds, so everybody sees it within 1 s; without
    one within GENERATION_MEMO_SECONDS more.
    """
    second = int(now)
    return _to_the_end_of(second) if second + 1 <= page.changes_at else NOT_BY_THE_PROXY


@lru_cache(maxsize=2)
def _to_the_end_of(second: int) -> Headers:
    return [("X-Accel-Expires", f"@{second}")]


def forget_charset(environ: Environ) -> None:
    """Readers send UTF-8, whatever else they say.

    Django would read the address of a GET in the named charset too: in EBCDIC it sees no `trang`, so page 1 would be
    kept as page 2; and Python knows charsets, such as "hex", that make it fail before it can answer.
    """
    if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
        environ["CONTENT_TYPE"] = ""
    elif ";" in (told := environ.get("CONTENT_TYPE", "")):
        boundary = BOUNDARY.search(told)
        kind = told.partition(";")[0].strip()
        environ["CONTENT_TYPE"] = f"{kind}; {boundary[1]}" if boundary else kind


def matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison of a request's If-None-Match with a page's tag (RFC 9110, 13.1.2)."""
    if not if_none_match:
        return False
    weak = etag.removeprefix("W/")
    return any(tag == "*" or tag.removeprefix("W/") == weak for tag in parse_etags(if_none_match))


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether gzip is named and not refused by `q=0` (RFC 9110, 12.5.3)."""
    # Browsers send a handful of different lines; what is longer is not worth remembering.
    remembered = len(accept_encoding) < 100
    return (_remembered_names_gzip if remembered else _names_gzip)(accept_encoding)


def _names_gzip(accept_encoding: str) -> bool:
    for part in accept_encoding.split(","):
        name, _, parameters = part.strip().partition(";")
        if name.strip().lower() == "gzip":
            return parameters.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


_remembered_names_gzip = lru_cache(maxsize=256)(_names_gzip)
