"""At the form of a story: writing, and the copies of it that the browser keeps."""

from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from news.models import Article
from tests.factories import make_article

TITLE = "Cầu mới thông xe"
BODY = "Cầu dài trăm mét, rộng mười mét."


def form_of(article: Article) -> str:
    return f"/quan-tri/news/article/{article.pk}/change/"


def keeps(page: Page) -> None:
    """Wait until the form has begun to keep copies of itself."""
    page.locator("form[data-keeping]").wait_for()


def body_of(page: Page) -> Any:
    return page.frame_locator(".cke_wysiwyg_frame").locator("body")


def write(page: Page, site: str, title: str = TITLE, body: str = BODY) -> None:
    page.goto(f"{site}/quan-tri/news/article/add/")
    keeps(page)
    page.locator("[name=section]").select_option(label="Hoạt động")
    page.locator("[name=title]").fill(title)
    body_of(page).click()
    page.keyboard.type(body)


def kept(page: Page) -> None:
    expect(page.locator(".desk-kept")).to_contain_text("Đã giữ một bản trong trình duyệt này")


def no_copy(page: Page) -> None:
    """Nothing is kept in this browser for anybody."""
    page.wait_for_function("window.deskCopies")
    page.evaluate("deskCopies.tidied")
    assert page.evaluate("deskCopies.mine()") == []
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('desk-copy'))") == []


def draft(**fields: Any) -> Article:
    """A draft of the author who is signed in."""
    fields.setdefault("created_by", User.objects.get(username="tacgia"))
    return make_article(
        title=TITLE, status=Article.Status.DRAFT, body="<p>Cầu cũ hẹp.</p>", **fields
    )
