"""The application as the measurements need it, never as it is served.

    granian --interface wsgi tests.bench.uncached:application

The portal without the cache of whole pages: each page is made anew. `counted` is the portal as it is, and
writes a line into the file BENCH_MADE for each page that Django makes.
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from portal.wsgi import PageCache, django_application

if TYPE_CHECKING:
    from portal.pagecache import Environ, StartResponse

application = django_application


def _noting(environ: "Environ", start_response: "StartResponse") -> Iterable[bytes]:
    # One write in append mode: lines of several processes do not mix.
    file = os.open(os.environ["BENCH_MADE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, f"{environ['PATH_INFO']}\n".encode("latin-1"))
    finally:
        os.close(file)
    return django_application(environ, start_response)


counted = PageCache(_noting)
