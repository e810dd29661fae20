"""Queries of the busiest pages, which Django's ORM puts together once and the process keeps as SQL, and the statements
that store a comment.

Putting one together costs several times what the database takes to answer it, and each time all but a few values is the
same. What may be asked for is still said by the querysets alone.

Neither does PostgreSQL plan it each time, which costs ten times what carrying it out does: see _Statement.

It leans on the inside of Django's ORM (compilers, populators of related rows), which promises nothing to anybody. So a test compares each
of them with its queryset on both databases, and fails for one that it does not reach: tests/portal/test_prepared.py.
"""

import copy
import datetime as dt
import hashlib
import logging
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    IntegrityError,
    OperationalError,
    connections,
    router,
)
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators  # type: ignore[attr-defined]
from psycopg2.errors import InvalidSqlStatementName
from psycopg2.extensions import AsIs

logger = logging.getLogger(__name__)

_HOLE = re.compile(r"%\((\w+)\)s")
_PLAIN_WORD = re.compile("[a-z_]+", re.ASCII)
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
        self._kept: dict[str, _Kept] = {}
        self._model: Any = None

    def __call__(self, *values: Any) -> list[Any]:
        if self._model is None:
            self._model = self._querysets()[0].model
        alias = router.db_for_read(self._model)
        kept = self._kept.get(alias)
        if kept is None:
            kept = self._kept[alias] = self._put_together(alias)
        connection = connections[alias]
        adapted = [_adapted(value, connection) for value in values]
        statement = kept.statement if _prepares(connection) else None
        with connection.cursor() as cursor:
            if statement is None or not statement.execute(cursor, adapted):
                bound = list(kept.parameters)
                for place, number in kept.places.items():
                    bound[place] = adapted[number]
                cursor.execute(kept.sql, bound)
            rows = cursor.fetchall()
        if kept.converters:
            compiler = copy.copy(kept.compiler)
            compiler.connection = connection
            rows = list(compiler.apply_converters(rows, kept.converters))
        return kept.made_of(rows) if kept.made_of else rows

    def _querysets(self) -> list[QuerySet[Any]]:
        built = self._build(*self._marks())
        return built if isinstance(built, list) else [built]

    def _marks(self) -> list[Any]:
        return [_MARKS[kind](number) for number, kind in enumerate(self._kinds)]

    def _put_together(self, alias: str) -> "_Kept":
        connection = connections[alias]
        built = self._build(*self._marks())
        together = isinstance(built, list)
        querysets = built if together else [built]
        compilers = [one.query.get_compiler(using=alias) for one in querysets]
        parts = [_with_words(*compiler.as_sql()) for compiler in compilers]
        parameters = [one for _, those in parts for one in those]
        marks = [_adapted(mark, connection) for mark in self._marks()]
        places = {n: marks.index(one) for n, one in enumerate(parameters) if one in marks}
        compiler = compilers[0]
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        if not together:
            are_models = querysets[0]._iterable_class is ModelIterable
            # Other kinds of rows, such as flat or named ones, are not made here.
            assert are_models or querysets[0]._iterable_class is ValuesListIterable  # noqa: S101
            made_of = _models_of(compiler, alias) if are_models else None
            sql = parts[0][0]
        else:
            made_of = None
            sql = " UNION ALL ".join(
                f"SELECT {number} AS place, part_{number}.* FROM ({part}) AS part_{number}"  # noqa: S608 - of the ORM
                for number, (part, _) in enumerate(parts)
            )
            converters = {place + 1: how for place, how in converters.items()}
        statement = _Statement(sql, parameters, places, self._kinds)
        return _Kept(sql, parameters, places, compiler, converters, made_of, statement)


class PreparedStatement:
    """SQL of our own whose values are named, `%(value)s`, prepared as the queries above are; for the default database."""

    def __init__(self, sql: str) -> None:
        # By place: Django turns names into those of SQLite's driver anew each time.
        self._sql = _HOLE.sub("%s", sql)
        self._holes = _HOLE.findall(sql)
        self._names = list(dict.fromkeys(self._holes))
        places = {place: self._names.index(name) for place, name in enumerate(self._holes)}
        # PostgreSQL sees of what kind they are.
        kinds = (object,) * len(self._names)
        self._statement = _Statement(self._sql, self._holes, places, kinds)

    def execute(self, cursor: CursorWrapper, values: Mapping[str, Any]) -> None:
        """Carry it out. Raises as the cursor does."""
        prepares = _prepares(cursor.db)
        named = [values[name] for name in self._names] if prepares else []
        if not prepares or not self._statement.execute(cursor, named):
            cursor.execute(self._sql, [values[name] for name in self._holes])


def _prepares(connection: Any) -> bool:
    """Whether this connection is a session of PostgreSQL that we keep, and a refusal could be made good.

    In a transaction it could not, but on a replica: what fails there is asked of the primary (portal.replica).
    """
    return (
        connection.vendor == "postgresql"
        and not settings.DATABASE_POOLED
        and (connection.get_autocommit() or connection.alias != DEFAULT_DB_ALIAS)
    )


class _Kept(NamedTuple):
    """A query as it is asked of one database: which parameter is which value, and what becomes of the rows."""

    sql: str
    parameters: list[Any]
    places: dict[int, int]
    compiler: Any
    converters: dict[int, Any]
    made_of: Callable[[list[Any]], list[Any]] | None
    statement: "_Statement"


class _Statement:
    """A query as a prepared statement of PostgreSQL, in each session that asks it.

    The session keeps one plan for all values and makes it anew when a table or its statistics change. By itself PostgreSQL
    would go on planning for single values where that looks much cheaper: of a list's last pages it knows that little is
    left, finds the same plan each time, and takes ten times as long as carrying it out. Nothing else in a session is prepared.
    A statement outlives transactions, failed ones too, and ends with its session. PgBouncer gives each transaction
    another one, so it must be said that it stands before the database (DATABASE_POOLED).
    """

    _TYPES = {int: "bigint", dt.datetime: "timestamptz", uuid.UUID: "uuid", object: "unknown"}
    # Whether what has this name could be asked in the sessions that tried.
    _known: WeakKeyDictionary[Any, dict[str, bool]] = WeakKeyDictionary()

    def __init__(
        self, sql: str, parameters: list[Any], places: dict[int, int], kinds: tuple[type, ...]
    ) -> None:
        types = ", ".join(self._TYPES[kind] for kind in kinds)
        # The same name is the same statement in every process: a pooler of which nobody has told may mix up their sessions.
        text = repr((types, sql, parameters)).encode()
        name = self._name = f"prepared_{hashlib.sha256(text).hexdigest()[:16]}"
        self._prepare = (
            f"SET plan_cache_mode = force_generic_plan; PREPARE {name} ({types}) AS {sql}; "
        )
        self._parameters = [
            AsIs(f"${places[place] + 1}") if place in places else constant
            for place, constant in enumerate(parameters)
        ]
        self._execute = f"EXECUTE {name} ({', '.join(['%s'] * len(kinds))})"

    def execute(self, cursor: Any, values: list[Any]) -> bool:
        """Whether the cursor now has the rows; if not, ask the query plainly. Not in a transaction: a failure ends it.

        Raises as the cursor does what has nothing to do with preparing.
        """
        known = self._known.setdefault(cursor.connection, {})
        works = known.get(self._name)
        if works is False:
            return False
        try:
            if works:
                cursor.execute(self._execute, values)
            else:
                cursor.execute(self._prepare + self._execute, [*self._parameters, *values])
        except IntegrityError:
            known[self._name] = True
            raise
        except DatabaseError as refused:
            if isinstance(refused, OperationalError) and not isinstance(
                refused.__cause__, InvalidSqlStatementName
            ):
                # Ended, or cut off.
                raise
            # Such as after a migration that changed a column's type. What the database says may quote values.
            reason = type(refused.__cause__).__name__
            logger.warning("Asked plainly until this connection ends: %s", reason)
            known[self._name] = False
        else:
            known[self._name] = True
        return known[self._name]


def _models_of(compiler: Any, alias: str) -> Callable[[list[Any]], list[Any]]:
    """Makes model instances of rows, as Django's ModelIterable does, which looks up anew each time what goes where."""
    about = compiler.klass_info
    begins, ends = about["select_fields"][0], about["select_fields"][-1] + 1
    names = [column.target.attname for column, *_ in compiler.select[begins:ends]]
    populators = get_related_populators(about, compiler.select, alias)
    annotations = compiler.annotation_col_map.items()

    def made_of(rows: list[Any]) -> list[Any]:
        found = []
        for row in rows:
            one = about["model"].from_db(alias, names, row[begins:ends])
            for populator in populators:
                populator.populate(row, one)
            for name, place in annotations:
                setattr(one, name, row[place])
            found.append(one)
        return found

    return made_of


def _with_words(sql: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """The same with parameters that are plain words, such as a status, written out.

    SQLite plans a query anew each time it is asked with a parameter that might choose a partial index, which takes longer
    than answering it.
    """
    left: list[Any] = []
    given = iter(parameters)

    def written(sign: re.Match[str]) -> str:
        if sign[0] == "%%":
            return sign[0]
        value = next(given)
        if isinstance(value, str) and _PLAIN_WORD.fullmatch(value):
            return f"'{value}'"
        left.append(value)
        return sign[0]

    return re.sub("%[%s]", written, sql), left


def _adapted(value: Any, connection: Any) -> Any:
    """As the ORM hands it to this database."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
