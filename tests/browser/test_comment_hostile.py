"""What is sent to do harm is shown as the text it is: nothing executes, and no line but its own looks different."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, Page, expect

from comments.forms import CommentForm
from comments.models import Answer, Comment, Policy
from comments.private_links import private_address
from news.models import Article
from portal.roles import MODERATOR
from tests.browser.conftest import Watched, let_in, make_official
from tests.browser.test_commenting import fill_person
from tests.factories import make_article, make_comment

SCRIPTS = [
    "<script>window.hit=1;alert(1)</script>",
    '<img src=x onerror="window.hit=1;alert(1)">',
    "\"><svg onload='window.hit=1;alert(1)'>",
    "' autofocus onfocus='window.hit=1;alert(1)' x='",
    "</textarea></template></title><script>window.hit=1</script>",
    'javascript:window.hit=1 <a href="javascript:window.hit=1">bấm</a>',
    "{{ 7|add:7 }}{% load x %}${window.hit=1}<!-- --><![CDATA[ ]]>",
    '<iframe srcdoc="<script>parent.hit=1</script>"></iframe><base href=//evil.example/>',
    "</script><script>window.hit=1</script>\u2028window.hit=1//",
]
TRICKS = [
    "\u202e\u2066đảo ngược\u2069\u202c",
    "Z" + "\u0336\u0300\u0489" * 40 + "algo" + "\u0e49" * 40,
    "مرحبا (abc) שלום " * 8,
    "W" * 400,
    "\u3164\u200b\u00ada\u2800",
    "\ufdfd\U0001242b\u12031" * 12,
    "e\u0302\u0323" * 60,
    "\U000e0041\U000e007f\ufe0fA",
]
PAYLOADS = SCRIPTS + TRICKS

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def story(site: str) -> Article:
    Policy(replies_open=True).save()
    return make_article(title="Tin để góp ý")


class Harmless(Watched):
    """A page on which nothing may happen: no dialog, no error, no complaint of the policy, no foreign request."""

    def __init__(self, page: Page, site: str) -> None:
        super().__init__(page, site)
        self.page = page
        page.on("dialog", self.dismiss)

    def dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def check(self, where: str) -> None:
        self.page.wait_for_load_state("load")
        assert self.complaints == [], where
        assert self.page.evaluate("window.hit") is None, where
        assert self.page.evaluate(OVERFLOW) <= 0, where


@pytest.fixture
def harmless(page: Page, site: str) -> Iterator[Harmless]:
    page.set_viewport_size({"width": 360, "height": 800})
    yield Harmless(page, site)


def as_stored(words: str, field: str) -> str:
    """What the form would store of it; what it would refuse is stored as it is, which is worse."""
    kept = CommentForm({field: words})
    kept.is_valid()
    return kept.cleaned_data.get(field) or words.replace("\x00", "")


def make_hostile(article: Article, payload: str, **fields: Any) -> Comment:
    fields.setdefault("status", Comment.Status.APPROVED)
    return make_comment(
        article=article,
        name=as_stored(payload, "name")[:180],
        text=f"{as_stored(payload, 'text')}\nDòng sau.",
        **fields,
    )


def test_no_page_a_reader_can_open_executes_or_bursts(
    harmless: Harmless, site: str, story: Article
) -> None:
    comments = [make_hostile(story, payload) for payload in PAYLOADS]
    make_hostile(story, SCRIPTS[1], parent=comments[0])
    for comment, payload in zip(comments, PAYLOADS, strict=True):
        # The office's own words are plain text too.
        Answer.objects.create(
            comment=comment,
            text=as_stored(payload, "text"),
            unit=payload[:60],
            state=Answer.State.PUBLISHED,
            published_at=timezone.now(),
        )
    for payload in PAYLOADS[:6]:
        make_hostile(story, payload)
    page = harmless.page
    address = story.get_absolute_url()
    pages = [address, f"{address}?trang=2", f"{address}?thu-tu=cu-nhat", f"{address}ban-in/"]
    pages += ["/", "/rss.xml", f"/binh-luan/{story.pk}/y-kien.json"]
    for comment in comments:
        private = private_address(comment.pk)
        pages += [f"/binh-luan/bao-vi-pham/{comment.pk}/", private, f"{private}rut/"]
        pages.append(f"/binh-luan/{story.pk}/?tra-loi={comment.pk}")
    for path in pages:
        if path.endswith((".xml", ".json")):
            answer = page.request.get(f"{site}{path}")
            assert "html" not in answer.headers["content-type"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            continue
        page.goto(f"{site}{path}")
        harmless.check(path)
    page.goto(f"{site}{address}")
    page.get_by_role("button", name="Xem thêm ý kiến").click()
    expect(page.locator("[data-comment-list] > li")).to_have_count(len(PAYLOADS) + 6)
    harmless.check("more")
    shown = page.locator("[data-comment-list] > li [data-text]").all_inner_texts()
    assert any(SCRIPTS[0] in words for words in shown)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_sent_comes_back_as_text_in_the_dialog_and_on_the_plain_page(
    harmless: Harmless, site: str, story: Article, payload: str, settings: Any
) -> None:
    settings.COMMENT_LIMIT = 100
    page = harmless.page
    page.goto(f"{site}{story.get_absolute_url()}")
    page.get_by_label("Ý kiến của bạn").evaluate(
        "(e, v) => { e.value = v; }", f"{payload} xin chào"
    )
    page.get_by_role("button", name="Gửi bình luận").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=name]").evaluate("(e, v) => { e.value = v; }", f"{payload}"[:50] + " An")
    dialog.locator("[name=email]").fill("b@example.vn")
    dialog.locator("[name=consent]").check()
    dialog.locator("[name=remember]").check()
    dialog.get_by_role("button", name="Lưu thông tin").click()
    expect(page.locator("[data-thanks]")).to_be_visible()
    harmless.check("thanks of the dialog")
    page.reload()
    harmless.check("what was remembered")
    page.goto(f"{site}/binh-luan/{story.pk}/")
    page.locator("[name=text]").evaluate("(e, v) => { e.value = v; }", f"{payload} lần nữa")
    page.locator("[name=name]").evaluate("(e, v) => { e.value = v; }", payload)
    page.locator("[name=email]").evaluate("(e, v) => { e.value = v; }", payload)
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gửi bình luận")
    # The browser's word on the refusal.
    harmless.complaints = [said for said in harmless.complaints if "400" not in said]
    harmless.check("the plain page after a refusal")
    fill_person(page)
    page.get_by_role("button", name="Lưu thông tin").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cảm ơn bạn")
    harmless.check("thanks of the plain page")


def test_no_comment_changes_how_the_others_look(page: Page, site: str, story: Article) -> None:
    before = make_comment(article=story, text="Lời trước", status=Comment.Status.APPROVED)
    middle = make_comment(article=story, text="Lời giữa", status=Comment.Status.APPROVED)
    after = make_comment(article=story, text="Lời sau", status=Comment.Status.APPROVED)
    look = """ids => ids.map(id => {
        const item = document.getElementById(`y-kien-${id}`);
        const inner = item.querySelector('[data-text]');
        const range = document.createRange();
        range.selectNodeContents(inner);
        const { left, width, height } = item.getBoundingClientRect();
        const words = range.getBoundingClientRect();
        return [left, width, height, words.left - left, words.width, getComputedStyle(inner).direction];
    })"""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        Comment.objects.filter(pk=middle.pk).update(name="Nguyễn Văn A", text="Lời giữa")
        page.goto(f"{site}{story.get_absolute_url()}?thu-tu=cu-nhat")
        plain = page.evaluate(look, [before.pk, after.pk])
        above = page.locator(f"#y-kien-{before.pk}")
        drawn = above.screenshot()
        for payload in PAYLOADS:
            # Worse than what the form would let through.
            Comment.objects.filter(pk=middle.pk).update(name=payload[:180], text=payload)
            page.goto(f"{site}{story.get_absolute_url()}?thu-tu=cu-nhat&trang=1&q={hash(payload)}")
            assert page.evaluate(look, [before.pk, after.pk]) == plain, (width, payload)
            assert page.evaluate(OVERFLOW) <= 0, (width, payload)
            # Marks that pile up on a letter end below the comment above.
            assert above.screenshot() == drawn, (width, payload)


def test_the_desk_shows_it_as_text_too(browser: Browser, site: str, story: Article) -> None:
    moderator = make_official(MODERATOR, "kiem")
    waiting = [make_hostile(story, payload, status="pending") for payload in PAYLOADS]
    for payload in PAYLOADS:
        refused = make_hostile(story, payload, status="pending", signals=[["links", payload[:60]]])
        refused.refuse(by=moderator, seen=1, reason="other", note=payload.replace("\x00", "")[:500])
        waiting.append(refused)
    answered = []
    for number, payload in enumerate(PAYLOADS):
        make_hostile(story, payload, suspected=True, status="pending")
        question = make_hostile(story, payload, reports=3, answer_due=dt.date(2030, 1, 1))
        # A draft beside the public text, what waits for approval, what was returned: three faces of the page.
        for state in (("draft", "published"), ("submitted",), ("returned",))[number % 3]:
            answer = Answer.objects.create(
                comment=question,
                text=as_stored(payload, "text"),
                unit=payload[:60],
                state=state,
                published_at=timezone.now() if state == "published" else None,
            )
            answer.steps.create(verb="return", note=payload.replace("\x00", "")[:500], revision=1)
        answered.append(f"/quan-tri/comments/answer/y-kien/{question.pk}/")
    page = browser.new_page()
    harmless = Harmless(page, site)
    queue = "/quan-tri/comments/comment/"
    let_in(page, site, moderator, queue)
    expect(page.locator("body")).to_contain_text("Dòng sau.")
    states = ("pending", "suspected", "reported", "refused", "approved", "all")
    pages = [f"{queue}?status={state}" for state in states]
    pages += [f"{queue}{comment.pk}/change/" for comment in waiting]
    pages += ["/quan-tri/comments/decision/", "/quan-tri/", *answered]
    pages += ["/quan-tri/comments/answer/", "/quan-tri/comments/answer/cau-hoi/"]
    for path in pages:
        page.goto(f"{site}{path}")
        harmless.check(path)
    page.close()
