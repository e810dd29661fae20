"""An answer of an application as a whole, for the layers that keep answers."""

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Answering = Callable[[Environ, StartResponse], Iterable[bytes]]


def whole(application: Answering, environ: Environ) -> tuple[str, list[tuple[str, str]], bytes]:
    """Status line, headers and body. Closes the answer whatever comes of it; raises what the application raises."""
    started: list[Any] = []
    answer = application(environ, lambda status, headers, *rest: started.extend([status, headers]))
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return started[0], started[1], body
