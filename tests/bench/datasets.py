"""The data sets that measurements share: filled once, kept below var/bench/, brought up to date at each use.

    python -m tests.bench.datasets [--stories N]... [--database sqlite|postgresql]...
    python -m tests.bench.datasets --stories N --database KIND [--copy] -- COMMAND...

The first form fills what is missing, the second runs a command beside one of them, which DATABASE_URL names. Without
`--stories` both sizes, without `--database` both kinds; two kinds are filled at the same time. A data set has ten
comments for each story, whose bodies are of 7 KB. It is filled anew when what makes it has changed (corpus.py,
comment_corpus.py, the demo's sentences) or the form of the index of words; changes of the schema are migrated.

BENCH_DIR names another place, for instance one that several checkouts share. No command here touches the portal's own
database, and none of the users of a data set may write what changes its size: whoever writes takes a `copy`.
"""

import argparse
import ast
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from tests.tools import private_postgres

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("BENCH_DIR", ROOT / "var" / "bench")).absolute()
SIZES = (1_000, 100_000)
COMMENTS_PER_STORY = 10
KINDS = ("sqlite", "postgresql")
OF_ANOTHER_CHECKOUT = 3
# Set for a command that runs beside a data set: the database of DATABASE_URL is filled already.
KEPT = "BENCH_KEPT"
# The rest as docker-compose.yml starts it. Filling writes much at once.
SERVER_OPTIONS = {"max_wal_size": "4GB"}


def stamp(stories: int) -> dict[str, object]:
    """What a data set of this size is made by. What differs was made otherwise."""
    made_by = hashlib.sha256()
    for name in ("corpus", "comment_corpus"):
        # Remarks and the breaking of lines make no difference.
        source = Path(__file__).with_name(f"{name}.py").read_text()
        made_by.update(ast.dump(ast.parse(source)).encode())
    for name in ("conference-2019-05-31.txt", "articles.py"):
        made_by.update((ROOT / "portal" / "demo" / name).read_bytes())
    form = re.search(r"^FORM = (\d+)$", (ROOT / "news/models/search.py").read_text(), re.MULTILINE)
    assert form
    return {
        "stories": stories,
        "comments": stories * COMMENTS_PER_STORY,
        "form of the index": int(form[1]),
        "made by": made_by.hexdigest()[:16],
    }


class NoDatabase(Exception):
    """The machine has no such server; the message says what to install."""


class Sqlite:
    """One file for each data set."""

    kind = "sqlite"

    def path(self, name: str) -> Path:
        return FOLDER / f"{name}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{self.path(name)}"

    def forget(self, name: str) -> None:
        for end in ("", "-wal", "-shm"):
            self.path(name).with_name(f"{name}.sqlite3{end}").unlink(missing_ok=True)

    def create(self, name: str) -> None:
        self.forget(name)

    def rename(self, name: str, new: str) -> None:
        self.forget(new)
        self.path(name).rename(self.path(new))

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def copies(self) -> list[str]:
        return [file.stem for file in FOLDER.glob("copy_*.sqlite3")]

    def copy(self, name: str, new: str) -> None:
        """Nobody may be writing into it."""
        self.forget(new)
        for end in ("", "-wal"):
            file = self.path(name).with_name(f"{name}.sqlite3{end}")
            if file.exists():
                shutil.copyfile(file, self.path(new).with_name(f"{new}.sqlite3{end}"))


class Postgresql:
    """One database for each data set, in a cluster that runs while somebody uses it."""

    kind = "postgresql"

    def __init__(self, home: Path) -> None:
        self.home = home

    def url(self, name: str) -> str:
        return f"postgres:///{name}?host={self.home}&port=5432&user=postgres"

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(host=str(self.home), user="postgres", dbname="postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def forget(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def create(self, name: str) -> None:
        self.forget(name)
        self.run(f"CREATE DATABASE {name}")

    def rename(self, name: str, new: str) -> None:
        self.forget(new)
        self.run(f"ALTER DATABASE {name} RENAME TO {new}")

    def exists(self, name: str) -> bool:
        return bool(self.run(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))  # noqa: S608

    def copies(self) -> list[str]:
        return [
            name for (name,) in self.run("SELECT datname FROM pg_database") if name[:5] == "copy_"
        ]

    def copy(self, name: str, new: str) -> None:
        """Nobody may be connected to it."""
        self.forget(new)
        self.run(f"CREATE DATABASE {new} TEMPLATE {name} STRATEGY file_copy")


Store = Sqlite | Postgresql


@contextmanager
def store(kind: str) -> Iterator[Store]:
    """Where the data sets of this kind are. Raises NoDatabase."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield Sqlite()
        return
    programs = private_postgres.server_programs()
    if programs is None:
        raise NoDatabase(private_postgres.ADVICE)
    with running_cluster(programs) as home:
        yield Postgresql(home)


@contextmanager
def running_cluster(programs: Path) -> Iterator[Path]:
    """The folder of the kept cluster, with a server. The last of those who use it at a time stops it."""
    said = subprocess.check_output([f"{programs}/postgres", "--version"], text=True)
    version = re.findall(r"\d+", said)[0]
    home = FOLDER / f"postgresql-{version}"
    home.mkdir(exist_ok=True)
    account = private_postgres.unprivileged()
    if account:
        os.chown(home, account["user"], account["group"])
        if programs.is_relative_to(sys.prefix):
            copied = home / programs.relative_to(programs.parents[1].parent)
            programs = copied if copied.exists() else private_postgres.copy_of_wheel(programs, home)
    with (FOLDER / "starting").open("w") as starting, (FOLDER / "in use").open("w") as in_use:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(in_use, fcntl.LOCK_SH)
        if not (home / "data" / "PG_VERSION").exists():
            shutil.rmtree(home / "data", ignore_errors=True)
            private_postgres.make_cluster(programs, home, account)
        question = [f"{programs}/pg_isready", "--quiet", f"--host={home}"]
        if subprocess.run(question, check=False).returncode != 0:
            private_postgres.start_server(programs, home, account, SERVER_OPTIONS)
        fcntl.flock(starting, fcntl.LOCK_UN)
        try:
            yield home
        finally:
            fcntl.flock(starting, fcntl.LOCK_EX)
            try:
                fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                stop = [f"{programs}/pg_ctl", "stop", "--silent", "--wait", "--mode=fast"]
                stop += ["--timeout=600", f"--pgdata={home}/data"]
                with subprocess.Popen(stop, cwd=home, start_new_session=True, **account):
                    pass


def environment(url: str) -> dict[str, str]:
    """Of a program that uses the database at this URL; nothing of the developer's own settings comes along."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return kept | {
        "DATABASE_URL": url,
        "REDIS_URL": "",
        "PORTAL_ENV_FILE": os.devnull,
        "PORTAL_DATA_DIR": str(FOLDER / "data"),
        KEPT: "1",
    }


def name_of(stories: int) -> str:
    return f"stories_{stories}"


def ensure(where: Store, stories: int) -> str:
    """The DATABASE_URL of the data set, which is filled or brought up to date if need be."""
    name = name_of(stories)
    made = FOLDER / f"{where.kind}-{name}.json"
    wanted = stamp(stories)
    filling = [sys.executable, "-m", "tests.bench.filling"]
    if where.exists(name) and made.exists() and json.loads(made.read_text()) == wanted:
        again = [*filling, "--again"]
        done = subprocess.run(again, env=environment(where.url(name)), cwd=ROOT, check=False)
        if done.returncode == 0:
            return where.url(name)
        if done.returncode != OF_ANOTHER_CHECKOUT:
            raise RuntimeError(f"{name} on {where.kind} could not be brought up to date, see above")
    print(f"{where.kind}: {stories} stories, {wanted['comments']} comments", flush=True)
    made.unlink(missing_ok=True)
    making = f"making_{stories}"
    where.create(making)
    command = [*filling, "--stories", str(stories), "--comments", str(wanted["comments"])]
    subprocess.run(command, env=environment(where.url(making)), cwd=ROOT, check=True)
    where.rename(making, name)
    made.write_text(json.dumps(wanted))
    return where.url(name)


@contextmanager
def kept(kind: str, stories: int) -> Iterator[str]:
    """The DATABASE_URL of a data set, to be read. Raises NoDatabase."""
    with store(kind) as where:
        yield ensure(where, stories)


@contextmanager
def copied(kind: str, stories: int) -> Iterator[str]:
    """The DATABASE_URL of a copy, to be written into; gone after the block. Raises NoDatabase."""
    with store(kind) as where:
        ensure(where, stories)
        for left in where.copies():
            # Of a process that was killed.
            if not Path(f"/proc/{left.split('_')[1]}").exists():
                where.forget(left)
        copy = f"copy_{os.getpid()}_{threading.get_ident()}"
        where.copy(name_of(stories), copy)
        try:
            yield where.url(copy)
        finally:
            where.forget(copy)


def fill_all(kinds: list[str], sizes: list[int]) -> int:
    """Each kind in a process of its own, because one core makes the words of one story after the other."""
    if len(kinds) == 1:
        with store(kinds[0]) as where:
            for stories in sizes:
                print(f"{kinds[0]}: {ensure(where, stories)}", flush=True)
        return 0
    options = [word for stories in sizes for word in ("--stories", str(stories))]
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.datasets", "--database", kind, *options], cwd=ROOT
        )
        for kind in kinds
    ]
    try:
        return max(child.wait() for child in children)
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
                child.wait()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stories", type=int, action="append")
    parser.add_argument("--database", choices=KINDS, action="append")
    parser.add_argument("--copy", action="store_true", help="for a command that writes")
    parser.add_argument("command", nargs="*")
    asked = parser.parse_args()
    private_postgres.exit_on_signals()
    kinds, sizes = asked.database or list(KINDS), asked.stories or list(SIZES)
    try:
        if not asked.command:
            return fill_all(kinds, sizes)
        if len(kinds) != 1 or len(sizes) != 1:
            parser.error("a command runs beside one data set: say --stories and --database")
        with ExitStack() as block:
            lent = copied if asked.copy else kept
            url = block.enter_context(lent(kinds[0], sizes[0]))
            return subprocess.run(
                asked.command, env=environment(url), cwd=ROOT, check=False
            ).returncode
    except NoDatabase as missing:
        print(missing, file=sys.stderr)
        return private_postgres.NOTHING_FOUND


if __name__ == "__main__":
    sys.exit(main())
