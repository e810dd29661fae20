"""Two web nodes, a primary, a streaming replica, Redis and PgBouncer: what one node changes, the other shows; nothing old is shown as new.

One cluster stands for the machines of docs/scaling.md: the one this run uses is the primary.
"""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection

from tests.databases import libpq_words
from tests.deploy.running import (
    HOST,
    Installation,
    Site,
    Web,
    ask,
    missing,
    pgbouncer,
    redis,
    stop,
)
from tests.tools import private_postgres

pytestmark = [
    pytest.mark.own_database,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no replica"),
]

# What a reader waits for at most, with a shared cache.
SEEN_SECONDS = 1.0

OFFICIAL = """
import json, secrets
from django.test import Client
from news.models import Article
from tests.desk import form_data
from tests.factories import make_user
client = Client()
client.force_login(make_user(superuser=True))
token = secrets.token_hex(16)
article = Article.objects.get(pk={pk})
print(json.dumps({{
    "cookie": f"sessionid={{client.cookies['sessionid'].value}}; csrftoken={{token}}",
    "data": form_data(article, title={title!r}, alone="on", _publish="", csrfmiddlewaretoken=token),
}}))
"""
TWO_TICKS = """
import time
from portal import jobs
jobs.JOBS = [jobs.Job("x", "Việc", lambda: time.sleep(2))]
print(jobs.run_due_jobs())
"""
# Another transaction takes the session in which a cursor of the server would wait.
INTERRUPTED = """
from django.db import connection, transaction
from news.models import Article
rows = Article.objects.order_by("pk").iterator(chunk_size=1)
found = [next(rows)]
other = connection.copy("other")
other.set_autocommit(False)
with other.cursor() as cursor:
    cursor.execute("SELECT 1")
    found += rows
other.close()
print(len(found) == Article.objects.count())
"""


@dataclass
class Machines:
    one: Web
    other: Web
    site: Site
    articles: list[str]
    primary: str
    replica: str
    copying: "subprocess.Popen[Any]"

    def on(self, where: str, statement: str) -> list[tuple[Any, ...]]:
        driver: Any = connection.Database  # type: ignore[attr-defined]
        server = driver.connect(where)
        server.autocommit = True
        try:
            with server.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            server.close()

    def raise_the_number(self) -> None:
        """What every public change does in its transaction (news.freshness.bump)."""
        self.on(self.primary, "UPDATE news_generation SET number = number + 1")

    def wait_for_the_replica(self) -> None:
        written = self.on(self.primary, "SELECT pg_current_wal_insert_lsn()")[0][0]
        replayed = f"SELECT pg_last_wal_replay_lsn() >= '{written}'"
        until(lambda: self.on(self.replica, replayed)[0][0])

    def pause(self) -> None:
        """Let the replica fall behind until `go_on`."""
        self.on(self.replica, "SELECT pg_wal_replay_pause()")
        state = "SELECT pg_get_wal_replay_pause_state()"
        until(lambda: self.on(self.replica, state)[0][0] == "paused")

    def go_on(self) -> None:
        self.on(self.replica, "SELECT pg_wal_replay_resume()")
        self.wait_for_the_replica()


def until(true: Callable[[], object], seconds: float = 10) -> float:
    """How many seconds it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def machines(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machines]:
    folder = tmp_path_factory.mktemp("machines")
    programs = private_postgres.server_programs()
    if programs is None or not (programs / "pg_basebackup").exists():
        missing("NOT RUN: pg_basebackup was not found; install the Debian package `postgresql`")
    there = installation.site.environment
    primary = libpq_words(there["DATABASE_URL"])
    with (
        redis(folder) as (cache, _),
        private_postgres.streaming_replica(programs, primary) as (copy, copying),
        pgbouncer({"portal": primary}, "secret") as pool,
    ):
        name = urlsplit(there["DATABASE_URL"]).path
        replica = copy.replace("/postgres?", f"{name}?")
        site = Site(
            folder,
            f"postgres://portal:secret@127.0.0.1:{pool}/portal",
            DATABASE_POOLED="True",
            DATABASE_REPLICA_URL=replica,
            REDIS_URL=f"redis://127.0.0.1:{cache}/0",
            PORTAL_SECOND_FACTOR="none",
        )
        site.environment |= {key: there[key] for key in ("PORTAL_SECRET_KEY", "PORTAL_DATA_DIR")}
        with site.web() as one, site.web() as other:
            yield Machines(
                one, other, site, installation.articles, primary, libpq_words(replica), copying
            )


def test_nothing_old_is_shown_as_new_however_far_the_replica_is_behind(machines: Machines) -> None:
    address = machines.articles[0]
    number = int(address.rstrip("/").rpartition("-")[2])
    form = f"/quan-tri/news/article/{number}/change/"
    first, new = "Chỉ máy chính biết", "Biên tập viên vừa xuất bản"
    official = json.loads(machines.site.python(OFFICIAL.format(pk=number, title=new)))
    nodes = (machines.one, machines.other)

    # Changed past the verbs, so nobody is told: whoever shows it has asked the primary.
    machines.raise_the_number()
    machines.wait_for_the_replica()
    machines.pause()
    machines.on(
        machines.primary,
        f"UPDATE news_article SET title = '{first}' WHERE id = {number}",  # noqa: S608
    )
    time.sleep(SEEN_SECONDS + 0.1)
    for node in nodes:
        assert first not in ask(node.port, address).text
        assert first in ask(node.port, address, Cookie="sessionid=x").text

    # A change as it should be.
    sent = ask(
        machines.one.port,
        form,
        "POST",
        urlencode(official["data"]).encode(),
        Cookie=official["cookie"],
        Origin=f"https://{HOST}",
        Content_Type="application/x-www-form-urlencoded",
    )
    assert (sent.status, sent.headers["Location"]) == (302, form), sent.text
    published = time.monotonic()
    # The official is at the other node next.
    page = ask(machines.other.port, address, Cookie=official["cookie"])
    assert new in page.text
    found = f"/quan-tri/tim/?{urlencode({'q': new})}"
    hits = ask(machines.other.port, found, Cookie=official["cookie"], Accept="application/json")
    assert json.dumps(new) in hits.text
    until(lambda: new in ask(machines.other.port, address).text, 5)
    assert time.monotonic() - published < SEEN_SECONDS + 0.2

    # Nothing of before was kept under the number that says that it is new: not by either, not behind them in Redis.
    time.sleep(SEEN_SECONDS)
    for node in nodes:
        for path in (address, "/", f"{address}ban-in/"):
            assert new in ask(node.port, path).text, path
    # When it has caught up, it is asked again.
    machines.go_on()
    machines.raise_the_number()
    machines.wait_for_the_replica()
    machines.pause()
    machines.on(machines.primary, f"UPDATE news_article SET title = '{first}' WHERE id = {number}")  # noqa: S608
    time.sleep(SEEN_SECONDS + 0.1)
    assert new in ask(machines.one.port, f"{address}ban-in/").text
    machines.go_on()


def test_of_two_ticks_at_once_behind_pgbouncer_one_works(machines: Machines) -> None:
    with ThreadPoolExecutor(2) as both:
        said = list(both.map(machines.site.python, [TWO_TICKS] * 2))
    assert sorted(said) == ["False", "True"]


def test_no_cursor_outlives_its_transaction_behind_pgbouncer(machines: Machines) -> None:
    assert machines.site.python(INTERRUPTED) == "True"


def test_a_replica_that_goes_away_is_missed_by_nobody_and_no_view_is_lost(
    machines: Machines,
) -> None:
    number = machines.articles[1].rstrip("/").rpartition("-")[2]
    total = f"SELECT coalesce(sum(total), 0) FROM news_viewcount WHERE article_id = {number}"  # noqa: S608
    before = machines.on(machines.primary, total)[0][0]
    # At once: a server that is only asked to stop waits for those who are connected.
    machines.copying.send_signal(signal.SIGQUIT)
    machines.copying.wait(timeout=10)
    machines.raise_the_number()
    time.sleep(SEEN_SECONDS + 0.1)
    nodes = (machines.one, machines.other)
    for node in nodes:
        for path in ("/", *machines.articles, "/tim-kiem/?q=tin"):
            assert ask(node.port, path).status == 200, path
        assert node.log.read_text().count("the replica does not answer") == 1

    def view(place: int) -> int:
        return ask(
            nodes[place % 2].port, f"/dem/{number}/", "POST", User_Agent="Mozilla/5.0 Firefox/150.0"
        ).status

    with ThreadPoolExecutor(8) as readers:
        assert set(readers.map(view, range(200))) == {204}
    for node in nodes:
        stop(node.process)
    assert machines.on(machines.primary, total)[0][0] == before + 200
