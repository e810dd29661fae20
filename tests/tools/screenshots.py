"""Take the pictures of docs/screenshots, the staff guide's among them, from a demo that was just started.

`python -m tests.tools.screenshots [ADDRESS]`; the story that the guide tells stays in that demo.
"""

import os
import sys
from pathlib import Path

import django
from playwright.sync_api import Page, sync_playwright

from tests.tools.find_chromium import find_chromium

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from portal.roles import EDITOR, MODERATOR  # noqa: E402 - models must be ready
from tests.tools.desk import BY_ROLE, sign_in  # noqa: E402
from tests.tools.guide_pictures import take_guide  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
WIDTHS = {360: 740, 1280: 860}
# Where things are found.
FOUND = {
    "search": "/tim-kiem/?q=tiếp+công+dân",
    "days": "/tin-theo-ngay/",
    "documents": "/van-ban/",
}


def take(page: Page, name: str, width: int) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}-{width}.png")


def main(site: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        for width, height in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(site)
            take(page, "home", width)
            page.get_by_role("link", name="PHÁT HUY VAI TRÒ", exact=False).first.click()
            take(page, "article", width)
            page.get_by_label("Ý kiến của bạn").fill(
                "Mong các nội dung phối hợp sớm được triển khai đến khu phố."
            )
            page.get_by_role("button", name="Gửi bình luận").click()
            take(page, "dialog", width)
            for name, path in FOUND.items():
                page.goto(site + path)
                take(page, name, width)
            page.close()
            desk = browser.new_page(viewport={"width": width, "height": height})
            sign_in(desk, site, BY_ROLE[MODERATOR])
            desk.goto(f"{site}/quan-tri/comments/comment/")
            take(desk, "queue", width)
            desk.context.clear_cookies()
            sign_in(desk, site, BY_ROLE[EDITOR])
            desk.goto(f"{site}/quan-tri/news/article/1/change/")
            desk.locator(".cke_wysiwyg_frame").wait_for()
            take(desk, "editor", width)
            desk.close()
        take_guide(browser, site)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
