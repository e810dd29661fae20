"""A real browser: Debian's Chromium (or whatever find_chromium finds), the live server, axe."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests import factories
from tests.tools.find_chromium import find_chromium

PASSWORD = "mat-khau-dai-dong-1"

# In each new window the whole Chromium, where there is no headless shell, loads pages for suggestions below its address
# bar, which nobody sees here: that cost more than the page under test. Of two such switches it heeds the last, so
# Playwright's own names stand here too.
WITHOUT = [
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
]
QUIET = [
    f"--disable-features={','.join(WITHOUT)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# All three kinds of tests run side by side, on two cores: what is waited for comes, but not always within five seconds.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session", autouse=True)
def allow_the_orm_beside_playwright() -> None:
    """Playwright's loop runs in the test's thread; Django would take the ORM there for a mistake."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": QUIET}


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The address of the running site; the site calls itself so too."""
    settings.SITE_URL = live_server.url
    return live_server.url


class Watched:
    """A page whose console errors and foreign requests are remembered."""

    def __init__(self, page: Page, site: str) -> None:
        self.complaints: list[str] = []
        page.on(
            "console",
            lambda m: self.complaints.append(m.text) if m.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((site, "data:", "blob:"))
                else self.complaints.append(f"foreign request {request.url}")
            ),
        )


@pytest.fixture
def watched(page: Page, site: str) -> Iterator[Page]:
    """A page that must stay without console errors, CSP violations and requests to other hosts."""
    watch = Watched(page, site)
    yield page
    assert watch.complaints == []


def make_official(role: str, username: str, **fields: Any) -> User:
    """Somebody with this role who can sign in by name and PASSWORD."""
    return factories.make_official(role, username=username, password=PASSWORD, **fields)


def cookies_of(user: User, site: str) -> list[Any]:
    """What the browser of somebody has who has signed in."""
    client = Client()
    client.force_login(user)
    return [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}]


def let_in(page: Page, site: str, user: User, path: str = "/quan-tri/") -> Page:
    """A page of the desk, opened by this person. How one signs in is tested in test_accounts.py."""
    page.context.add_cookies(cookies_of(user, site))
    page.goto(f"{site}{path}")
    return page


SCHEMES = ("paper", "sepia", "dark", "contrast")
SET_SCHEME = """scheme => {
  const { dataset } = document.documentElement;
  if (scheme) dataset.scheme = scheme;
  else delete dataset.scheme;
}"""
# All of axe's that look at colours and are asked by default.
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]


@pytest.fixture
def axe_of(browser: Browser) -> Callable[..., list[str]]:
    """Asks axe what is wrong with an address; the strict CSP would keep axe out, so it is bypassed here only.

    `prepare` brings the page into the state to look at; it is then looked at in every width, and in every width in
    every one of `schemes`: a second scheme changes colours only, so only what depends on colours is asked of it.
    `look` is called in every width, for what else a test wants to see there.
    """

    def ask(
        address: str,
        *,
        schemes: tuple[str, ...] = ("",),
        width: int | tuple[int, ...] = 1280,
        cookies: Any = None,
        prepare: Callable[[Page], None] | None = None,
        look: Callable[[Page], None] | None = None,
    ) -> list[str]:
        widths = width if isinstance(width, tuple) else (width,)
        context = browser.new_context(
            bypass_csp=True, viewport={"width": widths[0], "height": 800}, reduced_motion="reduce"
        )
        if cookies:
            context.add_cookies(cookies)
        page = context.new_page()
        page.goto(address)
        if prepare:
            prepare(page)
        own = page.evaluate("document.documentElement.dataset.scheme || ''")
        page.evaluate(AXE_SCRIPT)
        found = []
        for wide in widths:
            page.set_viewport_size({"width": wide, "height": 800})
            if look:
                look(page)
            for scheme in schemes:
                page.evaluate(SET_SCHEME, scheme or own)
                rules = {} if scheme == schemes[0] else {"runOnly": RULES_OF_COLOUR}
                result = page.evaluate(
                    "rules => axe.run({ resultTypes: ['violations'], ...rules })", rules
                )
                for violation in result["violations"]:
                    places = ", ".join(node["html"][:160] for node in violation["nodes"][:3])
                    name = f"{violation['id']} ({violation['impact']})"
                    found.append(f"{wide} {scheme} {name} at {places}")
        context.close()
        return found

    return ask
