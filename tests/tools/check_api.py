"""schemathesis against a demo of its own: does the API do what its description says, whatever it is asked?

    python -m tests.tools.check_api

schemathesis pulls packages below Django's floor, so it lives in a virtual environment of its own beside the project's.
The server works on a throw-away database and ends with this program. The exit code is that of schemathesis.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from tests.tools.beside import ROOT, program

VERSION = "4.32.5"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 300
    while True:
        try:
            urllib.request.urlopen(address, timeout=10).close()  # noqa: S310 - our own server
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                sys.exit("The server did not start.")
            time.sleep(0.5)


def main() -> int:
    schemathesis = program("schemathesis", package="schemathesis", version=VERSION)
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PORTAL_ENV_FILE": os.devnull,
            "PORTAL_DATA_DIR": folder,
            "PORTAL_SITE_URL": site,
            "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        }
        server = subprocess.Popen(
            [sys.executable, "manage.py", "start", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"{site}/api/openapi.json", server)
            began = time.monotonic()
            checked = subprocess.run(
                [
                    *(str(schemathesis), "run", f"{site}/api/openapi.json"),
                    # The same requests on every run, so that red stays red.
                    *("--seed", "1", "--max-examples", "50", "--mode", "all"),
                    *("--continue-on-failure", "--no-color"),
                ],
                cwd=folder,
                check=False,
            )
            print(f"schemathesis took {time.monotonic() - began:.0f} s")
            return checked.returncode
        finally:
            server.terminate()
            server.wait(timeout=30)


if __name__ == "__main__":
    sys.exit(main())
