"""The application is replaced under load, one instance after the other: docs/operations.md, "Without an interruption"."""

import threading
from collections import Counter
from pathlib import Path

from tests.deploy.running import Installation, ask, nginx


def test_one_instance_takes_over_from_another_and_no_reader_notices(
    installation: Installation, tmp_path: Path
) -> None:
    """nginx knows both; the new one answers before the old one is told to stop."""
    site = installation.site
    answered: Counter[int | str] = Counter()
    stop = threading.Event()

    def read(port: int, path: str) -> None:
        while not stop.is_set():
            try:
                # Of search nothing is kept, so each of them comes to an instance.
                answered[ask(port, path).status] += 1
            except OSError as error:
                answered[type(error).__name__] += 1

    with site.web() as old, site.web() as new:
        servers = " ".join(f"server 127.0.0.1:{web.port} max_fails=0;" for web in (old, new))
        changes = {"server web:8000 resolve max_fails=0;": servers}
        with nginx(tmp_path, upstream=old.port, data=site.folder, changes=changes) as port:
            readers = [
                threading.Thread(target=read, args=(port, path))
                for path in ("/tim-kiem/?q=tin", installation.articles[0], "/")
            ]
            for reader in readers:
                reader.start()
            try:
                stop.wait(0.5)
                old.process.terminate()
                old.process.wait(20)
                before = answered.total()
                stop.wait(0.5)
            finally:
                stop.set()
                for reader in readers:
                    reader.join()
    assert set(answered) == {200}
    assert answered.total() > before
