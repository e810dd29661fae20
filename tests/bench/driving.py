"""Servers as production runs them, on loopback, and wrk, which drives them.

Importing it chooses settings that touch no database; the servers get theirs by their own surroundings.
"""

import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.bench.datasets import FOLDER, ROOT

os.environ["PORTAL_ENV_FILE"] = os.devnull
os.environ["PORTAL_DATA_DIR"] = str(FOLDER / "data")
os.environ["DATABASE_URL"] = "sqlite://:memory:"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from tests.deploy.running import (
    HOST,
    Site,
    ask,
    connects,
    container_command,
    free_port,
    running,
)

PORTAL = "portal.serving:application"
UNCACHED = "tests.bench.uncached:application"
RAW = "tests.bench.reference:raw"
DJANGO = "tests.bench.reference:django_application"
# As in the Dockerfile: how many requests a process works on at a time, and of how many heaps malloc makes use.
SURROUNDINGS = dict(
    re.findall(
        r"^ +((?:GRANIAN|MALLOC)_[A-Z_]+)=(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
)
THREADS = SURROUNDINGS["GRANIAN_BLOCKING_THREADS"]
CONNECTIONS = (1, 16, 64)
# Enough to keep one worker busy: what is held against a target.
JUDGED = 16
# A reader behind the office's front, with a browser.
HEADERS = {
    "Host": HOST,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.7",
    "X-Real-IP": "203.0.113.7",
    "Accept-Encoding": "gzip",
    "User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile",
}
NEEDED = {"wrk": "wrk", "nginx": "nginx", "redis-server": "redis-server"}
TICKS = os.sysconf("SC_CLK_TCK")


def missing_programs() -> list[str]:
    """Debian packages that must be installed first."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return [package for name, package in NEEDED.items() if not shutil.which(name, path=path)]


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


# --- processes ---------------------------------------------------------------------------------------------------


def family(root: int) -> list[int]:
    """The process and all that descend from it."""
    children = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = stat.read_text().rpartition(") ")
        except OSError:
            continue
        children[int(rest.split()[1])].append(int(stat.parent.name))
    found, open_ends = [], [root]
    while open_ends:
        found.append(open_ends.pop())
        open_ends += children[found[-1]]
    return found


def cpu_seconds(roots: Sequence[int]) -> float:
    """What these and their descendants have worked so far, in user and kernel mode, each process once."""
    ticks = 0
    for process in {process for root in roots for process in family(root)}:
        try:
            _, _, rest = Path(f"/proc/{process}/stat").read_text().rpartition(") ")
        except OSError:
            continue
        words = rest.split()
        ticks += int(words[11]) + int(words[12])
    return ticks / TICKS


def megabytes(process: int) -> float:
    """What the process holds in memory (RSS)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


# --- servers -----------------------------------------------------------------------------------------------------


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def workers(self) -> list[int]:
        """Those who answer: of several processes not the one that only watches, nor Python's own helpers."""
        return [
            process
            for process in family(self.process.pid)
            if process != self.process.pid
            and b"resource_tracker" not in Path(f"/proc/{process}/cmdline").read_bytes()
        ]


def production(folder: Path, url: str, **settings: str) -> Site:
    """A production installation on that database, its static files collected (but those of the editor)."""
    folder.mkdir(exist_ok=True)
    site = Site(folder, url, **settings)
    site.environment.pop("BENCH_KEPT", None)
    site.python(
        "from django.core.management import call_command\n"
        "call_command('collectstatic', interactive=False, verbosity=0,"
        " ignore_patterns=['ckeditor*', 'galleriffic', 'admin'])"
    )
    return site


def addresses(site: Site) -> dict[str, Any]:
    """What tests.bench.addresses.that_stand_for_many() gives, asked inside the installation."""
    found: dict[str, Any] = json.loads(
        site.python(
            "import json\n"
            "from tests.bench.addresses import that_stand_for_many\n"
            "print(json.dumps(that_stand_for_many()))"
        )
    )
    return found


def views_counted(site: Site) -> int:
    return int(
        site.python(
            "from django.db.models import Sum\n"
            "from news.models import ViewCount\n"
            "print(ViewCount.objects.aggregate(n=Sum('total'))['n'] or 0)"
        )
    )


def comments_stored(site: Site) -> int:
    return int(site.python("from comments.models import Comment; print(Comment.objects.count())"))


def application_command(application: str) -> list[str]:
    """The command of the Dockerfile, with another application in place of the portal's."""
    return [sys.executable, "-m", *container_command()[:-1], application]


@contextmanager
def granian(
    site: Site, application: str = PORTAL, *, workers: int = 1, **surroundings: str
) -> Iterator[Server]:
    environment = site.environment | SURROUNDINGS
    environment |= {"GRANIAN_WORKERS": str(workers), **surroundings}
    with _server(site, application_command(application), "--port", environment) as server:
        yield server


@contextmanager
def gunicorn(site: Site, packages: Path, application: str, **surroundings: str) -> Iterator[Server]:
    """As it would be served by gunicorn: one process with as many threads."""
    environment = site.environment | {"PYTHONPATH": str(packages), **surroundings}
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--keep-alive", "30"]
    command += ["--worker-class", "gthread", "--threads", THREADS, "--workers", "1"]
    command.append(application)
    with _server(site, command, "--bind", environment) as server:
        yield server


@contextmanager
def _server(
    site: Site, command: list[str], option: str, environment: dict[str, str]
) -> Iterator[Server]:
    port = free_port()
    where = f"127.0.0.1:{port}" if option == "--bind" else str(port)
    log = site.folder / f"server-{port}.log"
    with running(
        [*command, option, where], log, connects(port), env=environment, cwd=ROOT
    ) as process:
        wait_until_it_answers(port)
        yield Server(port, process, log)


def wait_until_it_answers(port: int) -> None:
    """Workers load the application after the port is open."""
    deadline = time.monotonic() + 60
    while True:
        try:
            ask(port, "/song/")
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


# --- driving -----------------------------------------------------------------------------------------------------


@dataclass
class Target:
    """What is driven: the addresses in turns, or `body` posted to the first; whose work is counted."""

    port: int
    paths: Sequence[str]
    processes: Sequence[int]
    method: str = "GET"
    body: dict[str, str] = field(default_factory=dict)
    # What else works for it: of PostgreSQL.
    database: Sequence[int] = ()


@dataclass
class Burst:
    requests: int
    seconds: float
    # Answered with an error; not answered.
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float
    cpu: float = 0.0
    database_cpu: float = 0.0


def drive(target: Target, connections: int, seconds: int) -> Burst:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as paths:
        paths.write("\n".join(target.paths))
        paths.flush()
        surroundings = {
            "BENCH_PATHS": paths.name,
            "BENCH_METHOD": target.method,
            "BENCH_SEED": str(random.randrange(1_000_000_000)),
        }
        if target.body:
            surroundings["BENCH_BODY"] = urlencode(target.body, safe="%")
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
        command += ["-s", str(Path(__file__).with_name("drive.lua"))]
        for name, value in HEADERS.items():
            command += ["-H", f"{name}: {value}"]
        if target.body:
            command += ["-H", "Accept: application/json"]
        command.append(f"http://127.0.0.1:{target.port}{target.paths[0]}")
        before, before_database = cpu_seconds(target.processes), cpu_seconds(target.database)
        done = subprocess.run(
            command, env=os.environ | surroundings, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"wrk: {done.stdout}{done.stderr}")
    burst = Burst(**json.loads(done.stdout.splitlines()[-1]))
    burst.cpu = cpu_seconds(target.processes) - before
    burst.database_cpu = cpu_seconds(target.database) - before_database
    return burst


Figures = dict[str, dict[str, dict[str, Any]]]


def interleaved(
    targets: dict[str, Target],
    *,
    rounds: int,
    seconds: int,
    connections: Sequence[int] = CONNECTIONS,
    warm: bool = True,
) -> Figures:
    """For each target and number of connections the medians over the rounds, in each of which everything has its turn.

    By the JUDGED number of connections ratios are told, so it has three times as many rounds as the others. `each` is what was
    answered in a second of each: what stands beside each other there met the same minute.
    """
    if warm:
        for target in targets.values():
            drive(target, 8, 1)
    bursts: dict[tuple[str, int], list[Burst]] = defaultdict(list)
    for number in range(rounds):
        for many in connections:
            if many != JUDGED and number % 3:
                continue
            for name, target in targets.items():
                bursts[name, many].append(drive(target, many, seconds))
    found: Figures = {}
    for (name, many), all_of_it in bursts.items():
        answered = [max(1, one.requests) for one in all_of_it]
        found.setdefault(name, {})[str(many)] = {
            "each": [one.requests / one.seconds for one in all_of_it],
            "per_second": statistics.median(one.requests / one.seconds for one in all_of_it),
            "cpu_us": statistics.median(
                one.cpu / n * 1e6 for one, n in zip(all_of_it, answered, strict=True)
            ),
            "database_us": statistics.median(
                one.database_cpu / n * 1e6 for one, n in zip(all_of_it, answered, strict=True)
            ),
            "p50_ms": statistics.median(one.p50_ms for one in all_of_it),
            "p99_ms": statistics.median(one.p99_ms for one in all_of_it),
            "requests": sum(one.requests for one in all_of_it),
            "refused": sum(one.refused for one in all_of_it),
            "broken": sum(one.broken for one in all_of_it),
        }
    return found
