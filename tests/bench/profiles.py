"""Where the time goes of what is measured: cold articles, sections and last pages, kept articles, comments.

    python -m tests.bench.datasets --stories 1000 --database sqlite -- python -m tests.bench.profiles [--times N]

`make bench-profile` runs it on both kinds of database and writes the part "profile" of docs/performance.md. Without the
first half it takes any filled database that DATABASE_URL names, and writes nothing; what is commented is rolled back.
The application is called as the server calls it. As often as the kernel's clock allows (250 times a second of work) it is
looked at which line is being executed; the nearest function of the portal or template around it is what the time is for.
"""

import argparse
import io
import ipaddress
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlencode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.template.base import Template  # noqa: E402
from django.template.loader_tags import BlockNode  # noqa: E402

from comments.tickets import new_ticket  # noqa: E402
from news.addresses import address  # noqa: E402
from news.models import Article  # noqa: E402
from news.prepared import PreparedQuery  # noqa: E402
from portal import answers  # noqa: E402
from portal.pagecache import PageCache  # noqa: E402
from portal.wsgi import application  # noqa: E402
from tests.asking import ask  # noqa: E402
from tests.bench import report  # noqa: E402
from tests.bench.addresses import last_whole_page  # noqa: E402
from tests.bench.datasets import KEPT  # noqa: E402

ROOT = str(Path(__file__).parents[2])
ROOMS = tuple(f"{ROOT}/{room}/" for room in ("news", "comments", "portal"))
# What stands around all that is done, or is part of every query.
PASSED_OVER = {"render", "__call__", "_make", "_adapted", "made_of"}
SENT = {"HTTP_ACCEPT_ENCODING": "gzip", "HTTP_USER_AGENT": "Mozilla/5.0 Chrome/130 Mobile"}
# Seconds of work; the kernel's clock may allow fewer looks.
SAMPLED_EVERY = 0.001
READERS = 1000
SHOWN = 20


def what(frame: FrameType | None) -> str:
    """The nearest function of the portal, query, template or part of one; else it is Django's way of a request, or what stands before it."""
    while frame is not None and frame.f_code.co_filename != __file__:
        code, around = frame.f_code, frame.f_back
        if code is PreparedQuery.__call__.__code__ and around is not None:
            return f"query of {_name(around)}"
        if code is Template._render.__code__:  # type: ignore[attr-defined]
            return f"template {frame.f_locals['self'].name}"
        if code is BlockNode.render.__code__:
            return f"block {frame.f_locals['self'].name} of the page"
        if code in (answers.whole.__code__, PageCache._pass_by.__code__):
            return "Django: request, middleware, answer"
        if code.co_filename.startswith(ROOMS) and code.co_name not in PASSED_OVER:
            return _name(frame)
        frame = around
    return "what stands before Django, and asking"


def _name(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename.removeprefix(f'{ROOT}/')} {frame.f_code.co_qualname}"


def shares(one: Callable[[str], None], addresses: list[str]) -> tuple[dict[str, float], float]:
    """What was found at work how often, of all, doing `one` thing at each address; and the milliseconds of work each took."""
    found: Counter[str] = Counter()

    def look(number: int, frame: FrameType | None) -> None:
        found[what(frame)] += 1

    for path in set(addresses):
        one(path)
    before = signal.signal(signal.SIGPROF, look)
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, SAMPLED_EVERY, SAMPLED_EVERY)
    for path in addresses:
        one(path)
    signal.setitimer(signal.ITIMER_PROF, 0)
    each = (time.process_time() - started) / len(addresses) * 1000
    signal.signal(signal.SIGPROF, before)
    return {name: times / found.total() for name, times in found.most_common()}, each


def cold(path: str) -> None:
    application.memory.clear()
    ask_for(path)


def ask_for(path: str) -> None:
    path, _, query = path.partition("?")
    assert ask(path, query=query, **SENT).status == 200, path


def ready(path: str) -> None:
    """A thousand readers of a kept page, asked for without anything around it."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.url_scheme": "http",
        **SENT,
    }
    for _ in range(READERS):
        application(environ, _started)


def _started(status: str, headers: list[tuple[str, str]]) -> None:
    """What a server is told; it would write it down."""


def comment(path: str) -> None:
    """One that is new, from a reader of its own."""
    number = next(_numbers)
    body = urlencode(
        {
            "ticket": _tickets[path],
            "name": "Nguyễn Văn An",
            "email": f"ban-doc-{number}@example.vn",
            "text": f"Đề nghị phường sửa đèn ở ngõ {number}, tối nào đi qua cũng vấp.",
            "consent": "on",
            "website": "",
        }
    ).encode()
    sent: dict[str, Any] = {
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": str(ipaddress.ip_address("198.18.0.0") + number),
        "HTTP_ACCEPT": "application/json",
        "wsgi.input": io.BytesIO(body),
    }
    answer = ask(path, "POST", **sent)
    assert answer.status in (200, 201), answer.text


_numbers = count()
_tickets: dict[str, str] = {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=300)
    times: int = parser.parse_args().times
    newest = Article.objects.published().select_related("section").newest_first()[:times]
    stories = list(newest)
    if not stories:
        sys.exit("there is no public story in the database of DATABASE_URL")
    articles = [article.get_absolute_url() for article in stories]
    sections = [article.section.get_absolute_url() for article in stories]
    about = report.machine()
    works: dict[str, Any] = {}
    works["a cold article"] = shares(cold, articles)
    works["a cold section"] = shares(cold, sections)
    last, _ = last_whole_page(stories[0].section)
    works["a cold last page of a section"] = shares(cold, [last] * times)
    ask_for(articles[0])
    rows, each = shares(ready, articles[:1] * times)
    works["a kept article"] = rows, each / READERS
    written = address("comments:write", stories[0].pk)
    _tickets[written] = new_ticket(stories[0].pk)
    with transaction.atomic():
        works["a comment"] = shares(comment, [written] * times)
        transaction.set_rollback(True)
    for name, (rows, each) in works.items():
        print(f"{connection.vendor}: {name}, {each:.3g} ms of the process")
        for row, share in list(rows.items())[:SHOWN]:
            print(f"{share:6.1%}  {row}")
    if os.environ.get(KEPT):
        report.keep(f"profile-{connection.vendor}", {"machine": about, "works": works})
        report.write_profile()


if __name__ == "__main__":
    main()
