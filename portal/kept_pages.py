"""Where ready pages lie: in the memory of a process, and in Redis or Valkey for all processes."""

import hashlib
import hmac
import json
import logging
import sys
import threading
import time
from collections import OrderedDict
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)

Headers = list[tuple[str, str]]
# Scheme, host, path, what of the query chooses the page.
Key = tuple[str, str, str, str]

# What a page takes beside its two bodies: header lists, tag, key, the place in the dictionary (bytes; 2,300 measured).
OVERHEAD = 2500
# A process that promised a page and died is waited for no longer (seconds).
PROMISE_SECONDS = 5
PROMISED, UNKEPT = b"", b"unkept"
SEAL_BYTES = 32
# How long a shared cache that did not answer, or only after SLOW_SECONDS, is left alone (seconds).
AWAY_SECONDS = 2.0
SLOW_SECONDS = 0.1


class StoredPage:
    """An answer ready to send. `expires` and `changes_at`, when its content is no longer true, are Unix times."""

    __slots__ = (
        "body",
        "changes_at",
        "etag",
        "expires",
        "headers",
        "plain_headers",
        "unchanged_headers",
        "used",
        "zipped",
        "zipped_headers",
    )

    def __init__(
        self,
        headers: Headers,
        etag: str,
        body: bytes,
        zipped: bytes,
        expires: float,
        changes_at: float,
    ) -> None:
        # Nearly all of it is the same on every page, and so takes room once.
        headers = [(sys.intern(name), sys.intern(value)) for name, value in headers]
        self.headers = headers
        self.etag = etag
        self.body = body
        self.zipped = zipped
        self.expires = expires
        self.changes_at = changes_at
        self.used = False
        tagged = [*headers, ("ETag", etag)]
        self.unchanged_headers = [
            header for header in tagged if header[0].lower() != "content-type"
        ]
        self.plain_headers = [*tagged, ("Content-Length", str(len(body)))]
        self.zipped_headers = [
            *tagged,
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(zipped))),
        ]

    @property
    def size(self) -> int:
        return len(self.body) + len(self.zipped) + OVERHEAD

    def sealed(self, name: str) -> bytes:
        """The page for others to open under this name: seal, length of what is said of it, that, and both bodies."""
        said = json.dumps(
            [self.headers, self.etag, self.expires, self.changes_at, len(self.body)]
        ).encode()
        content = b"".join([len(said).to_bytes(4), said, self.body, self.zipped])
        return _seal(name, content) + content

    @classmethod
    def opened(cls, name: str, stored: bytes) -> "StoredPage | None":
        """The page that sealed() gave; None for anything that none of our processes put there under this name."""
        content = stored[SEAL_BYTES:]
        if not hmac.compare_digest(stored[:SEAL_BYTES], _seal(name, content)):
            return None
        begins = 4 + int.from_bytes(content[:4])
        headers, etag, expires, changes_at, length = json.loads(content[4:begins])
        ends = begins + length
        return cls(headers, etag, content[begins:ends], content[ends:], expires, changes_at)


def _seal(name: str, content: bytes) -> bytes:
    return salted_hmac("portal.kept_pages", name.encode() + content, algorithm="sha256").digest()


class PlainBytes:
    """How values go into Redis: as they are. Django's own way would run whatever program lies there (pickle)."""

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, stored: bytes) -> bytes:
        return stored


class PageMemory:
    """Pages of one generation in process memory. What was not read for longest goes when PAGE_CACHE_BYTES are full.

    Reading takes no lock: it only marks the page. What is marked when its turn to go comes stays for one more round.
    """

    def __init__(self) -> None:
        # Swapped as one, so that whoever reads sees the pages of the number that stands beside them.
        self._shelf: tuple[int | None, OrderedDict[Key, StoredPage]] = (None, OrderedDict())
        self._size = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._shelf[1])

    @property
    def pages(self) -> list[StoredPage]:
        return list(self._shelf[1].values())

    def begin(self, generation: int) -> None:
        """From now on pages of this generation are kept, and no others."""
        if self._shelf[0] != generation:
            with self._lock:
                if self._shelf[0] != generation:
                    self._shelf = (generation, OrderedDict())
                    self._size = 0

    def get(self, generation: int | None, key: Key) -> StoredPage | None:
        kept_for, pages = self._shelf
        if kept_for != generation:
            return None
        page = pages.get(key)
        if page is None or page.expires <= time.time():
            return None
        page.used = True
        return page

    def put(self, generation: int, key: Key, page: StoredPage) -> None:
        with self._lock:
            kept_for, pages = self._shelf
            if kept_for != generation:
                return
            if key in pages:
                self._size -= pages.pop(key).size
            pages[key] = page
            self._size += page.size
            while self._size > settings.PAGE_CACHE_BYTES:
                oldest, least_used = pages.popitem(last=False)
                if least_used.used and least_used.expires > time.time():
                    least_used.used = False
                    pages[oldest] = least_used
                else:
                    self._size -= least_used.size

    def clear(self) -> None:
        with self._lock:
            self._shelf = (None, OrderedDict())
            self._size = 0


class SharedPages:
    """Pages in Redis or Valkey, and promises to make one. A cache that is away is a miss and holds up nobody for long.

    Who else can write there shows readers nothing: a page without our seal, or under another's name, is none.
    """

    def __init__(self) -> None:
        self._away_until = 0.0

    def find_or_promise(self, making: tuple[int, Key], seconds: float) -> StoredPage | None:
        """The page, also if another process makes it within so many seconds; None if this one must make it."""
        if not settings.REDIS_URL:
            return None
        page_name, promise_name = self._names(making)
        until = time.monotonic() + seconds
        page = self._page(page_name, self._ask(cache.get, page_name))
        if (
            page is not None
            or self._ask(cache.add, promise_name, PROMISED, PROMISE_SECONDS) is not False
        ):
            return page
        while time.monotonic() < until:
            found = self._ask(cache.get_many, [page_name, promise_name]) or {}
            page = self._page(page_name, found.get(page_name))
            # Without the promise it came to nothing, or to an answer that is not kept.
            if page is not None or found.get(promise_name) != PROMISED:
                return page
            time.sleep(0.02)
        return None

    def put(self, making: tuple[int, Key], page: StoredPage) -> None:
        if settings.REDIS_URL:
            name = self._names(making)[0]
            timeout = max(1, int(page.expires - time.time()))
            self._ask(cache.set, name, page.sealed(name), timeout)

    def end_promise(self, making: tuple[int, Key], unkept: bool) -> None:
        """Whoever waits need not any longer. `unkept`: the answer is none to keep, so for a while nobody waits for it."""
        if settings.REDIS_URL:
            name = self._names(making)[1]
            if unkept:
                self._ask(cache.set, name, UNKEPT, PROMISE_SECONDS)
            else:
                self._ask(cache.delete, name)

    def _page(self, name: str, stored: bytes | None) -> StoredPage | None:
        return None if stored is None else StoredPage.opened(name, stored)

    def _names(self, making: tuple[int, Key]) -> tuple[str, str]:
        name = hashlib.sha256(repr(making).encode()).hexdigest()
        return f"page:{name}", f"making:{name}"

    def _ask(self, question: Any, *given: Any) -> Any:
        """Its answer, or None if the cache is away; one that is slow is taken, and the next are not asked for."""
        began = time.monotonic()
        if began < self._away_until:
            return None
        try:
            answer = question(*given)
        except Exception:  # noqa: BLE001 - whatever Redis raises, a cache that is away is a miss
            self._away_until = time.monotonic() + AWAY_SECONDS
            logger.warning("the shared page cache does not answer")
            return None
        ended = time.monotonic()
        if ended - began > SLOW_SECONDS:
            self._away_until = ended + AWAY_SECONDS
            logger.warning("the shared page cache answers slowly")
        return answer
