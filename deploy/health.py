"""Ask the web process in this container for its health: exit 0 if it answers 200, else 1.

    python deploy/health.py [/san-sang/]

Without an argument it asks /song/, as the container's HEALTHCHECK does.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit


def healthy(path: str) -> bool:
    # Django answers only to the site's own name.
    host = urlsplit(os.environ.get("PORTAL_SITE_URL", "")).hostname or "127.0.0.1"
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("GRANIAN_PORT", "8000")), timeout=4
    )
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status == 200
    except OSError as error:
        print(error, file=sys.stderr)  # noqa: T201 - `docker inspect` shows it
        return False


if __name__ == "__main__":
    sys.exit(0 if healthy(sys.argv[1] if len(sys.argv) > 1 else "/song/") else 1)
