"""An official sets up the second step, signs in with it, uses a recovery code, and ends the other sessions."""

import time
from base64 import b32decode
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page, Request, expect

from portal.accounts.sessions import DeskSession
from portal.roles import ADMINISTRATOR, EDITOR
from tests.browser.conftest import PASSWORD, cookies_of, let_in, make_official
from tests.factories import make_section, make_user

DARK = ("", "dark")


@pytest.fixture
def official(site: str) -> User:
    return make_official(EDITOR, "lan")


def sign_in(page: Page, site: str, name: str = "lan", code: str = "") -> None:
    page.goto(f"{site}/quan-tri/")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_label("Mã xác thực").fill(code)
    with page.expect_navigation():
        page.get_by_role("button", name="Đăng nhập").click()


def code_of(key: bytes, steps_ahead: int = 0) -> str:
    """What the app shows now; each code serves once, so the next sign-in takes that of the next half minute."""
    app = TOTP(key, drift=steps_ahead)
    app.time = time.time()
    return f"{app.token():06d}"


def key_on(page: Page) -> bytes:
    return b32decode((page.locator(".account-key").text_content() or "").replace(" ", ""))


def set_up(page: Page, site: str) -> tuple[bytes, list[str]]:
    """Set the second step up as the page says; the key that the app now holds, and the recovery codes."""
    page.goto(f"{site}/quan-tri/tai-khoan/")
    page.get_by_role("link", name="Bật xác thực hai bước").click()
    expect(page.get_by_role("img", name="Mã QR", exact=False)).to_be_visible()
    key = key_on(page)
    page.get_by_label("Mã trong ứng dụng").fill(code_of(key))
    with page.expect_navigation():
        page.get_by_role("button", name="Bật").click()
    codes = page.locator(".recovery-codes code").all_text_contents()
    assert len(codes) == 10
    return key, codes


def leave(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Thoát").click()


def test_the_second_step_from_setting_up_to_ending_all_sessions(
    watched: Page, site: str, official: User, browser: Browser
) -> None:
    page = watched
    sign_in(page, site)
    key, codes = set_up(page, site)
    page.get_by_role("link", name="Đã cất, vào bàn biên tập").click()
    expect(page.get_by_role("heading", name="Việc đang chờ")).to_be_visible()

    leave(page)
    sign_in(page, site)
    expect(page.get_by_role("alert")).to_contain_text("Không đăng nhập được")
    expect(page.get_by_label("Tên đăng nhập")).to_have_value("lan")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_label("Mã xác thực").fill(code_of(key, 1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Việc đang chờ")).to_be_visible()

    elsewhere = browser.new_context().new_page()
    sign_in(elsewhere, site, code=codes[0])
    expect(elsewhere.get_by_role("heading", name="Việc đang chờ")).to_be_visible()

    page.get_by_role("link", name="Tài khoản", exact=True).click()
    page.get_by_role("link", name="Xem phiên đăng nhập").click()
    expect(page.locator(".session-list > li")).to_have_count(2)
    page.get_by_role("button", name="Kết thúc mọi phiên khác").click()
    expect(page.get_by_text("Đã kết thúc 1 phiên khác.")).to_be_visible()
    expect(page.locator(".session-list > li")).to_have_count(1)
    elsewhere.reload()
    expect(elsewhere.get_by_role("button", name="Đăng nhập")).to_be_visible()
    elsewhere.context.close()


def test_who_must_have_it_gets_to_the_desk_by_keyboard_alone(
    watched: Page, site: str, settings: Any
) -> None:
    settings.SECOND_FACTOR = "administrators"
    make_official(ADMINISTRATOR, "quanly")
    page = watched
    page.goto(f"{site}/quan-tri/auth/user/")
    page.get_by_label("Tên đăng nhập").focus()
    page.keyboard.type("quanly")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tài khoản này bắt buộc dùng xác thực hai bước.")).to_be_visible()
    key = key_on(page)
    page.get_by_label("Mã trong ứng dụng").focus()
    page.keyboard.type(code_of(key))
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Đã cất, vào bàn biên tập").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Tài khoản", exact=True)).to_be_visible()


def test_an_open_form_says_whether_anybody_writes_in_it(
    watched: Page, site: str, official: User
) -> None:
    page = watched
    make_section()
    let_in(page, site, official)
    said: list[bool] = []

    def listen(request: Request) -> None:
        if "/co-mat/" in request.url:
            said.append("x-worked" in request.headers)

    page.on("request", listen)

    def ask() -> None:
        with page.expect_response(lambda response: "/co-mat/" in response.url):
            page.evaluate("window.deskPresence.check()")

    with page.expect_response(lambda response: "/co-mat/" in response.url):
        page.goto(f"{site}/quan-tri/news/article/add/")
    body = page.frame_locator(".cke_wysiwyg_frame").locator("body")
    body.wait_for()
    page.locator("[name=title]").fill("Tin")
    ask()
    ask()
    body.press_sequentially("Chữ")
    page.wait_for_timeout(300)
    ask()

    assert said == [False, True, False, True]


def test_axe_finds_nothing_on_the_pages_of_accounts(
    page: Page, site: str, official: User, axe_of: Callable[..., list[str]]
) -> None:
    width = (1280, 360)
    assert axe_of(f"{site}/quan-tri/login/", width=width, schemes=DARK) == []

    def try_in_vain(page: Page) -> None:
        page.get_by_role("button", name="Đăng nhập").click()

    assert axe_of(f"{site}/quan-tri/login/", width=width, prepare=try_in_vain) == []
    User.objects.filter(username="lan").update(is_superuser=True)
    let_in(page, site, official)
    person = make_user(username="minh", password=PASSWORD)
    cookies = page.context.cookies()

    def look(path: str, **more: Any) -> None:
        found = axe_of(f"{site}/quan-tri/{path}", cookies=cookies, width=width, **more)
        assert found == [], path

    look("tai-khoan/hai-buoc/", schemes=DARK)
    _, codes = set_up(page, site)
    cookies = page.context.cookies()

    def ask_for_codes(page: Page) -> None:
        page.get_by_label("Mã xác thực").fill(codes[0])
        page.get_by_role("button", name="Tạo mã mới").click()
        expect(page.locator(".recovery-codes")).to_be_visible()

    for path in (
        "tai-khoan/",
        "tai-khoan/hai-buoc/",
        "tai-khoan/ma-khoi-phuc/",
        "tai-khoan/tat-hai-buoc/",
        "tai-khoan/phien/",
        "auth/user/",
        "auth/user/add/",
        f"auth/user/{person.pk}/change/",
        f"auth/user/{person.pk}/bao-mat/",
        f"auth/user/{person.pk}/mat-khau/",
        "auth/group/",
        "auth/group/add/",
        "portal/auditentry/",
        "portal/auditentry/?address=x",
    ):
        look(path, schemes=DARK)
    look("tai-khoan/ma-khoi-phuc/", prepare=ask_for_codes)
    assert DeskSession.objects.of(official).exists()


@pytest.mark.parametrize(
    "path",
    ["login/", "tai-khoan/", "tai-khoan/hai-buoc/", "tai-khoan/phien/", "portal/auditentry/"],
)
def test_nothing_is_wider_than_a_telephone(
    page: Page, site: str, official: User, path: str
) -> None:
    User.objects.filter(username="lan").update(is_superuser=True)
    page.set_viewport_size({"width": 360, "height": 740})
    if path != "login/":
        page.context.add_cookies(cookies_of(official, site))
    page.goto(f"{site}/quan-tri/{path}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
