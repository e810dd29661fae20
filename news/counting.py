"""Page views, downloads and addresses without a page: counted cheaply, never tied to a person.

A process adds them up in memory and one thread writes them together every VIEW_FLUSH_SECONDS and once more
when the process ends. A kill loses at most what came in that many seconds. What is kept is how many, never who.
"""

import datetime as dt
import logging
import os
import re
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, F, Value, When
from django.http import HttpRequest
from django.utils import timezone

from news.models import Article, DailyViewCount, DownloadCount, MissedAddress, ViewCount
from news.text import local

logger = logging.getLogger(__name__)

_BOTS = re.compile(
    r"bot|crawl|spider|slurp|preview|facebookexternalhit|zalo\.me|lighthouse|curl|wget|python|java/|go-http"
    r"|libwww|scrapy|httpclient|monitor|uptime|archiver|feed",
    re.IGNORECASE,
)

_FROM_THE_FIRST_BYTE = re.compile(r"\s*bytes\s*=\s*0+\s*-", re.IGNORECASE)

MAX_WAITING = 20_000
# Different addresses without a page; each costs a query when it is written.
MAX_MISSES_WAITING = 100

# Views of an article on one day; downloads of an attachment, under its number alone.
_waiting: Counter[tuple[int, dt.date]] = Counter()
_downloads: Counter[int] = Counter()
# Addresses without a page, each with the host on which the link stood.
_misses: Counter[tuple[str, str]] = Counter()
_lock = threading.Lock()
_writing = threading.Lock()
_writer_pid = 0


def counts(request: HttpRequest) -> bool:
    """Whether this request is a reader's on our own page: not staff, not a prefetch, not a known bot."""
    here = request.headers.get("Sec-Fetch-Site", "same-origin") in {"same-origin", "none"}
    return here and _is_a_reader(request)


def counts_download(request: HttpRequest) -> bool:
    """Whether this request for a file is a reader's first: not HEAD, no later piece, no question for news.

    A link on another site may lead to a file, so there only what is no navigation (a picture, a script) is left
    out: with that a page could add to the number behind its reader's back.
    """
    elsewhere = request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
    pieces = request.headers.get("Range", "")
    return (
        request.method == "GET"
        and not (elsewhere and request.headers.get("Sec-Fetch-Mode") != "navigate")
        and (not pieces or bool(_FROM_THE_FIRST_BYTE.match(pieces)))
        and "If-None-Match" not in request.headers
        and "If-Modified-Since" not in request.headers
        and _is_a_reader(request)
    )


def counts_miss(request: HttpRequest) -> bool:
    """Whether this request for what is not there is a reader's, wherever the link stood."""
    return request.method == "GET" and _is_a_reader(request)


def _is_a_reader(request: HttpRequest) -> bool:
    purpose = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    agent = request.headers.get("User-Agent", "")
    return (
        "prefetch" not in purpose
        and bool(agent)
        and not _BOTS.search(agent)
        and not (settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_staff)
    )


def count_view(article_id: int) -> None:
    """Remember one view of the article on today's Vietnamese date; it is written soon.

    A number that no article can have, and more articles at once than MAX_WAITING, are dropped: what waits
    must always be small enough and fit to be written.
    """
    key = article_id, local(timezone.now()).date()
    with _lock:
        if article_id > BigIntegerField.MAX_BIGINT or (
            key not in _waiting and len(_waiting) >= MAX_WAITING
        ):
            return
        _waiting[key] += 1
    _start_writer()


def count_download(attachment_id: int) -> None:
    """Remember one download of an attachment that exists; it is written soon."""
    with _lock:
        _downloads[attachment_id] += 1
    _start_writer()


def count_miss(path: str, host: str) -> None:
    """Remember that there was no page at the path; it is written soon. More at once than MAX_MISSES_WAITING are dropped."""
    key = path, host
    with _lock:
        if key not in _misses and len(_misses) >= MAX_MISSES_WAITING:
            return
        _misses[key] += 1
    _start_writer()


def flush() -> None:
    """Write what was counted since the last time. Unknown articles are dropped; on failure nothing is lost."""
    with _writing:
        _flush(_waiting, _write)
        _flush(_downloads, _write_downloads)
        _flush(_misses, MissedAddress.objects.add)


def _flush(waiting: Counter[Any], write: Callable[[dict[Any, int]], None]) -> None:
    with _lock:
        batch = dict(waiting)
        waiting.clear()
    if not batch:
        return
    try:
        write(batch)
    except Exception:  # whatever broke: a driver's InterfaceError, for one, is no DatabaseError
        with _lock:
            waiting.update(batch)
        logger.exception("what was counted could not be written and waits for the next try")


def forget() -> None:
    """Drop what was counted and not yet written (for tests)."""
    with _lock:
        _waiting.clear()
        _downloads.clear()
        _misses.clear()


def _write_downloads(batch: dict[int, int]) -> None:
    with transaction.atomic():
        # In one order everywhere, so that two processes never wait for each other.
        rows = DownloadCount.objects.filter(pk__in=batch).order_by("pk").select_for_update()
        known = [row.pk for row in rows]
        DownloadCount.objects.filter(pk__in=known).update(
            total=F("total")
            + Case(*(When(pk=pk, then=Value(batch[pk])) for pk in known), default=Value(0))
        )


def _write(batch: dict[tuple[int, dt.date], int]) -> None:
    with transaction.atomic():
        # In one order everywhere, so that two processes never wait for each other.
        known = set(
            Article.objects.filter(pk__in={article for article, _ in batch}).values_list(
                "pk", flat=True
            )
        )
        rows = sorted(key for key in batch if key[0] in known)
        totals: Counter[int] = Counter()
        for article, day in rows:
            totals[article] += batch[article, day]
        articles = sorted(totals)
        ViewCount.objects.bulk_create(
            [ViewCount(article_id=pk) for pk in articles], ignore_conflicts=True
        )
        list(ViewCount.objects.filter(pk__in=articles).order_by("pk").select_for_update())
        ViewCount.objects.filter(pk__in=articles).update(
            total=F("total")
            + Case(*(When(pk=pk, then=Value(totals[pk])) for pk in articles), default=Value(0))
        )
        DailyViewCount.objects.bulk_create(
            [DailyViewCount(article_id=article, day=day) for article, day in rows],
            ignore_conflicts=True,
        )
        for day in sorted({day for _, day in rows}):
            that_day = [article for article, other in rows if other == day]
            DailyViewCount.objects.filter(day=day, article_id__in=that_day).update(
                views=F("views")
                + Case(
                    *(When(article_id=pk, then=Value(batch[pk, day])) for pk in that_day),
                    default=Value(0),
                )
            )


def _start_writer() -> None:
    """One writing thread a process, started by its first view and again after a fork."""
    global _writer_pid
    if _writer_pid == os.getpid():
        return
    with _lock:
        if _writer_pid == os.getpid():
            return
        _writer_pid = os.getpid()
        threading.Thread(target=_write_until_the_end, name="page views", daemon=False).start()


def _write_until_the_end() -> None:
    """Write every VIEW_FLUSH_SECONDS, and what is left when the main thread has ended.

    Python waits for a thread that is no daemon before it lets a process go, also in the forked workers of a
    server, where atexit is never called. So a graceful stop loses nothing.
    """
    main = threading.main_thread()
    ended = False
    while not ended:
        main.join(settings.VIEW_FLUSH_SECONDS)
        ended = not main.is_alive()
        flush()
        connection.close()
