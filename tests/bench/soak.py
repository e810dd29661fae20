"""Half an hour of everything at once: readers, views, comments, publishing; then whether all of it was counted.

    python -m tests.bench.soak [--minutes N] [--stories N]

`make bench-soak` runs it and writes the part "soak" of docs/performance.md. It asks nginx with deploy/nginx.conf before
two workers, with Redis, on a copy of a kept data set in PostgreSQL: of a hundred requests 95 are pages (nine of ten of
them of the newest stories), 4 views, 1 a comment, and every ten seconds a story is published. Fails on an error, on a number that is not
exact, and on a worker that grows by more than MOST_GROWTH after the first quarter. With less than ten minutes nothing is written.
"""

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.bench import datasets, load_report, report
from tests.bench.driving import (
    HEADERS,
    addresses,
    comments_stored,
    granian,
    megabytes,
    missing_programs,
    production,
    say,
    views_counted,
)
from tests.bench.publishing import publisher
from tests.deploy.running import ask, nginx, redis
from tests.tools import private_postgres

READERS = 6
PUBLISH_EVERY = 10.0
MOST_GROWTH = 1.1
WORST = 120
STORIES = "from news.models import Article; print(Article.objects.published().count())"


@dataclass
class Tally:
    """What readers were answered."""

    answered: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, error: str = "") -> None:
        with self.lock:
            if error:
                self.errors[f"{kind}: {error}"] += 1
            else:
                self.answered[kind] += 1


class Reader(threading.Thread):
    """Asks for one thing after the other over one connection, as a browser does, until `stop`."""

    def __init__(self, port: int, where: dict[str, Any], tally: Tally, stop: threading.Event):
        super().__init__()
        self.port, self.where, self.tally, self.stop = port, where, tally, stop
        self.dice = random.Random()
        self.line: http.client.HTTPConnection | None = None

    def run(self) -> None:
        while not self.stop.is_set():
            chance = self.dice.random()
            if chance < 0.01:
                self.comment()
            elif chance < 0.05:
                self.ask("view", self.dice.choice(self.where["count"]), b"", 204)
            else:
                self.ask("page", self.page(), None, 200)
        if self.line:
            self.line.close()

    def page(self) -> str:
        chance = self.dice.random()
        if chance < 0.3:
            page: str = self.where["home"]
        elif chance < 0.4:
            page = self.dice.choice(self.where["sections"])
        elif chance < 0.42:
            page = self.where["feed"]
        elif chance < 0.92:
            page = self.dice.choice(self.where["all"][:50])
        else:
            page = self.dice.choice(self.where["articles"])
        return page

    def comment(self) -> None:
        number = self.dice.randrange(10**12)
        answer = self.ask("ticket", self.where["ticket"], None, 200)
        if answer is None:
            return
        body = {
            "ticket": json.loads(answer)["ticket"],
            "name": "Nguyễn Văn An",
            "email": f"ban-doc-{number}@example.vn",
            "text": f"Đề nghị phường sửa đèn ở ngõ {number}.",
            "consent": "on",
            "website": "",
        }
        self.ask("comment", self.where["write"], urlencode(body).encode(), 200)

    def ask(self, kind: str, path: str, body: bytes | None, good: int) -> bytes | None:
        headers = HEADERS | {"Accept-Encoding": "identity"}
        if kind == "comment":
            parts = (str(self.dice.randrange(1, 250)) for _ in range(3))
            headers |= {"X-Forwarded-For": f"10.{'.'.join(parts)}", "Accept": "application/json"}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            self.line.request("GET" if body is None else "POST", path, body, headers)
            response = self.line.getresponse()
            read = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.line.close()
            self.line = None
            self.tally.add(kind, type(error).__name__)
            return None
        if response.status != good:
            self.tally.add(kind, str(response.status))
            return None
        self.tally.add(kind)
        return read


def soak(minutes: float, stories: int) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": report.machine(), "samples": []}
    with ExitStack() as block:
        folder = Path(block.enter_context(tempfile.TemporaryDirectory(prefix="soak-")))
        folder.chmod(0o755)
        url = block.enter_context(datasets.copied("postgresql", stories))
        redis_port, _ = block.enter_context(redis(folder))
        site = production(folder / "site", url, REDIS_URL=f"redis://127.0.0.1:{redis_port}/0")
        where = addresses(site)
        before = {
            "views": views_counted(site),
            "comments": comments_stored(site),
            "stories": int(site.python(STORIES)),
        }
        tally, stop, published = Tally(), threading.Event(), 0
        (folder / "front").mkdir()
        with granian(site, workers=2) as server:
            front = block.enter_context(
                nginx(folder / "front", upstream=server.port, data=site.folder)
            )
            workers = server.workers
            with publisher(site) as publish:
                readers = [Reader(front, where, tally, stop) for _ in range(READERS)]
                began = time.monotonic()
                for reader in readers:
                    reader.start()
                try:
                    next_sample = 0.0
                    while (passed := time.monotonic() - began) < minutes * 60:
                        if passed >= next_sample:
                            next_sample += minutes * 60 / 10
                            found["samples"].append(sample(passed, tally, workers))
                        if passed >= published * PUBLISH_EVERY:
                            publish(f"Tin trong giờ {published} {random.randrange(10**9)}")
                            published += 1
                        time.sleep(0.2)
                finally:
                    stop.set()
                    for reader in readers:
                        reader.join()
            found["samples"].append(sample(time.monotonic() - began, tally, workers))
            # The page that everybody reads shows the last story.
            time.sleep(5)
            home = ask(front, where["home"]).text
            found["last seen"] = f"Tin trong giờ {published - 1} " in home
        answered = tally.answered
        counted = {
            "views": views_counted(site) - before["views"],
            "comments": comments_stored(site) - before["comments"],
            "stories": int(site.python(STORIES)) - before["stories"],
        }
    seconds = found["samples"][-1]["minute"] * 60
    total = answered.total()
    errors = ", ".join(f"{n} × {what}" for what, n in tally.errors.items()) or "no error"
    return found | {
        "minutes": minutes,
        "views": {"answered": answered["view"], "counted": counted["views"]},
        "comments": {"answered": answered["comment"], "counted": counted["comments"]},
        "published": {"done": published, "counted": counted["stories"]},
        "errors": tally.errors.total(),
        "said": (
            f"{minutes:g} minutes, {stories:,} stories: {total:,} requests ({total / seconds:,.0f} a second, as fast as "
            f"{READERS} readers in one Python ask), of them {answered['page']:,} pages, {answered['view']:,} views, "
            f"{answered['comment']:,} comments; {published} stories published; {errors}."
        ),
    }


def sample(passed: float, tally: Tally, workers: list[int]) -> dict[str, Any]:
    found = {
        "minute": passed / 60,
        "requests": tally.answered.total(),
        "errors": tally.errors.total(),
        "mb": [megabytes(worker) for worker in workers],
    }
    say(
        f"{found['minute']:.1f} min, {found['requests']} requests, {found['errors']} errors, MB {found['mb']}"
    )
    return found


def faults(found: dict[str, Any]) -> list[str]:
    """What is not as it must be, in words."""
    wrong = [f"{found['errors']} errors"] if found["errors"] else []
    wrong += [
        f"{name}: {found[name]['counted']} in the database, {found[name]['answered']} answered"
        for name in ("views", "comments")
        if found[name]["counted"] != found[name]["answered"]
    ]
    if found["published"]["counted"] != found["published"]["done"] or not found["last seen"]:
        wrong.append(f"published {found['published']}, the last seen: {found['last seen']}")
    samples = found["samples"]
    early, late = samples[len(samples) // 4]["mb"], samples[-1]["mb"]
    if max(late) > WORST or max(late) > MOST_GROWTH * max(early):
        wrong.append(f"memory grew from {early} to {late} MB")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--stories", type=int, default=datasets.SIZES[0])
    asked = parser.parse_args()
    if missing := missing_programs():
        print(f"NOT RUN: install the Debian packages {' '.join(missing)}", file=sys.stderr)
        return private_postgres.NOTHING_FOUND
    private_postgres.exit_on_signals()
    try:
        found = soak(asked.minutes, asked.stories)
    except datasets.NoDatabase as none:
        print(none, file=sys.stderr)
        return private_postgres.NOTHING_FOUND
    print(load_report.soak_text(found))
    if asked.minutes >= 10:
        report.keep("soak", found)
        load_report.write_soak()
    wrong = faults(found)
    print("\n".join(["", *wrong]) if wrong else "\nAll as it must be.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
