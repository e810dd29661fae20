"""One story's life, from the author's first word to the address that answers 410."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from news.models import Article, Section
from news.text import local
from portal.models import SiteIdentity
from portal.roles import AUTHOR, EDITOR
from tests.browser.conftest import Watched, let_in, make_official
from tests.browser.test_pictures import DROP, sent
from tests.factories import make_section, picture_bytes

WORD = (
    '<p class=MsoNormal style="margin-left:1cm"><b><span style="font-size:14pt;font-family:Arial">'
    "Hội nghị thống nhất ba việc.</span></b><o:p></o:p></p>"
)
PASTE = """(html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "Hội nghị thống nhất ba việc.");
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def section(site: str) -> Section:
    SiteIdentity(level="Phường", name="Bình Minh", source_mark="WEBBINHMINH").save()
    return make_section(name="Hoạt động")


@pytest.fixture
def people(browser: Browser, site: str, section: Section) -> Iterator[dict[str, Page]]:
    """The desk, opened by an author and by an editor, each in a browser of their own; all is watched."""
    pages, watches = {}, []
    for name, role in (("tacgia", AUTHOR), ("bientap", EDITOR)):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        watches.append(Watched(page, site))
        official = make_official(role, name, email=f"{name}@example.vn")
        pages[name] = let_in(page, site, official)
    yield pages
    for page in pages.values():
        page.context.close()
    assert [complaint for watch in watches for complaint in watch.complaints] == []


def press(page: Page, name: str | re.Pattern[str]) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()
    expect(page.locator(".messagelist").first).to_be_visible()


def everywhere(site: str, article: Article) -> dict[str, bool]:
    """On which public pages the story is, each as a new reader gets it."""
    from django.test import Client

    address = article.get_absolute_url()
    paths = (
        "/",
        article.section.get_absolute_url(),
        "/rss.xml",
        "/sitemap-news.xml",
        "/tim-kiem/?q=so+ket",
    )
    found = {path: address in Client().get(path).content.decode() for path in paths}
    return found | {"itself": Client().get(address).status_code == 200}


def test_the_life_of_a_story(people: dict[str, Page], site: str, section: Section) -> None:
    author, editor = people["tacgia"], people["bientap"]

    # The author writes, pastes from Word, drops a picture and passes over its description.
    author.get_by_role("link", name="Viết tin mới").first.click()
    author.locator("[name=title]").fill("Hội nghị sơ kết quý một")
    author.locator("[name=section]").select_option(label="Hoạt động")
    author.locator("[name=lead]").fill("Sáng nay, phường tổ chức hội nghị.")
    author.locator(".cke_wysiwyg_frame").wait_for()
    frame = author.locator(".cke_wysiwyg_frame").element_handle().content_frame()
    assert frame
    frame.locator("body").click()
    frame.evaluate(PASTE, WORD)
    expect(frame.locator("body")).to_contain_text("Hội nghị thống nhất ba việc.")
    frame.evaluate(DROP, ["p", [sent("hoi-truong.jpg", picture_bytes(1200, 800))]])
    dialog = author.locator(".cke_dialog:visible")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name=re.compile("Bỏ qua|Cancel|Huỷ|Hủy")).click()
    expect(dialog).to_have_count(0)
    with author.expect_navigation():
        author.keyboard.press("Control+s")
    expect(author.locator(".messagelist").first).to_contain_text("Đã lưu bản nháp.")
    article = Article.objects.get()
    assert "MsoNormal" not in article.body and "<strong>" in article.body
    assert article.body.count("<img") == 1

    # Told of the missing description, the author submits all the same; the editor is notified.
    expect(author.locator(".proof-remark").filter(has_text="Ảnh thứ 1")).to_be_visible()
    author.locator("[name=note]").fill("Nhờ anh chị xem giúp.")
    press(author, "Gửi duyệt")
    assert Article.objects.get().stage == "submitted"
    call_command("tick")
    assert [message.to for message in mail.outbox] == [["bientap@example.vn"]]
    editor.goto(f"{site}/quan-tri/")
    expect(editor.get_by_role("link", name=re.compile(r"Thông báo \(1"))).to_be_visible()
    editor.locator(".waiting").get_by_role("link", name="Hội nghị sơ kết quý một").click()
    expect(editor.locator(".desk-note").first).to_contain_text("Nhờ anh chị xem giúp.")

    # Publishing is refused for the picture; the editor returns the story with a note.
    press(editor, re.compile("^Xuất bản$"))
    expect(editor.locator(".messagelist .error")).to_contain_text("mô tả")
    assert Article.objects.get().status == "draft"
    editor.locator("[name=note]").fill("Ảnh chưa có mô tả.")
    press(editor, "Trả lại…")
    author.goto(f"{site}/quan-tri/")
    author.locator(".waiting").get_by_role("link", name="Hội nghị sơ kết quý một").click()
    expect(author.locator(".desk-note").first).to_contain_text("Ảnh chưa có mô tả.")

    # The author mends it and submits again.
    author.locator(".cke_wysiwyg_frame").wait_for()
    author.locator(".proof-remark").filter(has_text="Ảnh thứ 1").get_by_role(
        "button", name="Đến chỗ này"
    ).click()
    author.evaluate("CKEDITOR.instances.id_body.widgets.focused.edit()")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Mô tả ảnh", exact=False).fill("Toàn cảnh hội trường")
    dialog.get_by_role("button", name="OK").or_(dialog.get_by_role("button", name="Đồng ý")).click()
    press(author, "Gửi duyệt")

    # The editor publishes for two minutes ahead; the story is nowhere earlier and then everywhere, by itself.
    editor.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")
    when = local(timezone.now() + dt.timedelta(minutes=2))
    editor.locator("[name=published_at_0]").fill(f"{when:%d/%m/%Y}")
    editor.locator("[name=published_at_1]").fill(f"{when:%H:%M:%S}")
    press(editor, re.compile("^Xuất bản$"))
    expect(editor.locator(".messagelist").first).to_contain_text("Tin sẽ tự hiện ra lúc")
    article = Article.objects.get()
    assert article.is_scheduled
    assert not any(everywhere(site, article).values())
    with time_machine.travel(when + dt.timedelta(seconds=-2)):
        assert not any(everywhere(site, article).values())
    with time_machine.travel(when + dt.timedelta(seconds=1)):
        assert all(everywhere(site, article).values()), everywhere(site, article)
        corrected_restored_and_withdrawn(author, editor, site, article)


def corrected_restored_and_withdrawn(
    author: Page, editor: Page, site: str, article: Article
) -> None:
    # Changed while public, through a working copy that readers do not see until it is published.
    public = editor.context.new_page()
    author.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")
    author.locator("[name=title]").fill("Hội nghị sơ kết quý một năm nay")
    press(author, "Lưu bản sửa")
    public.goto(f"{site}{article.get_absolute_url()}")
    expect(public.get_by_role("heading", level=1)).to_have_text("Hội nghị sơ kết quý một")
    press(author, "Gửi duyệt")
    editor.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")
    press(editor, "Xuất bản thay đổi")
    public.reload()
    expect(public.get_by_role("heading", level=1)).to_have_text("Hội nghị sơ kết quý một năm nay")

    # Restored: an old version becomes the newest, and is published by the second person.
    old = article.revisions.filter(content__title="Hội nghị sơ kết quý một").first()
    assert old
    author.goto(f"{site}/quan-tri/news/article/{article.pk}/phien-ban/{old.number}/lay-lai/")
    author.locator("#content-main, #content").get_by_role("button").first.click()
    expect(author.locator(".messagelist").first).to_be_visible()
    assert Article.objects.get().newest.title == "Hội nghị sơ kết quý một"
    author.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")
    press(author, "Gửi duyệt")
    editor.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")
    press(editor, "Xuất bản thay đổi")
    public.reload()
    expect(public.get_by_role("heading", level=1)).to_have_text("Hội nghị sơ kết quý một")
    assert not article.steps.filter(alone=True).exists()

    # Withdrawn: its address says so.
    editor.goto(f"{site}/quan-tri/news/article/{article.pk}/change/")
    editor.get_by_role("link", name="Thu hồi…").click()
    editor.locator("[name=reason]").fill("Sai số liệu")
    editor.get_by_role("button", name="Thu hồi tin này").click()
    answer = public.goto(f"{site}{article.get_absolute_url()}")
    assert answer and answer.status == 410
    expect(public.locator("main")).to_contain_text("Sai số liệu")
    assert not any(everywhere(site, Article.objects.get()).values())


def test_the_form_tried_out_stands_in_a_frame_of_each_width(
    people: dict[str, Page], site: str, section: Section
) -> None:
    author = people["tacgia"]
    author.goto(f"{site}/quan-tri/news/article/add/")
    author.locator("[name=title]").fill("Chưa lưu bao giờ")
    author.locator(".cke_wysiwyg_frame").wait_for()
    author.get_by_role("button", name="Xem thử").click()
    dialog = author.get_by_role("dialog", name="Xem thử trang")

    expect(dialog.frame_locator("iframe").get_by_role("heading", level=1)).to_have_text(
        "Chưa lưu bao giờ"
    )
    for width in ("360", "1280"):
        dialog.get_by_role("button", name=width).click()
        assert dialog.locator("iframe").evaluate("e => e.contentWindow.innerWidth") == int(width)
    dialog.get_by_role("button", name="Đóng").click()
    expect(author.get_by_role("button", name="Xem thử")).to_be_focused()
    assert not Article.objects.exists()


def test_tags_and_related_stories_are_chosen_by_keyboard(
    people: dict[str, Page], site: str, section: Section
) -> None:
    from news.models import Tag
    from tests.factories import make_article

    Tag.objects.create(name="Đô thị")
    near = make_article(title="Hội nghị sơ kết quy chế phối hợp")
    author = people["tacgia"]
    author.goto(f"{site}/quan-tri/news/article/add/")
    author.locator("[name=title]").fill("Sơ kết quy chế")
    author.locator("[name=section]").select_option(label="Hoạt động")
    author.locator("[name=lead]").fill("Sáng nay.")
    author.get_by_text("Xếp vào", exact=True).click()
    tags = author.get_by_role("combobox", name="Thẻ")
    tags.press_sequentially("do t")
    expect(author.get_by_role("option", name="Đô thị")).to_be_visible()
    tags.press("ArrowDown")
    tags.press("Enter")
    expect(tags).to_have_value("Đô thị, ")
    author.get_by_role("button", name="Gợi ý tin liên quan").click()
    author.get_by_role("button", name="Thêm tin liên quan: Hội nghị sơ kết").press("Enter")
    press(author, "Lưu nháp")

    article = Article.objects.get(status="draft")
    assert [tag.name for tag in article.tags.all()] == ["Đô thị"]
    assert list(article.related.all()) == [near]


def test_axe_finds_nothing_on_the_desk_s_own_pages(
    people: dict[str, Page], site: str, section: Section, axe_of: Any
) -> None:
    from django.contrib.auth.models import User as Account

    from tests.factories import make_article, make_comment

    story = make_article(status="draft", created_by=Account.objects.get(username="tacgia"))
    story.submit(by=Account.objects.get(username="tacgia"))
    make_comment(article=make_article(published_at=timezone.now() + dt.timedelta(hours=1)))
    make_article()
    cookies = people["bientap"].context.cookies()
    for path in ("", "news/article/lich/", "news/article/bao-cao/", "news/tag/", "news/unit/add/"):
        found = axe_of(
            f"{site}/quan-tri/{path}",
            cookies=cookies,
            width=(1280, 360),
            schemes=("paper", "dark"),
        )
        assert found == [], path
