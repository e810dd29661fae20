"""Pictures at the desk in a real browser: many at once, dropped, described, aimed, and into a story."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import APIResponse, Page, Route, expect

from news.models import Article, Photo
from tests.browser.conftest import let_in
from tests.factories import make_article, make_photo, make_section, make_user, picture_bytes

RIGHTS = (
    *("news.view_photo", "news.add_photo", "news.change_photo", "news.delete_photo"),
    *("news.view_article", "news.add_article", "news.change_article", "news.view_section"),
)

DROP = """([selector, files]) => {
  const data = new DataTransfer();
  for (const { name, type, content } of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  const target = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def sent(name: str, content: bytes, kind: str = "image/jpeg") -> dict[str, str]:
    return {"name": name, "type": kind, "content": base64.b64encode(content).decode()}


@pytest.fixture
def desk(watched: Page, site: str) -> Page:
    """The desk, opened by an author."""
    make_section(name="Hoạt động")
    return let_in(watched, site, make_user(*RIGHTS))


def paths(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_bytes(picture_bytes(900, 600))
    return [folder / name for name in names]


def test_many_files_are_uploaded_and_described_without_leaving_the_library(
    desk: Page, site: str, tmp_path: Path
) -> None:
    desk.goto(f"{site}/quan-tri/news/photo/")
    desk.get_by_label("Nguồn ảnh chung").fill("Ảnh: Minh Tâm")

    desk.get_by_label("Các tệp ảnh").set_input_files(paths(tmp_path, "a.jpg", "b.jpg", "c.jpg"))

    expect(desk.locator(".photo-card")).to_have_count(3)
    expect(desk.locator(".drop-said")).to_have_text("Đã tải lên 3 ảnh.")
    expect(desk.locator(".drop-files li")).to_have_count(0)
    assert set(Photo.objects.values_list("credit", flat=True)) == {"Ảnh: Minh Tâm"}

    card = desk.locator(".photo-card").first
    card.get_by_text("Sửa mô tả").click()
    card.get_by_label("Mô tả ảnh").fill("Cầu mới")
    card.get_by_role("button", name="Lưu").click()
    expect(card.locator(".photo-card-words")).to_contain_text("Cầu mới")
    expect(card.locator("summary")).to_be_focused()
    assert Photo.objects.filter(alt="Cầu mới").count() == 1


def test_words_that_are_refused_stay_in_the_card_with_the_reason(desk: Page, site: str) -> None:
    make_photo(alt="")
    Photo.objects.update(uploaded_by=User.objects.get())
    # A page that nobody watches: the browser logs the refusal's status.
    page = desk.context.new_page()
    page.goto(f"{site}/quan-tri/news/photo/")
    card = page.locator(".photo-card")
    card.get_by_text("Sửa mô tả").click()
    card.get_by_label("Mô tả ảnh").fill("Cầu mới")
    card.get_by_label("Ảnh trang trí").check()
    card.get_by_role("button", name="Lưu").click()
    expect(card.get_by_role("alert")).to_contain_text("không phải ảnh trang trí")
    expect(card.get_by_label("Mô tả ảnh")).to_have_value("Cầu mới")
    User.objects.get().user_permissions.clear()
    card.get_by_label("Ảnh trang trí").uncheck()
    card.get_by_role("button", name="Lưu").click()
    expect(card.get_by_role("alert")).to_contain_text("Bạn không sửa được ảnh này")
    assert not Photo.objects.exclude(alt="").exists()


def test_a_picture_that_is_refused_leaves_nothing_in_the_story(desk: Page, site: str) -> None:
    page = desk.context.new_page()
    page.goto(f"{site}/quan-tri/news/article/add/")
    page.locator(".cke_wysiwyg_frame").wait_for()
    body = page.frame_locator(".cke_wysiwyg_frame").locator("body")
    body.click()
    page.keyboard.type("Mở đầu.")
    frame = page.locator(".cke_wysiwyg_frame").element_handle().content_frame()
    assert frame

    frame.evaluate(DROP, ["p", [sent("hong.jpg", b"no picture"), sent("a.jpg", picture_bytes())]])

    notice = page.locator(".cke_notification_warning")
    expect(notice).to_contain_text("hong.jpg: Tệp này không phải ảnh")
    expect(page.locator(".cke_dialog:visible")).to_be_visible()
    written = page.evaluate("Object.values(CKEDITOR.instances)[0].getData()")
    assert written.count("<img") == 1
    assert "hong.jpg" not in written
    assert "data:" not in written
    assert Photo.objects.count() == 1


def test_files_dropped_on_the_library_are_taken_and_the_bad_one_is_explained(
    desk: Page, site: str
) -> None:
    desk.goto(f"{site}/quan-tri/news/photo/")
    files = [sent("a.jpg", picture_bytes()), sent("lon.jpg", bytes(15 * 1024 * 1024 + 1))]

    desk.evaluate(DROP, [".photo-grid", files])

    expect(desk.locator(".photo-card")).to_have_count(1)
    refused = desk.locator(".drop-files li.refused")
    expect(refused).to_contain_text("lon.jpg")
    expect(refused).to_contain_text("Ảnh lớn hơn 15 MB. Hãy thu nhỏ ảnh rồi tải lại.")
    expect(desk.locator(".drop-said")).to_have_text("Đã tải lên 1 ảnh. 1 ảnh chưa tải lên được.")
    refused.get_by_role("button").click()
    expect(refused).to_have_count(0)
    expect(desk.get_by_label("Các tệp ảnh")).to_be_focused()
    assert Photo.objects.count() == 1


def test_a_picture_that_did_not_arrive_is_sent_again_by_its_button(
    desk: Page, site: str, tmp_path: Path
) -> None:
    # A page that nobody watches: the browser logs the lost connection.
    page = desk.context.new_page()
    page.goto(f"{site}/quan-tri/news/photo/")
    page.route("**/anh/them/", lambda route: route.abort())
    page.get_by_label("Các tệp ảnh").set_input_files(paths(tmp_path, "a.jpg"))
    refused = page.locator(".drop-files li.refused")
    expect(refused).to_contain_text("Mất kết nối với máy chủ.")
    page.unroute("**/anh/them/")

    refused.get_by_role("button", name="Gửi lại: a.jpg").click()

    expect(page.locator(".photo-card")).to_have_count(1)
    expect(page.locator(".drop-said")).to_have_text("Đã tải lên 1 ảnh.")
    assert Photo.objects.count() == 1


def test_the_focal_point_is_moved_by_keys_and_the_crops_follow_before_saving(
    desk: Page, site: str
) -> None:
    photo = make_photo(picture_bytes(1800, 1200))
    Photo.objects.update(uploaded_by=User.objects.get())
    desk.goto(f"{site}/quan-tri/news/photo/{photo.pk}/change/")
    mark = desk.get_by_role("slider", name="Điểm chính của ảnh")

    mark.focus()
    desk.keyboard.press("Shift+ArrowLeft")
    desk.keyboard.press("ArrowUp")

    expect(mark).to_have_attribute("aria-valuetext", "ngang 40 %, dọc 49 %")
    expect(desk.locator(".focal-card")).to_have_css("object-position", "40% 49%")
    expect(desk.locator("[name=focal_x]")).to_have_value("40")
    picture = desk.locator(".focal-picture")
    box = picture.bounding_box()
    assert box
    picture.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
    expect(desk.locator("[name=focal_y]")).to_have_value("75")
    desk.locator("[name=focal_y]").fill("80")
    expect(mark).to_have_attribute("aria-valuetext", "ngang 25 %, dọc 80 %")
    desk.locator("[name=_save]").click()
    expect(desk.locator(".messagelist")).to_contain_text("Đã lưu ảnh.")
    photo.refresh_from_db()
    assert photo.focus == (25, 80)
    assert photo.crops.startswith("025080")


def test_without_javascript_files_and_numbers_do_the_same(
    desk: Page, site: str, tmp_path: Path
) -> None:
    plain = desk.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain.add_cookies(desk.context.cookies())  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(f"{site}/quan-tri/news/photo/")
    page.get_by_label("Các tệp ảnh").set_input_files(paths(tmp_path, "a.jpg", "b.jpg"))
    page.get_by_role("button", name="Tải ảnh lên").click()
    expect(page.locator(".messagelist")).to_contain_text("Đã thêm 2 ảnh")
    page.locator(".photo-card-picture").first.click()
    page.get_by_label("Mô tả ảnh").fill("Cầu mới")
    page.get_by_label("điểm chính, ngang (%)").fill("30")
    page.locator("[name=_save]").click()
    expect(page.locator(".messagelist")).to_contain_text("Đã lưu ảnh.")
    plain.close()
    assert Photo.objects.get(alt="Cầu mới").focus == (30, 50)


def test_several_pictures_dropped_into_a_story_are_asked_about_one_by_one(
    desk: Page, site: str
) -> None:
    # A page that nobody watches: CKEditor's own placeholders for two files make Chromium log a lost selection.
    page = desk.context.new_page()
    page.goto(f"{site}/quan-tri/news/article/add/")
    page.locator("[name=title]").fill("Tin có ảnh")
    page.locator("[name=section]").select_option(label="Hoạt động")
    body = page.frame_locator(".cke_wysiwyg_frame").locator("body")
    body.click()
    page.keyboard.type("Mở đầu.")
    frame = page.locator(".cke_wysiwyg_frame").element_handle().content_frame()
    assert frame
    # The page is busy while both answers arrive, so that it hears of them at once, before the dialog itself was fetched.
    busy = "setTimeout(() => { const end = Date.now() + 1000; while (Date.now() < end); }, 0)"
    answered: list[tuple[Route, APIResponse]] = []

    def answer_at_once(route: Route) -> None:
        answered.append((route, route.fetch()))
        if len(answered) == len(pictures):
            page.evaluate(busy)
            for waiting, answer in answered:
                waiting.fulfill(response=answer)

    page.route(f"**{reverse('ckeditor_upload')}*", answer_at_once)
    pictures = [sent("a.jpg", picture_bytes(900, 600)), sent("b.jpg", picture_bytes(800, 600))]

    frame.evaluate(DROP, ["p", pictures])

    dialog = page.locator(".cke_dialog:visible")
    ok = dialog.get_by_role("button", name="OK").or_(dialog.get_by_role("button", name="Đồng ý"))
    expect(dialog).to_be_visible()
    assert len(answered) == len(pictures)
    dialog.get_by_label("Chú thích in dưới ảnh").fill("Cầu nhìn từ bờ đông")
    ok.click()
    words = dialog.get_by_label("Mô tả ảnh", exact=False)
    expect(words).to_have_accessible_description(re.compile("Hãy mô tả ảnh bằng một câu ngắn"))
    expect(words).to_be_focused()
    expect(dialog.get_by_label("Chú thích in dưới ảnh")).to_have_value("Cầu nhìn từ bờ đông")
    words.fill("Cầu mới")
    expect(words).to_have_accessible_description("")
    ok.click()
    expect(dialog.get_by_label("Mô tả ảnh", exact=False)).to_have_value("")
    dialog.get_by_label("Ảnh trang trí, không cần mô tả").check()
    ok.click()
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name=re.compile("Lưu")).first.click()
    expect(page.locator(".messagelist")).to_be_visible()
    article = Article.objects.get()
    assert article.body.count("<img") == 2
    assert 'alt="Cầu mới"' in article.body
    assert 'role="presentation"' in article.body
    assert article.undescribed_photos() == []
    assert sorted(Photo.objects.values_list("alt", "is_decorative")) == [
        ("", True),
        ("Cầu mới", False),
    ]


def test_the_picture_dialog_shows_pictures_instead_of_addresses_and_says_what_is_missing(
    desk: Page, site: str, tmp_path: Path
) -> None:
    make_photo(alt="Cầu mới", caption="Cầu đã thông xe")
    # A page that nobody watches: the browser logs the refusal's status.
    page = desk.context.new_page()
    page.goto(f"{site}/quan-tri/news/article/add/")
    page.locator(".cke_wysiwyg_frame").wait_for()
    page.locator(".cke_button__image").click()
    dialog = page.locator(".cke_dialog:visible")
    expect(dialog.get_by_text("Chưa chọn ảnh")).to_be_visible()
    assert [box.get_attribute("type") for box in dialog.locator("input:visible").all()] == [
        "text",
        "checkbox",
        "text",
    ]

    dialog.get_by_role("button", name="Đồng ý").click()
    expect(dialog.get_by_text("Hãy chọn ảnh trong thư viện hoặc tải ảnh lên.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Chọn trong thư viện…")).to_be_focused()

    (tmp_path / "hong.jpg").write_bytes(b"no picture")
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Tải ảnh lên…").click()
    chooser.value.set_files(tmp_path / "hong.jpg")
    expect(dialog.get_by_text("hong.jpg: Tệp này không phải ảnh")).to_be_visible()

    with page.expect_popup() as library:
        dialog.get_by_role("button", name="Chọn trong thư viện…").click()
    library.value.locator("[data-photo]").click()
    expect(dialog.get_by_text("Ảnh đã chọn")).to_be_visible()
    expect(dialog.locator(".picture-said:visible")).to_have_count(0)
    expect(dialog.get_by_label("Mô tả ảnh", exact=False)).to_have_value("Cầu mới")
    dialog.get_by_role("button", name="Đồng ý").click()
    expect(dialog).to_have_count(0)
    written = page.evaluate("Object.values(CKEDITOR.instances)[0].getData()")
    assert Photo.objects.get().url in written


def test_axe_finds_nothing_on_the_pages_of_the_library(desk: Page, site: str, axe_of: Any) -> None:
    photo = make_photo(alt="", caption="Chú thích")
    make_photo(alt="", is_decorative=True)
    Photo.objects.update(uploaded_by=User.objects.get())
    make_article(cover=photo)
    cookies = desk.context.cookies()

    def open_everything(page: Page) -> None:
        for summary in page.locator("#content summary").all():
            summary.click()

    for path in ("news/photo/", "news/photo/add/", f"news/photo/{photo.pk}/change/", "anh/chon/"):
        found = axe_of(
            f"{site}/quan-tri/{path}",
            cookies=cookies,
            width=(1280, 360),
            schemes=("paper", "dark"),
            prepare=open_everything,
        )
        assert found == [], path
