"""Text that is being written survives: a lost session, a killed browser, a broken server, a colleague."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from news.models import Article, Section
from portal.accounts.sessions import DeskSession
from portal.models import TextPage
from portal.roles import AUTHOR, EDITOR
from tests.browser.conftest import PASSWORD, QUIET, Watched, let_in, make_official
from tests.browser.writing import BODY, TITLE, body_of, draft, form_of, keeps, kept, no_copy, write
from tests.factories import make_attachment, make_photo, make_section, make_user
from tests.tools.desk import send_sign_in
from tests.tools.find_chromium import find_chromium


@pytest.fixture
def section(site: str) -> Section:
    return make_section(name="Hoạt động")


def sign_in(page: Page, username: str) -> None:
    send_sign_in(page, username, PASSWORD)


@pytest.fixture
def desk(page: Page, site: str, section: Section) -> Page:
    """The desk, opened by an author."""
    return let_in(page, site, make_official(AUTHOR, "tacgia"))


# --- The session ------------------------------------------------------------------------------------


def test_a_session_that_ended_is_said_and_saving_works_after_signing_in_in_another_page(
    desk: Page, site: str
) -> None:
    write(desk, site)
    DeskSession.objects.all().delete()
    desk.get_by_role("button", name="Lưu nháp").click()
    alarm = desk.get_by_role("alert")
    expect(alarm).to_contain_text("Phiên làm việc đã kết thúc")
    expect(alarm.get_by_role("link", name="Đăng nhập lại")).to_be_focused()
    with desk.context.expect_page() as opened:
        desk.keyboard.press("Enter")
    sign_in(opened.value, "tacgia")
    expect(opened.value.get_by_role("button", name="Thoát")).to_be_visible()
    opened.value.close()
    desk.bring_to_front()
    desk.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(alarm).to_contain_text("Bạn có thể lưu")
    assert not Article.objects.exists()
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.locator(".messagelist")).to_contain_text("Đã lưu")
    assert BODY in Article.objects.get().body
    no_copy(desk)


def test_a_save_that_met_the_login_finds_the_text_again_in_the_form(desk: Page, site: str) -> None:
    write(desk, site)
    # The session ends between the form's look and its sending.
    desk.evaluate("deskPresence.check = async () => 'fine'")
    DeskSession.objects.all().delete()
    desk.get_by_role("button", name="Lưu nháp").click()
    sign_in(desk, "tacgia")
    keeps(desk)
    expect(desk.locator("[data-copies]")).to_contain_text("chưa xác nhận lần bấm lưu")
    expect(desk.locator("[name=title]")).to_have_value(TITLE)
    expect(body_of(desk)).to_contain_text(BODY)
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.locator(".messagelist")).to_contain_text("Đã lưu")
    assert BODY in Article.objects.get().body
    no_copy(desk)


def test_another_account_in_the_same_browser_neither_saves_nor_is_offered_the_text(
    desk: Page, site: str
) -> None:
    write(desk, site)
    kept(desk)
    make_official(AUTHOR, "nguoikhac", first_name="Người khác")
    desk.context.clear_cookies()
    other = desk.context.new_page()
    other.goto(f"{site}/quan-tri/news/article/add/")
    sign_in(other, "nguoikhac")
    keeps(other)
    expect(other.locator("[data-copies]")).to_be_empty()
    desk.bring_to_front()
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.get_by_role("alert")).to_contain_text("tài khoản khác (Người khác)")
    assert not Article.objects.exists()
    other.close()


# --- Crashes ------------------------------------------------------------------------------------------


@contextmanager
def browser_of(playwright: Playwright, folder: Path) -> Iterator[BrowserContext]:
    context = playwright.chromium.launch_persistent_context(
        folder, executable_path=find_chromium(), args=QUIET
    )
    yield context
    context.close()


def kill_browser(folder: Path) -> None:
    """As a power cut would: no page is told."""
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = status.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if f"--user-data-dir={folder}" in words:
            os.kill(int(status.parent.name), signal.SIGKILL)


def test_a_killed_browser_offers_the_text_when_it_is_opened_again(
    playwright: Playwright, site: str, section: Section, tmp_path: Path
) -> None:
    make_official(AUTHOR, "tacgia")
    article = draft()
    folder = tmp_path / "browser"
    with browser_of(playwright, folder) as context:
        page = context.new_page()
        page.goto(f"{site}{form_of(article)}")
        sign_in(page, "tacgia")
        keeps(page)
        body_of(page).click()
        page.keyboard.press("Control+End")
        page.keyboard.type(" " + BODY)
        while BODY not in str(page.evaluate("deskCopies.mine()")):
            page.wait_for_timeout(100)
        # Known to be gone before it is closed: what is just dying answers with an error.
        with context.expect_event("close"):
            kill_browser(folder)
    (folder / "SingletonLock").unlink(missing_ok=True)
    with browser_of(playwright, folder) as context:
        page = context.new_page()
        page.goto(f"{site}{form_of(article)}")
        if page.locator("#login-form").count():
            sign_in(page, "tacgia")
        keeps(page)
        notice = page.locator("[data-copies]")
        expect(notice).to_contain_text("còn giữ bản bạn viết dở")
        notice.get_by_text("Xem chỗ khác nhau").click()
        expect(notice.locator("ins")).to_have_text(BODY)
        notice.get_by_role("button", name="Lấy lại bản viết dở").click()
        expect(body_of(page)).to_contain_text(BODY)
        page.get_by_role("button", name="Lưu nháp").click()
        expect(page.locator(".messagelist")).to_contain_text("Đã lưu")
        no_copy(page)
    article.refresh_from_db()
    assert BODY in article.body
    assert "Cầu cũ hẹp" in article.body


def test_a_database_that_was_restarted_at_save_leaves_the_text(
    desk: Page, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = draft()
    write_version = Article.write
    once = iter([True])

    def write_once_refused(self: Article, *given: Any, **named: Any) -> Any:
        if next(once, False):
            if connection.vendor == "postgresql":
                # What a restart does to every connection.
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            raise OperationalError
        return write_version(self, *given, **named)

    monkeypatch.setattr(Article, "write", write_once_refused)
    desk.goto(f"{site}{form_of(article)}")
    keeps(desk)
    body_of(desk).click()
    desk.keyboard.type(BODY)
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Trang đang gặp lỗi")
    desk.get_by_role("link", name="Mở lại trang đang viết").click()
    keeps(desk)
    expect(body_of(desk)).to_contain_text(BODY)
    notice = desk.locator("[data-copies]")
    expect(notice).to_contain_text("hãy bấm lưu lần nữa")
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.locator(".messagelist")).to_contain_text("Đã lưu")
    article.refresh_from_db()
    assert BODY in article.body
    no_copy(desk)


def test_what_was_put_back_can_be_taken_away_again(
    desk: Page, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    article = draft()

    def refuse(*given: Any, **named: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(Article, "write", refuse)
    desk.goto(f"{site}{form_of(article)}")
    keeps(desk)
    desk.locator("[name=lead]").fill("Phần dẫn khác.")
    desk.get_by_role("button", name="Lưu nháp").click()
    desk.get_by_role("link", name="Mở lại trang đang viết").click()
    keeps(desk)
    expect(desk.locator("[name=lead]")).to_have_value("Phần dẫn khác.")
    desk.get_by_role("button", name="Bỏ, dùng bản trên máy chủ").click()
    expect(desk.locator("[name=lead]")).to_have_value(article.lead)
    expect(desk.locator("[data-copies]")).to_be_empty()
    desk.reload()
    keeps(desk)
    expect(desk.locator("[data-copies]")).to_be_empty()
    no_copy(desk)


def test_a_lost_network_is_said_before_anything_is_sent(desk: Page, site: str) -> None:
    write(desk, site)
    desk.context.set_offline(True)
    expect(desk.get_by_role("alert")).to_contain_text("Không nối được tới máy chủ")
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.get_by_role("button", name="Vẫn gửi")).to_be_focused()
    expect(desk.locator("[name=title]")).to_have_value(TITLE)
    desk.context.set_offline(False)
    expect(desk.get_by_role("alert")).to_contain_text("Bạn có thể lưu")
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.locator(".messagelist")).to_contain_text("Đã lưu")
    assert Article.objects.get().title == TITLE


def test_a_refused_save_keeps_the_copy_and_offers_nothing_twice(desk: Page, site: str) -> None:
    write(desk, site, title="")
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.locator(".errornote").first).to_be_visible()
    keeps(desk)
    kept(desk)
    expect(desk.locator("[data-copies]")).to_be_empty()
    assert len(desk.evaluate("deskCopies.mine()")) == 1
    expect(body_of(desk)).to_contain_text(BODY)
    desk.goto(f"{site}/quan-tri/news/article/add/")
    keeps(desk)
    expect(desk.locator("[data-copies]")).to_contain_text("còn giữ bản bạn viết dở")


def test_a_story_that_was_deleted_or_submitted_meanwhile_keeps_its_text_for_the_writer(
    desk: Page, site: str
) -> None:
    article = draft()
    desk.goto(f"{site}{form_of(article)}")
    keeps(desk)
    desk.locator("[name=lead]").fill("Dẫn của tôi.")
    article.submit(by=article.created_by)
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.get_by_role("alert")).to_contain_text("Bây giờ bạn không sửa được tin này")
    expect(desk.locator("[name=lead]")).to_have_value("Dẫn của tôi.")
    article.take_back(by=article.created_by)
    article.delete_draft(by=article.created_by)
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.get_by_role("alert")).to_contain_text("Tin này không còn nữa")
    desk.goto(f"{site}/quan-tri/news/article/add/")
    keeps(desk)
    desk.get_by_role("button", name="Lấy lại bản viết dở").click()
    expect(desk.locator("[name=lead]")).to_have_value("Dẫn của tôi.")
    expect(desk.locator("[name=title]")).to_have_value(TITLE)


# --- The copies ---------------------------------------------------------------------------------------


def test_two_new_stories_in_two_windows_do_not_mix(desk: Page, site: str) -> None:
    write(desk, site, title="Tin một")
    kept(desk)
    second = desk.context.new_page()
    write(second, site, title="Tin hai")
    kept(second)
    expect(second.locator("[data-copies]")).to_be_empty()
    titles = {copy["title"] for copy in desk.evaluate("deskCopies.mine()")}
    assert titles == {"Tin một", "Tin hai"}
    second.close(run_before_unload=False)
    desk.reload()
    keeps(desk)
    expect(desk.locator("[data-copies] > .desk-note")).to_have_count(2)


def test_a_copy_that_began_from_an_older_version_is_offered_with_a_warning(
    desk: Page, site: str
) -> None:
    article = draft()
    article.write(replace(article.newest, lead="Dẫn một."), by=article.created_by)
    desk.goto(f"{site}{form_of(article)}")
    keeps(desk)
    desk.locator("[name=lead]").fill("Dẫn của tôi.")
    kept(desk)
    article.write(replace(article.newest, title="Tiêu đề của bà B"), by=make_official(EDITOR, "b"))
    desk.reload()
    keeps(desk)
    notice = desk.locator("[data-copies]")
    expect(notice).to_contain_text("đã có phiên bản mới hơn")
    expect(desk.locator("[name=lead]")).to_have_value("Dẫn một.")
    notice.get_by_role("button", name="Lấy lại bản viết dở").click()
    expect(desk.locator("[name=lead]")).to_have_value("Dẫn của tôi.")
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.locator(".errorlist").first).to_contain_text("đã có phiên bản mới")
    article.refresh_from_db()
    assert article.title == "Tiêu đề của bà B"


def test_leaving_is_asked_about_only_when_something_is_not_saved(desk: Page, site: str) -> None:
    article = draft()
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    desk.on("dialog", answer)
    desk.goto(f"{site}{form_of(article)}")
    keeps(desk)
    desk.locator("[name=lead]").click()
    desk.goto(f"{site}/quan-tri/")
    assert asked == []
    desk.goto(f"{site}{form_of(article)}")
    keeps(desk)
    desk.locator("[name=lead]").fill("Khác.")
    desk.goto(f"{site}/quan-tri/")
    assert asked == ["beforeunload"]


def test_signing_out_asks_and_then_leaves_no_text_on_the_machine(desk: Page, site: str) -> None:
    write(desk, site)
    answers = iter([False, True])
    said: list[str] = []

    def answer(dialog: Any) -> None:
        said.append(dialog.message)
        if next(answers):
            dialog.accept()
        else:
            dialog.dismiss()

    desk.on("dialog", answer)
    desk.get_by_role("button", name="Thoát").click()
    expect(body_of(desk)).to_contain_text(BODY)
    assert f"“{TITLE}”" in said[0]
    desk.get_by_role("button", name="Thoát").click()
    desk.wait_for_url("**/quan-tri/logout/")
    assert len(said) == 2
    desk.goto(f"{site}/quan-tri/")
    sign_in(desk, "tacgia")
    no_copy(desk)


def test_a_copy_of_fifteen_days_is_thrown_away(desk: Page, site: str) -> None:
    write(desk, site)
    kept(desk)
    desk.evaluate(
        """async () => {
             for (const copy of await deskCopies.mine()) {
               await deskCopies.keep({ ...copy, key: copy.key + "-old", at: Date.now() - 15 * 86400000 });
             }
           }"""
    )
    assert len(desk.evaluate("deskCopies.mine()")) == 2
    desk.goto(f"{site}/quan-tri/")
    desk.evaluate("deskCopies.tidied")
    assert len(desk.evaluate("deskCopies.mine()")) == 1


@pytest.mark.parametrize("also", ["", "delete window.localStorage;"])
def test_without_indexeddb_it_works_and_without_any_store_the_writer_is_told(
    desk: Page, site: str, also: str
) -> None:
    desk.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new Error(); } });"
    )
    if also:
        desk.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new Error(); } });"
        )
    complaints: list[str] = []
    desk.on("pageerror", lambda error: complaints.append(error.stack or str(error)))
    write(desk, site)
    if also:
        expect(desk.locator("[data-copies]")).to_contain_text("không giữ được bản đang viết")
    else:
        kept(desk)
        desk.reload()
        keeps(desk)
        desk.get_by_role("button", name="Lấy lại bản viết dở").click()
        expect(body_of(desk)).to_contain_text(BODY)
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.locator(".messagelist")).to_contain_text("Đã lưu")
    # Django's own switch of colours does not mind its manners there.
    assert [each for each in complaints if "theme.js" not in each] == []


def test_a_text_page_keeps_its_text_too(page: Page, site: str) -> None:
    let_in(page, site, make_user(superuser=True), "/quan-tri/portal/textpage/add/")
    keeps(page)
    page.locator("[name=title]").fill("Giới thiệu")
    body_of(page).click()
    page.keyboard.type(BODY)
    kept(page)
    page.reload()
    keeps(page)
    page.get_by_role("button", name="Lấy lại bản viết dở").click()
    expect(body_of(page)).to_contain_text(BODY)
    page.keyboard.press("Control+s")
    expect(page.locator(".messagelist")).to_be_visible()
    assert BODY in TextPage.objects.get(title="Giới thiệu").body
    no_copy(page)


def test_chosen_files_and_pictures_come_back_with_the_text(desk: Page, site: str) -> None:
    first, second = make_attachment(title="Quyết định"), make_attachment(title="Phụ lục")
    article = draft()
    article.write(
        replace(article.newest, attachments=(first.pk, second.pk), cover=make_photo().pk),
        by=article.created_by,
    )
    desk.goto(f"{site}{form_of(article)}")
    keeps(desk)
    files = desk.locator("[data-attachments-chosen]")
    desk.get_by_role("button", name="Lên: Phụ lục").click()
    desk.locator("[data-photo-remove]").click()
    desk.locator("[name=lead]").fill("Khác.")
    kept(desk)
    desk.reload()
    keeps(desk)
    notice = desk.locator("[data-copies]")
    notice.get_by_text("Xem chỗ khác nhau").click()
    expect(notice).to_contain_text("Tệp đính kèm")
    notice.get_by_role("button", name="Lấy lại bản viết dở").click()
    expect(files.locator("li").first).to_contain_text("Phụ lục")
    expect(files.locator("li")).to_have_count(2)
    expect(desk.locator("[name=cover]")).to_have_value("")
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.locator(".messagelist")).to_contain_text("Đã lưu")
    article.refresh_from_db()
    assert article.newest.attachments == (second.pk, first.pk)


# --- Colleagues -----------------------------------------------------------------------------------------


def test_two_people_on_one_story_see_each_other_and_the_version_that_was_saved(
    desk: Page, site: str, browser: Browser
) -> None:
    article = draft()
    editor = make_official(EDITOR, "bientap", first_name="Bà", last_name="B")
    desk.goto(f"{site}{form_of(article)}")
    keeps(desk)
    other = let_in(browser.new_page(), site, editor, form_of(article))
    keeps(other)
    expect(other.locator("[data-colleagues]")).to_contain_text("Đang cùng mở tin này: tacgia")
    other.locator("[name=lead]").fill("Dẫn của bà B.")
    other.get_by_role("button", name="Lưu nháp").click()
    expect(other.locator(".messagelist")).to_contain_text("Đã lưu")
    other.close()
    desk.evaluate("deskPresence.check()")
    colleagues = desk.locator("[data-colleagues]")
    expect(colleagues).to_contain_text("đã lưu phiên bản mới lúc")
    expect(colleagues).to_contain_text("B")


# --- How it looks -----------------------------------------------------------------------------------------


def test_axe_finds_nothing_on_a_form_that_has_something_to_say(
    desk: Page, site: str, axe_of: Any
) -> None:
    article = draft()
    other = make_official(EDITOR, "bientap", first_name="Bà B")
    article.write(replace(article.newest, lead="Dẫn."), by=other)
    page_of_other = f"{site}{form_of(article)}"

    def make_it_speak(page: Page) -> None:
        keeps(page)
        page.locator("[name=lead]").fill("Dẫn của tôi, chưa lưu.")
        kept(page)
        page.reload()
        keeps(page)
        page.get_by_text("Xem chỗ khác nhau").click()
        page.evaluate("deskPresence.check()")
        page.context.set_offline(True)
        expect(page.get_by_role("alert")).to_contain_text("Không nối được")

    assert (
        axe_of(
            page_of_other,
            cookies=desk.context.cookies(),
            prepare=make_it_speak,
            width=(1280, 360),
        )
        == []
    )


def test_nothing_of_the_text_goes_to_another_host(desk: Page, site: str) -> None:
    watch = Watched(desk, site)
    write(desk, site)
    kept(desk)
    desk.get_by_role("button", name="Lưu nháp").click()
    expect(desk.locator(".messagelist")).to_contain_text("Đã lưu")
    assert watch.complaints == []
