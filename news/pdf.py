"""What a PDF holds, looked at in a process of its own: `python -m news.pdf < file` prints one Finding.

A PDF is a small program for its reader, and one that was made to harm can keep a parser busy for hours or fill
the memory. So the looking is done outside the server, in a process that may use SECONDS and MEMORY and no more.
Imports nothing of ours, because every upload starts it anew.
"""

import enum
import io
import logging
import resource
import subprocess
import sys
from pathlib import Path

SECONDS = 15
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
    try:
        result = subprocess.run(
            [sys.executable, "-m", "news.pdf"],
            input=content,
            capture_output=True,
            cwd=Path(__file__).parent.parent,
            timeout=SECONDS + 5,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding.TOO_MUCH
    said = result.stdout.decode(errors="replace")
    # Killed by its limit, or out of memory: it did not come so far as to say anything.
    return Finding(said) if said in set(Finding) else Finding.TOO_MUCH


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


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable()
    try:
        finding = _inspect(sys.stdin.buffer.read())
    except MemoryError:
        finding = Finding.TOO_MUCH
    except Exception:  # noqa: BLE001 - parsers raise whatever they like on hostile bytes
        finding = Finding.BROKEN
    sys.stdout.write(finding)


if __name__ == "__main__":
    _main()
