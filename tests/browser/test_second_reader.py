"""The second reader's panel: it reads what is being written, leads to the spot, converts, takes an editor's word."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from news.models import Article, Overrule
from portal.roles import EDITOR
from tests.browser.conftest import cookies_of, let_in, make_official
from tests.factories import make_article, make_photo, make_section


@pytest.fixture
def story(site: str) -> Article:
    photo = make_photo(alt="")
    text = "<p>Đoạn văn thường, đủ dài để phải cuộn mới thấy phần cuối của bài.</p>" * 40
    return make_article(
        title="Th«ng b¸o tuyÓn dông",
        lead="Phường tuyển dụng viên chức.",
        body=f'{text}<p>Xem <a href="/">tại đây</a>.</p><h4>Đầu đề sâu</h4><p>Gọi <em>0912</em> 345 678 nhé.</p>'
        f'<figure class="image"><img src="{photo.url}" alt=""><figcaption>Hội trường</figcaption></figure>'
        "<p>Uû ban nh©n d©n quËn th«ng b¸o</p>",
        section=make_section(name="Hoạt động"),
        status=Article.Status.DRAFT,
    )


@pytest.fixture
def desk(watched: Page, site: str, story: Article) -> Page:
    editor = make_official(EDITOR, "bientap")
    let_in(watched, site, editor, f"/quan-tri/news/article/{story.pk}/change/")
    await_editor(watched)
    return watched


def remark(desk: Page, words: str) -> Any:
    return desk.locator(".proof-remark").filter(has_text=words)


def await_editor(desk: Page) -> None:
    desk.evaluate(
        """() => new Promise(come => {
            const editor = CKEDITOR.instances.id_body;
            if (editor.status === "ready") come();
            else editor.once("instanceReady", () => come());
        })"""
    )


def chosen_in_editor(desk: Page) -> str:
    return desk.evaluate("CKEDITOR.instances.id_body.getSelection().getSelectedText()")


def is_in_view(desk: Page, selector: str) -> bool:
    return desk.evaluate(
        """selector => {
            const editor = CKEDITOR.instances.id_body;
            const box = editor.editable().$.querySelector(selector).getBoundingClientRect();
            return box.top >= 0 && box.bottom <= editor.window.$.innerHeight;
        }""",
        selector,
    )


def test_the_panel_leads_to_each_spot(desk: Page) -> None:
    remark(desk, "Tên liên kết").get_by_role("button", name="Đến chỗ này").click()
    assert chosen_in_editor(desk) == "tại đây"
    assert is_in_view(desk, "a")
    remark(desk, "Đầu đề nhảy cấp").get_by_role("button", name="Đến chỗ này").click()
    assert chosen_in_editor(desk) == "Đầu đề sâu"
    remark(desk, "số điện thoại").get_by_role("button", name="Đến chỗ này").click()
    assert chosen_in_editor(desk) == "0912 345 678"
    remark(desk, "Ảnh thứ 1").get_by_role("button", name="Đến chỗ này").click()
    assert desk.evaluate("CKEDITOR.instances.id_body.widgets.focused.name") == "image"
    assert is_in_view(desk, "figure img")
    remark(desk, "bảng mã cũ").first.get_by_role("button", name="Đến chỗ này").click()
    expect(desk.locator("[name=title]")).to_be_focused()


def test_who_presses_before_the_editor_has_come_is_led_there_when_it_has(
    watched: Page, site: str, story: Article
) -> None:
    watched.route("**/ckeditor/plugins/**", lambda route: None)
    watched.context.add_cookies(cookies_of(make_official(EDITOR, "bientap"), site))
    form = f"{site}/quan-tri/news/article/{story.pk}/change/"
    with watched.expect_request("**/ckeditor/plugins/**"):
        watched.goto(form, wait_until="domcontentloaded")
    remark(watched, "Tên liên kết").get_by_role("button", name="Đến chỗ này").click()
    # What was held goes on with it.
    watched.unroute("**/ckeditor/plugins/**")
    await_editor(watched)
    assert chosen_in_editor(watched) == "tại đây"
    assert is_in_view(watched, "a")


def test_what_is_being_written_is_read_on_demand(desk: Page, story: Article) -> None:
    desk.locator("[name=lead]").fill("")
    desk.get_by_role("button", name="Soát bài đang viết").click()
    expect(remark(desk, "Chưa có phần dẫn")).to_be_visible()
    expect(desk.locator("[data-proof-status]")).to_contain_text("Đã soát.")
    story.refresh_from_db()
    assert story.lead


def test_old_letters_are_converted_in_place_and_undo_brings_them_back(
    desk: Page, story: Article
) -> None:
    title = desk.locator("[name=title]")
    body = desk.frame_locator(".cke_wysiwyg_frame").locator("body")
    remark(desk, "bảng mã cũ").first.get_by_role("button", name="Chuyển sang Unicode").click()
    expect(title).to_have_value("Thông báo tuyển dụng")
    expect(remark(desk, "bảng mã cũ")).to_have_count(1)
    remark(desk, "bảng mã cũ").get_by_role("button", name="Chuyển sang Unicode").click()
    expect(body).to_contain_text("Uỷ ban nhân dân quận thông báo")
    expect(remark(desk, "bảng mã cũ")).to_have_count(0)
    title.focus()
    desk.keyboard.press("Control+z")
    expect(title).to_have_value("Th«ng b¸o tuyÓn dông")
    desk.evaluate("CKEDITOR.instances.id_body.execCommand('undo')")
    expect(body).to_contain_text("Uû ban nh©n d©n")


def test_an_editor_lets_a_warning_stand_without_losing_what_is_written(
    desk: Page, story: Article
) -> None:
    desk.locator("[name=lead]").fill("Chưa lưu.")
    phone = remark(desk, "số điện thoại")
    phone.get_by_text("Bỏ qua cảnh báo…").click()
    phone.get_by_label("Vì sao bỏ qua?").fill("Số của trực ban")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Đã bỏ qua 1 cảnh báo")).to_be_visible()
    expect(desk.locator("[name=lead]")).to_have_value("Chưa lưu.")
    assert Overrule.objects.get().reason == "Số của trực ban"


def test_a_lost_session_is_said_in_words_and_nothing_is_lost(desk: Page) -> None:
    desk.context.clear_cookies(name="sessionid")
    desk.locator("[name=lead]").fill("Chưa lưu.")
    desk.get_by_role("button", name="Soát bài đang viết").click()
    expect(desk.locator("[data-proof-status]")).to_contain_text("đăng nhập lại")
    expect(desk.locator("[data-proof-status]")).to_be_visible()
    expect(desk.locator("[name=lead]")).to_have_value("Chưa lưu.")


def test_axe_finds_nothing_on_the_panel(desk: Page, site: str, story: Article, axe_of: Any) -> None:
    def open_all(page: Page) -> None:
        page.get_by_text("Bỏ qua cảnh báo…").first.click()

    found = axe_of(
        f"{site}/quan-tri/news/article/{story.pk}/change/",
        cookies=desk.context.cookies(),
        width=(1280, 360),
        prepare=open_all,
    )
    assert found == []
