"""A moderator writes for the office, a colleague publishes, the reader sees it and is written to."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from comments.models import Answer, Comment
from news.models import OutboxMessage, StaffProfile, Unit
from portal.roles import EDITOR, MODERATOR
from tests.browser.conftest import cookies_of, let_in, make_official
from tests.browser.writing import keeps, kept, no_copy
from tests.factories import make_article, make_comment, make_user

WORDS = "Chào bạn,\n\nphường sẽ mở thêm lối đi trong tháng tới."


@pytest.fixture
def question(site: str) -> Comment:
    comment = make_comment(
        article=make_article(title="Tin để hỏi"),
        status=Comment.Status.APPROVED,
        name="Trần Thị B",
        text="Bao giờ có lối đi cho người khuyết tật?",
        email="b@example.vn",
        notify=Comment.Notify.CONFIRMED,
    )
    comment.mark_question(by=make_user("comments.decide_comment"), seen=comment.revision)
    return comment


def desk_of(browser: Browser, site: str, role: str, unit: str = "") -> Page:
    user = make_official(role, username=f"nguoi-{role}")
    if unit:
        StaffProfile.objects.create(user=user, unit=Unit.objects.create(name=unit))
    return let_in(browser.new_page(), site, user)


def test_an_official_answer_goes_from_the_moderator_by_a_colleague_to_the_reader(
    watched: Page, site: str, question: Comment, browser: Browser
) -> None:
    desk = desk_of(browser, site, MODERATOR, unit="Phòng Quản lý đô thị")
    desk.get_by_role("link", name="1 câu hỏi chưa trả lời").click()
    expect(desk.get_by_text("còn 15 ngày làm việc")).to_be_visible()
    desk.get_by_role("link", name="Trả lời", exact=True).click()
    desk.get_by_label("Câu trả lời").fill(WORDS)
    desk.get_by_role("button", name="Xem trước").click()
    expect(desk.locator(".answer")).to_contain_text("Phòng Quản lý đô thị")
    desk.get_by_role("button", name="Gửi duyệt").click()
    expect(desk.locator(".messagelist")).to_contain_text("Đã gửi duyệt")
    expect(desk.get_by_role("button", name="Đăng trả lời")).to_have_count(0)
    desk.close()
    watched.goto(f"{site}{question.article.get_absolute_url()}")
    expect(watched.locator(".answer")).to_have_count(0)

    colleague = desk_of(browser, site, EDITOR)
    colleague.get_by_role("link", name="1 trả lời chờ đăng").click()
    colleague.locator("#result_list a").first.click()
    expect(colleague.get_by_label("Tôi tự đăng", exact=False)).to_have_count(0)
    colleague.get_by_role("button", name="Đăng trả lời").click()
    expect(colleague.locator(".messagelist")).to_contain_text("Đã đăng trả lời")
    colleague.close()

    watched.reload()
    answer = watched.locator(f"#y-kien-{question.pk} .answer")
    expect(answer).to_contain_text("Trả lời của cơ quan")
    expect(answer).to_contain_text("Phòng Quản lý đô thị")
    expect(answer).to_contain_text("phường sẽ mở thêm lối đi")
    mail = OutboxMessage.objects.get()
    assert mail.recipient == "b@example.vn"
    assert "phường sẽ mở thêm lối đi" in mail.body
    assert "b@example.vn" not in watched.content()
    assert not Comment.objects.unanswered().exists()


def test_an_answer_that_was_not_sent_is_offered_again_and_forgotten_once_it_is_saved(
    page: Page, site: str, question: Comment
) -> None:
    path = f"/quan-tri/comments/answer/y-kien/{question.pk}/"
    let_in(page, site, make_official(MODERATOR, "kiem-duyet"), path)
    keeps(page)
    page.get_by_label("Câu trả lời").fill("Lời đang viết dở")
    kept(page)
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    keeps(page)
    page.get_by_role("button", name="Lấy lại bản viết dở").click()
    expect(page.get_by_label("Câu trả lời")).to_have_value("Lời đang viết dở")
    page.get_by_role("button", name="Lưu bản nháp").click()
    expect(page.locator(".messagelist")).to_contain_text("Đã lưu bản nháp")
    assert Answer.objects.get().text == "Lời đang viết dở"
    no_copy(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_desk_s_pages_of_answers_are_accessible(
    site: str,
    question: Comment,
    axe_of: Callable[..., list[str]],
    width: int,
) -> None:
    cookies = cookies_of(make_official(EDITOR, username="bien-tap"), site)
    write = f"/quan-tri/comments/answer/y-kien/{question.pk}/"
    questions = "/quan-tri/comments/answer/cau-hoi/"

    def looks(*addresses: str) -> list[str]:
        return [
            complaint
            for address in addresses
            for complaint in axe_of(f"{site}{address}", cookies=cookies, width=width)
        ]

    assert looks(questions, write) == []
    by = make_user("comments.answer_comment", "comments.publish_answer")
    answer = Answer.begin(question, WORDS, by=by)
    answer.submit(by=by, seen=1)
    assert looks(questions, write, "/quan-tri/comments/answer/") == []
    answer.publish(by=make_user(superuser=True), seen=2)
    assert looks(questions, write, f"{write}?sua=1") == []


def test_the_public_answer_is_accessible_in_every_scheme(
    site: str, question: Comment, axe_of: Callable[..., list[str]]
) -> None:
    by = make_user("comments.answer_comment")
    answer = Answer.begin(question, WORDS, by=by)
    answer.submit(by=by, seen=1)
    answer.publish(by=make_user(superuser=True), seen=2)
    address = f"{site}{question.article.get_absolute_url()}"
    assert axe_of(address, schemes=("paper", "sepia", "dark", "contrast")) == []


def test_in_a_flood_the_browser_works_for_its_comment_while_the_reader_writes(
    watched: Page, site: str, question: Comment, settings: Any
) -> None:
    settings.COMMENT_FLOOD = 0
    watched.goto(f"{site}{question.article.get_absolute_url()}")
    watched.get_by_label("Ý kiến của bạn").fill("Rất mong sớm có câu trả lời.")
    watched.get_by_role("button", name="Gửi bình luận").click()
    dialog = watched.get_by_role("dialog")
    dialog.locator("[name=name]").fill("Lê Văn C")
    dialog.locator("[name=email]").fill("c@example.vn")
    dialog.locator("[name=consent]").check()
    dialog.get_by_role("button", name="Lưu thông tin").click()
    expect(watched.locator("[data-thanks]")).to_be_visible()
    comment = Comment.objects.get(name="Lê Văn C")
    assert "no_proof" not in [code for code, _ in comment.signals]


def test_in_a_flood_the_form_on_a_page_of_its_own_works_too(
    watched: Page, site: str, question: Comment, settings: Any
) -> None:
    settings.COMMENT_FLOOD = 0
    watched.goto(f"{site}/binh-luan/{question.article.pk}/")
    watched.locator("[name=text]").fill("Rất mong sớm có câu trả lời.")
    watched.locator("[name=name]").fill("Lê Văn C")
    watched.locator("[name=email]").fill("c@example.vn")
    watched.locator("[name=consent]").check()
    watched.get_by_role("button", name="Lưu thông tin").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Cảm ơn bạn")
    comment = Comment.objects.get(name="Lê Văn C")
    assert "no_proof" not in [code for code, _ in comment.signals]


def test_the_page_answers_at_once_while_a_proof_is_sought(
    watched: Page, site: str, question: Comment, settings: Any
) -> None:
    settings.COMMENT_FLOOD = 0
    watched.goto(f"{site}{question.article.get_absolute_url()}")
    longest = watched.evaluate(
        """async ({ address, module }) => {
          const { solve } = await import(module);
          const { work } = await (await fetch(address)).json();
          let longest = 0, last = performance.now(), running = true;
          const tick = () => {
            longest = Math.max(longest, performance.now() - last);
            last = performance.now();
            if (running) setTimeout(tick, 0);
          };
          tick();
          const proof = await solve(work);
          running = false;
          return proof ? longest : -1;
        }""",
        {
            "address": f"/binh-luan/{question.article.pk}/ve/",
            "module": f"{site}/static/js/proof.js",
        },
    )
    # A frozen page would stand still for the whole of it, some hundred times as long as one step.
    assert 0 <= longest < 400
