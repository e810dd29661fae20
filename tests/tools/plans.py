"""How the database of this run would read, and has read, for a statement."""

import re
from collections.abc import Iterable

from django.db import connection


def read_through(statements: Iterable[str], tables: Iterable[str], *, many: int) -> set[str]:
    """Which of the tables a SELECT among the statements reads in the order they lie in.

    PostgreSQL carries the statements out, and `many` is the number of rows up to which such reading does not count:
    it also calls it a Seq Scan when a LIMIT stops it after a few. SQLite only tells its plan. What was prepared in the
    session (EXECUTE) is explained as the session would carry it out now.
    """
    asking = ("SELECT", "EXECUTE")
    plans = [_plan(statement) for statement in statements if statement.startswith(asking)]
    return {table for table in tables for plan in plans if _reads(plan, table, many)}


def counted(statements: Iterable[str], tables: Iterable[str], *, many: int) -> set[str]:
    """Of which of the tables a COUNT among the statements reads more than `many` rows, be it from an index.

    SQLite, which only tells its plan, is believed to read all rows of what it does not search.
    """
    plans = [_plan(statement) for statement in statements if "COUNT(" in statement]
    return {table for table in tables for plan in plans if _counts(plan, table, many)}


def _plan(statement: str) -> str:
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ANALYZE "
    with connection.cursor() as cursor:
        cursor.execute(explain + statement)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def _reads(plan: str, table: str, many: int) -> bool:
    if connection.vendor == "sqlite":
        # VIRTUAL TABLE INDEX 0: without anything behind the colon is FTS5 read from its first row to its last.
        return bool(
            re.search(rf"SCAN {table}\b(?! USING| VIRTUAL)", plan)
            or re.search(rf"SCAN {table} VIRTUAL TABLE INDEX \d+:$", plan, re.MULTILINE)
        )
    for scan in re.finditer(rf"Seq Scan on {table}\b.*?rows=\d+.*?rows=(\d+)", plan):
        removed = re.search(
            r"^\s+(?:Filter:.*\n\s+)?Rows Removed by Filter: (\d+)", plan[scan.end() + 1 :]
        )
        if int(scan[1]) + int(removed[1] if removed else 0) > many:
            return True
    return False


def _counts(plan: str, table: str, many: int) -> bool:
    if connection.vendor == "sqlite":
        return bool(re.search(rf"SCAN {table}\b", plan))
    scans = re.finditer(rf"Scan (?:using \w+ )?on {table}\b.*actual.* rows=(\d+) loops=(\d+)", plan)
    return any(int(scan[1]) * int(scan[2]) > many for scan in scans)
