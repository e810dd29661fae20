"""nginx as it stands before the application: the real one, and one that answers as a test tells it to."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from tests.deploy.running import Answer, Installation, ask, nginx

# Content-Security-Policy of every answer but of files.
POLICY = {
    f"{name} {' '.join(words)}"
    for name, words in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
}


@dataclass
class Front:
    """nginx before the running application."""

    installation: Installation
    port: int
    log: Path

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, /, **headers: str
    ) -> Answer:
        return ask(self.port, path, method, body, **headers)

    def hit(self, path: str, /, **headers: str) -> Answer:
        """The answer from nginx's copy. It is kept to the end of a second only, so the first try may come too late."""
        for _ in range(5):
            answer = self.ask(path, **headers)
            if answer.cache == "HIT":
                return answer
        raise AssertionError(f"{path} is not kept")

    def logged(self, log: str, path: str) -> dict[str, str]:
        """The last line of this log about the path. nginx writes it shortly after its answer."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for text in reversed(self.log.read_text().splitlines()):
                line: dict[str, str] = json.loads(text)
                if (line["log"], line["path"]) == (log, path):
                    return line
            time.sleep(0.05)
        raise AssertionError(f"no line about {path}")


@dataclass
class Told:
    """nginx before an application whose next answer is `status`, `headers` and `body`; `heard` are its requests."""

    log: Path
    port: int = 0
    upstream: http.server.ThreadingHTTPServer | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"page"
    heard: list[dict[str, str]] = field(default_factory=list)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, /, **headers: str
    ) -> Answer:
        answer = ask(self.port, path, method, body, **headers)
        if "X-Accel-Expires" in self.headers and answer.cache not in {None, "HIT"}:
            # nginx puts a copy in its place only after the last byte has left.
            time.sleep(0.1)
        return answer

    def port_of_nowhere(self) -> None:
        """The application goes away."""
        assert self.upstream
        self.upstream.shutdown()
        self.upstream.server_close()


def tell(folder: Path, changes: dict[str, str]) -> Iterator[Told]:
    told = Told(folder / "nginx.log")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: in two, the second waits 40 ms for the first to be acknowledged.
        wbufsize = -1

        def do_GET(self) -> None:
            told.heard.append({name.lower(): value for name, value in self.headers.items()})
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as upstream:
        thread = threading.Thread(target=upstream.serve_forever, args=(0.02,))
        thread.start()
        told.upstream = upstream
        try:
            with nginx(
                folder, upstream=upstream.server_port, data=folder, changes=changes
            ) as told.port:
                yield told
        finally:
            upstream.shutdown()
            thread.join()
