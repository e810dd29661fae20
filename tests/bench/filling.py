"""Fills the database of the settings with a data set, or brings one that was filled before up to date.

    python -m tests.bench.filling --stories N --comments N
    python -m tests.bench.filling --again

Called by tests.bench.datasets, which says where the database is and keeps what was made.
"""

import argparse
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django must be set up
from django.db import connection  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402

from news.models import SearchEntry  # noqa: E402
from news.models.search import FORM  # noqa: E402
from tests.bench import comment_corpus, corpus  # noqa: E402

# Of characters: some twelve hundred words.
BODY = 7000
# The exit code for a database that knows changes of the schema which this checkout does not.
OF_ANOTHER_CHECKOUT = 3
SAY_EVERY = 5.0


class Progress:
    """One line every few seconds: what is being made, how far it is, since when."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.began = self.said = time.monotonic()

    def __call__(self, how_far: str) -> None:
        if time.monotonic() - self.said > SAY_EVERY:
            self.said = time.monotonic()
            print(f"{self} {how_far}", flush=True)

    def __str__(self) -> str:
        return f"  {connection.vendor}, {time.monotonic() - self.began:.0f} s: {self.what}"


def hurry() -> None:
    """Wait for no disk: what is lost by a crash is filled again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-1000000")
        else:
            cursor.execute("SET synchronous_commit = off")


def fill(stories: int, comments: int) -> None:
    call_command("migrate", verbosity=0)
    hurry()
    with corpus.words_indexed_in_the_end():
        progress = Progress("stories")
        corpus.fill(stories, progress, body=BODY)
        print(f"{progress} {stories}", flush=True)
        progress = Progress("comments")
        comment_corpus.fill(comments, stories, progress)
        print(f"{progress} {comments}", flush=True)
        progress = Progress("indexes")
    print(f"{progress} made", flush=True)
    progress = Progress("statistics")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
    print(f"{progress} gathered", flush=True)


def bring_up_to_date() -> int:
    """Migrate; write anew what a change of the schema has put out of the index of words."""
    loader = MigrationLoader(connection)
    replaced = {key for change in loader.replacements.values() for key in change.replaces}
    if set(loader.applied_migrations) - set(loader.disk_migrations) - replaced:
        return OF_ANOTHER_CHECKOUT
    call_command("migrate", verbosity=0)
    hurry()
    progress = Progress("stories to be indexed anew:")
    while waiting := SearchEntry.objects.filter(form__lt=FORM).count():
        progress(str(waiting))
        SearchEntry.keep_outdated(SAY_EVERY)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int)
    parser.add_argument("--comments", type=int)
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    if asked.again:
        return bring_up_to_date()
    fill(asked.stories, asked.comments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
