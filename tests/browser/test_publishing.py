"""An official writes, pictures, previews, publishes, corrects and withdraws; readers see it within seconds."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from news.models import Article, Photo, Section
from portal.models import SiteIdentity
from portal.roles import EDITOR
from tests.browser.conftest import let_in, make_official
from tests.factories import make_comment, make_section, picture_bytes


@pytest.fixture
def section(site: str) -> Section:
    SiteIdentity(level="Phường", name="Bình Minh", source_mark="WEBBINHMINH").save()
    return make_section(name="Hoạt động")


@pytest.fixture
def desk(watched: Page, site: str, section: Section) -> Page:
    """The desk, opened by an editor; no page of it may violate its policy."""
    return let_in(watched, site, make_official(EDITOR, "bientap"))


def write_story(desk: Page, site: str, title: str) -> None:
    desk.goto(f"{site}/quan-tri/news/article/add/")
    desk.locator("[name=title]").fill(title)
    desk.locator("[name=section]").select_option(label="Hoạt động")
    desk.locator("[name=lead]").fill("Sáng nay, phường tổ chức hội nghị.")
    desk.locator("[name=byline]").fill("MINH TÂM")
    body = desk.frame_locator(".cke_wysiwyg_frame").locator("body")
    body.click()
    desk.keyboard.type("Hội nghị đã thống nhất các nội dung chính.")
    desk.keyboard.press("Enter")


def press(desk: Page, name: str) -> None:
    """A button of the form, and what the server says: the form looks whether it can be sent before it goes."""
    desk.get_by_role("button", name=name).click()
    expect(desk.locator(".messagelist")).to_be_visible()


def add_picture(desk: Page, file: Path, alt: str, caption: str) -> None:
    """Through the picture dialog: upload, describe, caption."""
    desk.locator(".cke_button__image").click()
    dialog = desk.locator(".cke_dialog:visible")
    with desk.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Tải ảnh lên…").click()
    chooser.value.set_files(file)
    expect(dialog.locator(".picture-shown img")).to_have_attribute(
        "src", re.compile("^/media/photos/")
    )
    dialog.get_by_label("Mô tả ảnh", exact=False).fill(alt)
    dialog.get_by_label("Chú thích in dưới ảnh").fill(caption)
    dialog.get_by_role("button", name="OK").or_(dialog.get_by_role("button", name="Đồng ý")).click()
    expect(dialog).to_be_hidden()


def test_a_story_with_an_uploaded_captioned_picture_is_published_and_found_everywhere(
    desk: Page, site: str, section: Section, tmp_path: Path
) -> None:
    picture = tmp_path / "hoi-nghi.jpg"
    picture.write_bytes(picture_bytes(1200, 800))
    write_story(desk, site, "Hội nghị sơ kết quý một")
    expect(desk.locator("[name=source]")).to_have_value("WEBBINHMINH")
    add_picture(desk, picture, "Toàn cảnh hội trường", "Đại biểu dự hội nghị")
    desk.locator("[name=alone]").check()
    press(desk, "Xuất bản")
    article = Article.objects.get()
    assert article.is_published
    expect(desk.locator(".messagelist")).to_be_visible()

    public = desk.context.browser.new_page()  # type: ignore[union-attr]
    for path in (
        "/",
        section.get_absolute_url(),
        "/rss.xml",
        "/sitemap-news.xml",
        "/tim-kiem/?q=so+ket",
    ):
        assert article.get_absolute_url() in public.request.get(f"{site}{path}").text(), path
    public.goto(f"{site}{article.get_absolute_url()}")
    expect(public.locator(".lead")).to_have_text(
        "(WEBBINHMINH) – Sáng nay, phường tổ chức hội nghị."
    )
    figure = public.locator(".prose figure")
    expect(figure.locator("figcaption")).to_have_text("Đại biểu dự hội nghị")
    image = figure.get_by_role("img", name="Toàn cảnh hội trường")
    expect(image).to_be_visible()
    assert image.evaluate("e => e.naturalWidth") > 0
    assert image.get_attribute("width") == "1200"
    expect(public.locator(".byline")).to_have_text("MINH TÂM")
    public.close()
    assert Photo.objects.get().alt == "Toàn cảnh hội trường"


def test_a_draft_is_previewed_corrected_published_and_withdrawn(desk: Page, site: str) -> None:
    write_story(desk, site, "Tin nháp")
    press(desk, "Lưu nháp")
    article = Article.objects.get()
    public = desk.context.browser.new_page()  # type: ignore[union-attr]
    assert public.goto(f"{site}{article.get_absolute_url()}").status == 404  # type: ignore[union-attr]
    preview = desk.context.new_page()
    preview.goto(f"{site}/quan-tri/news/article/{article.pk}/xem-truoc/")
    expect(preview.get_by_text("Bản xem trước.", exact=False)).to_be_visible()
    expect(preview.get_by_role("heading", level=1)).to_have_text("Tin nháp")
    preview.close()

    desk.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")
    desk.locator("[name=title]").fill("Tin đã sửa")
    desk.locator("[name=alone]").check()
    press(desk, "Xuất bản")
    article.refresh_from_db()
    public.goto(f"{site}{article.get_absolute_url()}")
    expect(public.get_by_role("heading", level=1)).to_have_text("Tin đã sửa")

    desk.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")
    desk.get_by_role("button", name="Thu hồi", exact=False).or_(
        desk.get_by_role("link", name="Thu hồi", exact=False)
    ).click()
    desk.locator("[name=reason]").fill("Sai số liệu")
    desk.locator("#content [type=submit]").click()
    answer = public.goto(f"{site}{article.get_absolute_url()}")
    assert answer
    assert answer.status == 410
    expect(public.locator("main")).to_contain_text("Sai số liệu")
    public.close()


def test_axe_finds_nothing_on_the_pages_of_the_desk(
    desk: Page, site: str, section: Section, axe_of: Any
) -> None:
    write_story(desk, site, "Tin để xem")
    press(desk, "Lưu nháp")
    User.objects.update(is_superuser=True)
    make_comment(article=Article.objects.get())
    cookies = desk.context.cookies()
    pk = Article.objects.get().pk
    for path in (
        "",
        "news/article/",
        f"news/article/{pk}/change/",
        "news/photo/",
        "news/photo/add/",
        "news/section/",
        "comments/comment/",
        "portal/siteidentity/",
        "portal/textpage/add/",
        "portal/agencylink/add/",
        "auth/user/",
    ):
        assert axe_of(f"{site}/quan-tri/{path}", cookies=cookies) == [], path
