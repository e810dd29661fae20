"""Whatever refuses a comment, its text stays where it was written and can be sent again."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from comments.models import Comment
from news import freshness
from news.models import Article
from tests.browser.test_commenting import TEXT, fill_person, open_dialog
from tests.factories import make_article

OUTDATED = "Trang đã mở quá lâu."
TOO_MANY = "Bạn vừa gửi nhiều ý kiến."
CLOSED = "Tin này không còn nhận ý kiến."

Switch = Callable[[Any, bool], None]


@pytest.fixture
def story(site: str) -> Article:
    return make_article(title="Tin để góp ý")


def outdated(settings: Any, on: bool) -> None:
    settings.COMMENT_TICKET_MAX_AGE = -1 if on else 3600


def too_many(settings: Any, on: bool) -> None:
    settings.COMMENT_LIMIT = 0 if on else 5


def closed(settings: Any, on: bool) -> None:
    Article.objects.update(comments_open=not on)
    freshness.bump()


REFUSALS = [(outdated, OUTDATED), (too_many, TOO_MANY), (closed, CLOSED)]


@pytest.mark.parametrize(("switch", "said"), REFUSALS)
def test_the_dialog_says_why_and_sends_the_same_text_afterwards(
    page: Page, site: str, story: Article, settings: Any, switch: Switch, said: str
) -> None:
    open_dialog(page, site, story)
    fill_person(page)
    dialog = page.get_by_role("dialog")
    switch(settings, True)
    dialog.get_by_role("button", name="Lưu thông tin").click()
    expect(dialog.get_by_role("alert")).to_contain_text(said)
    dialog.get_by_role("button", name="Đóng").click()
    expect(page.get_by_label("Ý kiến của bạn")).to_have_value(TEXT)
    assert not Comment.objects.exists()
    switch(settings, False)
    page.get_by_role("button", name="Gửi bình luận").click()
    expect(dialog.get_by_label("Họ và tên")).to_have_value("Trần Thị B")
    dialog.get_by_role("button", name="Lưu thông tin").click()
    expect(page.locator("[data-thanks]")).to_be_visible()
    assert Comment.objects.get().text == TEXT


def test_what_only_the_server_sees_is_said_beside_the_field(
    page: Page, site: str, story: Article
) -> None:
    open_dialog(page, site, story)
    fill_person(page)
    email = page.get_by_role("dialog").locator("[name=email]")
    email.fill("b@example")
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(email).to_be_focused()
    expect(page.locator("#dialog-email-error")).to_contain_text("Địa chỉ này chưa đúng.")
    email.fill("b@example.vn")
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.locator("[data-thanks]")).to_be_visible()
    assert Comment.objects.get().text == TEXT


@pytest.mark.parametrize(("switch", "said"), REFUSALS)
def test_the_plain_page_says_why_and_keeps_everything(
    browser: Browser, site: str, story: Article, settings: Any, switch: Switch, said: str
) -> None:
    page = browser.new_page(java_script_enabled=False)
    open_dialog(page, site, story)
    fill_person(page)
    switch(settings, True)
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.get_by_role("alert")).to_contain_text(said)
    assert not Comment.objects.exists()
    if said == CLOSED:
        # There is nothing to send any more; what was written can still be copied.
        expect(page.locator("blockquote")).to_contain_text("sớm được triển khai")
    else:
        expect(page.get_by_label("Ý kiến của bạn")).to_have_value(TEXT)
        expect(page.locator("[name=name]")).to_have_value("Trần Thị B")
        switch(settings, False)
        page.get_by_role("button", name="Lưu thông tin").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Cảm ơn bạn")
        assert Comment.objects.get().text == TEXT
    page.close()
