"""Notices, e-mail, redirects and the regular work at the desk: no fault for axe, on a telephone too, by keyboard alone."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from news import notices
from news.models import Notice, OutboxMessage, Redirect
from portal import jobs
from portal.models import Tick
from tests.browser.conftest import let_in
from tests.factories import make_section, make_user, picture_bytes


@pytest.fixture
def desk(watched: Page, site: str) -> Page:
    """The desk of an administrator who has been told two things."""
    user = make_user(superuser=True, email="a@example.vn")
    with transaction.atomic():
        for number in (1, 2):
            notices.notify(
                [user],
                text=f"“Hội nghị số {number}” chờ duyệt, Hà gửi.",
                key=str(number),
                address="/quan-tri/news/section/",
            )
    return let_in(watched, site, user)


def overflows(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


def test_a_notice_is_found_and_opened_by_keyboard(desk: Page, site: str) -> None:
    link = desk.get_by_role("link", name="Thông báo (2)")
    link.focus()
    desk.keyboard.press("Enter")
    expect(desk).to_have_title("Thông báo – Cổng thông tin điện tử")
    desk.get_by_role("button", name="Mở “Hội nghị số 2”").focus()
    desk.keyboard.press("Enter")

    expect(desk).to_have_url(f"{site}/quan-tri/news/section/")
    expect(desk.get_by_role("link", name="Thông báo (1)")).to_be_visible()
    assert Notice.objects.unread().get().key == "1"


def test_a_box_for_files_speaks_vietnamese_in_every_browser_and_is_opened_by_keyboard(
    desk: Page, site: str, tmp_path: Any
) -> None:
    table = tmp_path / "bang-chuyen-huong.csv"
    table.write_text("/cu.aspx,/\n")
    # From the first listener on the browser hands its choosers over; on a busy machine that takes a moment.
    desk.on("filechooser", lambda chooser: None)
    desk.goto(f"{site}/quan-tri/news/redirect/nhap/")
    box = desk.locator("[name=file]")
    expect(desk.get_by_text("Chọn tệp…")).to_be_visible()
    expect(desk.get_by_text("Chưa chọn tệp nào")).to_be_visible()
    # The browser's own words lie above these, unseen.
    expect(box).to_have_css("opacity", "0")

    box.focus()
    with desk.expect_file_chooser() as chooser:
        desk.keyboard.press("Enter")
    chooser.value.set_files(table)
    expect(desk.get_by_text("bang-chuyen-huong.csv")).to_be_visible()

    desk.goto(f"{site}/quan-tri/news/photo/")
    picture = tmp_path / "anh.jpg"
    picture.write_bytes(picture_bytes())
    with desk.expect_file_chooser() as chooser:
        desk.get_by_label("Các tệp ảnh").click(position={"x": 20, "y": 20})
    chooser.value.set_files(picture)
    expect(desk.locator(".photo-card")).to_have_count(1)
    # Sent by itself, and taken out of the box.
    expect(desk.get_by_text("Chưa chọn tệp nào")).to_be_visible()


def test_axe_finds_nothing_and_nothing_is_wider_than_a_telephone(
    desk: Page, site: str, axe_of: Any, settings: Any, tmp_path: Any
) -> None:
    section = make_section(slug="tin")
    make_section(slug="khac")
    message = OutboxMessage.objects.first()
    assert message
    message.take()
    message.mark_uncertain()
    Redirect.objects.create(old="/hien-thi-tin-tuc?" + "rat-dai-" * 40, section=section)
    jobs.run_due_jobs()
    Tick.objects.update(ended_at=timezone.now() - dt.timedelta(hours=1))
    cookies = desk.context.cookies()
    table = tmp_path / "bang.csv"
    table.write_text("/cu.aspx?" + "rat-dai-" * 30 + ",/tin/\n/hai.aspx,/khong-co/\n")

    def read_a_table(page: Page) -> None:
        page.locator("[name=file]").set_input_files(table)
        page.get_by_role("button", name="Đọc bảng").click()
        expect(page.get_by_text("Địa chỉ đích không có trang nào.")).to_be_visible()

    for path, prepare in (
        ("", None),
        ("huong-dan/", None),
        ("thong-bao/", None),
        ("news/outboxmessage/", None),
        (f"news/outboxmessage/{message.pk}/change/", None),
        ("news/redirect/", None),
        ("news/redirect/add/", None),
        ("news/redirect/nhap/", read_a_table),
        (f"news/section/{section.pk}/gop/", None),
        ("portal/jobrun/", None),
    ):
        wide: list[bool] = []

        def look(page: Page, wide: list[bool] = wide) -> None:
            wide.append(overflows(page))

        found = axe_of(
            f"{site}/quan-tri/{path}",
            cookies=cookies,
            width=(1280, 360),
            prepare=prepare,
            look=look,
        )
        assert found == [], path
        assert wide == [False, False], path
    assert User.objects.count() == 1
