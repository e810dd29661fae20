"""The web process as production starts it: two workers, a shared cache that may go away, a graceful stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.db import connection

from news import announcing
from tests.deploy.running import DEPLOY, Installation, Site, ask, nginx, redis, stop

pytestmark = pytest.mark.own_database


def with_redis(installation: Installation, folder: Path, port: int) -> Site:
    """The installation, with the shared cache of docker-compose.yml at this port."""
    compose = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())
    url = compose["services"]["web"]["environment"]["REDIS_URL"].replace(
        "valkey:6379", f"127.0.0.1:{port}"
    )
    site = Site(folder, installation.site.environment["DATABASE_URL"], REDIS_URL=url)
    for name in ("PORTAL_SECRET_KEY", "PORTAL_DATA_DIR"):
        site.environment[name] = installation.site.environment[name]
    return site


def test_the_health_check_of_the_container_finds_the_process_well(
    installation: Installation,
) -> None:
    site = installation.site
    with site.web() as web:
        for path in ("/song/", "/san-sang/"):
            result = subprocess.run(  # noqa: S603
                [sys.executable, str(DEPLOY / "health.py"), path],
                env=site.environment | {"GRANIAN_PORT": str(web.port)},
                check=False,
            )
            assert result.returncode == 0, path


def test_a_page_that_one_process_has_made_is_ready_for_the_others(
    installation: Installation, tmp_path: Path
) -> None:
    with redis(tmp_path) as (port, _):
        site = with_redis(installation, tmp_path, port)
        with site.web() as one:
            made = ask(one.port, "/")
        time.sleep(1.1)
        with site.web() as other:
            found = ask(other.port, "/")
    assert made.status == 200
    # It says when it was made: by the other process, before this one ran.
    assert found.headers["Last-Modified"] == made.headers["Last-Modified"]


def test_what_is_published_elsewhere_is_seen_behind_nginx_within_a_second(
    installation: Installation, tmp_path: Path
) -> None:
    publish = """
import time
from tests.factories import make_article
make_article(title="Tin vừa đăng nơi khác")
print(time.time())
"""
    with redis(tmp_path) as (port, _):
        site = with_redis(installation, tmp_path, port)
        with (
            site.web(workers=2) as web,
            nginx(tmp_path, upstream=web.port, data=installation.site.folder) as front,
            ThreadPoolExecutor(1) as elsewhere,
        ):
            published = elsewhere.submit(site.python, publish)
            last_old = 0.0
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                asked = time.time()
                if "Tin vừa đăng nơi khác" in ask(front, "/").text:
                    break
                last_old = asked
                time.sleep(0.02)
            # The rest is what a busy machine takes to pass on the word; without it, it would be two seconds.
            assert last_old - float(published.result()) < 1.4


def test_a_change_is_announced_to_whoever_listens_and_a_redis_that_is_away_hinders_nobody(
    tmp_path: Path, settings: Any
) -> None:
    announcing._client.cache_clear()
    heard = threading.Event()
    with redis(tmp_path) as (port, process):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}"
        settings.REDIS_LIMITS = {"socket_connect_timeout": 1}
        announcing.listen(heard.set)
        assert heard.wait(5), "something may have been announced before"
        heard.clear()
        announcing.announce()
        assert heard.wait(5)
        stop(process)
        announcing.announce()
    announcing._client.cache_clear()


def test_a_shared_cache_that_hangs_or_goes_away_is_a_miss(
    installation: Installation, tmp_path: Path
) -> None:
    addresses = [
        "/",
        *installation.articles,
        "/robots.txt",
        "/sitemap.xml",
        "/rss.xml",
        "/khong-co/",
    ]
    with (
        redis(tmp_path) as (port, process),
        with_redis(installation, tmp_path, port).web(workers=2) as web,
    ):
        assert ask(web.port, addresses[0]).status == 200
        process.send_signal(signal.SIGSTOP)
        for address in addresses:
            began = time.monotonic()
            assert ask(web.port, address).status == (404 if address == "/khong-co/" else 200)
            # A hung Redis would hold it up for ever; the rest is what a cold page takes beside other tests.
            assert time.monotonic() - began < 6, address
        stop(process)
        for address in [*addresses, *(f"{address}ban-in/" for address in installation.articles)]:
            assert ask(web.port, address).status == (404 if address == "/khong-co/" else 200)


def test_a_graceful_stop_loses_no_view(installation: Installation) -> None:
    site = installation.site
    number = installation.articles[0].rstrip("/").rpartition("-")[2]
    total = f"""
from news.models import ViewCount
print(sum(ViewCount.objects.filter(article={number}).values_list("total", flat=True)))
"""
    before = int(site.python(total))
    with site.web(workers=2) as web:

        def view(_: int) -> int:
            return ask(
                web.port, f"/dem/{number}/", "POST", User_Agent="Mozilla/5.0 Firefox/150.0"
            ).status

        with ThreadPoolExecutor(16) as readers:
            statuses = set(readers.map(view, range(300)))
        stop(web.process)
    assert statuses == {204}
    assert web.process.returncode == 0
    assert int(site.python(total)) == before + 300


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connections to lose")
def test_a_database_that_was_away_is_found_again(installation: Installation) -> None:
    site = installation.site
    with site.web(workers=2) as web:
        for address in ["/", *installation.articles] * 3:
            assert ask(web.port, address).status == 200
        site.python("""
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
""")
        # A thread notices with its first question; nobody is answered wrongly for longer than that.
        for _ in range(20):
            ask(web.port, "/tim-kiem/?q=tin")
        for address in ["/", "/tim-kiem/?q=tin", *installation.articles] * 5:
            assert ask(web.port, address).status == 200


def test_a_worker_that_dies_is_replaced(installation: Installation) -> None:
    site = installation.site
    with site.web() as web:
        children = (
            Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text().split()
        )
        (worker,) = children
        os.kill(int(worker), signal.SIGKILL)
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            time.sleep(0.2)
            try:
                if ask(web.port, "/song/").status == 200:
                    break
            except OSError:
                continue
        else:
            pytest.fail(web.log.read_text())
