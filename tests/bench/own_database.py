"""The settings of a measurement that asks the application in its own process."""

import os
import tempfile

import django

from tests.bench.datasets import KEPT

SQLITE = not os.environ.get("DATABASE_URL", "").startswith(("postgres", "psql", "pgsql"))
# Whether tests.bench.datasets runs the measurement beside a kept data set: then nothing is to be filled.
IS_KEPT = KEPT in os.environ
FOLDER = tempfile.TemporaryDirectory()


def set_up() -> None:
    """Django with data of its own that are gone afterwards; call it before importing anything that has models.

    So is its database, on SQLite a file, on PostgreSQL the one of DATABASE_URL, which must be a throw-away one; but
    beside a kept data set it is that.
    """
    os.environ["PORTAL_DATA_DIR"] = FOLDER.name
    os.environ["PORTAL_ENV_FILE"] = os.devnull
    if SQLITE and not IS_KEPT:
        os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER.name}/bench.sqlite3"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
