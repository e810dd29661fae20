"""A great many rows in a moment: the database copies one."""

from django.db import connection, models


def hours_before(column: str) -> str:
    """For `copies`: each copy an hour earlier than the one before."""
    if connection.vendor == "sqlite":
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-' || n || ' hours')"
    return f"{column} - n * interval '1 hour'"


def copies(row: models.Model, number: int, **changes: str) -> None:
    """So many copies of the row, with new keys; each change is an SQL expression of `n`, which counts them.

    On PostgreSQL foreign keys are not looked at, which would take as long again: they are those of the row.
    """
    fields = [f for f in row._meta.local_concrete_fields if f.attname not in {"id"}]
    columns = ", ".join(f.column for f in fields)
    values = ", ".join(changes.get(f.attname, f"t.{f.column}") for f in fields)
    table = row._meta.db_table
    fill(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, s"  # noqa: S608
        f" WHERE t.{row._meta.pk.column} = {row.pk}",
        number,
    )


def fill(insert: str, number: int) -> None:
    """Execute an INSERT of rows from `s`, whose `n` counts from 1 to the number."""
    count = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {number}) "  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(count + insert)
