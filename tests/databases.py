"""Databases of the tests' programs: copies of what migrating makes, which took ten seconds for each."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.db import connection

SQLITE = "portal.sqlite3"


def libpq_words(url: str) -> str:
    """The URL of a PostgreSQL as libpq's own words: Python's parsers leave out the // of one without a host."""
    parts = urlsplit(url)
    words = {
        "dbname": parts.path.strip("/"),
        "user": parts.username,
        "password": parts.password,
        "host": parts.hostname,
        "port": parts.port,
    } | dict(parse_qsl(parts.query))
    return " ".join(f"{name}={value}" for name, value in words.items() if value)


def on_server(statement: str) -> None:
    """Execute it on the PostgreSQL of this run, in no transaction and on no database of the tests."""
    # A connection of its own: pytest-django guards Django's.
    driver: Any = connection.Database  # type: ignore[attr-defined]
    server = driver.connect(**connection.get_connection_params() | {"dbname": "postgres"})
    server.autocommit = True
    try:
        server.cursor().execute(statement)
    finally:
        server.close()


class Migrated:
    """What the tests' database is before the first test."""

    def __init__(self, folder: Path) -> None:
        """Keep it: as a file in the folder, or on the server as a template until `forget`."""
        self.file = folder / SQLITE
        self.template = f"migrated_{secrets.token_hex(6)}"
        name = connection.settings_dict["NAME"]
        connection.close()
        if connection.vendor == "sqlite":
            with (
                closing(sqlite3.connect(name)) as made,
                closing(sqlite3.connect(self.file)) as kept,
            ):
                made.backup(kept)
        else:
            on_server(f"CREATE DATABASE {self.template} TEMPLATE {name}")

    def forget(self) -> None:
        if connection.vendor != "sqlite":
            on_server(f"DROP DATABASE {self.template}")

    def put_into(self, folder: Path) -> None:
        """A database for a site with its data in this folder, on SQLite whatever the suite runs on."""
        if self.file.exists():
            shutil.copy(self.file, folder)
            return
        surroundings = {
            "DATABASE_URL": f"sqlite:///{folder / SQLITE}",
            "PORTAL_ENV_FILE": os.devnull,
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0"],
            cwd=settings.BASE_DIR,
            env=os.environ | surroundings,
            check=True,
        )

    @contextmanager
    def copied(self, folder: Path) -> Iterator[str]:
        """The URL of a database of the kind this run uses, gone after the block."""
        if connection.vendor == "sqlite":
            self.put_into(folder)
            yield f"sqlite:///{folder / SQLITE}"
            return
        name = f"deploy_{secrets.token_hex(6)}"
        on_server(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        try:
            yield urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        finally:
            on_server(f"DROP DATABASE {name} WITH (FORCE)")
