"""Print the Chromium that browser tests use, or exit with 75 and say what to install."""

import os
import shutil
import sys
from pathlib import Path

NOTHING_FOUND = 75
# The first draws nothing on a screen and opens a window for a quarter of the processor's time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ADVICE = (
    "NOT RUN: no Chromium was found; install the Debian packages `chromium-headless-shell`"
    " and `chromium-common`"
    " (or `python -m playwright install chromium`), or set PORTAL_CHROMIUM=/path/to/it"
)


def find_chromium() -> str | None:
    """The path named by PORTAL_CHROMIUM, else the first on PATH, else Playwright's own download."""
    if named := os.environ.get("PORTAL_CHROMIUM"):
        # A wrong name is not silently replaced by another browser.
        return shutil.which(named)
    for name in NAMES:
        if path := shutil.which(name):
            return path

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    if chromium := find_chromium():
        print(chromium)
    else:
        print(ADVICE, file=sys.stderr)
        sys.exit(NOTHING_FOUND)
