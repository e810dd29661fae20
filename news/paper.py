"""A page turned into a PDF, in a process of its own: `python -m news.paper < page.html > page.pdf`.

Laying out pages takes seconds and much memory, and runs C libraries over what people wrote. So it is done outside the
server, in a process that may use SECONDS and MEMORY and no more. The page brings all it needs as `data:` addresses;
nothing else is ever fetched, neither from the net nor from the disk. Imports nothing of ours.
"""

import functools
import io
import logging
import os
import resource
import signal
import subprocess
import sys
from ctypes.util import find_library
from importlib.util import find_spec
from pathlib import Path

# Well below the 30 s after which nginx gives up; an ordinary story takes one or two.
SECONDS = 20
MEMORY = 768 * 1024 * 1024
# A photograph twice as dense as paper shows is only a larger file.
DOTS_PER_INCH = 200


class NotPrintable(Exception):
    """The page could not be laid out within its bounds, nor will it be the next time."""


class Interrupted(Exception):
    """A busy or full machine was in the way: it took too long by the clock, or was ended from outside."""


@functools.cache
def is_possible() -> bool:
    """Whether WeasyPrint and the library that it shapes text with (Debian: libpangoft2-1.0-0) are there."""
    return find_spec("weasyprint") is not None and find_library("pangoft2-1.0") is not None


def pdf(page: str) -> bytes:
    """The page as PDF/UA-1: tagged, with its title and language. Raises NotPrintable and Interrupted."""
    try:
        result = subprocess.run(
            [sys.executable, "-m", "news.paper"],
            input=page.encode(),
            capture_output=True,
            cwd=Path(__file__).parent.parent,
            timeout=SECONDS + 5,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Interrupted(type(error).__name__) from None
    if result.returncode < 0 and result.returncode != -signal.SIGXCPU:
        raise Interrupted(f"ended by signal {-result.returncode}")
    if result.returncode or not result.stdout.startswith(b"%PDF-"):
        # Its last line names the error; what stands before may hold words of the story.
        said = result.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise NotPrintable(said[:200] or f"ended with {result.returncode}")
    return result.stdout


def _bound() -> None:
    """A second more until the hard limit: at that one, the signal would be the one of a lack of memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # That signal would otherwise write all of it to the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> None:
    # Who waits for a page comes before who waits for paper.
    os.nice(10)
    _bound()
    logging.disable()
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    page = HTML(
        string=sys.stdin.buffer.read().decode(),
        url_fetcher=URLFetcher(allowed_protocols=["data"]),
    )
    target = io.BytesIO()
    page.write_pdf(target, pdf_variant="pdf/ua-1", dpi=DOTS_PER_INCH)
    sys.stdout.buffer.write(target.getvalue())


if __name__ == "__main__":
    _main()
