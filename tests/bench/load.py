"""What readers cost: the portal under load beside the least that a server, Django and nginx can do.

    python -m tests.bench.load [--quick] [--small N] [--large N] [--only PART]...

`make bench` runs it and writes the part "load" of docs/performance.md. The servers are those of production on loopback
(granian with the command of the Dockerfile but one worker, nginx with deploy/nginx.conf, Redis, PostgreSQL), the data
sets are kept (tests.bench.datasets), wrk drives. What is compared takes turns: each figure is the median of rounds in
each of which everything is driven once, each ratio the median of theirs. Client and server share the machine, so beside
the requests in a second stands what one costs the server in CPU time. `--quick` tries everything for a second, `--only` a part; both write nothing.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
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
    addresses,
    comments_stored,
    drive,
    granian,
    gunicorn,
    interleaved,
    megabytes,
    missing_programs,
    production,
    say,
)
from tests.bench.publishing import arrivals, publishing_seen
from tests.bench.view_counts import views_exact
from tests.deploy.running import Site, ask, nginx, redis
from tests.tools import private_postgres

PAGES = ("article", "home", "section", "feed")
PARTS = ("cold", "hot", "memory", "views", "publishing", "comments")
GUNICORN = "gunicorn==27.0.1"
# Of one connection to the next step of the server; not of the article, which a reader's browser does not ask again.
HOP = {"server", "date", "connection", "transfer-encoding", "keep-alive"}
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
        before = comments_stored(site)
        found: dict[str, Any] = {"figures": drive_all(targets, asked, warm=False)}
    found["stored"] = comments_stored(site) - before
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
            say("views after a stop and after a kill")
            number, kills = (2_000, 1) if asked.quick else (40_000, 5)
            found["views"] = views_exact(site, number, kills)
        if asked.wants("publishing"):
            say("publishing")
            alone = production(folder / "alone", url)
            stories = 2 if asked.quick else 8
            found["seen"] = {
                "shared": publishing_seen(site, folder, stories=stories),
                "alone": publishing_seen(alone, folder, stories=stories),
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
    rounds, seconds = (1, 1) if said.quick else (9, 1)
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
