"""Files on the form of a story, by keyboard and with progress; readers look at them and keep them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from news.models import Article, ArticleAttachment, Attachment
from tests.browser.conftest import cookies_of
from tests.factories import make_article, make_attachment, make_section, make_user, pdf_bytes


@pytest.fixture
def editor(site: str) -> User:
    make_section(name="Thông báo")
    return make_user(superuser=True)


@pytest.fixture
def cookies(site: str, editor: User) -> list[dict[str, str]]:
    return cookies_of(editor, site)


@pytest.fixture
def desk(watched: Page, cookies: Any) -> Page:
    watched.context.add_cookies(cookies)
    return watched


def titles(page: Page) -> list[str]:
    return page.locator("[data-attachments-chosen] .attachment-words a").all_inner_texts()


def test_files_are_uploaded_found_ordered_by_keyboard_and_published(
    desk: Page, site: str, tmp_path: Path
) -> None:
    make_attachment(title="Mẫu đơn đăng ký")
    (tmp_path / "Lịch nghỉ.pdf").write_bytes(pdf_bytes("Lich nghi"))
    desk.goto(f"{site}/quan-tri/news/article/add/")
    desk.locator("[name=title]").fill("Thông báo nghỉ lễ")
    desk.locator("[name=section]").select_option(label="Thông báo")
    desk.locator("[name=lead]").fill("Lịch nghỉ lễ của phường.")

    desk.get_by_label("Tải tệp mới lên").set_input_files(tmp_path / "Lịch nghỉ.pdf")
    expect(desk.locator("[data-attachments-chosen] [data-id]")).to_have_count(1)

    desk.get_by_label("Tìm trong thư viện").fill("mau don")
    desk.get_by_label("Tìm trong thư viện").press("Enter")
    desk.get_by_role("button", name="Thêm: Mẫu đơn đăng ký").press("Enter")
    assert titles(desk) == ["Lịch nghỉ", "Mẫu đơn đăng ký"]
    up = desk.get_by_role("button", name="Lên: Mẫu đơn đăng ký")
    up.focus()
    desk.keyboard.press("Enter")
    assert titles(desk) == ["Mẫu đơn đăng ký", "Lịch nghỉ"]
    # Nothing is above the first: the way back is in focus.
    expect(desk.get_by_role("button", name="Xuống: Mẫu đơn đăng ký")).to_be_focused()
    expect(desk.locator("[data-attachments-said]")).to_have_text(
        "Mẫu đơn đăng ký: vị trí 1 trên 2."
    )

    with desk.expect_navigation():
        desk.locator("[name=_save]").click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert titles(desk) == ["Mẫu đơn đăng ký", "Lịch nghỉ"]
    below = Attachment.objects.below(Article.objects.get())
    assert [stored.title for stored in below] == ["Mẫu đơn đăng ký", "Lịch nghỉ"]

    desk.get_by_role("button", name="Bỏ: Mẫu đơn đăng ký").press("Enter")
    with desk.expect_navigation():
        desk.locator("[name=_save]").click()
    expect(desk.locator(".messagelist .success")).to_be_visible()
    assert [stored.title for stored in below.all()] == ["Lịch nghỉ"]


def test_of_several_files_the_refused_one_says_why_and_the_others_arrive(
    page: Page, site: str, cookies: Any, tmp_path: Path
) -> None:
    # Not `watched`: the browser reports the refusal in its console, too.
    page.context.add_cookies(cookies)
    for name, content in {"a.pdf": b"MZ", "b.pdf": pdf_bytes("b")}.items():
        (tmp_path / name).write_bytes(content)
    page.goto(f"{site}/quan-tri/news/article/add/")
    page.get_by_label("Tải tệp mới lên").set_input_files([tmp_path / "a.pdf", tmp_path / "b.pdf"])
    expect(page.locator(".attachment-refused")).to_contain_text("Cổng nhận PDF, DOCX, XLSX và ODT.")
    expect(page.locator("[data-attachments-chosen] [data-id]")).to_have_count(1)
    page.get_by_role("button", name="Đã hiểu: a.pdf").press("Enter")
    expect(page.locator(".attachment-refused")).to_have_count(0)
    expect(page.get_by_label("Tải tệp mới lên")).to_be_focused()


def test_the_library_takes_several_files_with_progress(
    desk: Page, site: str, tmp_path: Path
) -> None:
    for name in ("Một.pdf", "Hai.pdf"):
        (tmp_path / name).write_bytes(pdf_bytes(str(len(name)) + name[0]))
    desk.goto(f"{site}/quan-tri/news/attachment/add/")
    desk.get_by_label("Chọn tệp").set_input_files([tmp_path / "Một.pdf", tmp_path / "Hai.pdf"])
    expect(desk.locator("[data-attachments-chosen] [data-id]")).to_have_count(2)
    expect(desk.get_by_role("link", name="Sửa tên: Một")).to_be_visible()
    expect(desk.get_by_role("button", name="Tải tệp lên")).to_have_count(0)
    assert Attachment.objects.count() == 2


def test_axe_finds_nothing_and_nothing_is_cut_off_where_files_are_chosen(
    site: str, cookies: Any, axe_of: Callable[..., list[str]]
) -> None:
    article = make_article(status="draft")
    stored = make_attachment(title="Thông báo về việc niêm yết công khai danh sách " * 3)
    ArticleAttachment.put_below(article, [stored.pk, make_attachment().pk])

    def search(opened: Page) -> None:
        box = opened.get_by_label("Tìm trong thư viện")
        if box.count():
            box.press("Enter")
            opened.locator("[data-attachments-found] li").first.wait_for()

    def fits(opened: Page) -> None:
        field = opened.locator("[data-attachments]")
        if not field.count():
            return
        assert field.evaluate("field => field.scrollWidth <= field.clientWidth")
        small = field.locator(":is(button, input:not([type=hidden]), .attachment-buttons a)")
        for box in [each.bounding_box() for each in small.all()]:
            assert box is None or box["height"] >= 44

    for address in (
        f"/quan-tri/news/article/{article.pk}/change/",
        "/quan-tri/news/attachment/",
        "/quan-tri/news/attachment/add/",
        f"/quan-tri/news/attachment/{stored.pk}/change/",
    ):
        found = axe_of(
            f"{site}{address}", width=(1280, 360), cookies=cookies, prepare=search, look=fits
        )
        # CKEditor's own frame and bars are not ours to mend.
        assert [line for line in found if "cke" not in line] == [], address


def test_a_reader_looks_at_a_pdf_and_keeps_it(
    watched: Page, site: str, axe_of: Callable[..., list[str]]
) -> None:
    content = pdf_bytes("Lich nghi")
    article = make_article(lead="Lịch nghỉ lễ.")
    stored = make_attachment(content, name="Lịch nghỉ lễ.pdf")
    ArticleAttachment.put_below(article, [stored.pk])
    address = f"{site}{article.get_absolute_url()}"
    watched.goto(address)

    with watched.expect_download() as kept:
        watched.get_by_role("link", name="Lịch nghỉ lễ", exact=True).click()
    assert kept.value.suggested_filename == "Lịch nghỉ lễ.pdf"
    assert Path(kept.value.path()).read_bytes() == content
    assert watched.get_by_role("link", name="Xem Lịch nghỉ lễ").get_attribute("href") == (
        stored.view_url
    )
    assert axe_of(address, schemes=("paper", "dark")) == []
