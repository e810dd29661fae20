"""The form of a story by keys, and by a hand that presses twice."""

import pytest
from playwright.sync_api import Browser, Page, expect

from news.models import Article, Section
from portal.roles import AUTHOR, EDITOR
from tests.browser.conftest import let_in, make_official
from tests.browser.writing import body_of, draft, form_of, keeps, write
from tests.factories import make_section


@pytest.fixture
def section(site: str) -> Section:
    return make_section(name="Hoạt động")


@pytest.fixture
def desk(page: Page, site: str, section: Section) -> Page:
    """The desk, opened by an author."""
    return let_in(page, site, make_official(AUTHOR, "tacgia"))


def test_ctrl_s_saves_from_inside_the_editor_and_the_writer_stays_there(
    watched: Page, site: str, section: Section
) -> None:
    author = make_official(AUTHOR, "tacgia")
    article = draft()
    let_in(watched, site, author, form_of(article))
    keeps(watched)
    body_of(watched).click()
    watched.keyboard.press("Control+End")
    watched.keyboard.type(" Thêm một câu")
    watched.keyboard.press("Control+s")
    expect(watched.locator(".messagelist")).to_contain_text("Đã lưu")
    expect(watched.locator(".desk-said[data-said]")).to_contain_text("Đã lưu")
    keeps(watched)
    watched.keyboard.type(" và một nữa.")
    expect(body_of(watched)).to_contain_text("Thêm một câu và một nữa.")
    article.refresh_from_db()
    assert "Thêm một câu" in article.body


def test_ctrl_enter_submits_for_an_author_and_publishes_for_an_editor(
    desk: Page, site: str, browser: Browser
) -> None:
    write(desk, site)
    expect(desk.get_by_role("button", name="Gửi duyệt")).to_have_attribute(
        "aria-keyshortcuts", "Control+Enter Meta+Enter"
    )
    expect(desk.locator("[data-keys]")).to_contain_text("Ctrl+Enter bấm “Gửi duyệt”")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".messagelist")).to_contain_text("gửi duyệt")
    article = Article.objects.get()
    assert article.stage == Article.Stage.SUBMITTED

    editor = make_official(EDITOR, "bientap")
    other = let_in(browser.new_page(), site, editor, form_of(article))
    keeps(other)
    other.locator("[name=title]").press("Control+Enter")
    expect(other.locator(".messagelist")).to_contain_text("Đã xuất bản")
    other.close()


def test_a_double_click_saves_once(desk: Page, site: str) -> None:
    write(desk, site)
    sent: list[str] = []
    desk.on(
        "request",
        lambda request: (
            sent.append(request.url)
            if request.method == "POST" and request.url.endswith("/add/")
            else None
        ),
    )
    desk.get_by_role("button", name="Lưu nháp").dblclick()
    expect(desk.locator(".messagelist")).to_contain_text("Đã lưu")
    assert len(sent) == 1
    assert Article.objects.count() == 1
