"""The command box by keyboard alone: opened, asked, walked through, closed, and a page where JavaScript is off."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from news.models import Article
from portal.roles import EDITOR
from tests.browser.conftest import let_in, make_official
from tests.factories import make_article, make_section


@pytest.fixture
def editor(site: str) -> User:
    section = make_section(name="Hoạt động")
    for number in range(8):
        make_article(title=f"Hội nghị số {number}", section=section)
    return make_official(EDITOR, "bientap")


@pytest.fixture
def desk(watched: Page, site: str, editor: User) -> Page:
    return let_in(watched, site, editor)


def chosen(page: Page) -> Any:
    return page.locator("#command-list [aria-selected=true]")


def test_a_story_is_opened_with_the_keyboard_alone(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    line = desk.get_by_role("combobox")
    expect(line).to_be_focused()
    desk.keyboard.type("hoi ngh")
    status = desk.locator("#command-box [role=status]")
    expect(status).to_have_text(re.compile("^6 kết quả$"))
    expect(chosen(desk)).to_contain_text("Hội nghị số 7")
    expect(line).to_have_attribute("aria-expanded", "true")
    desk.keyboard.press("ArrowDown")
    expect(chosen(desk)).to_have_count(1)
    expect(chosen(desk)).to_contain_text("Hội nghị số 6")
    expect(line).to_have_attribute("aria-activedescendant", chosen(desk).get_attribute("id") or "")
    expect(line).to_be_focused()
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowUp")
    expect(chosen(desk)).to_contain_text("Hội nghị số 2")
    desk.keyboard.press("Enter")
    story = Article.objects.get(title="Hội nghị số 2")
    expect(desk).to_have_url(re.compile(f"/news/article/{story.pk}/change/$"))


def test_escape_closes_it_and_gives_the_focus_back(desk: Page) -> None:
    opener = desk.get_by_role("link", name="Tìm (Ctrl+K)")
    opener.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog", name="Tìm trong bàn biên tập")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_pages_of_the_desk_are_offered_before_anything_is_typed(desk: Page, site: str) -> None:
    desk.keyboard.press("Control+k")
    expect(chosen(desk)).to_have_text("Viết tin mới")
    desk.keyboard.type("lich")
    expect(chosen(desk)).to_have_text("Lịch tin bài")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{site}/quan-tri/news/article/lich/")


def test_a_session_that_ended_is_said_in_words(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    expect(chosen(desk)).to_have_count(1)
    desk.context.clear_cookies()
    desk.keyboard.type("hoi")
    expect(desk.locator("#command-box [role=status]")).to_contain_text("Phiên làm việc đã hết hạn")
    expect(desk.get_by_role("option")).to_have_count(0)


def test_enter_waits_for_the_answer_and_opens_the_first(desk: Page) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("hoi nghi so 3")
    desk.keyboard.press("Enter")
    story = Article.objects.get(title="Hội nghị số 3")
    expect(desk).to_have_url(re.compile(f"/news/article/{story.pk}/change/$"))


def test_nothing_found_is_said_and_enter_opens_nothing(desk: Page, site: str) -> None:
    desk.keyboard.press("Control+k")
    desk.keyboard.type("khongcogi")
    desk.keyboard.press("Enter")
    expect(desk.locator("#command-box [role=status]")).to_contain_text("Không tìm thấy gì")
    expect(desk).to_have_url(f"{site}/quan-tri/")


def test_without_javascript_the_button_is_a_link_to_the_same(
    browser: Browser, site: str, editor: User
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    let_in(page, site, editor)
    page.get_by_role("link", name="Tìm (Ctrl+K)").click()
    page.get_by_role("searchbox").fill("hội nghị")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("6 kết quả")
    page.get_by_role("link", name="Hội nghị số 7").click()
    expect(page).to_have_url(re.compile("/change/$"))
    page.context.close()


def test_axe_finds_nothing_wrong_with_it(
    desk: Page, site: str, axe_of: Callable[..., list[str]]
) -> None:
    def open_box(page: Page) -> None:
        page.keyboard.press("Control+k")
        page.keyboard.type("hoi")
        expect(page.locator("#command-box [role=status]")).to_contain_text("kết quả")

    def fits(page: Page) -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    asked: dict[str, Any] = {"cookies": desk.context.cookies(), "width": (1280, 360)}
    asked["schemes"] = ("paper", "dark")
    lists = f"{site}/quan-tri/news/section/"
    assert axe_of(lists, prepare=open_box, look=fits, **asked) == []
    assert axe_of(f"{site}/quan-tri/tim/?q=hoi", **asked) == []
