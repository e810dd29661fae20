"""What readers cost: the portal under load beside the least that a server, Django and nginx can do.

    python -m tests.bench.load [--quick] [--small N] [--large N] [--only PART]...

`make bench` runs it and writes the part "load" of docs/performance.md. The servers are those of production on loopback
(granian with the command of the Dockerfile but one worker, nginx with deploy/nginx.conf, Redis, PostgreSQL), the data
sets are kept (tests.bench.datasets), wrk drives. What is compared takes turns: each figure is the median of rounds in
each of which everything is driven once. Client and server share the machine, so beside the requests in a second stands
what one costs the server in CPU time. `--quick` tries everything for a second, `--only` a part; both write nothing.
"""

import argparse
import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import datasets, load_report, report
from tests.bench.driving import (
    DJANGO,
    HEADERS,
    RAW,
    UNCACHED,
    Figures,
    Target,
    drive,
    family,
    granian,
    gunicorn,
    interleaved,
    megabytes,
    missing_programs,
    production,
)
from tests.deploy.running import Site, ask, nginx, redis
from tests.tools import private_postgres

PAGES = ("article", "home", "section", "feed")
PARTS = ("cold", "hot", "memory", "views", "publishing", "comments")
GUNICORN = "gunicorn==27.0.1"
# Of one connection to the next step of the server; not of the article, which a reader's browser does not ask again.
HOP = {"server", "date", "connection", "transfer-encoding", "keep-alive"}

# Of publishing: what is not the age of nginx's copy.
AFTER_COPY = "nginx, after the end of the second"

# Asked inside the installation: addresses that stand for many.
ADDRESSES = """
import json
from django.urls import reverse
from news.models import Article, Section
from comments.models import Policy
from news.paging import PER_PAGE
public = Article.objects.published().select_related("section")
newest = list(public.newest_first()[:40])
policy = Policy.current()
open_one = next(a for a in newest if policy.takes_comments(a))
keys = list(public.order_by("pk").values_list("pk", flat=True))
some = [public.get(pk=key) for key in keys[:: max(1, len(keys) // 200)]]
section = Section.objects.order_by("pk")[0]
inside = public.filter(section=section).newest_first()
count = inside.count()
last = max(1, count // PER_PAGE - 1)
before = inside.values_list("pk", flat=True)[last * PER_PAGE - 1]
print(json.dumps({
    "article": newest[20].get_absolute_url(),
    "articles": [a.get_absolute_url() for a in some],
    "all": [a.get_absolute_url() for a in public.newest_first()[:900]],
    "home": reverse("home"),
    "feed": reverse("news:feed"),
    "section": section.get_absolute_url(),
    "sections": [s.get_absolute_url() for s in Section.objects.order_by("pk")],
    "last_page": f"{section.get_absolute_url()}?truoc={before}",
    "last_number": last + 1,
    "count": [reverse("news:count", args=[a.pk]) for a in newest],
    "open": open_one.pk,
    "ticket": reverse("comments:ticket", args=[open_one.pk]),
    "write": reverse("comments:write", args=[open_one.pk]),
}))
"""
QUERIES = """
import json
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from news import freshness
client = Client(SERVER_NAME="portal.example", HTTP_X_FORWARDED_PROTO="https")
found = {}
for name, path in json.loads(PATHS).items():
    client.get(path)
    freshness.forget()
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200, path
    found[name] = len(queries)
print(json.dumps(found))
"""
VIEWS = """
from django.db.models import Sum
from news.models import ViewCount
print(ViewCount.objects.aggregate(n=Sum("total"))["n"] or 0)
"""
COMMENTS = "from comments.models import Comment; print(Comment.objects.count())"
# Publishes one story for each line it reads and says when it was done.
PUBLISHING = """
import os, sys, time
import django; django.setup()
from django.contrib.auth.models import User
from tests.factories import make_article
editor = User.objects.create(username=f"toa-soan-{os.getpid()}", is_superuser=True)
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


@dataclass
class Asked:
    small: int
    large: int
    rounds: int
    seconds: int
    quick: bool
    only: list[str]

    def wants(self, part: str) -> bool:
        return not self.only or part in self.only


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


def addresses(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.python(ADDRESSES))
    return found


def postmaster(url: str) -> list[int]:
    """The process of PostgreSQL behind this URL, whose children work for us."""
    home = re.search(r"host=([^&]+)", url)
    if not home:
        return []
    return [int((Path(home[1]) / "data" / "postmaster.pid").read_text().split()[0])]


def answer_files(folder: Path, port: int, paths: dict[str, str]) -> None:
    """What the portal answers, for tests.bench.reference.raw to answer the same."""
    folder.mkdir(exist_ok=True)
    for name, path in paths.items():
        method = "POST" if name == "view" else "GET"
        answer = ask(port, path, method, b"" if method == "POST" else None, **HEADERS)
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status}")
        headers = [(n, v) for n, v in answer.headers.items() if n.lower() not in HOP]
        (folder / name).write_bytes(answer.body)
        (folder / f"{name}.json").write_text(json.dumps({"headers": headers}))


# --- what is measured --------------------------------------------------------------------------------------------


def hot(site: Site, asked: Asked, folder: Path) -> dict[str, Any]:
    """Repeat readers, through the application alone and through nginx; a view counted; the same under gunicorn."""
    where = addresses(site)
    paths = {page: where[page] for page in PAGES}
    answers = folder / "answers"
    with ExitStack() as block:
        portal = block.enter_context(granian(site))
        answer_files(answers, portal.port, paths | {"view": where["count"][0]})
        raw = block.enter_context(granian(site, RAW, BENCH_ANSWERS=str(answers)))
        empty = block.enter_context(granian(site, DJANGO))
        # The same bytes as a file that lies compressed, sent by the same nginx.
        static = site.folder / "static" / "bench"
        static.mkdir()
        for page in PAGES:
            for end in ("", ".gz"):
                (static / f"{page}.html{end}").write_bytes((answers / page).read_bytes())
        front_folder = folder / "front"
        front_folder.mkdir()
        front = block.enter_context(nginx(front_folder, upstream=portal.port, data=site.folder))
        front_process = [int((front_folder / "nginx.pid").read_text())]
        targets: dict[str, Target] = {}
        for page, path in paths.items():
            targets[f"{page}: portal"] = Target(portal.port, [path], [portal.process.pid])
            targets[f"{page}: raw"] = Target(raw.port, [f"/{page}"], [raw.process.pid])
        targets["empty view"] = Target(empty.port, ["/empty/"], [empty.process.pid])
        targets["view: portal"] = Target(portal.port, where["count"], [portal.process.pid], "POST")
        targets["view: raw"] = Target(raw.port, ["/view"], [raw.process.pid], "POST")
        say("repeat readers through the application")
        found: dict[str, Any] = {"application": drive_all(targets, asked)}
        say("repeat readers through nginx")
        through: dict[str, Target] = {}
        for page, path in paths.items():
            through[f"{page}: nginx"] = Target(front, [path], front_process)
            through[f"{page}: file"] = Target(front, [f"/static/bench/{page}.html"], front_process)
        found["nginx"] = drive_all(through, asked)
        found["bytes"] = {page: (answers / page).stat().st_size for page in PAGES}
        say("the same under gunicorn")
        packages = datasets.FOLDER / GUNICORN.replace("==", "-")
        if not packages.exists():
            subprocess.run(
                [sys.executable, "-m", "pip", "install", "-q", "--target", str(packages), GUNICORN],
                check=True,
            )
        servers: dict[str, Target] = {}
        kinds = {
            "raw": (RAW, "/article", raw),
            "empty view": (DJANGO, "/empty/", empty),
            "article": ("portal.wsgi:application", where["article"], portal),
        }
        for name, (application, path, beside) in kinds.items():
            other = block.enter_context(
                gunicorn(site, packages, application, BENCH_ANSWERS=str(answers))
            )
            servers[f"{name}: gunicorn"] = Target(other.port, [path], [other.process.pid])
            servers[f"{name}: granian"] = Target(beside.port, [path], [beside.process.pid])
        found["servers"] = drive_all(servers, asked)
    return found


def drive_all(targets: dict[str, Target], asked: Asked, **options: Any) -> Figures:
    return interleaved(targets, rounds=asked.rounds, seconds=asked.seconds, **options)


def cold(kind: str, sizes: dict[str, str], asked: Asked, folder: Path) -> dict[str, Any]:
    """Pages that nobody keeps, of the small and of the large data set in turns, beside an empty view."""
    say(f"cold pages on {kind}")
    found: dict[str, Any] = {"queries": {}}
    with ExitStack() as block:
        targets: dict[str, Target] = {}
        for size, url in sizes.items():
            site = production(folder / f"{kind}-{size}", url)
            where = addresses(site)
            server = block.enter_context(granian(site, UNCACHED))
            ours, database = [server.process.pid], postmaster(url)
            lists = {
                "article": where["articles"],
                "home": [where["home"]],
                "section": where["sections"],
            }
            for page, paths in lists.items():
                targets[f"{page}: {size}"] = Target(server.port, paths, ours, database=database)
            first = {page: paths[-1] for page, paths in lists.items()}
            found["queries"][size] = json.loads(
                site.python(f"PATHS = {json.dumps(first)!r}\n{QUERIES}")
            )
            if size == "large":
                found["last page"] = where["last_number"]
                for page, path in {
                    "first page": where["section"],
                    "last page": where["last_page"],
                }.items():
                    targets[page] = Target(server.port, [path], ours, database=database)
        empty = block.enter_context(granian(site, DJANGO))
        targets["empty view"] = Target(empty.port, ["/empty/"], [empty.process.pid])
        found["figures"] = drive_all(targets, asked)
    return found


def comment_taken(kind: str, url: str, asked: Asked, folder: Path) -> dict[str, Any]:
    """A comment with all checks on, beside a view that does one INSERT and redirects, on the same database."""
    say(f"comments on {kind}")
    site = production(folder / f"comments-{kind}", url)
    table = [sys.executable, "-m", "tests.bench.reference"]
    subprocess.run(table, env=site.environment, cwd=datasets.ROOT, check=True)
    where = addresses(site)
    with granian(site) as portal, granian(site, DJANGO) as plain:
        ticket = json.loads(ask(portal.port, where["ticket"], **HEADERS).body)["ticket"]
        body = {
            "ticket": ticket,
            "name": "Nguyễn Văn An",
            "email": "ban-doc-%N%@example.vn",
            "text": "Đề nghị phường sửa đèn ở ngõ %N%, tối nào đi qua cũng vấp.",
            "consent": "on",
            "website": "",
        }
        database = postmaster(url)
        targets = {
            "comment": Target(
                portal.port, [where["write"]], [portal.process.pid], "POST", body, database
            ),
            "insert": Target(plain.port, ["/insert/"], [plain.process.pid], "POST", body, database),
        }
        before = int(site.python(COMMENTS))
        found: dict[str, Any] = {"figures": drive_all(targets, asked, warm=False)}
    found["stored"] = int(site.python(COMMENTS)) - before
    return found


def views_exact(site: Site, asked: Asked) -> dict[str, Any]:
    """What of counted views is in the database after a graceful stop and after a kill."""
    say("views after a stop and after a kill")
    where = addresses(site)
    number = 2_000 if asked.quick else 40_000
    before = int(site.python(VIEWS))
    with granian(site, workers=2) as server:
        answered, _ = post_views(server.port, where["count"], number)
    after = int(site.python(VIEWS))
    found: dict[str, Any] = {"answered": answered, "counted": after - before, "kills": []}
    for _ in range(1 if asked.quick else 5):
        before = int(site.python(VIEWS))
        with granian(site) as server:
            killer = threading.Timer(
                1.5 + random.random() * 2, lambda pids=server.workers: kill(pids)
            )
            killer.start()
            answered, seconds = post_views(server.port, where["count"], 10**9)
            killer.join()
            # Nor may the worker that granian starts in its place stay: first nobody starts another.
            server.process.send_signal(signal.SIGSTOP)
            kill(family(server.process.pid))
            server.process.wait()
        time.sleep(0.5)
        lost = answered - (int(site.python(VIEWS)) - before)
        found["kills"].append({"lost": lost, "seconds": lost / (answered / seconds)})
    return found


def kill(processes: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def post_views(port: int, paths: list[str], number: int) -> tuple[int, float]:
    """Post so many views over one connection, or until it breaks: how many were answered, in how many seconds."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    asked = [f"POST {path} HTTP/1.1\r\n{lines}Content-Length: 0\r\n\r\n".encode() for path in paths]
    answered, began = 0, time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        rest = b""
        try:
            while answered < number:
                # Some at once, as they come in from many.
                some = min(16, number - answered)
                line.sendall(b"".join(random.choices(asked, k=some)))
                for _ in range(some):
                    while b"\r\n\r\n" not in rest:
                        got = line.recv(65536)
                        if not got:
                            raise ConnectionResetError
                        rest += got
                    head, _, rest = rest.partition(b"\r\n\r\n")
                    if not head.startswith(b"HTTP/1.1 204"):
                        raise RuntimeError(head.decode())
                    answered += 1
        except (ConnectionResetError, BrokenPipeError):
            pass
    return answered, time.monotonic() - began


@contextlib.contextmanager
def publisher(site: Site) -> Iterator[Callable[[str], float]]:
    """Publishes a story of that title and returns when that was committed."""
    process = subprocess.Popen(
        [sys.executable, "-c", PUBLISHING],
        env=site.environment,
        cwd=datasets.ROOT,
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


def publishing_seen(site: Site, asked: Asked, folder: Path) -> dict[str, float]:
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
        for number in range(2 if asked.quick else 8):
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


def memory(site: Site, asked: Asked) -> list[dict[str, float]]:
    """Megabytes of one worker after so many requests of all kinds."""
    say("memory")
    where = addresses(site)
    number = 20_000 if asked.quick else 1_000_000
    found = []
    with granian(site) as server:
        worker = server.workers
        lists = [where["home"], where["feed"], *where["sections"]]
        read = Target(server.port, [*lists, *where["all"][:200]], [])
        # More than the memory of pages takes (PAGE_CACHE_BYTES).
        every_page = [*lists, *where["all"], *(f"{story}ban-in/" for story in where["all"])]
        everything = Target(server.port, random.sample(every_page, len(every_page)), [])
        views = Target(server.port, where["count"], [], "POST")
        done = drive(read, 16, 2).requests
        while True:
            found.append({"requests": done, "mb": max(megabytes(one) for one in worker)})
            if done >= number:
                return found
            done += drive(read, 16, 1 if asked.quick else 8).requests
            done += drive(everything, 16, 1).requests
            done += drive(views, 16, 1).requests


def measure(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {"machine": report.machine(), "asked": vars(asked)}
    with ExitStack() as block:
        folder = Path(block.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        # PostgreSQL's account and nginx look into it.
        folder.chmod(0o755)
        # The server of PostgreSQL stays up until the end.
        block.enter_context(datasets.store("postgresql"))
        if asked.wants("cold"):
            found["cold"] = {}
            for kind in datasets.KINDS:
                with ExitStack() as inner:
                    sizes = {
                        size: inner.enter_context(datasets.kept(kind, stories))
                        for size, stories in (("small", asked.small), ("large", asked.large))
                    }
                    found["cold"][kind] = cold(kind, sizes, asked, folder)
        copies = {
            kind: block.enter_context(datasets.copied(kind, asked.small)) for kind in datasets.KINDS
        }
        url = copies["postgresql"]
        redis_port, _ = block.enter_context(redis(folder))
        shared = f"redis://127.0.0.1:{redis_port}/0"
        site = production(folder / "site", url, REDIS_URL=shared)
        if asked.wants("hot"):
            found["hot"] = hot(site, asked, folder)
        if asked.wants("memory"):
            found["memory"] = memory(site, asked)
        if asked.wants("views"):
            found["views"] = views_exact(site, asked)
        if asked.wants("publishing"):
            say("publishing")
            alone = production(folder / "alone", url)
            found["seen"] = {
                "shared": publishing_seen(site, asked, folder),
                "alone": publishing_seen(alone, asked, folder),
            }
            found["arrivals"] = arrivals(alone, folder)
        if asked.wants("comments"):
            found["comments"] = {
                kind: comment_taken(kind, copy, asked, folder) for kind, copy in copies.items()
            }
    found["load after"] = round(os.getloadavg()[0], 1)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=datasets.SIZES[0])
    parser.add_argument("--large", type=int, default=datasets.SIZES[1])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=PARTS, action="append", default=[])
    said = parser.parse_args()
    if missing := missing_programs():
        print(f"NOT RUN: install the Debian packages {' '.join(missing)}", file=sys.stderr)
        return private_postgres.NOTHING_FOUND
    private_postgres.exit_on_signals()
    rounds, seconds = (1, 1) if said.quick else (3, 2)
    asked = Asked(said.small, said.large, rounds, seconds, said.quick, said.only)
    began = time.monotonic()
    try:
        found = measure(asked)
    except datasets.NoDatabase as none:
        print(none, file=sys.stderr)
        return private_postgres.NOTHING_FOUND
    found["minutes"] = round((time.monotonic() - began) / 60, 1)
    if asked.only:
        print(json.dumps(found, indent=1))
        return 0
    report.keep("quick" if asked.quick else "load", found)
    print(load_report.text(found))
    if not asked.quick:
        load_report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
