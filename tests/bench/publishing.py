"""How soon readers see what is published, and what it costs when a thousand come at once."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.datasets import ROOT
from tests.bench.driving import Target, addresses, drive, granian
from tests.deploy.running import Site, ask, nginx

# What is not the age of nginx's copy.
AFTER_COPY = "nginx, after the end of the second"
# Publishes one story for each line it reads and says when it was done.
PUBLISHING = """
import os, sys, time
import django; django.setup()
from django.contrib.auth.models import User
from tests.factories import make_article
editor = User.objects.create(username=f"toa-soan-{os.getpid()}", is_superuser=True)
from django.conf import settings
from news import freshness
if settings.REDIS_URL:
    # As portal.serving does; so the first story does not wait until the client of Redis is loaded.
    freshness.listen()
print("ready", flush=True)
from django.db import transaction
moments = []
for line in sys.stdin:
    story = make_article(title=line.strip(), status="draft")
    with transaction.atomic():
        transaction.on_commit(lambda: moments.append(time.time()))
        story.publish(by=editor, alone=True)
    print(moments[-1], flush=True)
"""


@contextmanager
def publisher(site: Site) -> Iterator[Callable[[str], float]]:
    """Publishes a story of that title and returns when that was committed."""
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHING],
        env=site.environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    assert process.stdout.readline().strip() == "ready"

    def publish(title: str) -> float:
        assert process.stdin and process.stdout
        process.stdin.write(f"{title}\n")
        process.stdin.flush()
        return float(process.stdout.readline())

    try:
        yield publish
    finally:
        process.stdin.close()
        process.wait(30)


def publishing_seen(site: Site, folder: Path, *, stories: int) -> dict[str, float]:
    """Seconds until the home page shows a story published elsewhere: the longest, by where it is asked for.

    Two applications, each with nginx before it; a reader asks every 20 ms, so nobody's page is ever cold. A copy in nginx
    lives to the end of its second; how long it took after that is counted too.
    """
    seen: dict[str, list[float]] = {}
    with ExitStack() as block:
        ports: dict[str, int] = {}
        for number in (1, 2):
            server = block.enter_context(granian(site, workers=2))
            home = folder / f"front-{number}-{bool(site.environment['REDIS_URL'])}"
            home.mkdir()
            ports[f"application {number}"] = server.port
            ports[f"nginx {number}"] = block.enter_context(
                nginx(home, upstream=server.port, data=site.folder)
            )
        publish = block.enter_context(publisher(site))
        for number in range(stories):
            title = f"Tin vừa đăng {number} {random.randrange(10**9)}"
            found: dict[str, float] = {}
            stop = threading.Event()

            def watch(name: str, port: int, title: str, found: dict[str, float]) -> None:
                while name not in found and not stop.is_set():  # noqa: B023 - ended before the next
                    if title.encode() in ask(port, "/").body:
                        found[name] = time.time()
                    time.sleep(0.02)

            watchers = [
                threading.Thread(target=watch, args=(name, port, title, found))
                for name, port in ports.items()
            ]
            for watcher in watchers:
                watcher.start()
            time.sleep(4 + random.random() * 2)
            done = publish(title)
            deadline = time.monotonic() + 15
            while len(found) < len(ports) and time.monotonic() < deadline:
                time.sleep(0.05)
            stop.set()
            for watcher in watchers:
                watcher.join()
            for name in ports:
                place = name.split()[0]
                seconds = found[name] - done if name in found else 15.0
                seen.setdefault(place, []).append(seconds)
                if place == "nginx":
                    seen.setdefault(AFTER_COPY, []).append(seconds - (1 - done % 1))
    return {name: max(seconds) for name, seconds in seen.items()}


def arrivals(site: Site, folder: Path) -> dict[str, int]:
    """A thousand readers at a page that has just become old: how often it is made."""
    where = addresses(site)
    made = folder / "made"
    found: dict[str, int] = {}
    for workers in (1, 2):
        surroundings = {"BENCH_MADE": str(made)}
        application = "tests.bench.uncached:counted"
        with (
            granian(site, application, workers=workers, **surroundings) as server,
            publisher(site) as publish,
        ):
            target = Target(server.port, [where["home"]], [])
            drive(target, 16, 1)
            publish(f"Tin vừa đăng {random.randrange(10**9)}")
            # Until the processes believe the new number.
            time.sleep(1.2)
            made.write_text("")
            burst = drive(target, 1000, 2)
            found[f"{workers}"] = made.read_text().splitlines().count(where["home"])
            found[f"{workers} broken"] = burst.broken + burst.refused
    return found
