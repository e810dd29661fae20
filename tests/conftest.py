"""What every test starts from: its own media folder, nothing remembered by the process, cheap passwords."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from news import counting, freshness
from portal import wsgi
from tests.databases import Migrated

CHEAP_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What touches no database is the same on all of them: `make test` runs it once."""
    on_database = {"django_db", "own_database", "db", "transactional_db"}
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        if on_database.isdisjoint(marks | {*getattr(item, "fixturenames", ())}):
            item.add_marker(pytest.mark.without_database)
        # Else pytest-django makes no database of which there could be copies.
        if "migrated" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db)


# A busy machine is no fault of the text that was tried; the same texts on every run, so that red stays red.
hypothesis.settings.register_profile("portal", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("portal")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not go through it again and again."""
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Migrated]:
    with django_db_blocker.unblock():
        migrated = Migrated(tmp_path_factory.mktemp("migrated"))
    yield migrated
    migrated.forget()


@pytest.fixture(scope="session")
def migrated(django_db_setup: Migrated) -> Migrated:
    return django_db_setup


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """SQLite does not wait for the disk at each commit: what survives a power cut is no question to the tests' database."""
    options = connection.settings_dict["OPTIONS"]
    if "init_command" in options:
        options["init_command"] = options["init_command"].replace(
            "synchronous=FULL", "synchronous=OFF"
        )


MADE_BY_MIGRATING = (ContentType, Permission, Group, Group.permissions.through)


def rows_made_by_migrating() -> list[list[tuple[Any, ...]]]:
    return [
        list(model._default_manager.order_by("pk").values_list()) for model in MADE_BY_MIGRATING
    ]


def empty(tables: set[str]) -> None:
    """Delete all rows; foreign keys are looked at when all are gone, so the order is none."""
    names = {table: connection.ops.quote_name(table) for table in sorted(tables)}
    filled = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {name})"  # noqa: S608 - the models' own tables
        for table, name in names.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(filled)
        found = [table for (table,) in cursor.fetchall()]
    connection.ops.execute_sql_flush([f"DELETE FROM {names[table]}" for table in found])  # noqa: S608


@pytest.fixture(scope="session", autouse=True)
def cheap_flush() -> Iterator[None]:
    """After a test with transactions of its own, only what it filled is emptied.

    Django truncates all tables, which on PostgreSQL makes hundreds of files anew, and then makes all types, rights
    and roles again. That is still done for a test that has changed those.
    """
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    made: list[list[tuple[Any, ...]]] = []

    def teardown(test: TransactionTestCase) -> None:
        if made and rows_made_by_migrating() == made:
            tables = set(connection.introspection.django_table_names(only_existing=True))
            empty(tables - {model._meta.db_table for model in MADE_BY_MIGRATING})
        else:
            flush(test)
            made[:] = rows_made_by_migrating()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture
def long_running(clean_process: None, settings: Any) -> None:
    """What the process has read once it remembers, as one that has served for a while: for counting queries.

    What it has not read yet is read first: look at a page before counting.
    """
    settings.GENERATION_MEMO_SECONDS = 3600


@pytest.fixture(autouse=True)
def clean_process(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.GENERATION_MEMO_SECONDS = 0
    settings.PASSWORD_HASHERS = CHEAP_HASHERS
    settings.COMMENT_TOO_FAST = 0
    # No window of the limit ends in the middle of a test.
    settings.COMMENT_LIMIT_SECONDS = 10**9
    # Views are written when a test says so, not in the middle of another.
    settings.VIEW_FLUSH_SECONDS = 3600
    cache.clear()
    freshness.forget()
    wsgi.application.memory.clear()
    yield
    counting.forget()
