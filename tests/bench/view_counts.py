"""Whether counted views come into the database, though they are written by and by: after a stop, and after a kill."""

import contextlib
import os
import random
import signal
import socket
import threading
import time
from typing import Any

from tests.bench.driving import HEADERS, addresses, family, granian, views_counted
from tests.deploy.running import Site


def views_exact(site: Site, number: int, kills: int) -> dict[str, Any]:
    """What of so many counted views is in the database after a graceful stop, and what after each of so many kills."""
    where = addresses(site)
    before = views_counted(site)
    with granian(site, workers=2) as server:
        answered, _ = post_views(server.port, where["count"], number)
    after = views_counted(site)
    found: dict[str, Any] = {"answered": answered, "counted": after - before, "kills": []}
    for _ in range(kills):
        before = views_counted(site)
        with granian(site) as server:
            killer = threading.Timer(
                1.5 + random.random() * 2, lambda pids=server.workers: kill(pids)
            )
            killer.start()
            answered, seconds = post_views(server.port, where["count"], 10**9)
            killer.join()
            # Nor may the worker that granian starts in its place stay: first nobody starts another.
            server.process.send_signal(signal.SIGSTOP)
            kill(family(server.process.pid))
            server.process.wait()
        time.sleep(0.5)
        lost = answered - (views_counted(site) - before)
        found["kills"].append({"lost": lost, "seconds": lost / (answered / seconds)})
    return found


def kill(processes: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def post_views(port: int, paths: list[str], number: int) -> tuple[int, float]:
    """Post so many views over one connection, or until it breaks: how many were answered, in how many seconds."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    asked = [f"POST {path} HTTP/1.1\r\n{lines}Content-Length: 0\r\n\r\n".encode() for path in paths]
    answered, began = 0, time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        rest = b""
        try:
            while answered < number:
                # Some at once, as they come in from many.
                some = min(16, number - answered)
                line.sendall(b"".join(random.choices(asked, k=some)))
                for _ in range(some):
                    while b"\r\n\r\n" not in rest:
                        got = line.recv(65536)
                        if not got:
                            raise ConnectionResetError
                        rest += got
                    head, _, rest = rest.partition(b"\r\n\r\n")
                    if not head.startswith(b"HTTP/1.1 204"):
                        raise RuntimeError(head.decode())
                    answered += 1
        except (ConnectionResetError, BrokenPipeError):
            pass
    return answered, time.monotonic() - began
