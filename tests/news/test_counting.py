"""Views are counted, exactly and of readers only; nothing says who read what."""

import datetime as dt
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import InterfaceError
from django.test import Client

from news import counting
from news.models import Article, DailyViewCount, ViewCount
from tests.databases import Migrated
from tests.factories import make_article, make_user

STORY = django_settings.BASE_DIR / "portal" / "demo" / "conference-2019-05-31.txt"
READER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(autouse=True)
def no_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests say themselves when to write."""
    monkeypatch.setattr(counting, "_start_writer", lambda: None)


@pytest.fixture
def article(db: None) -> Article:
    return make_article()


def read(
    article: Article, client: Client | None = None, image: bool = False, **headers: Any
) -> int:
    """One page view with these headers; the total in the database after it was written."""
    headers = {
        "user-agent": READER,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    client = client or Client()
    if image:
        client.get(f"/dem/{article.pk}.gif", headers=headers)
    else:
        client.post(f"/dem/{article.pk}/", headers=headers)
    counting.flush()
    return ViewCount.objects.get(article=article).total


def today(article: Article) -> int:
    return DailyViewCount.objects.get(article=article).views


# --- Who counts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("image", [False, True])
def test_a_reader_counts_with_and_without_javascript(article: Article, image: bool) -> None:
    assert read(article, image=image) == 1
    assert read(article, image=image) == 2
    assert today(article) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"user_agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"user_agent": "facebookexternalhit/1.1"},
        {"user_agent": "curl/8.5"},
        {"user_agent": "python-requests/2.32"},
        {"user_agent": ""},
        {"sec_purpose": "prefetch"},
        {"sec_purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"sec_fetch_site": "cross-site"},
    ],
)
@pytest.mark.parametrize("image", [False, True])
def test_bots_prefetches_and_other_sites_do_not_count(
    article: Article, headers: dict[str, Any], image: bool
) -> None:
    assert read(article, image=image, **headers) == 0


def test_staff_do_not_count_and_other_accounts_do(article: Article) -> None:
    staff, other = Client(), Client()
    staff.force_login(make_user())
    other.force_login(make_user(is_staff=False))

    assert read(article, staff) == 0
    assert read(article, other) == 1


def test_a_view_of_an_unknown_article_is_dropped_and_the_others_written(article: Article) -> None:
    counting.count_view(article.pk + 1000)

    assert read(article) == 1
    assert ViewCount.objects.count() == 1


# --- How it is written ----------------------------------------------------------------------------


def test_nothing_is_written_before_the_flush_and_nothing_twice(article: Article) -> None:
    for _ in range(3):
        counting.count_view(article.pk)
    assert ViewCount.objects.get(article=article).total == 0

    counting.flush()
    counting.flush()
    assert ViewCount.objects.get(article=article).total == today(article) == 3


def test_many_articles_are_written_in_a_fixed_number_of_queries(
    db: None, django_assert_max_num_queries: Any
) -> None:
    articles = [make_article() for _ in range(30)]
    for article in articles:
        counting.count_view(article.pk)
    with django_assert_max_num_queries(8):
        counting.flush()

    assert set(ViewCount.objects.values_list("total", flat=True)) == {1}


def test_a_view_belongs_to_its_vietnamese_day(article: Article, time_machine: Any) -> None:
    # 16:59 and 17:01 in London's winter time are either side of midnight in Việt Nam.
    for minute in [
        dt.datetime(2026, 1, 5, 16, 59, tzinfo=dt.UTC),
        dt.datetime(2026, 1, 5, 17, 1, tzinfo=dt.UTC),
    ]:
        time_machine.move_to(minute, tick=False)
        counting.count_view(article.pk)
    counting.flush()

    days = dict(DailyViewCount.objects.filter(article=article).values_list("day", "views"))
    assert days == {dt.date(2026, 1, 5): 1, dt.date(2026, 1, 6): 1}
    assert ViewCount.objects.get(article=article).total == 2


@pytest.mark.parametrize(
    "error", [InterfaceError("connection already closed"), OSError("disk is full")]
)
def test_a_failed_write_keeps_the_counts_for_the_next_try(
    article: Article, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(batch: Any) -> None:
        raise error

    counting.count_view(article.pk)
    with monkeypatch.context() as broken:
        broken.setattr(counting, "_write", fail)
        counting.flush()
    counting.count_view(article.pk)
    counting.flush()

    assert ViewCount.objects.get(article=article).total == today(article) == 2


def test_views_counted_by_many_threads_at_once_are_all_there(article: Article) -> None:
    def count_many() -> None:
        for _ in range(250):
            counting.count_view(article.pk)

    threads = [threading.Thread(target=count_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counting.flush()

    assert ViewCount.objects.get(article=article).total == 2000


def test_what_is_kept_has_no_place_for_a_person() -> None:
    fields = {
        model: {field.name for field in model._meta.get_fields()}
        for model in (ViewCount, DailyViewCount)
    }

    assert fields == {
        ViewCount: {"article", "total"},
        DailyViewCount: {"id", "article", "day", "views"},
    }


# --- The server -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(migrated: Migrated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small site of its own, on SQLite whatever the suite runs on."""
    folder = tmp_path_factory.mktemp("site")
    migrated.put_into(folder)
    _manage(folder, "import_page", str(STORY))
    return folder


def _environment(folder: Path) -> dict[str, str]:
    ours = ("PORTAL_", "DATABASE_URL", "REDIS_URL", "GRANIAN_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PORTAL_DATA_DIR": str(folder), "PORTAL_ENV_FILE": str(folder / "none")}


def _manage(folder: Path, *command: str) -> None:
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "manage.py", *command],
        cwd=django_settings.BASE_DIR,
        env=_environment(folder),
        check=True,
        capture_output=True,
    )


def _written(folder: Path) -> int:
    connection = sqlite3.connect(folder / "portal.sqlite3", timeout=20)
    try:
        return int(connection.execute("SELECT total FROM news_viewcount").fetchone()[0])
    finally:
        connection.close()


class Server:
    """Granian as `manage.py start` and the container run it."""

    def __init__(self, folder: Path, workers: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        options = {
            "--interface": "wsgi",
            "--port": self.port,
            "--workers": workers,
            "--blocking-threads": 4,
            "--workers-kill-timeout": 10,
            "--log-level": "error",
        }
        command = [str(word) for option in options.items() for word in option]
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "granian", *command, "portal.serving:application"],
            cwd=django_settings.BASE_DIR,
            env=_environment(folder),
            start_new_session=True,
        )
        deadline = time.monotonic() + 30
        while not self._answers():
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.1)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/song/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def read(self, article_id: int, times: int) -> None:
        """This many beacons from ten readers at once, each answered."""
        answers: list[int] = []

        def reader() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            for _ in range(times // 10):
                connection.request(
                    "POST",
                    f"/dem/{article_id}/",
                    headers={"User-Agent": READER, "Content-Length": "0"},
                )
                answer = connection.getresponse()
                answer.read()
                answers.append(answer.status)
            connection.close()

        readers = [threading.Thread(target=reader) for _ in range(10)]
        for thread in readers:
            thread.start()
        for thread in readers:
            thread.join()
        assert answers == [204] * times

    def stop(self, how: signal.Signals) -> None:
        """A signal to the whole group, as Ctrl+C in a terminal sends it."""
        os.killpg(self.process.pid, how)
        self.process.wait(timeout=30)


@pytest.fixture
def start_server(site: Path) -> Iterator[Any]:
    servers: list[Server] = []

    def start(workers: int) -> Server:
        servers.append(Server(site, workers))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_graceful_stop_right_after_a_thousand_views_loses_none(
    site: Path, start_server: Any, workers: int, how: signal.Signals
) -> None:
    before = _written(site)
    server = start_server(workers)
    server.read(1, 1000)
    server.stop(how)

    assert _written(site) - before == 1000


def test_a_kill_loses_only_what_came_in_the_last_second(site: Path, start_server: Any) -> None:
    before = _written(site)
    server = start_server(1)
    server.read(1, 100)
    deadline = time.monotonic() + django_settings.VIEW_FLUSH_SECONDS + 1
    while _written(site) - before < 100 and time.monotonic() < deadline:
        time.sleep(0.05)
    server.read(1, 50)
    server.stop(signal.SIGKILL)

    assert 100 <= _written(site) - before <= 150


def test_a_number_no_article_can_have_stops_nobody_else_s_count(article: Article) -> None:
    counting.count_view(10**20)
    assert read(article) == 1


def test_more_articles_at_once_than_can_be_written_are_dropped(
    article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MAX_WAITING", 1)
    counting.count_view(article.pk)
    counting.count_view(article.pk + 1)
    counting.count_view(article.pk)
    counting.flush()
    assert ViewCount.objects.get(article=article).total == 2
