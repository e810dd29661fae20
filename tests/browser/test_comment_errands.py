"""What readers do around comments: read more, reply, report, look after their own, be forgotten."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from comments.models import Comment, Policy
from comments.private_links import private_address
from news.models import Article
from tests.browser.conftest import SCHEMES
from tests.browser.test_commenting import TEXT, fill_person, open_dialog
from tests.factories import make_article, make_comment, make_user


@pytest.fixture
def story(site: str) -> Article:
    return make_article(title="Tin để góp ý")


def make_many(story: Article, count: int) -> list[Comment]:
    """Public comments, each a minute newer than the one before."""
    start = timezone.now() - dt.timedelta(days=1)
    return [
        make_comment(
            article=story,
            text=f"Lời số {number}.\nDòng hai.",
            created_at=start + dt.timedelta(minutes=number),
            status=Comment.Status.APPROVED,
        )
        for number in range(count)
    ]


def numbers(page: Page) -> list[int]:
    words = " ".join(page.locator("[data-comment-list] > li [data-text]").all_inner_texts())
    return [int(number) for number in re.findall(r"Lời số (\d+)\.", words)]


def send(page: Page, site: str, story: Article) -> None:
    open_dialog(page, site, story)
    fill_person(page)
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.locator("[data-thanks]")).to_be_visible()


# --- reading more ------------------------------------------------------------------------------------


def test_more_comments_come_under_those_there_are_and_take_the_focus(
    watched: Page, site: str, story: Article
) -> None:
    Policy(replies_open=True).save()
    comments = make_many(story, 45)
    make_comment(article=story, parent=comments[10], text="Lời đáp", status=Comment.Status.APPROVED)
    watched.goto(f"{site}{story.get_absolute_url()}")
    expect(watched.locator(".comments .paging")).to_be_hidden()
    more = watched.get_by_role("button", name="Xem thêm ý kiến")
    more.click()
    said = watched.locator("[data-more-comments] [role=status]")
    expect(said).to_have_text("Đã thêm 20 ý kiến.")
    expect(watched.locator(f"#y-kien-{comments[24].pk}")).to_be_focused()
    more.click()
    expect(said).to_have_text("Đã thêm 5 ý kiến. Đó là tất cả.")
    expect(more).to_be_hidden()
    assert numbers(watched) == list(range(44, -1, -1))
    added = watched.locator(f"#y-kien-{comments[10].pk}")
    expect(added.locator(".replies")).to_contain_text("Lời đáp")
    expect(added.get_by_role("link", name="Trả lời")).to_have_attribute(
        "href", re.compile(rf"\?tra-loi={comments[10].pk}$")
    )
    expect(watched.locator(".comments .replies")).to_have_count(1)


def test_what_came_from_the_server_and_what_was_added_look_the_same(
    page: Page, site: str, story: Article
) -> None:
    comments = make_many(story, 22)
    page.goto(f"{site}{story.get_absolute_url()}?trang=2")
    inner = f"document.getElementById('y-kien-{comments[0].pk}').innerHTML.replace(/\\s+/g, ' ')"
    from_server = page.evaluate(inner)
    page.goto(f"{site}{story.get_absolute_url()}")
    page.get_by_role("button", name="Xem thêm ý kiến").click()
    expect(page.locator(f"#y-kien-{comments[0].pk}")).to_be_visible()
    assert page.evaluate(inner) == from_server


def test_a_comment_approved_meanwhile_is_not_shown_twice(
    page: Page, site: str, story: Article
) -> None:
    make_many(story, 25)
    waiting = make_comment(article=story, text="Vừa duyệt")
    page.goto(f"{site}{story.get_absolute_url()}")
    waiting.approve(by=make_user("comments.decide_comment"), seen=1)
    page.get_by_role("button", name="Xem thêm ý kiến").click()
    expect(page.locator("[data-more-comments] [role=status]")).to_contain_text("Đã thêm 5")
    assert numbers(page) == list(range(24, -1, -1))


def test_a_lost_network_is_said_and_more_can_be_asked_for_again(
    page: Page, site: str, story: Article
) -> None:
    make_many(story, 21)
    page.goto(f"{site}{story.get_absolute_url()}")
    page.context.set_offline(True)
    more = page.get_by_role("button", name="Xem thêm ý kiến")
    more.click()
    said = page.locator("[data-more-comments] [role=status]")
    expect(said).to_contain_text("Chưa tải được")
    page.context.set_offline(False)
    more.click()
    expect(said).to_contain_text("Đã thêm 1 ý kiến")


def test_without_javascript_pages_and_order_are_links(
    browser: Browser, site: str, story: Article
) -> None:
    make_many(story, 25)
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{site}{story.get_absolute_url()}")
    expect(page.get_by_role("button", name="Xem thêm ý kiến")).to_be_hidden()
    page.get_by_role("link", name="Cũ nhất").click()
    assert numbers(page) == list(range(20))
    page.get_by_role("link", name="Trang sau").click()
    assert numbers(page) == list(range(20, 25))
    expect(page.get_by_role("link", name="Cũ nhất")).to_have_attribute("aria-current", "true")
    page.close()


# --- replying and reporting --------------------------------------------------------------------------


def test_a_reply_is_written_on_a_page_that_quotes_and_shown_under_its_comment(
    watched: Page, site: str, story: Article
) -> None:
    Policy(replies_open=True).save()
    asked = make_many(story, 1)[0]
    watched.goto(f"{site}{story.get_absolute_url()}")
    watched.get_by_role("link", name="Trả lời Nguyễn Văn A").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Trả lời ý kiến")
    expect(watched.locator(".quoted")).to_contain_text("Lời số 0.")
    watched.get_by_label("Trả lời của bạn").fill("Tôi cũng thấy vậy.")
    fill_person(watched)
    watched.get_by_role("button", name="Lưu thông tin").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Cảm ơn bạn")
    reply = Comment.objects.get(parent=asked)
    reply.approve(by=make_user("comments.decide_comment"), seen=reply.revision)
    watched.get_by_role("link", name="Về trang tin").click()
    under = watched.locator(f"#y-kien-{asked.pk}").get_by_role("list")
    expect(under.get_by_role("listitem")).to_contain_text("Tôi cũng thấy vậy.")
    expect(watched.get_by_role("heading", name="Ý kiến bạn đọc (2)")).to_be_visible()


def test_a_comment_is_reported_without_an_account_and_without_javascript(
    browser: Browser, site: str, story: Article
) -> None:
    comment = make_many(story, 1)[0]
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{site}{story.get_absolute_url()}")
    page.get_by_role("link", name="Báo vi phạm").click()
    page.get_by_label("Lời lẽ xúc phạm").check()
    page.get_by_role("button", name="Gửi báo vi phạm").click()
    expect(page.get_by_role("status").first).to_contain_text("Cảm ơn bạn.")
    page.get_by_role("link", name="Về trang tin").click()
    expect(page.locator(f"#y-kien-{comment.pk}")).to_be_visible()
    comment.refresh_from_db()
    assert (comment.reports, comment.status) == (1, "approved")
    page.close()


# --- one's own comment -------------------------------------------------------------------------------


def test_the_sender_follows_the_private_link_and_takes_the_comment_back(
    watched: Page, site: str, story: Article
) -> None:
    send(watched, site, story)
    comment = Comment.objects.get()
    comment.approve(by=make_user("comments.decide_comment"), seen=1)
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
    watched.get_by_role("button", name="Chép đường dẫn riêng").click()
    expect(watched.locator(".comments [data-share-said]")).to_have_text("Đã chép địa chỉ.")
    copied = watched.evaluate("navigator.clipboard.readText()")
    assert copied == f"{site}{private_address(comment.pk)}"
    watched.get_by_role("link", name="đường dẫn riêng của bạn").click()
    expect(watched.locator("main")).to_contain_text("đã được duyệt")
    expect(watched.locator(".quoted")).to_contain_text("sớm được triển khai")
    assert "b@example.vn" not in watched.content()
    watched.get_by_role("link", name="Xem ý kiến trên trang").click()
    expect(watched.locator(f"#y-kien-{comment.pk}")).to_be_visible()
    watched.go_back()
    watched.get_by_role("link", name="Rút ý kiến").click()
    watched.get_by_role("link", name="Giữ ý kiến").click()
    watched.get_by_role("link", name="Rút ý kiến").click()
    watched.get_by_role("button", name="Rút ý kiến này").click()
    expect(watched.locator("main")).to_contain_text("Bạn đã rút ý kiến này")
    watched.goto(f"{site}{story.get_absolute_url()}")
    expect(watched.get_by_role("heading", name="Ý kiến bạn đọc (0)")).to_be_visible()


def test_without_javascript_the_thanks_lead_to_the_private_page(
    browser: Browser, site: str, story: Article
) -> None:
    page = browser.new_page(java_script_enabled=False)
    open_dialog(page, site, story)
    fill_person(page)
    page.get_by_role("button", name="Lưu thông tin").click()
    page.get_by_role("link", name="đường dẫn riêng của bạn").click()
    expect(page.locator("main")).to_contain_text("đang chờ duyệt")
    page.get_by_role("link", name="Rút ý kiến").click()
    page.get_by_role("button", name="Rút ý kiến này").click()
    assert Comment.objects.get().status == "withdrawn"
    page.close()


def test_the_link_from_the_mail_asks_and_a_button_confirms(
    watched: Page, site: str, story: Article
) -> None:
    comment = make_comment(article=story, status="approved", notify="asked")
    watched.goto(f"{site}{private_address(comment.pk, by_mail=True)}")
    assert Comment.objects.get().notify == "asked"
    watched.get_by_role("button", name="Báo cho tôi khi có trả lời").click()
    expect(watched.locator("main")).to_contain_text("Bạn sẽ nhận được thư khi cơ quan trả lời.")
    assert Comment.objects.get().notify == "confirmed"
    watched.get_by_role("button", name="Không cần báo nữa").click()
    expect(watched.locator("main")).not_to_contain_text("thư khi cơ quan trả lời")
    assert Comment.objects.get().notify == "no"


def test_the_private_address_is_named_to_no_page_it_leads_to(
    page: Page, site: str, story: Article
) -> None:
    comment = make_comment(article=story)
    page.goto(f"{site}{private_address(comment.pk)}")
    with page.expect_request(lambda request: request.is_navigation_request()) as asked:
        page.get_by_role("link", name=story.title).click()
    assert "referer" not in asked.value.all_headers()


# --- being forgotten -----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["section", "dialog"])
def test_what_the_browser_remembers_can_be_forgotten(
    watched: Page, site: str, story: Article, place: str
) -> None:
    watched.goto(f"{site}{story.get_absolute_url()}")
    expect(watched.locator("[data-forget]").first).to_be_hidden()
    watched.evaluate(
        """localStorage.setItem('reader', JSON.stringify({
          name: 'Trần Thị B',
          email: 'b@example.vn',
          links: [{ address: '/binh-luan/cua-ban/x/', title: 'Tin', sent: 'hôm qua' }, { address: 'javascript:1' }, 7],
        }))"""
    )
    watched.reload()
    dialog = watched.get_by_role("dialog")
    if place == "dialog":
        open_dialog(watched, site, story)
        expect(dialog.get_by_label("Họ và tên")).to_have_value("Trần Thị B")
    else:
        expect(watched.locator(".comments")).to_contain_text("Máy này đang nhớ")
    expect(watched.locator("[data-own]")).to_contain_text("Ý kiến bạn đã gửi từ máy này (1)")
    inside = dialog if place == "dialog" else watched.locator(".comments")
    inside.get_by_role("button", name="Xoá thông tin đã lưu").click()
    said = inside.get_by_text("Đã xoá thông tin đã lưu trên máy này.")
    expect(said).to_be_visible()
    expect(said).to_be_focused()
    assert watched.evaluate("localStorage.getItem('reader')") is None
    expect(watched.locator("[data-own]")).to_be_hidden()
    if place == "section":
        open_dialog(watched, site, story)
    expect(dialog.get_by_label("Họ và tên")).to_have_value("")
    expect(dialog.get_by_label("Thư điện tử", exact=False).first).to_have_value("")
    expect(watched.get_by_label("Ý kiến của bạn")).to_have_value(TEXT)


# --- for everybody -------------------------------------------------------------------------------------


def remember_something(page: Page) -> None:
    page.evaluate(
        """localStorage.setItem('reader', JSON.stringify({
          name: 'An', links: [{ address: '/x/', title: 'Một tin', sent: '2026-11-28T08:00:00Z' }],
        }))"""
    )
    page.reload()
    page.get_by_text("Ý kiến bạn đã gửi từ máy này").click()


def send_plainly(page: Page) -> None:
    """The form without the dialog, with a mistyped address that is asked about on the way."""
    page.locator("[name=text]").fill(TEXT)
    page.locator("[name=name]").fill("Trần Thị B")
    page.locator("[name=email]").fill("b@gmial.com")
    expect(page.get_by_role("button", name="b@gmail.com")).to_be_visible()
    page.locator("[name=consent]").check()
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cảm ơn bạn")


def test_axe_finds_nothing_on_the_pages_around_comments(
    site: str, story: Article, axe_of: Callable[..., list[str]]
) -> None:
    Policy(replies_open=True).save()
    comments = make_many(story, 21)
    make_comment(article=story, parent=comments[20], status=Comment.Status.APPROVED)
    asked = make_comment(article=story, notify="asked")
    write = f"/binh-luan/{story.pk}/?tra-loi={comments[0].pk}"
    private = private_address(asked.pk, by_mail=True)
    address = f"{site}{story.get_absolute_url()}"
    found: list[Any] = axe_of(address, prepare=remember_something, schemes=SCHEMES, width=320)
    found += axe_of(f"{site}{write}", prepare=send_plainly, schemes=SCHEMES, width=320)
    for path in (write, f"/binh-luan/bao-vi-pham/{comments[0].pk}/", private, f"{private}rut/"):
        found += axe_of(f"{site}{path}", schemes=SCHEMES, width=320)
    assert found == []
