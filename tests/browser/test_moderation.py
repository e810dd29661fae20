"""Moderating by keyboard: ten comments, a reason, undo, a colleague who was faster; and what axe says of the pages."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from comments.models import Comment
from portal.roles import MODERATOR
from tests.browser.conftest import let_in, make_official
from tests.factories import make_article, make_comment, make_user

RIGHTS = ("comments.view_comment", "comments.decide_comment")
QUEUE = "/quan-tri/comments/comment/"


@pytest.fixture
def comments() -> list[Comment]:
    """Ten that wait, the longest-waiting first."""
    article = make_article(title="Tin để góp ý")
    now = timezone.now()
    return [
        make_comment(
            article=article,
            name=f"Bạn đọc {number}",
            created_at=now - dt.timedelta(minutes=20 - number),
            source=f"nguồn {number}",
        )
        for number in range(10)
    ]


@pytest.fixture
def desk(watched: Page, site: str, comments: list[Comment]) -> Page:
    return let_in(watched, site, make_official(MODERATOR, "kiemduyet"), QUEUE)


def row(desk: Page, comment: Comment) -> Any:
    return desk.locator(f"#y-kien-{comment.pk}")


def press(desk: Page, key: str) -> None:
    """A key that decides: the page comes back."""
    with desk.expect_navigation():
        desk.keyboard.press(key)


def test_ten_comments_are_decided_by_keyboard_alone(desk: Page, comments: list[Comment]) -> None:
    desk.keyboard.press("j")
    expect(row(desk, comments[0])).to_be_focused()
    for number in range(7):
        press(desk, "a")
        expect(desk.locator("[data-done]")).to_contain_text("Đã duyệt 1 ý kiến.")
        expect(row(desk, comments[number + 1])).to_be_focused()
    press(desk, "s")
    expect(row(desk, comments[8])).to_be_focused()
    desk.keyboard.press("r")
    reasons = row(desk, comments[8]).locator(".reason-buttons").first
    expect(reasons.get_by_role("button").first).to_be_focused()
    desk.keyboard.press("Tab")
    press(desk, "Enter")
    expect(row(desk, comments[9])).to_be_focused()
    press(desk, "a")
    expect(desk.get_by_text("Không có ý kiến nào ở đây.")).to_be_visible()

    states = list(Comment.objects.order_by("created_at").values_list("status", flat=True))
    assert states == ["approved"] * 7 + ["spam", "refused", "approved"]
    assert Comment.objects.get(status="refused").reason == "insult"


def test_a_decision_is_undone_by_its_key_and_the_comment_is_in_focus_again(
    desk: Page, comments: list[Comment]
) -> None:
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    press(desk, "s")
    expect(row(desk, comments[1])).to_have_count(0)
    press(desk, "u")

    expect(desk.locator("[data-done]")).to_contain_text("Đã hoàn tác 1 ý kiến.")
    expect(row(desk, comments[1])).to_be_focused()
    assert set(Comment.objects.values_list("status", flat=True)) == {"pending"}


def test_a_is_keep_for_what_readers_reported(desk: Page, comments: list[Comment]) -> None:
    reported = make_comment(status="approved", reports=2)
    desk.reload()
    press(desk, "a")

    expect(desk.locator("[data-done]")).to_contain_text("Đã giữ lại 1 ý kiến.")
    reported.refresh_from_db()
    assert (reported.status, reported.reports) == ("approved", 0)
    assert set(Comment.objects.exclude(pk=reported.pk).values_list("status", flat=True)) == {
        "pending"
    }


def test_a_key_that_can_do_nothing_says_so(desk: Page, site: str, comments: list[Comment]) -> None:
    said = desk.get_by_role("status").and_(desk.locator("[data-done]"))
    desk.keyboard.press("u")
    expect(said).to_have_text("Không có quyết định nào để hoàn tác.")
    expect(said).to_be_in_viewport()

    make_comment(status="approved")
    desk.goto(f"{site}{QUEUE}?status=approved")
    desk.keyboard.press("a")
    expect(said).to_have_text("Ý kiến này không có nút nào của phím A.")


def test_the_way_back_stays_in_sight_and_covers_no_row(desk: Page, comments: list[Comment]) -> None:
    desk.set_viewport_size({"width": 1280, "height": 850})
    desk.keyboard.press("j")
    for number in range(6):
        desk.keyboard.press("j")
        expect(row(desk, comments[number + 1])).to_be_focused()
    press(desk, "a")

    undo = desk.get_by_role("button", name="Hoàn tác")
    bottom = "node => node.closest('ul').getBoundingClientRect().bottom"
    for number in (7, 5, 4, 3, 2, 1, 0):
        expect(row(desk, comments[number])).to_be_focused()
        expect(undo).to_be_in_viewport(ratio=1)
        box = row(desk, comments[number]).bounding_box()
        assert box and box["y"] >= undo.evaluate(bottom)
        desk.keyboard.press("k")
    assert desk.evaluate("scrollY") > 0


def test_a_colleague_who_was_faster_is_not_overruled(desk: Page, comments: list[Comment]) -> None:
    comments[0].refuse(by=make_user(*RIGHTS), seen=1, reason="insult")

    desk.keyboard.press("j")
    press(desk, "a")

    expect(desk.locator(".messagelist")).to_contain_text(
        "Ý kiến của Bạn đọc 0: đã từ chối trước đó."
    )
    assert Comment.objects.get(pk=comments[0].pk).status == "refused"


def test_a_note_is_typed_without_pressing_a_key_of_the_queue(
    desk: Page, comments: list[Comment]
) -> None:
    desk.keyboard.press("r")
    note = row(desk, comments[0]).get_by_label("Ghi chú", exact=False)
    note.focus()
    desk.keyboard.type("asjkur?")
    expect(note).to_have_value("asjkur?")
    expect(desk.locator("[data-keys]")).to_be_hidden()
    with desk.expect_navigation():
        row(desk, comments[0]).get_by_role("button", name="Lý do khác").click()

    assert Comment.objects.get(status="refused").decisions.get().note == "asjkur?"


def test_a_missing_note_is_asked_for_in_its_place(desk: Page, comments: list[Comment]) -> None:
    desk.keyboard.press("j")
    row(desk, comments[3]).get_by_role("checkbox").check()
    desk.keyboard.press("r")
    with desk.expect_navigation():
        row(desk, comments[3]).get_by_role("button", name="Lý do khác").click()

    note = row(desk, comments[3]).get_by_label("Ghi chú", exact=False)
    expect(note).to_be_focused()
    expect(note).to_have_attribute("aria-invalid", "true")
    expect(row(desk, comments[3]).get_by_role("checkbox")).to_be_checked()


def test_the_keys_are_explained_and_can_be_switched_off_for_good(
    desk: Page, comments: list[Comment]
) -> None:
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    desk.get_by_label("Dùng phím tắt", exact=False).uncheck()
    desk.keyboard.press("Escape")
    desk.reload()
    desk.keyboard.press("j")
    desk.keyboard.press("a")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Phím tắt")).to_be_hidden()
    expect(row(desk, comments[0])).not_to_be_focused()
    assert not Comment.objects.filter(status="approved").exists()

    desk.get_by_role("button", name="Phím tắt", exact=False).click()
    desk.get_by_label("Dùng phím tắt", exact=False).check()
    desk.keyboard.press("Escape")
    desk.keyboard.press("j")
    expect(row(desk, comments[0])).to_be_focused()


def test_the_ticked_are_decided_together_and_undone_together(
    desk: Page, comments: list[Comment]
) -> None:
    desk.get_by_label("Chọn cả trang").check()
    row(desk, comments[4]).get_by_role("checkbox").uncheck()
    desk.get_by_role("button", name="Duyệt mục đã chọn").click()

    expect(desk.locator(".messagelist")).to_have_text(re.compile("Đã duyệt 9 ý kiến."))
    assert Comment.objects.get(status="pending") == comments[4]
    with desk.expect_navigation():
        desk.get_by_role("button", name="Hoàn tác").click()
    assert Comment.objects.filter(status="pending").count() == 10


def test_without_scripts_a_comment_is_refused_and_the_refusal_undone(
    desk: Page, browser: Any, site: str, comments: list[Comment]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(desk.context.cookies())
    plain = context.new_page()
    plain.goto(site + QUEUE)
    mine = plain.locator(f"#y-kien-{comments[0].pk}")
    mine.locator("summary").first.click()
    mine.get_by_role("button", name="Quảng cáo").click()
    expect(plain.locator(".messagelist")).to_contain_text("Đã từ chối 1 ý kiến.")
    expect(plain.get_by_role("button", name="Phím tắt", exact=False)).to_have_count(0)
    plain.get_by_role("button", name="Hoàn tác").click()
    expect(plain.locator(".messagelist")).to_contain_text("Đã hoàn tác 1 ý kiến.")
    context.close()
    assert not Comment.objects.filter(status="refused").exists()


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_wrong_with_the_desk_of_comments(
    desk: Page, site: str, comments: list[Comment], axe_of: Callable[..., list[str]], width: int
) -> None:
    make_comment(status="approved", reports=2, signals=[["links", "ban-hang.example"]])
    old = timezone.now() - dt.timedelta(days=30)
    Comment.objects.filter(pk=comments[0].pk).update(created_at=old)
    comments[1].refuse(by=make_user(*RIGHTS), seen=1, reason="insult")
    asked: dict[str, Any] = {
        "cookies": desk.context.cookies(),
        "width": width,
        "schemes": ("paper", "dark"),
    }

    def open_reasons(page: Page) -> None:
        page.locator(f"#y-kien-{comments[0].pk} summary").first.click()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def open_help(page: Page) -> None:
        page.keyboard.press("?")

    assert axe_of(site + QUEUE, prepare=open_reasons, **asked) == []
    assert axe_of(site + QUEUE, prepare=open_help, **asked) == []
    assert axe_of(f"{site}{QUEUE}{comments[1].pk}/change/", **asked) == []
    for path in ("comment/thong-ke/", "decision/", "policy/1/change/", "blockedsource/"):
        assert axe_of(f"{site}/quan-tri/comments/{path}", **asked) == []
