"""Signing in at the desk, in tests and for pictures."""

from playwright.sync_api import Page

from portal.demo.site import ACCOUNTS, Account

BY_ROLE = {account.group: account for account in ACCOUNTS}


def send_sign_in(page: Page, username: str, password: str) -> None:
    """Fill in the form that is open and wait for the page that answers: keys pressed before it are lost."""
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    with page.expect_navigation():
        page.locator("#login-form [type=submit]").click()


def sign_in(page: Page, site: str, account: Account) -> None:
    """Sign in at the running demo."""
    page.goto(f"{site}/quan-tri/login/")
    send_sign_in(page, account.username, account.password)
