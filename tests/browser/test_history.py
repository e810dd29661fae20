"""Two editors on one story, and its history: chosen, compared and restored, by pointer and by keyboard."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect

from news.content import Content
from news.models import Article
from portal.roles import EDITOR
from tests.browser.conftest import Watched, let_in, make_official
from tests.factories import make_section


@pytest.fixture
def desk_of(browser: Browser, site: str) -> Any:
    """Opens the desk in a browser of its own; at the end none of its pages may have complained."""
    opened: list[tuple[BrowserContext, Watched]] = []

    def open_desk(name: str) -> Page:
        editor = make_official(EDITOR, name.lower(), last_name=name)
        context = browser.new_context(locale="vi-VN")
        page = context.new_page()
        opened.append((context, Watched(page, site)))
        let_in(page, site, editor)
        expect(page.locator(".desk-rooms")).to_be_visible()
        return page

    yield open_desk
    for context, watch in opened:
        context.close()
        assert watch.complaints == []


def begin(by: str) -> Article:
    return Article.begin(
        Content(
            title="Cầu mới thông xe",
            section=make_section().pk,
            lead="Sáng nay, phường tổ chức lễ thông xe.",
            body="<p>Cầu dài trăm mét.</p><p>Đoạn thứ hai.</p>",
        ),
        by=User.objects.get(username=by),
    )


def write_body(page: Page, text: str) -> None:
    body = page.frame_locator(".cke_wysiwyg_frame").locator("body")
    body.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def test_of_two_who_edit_the_second_chooses_field_by_field(
    desk_of: Callable[[str], Page], site: str, axe_of: Any
) -> None:
    lan, minh = desk_of("Lan"), desk_of("Minh")
    article = begin("lan")
    for page in (lan, minh):
        page.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")
        expect(page.locator(".cke_wysiwyg_frame")).to_be_visible()
    lan.locator("[name=title]").fill("Cầu mới chính thức thông xe")
    lan.locator("[name=byline]").fill("LAN")
    write_body(lan, " Lan viết thêm.")
    lan.get_by_role("button", name="Lưu nháp").click()
    expect(lan.locator(".messagelist")).to_contain_text("Đã lưu")

    minh.locator("[name=title]").fill("Cầu mới sắp thông xe")
    minh.locator("[name=lead]").fill("Chiều nay, phường tổ chức lễ thông xe.")
    write_body(minh, " Minh viết thêm.")
    minh.get_by_role("button", name="Lưu nháp").click()

    panel = minh.get_by_role("region", name="Hai bản của cùng một tin")
    expect(panel).to_contain_text("Lan")
    title = panel.get_by_role("group", name=re.compile("^Tiêu đề"))
    expect(title.locator("mark")).to_have_text([re.compile("sắp"), re.compile("chính thức")])
    body = panel.get_by_role("group", name=re.compile("^Nội dung"))
    expect(body.locator("mark")).to_have_text([re.compile("Minh"), re.compile("Lan")])
    # What only one of the two changed is answered, what both changed is not.
    lead = panel.get_by_role("group", name=re.compile("^Phần dẫn"))
    expect(lead.get_by_label("Giữ bản của tôi")).to_be_checked()
    byline = panel.get_by_role("group", name=re.compile("^Tác giả"))
    expect(byline.get_by_label("Lấy bản của Lan")).to_be_checked()
    expect(title.locator(":checked")).to_have_count(0)
    expect(minh.locator("[name=title]")).to_have_value("Cầu mới sắp thông xe")
    expect(minh.frame_locator(".cke_wysiwyg_frame").locator("body")).to_contain_text(
        "Minh viết thêm."
    )

    minh.get_by_role("button", name="Lưu nháp").click()
    expect(panel).to_contain_text("mà bạn chưa chọn")
    expect(minh.get_by_text("Hãy sửa")).to_have_count(0)
    # The bar below the form leads back up, to what is not chosen yet.
    left = minh.locator(".submit-row").get_by_role("link", name="Còn 2 chỗ phải chọn")
    left.click()
    expect(title.get_by_label("Giữ bản của tôi")).to_be_focused()
    minh.keyboard.press("Space")
    expect(panel).to_contain_text("Còn 1 chỗ chưa chọn.")
    panel.get_by_role("group", name=re.compile("^Nội dung")).get_by_label("Lấy bản của Lan").focus()
    minh.keyboard.press("Space")
    expect(panel).to_contain_text("Đã chọn đủ.")
    expect(minh.locator("[data-conflict-left]")).to_be_hidden()
    panel.get_by_role("button", name="Lưu với các chỗ đã chọn").click()
    expect(minh.locator(".messagelist")).to_contain_text("Đã lưu")

    kept = Article.objects.get().newest
    assert kept.title == "Cầu mới sắp thông xe"
    assert kept.lead.startswith("Chiều nay")
    assert "Lan viết thêm." in kept.body
    assert "Minh viết thêm." not in kept.body
    assert kept.byline == "LAN"


def test_axe_finds_nothing_where_two_texts_meet(
    desk_of: Callable[[str], Page], site: str, axe_of: Any
) -> None:
    minh = desk_of("Minh")
    article = begin("minh")
    address = f"{site}/quan-tri/news/article/{article.pk}/change/"

    def collide(page: Page) -> None:
        story = Article.objects.get()
        editor = User.objects.get()
        story.write(
            replace(story.newest, title=f"Cầu mới thông xe {story.version}", body="<p>Khác.</p>"),
            by=editor,
        )
        page.locator("[name=title]").fill("Tiêu đề của tôi")
        page.get_by_role("button", name="Lưu nháp").click()
        expect(page.locator(".conflict")).to_be_visible()

    asked = {"width": (1280, 360), "cookies": minh.context.cookies()}
    assert axe_of(address, prepare=collide, **asked) == []


def test_a_version_is_compared_and_restored_by_keyboard(
    desk_of: Callable[[str], Page], site: str, axe_of: Any
) -> None:
    page = desk_of("Lan")
    article = begin("lan")
    editor = User.objects.get()
    for title in ("Cầu cũ thông xe", "Cầu đẹp thông xe"):
        article.write(replace(article.newest, title=title, body="<p>Cầu dài.</p>"), by=editor)
    page.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")

    def press(name: str, role: Any = "link") -> None:
        page.get_by_role(role, name=name, exact=False).first.focus()
        page.keyboard.press("Enter")

    press("Lịch sử")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lịch sử của tin")
    page.get_by_label("Phiên bản", exact=True).focus()
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.locator(".difference del").first).to_contain_text("mới")
    expect(page.locator(".difference ins").first).to_contain_text("đẹp")

    press("Lấy lại phiên bản 1…")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lấy lại phiên bản 1")
    press("Lấy lại phiên bản 1", "button")
    expect(page.locator(".messagelist")).to_contain_text("nay là phiên bản 4")

    assert Article.objects.get().title == "Cầu mới thông xe"


def test_axe_finds_nothing_in_the_history(
    desk_of: Callable[[str], Page], site: str, axe_of: Any
) -> None:
    page = desk_of("Lan")
    article = begin("lan")
    editor = User.objects.get()
    article.write(replace(article.newest, title="Cầu cũ", body="<h2>Khác</h2>"), by=editor)
    article.submit(by=editor, note="Nhờ xem")
    article.publish(by=editor, alone=True)
    article.write(replace(article.newest, title="Cầu đẹp"), by=editor)
    base = f"{site}/quan-tri/news/article/{article.pk}"
    for address in (
        f"{base}/history/",
        f"{base}/so-sanh/?cu=1&moi=2",
        f"{base}/so-sanh/?cu=1&moi=9",
        f"{base}/phien-ban/1/",
        f"{base}/phien-ban/1/lay-lai/",
    ):
        found = axe_of(
            address,
            width=(1280, 360),
            cookies=page.context.cookies(),
            schemes=("paper", "dark"),
        )
        assert found == [], address
