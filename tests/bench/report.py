"""What measurements found, kept below var/bench/results/, and the parts of docs/performance.md that are written of it.

    python -m tests.bench.report

writes all parts anew of what is kept. A part stands between two marks with its name; what stands outside of them is
written by hand.
"""

import datetime as dt
import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.datasets import FOLDER, ROOT
from tests.tools import private_postgres

PAGE = ROOT / "docs" / "performance.md"
RESULTS = FOLDER / "results"
Found = dict[str, Any]


def machine() -> Found:
    """The machine and what runs on it, now."""
    cpu = re.search(r"^model name\s*: (.+)$", _text("/proc/cpuinfo"), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+)", _text("/proc/meminfo"), re.MULTILINE)
    programs = private_postgres.server_programs()
    said = {
        "nginx": _said("nginx", "-v"),
        "Redis": _said("redis-server", "--version"),
        "PostgreSQL": _said(f"{programs}/postgres", "--version") if programs else "",
        "wrk": _said("wrk", "-v"),
    }
    versions = {name: found[0] for name, text in said.items() if (found := _VERSION.findall(text))}
    import sqlite3

    return {
        "when": dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory[1]) / 1024**2) if memory else None,
        "system": f"Linux {platform.release()}" if sys.platform == "linux" else platform.platform(),
        "load": round(os.getloadavg()[0], 1),
        "versions": {
            "Python": platform.python_version(),
            "Django": importlib.metadata.version("django"),
            "granian": importlib.metadata.version("granian"),
            "SQLite": sqlite3.sqlite_version,
            **versions,
        },
    }


_VERSION = re.compile(r"\d+(?:\.\d+)+")


def _text(path: str) -> str:
    file = Path(path)
    return file.read_text() if file.exists() else ""


def _said(name: str, option: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        return ""
    done = subprocess.run([found, option], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def where(about: Found) -> str:
    """The sentence that stands above each table."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    return (
        f"Measured {about['when']}: {about['cpu']}, {about['cores']} cores, {about['memory_gb']} GB, "
        f"{about['system']}, load at the start {about['load']}; {versions}."
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def keep(name: str, found: Found) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False))


def kept(name: str) -> Found | None:
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def kept_at(name: str) -> str:
    """When that was measured, in UTC."""
    seconds = (RESULTS / f"{name}.json").stat().st_mtime
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def put(part: str, text: str) -> None:
    """Write the part between its marks. Raises ValueError where the page has none."""
    begin, end = f"<!-- begin {part} -->", f"<!-- end {part} -->"
    page = PAGE.read_text()
    before, found, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found and found_end):
        raise ValueError(f"{PAGE.name} has no part {part}")
    PAGE.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}")


def both(name: str) -> dict[str, Found]:
    """What is kept of a measurement that is made once on each kind of database, by kind."""
    return {
        kind: found
        for kind in ("sqlite", "postgresql")
        if (found := kept(f"{name}-{kind}")) is not None
    }


def write_search() -> None:
    found = both("search")
    if not found:
        return
    said = [f"{KINDS[kind]}: {where(one['machine'])} {one['said']}" for kind, one in found.items()]
    head = [""]
    for kind in found:
        head += [f"{KINDS[kind]} p50", "p99", "20 by key", "times"]
    rows = []
    for name in next(iter(found.values()))["rows"]:
        row = [name]
        for one in found.values():
            half, late, key, bound = (one["rows"][name][x] for x in ("p50", "p99", "key", "bound"))
            times = f"{half / key:.1f}"
            row += [f"{half:.1f}", f"{late:.1f}", f"{key:.2f}"]
            row += [f"**{times}**" if half > bound * key else times]
        rows.append(row)
    put("search", "\n\n".join([*said, "Milliseconds of work:", table(head, rows)]))


def write_comments() -> None:
    found = both("comments")
    if not found:
        return
    said = [f"{KINDS[kind]}: {where(one['machine'])} {one['said']}" for kind, one in found.items()]
    head = ["", "queries"]
    for kind, one in found.items():
        head += [f"{KINDS[kind]}, ms {one['clock']}", "times", "reads through"]
    rows = []
    for name, first in next(iter(found.values()))["rows"].items():
        row = [name, str(first["queries"])]
        for one in found.values():
            few, many, bound = (one["rows"][name][x] for x in ("few", "many", "bound"))
            times = f"{many / few:.2f}"
            row += [f"{few:.1f} and {many:.1f}"]
            row += [f"**{times}**" if many > bound * few else times]
            row += [one["rows"][name]["through"] or "nothing"]
        rows.append(row)
    put("comments", "\n\n".join([*said, table(head, rows)]))


# Of a profile, smaller shares are not told.
LEAST_SHARE = 0.015


def write_profile() -> None:
    found = both("profile")
    if not found:
        return
    said = [f"{KINDS[kind]}: {where(one['machine'])}" for kind, one in found.items()]
    first, *others = (one["works"] for one in found.values())
    # A result kept by an older program may lack a work: only what both have.
    for work in [work for work in first if all(work in one for one in others)]:
        shares = [one["works"][work][0] for one in found.values()]
        names = {name for one in shares for name, share in one.items() if share > LEAST_SHARE}
        in_order = sorted(names, key=lambda name: -sum(one.get(name, 0) for one in shares))
        rows = [[name, *(f"{one.get(name, 0):.0%}" for one in shares)] for name in in_order]
        head = [f"{KINDS[kind]}, {one['works'][work][1]:.3g} ms" for kind, one in found.items()]
        said += [f"### Of {work}", table(["", *head], rows)]
    put("profile", "\n\n".join(said))


KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PARTS: dict[str, Callable[[], None]] = {
    "search": write_search,
    "comments": write_comments,
    "profile": write_profile,
}


def main() -> int:
    from tests.bench import load_report

    for write in (*PARTS.values(), load_report.write, load_report.write_soak):
        write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
