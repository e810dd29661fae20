"""Several stories at once by keyboard alone: tick, choose, read the page that names them, give one reason."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from news.models import Article
from portal.roles import EDITOR
from tests.browser.conftest import let_in, make_official
from tests.factories import make_article, make_section


@pytest.fixture
def desk(watched: Page, site: str) -> Page:
    section = make_section(name="Hoạt động")
    for number in range(3):
        make_article(title=f"Hội nghị số {number}", section=section)
    editor = make_official(EDITOR, "bientap")
    return let_in(watched, site, editor, "/quan-tri/news/article/")


def test_two_stories_are_withdrawn_for_one_reason_with_the_keyboard_alone(desk: Page) -> None:
    for number in (2, 1):
        desk.get_by_role("row").filter(has_text=f"Hội nghị số {number}").get_by_role(
            "checkbox"
        ).focus()
        desk.keyboard.press("Space")
    expect(desk.locator(".action-counter")).to_contain_text("2")
    desk.locator("select[name=action]").focus()
    desk.keyboard.type("Thu")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("button", name="Thực hiện…")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Thu hồi: 2 tin")
    expect(desk.locator(".bulk-stories li")).to_have_count(2)
    expect(desk.get_by_label("Lý do thu hồi")).to_be_focused()
    desk.keyboard.type("Đăng nhầm")
    desk.keyboard.press("Enter")
    expect(desk.locator(".messagelist")).to_have_text(re.compile("Thu hồi: đã làm với 2 tin"))
    assert [a.status for a in Article.objects.order_by("title")] == [
        "published",
        "withdrawn",
        "withdrawn",
    ]


def test_axe_finds_nothing_wrong_with_list_and_page(
    desk: Page, site: str, axe_of: Callable[..., list[str]]
) -> None:
    def ask(page: Page) -> None:
        page.locator(".action-select").first.check()
        page.locator("select[name=action]").select_option("bulk_move")
        page.get_by_role("button", name="Thực hiện…").click()
        expect(page.locator(".bulk-stories li")).to_have_count(1)

    def fits(page: Page) -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    asked: dict[str, Any] = {"cookies": desk.context.cookies(), "width": (1280, 360)}
    address = f"{site}/quan-tri/news/article/"
    assert axe_of(address, schemes=("paper", "dark"), **asked) == []
    assert axe_of(address, schemes=("paper", "dark"), prepare=ask, look=fits, **asked) == []
