"""Where the time of a cold article page goes: the shares of what makes it.

    python -m tests.bench.datasets --stories 1000 --database sqlite -- python -m tests.bench.profile_cold [--pages N]

`make bench-profile` runs it on both kinds of database and writes the part "profile" of docs/performance.md. Without the
first half it takes any filled database that DATABASE_URL names, and writes nothing. Each page is made anew, by
the application as the server calls it, while what pages share is kept. A thousand times a second of work it is looked
at which line is being executed; the nearest function of the portal or template around it is what the time is for.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.template.base import Template  # noqa: E402
from django.template.loader_tags import BlockNode  # noqa: E402

from news.models import Article  # noqa: E402
from news.prepared import PreparedQuery  # noqa: E402
from portal.wsgi import application  # noqa: E402
from tests.asking import ask  # noqa: E402
from tests.bench import report  # noqa: E402
from tests.bench.datasets import KEPT  # noqa: E402

ROOT = str(Path(__file__).parents[2])
ROOMS = tuple(f"{ROOT}/{room}/" for room in ("news", "comments", "portal"))
# What stands around all that is done, or around every query.
PASSED_OVER = {"render", "__call__", "_make", "_adapted"}
SECONDS = 0.001
SHOWN = 20


def what(frame: FrameType | None) -> str:
    """The nearest function of the portal, query, template or part of one; around them is Django's way of a request."""
    while frame is not None and frame.f_code.co_filename != __file__:
        code, around = frame.f_code, frame.f_back
        if code is PreparedQuery.__call__.__code__ and around is not None:
            return f"query of {_name(around)}"
        if code is Template._render.__code__:  # type: ignore[attr-defined]
            return f"template {frame.f_locals['self'].name}"
        if code is BlockNode.render.__code__:
            return f"block {frame.f_locals['self'].name} of the page"
        if code.co_filename.startswith(ROOMS) and code.co_name not in PASSED_OVER:
            return _name(frame)
        frame = around
    return "Django: request, middleware, answer"


def _name(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename.removeprefix(f'{ROOT}/')} {frame.f_code.co_qualname}"


def shares(addresses: list[str]) -> Counter[str]:
    """How often what was found at work, asking for each page once before and once while looking."""
    found: Counter[str] = Counter()

    def look(number: int, frame: FrameType | None) -> None:
        found[what(frame)] += 1

    for address in addresses:
        ask(address)
    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)
    for address in addresses:
        application.memory.clear()
        assert ask(address).status == 200, address
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=300)
    pages: int = parser.parse_args().pages
    newest = Article.objects.published().select_related("section").newest_first()[:pages]
    addresses = [article.get_absolute_url() for article in newest]
    if not addresses:
        sys.exit("there is no public story in the database of DATABASE_URL")
    about = report.machine()
    started = time.process_time()
    found = shares(addresses)
    each = (time.process_time() - started) / 2 / len(addresses) * 1000
    together = found.total()
    said = f"{len(addresses)} cold articles, {each:.1f} ms of the process each."
    print(f"{connection.vendor}: {said}")
    rows = {name: times / together for name, times in found.most_common()}
    for name, share in list(rows.items())[:SHOWN]:
        print(f"{share:6.1%}  {name}")
    if os.environ.get(KEPT):
        kept = {"machine": about, "said": said, "rows": rows}
        report.keep(f"profile-{connection.vendor}", kept)
        report.write_profile()


if __name__ == "__main__":
    main()
