"""The page cache in front of an application that does as it is told: what it keeps, who makes a page, what it holds."""

import pickle
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from news import freshness
from portal import kept_pages, pagecache
from portal.kept_pages import OVERHEAD, Headers, PageMemory, StoredPage
from portal.pagecache import PageCache

MARK = (freshness.CACHEABLE_HEADER, "yes")
ADDRESS = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/tin/",
    "HTTP_HOST": "portal.example",
    "wsgi.url_scheme": "http",
}


class Told:
    """An application whose answer is `status`, `headers` and `body`, after `seconds`; `asked` counts its requests."""

    def __init__(self) -> None:
        self.status, self.body, self.seconds, self.asked = "200 OK", b"page", 0.0, 0
        self.headers: Headers = [MARK, ("Content-Type", "text/html")]
        self.fails = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        self.asked += 1
        time.sleep(self.seconds)
        if self.fails:
            raise RuntimeError
        start_response(self.status, self.headers)
        return [self.body]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    # Nothing here asks the database.
    monkeypatch.setattr(freshness, "current", lambda: 1)
    monkeypatch.setattr(freshness, "next_change", lambda *, after: None)
    yield Told()


def ask(cache: PageCache, **environ: str) -> tuple[str, Headers, bytes]:
    seen: list[Any] = []
    body = b"".join(cache({**ADDRESS, **environ}, lambda *started: seen.extend(started)))
    return seen[0], seen[1], body


def ask_at_once(cache: PageCache, readers: int) -> list[Any]:
    """The answers to many readers who ask at the same moment; of a request that failed its error."""
    together = threading.Barrier(readers)

    def one(_: int) -> Any:
        together.wait()
        try:
            return ask(cache)[2]
        except RuntimeError as error:
            return error

    with ThreadPoolExecutor(readers) as threads:
        return list(threads.map(one, range(readers)))


# --- What is kept ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "headers", "kept"),
    [
        ("200 OK", [MARK], True),
        ("200 OK", [MARK, ("Vary", "Accept-Encoding")], True),
        ("200 OK", [], False),
        ("200 OK", [MARK, ("Set-Cookie", "a=b")], False),
        ("200 OK", [MARK, ("set-cookie", "a=b")], False),
        ("200 OK", [MARK, ("Vary", "Accept-Encoding, Cookie")], False),
        ("200 OK", [MARK, ("Vary", "Accept"), ("vary", "COOKIE")], False),
        *((status, [MARK], False) for status in ["206 P", "301 M", "302 F", "400 B", "403 F"]),
        *((status, [MARK], False) for status in ["404 N", "410 G", "429 T", "500 I", "503 S"]),
    ],
)
def test_only_a_marked_good_answer_without_cookies_is_kept(
    told: Told, status: str, headers: Headers, kept: bool
) -> None:
    told.status, told.headers = status, headers
    cache = PageCache(told)
    for _ in range(2):
        answer = ask(cache)
        assert (answer[0][:3], answer[2]) == (status[:3], b"page")
        assert MARK not in answer[1]
    assert (len(cache.memory), told.asked) == ((1, 1) if kept else (0, 2))


@pytest.mark.parametrize(
    "other",
    [
        {"HTTP_COOKIE": "a=b; sessionid=x"},
        {"HTTP_COOKIE": "sessionid =x"},
        {"HTTP_AUTHORIZATION": "Basic eDp5"},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "portal.example:81"},
        {"wsgi.url_scheme": "https"},
        {"PATH_INFO": "/tin"},
        {"PATH_INFO": "/tin/\n"},
        {"QUERY_STRING": "x=1"},
        {"QUERY_STRING": "trang=2"},
        {"QUERY_STRING": "trang=1&trang=2"},
        {"QUERY_STRING": "utm_source=a&x=1"},
        {"QUERY_STRING": "utm_source=a;x=1&trang=3"},
        {"QUERY_STRING": "utm_sourcex=1"},
        *({"REQUEST_METHOD": name} for name in ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"]),
    ],
)
def test_a_request_for_something_else_neither_gets_a_kept_page_nor_puts_its_own_there(
    told: Told, other: dict[str, str]
) -> None:
    cache = PageCache(told)
    told.body = b"other"
    ask(cache, **other)
    told.body = b"page"
    assert ask(cache)[2] == b"page"
    told.body = b"other"
    assert ask(cache, **other)[2] == b"other"
    assert ask(cache)[2] == b"page"


@pytest.mark.parametrize(
    "same",
    [
        {"QUERY_STRING": "utm_source=zalo&fbclid=a"},
        {"QUERY_STRING": "utm_source=zalo&utm_medium=social&utm_campaign=a-long-name&"},
        {"QUERY_STRING": "utm%5Fsource=zalo&&gclid"},
        {"HTTP_RANGE": "bytes=0-1"},
        {"HTTP_COOKIE": "_ga=GA1.1; theme=dark"},
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_X_FORWARDED_PREFIX": "/evil"},
        {"HTTP_X_ORIGINAL_URL": "/evil/"},
        {"HTTP_X_HTTP_METHOD_OVERRIDE": "POST"},
        {"HTTP_IF_NONE_MATCH": '"other"'},
        {"HTTP_IF_MODIFIED_SINCE": "Thu, 31 Dec 2099 00:00:00 GMT"},
        {"HTTP_CACHE_CONTROL": "no-cache"},
        {"CONTENT_TYPE": "text/html; charset=hex"},
    ],
)
def test_what_readers_send_beside_the_address_gets_the_kept_page(
    told: Told, same: dict[str, str]
) -> None:
    cache = PageCache(told)
    ask(cache)
    status, _, body = ask(cache, **same)
    assert (status, body, told.asked) == ("200 OK", b"page", 1)


def test_an_answer_to_head_is_made_and_kept_as_the_one_to_get(told: Told) -> None:
    cache = PageCache(told)
    head, get = ask(cache, REQUEST_METHOD="HEAD"), ask(cache)
    assert (head[:2], head[2], get[2], told.asked) == (get[:2], b"", b"page", 1)


# --- Who makes a page ----------------------------------------------------------------------------


def test_many_readers_who_arrive_at_a_stale_page_cause_one_rendering(told: Told) -> None:
    told.seconds = 0.2
    assert ask_at_once(PageCache(told), 50) == [b"page"] * 50
    assert told.asked == 1


def test_a_rendering_that_fails_or_hangs_keeps_nobody_else_waiting(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = PageCache(told)
    told.fails, told.seconds = True, 0.1
    assert {type(answer) for answer in ask_at_once(cache, 5)} == {RuntimeError}
    told.fails, told.seconds = False, 0.3
    monkeypatch.setattr(pagecache, "WAIT_SECONDS", 0.05)
    began = time.monotonic()
    assert ask_at_once(cache, 5) == [b"page"] * 5
    assert time.monotonic() - began < 1.2
    assert not cache.making


def test_readers_of_what_is_not_kept_do_not_stand_in_a_queue(told: Told) -> None:
    cache = PageCache(told)
    told.status, told.seconds = "404 Not Found", 0.2
    for _ in range(2):
        began = time.monotonic()
        assert ask_at_once(cache, 8) == [b"page"] * 8
        # All wait for one at most, and then go on side by side.
        assert time.monotonic() - began < 1.2
    told.status = "200 OK"
    ask(cache)
    ask(cache)
    assert told.asked == 17


def test_what_was_made_while_something_changed_is_not_for_a_proxy_to_keep(
    told: Told, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BEHIND_PROXY = True
    cache = PageCache(told)
    monkeypatch.setattr(pagecache.freshness, "changes_heard", iter([1, 2]).__next__)
    assert ("X-Accel-Expires", "0") in ask(cache)[1]
    assert any(name == "X-Accel-Expires" and value[0] == "@" for name, value in ask(cache)[1])


def test_the_word_that_a_page_is_gone_or_has_moved_takes_its_place_at_the_proxy_and_no_other_does(
    told: Told, settings: Any
) -> None:
    settings.BEHIND_PROXY = True
    for status, replaces in [
        ("410 Gone", True),
        ("301 Moved Permanently", True),
        ("404 Not Found", False),
        ("302 Found", False),
    ]:
        told.status = status
        names = [name for name, _ in ask(PageCache(told))[1]]
        assert ("X-Accel-Expires" in names) is replaces, status


# --- Many processes ------------------------------------------------------------------------------


def at_once(*caches: PageCache) -> list[bytes]:
    with ThreadPoolExecutor(len(caches)) as threads:
        return [answer[2] for answer in threads.map(ask, caches)]


def test_where_the_cache_is_shared_one_process_makes_a_page_for_all(
    told: Told, settings: Any
) -> None:
    settings.REDIS_URL = "redis://shared"
    told.seconds = 0.3
    assert at_once(*(PageCache(told) for _ in range(4))) == [b"page"] * 4
    assert told.asked == 1
    assert ask(PageCache(told))[2] == b"page"
    assert told.asked == 1


def test_what_somebody_else_put_into_the_shared_cache_is_neither_shown_nor_run(
    told: Told, settings: Any
) -> None:
    settings.REDIS_URL = "redis://shared"
    making = 1, ("http", "portal.example", "/tin/", "")
    name, promise = kept_pages.SharedPages()._names(making)
    theirs = StoredPage([], 'W/"x"', b"theirs", b"", time.time() + 60, float("inf"))
    sealed = theirs.sealed("page:another")
    garbage = [b"", b"x", sealed, sealed[:-1] + b"!", pickle.dumps(theirs.etag)]
    for stored in garbage:
        kept_pages.cache.set(name, stored)
        assert ask(PageCache(told))[2] == b"page"
        # As it meets one who waits for another process.
        kept_pages.cache.set_many({name: stored, promise: kept_pages.PROMISED})
        assert kept_pages.SharedPages().find_or_promise(making, 0.05) is None
    assert told.asked == len(garbage)


def test_no_process_waits_for_another_to_make_what_is_not_kept_or_fails(
    told: Told, settings: Any
) -> None:
    settings.REDIS_URL = "redis://shared"
    told.status, told.seconds = "404 Not Found", 0.2
    for _ in range(2):
        began = time.monotonic()
        assert at_once(*(PageCache(told) for _ in range(4))) == [b"page"] * 4
        assert time.monotonic() - began < 1.2
    told.fails = True
    for _ in range(2):
        with pytest.raises(RuntimeError):
            ask(PageCache(told), PATH_INFO="/khac/")


@pytest.mark.parametrize("living", [False, True])
def test_a_shared_cache_that_does_not_answer_or_slowly_is_left_alone_for_a_while(
    living: bool, told: Told, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://away"
    tried = []

    def away(*given: Any) -> None:
        tried.append(given)
        if not living:
            raise OSError
        time.sleep(kept_pages.SLOW_SECONDS + 0.01)

    for name in ("get", "get_many", "add", "set", "delete"):
        monkeypatch.setattr(kept_pages.cache, name, away)
    cache = PageCache(told)
    for number in range(5):
        assert ask(cache, PATH_INFO=f"/{number}/")[2] == b"page"
    assert (len(tried), len(cache.memory)) == (1, 5)


# --- How long, how much --------------------------------------------------------------------------


def stored(size: int = 100, *, seconds: float = 60, changes_at: float = float("inf")) -> StoredPage:
    return StoredPage([], 'W/"x"', b"x" * size, b"", time.time() + seconds, changes_at)


@pytest.mark.parametrize(
    ("now", "changes_at", "kept"),
    [(100.0, 200.0, "@100"), (100.99, 200.0, "@100"), (100.5, 101.0, "@100"), (100.5, 100.9, "0")],
)
def test_a_proxy_keeps_a_page_to_the_end_of_the_second_and_never_past_its_next_change(
    now: float, changes_at: float, kept: str
) -> None:
    assert pagecache.proxy_keeps(stored(changes_at=changes_at), now) == [("X-Accel-Expires", kept)]


def test_the_memory_never_holds_more_than_its_bound_and_lets_go_of_what_nobody_reads(
    settings: Any,
) -> None:
    settings.PAGE_CACHE_BYTES = 10 * (OVERHEAD + 1000)
    memory = PageMemory()
    memory.begin(1)
    for number in range(300):
        memory.put(1, ("http", "a", f"/{number % 120}/", ""), stored(number * 37 % 3000))
        memory.get(1, ("http", "a", "/0/", ""))
        held = sum(page.size for page in memory.pages)
        assert held == memory._size <= settings.PAGE_CACHE_BYTES
    assert memory.get(1, ("http", "a", "/0/", ""))
    assert not memory.get(1, ("http", "a", "/1/", ""))
    memory.put(1, ("http", "a", "/", ""), stored(60_000))
    assert not memory.get(1, ("http", "a", "/", ""))


def test_the_memory_answers_with_pages_of_the_generation_that_is_asked_for_only() -> None:
    memory, key = PageMemory(), ("http", "a", "/", "")
    memory.begin(1)
    memory.put(1, key, stored())
    assert memory.get(1, key) and not memory.get(2, key) and not memory.get(None, key)
    memory.begin(2)
    memory.put(1, key, stored())
    assert not memory.pages
    memory.put(2, key, stored(seconds=-1))
    assert not memory.get(2, key)
