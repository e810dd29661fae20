"""The index of words: what finds stories and pictures, in the database's own way.

SQLite has FTS5, PostgreSQL a tsvector with a GIN index. Both are given the same words, folded and cut in Python
(news.text.words), so both find the same. A table of the index is made by its migration, is no table of Django's
(an AlterField rebuilds those) and has no trigger: who saves a story or a picture writes its words in the same
transaction, and `manage.py reindex` writes them all anew.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

from django.db import connection, models

from news import text
from news.query import MAX_QUERY, MAX_WORDS

# Bytes of one text that are looked at, some eighty printed pages: a tsvector takes no more than a mebibyte.
MAX_INDEXED = 250_000


class Terms(NamedTuple):
    """What is looked for: every word must occur. With `typing` the last one may be the beginning of a word."""

    words: tuple[str, ...]
    typing: bool = False
    # Of each group one must occur.
    either: tuple[tuple[str, ...], ...] = ()
    # None of these groups may occur as a whole.
    without: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, typed: str, *, typing: bool = False) -> Self:
        """The first MAX_WORDS words of the first MAX_QUERY characters, whatever was typed."""
        return cls(tuple(text.words(typed[:MAX_QUERY])[:MAX_WORDS]), typing)


class WordsField(models.Field):
    """The words as the index has them. All one can do is ask: `words__index__match=Terms`.

    Its column is the tsvector of PostgreSQL and the column of FTS5 that is called as its table is.
    """

    def db_type(self, connection: Any) -> None:
        return None


@WordsField.register_lookup
class Match(models.Lookup):
    lookup_name = "match"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = compiler.compile(self.lhs)
        return f"{column} MATCH %s", [*parameters, fts5(self.rhs)]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = compiler.compile(self.lhs)
        return f"{column} @@ %s::tsquery", [*parameters, tsquery(self.rhs)]


def fts5(terms: Terms) -> str:
    """The terms in the language of FTS5. Words hold letters, digits and our own marks: quoting is all they need."""
    words = [f'"{word}"' for word in terms.words]
    if terms.typing:
        words[-1] += "*"
    words += [_all_or_any((f'"{word}"' for word in group), " OR ") for group in terms.either]
    without = [_all_or_any((f'"{word}"' for word in group), " AND ") for group in terms.without]
    return " NOT ".join([_all_or_any(words, " AND "), *without])


def tsquery(terms: Terms) -> str:
    """The same in the language of PostgreSQL."""
    words = [f"'{word}'" for word in terms.words]
    if terms.typing:
        words[-1] += ":*"
    words += [_all_or_any((f"'{word}'" for word in group), " | ") for group in terms.either]
    words += ["!" + _all_or_any((f"'{word}'" for word in group), " & ") for group in terms.without]
    return " & ".join(words)


def _all_or_any(words: Iterable[str], joint: str) -> str:
    return f"({joint.join(words)})"


class Begins(models.Lookup):
    """Whether a folded text begins so, from the index of its column on both databases.

    PostgreSQL has an index for LIKE beside the one that sorts; SQLite has no use for its own in a LIKE that ignores
    case or names an escape sign, as Django's `startswith` does.
    """

    lookup_name = "begins"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = compiler.compile(self.lhs)
        end = f"{self.rhs}{chr(sys.maxunicode)}"
        return f"{column} >= %s AND {column} < %s", [*parameters, self.rhs, *parameters, end]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = compiler.compile(self.lhs)
        return f"{column} LIKE %s", [
            *parameters,
            connection.ops.prep_for_like_query(self.rhs) + "%",
        ]


class Words:
    """For a model of the index, unmanaged: rows are found by a number and never changed, only replaced."""

    # The columns of FTS5, the most important first; PostgreSQL weighs them A, B …
    columns: tuple[str, ...]

    @classmethod
    def replace(cls, rows: Iterable[Sequence[Any]], *, instead_of: Iterable[int] = ()) -> None:
        """Each row is its number and the texts of its columns. The rows of these numbers go before,
        and those `instead_of` which it comes.
        """
        rows = [(number, *map(_indexed, texts)) for number, *texts in rows]
        model: Any = cls
        gone = {number for number, *_ in rows} | set(instead_of)
        model._base_manager.filter(pk__in=gone).delete()
        with connection.cursor() as cursor:
            cursor.executemany(cls._insert(), rows)

    @classmethod
    def add(cls, number: int, *texts: str) -> None:
        """One row of a number that has none."""
        with connection.cursor() as cursor:
            cursor.execute(cls._insert(), [number, *map(_indexed, texts)])

    @classmethod
    def adding(cls, stored: str) -> str:
        """SQL of PostgreSQL that adds the words, as values() names them, of the one row whose number `stored` has as id."""
        vectors = cls._vectors(f"%({name})s" for name in cls._names())
        table = cls._table()
        return f"INSERT INTO {table} (rowid, {table}) SELECT id, {vectors} FROM {stored} RETURNING rowid"  # noqa: S608

    @classmethod
    def values(cls, *texts: str) -> dict[str, str]:
        return dict(zip(cls._names(), map(_indexed, texts), strict=True))

    @classmethod
    def _names(cls) -> list[str]:
        return [f"words_of_{column}" for column in cls.columns]

    @classmethod
    def _insert(cls) -> str:
        table = cls._table()
        if connection.vendor == "postgresql":
            vectors = cls._vectors("%s" for _ in cls.columns)
            return f"INSERT INTO {table} (rowid, {table}) VALUES (%s, {vectors})"  # noqa: S608
        holes = ", %s" * len(cls.columns)
        return f"INSERT INTO {table} (rowid, {', '.join(cls.columns)}) VALUES (%s{holes})"  # noqa: S608

    @classmethod
    def _vectors(cls, texts: Iterable[str]) -> str:
        return " || ".join(
            f"setweight(to_tsvector('simple', {one}), '{weight}')"
            for weight, one in zip("ABCD", texts, strict=False)
        )

    @classmethod
    def _table(cls) -> str:
        model: Any = cls
        return connection.ops.quote_name(model._meta.db_table)

    @classmethod
    def forget_replaced(cls) -> None:
        """Let nothing of rows that were replaced or deleted lie in the index: FTS5 keeps their words until it merges.

        Takes about two seconds for a million short texts. PostgreSQL does the same by its own VACUUM.
        """
        if connection.vendor == "sqlite":
            model: Any = cls
            table = connection.ops.quote_name(model._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608


def _indexed(long: str) -> str:
    words = " ".join(text.words(long))
    return words.encode()[:MAX_INDEXED].decode(errors="ignore")
