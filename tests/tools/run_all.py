"""Run all tests on SQLite, on PostgreSQL and in a browser, and say at the end what was run.

    python -m tests.tools.run_all [--in-turn]

The three runs go side by side; what touches no database is run on SQLite only. Where PostgreSQL or
Chromium is missing, the result is called incomplete; that is no failure on a developer's machine, but
one with CI or REQUIRE_ALL set.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

from tests.tools import find_chromium, private_postgres

PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
# SQLite is through long before the browser is, which then has both cores and uses one: it lets the others go first.
GIVING_WAY = ["nice", "-n", "4"]
IN_POSTGRES = [sys.executable, "-m", "tests.tools.private_postgres", "--"]
NO_TESTS_COLLECTED = 5


@dataclass
class Run:
    """One pytest process and what became of it."""

    name: str
    command: list[str]
    on_sqlite: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    missing: str = ""
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=lambda: {"passed": 0, "failed": 0, "skipped": 0})

    def start(self, folder: Path) -> None:
        """Start it with data of its own and without the developer's .env, which must not matter."""
        self.report = folder / f"{self.name}.xml"
        self.output = folder / f"{self.name}.txt"
        self.began = time.monotonic()
        color = "yes" if sys.stdout.isatty() else "no"
        data = folder / self.name
        surroundings = {"PORTAL_ENV_FILE": os.devnull, "PORTAL_DATA_DIR": str(data)}
        if self.on_sqlite:
            # A file: Django's live server shares a database in memory between threads, and SQLite crashes.
            surroundings["DATABASE_URL"] = f"sqlite:///{data / 'portal.sqlite3'}"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*self.command, f"--color={color}", f"--junit-xml={self.report}"],
                env=os.environ | surroundings | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def finish(self) -> None:
        """Print what the process wrote, and count."""
        self.seconds = time.monotonic() - self.began
        text = self.output.read_text(errors="replace")
        print(f"\n{f' {self.name} ':=^80}\n{text}", flush=True)
        code = self.process.returncode
        if code == private_postgres.NOTHING_FOUND:
            self.missing = private_postgres.ADVICE
        elif code == NO_TESTS_COLLECTED:
            self.missing = "NOT RUN: no such tests"
        if self.report.exists():
            for suite in ET.parse(self.report).iter("testsuite"):  # noqa: S314, pytest wrote it
                failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
                skipped = int(suite.get("skipped", 0))
                self.counts["failed"] += failed
                self.counts["skipped"] += skipped
                self.counts["passed"] += int(suite.get("tests", 0)) - failed - skipped
        if code and not self.missing:
            # A crash without a report is a failure too.
            self.counts["failed"] = max(1, self.counts["failed"])

    def __str__(self) -> str:
        if self.missing:
            return f"{self.name:<12}{self.missing}"
        counts = ", ".join(f"{number} {word}" for word, number in self.counts.items())
        return f"{self.name:<12}{counts} in {self.seconds:.1f} s"


def runs() -> list[Run]:
    sqlite = Run("SQLite", [*GIVING_WAY, *PYTEST, "-m", "not browser"], on_sqlite=True)
    rest = [*PYTEST, "-m", "not browser and not without_database"]
    postgres = Run("PostgreSQL", [*IN_POSTGRES, *rest])
    browser = Run("browser", [*PYTEST, "-m", "browser"], on_sqlite=True)
    if chromium := find_chromium.find_chromium():
        browser.environment["PORTAL_CHROMIUM"] = chromium
    else:
        browser.missing = find_chromium.ADVICE
    return [sqlite, postgres, browser]


def execute(planned: list[Run], at_once: int) -> None:
    """Carry out the runs, `at_once` of them side by side; leave no process behind."""
    waiting = [run for run in planned if not run.missing]
    active: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            while waiting or active:
                while waiting and len(active) < at_once:
                    active.append(waiting.pop(0))
                    active[-1].start(Path(folder))
                time.sleep(0.1)
                for run in [run for run in active if run.process.poll() is not None]:
                    active.remove(run)
                    run.finish()
        finally:
            for run in active:
                run.process.terminate()
            for run in active:
                run.process.wait()


def required() -> bool:
    return any(os.environ.get(name, "") not in ("", "0", "false") for name in ("CI", "REQUIRE_ALL"))


def main() -> int:
    private_postgres.exit_on_signals()
    planned = runs()
    for run in planned:
        print(run.missing or f"Running {run.name} ...", flush=True)
    execute(planned, at_once=1 if "--in-turn" in sys.argv else len(planned))

    print("=" * 80)
    print(*planned, sep="\n")
    incomplete = any(run.missing for run in planned)
    if incomplete:
        print("INCOMPLETE: not all three kinds of tests were run, see NOT RUN above.")
    passed, failed = (sum(run.counts[word] for run in planned) for word in ("passed", "failed"))
    print(f"{passed} passed, {failed} failed", flush=True)
    return int(failed > 0 or (incomplete and required()))


if __name__ == "__main__":
    sys.exit(main())
