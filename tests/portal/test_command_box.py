"""The command box: it finds what the person may open and nothing else, at a fixed cost, with and without JavaScript."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news.models import Article, Attachment, Photo, SearchEntry, StaffProfile, Tag, Thread
from portal.command_box import KINDS, PAGES
from portal.roles import AUTHOR, EDITOR, MODERATOR
from tests.factories import (
    make_article,
    make_document,
    make_official,
    make_photo,
    make_section,
    make_user,
)
from tests.tools.plans import read_through

pytestmark = pytest.mark.django_db

BOX = reverse("admin:command_box")
JSON = {"Accept": "application/json"}


def asked(user: User, words: str, **headers: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(BOX, {"q": words}, headers=headers or JSON)


def found(user: User, words: str) -> dict[str, list[str]]:
    """Names of what was found, by kind."""
    answer = asked(user, words)
    assert answer.status_code == 200
    return {
        group["name"]: [hit["title"] for hit in group["hits"]] for group in answer.json()["groups"]
    }


@pytest.fixture
def one_of_each() -> None:
    """Of each kind one that is called Hoa sen."""
    section = make_section(name="Hoa sen")
    make_article(title="Hoa sen", section=section)
    make_photo(caption="Hoa sen")
    Tag.objects.create(name="Hoa sen")
    Thread.objects.create(name="Hoa sen")
    Attachment.objects.create(
        key="00000000-0000-0000-0000-000000000001",
        title="Hoa sen",
        file_name="hoa-sen.pdf",
        kind="pdf",
        size=10,
        sha256="0" * 64,
    )
    make_document(number="1/QĐ", abstract="Hoa sen")


@pytest.mark.parametrize("words", ["hoa sen", "HOA SEN", "Hoa s", "hoa"])
@pytest.mark.usefixtures("one_of_each")
def test_every_kind_is_found_while_one_types(words: str) -> None:
    assert found(make_user(superuser=True), words) == {
        kind.name: ["1/QĐ – Hoa sen" if kind.name == "Văn bản" else "Hoa sen"] for kind in KINDS
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.right)
@pytest.mark.usefixtures("one_of_each")
def test_a_kind_is_shown_to_who_has_its_right_and_to_nobody_else(kind: Any) -> None:
    assert found(make_user(), "hoa sen") == {}
    rights = {kind.right, *(["news.edit_any_article"] if kind.name == "Tin bài" else [])}
    assert list(found(make_user(*rights), "hoa sen")) == [kind.name]


@pytest.mark.parametrize("page", [page for page in PAGES if page.right], ids=lambda page: page.name)
def test_a_page_is_offered_to_who_may_open_it_and_to_nobody_else(page: Any) -> None:
    assert page.name not in found(make_user(), page.name).get("Trang của bàn biên tập", [])
    assert page.name in found(make_user(page.right), page.name)["Trang của bàn biên tập"]


def test_every_page_that_is_offered_can_be_opened() -> None:
    client = Client()
    client.force_login(make_user(superuser=True))
    groups = client.get(BOX, headers=JSON).json()["groups"]

    for hit in groups[0]["hits"]:
        assert client.get(hit["address"], follow=True).status_code == 200, hit


@pytest.mark.parametrize(
    ("words", "page"),
    [("viet tin", "Viết tin mới"), ("lịch", "Lịch tin bài"), ("thu vien", "Thư viện ảnh")],
)
def test_pages_of_the_desk_are_found_by_name(words: str, page: str) -> None:
    assert page in found(make_official(EDITOR), words)["Trang của bàn biên tập"]


def test_an_author_finds_the_own_drafts_and_nobody_else_s_story() -> None:
    author = make_official(AUTHOR)
    make_article(title="Bí mật của tôi", status="draft", created_by=author)
    make_article(title="Bí mật của người khác", status="draft")
    make_article(title="Bí mật đã đăng")

    assert found(author, "bi mat")["Tin bài"] == ["Bí mật của tôi"]


def test_an_editor_of_one_section_finds_its_stories_only() -> None:
    editor, here = make_official(EDITOR), make_section()
    StaffProfile.objects.create(user=editor).sections.add(here)
    make_article(title="Tin ở đây", section=here)
    make_article(title="Tin ở kia", section=make_section())

    assert found(editor, "tin o")["Tin bài"] == ["Tin ở đây"]


@pytest.mark.usefixtures("one_of_each")
def test_a_moderator_finds_the_queue_and_no_story() -> None:
    moderator = make_official(MODERATOR)

    assert found(moderator, "hoa sen") == {}
    pages = found(moderator, "ý kiến")["Trang của bàn biên tập"]
    assert {"Ý kiến bạn đọc", "Thống kê ý kiến", "Trả lời của cơ quan"} <= set(pages)


def test_a_word_of_the_body_finds_a_story_after_those_whose_title_has_it() -> None:
    make_article(title="Tin thường", body="<p>Lễ hội hoa sen.</p>")
    make_article(title="Hoa sen nở")

    assert found(make_official(EDITOR), "hoa sen")["Tin bài"] == ["Hoa sen nở", "Tin thường"]


def test_a_hit_says_where_the_story_stands_and_leads_to_its_form() -> None:
    draft = make_article(title="Hoa sen", status="draft", section=make_section(name="Văn hoá"))

    hit = asked(make_official(EDITOR), "hoa sen").json()["groups"][0]["hits"][0]

    assert hit == {
        "title": "Hoa sen",
        "detail": "Bản nháp · Văn hoá",
        "address": reverse("admin:news_article_change", args=[draft.pk]),
    }


# --- the door ----------------------------------------------------------------------------------------


def test_nobody_but_staff_is_answered() -> None:
    reader = make_user(superuser=True, is_staff=False)

    for client_user in (None, reader):
        client = Client()
        if client_user:
            client.force_login(client_user)
        answer = client.get(BOX, {"q": "hoa"}, headers=JSON)
        assert answer.status_code == 302
        assert reverse("admin:login") in answer.headers["Location"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_sent_to_it(method: str) -> None:
    client = Client()
    client.force_login(make_user(superuser=True))

    assert getattr(client, method)(BOX, {"q": "hoa"}).status_code == 405


@pytest.mark.parametrize(
    "words", ["", "\x00", '"', "*", "🙂", "a" * 10_000, "hoa AND", "' OR 1=1 --", "%", "{x}"]
)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.usefixtures("one_of_each")
def test_no_input_is_an_error(words: str, accept: str) -> None:
    assert asked(make_user(superuser=True), words, Accept=accept).status_code == 200


def test_the_answer_is_kept_by_nobody_and_differs_by_what_is_asked_for() -> None:
    answer = asked(make_official(EDITOR), "hoa")

    assert "no-store" in answer.headers["Cache-Control"]
    assert "Accept" in answer.headers["Vary"]


# --- the page and the cost --------------------------------------------------------------------------------


@pytest.mark.usefixtures("one_of_each")
def test_without_javascript_a_page_has_the_same_results() -> None:
    page = asked(make_official(EDITOR), "hoa sen", Accept="text/html").content.decode()

    for kind in KINDS:
        assert f"<h2>{kind.name}</h2>" in page
    assert f"{len(KINDS)} kết quả" in page


def test_what_was_typed_is_shown_as_text() -> None:
    page = asked(make_official(EDITOR), "<script>x</script>", Accept="text/html").content.decode()

    assert "<script>x" not in page
    assert "Không tìm thấy gì với “&lt;script&gt;x&lt;/script&gt;”" in page


def test_the_desk_offers_the_box_on_its_pages() -> None:
    client = Client()
    client.force_login(make_official(AUTHOR))

    page = client.get(reverse("admin:index")).content.decode()

    assert ">(Ctrl+K)</span></a>" in page
    assert 'id="command-box"' in page


def test_finding_costs_the_same_with_one_of_each_and_with_many() -> None:
    client = Client()
    client.force_login(make_official(EDITOR))
    costs = []
    for number in (1, 9):
        for n in range(number):
            section = make_section(name=f"Hoa sen {number}{n}")
            make_article(title=f"Hoa sen {n}", section=section)
            Tag.objects.create(name=f"Hoa sen {number}{n}")
            make_document(abstract=f"Hoa sen {n}")
        with CaptureQueriesContext(connection) as queries:
            client.get(BOX, {"q": "hoa sen"}, headers=JSON)
        costs.append(len(queries))

    # Four of the session and the rights, one of each kind, one more of stories and one of their author's sections.
    assert costs == [13, 13]


def many_of_each(number: int) -> None:
    """So many stories, pictures, files, tags and threads called `loạt` and a number, and what is known of them."""
    section = make_section()
    stories = Article.objects.bulk_create(
        Article(title=f"Loạt {n}", slug=f"loat-{n}", section=section, version=1)
        for n in range(number)
    )
    SearchEntry.keep(stories)
    Photo.keep_words(
        Photo.objects.bulk_create(
            Photo(key=uuid.uuid4(), extension="jpg", caption=f"Loạt {n}", width=1, height=1)
            for n in range(number)
        )
    )
    Attachment.keep_words(
        Attachment.objects.bulk_create(
            Attachment(
                key=uuid.uuid4(),
                title=f"Loạt {n}",
                file_name="a.pdf",
                kind="pdf",
                size=1,
                sha256=f"{n:064x}",
            )
            for n in range(number)
        )
    )
    names = [
        {"name": f"Loạt {n}", "folded": f"loat {n}", "slug": f"loat-{n}"} for n in range(number)
    ]
    Tag.objects.bulk_create(Tag(**fields) for fields in names)
    Thread.objects.bulk_create(Thread(**fields) for fields in names)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


TABLES = (
    *("news_article", "news_searchentry", "news_story_words", "news_title_words"),
    *("news_photo", "news_photo_words", "news_attachment", "news_attachment_words"),
    *("news_tag", "news_thread"),
)


def test_the_box_and_the_libraries_answer_from_an_index() -> None:
    """With the very statements of the pages: what orders and cuts a list may change how it is read."""
    many_of_each(3000)
    client = Client()
    client.force_login(make_user(superuser=True))
    pages = [
        BOX,
        *map(reverse, ("admin:news_photo_changelist", "admin:news_attachment_changelist")),
    ]
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page, {"q": "loạt 1234"})
        assert "1234" in answer.content.decode()
        statements = [query["sql"] for query in queries.captured_queries]
        assert read_through(statements, TABLES, many=1000) == set(), page


def test_reading_through_is_noticed() -> None:
    many_of_each(3000)
    for table in TABLES:
        statement = f"SELECT * FROM {table} ORDER BY 1 + 1"  # noqa: S608
        assert read_through([statement], TABLES, many=1000) == {table}
