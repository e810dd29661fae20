"""Page views, downloads and addresses without a page: counted cheaply, never tied to a person.

A process adds them up in memory and one thread writes them together twice in VIEW_FLUSH_SECONDS and once more
when the process ends. A kill loses at most what came in that many seconds. What is kept is how many, never who.
"""

import datetime as dt
import json
import logging
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, F, Value, When
from django.http import HttpRequest

from news.models import DownloadCount, MissedAddress
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

# Days of all time zones begin with a quarter of an hour.
QUARTER = 900
# Rows in one statement.
BATCH = 2_000

# Views of an article in one quarter of an hour since 1970; downloads of an attachment, under its number alone.
_waiting: Counter[tuple[int, int]] = Counter()
_downloads: Counter[int] = Counter()
# Addresses without a page, each with the host on which the link stood.
_misses: Counter[tuple[str, str]] = Counter()
_lock = threading.Lock()
_writing = threading.Lock()
_writer_pid = 0


def counts(meta: Mapping[str, Any]) -> bool:
    """Whether this request is a reader's on our own page, not a prefetch, not a known bot; staff see `counts_view`.

    `meta` is a request's META, or its WSGI environment, which is the same.
    """
    return meta.get("HTTP_SEC_FETCH_SITE", "same-origin") in {
        "same-origin",
        "none",
    } and _is_a_reader(meta)


def counts_view(request: HttpRequest) -> bool:
    """The same for a request that may be of staff, who do not count."""
    return counts(request.META) and not _is_staff(request)


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
        and _is_a_reader(request.META)
        and not _is_staff(request)
    )


def counts_miss(request: HttpRequest) -> bool:
    """Whether this request for what is not there is a reader's, wherever the link stood."""
    return request.method == "GET" and _is_a_reader(request.META) and not _is_staff(request)


def _is_a_reader(meta: Mapping[str, Any]) -> bool:
    agent = meta.get("HTTP_USER_AGENT", "")[:1000]
    purpose = meta.get("HTTP_SEC_PURPOSE", "") or meta.get("HTTP_PURPOSE", "")
    return bool(agent) and "prefetch" not in purpose and not _is_a_bot(agent)


# Browsers have few names; the last ones are remembered, and not whose they were.
@lru_cache(maxsize=256)
def _is_a_bot(agent: str) -> bool:
    return bool(_BOTS.search(agent))


def _is_staff(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_staff


def count_view(article_id: int) -> None:
    """Remember one view of the article on today's Vietnamese date; it is written soon.

    A number that no article can have, and more articles at once than MAX_WAITING, are dropped: what waits
    must always be small enough and fit to be written.
    """
    key = article_id, int(time.time()) // QUARTER
    with _lock:
        if key in _waiting:
            _waiting[key] += 1
        elif article_id <= BigIntegerField.MAX_BIGINT and len(_waiting) < MAX_WAITING:
            _waiting[key] = 1
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


# What is to be added, as rows (article, day, views) of one parameter. In one order everywhere, so that two processes
# never wait for each other; articles that are not there fall out.
_ROWS = {
    "postgresql": """
        SELECT known.id, counted.day, counted.views
        FROM json_to_recordset(%s) AS counted(article bigint, day date, views bigint)
        JOIN news_article AS known ON known.id = counted.article ORDER BY known.id, counted.day""",
    "sqlite": """
        SELECT known.id, json_extract(value, '$.day'), json_extract(value, '$.views')
        FROM json_each(%s) JOIN news_article AS known ON known.id = json_extract(value, '$.article')
        ORDER BY 1, 2""",
}
_ADD = """
    WITH added(article, day, views) AS ({rows})
    INSERT INTO news_viewcount AS kept (article_id, total)
    SELECT article, SUM(views) FROM added WHERE true GROUP BY article ORDER BY article
    ON CONFLICT (article_id) DO UPDATE SET total = kept.total + excluded.total"""
_ADD_DAILY = """
    WITH added(article, day, views) AS ({rows})
    INSERT INTO news_dailyviewcount AS kept (article_id, day, views)
    SELECT article, day, views FROM added WHERE true ORDER BY article, day
    ON CONFLICT (article_id, day) DO UPDATE SET views = kept.views + excluded.views"""


def _write(batch: dict[tuple[int, int], int]) -> None:
    counted: Counter[tuple[int, str]] = Counter()
    for (article, quarter), views in batch.items():
        moment = dt.datetime.fromtimestamp(quarter * QUARTER, dt.UTC)
        counted[article, local(moment).date().isoformat()] += views
    rows = [
        {"article": article, "day": day, "views": views}
        for (article, day), views in sorted(counted.items())
    ]
    of_database = _ROWS[connection.vendor]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (_ADD, _ADD_DAILY):
            for first in range(0, len(rows), BATCH):
                some = json.dumps(rows[first : first + BATCH])
                cursor.execute(statement.format(rows=of_database), [some])


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
    """Write twice in VIEW_FLUSH_SECONDS, and what is left when the main thread has ended.

    A kill loses what waits and what is just being written, so together they may be no older than that.

    Python waits for a thread that is no daemon before it lets a process go, also in the forked workers of a
    server, where atexit is never called. So a graceful stop loses nothing.
    """
    main = threading.main_thread()
    ended = False
    took = 0.0
    while not ended:
        main.join(max(0.0, settings.VIEW_FLUSH_SECONDS / 2 - took))
        ended = not main.is_alive()
        began = time.monotonic()
        flush()
        connection.close()
        took = time.monotonic() - began
