"""What a PDF holds, looked at in a process of its own: `python -m news.pdf < file` prints one Finding, with
`words` behind it the document's text.

A PDF is a small program for its reader, and one that was made to harm can keep a parser busy for hours or fill
the memory. So the looking is done outside the server, in a process that may use SECONDS and MEMORY and no more.
Imports nothing of ours, because every upload starts it anew.
"""

import contextlib
import enum
import io
import logging
import resource
import subprocess
import sys
from pathlib import Path

SECONDS = 15
# For reading the text: most documents take less than one, of the others the first pages are read.
READING_SECONDS = 5
MAX_TEXT = 200_000
MEMORY = 768 * 1024 * 1024

# Keys and values of dictionaries that make a document do something, or carry what nobody has looked at.
_RUNS = {"/JavaScript", "/JS", "/Launch", "/RichMedia", "/XFA"}
_CARRIES = {"/EmbeddedFile", "/EmbeddedFiles", "/EF"}


class Finding(enum.StrEnum):
    FINE = "fine"
    BROKEN = "broken"
    LOCKED = "locked"
    RUNS = "runs"
    CARRIES = "carries"
    TOO_MUCH = "too much"


def look(content: bytes) -> Finding:
    """What is to be said of these bytes. Takes some 0.3 s, a document of 300 tagged pages some 3 s."""
    said = _ask(content, seconds=SECONDS)
    # Killed by its limit, or out of memory: it did not come so far as to say anything.
    return Finding(said) if said in set(Finding) else Finding.TOO_MUCH


def words_of(content: bytes) -> str:
    """The text of these bytes, page by page, as far as READING_SECONDS and MAX_TEXT characters go; empty for none.

    Ask only for what was found FINE.
    """
    return _ask(content, "words", seconds=READING_SECONDS)


def _ask(content: bytes, *task: str, seconds: int) -> str:
    """What the process said. It gets so many seconds of the processor, and five more to wait for it."""
    try:
        result = subprocess.run(  # noqa: S603 - our own module, a task of ours
            [sys.executable, "-m", "news.pdf", *task],
            input=content,
            capture_output=True,
            cwd=Path(__file__).parent.parent,
            timeout=seconds + 5,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace")
    return result.stdout.decode(errors="replace")


def _inspect(content: bytes) -> Finding:
    """Reads every object of the document, also those that only its table of contents knows."""
    from pypdf import PdfReader
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return Finding.LOCKED
    if not len(reader.pages):
        return Finding.BROKEN
    numbers = [(number, gen) for gen, places in reader.xref.items() for number in places]
    numbers += [(number, 0) for number in reader.xref_objStm]
    waiting: list[object] = [IndirectObject(*number, reader).get_object() for number in numbers]
    names: set[str] = set()
    while waiting:
        item = waiting.pop()
        if isinstance(item, DictionaryObject):
            names.update(item.keys())
            waiting.extend(item.values())
        elif isinstance(item, ArrayObject):
            waiting.extend(item)
        elif isinstance(item, NameObject):
            names.add(item)
    if names & _RUNS:
        return Finding.RUNS
    return Finding.CARRIES if names & _CARRIES else Finding.FINE


def _print_words(content: bytes) -> None:
    """Each page as soon as it is read: what was printed stays if a limit ends the process."""
    from pypdf import PdfReader

    room = MAX_TEXT
    for page in PdfReader(io.BytesIO(content)).pages:
        words = page.extract_text()[:room] + "\n"
        sys.stdout.buffer.write(words.encode(errors="ignore"))
        sys.stdout.buffer.flush()
        room -= len(words)
        if room <= 0:
            break


def _main() -> None:
    reads = sys.argv[1:] == ["words"]
    seconds = READING_SECONDS if reads else SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable()
    if reads:
        # A page that cannot be read ends it; the pages before are there.
        with contextlib.suppress(Exception):
            _print_words(sys.stdin.buffer.read())
        return
    try:
        finding = _inspect(sys.stdin.buffer.read())
    except MemoryError:
        finding = Finding.TOO_MUCH
    except Exception:  # noqa: BLE001 - parsers raise whatever they like on hostile bytes
        finding = Finding.BROKEN
    sys.stdout.write(finding)


if __name__ == "__main__":
    _main()
