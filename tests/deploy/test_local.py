"""`make run` as it runs: the server, and the regular work beside it, which ends with the server however that ends."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.databases import Migrated
from tests.deploy.running import connects, free_port, running

MAKE_SITE = """
import django
django.setup()
from portal.models import SiteIdentity
SiteIdentity(name="An Bình").save()
"""


def ticking_children(pid: int) -> list[int]:
    """Processes that the server started for the regular work."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # It has ended meanwhile.
        if parent == pid and b"tick" in words:
            found.append(int(folder.name))
    return found


def wait_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def has_ticked(folder: Path) -> bool:
    """What `tick --check` asks, without a new process for each question."""
    with closing(sqlite3.connect(folder / "portal.sqlite3", timeout=20)) as database:
        asked = "SELECT EXISTS (SELECT 1 FROM portal_tick WHERE ended_at IS NOT NULL)"
        return bool(database.execute(asked).fetchone()[0])


def is_running(pid: int) -> bool:
    try:
        # One that has ended and whom nobody has asked about it yet does not run any more.
        return ") Z " not in (Path("/proc") / str(pid) / "stat").read_text()
    except OSError:
        return False


def surroundings(folder: Path) -> dict[str, Any]:
    """Of programs of the project whose data are in this folder; nothing of the developer's own settings."""
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PORTAL_")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_ENV_FILE": os.devnull,
        "PORTAL_DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
    }
    return {"env": environment, "cwd": settings.BASE_DIR}


@pytest.fixture(scope="module")
def made(migrated: Migrated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data of a new site; each test works on a copy."""
    folder = tmp_path_factory.mktemp("site")
    migrated.put_into(folder)
    subprocess.run([sys.executable, "-c", MAKE_SITE], check=True, **surroundings(folder))  # noqa: S603
    return folder


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_regular_work_runs_beside_the_server_and_ends_with_it(
    tmp_path: Path, made: Path, number: signal.Signals
) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    where = surroundings(tmp_path)

    port = free_port()
    command = [sys.executable, "manage.py", "start", "--port", str(port)]
    log = tmp_path / "start.log"
    with running(command, log, connects(port), start_new_session=True, **where) as server:
        wait_until(lambda: ticking_children(server.pid))
        (tick,) = ticking_children(server.pid)
        wait_until(lambda: has_ticked(tmp_path))
        if number == signal.SIGINT:
            # A terminal tells everybody who was started from it.
            os.killpg(server.pid, number)
        else:
            server.send_signal(number)
        server.wait(timeout=20)
        wait_until(lambda: not is_running(tick))
    # Of a server that was killed the workers go on.
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
