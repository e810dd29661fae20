"""Queries of the busiest pages, which Django's ORM puts together once and the process keeps as SQL.

Putting one together costs several times what the database takes to answer it, and each time all but a few values is the
same. What may be asked for is still said by the querysets alone.

It leans on the inside of Django's ORM (compilers, iterables), which promises nothing to anybody. So a test compares each
of them with its queryset on both databases, and fails for one that it does not reach: tests/portal/test_prepared.py.
"""

import copy
import datetime as dt
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db import connections, router
from django.db.models import QuerySet

# Stand for the values while the SQL is put together; found again among its parameters, where nothing else is like them.
_MARKS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 8_000_000_000_000_000_000 + number,
    dt.datetime: lambda number: dt.datetime(7000 + number, 1, 1, tzinfo=dt.UTC),
    uuid.UUID: lambda number: uuid.UUID(int=(0xF00D << 64) + number),
}


class PreparedQuery:
    """One query, or several whose rows come together, with values of these `kinds`.

    `build` is given the values and gives a queryset; the SQL must be the same whatever they are. Called with values it
    gives the list that the queryset would give. For a `build` that gives a list of querysets of values with the same
    columns it gives all their rows, each with the place of its queryset in that list in front.

    Of moments the later ones stand behind, or `min()` would choose another one while the SQL is put together.
    """

    def __init__(self, build: Callable[..., Any], *kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._kept: dict[str, tuple[str, list[Any], dict[int, int], Any, Any]] = {}
        self._model: Any = None

    def __call__(self, *values: Any) -> list[Any]:
        if self._model is None:
            self._model = self._querysets()[0].model
        alias = router.db_for_read(self._model)
        kept = self._kept.get(alias)
        if kept is None:
            kept = self._kept[alias] = self._put_together(alias)
        sql, parameters, places, ready, iterable = kept
        connection = connections[alias]
        bound = list(parameters)
        for place, number in places.items():
            bound[place] = _adapted(values[number], connection)
        ready = copy.copy(ready)
        ready.connection = connection
        if iterable is None:
            with connection.cursor() as cursor:
                cursor.execute(sql, bound)
                rows = cursor.fetchall()
            converters = ready.get_converters([column for column, *_ in ready.select])
            if converters:
                shifted = {place + 1: how for place, how in converters.items()}
                rows = list(ready.apply_converters(rows, shifted))
            return rows
        ready.as_sql = lambda: (sql, bound)
        # What Django's own iterables ask of a queryset.
        asked = SimpleNamespace(db=alias, query=SimpleNamespace(get_compiler=lambda using: ready))
        asked._known_related_objects = {}
        return list(iterable(asked))

    def _querysets(self) -> list[QuerySet[Any]]:
        built = self._build(*self._marks())
        return built if isinstance(built, list) else [built]

    def _marks(self) -> list[Any]:
        return [_MARKS[kind](number) for number, kind in enumerate(self._kinds)]

    def _put_together(self, alias: str) -> tuple[str, list[Any], dict[int, int], Any, Any]:
        connection = connections[alias]
        together = isinstance(self._build(*self._marks()), list)
        querysets = self._querysets()
        compilers = [one.query.get_compiler(using=alias) for one in querysets]
        parts = [compiler.as_sql() for compiler in compilers]
        parameters = [one for _, those in parts for one in those]
        marks = [_adapted(mark, connection) for mark in self._marks()]
        places = {n: marks.index(one) for n, one in enumerate(parameters) if one in marks}
        if not together:
            return parts[0][0], parameters, places, compilers[0], querysets[0]._iterable_class
        sql = " UNION ALL ".join(
            f"SELECT {number} AS place, part_{number}.* FROM ({part}) AS part_{number}"  # noqa: S608 - of the ORM
            for number, (part, _) in enumerate(parts)
        )
        return sql, parameters, places, compilers[0], None


def _adapted(value: Any, connection: Any) -> Any:
    """As the ORM hands it to this database."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
