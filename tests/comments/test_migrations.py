"""Databases that stand somewhere on the way are brought up."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db

INDEX = ("comments", "0010_index_of_words")
# Where the same step stood for a day.
BEFORE = ("comments", "0005_index_of_words")


def to_do() -> list[tuple[str, str]]:
    """What `manage.py migrate` would do; raises InconsistentMigrationHistory as it does."""
    executor = MigrationExecutor(connection)
    executor.loader.check_consistent_history(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _ in plan]


def forget_from_the_index_on() -> MigrationRecorder:
    """As in a database of before; what came later is forgotten too."""
    recorder = MigrationRecorder(connection)
    for app, name in recorder.applied_migrations():
        if (app == INDEX[0] and name >= INDEX[1]) or (app, name) == BEFORE:
            recorder.record_unapplied(app, name)
    return recorder


def test_a_database_with_answers_and_reports_and_without_the_index_of_words_gets_it() -> None:
    forget_from_the_index_on()

    assert to_do()[0] == INDEX


def test_a_database_that_got_the_index_of_words_before_answers_does_not_get_it_twice() -> None:
    forget_from_the_index_on().record_applied(*BEFORE)

    assert INDEX not in to_do()
