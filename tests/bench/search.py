"""What searching costs with 100,000 stories of 7 KB, on the database of the settings.

    python -m tests.bench.search [--stories N]

`make bench-search` asks for both databases, of copies of the kept data sets (tests.bench.datasets). By itself it fills a
database of its own that is gone afterwards, and writes nothing into docs/performance.md. A search is what the page does before it is drawn: finding, putting in order, fetching twenty stories, cutting and marking
their excerpts. Beside it stands what fetching twenty stories by their keys takes in the same run, again before each
kind; the bound is MOST_TIMES that. Times are of work, of this process and of PostgreSQL's that answers it, where the
system tells (Linux), so that a busy machine does not lengthen them; elsewhere by the clock.
"""

import argparse
import datetime as dt
import functools
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from itertools import cycle, islice
from pathlib import Path

from tests.bench import own_database
from tests.bench.own_database import IS_KEPT, SQLITE

own_database.set_up()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from news import excerpts, suggesting  # noqa: E402
from news.models import Article, SearchEntry, Section, Tag  # noqa: E402
from news.query import Query  # noqa: E402
from news.search import NO_FILTERS, Filters, find  # noqa: E402
from tests.bench import corpus, report  # noqa: E402

MOST_TIMES = 20
REPEATS = 60
BODY = 7000
PER_PAGE = 20
# With fewer stories docs/performance.md is not written.
WRITTEN_FROM = 100_000


def page(
    typed: str, filters: Filters = NO_FILTERS, *, number: int = 1, newest: bool = False
) -> int:
    """One page of results, as the view makes it, less the drawing. Returns how many stories are on it."""
    query = Query.of(typed)
    found = find(query, filters, newest_first=newest)
    stories = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    return len(excerpts.results(stories, query))


def kinds() -> dict[str, list[Callable[[], object]]]:
    """What is asked, by kind; of each kind several, in turns."""
    titles = list(Article.objects.published().order_by("pk").values_list("title", flat=True)[::997])
    numbers = [title.split()[-1] for title in titles]
    section = Section.objects.order_by("pk")[0].pk
    tags = list(Tag.objects.order_by("pk").values_list("slug", flat=True)[::997])
    today = timezone.localdate()
    month = Filters(since=today - dt.timedelta(days=400), until=today - dt.timedelta(days=370))

    def each(
        lines: Iterable[str], *args: Filters, **options: bool | int
    ) -> list[Callable[[], object]]:
        return [
            lambda typed=typed: page(typed, *args, **options)  # type: ignore[misc, arg-type]
            for typed in lines
        ]

    common = ["phường", "hội nghị", "dân", "của", "ủy ban"]
    return {
        "rare: a number of one story": each(numbers),
        "rare: a whole title": each(title.lower() for title in titles),
        "common: a word of every story": each(common),
        "common: without marks": each(["phuong", "hoi nghi", "dan", "cua", "uy ban"]),
        "common: twelve words": each(["phường hội nghị dân ủy ban nhân của và các cho được là"]),
        "common: newest first": each(common, newest=True),
        "common: but one of them not": each(["phường -nghị", "hội -ban", "dân -của"]),
        "phrase: common": each(['"ủy ban"', '"nhân dân"', '"hội nghị"']),
        "phrase: common, of four words": each(['"ủy ban nhân dân"', '"kinh tế xã hội"']),
        "phrase: rare, of common words": each(['"ban ủy"', '"dân nhân"', '"của và"', '"và nghị"']),
        "phrase: rare, of four common words": each(['"dân ủy ban nhân"', '"hội xã tế kinh"']),
        "number of a document": each([f"54/2017/{n}" for n in numbers[:3]] + ["54/2017"]),
        "filter: section": each(common, Filters(sections=(section,))),
        "filter: a month a year ago": each(common, month),
        "filter: tag": [
            lambda slug=slug: page("phường", Filters(tag=slug))  # type: ignore[misc]
            for slug in tags
        ],
        "filter: files, and there are none": each(common, Filters(with_files=True)),
        "filter: section alone": each([""], Filters(sections=(section,))),
        "last page": each(common, number=50),
        "nothing found, and meant": [
            lambda: page("phuongf nghij khongco"),
        ],
        "suggestion": [
            lambda typed=typed: suggesting.while_searching(typed)  # type: ignore[misc]
            for typed in ("ho", "hội ngh", "phường", "tin", "uy ban nh")
        ],
    }


def work() -> float:
    """Seconds that were worked so far for this connection."""
    return time.process_time() + (_nanoseconds(_server()) / 1e9 if not SQLITE else 0)


@functools.cache
def _server() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _nanoseconds(process: int) -> int:
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0])


def times(asked: list[Callable[[], object]], repeats: int = REPEATS) -> list[float]:
    """Milliseconds, in order."""
    clock = work if Path("/proc/self/schedstat").exists() else time.perf_counter
    for ask in asked[:5]:
        ask()
    found = []
    for ask in islice(cycle(asked), repeats):
        began = clock()
        ask()
        found.append((clock() - began) * 1000)
    return sorted(found)


def by_key(keys: list[int]) -> list[Callable[[], object]]:
    """Fetching twenty whole stories."""
    dice = random.Random(1)
    chosen = [dice.sample(keys, PER_PAGE) for _ in range(REPEATS)]
    return [lambda some=some: Article.objects.in_bulk(some) for some in chosen]  # type: ignore[misc]


def _keep(stories: list[Article]) -> None:
    with transaction.atomic():
        SearchEntry.keep(stories)


def sizes() -> str:
    """Bytes of the stories and of what search adds to them, in MB."""
    with connection.cursor() as cursor:
        if SQLITE:
            statement = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name"
        else:
            statement = (
                "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
            )
        try:
            cursor.execute(statement)
        except Exception as missing:  # noqa: BLE001 - not every SQLite is built to tell
            return f"not told by this database: {missing}"
        tables = dict(cursor.fetchall())

    def megabytes(*beginnings: str) -> str:
        of_these = sum(size for name, size in tables.items() if name.startswith(beginnings))
        return f"{of_these / 1024 / 1024:.0f} MB"

    words = ("news_story_words", "news_title_words")
    return (
        f"stories {megabytes('news_article')}, words {megabytes(*words)}, "
        f"streams {megabytes('news_storystream')}, places {megabytes('news_searchentry')}, known words {megabytes('news_knownword')}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=100_000)
    stories = parser.parse_args().stories
    about = report.machine()
    print(report.where(about))
    if IS_KEPT:
        stories = Article.objects.count()
        print(f"{stories} stories, kept")
    else:
        call_command("migrate", verbosity=0)
        began = time.monotonic()
        corpus.fill(
            stories, lambda said: print(f"\r{said} stories", end="", flush=True), body=BODY, files=0
        )
        print(f"\rfilled with {stories} stories in {time.monotonic() - began:.0f} s")
    size = sizes()
    print(size)
    batch = list(Article.objects.order_by("-pk")[:200])
    index = times([functools.partial(_keep, [story]) for story in batch], repeats=len(batch))
    print(f"indexing one story: {statistics.median(index):.1f} ms, at most {index[-1]:.1f} ms")
    keys = list(Article.objects.values_list("pk", flat=True))
    print(f"\nload {os.getloadavg()[0]:.1f}; milliseconds{'':21}  p50     p99   20 by key   times")
    wrong = 0
    rows = {}
    for name, asked in kinds().items():
        key = statistics.median(times(by_key(keys)))
        found = times(asked)
        half = statistics.median(found)
        wrong += half > MOST_TIMES * key
        late = found[int(len(found) * 0.99) - 1]
        rows[name] = {"p50": half, "p99": late, "key": key, "bound": MOST_TIMES}
        print(f"{name:40} {half:7.1f} {late:7.1f} {key:9.2f} {half / key:9.1f}", flush=True)
    if IS_KEPT:
        said = (
            f"{stories:,} stories: {size}. Indexing one: {statistics.median(index):.1f} ms, at most "
            f"{index[-1]:.1f} ms. Each kind asked {REPEATS} times."
        )
        name = f"search-{connection.vendor}"
        report.keep(name, {"machine": about, "said": said, "rows": rows, "stories": stories})
        if stories >= WRITTEN_FROM:
            report.write_search()
    print(f"\n{wrong} kinds took more than {MOST_TIMES} times as long as twenty stories by key")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
