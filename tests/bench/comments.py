"""What the moderators' desk costs with 50,000 waiting and 1,000,000 decided comments, beside its cost with 500.

    python -m tests.bench.comments [--waiting N] [--decided N]

`make bench-comments` asks for both databases. Everything happens in a database of its own that is gone afterwards.
The database is copied while it holds few comments; each page is then asked for as a moderator would, of the one with few
and of the one with many in turns, so that what else the machine does lengthens both. It fails when a page takes more
queries with many, reads a large table through, or takes more than MOST_TIMES its time with few. (A page that shows no
reported comment takes one query less.)
"""

import argparse
import os
import shutil
import sys
import time

from tests.bench import own_database
from tests.bench.own_database import FOLDER, SQLITE

own_database.set_up()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from comments.models import Comment  # noqa: E402
from portal.roles import MODERATOR  # noqa: E402
from tests.bench import corpus, report  # noqa: E402
from tests.bench.comment_corpus import (  # noqa: E402
    COMMON,
    DECIDED,
    FIRST_WAITING,
    MARKED,
    RARE,
    WAITING,
    copy_many,
    fill_few,
)
from tests.tools.plans import read_through  # noqa: E402

ROUNDS, REPEATS = 4, 5
MOST_TIMES = 1.3
STORIES = 1000
LARGE = ("comments_comment", "comments_comment_words", "comments_decision")
MANY = 1000
# With fewer comments docs/performance.md is not written.
WRITTEN_FROM = 1_000_000


def tidy() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if SQLITE else "VACUUM ANALYZE")


def copy_database() -> str:
    """A copy of the database as it is now; its name."""
    if SQLITE:
        connection.close()
        copy = f"{FOLDER.name}/few.sqlite3"
        shutil.copy(connection.settings_dict["NAME"], copy)
        return copy
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"CREATE DATABASE few TEMPLATE {name}")
    return "few"


def connect_to(name: str) -> None:
    """Ask this database from now on."""
    connection.close()
    connection.settings_dict["NAME"] = name


def pages() -> list[tuple[str, str, dict[str, str]]]:
    """What is asked for: name, address, parameters."""
    queue = reverse("admin:comments_comment_changelist")
    one = Comment.objects.get(pk=1)
    late = MARKED + DECIDED - 20
    return [
        ("the queue", queue, {}),
        ("the queue, second page", queue, {"p": "2"}),
        ("suspected", queue, {"status": "suspected"}),
        ("reported", queue, {"status": "reported"}),
        ("approved", queue, {"status": "approved"}),
        ("refused", queue, {"status": "refused"}),
        ("all", queue, {"status": "all"}),
        ("approved, what follows one", queue, {"status": "approved", "sau": str(late)}),
        ("of one article", queue, {"article": str(one.article_id), "status": "all"}),
        ("of one source", queue, {"cung-nguon": str(one.pk)}),
        ("search: rare", queue, {"q": RARE, "status": "all"}),
        ("search: common, waiting", queue, {"q": COMMON}),
        ("search: common, all", queue, {"q": COMMON, "status": "all"}),
        ("one comment", reverse("admin:comments_comment_change", args=[one.pk]), {}),
        ("the record", reverse("admin:comments_decision_changelist"), {}),
    ]


def measure(client: Client, address: str, parameters: dict[str, str]) -> tuple[int, float, str]:
    """Queries, milliseconds, what is read through.

    The least of REPEATS. SQLite works in this process, so that its own work is
    measured; of PostgreSQL the time by the clock.
    """
    now = time.process_time if SQLITE else time.perf_counter
    client.get(address, parameters)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, parameters)
    statements = [query["sql"] for query in queries.captured_queries]
    if answer.status_code != 200:
        raise RuntimeError(f"{address} {parameters}: {answer.status_code}")
    clock = []
    for _ in range(REPEATS):
        began = now()
        client.get(address, parameters)
        clock.append((now() - began) * 1000)
    return (
        len(statements),
        min(clock),
        ", ".join(sorted(read_through(statements, LARGE, many=MANY))),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=50_000)
    parser.add_argument("--decided", type=int, default=1_000_000)
    asked = parser.parse_args()
    about = report.machine()
    print(report.where(about))
    # Else one page or another asks for the number of freshness when it is a second old.
    settings.GENERATION_MEMO_SECONDS = 3600.0
    call_command("migrate", verbosity=0)
    corpus.fill(STORIES, lambda said: None)
    moderator = User.objects.create(username="kiemduyet", is_staff=True)
    moderator.groups.add(Group.objects.get(name=MODERATOR))
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(moderator)
    fill_few()
    tidy()
    many, few = connection.settings_dict["NAME"], copy_database()
    began = time.monotonic()
    copied = (asked.decided - MARKED) // DECIDED - 1
    copy_many(MARKED + 1, DECIDED, copied, MARKED + DECIDED + 1, stories=STORIES)
    waiting = asked.waiting // WAITING - 1
    copy_many(FIRST_WAITING, WAITING, waiting, FIRST_WAITING + WAITING, stories=STORIES)
    tidy()
    number = Comment.objects.count()
    print(
        f"filled with {number} comments in {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}"
    )
    print(f"\n{'':30} queries  ms with 500  with {number}  times   reads through")
    wrong = 0
    rows = {}
    for name, address, query in pages():
        base = clock = float("inf")
        for _ in range(ROUNDS):
            connect_to(few)
            before, now, _ = measure(client, address, query)
            base = min(base, now)
            connect_to(many)
            count, now, through = measure(client, address, query)
            clock = min(clock, now)
        wrong += count > before or clock > MOST_TIMES * base or bool(through)
        rows[name] = {
            "queries": count,
            "few": base,
            "many": clock,
            "through": through,
            "bound": MOST_TIMES,
        }
        print(
            f"{name:30} {count:7} {base:12.1f} {clock:13.1f} {clock / base:6.2f}   {through}",
            flush=True,
        )
    if number >= WRITTEN_FROM:
        said = f"Beside 500 comments {number:,}; each page asked of both in turns."
        clock_is = "of work" if SQLITE else "by the clock"
        found = {"machine": about, "said": said, "rows": rows, "clock": clock_is}
        report.keep(f"comments-{connection.vendor}", found)
        report.write_comments()
    print(f"\n{wrong} of the pages are not as they should be")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
