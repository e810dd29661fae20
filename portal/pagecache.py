"""The whole-page cache for anonymous readers, a WSGI layer in front of Django's request machinery.

A page is kept only if its view said so (`news.freshness.public_page`) and the answer is a plain 200 without
cookies. It is keyed by the generation number, which every public change raises, so nothing is ever purged.
Pages lie ready to send, plain and gzip-compressed once, in process memory and, where REDIS_URL is set, in
Redis behind it, shared by all processes. Staff (anyone with a session) and unknown parameters pass by.
"""

import datetime as dt
import gzip
import hashlib
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.cache import cache
from django.db import Error as DatabaseUnavailable
from django.db import close_old_connections
from django.utils import timezone
from django.utils.http import http_date, parse_etags

from news import freshness
from news.addresses import TRACKING

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

# Parameters that choose a page, and those that do not.
KEPT_PARAMETERS = frozenset(freshness.LISTED)
DROPPED_PARAMETERS = TRACKING
BOUNDARY = re.compile(r";\s*(boundary=(?:\"[^\"]*\"|[^;\s]+))", re.IGNORECASE)
BROWSER_CACHE = "public, max-age=0, must-revalidate"
# Never kept, so not even the generation is asked for: these must answer when the database does not.
PASSED_BY = ("/song/", "/san-sang/", "/quan-tri/", "/dem/", "/tep/", "/static/", "/media/")
# Stories as files: never kept here either, and a HEAD must arrive as one, or a PDF would be made for nobody.
SAVED = ("/ban-luu.html", "/ban-luu.pdf")
# For nginx: how many seconds it may answer without asking. It counts in whole seconds, so 3 can last almost 4;
# with GENERATION_MEMO_SECONDS before it a change is seen within 5 s anywhere.
PROXY_SECONDS = 3


def _forget_charset(environ: Environ) -> None:
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


@dataclass(frozen=True)
class StoredPage:
    """An answer ready to send; `expires` is a Unix time in seconds."""

    headers: list[tuple[str, str]]
    etag: str
    body: bytes
    zipped: bytes
    expires: float

    @property
    def size(self) -> int:
        return len(self.body) + len(self.zipped) + 1000


class PageMemory:
    """Pages in process memory, the least recently used thrown out when PAGE_CACHE_BYTES are full."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, StoredPage] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: str) -> StoredPage | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            if page.expires <= time.time():
                self._drop(key)
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: str, page: StoredPage) -> None:
        with self._lock:
            if key in self._pages:
                self._drop(key)
            self._pages[key] = page
            self._size += page.size
            while self._size > settings.PAGE_CACHE_BYTES:
                self._drop(next(iter(self._pages)))

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self._size = 0

    def _drop(self, key: str) -> None:
        self._size -= self._pages.pop(key).size


class PageCache:
    """WSGI middleware; see the module."""

    def __init__(self, application: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self.application = application
        self.memory = PageMemory()
        self.first_seen: dict[str, str] = {}
        self.generation = 0

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        _forget_charset(environ)
        key = self._key(environ)
        if key is None:
            return self._pass_by(environ, start_response)
        page = self._find(key)
        if page is None:
            return self._render(key, environ, start_response)
        return self._send(page, environ, start_response)

    def _key(self, environ: Environ) -> str | None:
        """What the page is kept under, or None for a request that is not an anonymous reader's."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or "HTTP_AUTHORIZATION" in environ:
            return None
        if environ["PATH_INFO"].startswith(PASSED_BY) or environ["PATH_INFO"].endswith(SAVED):
            return None
        if f"{settings.SESSION_COOKIE_NAME}=" in environ.get("HTTP_COOKIE", ""):
            return None
        # In one order, whichever the address has.
        query = sorted(
            pair
            for pair in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
            if pair[0] not in DROPPED_PARAMETERS
        )
        names = [name for name, _ in query]
        if len(names) != len(set(names)) or not KEPT_PARAMETERS.issuperset(names):
            return None
        try:
            generation = freshness.current()
        except DatabaseUnavailable:
            # Django will say what is wrong; here only a connection that has gone is put away.
            close_old_connections()
            return None
        if generation != self.generation:
            # Nobody is sent a page of before any more; it may hold what was erased since.
            self.generation = generation
            self.memory.clear()
        scheme = (
            environ.get("HTTP_X_FORWARDED_PROTO")
            if settings.BEHIND_PROXY
            else environ["wsgi.url_scheme"]
        )
        parts = [
            str(generation),
            str(scheme),
            environ.get("HTTP_HOST", ""),
            environ["PATH_INFO"],
            urlencode(query),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _find(self, key: str) -> StoredPage | None:
        page = self.memory.get(key)
        if page is None and settings.REDIS_URL:
            try:
                stored = cache.get(f"page:{key}")
            except Exception:  # noqa: BLE001 - whatever Redis raises, a cache that is away is a miss
                logger.warning("the shared page cache does not answer")
                return None
            if stored is not None:
                page = StoredPage(*stored)
                self.memory.put(key, page)
        return page

    def _keep(self, key: str, page: StoredPage) -> None:
        self.memory.put(key, page)
        if settings.REDIS_URL:
            try:
                cache.set(
                    f"page:{key}",
                    (page.headers, page.etag, page.body, page.zipped, page.expires),
                    timeout=max(1, int(page.expires - time.time())),
                )
            except Exception:  # noqa: BLE001 - see _find
                logger.warning("the shared page cache does not answer")

    def _pass_by(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Django's answer as it is, less our own marker."""

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            kept = [(name, value) for name, value in headers if name != freshness.CACHEABLE_HEADER]
            return start_response(status, kept, *rest)

        return self.application(environ, start)

    def _render(self, key: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Ask Django, keep the answer if it may be kept, and send it."""
        started: list[Any] = []
        # What becomes visible while this page is being made is not on it yet.
        asked_at = timezone.now()
        # HEAD is answered from what GET would say; parameters that are not part of the key stay outside.
        query = urlencode(
            [
                p
                for p in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
                if p[0] in KEPT_PARAMETERS
            ]
        )
        answer = self.application(
            {**environ, "REQUEST_METHOD": "GET", "QUERY_STRING": query},
            lambda status, headers, *rest: started.extend([status, headers, *rest]),
        )
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = started[0], started[1]
        names = {name.lower() for name, _ in headers}
        vary = ",".join(value.lower() for name, value in headers if name.lower() == "vary")
        marked = freshness.CACHEABLE_HEADER.lower() in names
        headers = [(name, value) for name, value in headers if name != freshness.CACHEABLE_HEADER]
        if not (
            marked
            and status.startswith("200 ")
            and "set-cookie" not in names
            and "cookie" not in vary
        ):
            start_response(status, headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        page = self._stored_page(headers, body, asked_at)
        self._keep(key, page)
        return self._send(page, environ, start_response)

    def _stored_page(
        self, headers: list[tuple[str, str]], body: bytes, asked_at: dt.datetime
    ) -> StoredPage:
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
        seconds: float = settings.PAGE_CACHE_SECONDS
        if moment := freshness.next_change(after=asked_at):
            seconds = min(seconds, max(0.0, (moment - timezone.now()).total_seconds()))
        replaced = {"content-length", "cache-control", "etag", "last-modified", "expires", "vary"}
        kept = [(name, value) for name, value in headers if name.lower() not in replaced]
        kept += [
            ("Cache-Control", BROWSER_CACHE),
            ("Last-Modified", self._last_modified(etag)),
            ("Vary", "Accept-Encoding"),
            ("X-Accel-Expires", str(min(PROXY_SECONDS, int(seconds)))),
        ]
        return StoredPage(
            headers=kept,
            etag=etag,
            body=body,
            zipped=gzip.compress(body, mtime=0),
            expires=time.time() + seconds,
        )

    def _last_modified(self, etag: str) -> str:
        """When these bytes were first made: nginx answers 304 only if tag and date are both unchanged."""
        if len(self.first_seen) > 10_000:
            self.first_seen.clear()
        return self.first_seen.setdefault(etag, http_date())

    def _send(
        self, page: StoredPage, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        headers = [*page.headers, ("ETag", page.etag)]
        if matches(environ.get("HTTP_IF_NONE_MATCH", ""), page.etag):
            start_response(
                "304 Not Modified", [h for h in headers if h[0].lower() != "content-type"]
            )
            return []
        body = page.body
        if accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
            body = page.zipped
            headers.append(("Content-Encoding", "gzip"))
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison of a request's If-None-Match with a page's tag (RFC 9110, 13.1.2)."""
    if not if_none_match:
        return False
    weak = etag.removeprefix("W/")
    return any(tag == "*" or tag.removeprefix("W/") == weak for tag in parse_etags(if_none_match))


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether gzip is named and not refused by `q=0` (RFC 9110, 12.5.3)."""
    for part in accept_encoding.split(","):
        name, _, parameters = part.strip().partition(";")
        if name.strip().lower() == "gzip":
            return parameters.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
