"""The first visit on a phone: what Lighthouse says of the demo, served as in production.

    python -m tests.bench.phone [--runs 3] [--keep FOLDER]

The demo is served by granian behind nginx with deploy/, HTTP/2 and TLS as in deploy/tls/, static files hashed and
compressed. Lighthouse measures with its own mobile settings: an emulated phone of 412 px, a slow 4G (150 ms, 1.6 Mbit/s)
and a slow processor, both simulated from what it saw on this machine; the median of the runs is told. Beside our pages
stands a bare one with one style sheet and one line of text on the same server: no page can be quicker there.

Times grow when the machine is busy, for Lighthouse multiplies the work it sees by four. Needs nginx, openssl, Chromium,
node and npm; Lighthouse itself is installed into .lighthouse/ the first time (a minute, 200 MB). The outcome is kept
for `make bench`, which puts it into its table.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from tests.bench import report as reports
from tests.deploy.running import DEPLOY, HOST, Site, ask, free_port, nginx
from tests.tools.find_chromium import ADVICE, NOTHING_FOUND, find_chromium

ROOT = DEPLOY.parent
VERSION = "12.8.2"
FOLDER = ROOT / ".lighthouse"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# CKEditor's and the admin's 1,300 files stand on no public page.
NOT_COLLECTED = ["ckeditor*", "galleriffic", "admin"]
# As deploy/tls/site.conf.example; Debian's nginx before 1.25.1 has the older word for HTTP/2.
TLS_CHANGES = (
    ("listen 8443 ssl default_server;", "listen 127.0.0.1:{port} ssl default_server;"),
    ("listen 8081 default_server;", "listen 127.0.0.1:{cleartext} default_server;"),
    ("/etc/portal-tls/", "tls/"),
)
FLOOR_STYLE = "body { font-family: sans-serif; }\n"
FLOOR_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A bare page</title><link rel="stylesheet" href="bare.css"></head><body><p>Chào bạn.</p></body></html>
"""
# Among files, which may do nothing when they are opened by themselves, it is a page.
FLOOR_LOCATION = """
location ^~ /static/bare. {
    include headers.conf;
    root /data;
}
"""
ADDRESSES = """
from django.urls import reverse
from portal.demo.load import story
article = story()
print("\\n".join([reverse("home"), article.section.get_absolute_url(), article.get_absolute_url()]))
"""


class NotRunError(Exception):
    """Something that must be on this machine is not; the message says what and how it comes there."""


@dataclass(frozen=True)
class Row:
    """One figure of one page: `met` is None where it is told for comparison only."""

    page: str
    what: str
    measured: str
    target: str = ""
    met: bool | None = None


# --- What it needs ---------------------------------------------------------------------------------------------


def needed(name: str, package: str) -> str:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    if found := shutil.which(name, path=path):
        return found
    raise NotRunError(f"NOT RUN: {name} was not found; install the Debian package `{package}`")


def lighthouse() -> Path:
    """Its program, installed where it is missing. Raises NotRunError without node, npm or a registry."""
    needed("node", "nodejs")
    npm = needed("npm", "npm")
    program = FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"
    stamp = FOLDER / f".installed-{VERSION}"
    if not stamp.exists():
        print(f"Installing Lighthouse {VERSION} (the first time takes a minute) ...", flush=True)
        FOLDER.mkdir(exist_ok=True)
        command = [npm, "install", "--prefix", str(FOLDER), "--no-save", "--ignore-scripts"]
        command += ["--no-audit", "--no-fund", "--silent", f"lighthouse@{VERSION}"]
        if subprocess.run(command, check=False).returncode:
            raise NotRunError(f"NOT RUN: npm could not install lighthouse@{VERSION}")
        stamp.touch()
    return program


# --- The site --------------------------------------------------------------------------------------------------


def load_demo(data: Path) -> None:
    """Into this folder, with all renditions. Production refuses it, for everybody knows its passwords: it is loaded before."""
    local = Site(data, database_in(data), PORTAL_MODE="local", PORTAL_BEHIND_PROXY="False")
    local.python(
        "from django.core.management import call_command as call\n"
        "call('migrate', verbosity=0)\n"
        "call('demo', stdout=open('/dev/null', 'w'))\n"
        "from news.models.photo import make_waiting_avif\n"
        "make_waiting_avif(100)"
    )


def database_in(data: Path) -> str:
    return f"sqlite:///{data / 'portal.sqlite3'}"


@contextmanager
def serving(data: Path, front: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The demo of this folder as in production: the port of nginx with TLS, and the pages' names and paths."""
    site = Site(data, database_in(data))
    site.python(
        "from django.core.management import call_command\n"
        f"call_command('collectstatic', interactive=False, verbosity=0, ignore_patterns={NOT_COLLECTED!r})"
    )
    for name, text in {"bare.html": FLOOR_PAGE, "bare.css": FLOOR_STYLE}.items():
        (data / "static" / name).write_text(text)
    addresses = site.python(ADDRESSES).splitlines()
    pages = dict(zip(("home", "section", "article"), addresses, strict=True))
    port = free_port()
    deploy = with_tls(front, port)
    certify(needed("openssl", "openssl"), deploy / "tls")
    with site.web() as web, nginx(front, upstream=web.port, data=data, deploy=deploy) as plain:
        for path in pages.values():
            # Into nginx's cache, where a page lies that more than one reader asks for.
            assert ask(plain, path).status == 200, path
        yield port, {**pages, "bare": "/static/bare.html"}


def certify(openssl: str, folder: Path) -> None:
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-nodes", "-days", "2", "-subj", f"/CN={HOST}"]
    command += ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(command, check=True, capture_output=True)


def with_tls(folder: Path, port: int) -> Path:
    """A copy of deploy/ that ends TLS itself at this port, with certificate and key in its tls/, and has the bare page."""
    copy = folder / "deploy"
    shutil.copytree(DEPLOY, copy)
    text = (copy / "tls" / "site.conf.example").read_text()
    for old, new in TLS_CHANGES:
        assert old in text, f"deploy/tls/site.conf.example no longer says {old}"
        text = text.replace(old, new.format(port=port, cleartext=free_port()))
    said = subprocess.run(
        [needed("nginx", "nginx"), "-v"], capture_output=True, text=True, check=True
    )
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said.stderr)
    if found and tuple(map(int, found.groups())) < (1, 25, 1):
        text = text.replace("http2 on;", "").replace(
            " ssl default_server", " ssl http2 default_server"
        )
    (copy / "tls" / "site.conf").write_text(text)
    with (copy / "site.conf").open("a") as site:
        site.write(FLOOR_LOCATION)
    return copy


# --- Measuring -------------------------------------------------------------------------------------------------


def visit(program: Path, chromium: str, port: int, path: str) -> dict[str, Any]:
    """Lighthouse's report of one first visit."""
    flags = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        "--ignore-certificate-errors",
        f'--host-resolver-rules="MAP {HOST}:443 127.0.0.1:{port}"',
    ]
    command = [needed("node", "nodejs"), str(program), f"https://{HOST}{path}", "--quiet"]
    command += ["--output=json", "--output-path=stdout", f"--chrome-flags={' '.join(flags)}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    answer = subprocess.run(
        command,
        env=os.environ | {"CHROME_PATH": chromium},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if answer.returncode:
        raise RuntimeError(f"Lighthouse failed on {path}:\n{answer.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(answer.stdout)
    return report


def kilobytes_without_photographs(report: dict[str, Any]) -> float:
    """What came over the wire, headers included, less the pictures of the media folder."""
    requests = report["audits"]["network-requests"]["details"]["items"]
    return (
        sum(r["transferSize"] for r in requests if f"{HOST}/media/photos/" not in r["url"]) / 1024
    )


def figures(report: dict[str, Any]) -> dict[str, float]:
    audits = report["audits"]
    scores = {name: report["categories"][name]["score"] or 0 for name in CATEGORIES}
    return {
        **{name: round(score * 100) for name, score in scores.items()},
        "FCP": audits["first-contentful-paint"]["numericValue"],
        "LCP": audits["largest-contentful-paint"]["numericValue"],
        "CLS": audits["cumulative-layout-shift"]["numericValue"],
        "TBT": audits["total-blocking-time"]["numericValue"],
        "weight": kilobytes_without_photographs(report),
        "requests": len(audits["network-requests"]["details"]["items"]),
    }


def measure(runs: int, keep: Path | None = None) -> dict[str, dict[str, float]]:
    """Of each page each figure's median. The pages take turns, so that a busy minute is shared by all."""
    program = lighthouse()
    chromium = find_chromium()
    if chromium is None:
        raise NotRunError(ADVICE)
    needed("nginx", "nginx")
    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        data, front = Path(temporary, "data"), Path(temporary, "front")
        data.mkdir()
        front.mkdir()
        load_demo(data)
        with serving(data, front) as (port, pages):
            for run in range(runs):
                for name, path in pages.items():
                    report = visit(program, chromium, port, path)
                    found.setdefault(name, []).append(figures(report))
                    if keep:
                        (keep / f"{name}-{run}.json").write_text(json.dumps(report))
    return {
        name: {what: statistics.median(run[what] for run in told) for what in told[0]}
        for name, told in found.items()
    }


# --- Telling ---------------------------------------------------------------------------------------------------

# What, how it is written, the target and whether a value meets it.
TARGETS = (
    *((name, "{:.0f}", "100", lambda value: value >= 100) for name in CATEGORIES),
    ("LCP", "{:.0f} ms", "< 1,200 ms", lambda value: value < 1200),
    ("CLS", "{:.3f}", "0", lambda value: value == 0),
    ("TBT", "{:.0f} ms", "< 50 ms", lambda value: value < 50),
    ("weight", "{:.0f} KB", "<= 150 KB", lambda value: value <= 150),
)


def rows(runs: int = 3, keep: Path | None = None) -> list[Row]:
    """What `make bench` tells of the first visit. Raises NotRunError where something is missing."""
    told = []
    for page, values in measure(runs, keep).items():
        if page == "bare":
            told += [Row(page, what, f"{values[what]:.0f} ms") for what in ("FCP", "LCP")]
            continue
        told += [
            Row(page, what, form.format(values[what]), target, meets(values[what]))
            for what, form, target, meets in TARGETS
        ]
        told.append(Row(page, "FCP", f"{values['FCP']:.0f} ms"))
        told.append(Row(page, "requests", f"{values['requests']:.0f}"))
    return told


def in_one_line(told: list[Row]) -> dict[str, Any]:
    """As the table of `make bench` has room for."""
    pages = {row.page: "" for row in told if row.met is not None}
    for page in pages:
        own = {row.what: row.measured for row in told if row.page == page}
        pages[page] = f"{page}: {own['performance']}, " + ", ".join(
            f"{what} {own[what]}" for what in ("LCP", "CLS", "TBT", "weight")
        )
    bare = next(row.measured for row in told if (row.page, row.what) == ("bare", "LCP"))
    return {
        "said": "; ".join([*pages.values(), f"a bare page: LCP {bare}"]),
        "target": "performance 100, LCP < 1.2 s, CLS 0, TBT < 50 ms, ≤ 150 KB",
        "met": all(row.met for row in told if row.met is not None),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder for Lighthouse's reports")
    options = parser.parse_args()
    try:
        told = rows(options.runs, options.keep)
    except NotRunError as missing:
        print(missing, file=sys.stderr)
        return NOTHING_FOUND
    print(
        f"First visit on a phone, Lighthouse {VERSION}, HTTP/2 and TLS, median of {options.runs}:\n"
    )
    print(f"{'page':<9}{'what':<16}{'measured':>11}   {'target':<12}")
    reports.keep("phone", in_one_line(told))
    for row in told:
        mark = {None: "", True: "met", False: "NOT MET"}[row.met]
        print(f"{row.page:<9}{row.what:<16}{row.measured:>11}   {row.target:<12}{mark}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
