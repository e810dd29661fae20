"""An administrator does what a person asked about their data; the reader finds out what is kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from comments.models import Comment
from portal.persons import PersonRequest
from portal.roles import ADMINISTRATOR
from tests.browser.conftest import SCHEMES, cookies_of, let_in, make_official
from tests.factories import make_article, make_comment

LIST = "/quan-tri/portal/personrequest/"


def enter_request(page: Page, kind: str, email: str) -> None:
    page.get_by_role("link", name="Thêm yêu cầu về dữ liệu cá nhân").click()
    page.get_by_label("Yêu cầu:").select_option(kind)
    page.get_by_label("Thư điện tử đã dùng").fill(email)
    page.get_by_role("button", name="Lưu lại và xem").click()


def test_a_person_s_data_are_handed_out_and_another_s_erased(
    watched: Page, site: str, tmp_path: Path
) -> None:
    shown = make_comment(text="Đường ngập", email="a@example.vn", status=Comment.Status.APPROVED)
    make_comment(text="Đèn hỏng", email="b@example.vn", status=Comment.Status.APPROVED)
    page = let_in(watched, site, make_official(ADMINISTRATOR, username="quan-tri"))

    page.goto(f"{site}{LIST}")
    enter_request(page, "export", "b@example.vn")
    page.get_by_role("button", name="Đã phản hồi").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải dữ liệu").click()
    download.value.save_as(tmp_path / "b.json")
    held = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert [comment["nội dung"] for comment in held["ý kiến"]] == ["Đèn hỏng"]
    page.get_by_role("button", name="Đã giao").click()
    assert PersonRequest.objects.get().email == "b@example.vn"
    page.get_by_label("Tôi đã giao dữ liệu").check()
    page.get_by_role("button", name="Đã giao").click()
    expect(page.locator(".messagelist")).to_contain_text("Địa chỉ của người yêu cầu đã được xoá")

    page.goto(f"{site}{LIST}")
    enter_request(page, "erase", "a@example.vn")
    # The browser itself asks for the tick.
    page.get_by_role("button", name="Xoá dữ liệu").click()
    shown.refresh_from_db()
    assert shown.text == "Đường ngập"
    page.get_by_label("Tôi đã chắc").check()
    page.get_by_role("button", name="Xoá dữ liệu").click()
    expect(page.locator(".messagelist")).to_contain_text("Đã xoá: 1 ý kiến")
    expect(page.get_by_text("a***@example.vn")).to_be_visible()
    page.goto(f"{site}{shown.article.get_absolute_url()}")
    expect(page.get_by_text("Đường ngập")).to_have_count(0)


def test_a_reader_finds_the_privacy_page_beside_the_consent_and_loses_no_text(
    watched: Page, site: str
) -> None:
    watched.goto(f"{site}{make_article().get_absolute_url()}")
    watched.get_by_label("Ý kiến của bạn").fill("Đường ngập")
    watched.get_by_role("button", name="Gửi bình luận").click()
    with watched.context.expect_page() as opened:
        watched.get_by_role("dialog").get_by_role("link", name="Quyền riêng tư").click()

    expect(opened.value.get_by_role("heading", name="Quyền của bạn")).to_be_visible()
    expect(watched.get_by_label("Ý kiến của bạn")).to_have_value("Đường ngập")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_steps_of_a_request_stand_below_its_form_and_their_words_above_their_buttons(
    watched: Page, site: str, width: int
) -> None:
    request = PersonRequest(kind="export", email="a@example.vn")
    request.save()
    watched.set_viewport_size({"width": width, "height": 800})
    page = let_in(watched, site, make_official(ADMINISTRATOR, username="quan-tri"))
    page.goto(f"{site}{LIST}{request.pk}/change/")

    form = page.locator("#content-main").bounding_box()
    found = page.get_by_role("region", name="Tìm thấy").bounding_box()
    handing = page.get_by_role("region", name="Giao dữ liệu")
    words = handing.get_by_text("Tải tệp về")
    assert form and found and found["y"] >= form["y"] + form["height"]
    inset = (
        "node => node.getBoundingClientRect().left + parseFloat(getComputedStyle(node).paddingLeft)"
    )
    button = handing.get_by_role("button", name="Tải dữ liệu").bounding_box()
    assert button and words.evaluate(inset) == button["x"]


@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_wrong(site: str, axe_of: Callable[..., list[str]], width: int) -> None:
    cookies: Any = cookies_of(make_official(ADMINISTRATOR, username="quan-tri"), site)
    make_comment(email="a@example.vn")
    request = PersonRequest(kind="erase", email="a@example.vn")
    request.save()

    assert axe_of(f"{site}/trang/quyen-rieng-tu/", width=width, schemes=SCHEMES) == []
    for address in (LIST, f"{LIST}add/", f"{LIST}{request.pk}/change/"):
        assert axe_of(f"{site}{address}", cookies=cookies, width=width) == []
