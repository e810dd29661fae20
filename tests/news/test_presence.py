"""What an open form asks: who else is here, what is newest, am I signed in; and the word that a copy has been saved."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from news.models import Article, EditingPresence
from portal.accounts.sessions import SEEN_EVERY, DeskSession
from portal.models import TextPage
from portal.roles import AUTHOR, EDITOR, MODERATOR
from tests.desk import logged_in
from tests.factories import make_article, make_official, make_section, make_user

pytestmark = pytest.mark.django_db

NEW = "admin:news_article_new_presence"
NAME = "abcdefghij0123456789"


def address(article: Article) -> str:
    return reverse("admin:news_article_presence", args=[article.pk])


@pytest.fixture
def story() -> Article:
    return make_article(title="Cầu mới thông xe", status=Article.Status.DRAFT)


# --- Who else is here -----------------------------------------------------------------------------


def test_two_people_before_one_story_learn_of_each_other(story: Article) -> None:
    first, second = make_official(EDITOR, first_name="A"), make_official(EDITOR, first_name="B")
    assert logged_in(first).post(address(story)).json()["others"] == []
    assert logged_in(second).post(address(story)).json()["others"] == ["A"]
    assert logged_in(first).post(address(story)).json()["others"] == ["B"]
    assert EditingPresence.objects.count() == 2


def test_who_was_silent_for_two_minutes_is_not_here_and_the_row_goes(story: Article) -> None:
    first, second = make_official(EDITOR), make_official(EDITOR)
    logged_in(first).post(address(story))
    EditingPresence.objects.update(seen_at=timezone.now() - dt.timedelta(minutes=2, seconds=1))
    assert logged_in(second).get(address(story)).json()["others"] == []
    assert EditingPresence.objects.count() == 1
    logged_in(second).post(address(story))
    assert [row.user for row in EditingPresence.objects.all()] == [second]


def test_who_has_another_story_open_is_not_named(story: Article) -> None:
    logged_in(make_official(EDITOR)).post(address(make_article()))
    assert logged_in(make_official(EDITOR)).post(address(story)).json()["others"] == []


def test_a_get_says_the_same_and_changes_nothing(story: Article) -> None:
    assert logged_in(make_official(EDITOR)).get(address(story)).json()["version"] == 0
    assert not EditingPresence.objects.exists()


def test_the_newest_version_is_named_with_its_writer_and_time(story: Article) -> None:
    writer = make_official(EDITOR, first_name="Bà", last_name="B")
    story.write(replace(story.newest, title="Cầu mới đã thông xe"), by=writer)
    told = logged_in(make_official(EDITOR)).post(address(story)).json()
    assert told["version"] == story.version == 2
    assert told["saved"].startswith(f"{writer.get_full_name()} đã lưu phiên bản mới lúc ")


def test_the_answer_says_whose_session_it_is_and_brings_a_token_that_works(story: Article) -> None:
    user = make_official(EDITOR)
    client = logged_in(user, enforce_csrf_checks=True)
    assert client.post(address(story)).status_code == 403
    told = client.get(address(story)).json()
    assert told["user"] == str(user.pk)
    answer = client.post(address(story), headers={"X-CSRFToken": told["token"]})
    assert answer.status_code == 200
    assert EditingPresence.objects.get().user == user


def test_the_questions_are_the_same_however_many_are_here(story: Article) -> None:
    editor = make_official(EDITOR)
    client = logged_in(editor)
    client.post(address(story))
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.post(address(story))
        counts.append(len(queries))
        logged_in(make_official(EDITOR)).post(address(story))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 14


# --- Refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_without_the_right_to_edit_learns_or_notes_anything(
    story: Article, method: str
) -> None:
    other_author, moderator = make_official(AUTHOR), make_official(MODERATOR)
    outsider = make_user(is_staff=False)
    for user, status in ((other_author, 404), (moderator, 403), (outsider, 302)):
        answer = getattr(logged_in(user), method)(address(story))
        assert answer.status_code == status, user
        assert story.title not in answer.content.decode()
    answer = getattr(Client(), method)(address(story))
    assert answer.status_code == 302
    assert not EditingPresence.objects.exists()


def test_an_author_whose_story_waits_for_approval_is_not_before_its_form(story: Article) -> None:
    author = make_official(AUTHOR)
    own = make_article(status=Article.Status.DRAFT, created_by=author)
    own.submit(by=author)
    assert logged_in(author).post(address(own)).status_code == 403
    assert not EditingPresence.objects.exists()


def test_a_story_that_is_no_more_answers_404() -> None:
    missing = reverse("admin:news_article_presence", args=[999])
    assert logged_in(make_official(EDITOR)).post(missing).status_code == 404


def test_only_who_may_write_is_told_whether_a_new_story_can_be_saved() -> None:
    assert logged_in(make_official(AUTHOR)).post(reverse(NEW)).json()["version"] == 0
    assert logged_in(make_official(MODERATOR)).post(reverse(NEW)).status_code == 403
    assert Client().post(reverse(NEW)).status_code == 302
    assert not EditingPresence.objects.exists()


def test_other_methods_are_refused(story: Article) -> None:
    assert logged_in(make_official(EDITOR)).delete(address(story)).status_code == 405


# --- A form that lies open is no work ---------------------------------------------------------------


def test_asking_does_not_make_the_session_last_longer_and_opening_the_form_does(
    story: Article,
) -> None:
    client = logged_in(make_official(EDITOR))
    client.get(reverse("admin:index"))
    DeskSession.objects.update(seen_at=timezone.now() - 2 * SEEN_EVERY)
    before = DeskSession.objects.values("seen_at", "expire_date").get()
    for _ in range(2):
        assert client.post(address(story)).status_code == 200
        assert client.get(address(story)).status_code == 200
        assert client.post(reverse(NEW)).status_code == 200
    assert DeskSession.objects.values("seen_at", "expire_date").get() == before
    client.get(reverse("admin:news_article_change", args=[story.pk]))
    after = DeskSession.objects.values("seen_at", "expire_date").get()
    assert after["expire_date"] > before["expire_date"]


@pytest.mark.parametrize(
    "path", ["/quan-tri/news/article/1/co-mat/", "/quan-tri/news/article/co-mat/"]
)
def test_the_address_carries_the_mark_that_it_is_no_work(path: str) -> None:
    assert getattr(resolve(path).func, "is_no_work", False)
    assert not hasattr(resolve("/quan-tri/news/article/1/change/").func, "is_no_work")


# --- Saved ----------------------------------------------------------------------------------------


def form_data(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Tin mới",
        "section": make_section().pk,
        "lead": "",
        "body": "<p>Nội dung.</p>",
        "published_at_0": "",
        "published_at_1": "",
        "expires_at_0": "",
        "expires_at_1": "",
        "copy": NAME,
        "_save": "",
    } | changes


def test_a_saved_form_tells_which_copy_is_not_needed_any_more() -> None:
    client = logged_in(make_official(AUTHOR))
    answer = client.post(reverse("admin:news_article_add"), form_data())
    assert answer.status_code == 302
    cookie = answer.cookies["saved_copies"]
    assert cookie.value == NAME
    assert cookie["path"] == "/quan-tri/"
    article = Article.objects.get()
    change = reverse("admin:news_article_change", args=[article.pk])
    other = NAME[::-1]
    typed = form_data(copy=other, title="Khác", section=article.section_id, seen=article.version)
    answer = client.post(change, typed)
    assert answer.cookies["saved_copies"].value == f"{NAME}.{other}"


def test_a_refused_form_tells_nothing() -> None:
    answer = logged_in(make_official(AUTHOR)).post(
        reverse("admin:news_article_add"), form_data(title="")
    )
    assert answer.status_code == 200
    assert "saved_copies" not in answer.cookies


def test_a_form_of_a_story_that_is_no_more_tells_nothing() -> None:
    answer = logged_in(make_official(AUTHOR)).post(
        reverse("admin:news_article_change", args=[999]), form_data()
    )
    assert answer.status_code == 302
    assert "saved_copies" not in answer.cookies


@pytest.mark.parametrize("name", ["", "x", "a" * 41, "abcdefghij;path=/", "ABCDEFGHIJKL"])
def test_a_name_that_the_browser_did_not_make_is_not_repeated(name: str) -> None:
    answer = logged_in(make_official(AUTHOR)).post(
        reverse("admin:news_article_add"), form_data(copy=name)
    )
    assert answer.status_code == 302
    assert "saved_copies" not in answer.cookies


def test_a_text_page_tells_it_too() -> None:
    client = logged_in(make_user(superuser=True))
    answer = client.post(
        reverse("admin:portal_textpage_add"),
        {
            "title": "Giới thiệu",
            "body": "<p>Chữ.</p>",
            "order": "0",
            "slug": "gioi-thieu",
            "copy": NAME,
        },
    )
    assert answer.cookies["saved_copies"].value == NAME
    assert TextPage.objects.exists()


# --- The way back ----------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["add", "change"])
def test_a_save_without_a_session_leads_by_the_login_back_to_the_form(
    story: Article, where: str
) -> None:
    editor = make_official(EDITOR, password="mat-khau-dai-dong-1")
    form = (
        reverse("admin:news_article_add")
        if where == "add"
        else reverse("admin:news_article_change", args=[story.pk])
    )
    client = logged_in(editor)
    DeskSession.objects.all().delete()
    answer = client.post(form, form_data())
    assert answer.status_code == 302
    login = answer.headers["Location"]
    answer = client.post(
        login, {"username": editor.username, "password": "mat-khau-dai-dong-1", "next": form}
    )
    assert answer.headers["Location"] == form
    assert Article.objects.count() == 1


def test_an_error_page_leads_back_to_the_form_and_not_readers(
    story: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(Article, "write", broken)
    client = logged_in(make_official(EDITOR), raise_request_exception=False)
    form = reverse("admin:news_article_change", args=[story.pk])
    answer = client.post(form, form_data(section=story.section_id))
    assert answer.status_code == 500
    assert f'href="{form}"' in answer.content.decode()
    monkeypatch.setattr("portal.views.made_once", broken)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Mở lại trang đang viết" not in answer.content.decode()
