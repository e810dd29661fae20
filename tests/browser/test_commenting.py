"""A citizen answers and a moderator decides."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from comments.models import Comment
from news.models import Article
from tests.factories import make_article, make_user
from tests.tools.desk import send_sign_in

TEXT = "Rất mong chủ trương này sớm được triển khai.\nCảm ơn."


@pytest.fixture
def story(site: str) -> Article:
    return make_article(title="Tin để góp ý")


def open_dialog(page: Page, site: str, story: Article) -> None:
    page.goto(f"{site}{story.get_absolute_url()}")
    page.get_by_label("Ý kiến của bạn").fill(TEXT)
    page.get_by_role("button", name="Gửi bình luận").click()


def test_the_dialog_takes_a_comment_and_the_moderator_makes_it_public(
    watched: Page, site: str, story: Article, browser: Browser
) -> None:
    open_dialog(watched, site, story)
    dialog = watched.get_by_role("dialog", name="Thông tin cá nhân")
    expect(dialog).to_contain_text("Bạn vui lòng để lại thông tin để gửi bình luận")
    expect(dialog.get_by_label("Họ và tên")).to_be_focused()
    expect(dialog.get_by_label("Tôi đồng ý", exact=False)).not_to_be_checked()
    dialog.get_by_label("Họ và tên").fill("Trần Thị B")
    dialog.get_by_label("Thư điện tử", exact=False).first.fill("b@example.vn")
    dialog.get_by_label("Tôi đồng ý", exact=False).check()
    dialog.get_by_role("button", name="Lưu thông tin").click()
    expect(watched.get_by_text("Cảm ơn bạn.", exact=False)).to_be_visible()
    expect(watched.locator("[data-thanks-text]")).to_contain_text("sớm được triển khai")
    watched.reload()
    expect(watched.get_by_role("heading", name="Ý kiến bạn đọc (0)")).to_be_visible()

    moderator = make_user(
        "comments.view_comment",
        "comments.decide_comment",
        username="kiem",
        password="mat-khau-dai-1",
    )
    desk = browser.new_page()
    desk.goto(f"{site}/quan-tri/comments/comment/")
    send_sign_in(desk, moderator.username, "mat-khau-dai-1")
    expect(desk.locator("body")).to_contain_text("sớm được triển khai")
    desk.get_by_role("button", name="Duyệt", exact=True).click()
    expect(desk.locator(".messagelist")).to_be_visible()
    desk.close()

    watched.reload()
    expect(watched.get_by_role("heading", name="Ý kiến bạn đọc (1)")).to_be_visible()
    expect(watched.locator(".comment")).to_contain_text("Trần Thị B")
    assert "b@example.vn" not in watched.content()


def test_the_dialog_ties_each_error_to_its_field_and_loses_nothing(
    page: Page, site: str, story: Article
) -> None:
    open_dialog(page, site, story)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Lưu thông tin").click()
    name = dialog.get_by_label("Họ và tên")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    assert (
        page.locator(f"#{name.get_attribute('aria-describedby')}").inner_text()
        == "Hãy cho biết họ tên của bạn."
    )
    name.press_sequentially("A")
    expect(name).to_have_attribute("aria-invalid", "true")
    name.press_sequentially("n")
    expect(name).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#dialog-name-error")).to_be_hidden()
    expect(page.locator("#dialog-email-error")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Ý kiến của bạn")).to_have_value(TEXT)
    expect(page.get_by_role("button", name="Gửi bình luận")).to_be_focused()
    page.get_by_role("button", name="Gửi bình luận").click()
    dialog.get_by_role("button", name="Đóng").click()
    expect(page.get_by_label("Ý kiến của bạn")).to_have_value(TEXT)
    assert not Comment.objects.exists()


def test_a_lost_network_is_said_and_the_text_can_be_sent_again(
    page: Page, site: str, story: Article
) -> None:
    open_dialog(page, site, story)
    dialog = page.get_by_role("dialog")
    fill_person(page)
    page.context.set_offline(True)
    dialog.get_by_role("button", name="Lưu thông tin").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Chưa gửi được")
    page.context.set_offline(False)
    dialog.get_by_role("button", name="Lưu thông tin").click()
    expect(page.locator("[data-thanks]")).to_be_visible()
    assert Comment.objects.get().text == TEXT


def test_nothing_is_lost_of_who_was_quicker_than_the_dialog(
    page: Page, site: str, story: Article
) -> None:
    late: list[Route] = []
    page.route("**/comment-dialog*.js", lambda route: late.append(route))
    open_dialog(page, site, story)
    page.wait_for_timeout(200)
    expect(page.get_by_role("dialog")).to_be_hidden()
    late[0].continue_()
    expect(page.get_by_role("dialog").get_by_label("Họ và tên")).to_be_focused()
    fill_person(page)
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.locator("[data-thanks]")).to_be_visible()
    assert Comment.objects.get().text == TEXT


def test_where_the_dialog_does_not_come_the_text_waits_or_goes_to_the_plain_page(
    page: Page, site: str, story: Article
) -> None:
    page.route("**/comment-dialog*.js", lambda route: route.abort())
    page.goto(f"{site}{story.get_absolute_url()}")
    page.context.set_offline(True)
    box = page.get_by_label("Ý kiến của bạn")
    box.fill(TEXT)
    page.get_by_role("button", name="Gửi bình luận").click()
    expect(page.locator("#box-text-error")).to_contain_text("Chưa gửi được")
    expect(box).to_be_focused()
    expect(box).to_have_value(TEXT)
    page.context.set_offline(False)
    page.get_by_role("button", name="Gửi bình luận").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("textarea[name=text]")).to_have_value(TEXT)
    expect(page.get_by_label("Họ và tên")).to_be_visible()


def fill_person(page: Page) -> None:
    """In the dialog, or on the plain page where that is open."""
    page.locator("[name=name]").fill("Trần Thị B")
    page.locator("[name=email]").fill("b@example.vn")
    page.locator("[name=consent]").check()


def test_another_comment_can_be_sent_at_once_and_is_asked_for_everything_anew(
    page: Page, site: str, story: Article, settings: Any
) -> None:
    settings.SENDS_MAIL = True
    open_dialog(page, site, story)
    for ticked in (True, False):
        dialog = page.get_by_role("dialog")
        for left in ("name", "email"):
            expect(dialog.locator(f"[name={left}]")).to_have_value("")
        expect(dialog.locator("[name=consent]")).not_to_be_checked()
        fill_person(page)
        dialog.locator("[name=notify]").set_checked(ticked)
        dialog.get_by_role("button", name="Lưu thông tin").click()
        expect(page.locator("[data-thanks]")).to_be_focused()
        letter = page.get_by_text("chúng tôi gửi thư để bạn xác nhận", exact=False)
        expect(letter).to_be_visible(visible=ticked)
        page.get_by_label("Ý kiến của bạn", exact=True).fill("Tôi xin nói thêm.")
        page.get_by_role("button", name="Gửi bình luận").click()
    assert Comment.objects.count() == 2


def test_name_address_and_private_link_are_remembered_only_if_asked(
    page: Page, site: str, story: Article
) -> None:
    for remember in (False, True):
        open_dialog(page, site, story)
        expect(page.get_by_role("dialog").locator("[name=name]")).to_have_value("")
        expect(page.locator("[data-own]")).to_be_hidden()
        page.get_by_label("Ý kiến của bạn").evaluate(
            "(e, v) => { e.value = v; }", f"Ý kiến {remember}"
        )
        fill_person(page)
        page.get_by_role("dialog").locator("[name=remember]").set_checked(remember)
        page.get_by_role("button", name="Lưu thông tin").click()
        expect(page.locator("[data-thanks]")).to_be_visible()
    open_dialog(page, site, story)
    expect(page.get_by_role("dialog").locator("[name=name]")).to_have_value("Trần Thị B")
    expect(page.get_by_role("dialog").locator("[name=consent]")).not_to_be_checked()
    page.keyboard.press("Escape")
    page.get_by_text("Ý kiến bạn đã gửi từ máy này (1)").click()
    page.locator("[data-own]").get_by_role("link", name=story.title).click()
    expect(page.locator(".quoted")).to_contain_text("Ý kiến True")


def test_a_mistyped_domain_is_asked_about_and_never_refused(
    page: Page, site: str, story: Article
) -> None:
    open_dialog(page, site, story)
    email = page.get_by_role("dialog").locator("[name=email]")
    email.press_sequentially("lan.anh@gmial.com")
    page.get_by_role("button", name="lan.anh@gmail.com").click()
    expect(email).to_have_value("lan.anh@gmail.com")
    expect(email).to_be_focused()
    expect(page.locator("[data-suggestion]")).to_be_hidden()
    meant = {
        "gmail": "gmail.com",
        "GMAI.com": "gmail.com",
        "gmail.con": "gmail.com",
        "gmail.com.vn": "gmail.com",
        "yaho.com": "yahoo.com",
        "yahoo.cm.vn": "yahoo.com.vn",
        "gmail.com": "",
        "yahoo.com.vn": "",
        "ymail.com": "",
        "govap.gov.vn": "",
        "": "",
    }
    asked = page.evaluate(
        """async ([module, domains]) => {
          const { suggestion } = await import(module);
          return domains.map(domain => suggestion(`an@${domain}`).slice(3));
        }""",
        [f"{site}/static/js/mail-suggestion.js", list(meant)],
    )
    assert dict(zip(meant, asked, strict=True)) == meant


def test_without_javascript_the_same_works_on_a_plain_page(
    browser: Browser, site: str, story: Article
) -> None:
    page = browser.new_page(java_script_enabled=False)
    open_dialog(page, site, story)
    expect(page.get_by_role("heading", name="Thông tin cá nhân")).to_be_visible()
    expect(page.get_by_label("Ý kiến của bạn")).to_have_value(TEXT)
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.locator("body")).to_contain_text("Hãy cho biết họ tên của bạn.")
    expect(page.get_by_label("Ý kiến của bạn")).to_have_value(TEXT)
    fill_person(page)
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cảm ơn bạn")
    assert Comment.objects.get().text == TEXT
    page.close()


def test_markup_and_direction_tricks_stay_plain_text(
    page: Page, site: str, story: Article, settings: Any
) -> None:
    open_dialog(page, site, story)
    page.get_by_label("Ý kiến của bạn").evaluate(
        "(e, v) => { e.value = v; }", "<img src=x onerror=\"document.title='hit'\">\u202egnp"
    )
    fill_person(page)
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.locator("[data-thanks]")).to_be_visible()
    comment = Comment.objects.get()
    comment.approve(by=make_user("comments.decide_comment"), seen=comment.revision)
    page.reload()
    expect(page.locator(".comment .comment-text")).to_contain_text("<img src=x onerror=")
    assert page.title() != "hit"
