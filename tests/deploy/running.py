# ruff: noqa: S603 - programs are started that were found here, with arguments written here.
"""The production site on loopback: granian with production settings, nginx with deploy/nginx.conf, Redis.

Everything lies in a folder of the test and ends with its block. Debian's programs stand in for the containers.
"""

import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest
from django.conf import settings

from tests.tools.private_postgres import unprivileged

HOST = "portal.example"
DEPLOY: Path = settings.BASE_DIR / "deploy"


# --- What the machine has --------------------------------------------------------------------------------------


def program(name: str, package: str) -> str:
    """Where the program is. Without it the test is skipped in one loud line, or fails where all tests must run."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return found or missing(
        f"NOT RUN: {name} was not found; install the Debian package `{package}`"
    )


def missing(sentence: str) -> NoReturn:
    if any(os.environ.get(name, "") not in ("", "0", "false") for name in ("CI", "REQUIRE_ALL")):
        pytest.fail(sentence)
    # Past pytest's capture: it shall be seen.
    print(sentence, file=sys.__stderr__, flush=True)
    pytest.skip(sentence)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(answers: Callable[[], object], process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when `answers` no longer raises OSError; fail with the process's own words."""
    deadline = time.monotonic() + 30
    while True:
        try:
            answers()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{process.args!r} did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.02)


# --- Asking ----------------------------------------------------------------------------------------------------


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def cache(self) -> str | None:
        """What nginx's cache did: HIT, MISS, EXPIRED, STALE, BYPASS; None where no cache was asked."""
        return self.headers["X-Cache"]


def ask(
    port: int, path: str, method: str = "GET", body: bytes | None = None, /, **headers: str
) -> Answer:
    """One request as the office's front sends it, for a reader of 203.0.113.7; `X_Name=` becomes `X-Name:`."""
    sent = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request(method, path, body=body, headers=sent)
        response = line.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        line.close()


# --- Running ---------------------------------------------------------------------------------------------------


@contextmanager
def running(
    command: list[str], log: Path, answers: Callable[[], object], **options: object
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, from when it answers until the end of the block, which ends it gracefully."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # type: ignore[call-overload]
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **options
        )
    try:
        wait_for(answers, process, log)
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End it as `docker stop` does: SIGTERM, and after a time SIGKILL. Does nothing to one that has ended."""
    if process.poll() is None:
        # A stopped process (SIGSTOP) would not hear of it.
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def connects(port: int) -> Callable[[], object]:
    def answers() -> None:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()

    return answers


class Site:
    """A production installation in a folder: its settings, data and web process."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder = folder
        # Nothing of the developer's own settings comes along.
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")
        }
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "PORTAL_ENV_FILE": os.devnull,
            "PORTAL_MODE": "production",
            "PORTAL_SITE_URL": f"https://{HOST}",
            "PORTAL_SECRET_KEY": secrets.token_urlsafe(50),
            "PORTAL_BEHIND_PROXY": "True",
            "PORTAL_DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "REDIS_URL": "",
        } | settings

    def python(self, code: str) -> str:
        """Run Python code in the installation and return what it printed."""
        result = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            env=self.environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    @contextmanager
    def web(self, workers: int = 1) -> Iterator["Web"]:
        """The web process with the command of the Dockerfile, at a port of its own."""
        port = free_port()
        command = [sys.executable, "-m", *container_command(), "--port", str(port)]
        environment = self.environment | {
            "GRANIAN_WORKERS": str(workers),
            "GRANIAN_BLOCKING_THREADS": "4",
        }
        log = self.folder / f"web-{port}.log"
        with running(
            command, log, lambda: ask(port, "/song/"), env=environment, cwd=settings.BASE_DIR
        ) as process:
            yield Web(port, process, log)


@dataclass
class Installation:
    site: Site
    articles: list[str]
    photo: str
    # Primary key, address, address in place, name in the storage.
    file: tuple[int, str, str, str]
    # A draft's file, and its address for who was given the draft's link.
    loose_file: str
    shared_file: str


@dataclass
class Web:
    """A running web process; `port` answers without nginx."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path


def container_command() -> list[str]:
    """The CMD of the Dockerfile, less host and port."""
    dockerfile = (settings.BASE_DIR / "Dockerfile").read_text().replace("\\\n", "")
    line = next(line for line in dockerfile.splitlines() if line.startswith("CMD "))
    command: list[str] = json.loads(line.removeprefix("CMD "))
    for name in ("--host", "--port"):
        place = command.index(name)
        del command[place : place + 2]
    return command


def configuration(
    folder: Path, *, port: int, upstream: int, data: Path, changes: dict[str, str], deploy: Path
) -> Path:
    """A copy of deploy/ in which only addresses and paths differ, and what nginx before 1.27.3 does not know."""
    copy = folder / "portal"
    shutil.copytree(deploy, copy)
    replaced = {
        "listen 8080 default_server;": f"listen 127.0.0.1:{port} default_server;",
        "server web:8000 resolve max_fails=0;": f"server 127.0.0.1:{upstream} max_fails=0;",
        "/var/cache/nginx/": f"{folder}/",
        "root /data;": f"root {data};",
        "/etc/nginx/portal/": f"{copy}/",
        "/tmp/": f"{folder}/",  # noqa: S108 - a folder of the container
        # The front of these tests is the test itself.
        "set_real_ip_from 172.31.213.1;": "set_real_ip_from 127.0.0.1;",
    } | changes
    found: set[str] = set()

    def replacement(match: re.Match[str]) -> str:
        found.add(match[0])
        return replaced[match[0]]

    # In one pass, because a new path may hold an old one.
    pattern = re.compile("|".join(re.escape(old) for old in replaced))
    for file in copy.rglob("*.conf"):
        file.write_text(pattern.sub(replacement, file.read_text()))
    assert found == set(replaced), f"deploy/ no longer says {set(replaced) - found}"
    return copy / "nginx.conf"


@contextmanager
def nginx(
    folder: Path,
    *,
    upstream: int,
    data: Path,
    changes: dict[str, str] | None = None,
    deploy: Path = DEPLOY,
) -> Iterator[int]:
    """The port of an nginx with deploy/nginx.conf in front of the upstream port."""
    binary = program("nginx", "nginx")
    port = free_port()
    path = configuration(
        folder, port=port, upstream=upstream, data=data, changes=changes or {}, deploy=deploy
    )
    if os.geteuid() == 0:
        # Started by root, the workers become `nobody` unless told otherwise; the test's folder is root's.
        path.write_text(f"user root;\n{path.read_text()}")
    command = [binary, "-e", "/dev/stderr", "-c", str(path)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr, checked.stderr
    with running([*command, "-g", "daemon off;"], folder / "nginx.log", connects(port)):
        yield port


@contextmanager
def redis(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The port of a Redis that keeps nothing, and its process."""
    port = free_port()
    command = [program("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    with running(command, folder / "redis.log", connects(port)) as process:
        yield port, process


@contextmanager
def pgbouncer(pools: dict[str, str], password: str) -> Iterator[int]:
    """The port of a PgBouncer with deploy/pgbouncer/portal.ini, for the user `portal` with this password.

    `pools` are names of databases and libpq's words for where each is.
    """
    binary = program("pgbouncer", "pgbouncer")
    port, account = free_port(), unprivileged()
    with TemporaryDirectory(prefix="pgbouncer-") as place:
        folder = Path(place)
        told = (DEPLOY / "pgbouncer" / "portal.ini").read_text()
        words = {"listen_addr": "127.0.0.1", "listen_port": port, "auth_file": folder / "users"}
        # So few that the sessions go round.
        words["default_pool_size"] = 3
        for name, value in words.items():
            told, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", told)
            assert found == 1, name
        lines = "".join(f"{one} = {where}\n" for one, where in pools.items())
        told = re.sub(r"(?m)^\w+ = host=.*\n", "", told).replace(
            "[databases]\n", f"[databases]\n{lines}"
        )
        (folder / "portal.ini").write_text(told)
        (folder / "users").write_text(f'"portal" "{password}"\n')
        if account:
            os.chown(folder, account["user"], account["group"])
        log = folder / "log"
        with running([binary, "portal.ini"], log, connects(port), **account | {"cwd": folder}):
            yield port
