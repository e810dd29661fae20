"""What the portal is measured beside: applications that do the least a server, Django or a database can do.

    granian --interface wsgi tests.bench.reference:raw
    granian --interface wsgi tests.bench.reference:django_application

`raw` answers every request with the bytes and headers in the folder BENCH_ANSWERS: the file `N` and `N.json` for the
address `/N` (`{"headers": [[name, value], ...]}`). `django_application` has Django's own seven middleware of a new
project and two views: `/empty/` does nothing, `/insert/` stores what is posted as one row of a table and
redirects, on the database of DATABASE_URL, opened as the portal opens it. Run as a program it makes the table.
"""

import json
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpRequest, HttpResponse

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

# As `django-admin startproject` writes them.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TABLE = "bench_row"


def _answers() -> dict[str, tuple[list[tuple[str, str]], list[bytes]]]:
    """By path: headers and body."""
    folder = os.environ.get("BENCH_ANSWERS")
    found = {}
    for about in Path(folder).glob("*.json") if folder else ():
        headers = [(name, value) for name, value in json.loads(about.read_text())["headers"]]
        found[f"/{about.stem}"] = (headers, [about.with_suffix("").read_bytes()])
    return found


_kept = _answers()


def raw(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """The answer of the path, and nothing besides."""
    headers, body = _kept[environ["PATH_INFO"]]
    start_response("200 OK", headers)
    return body


def empty(request: "HttpRequest") -> "HttpResponse":
    from django.http import HttpResponse

    return HttpResponse(b"ok")


def insert(request: "HttpRequest") -> "HttpResponse":
    """One INSERT of what was posted, in autocommit, and a redirect."""
    from django.db import connection
    from django.http import HttpResponseRedirect

    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} (article, name, email, text) VALUES (%s, %s, %s, %s)",  # noqa: S608
            [1, request.POST["name"], request.POST["email"], request.POST["text"]],
        )
    return HttpResponseRedirect("/empty/")


@cache
def _django() -> "WSGIHandler":
    from django.conf import settings

    from portal import settings as portal

    settings.configure(
        ROOT_URLCONF="tests.bench.reference",
        SECRET_KEY="reference",
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=MIDDLEWARE,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
        ],
        DATABASES=portal.DATABASES,
        USE_TZ=True,
    )
    from django.core.wsgi import get_wsgi_application
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt

    globals()["urlpatterns"] = [path("empty/", empty), path("insert/", csrf_exempt(insert))]
    return get_wsgi_application()


def django_application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    return _django()(environ, start_response)


def make_table() -> None:
    _django()
    from django.db import connection

    number = "bigserial" if connection.vendor == "postgresql" else "integer"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE}"
            f" (id {number} PRIMARY KEY, article bigint, name text, email text, text text)"
        )


if __name__ == "__main__":
    make_table()
