"""Requests as the server hands them over, through the page cache and Django."""

import io
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from portal.wsgi import application


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = int(status.split()[0])
        self.headers = dict(headers)
        self.body = body
        self.text = body.decode(errors="replace")


def ask(
    path: str, method: str = "GET", query: str = "", host: str = "127.0.0.1", **environ: Any
) -> Answer:
    """A request as the server hands it over, through the cache and Django."""
    seen: list[Any] = []
    # As Django's own test client does: the end of a request must not close the test's transaction.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    body = application(
        {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.7",
            "HTTP_HOST": host,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **environ,
        },
        lambda status, headers, *rest: seen.extend([status, headers]),
    )
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)
    return Answer(seen[0], seen[1], b"".join(body))
