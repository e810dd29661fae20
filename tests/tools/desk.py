"""Signing in at the desk of a running demo."""

from playwright.sync_api import Page

from portal.demo.site import ACCOUNTS, Account

BY_ROLE = {account.group: account for account in ACCOUNTS}


def sign_in(page: Page, site: str, account: Account) -> None:
    page.goto(f"{site}/quan-tri/login/")
    page.locator("[name=username]").fill(account.username)
    page.locator("[name=password]").fill(account.password)
    page.locator("#login-form [type=submit]").click()
