"""The API: what other programs read, how they page through it, and that nothing else is told."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.api_urls import urlpatterns
from news.models import Article, ArticleAttachment, Document, Tag
from news.models.document_attachment import DocumentAttachment
from tests.asking import Answer, ask
from tests.factories import (
    make_article,
    make_attachment,
    make_document,
    make_photo,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db

HERE = "http://127.0.0.1:8000"


def read(address: str, **environ: str) -> Any:
    path, _, query = address.removeprefix(HERE).partition("?")
    answer = ask(path, query=query, **environ)
    assert answer.status == 200, (address, answer.text)
    return json.loads(answer.body)


def problem(address: str, method: str = "GET") -> tuple[int, Any, Answer]:
    path, _, query = address.partition("?")
    answer = ask(path, method, query=query)
    assert answer.headers["Content-Type"] == "application/problem+json", address
    return answer.status, json.loads(answer.body), answer


def test_a_program_that_follows_next_url_reads_every_story_once(settings: Any) -> None:
    same = timezone.now() - dt.timedelta(hours=1)
    stories = [
        make_article(published_at=same if n < 3 else same - n * dt.timedelta(days=1))
        for n in range(7)
    ]
    found, address = [], f"{HERE}/api/articles/?limit=2"
    while address:
        page = read(address)
        assert page["version"] == "https://jsonfeed.org/version/1.1"
        assert page["feed_url"] == address
        assert len(page["items"]) <= 2
        found += [item["_article"]["number"] for item in page["items"]]
        address = page.get("next_url", "")
    expected = Article.objects.published().newest_first().values_list("pk", flat=True)
    assert found == list(expected)
    assert len(found) == len(stories)


def test_a_story_says_what_its_page_says_and_nothing_of_accounts() -> None:
    author = make_user(username="tran.thi.b", email="b@example.vn", first_name="Bích")
    story = make_article(
        title="Chợ <Gò>", byline="MINH TÂM", cover=make_photo(alt="Bìa"), created_by=author
    )
    story.tags.set(Tag.named(["Chợ"]))
    file = make_attachment(title="Thông báo")
    ArticleAttachment.put_below(story, [file.pk])
    (item,) = read("/api/articles/")["items"]
    assert item == read(f"/api/articles/{story.pk}/")
    assert item["title"] == "Chợ <Gò>"
    assert item["url"] == f"{HERE}{story.get_absolute_url()}"
    assert item["authors"] == [{"name": "MINH TÂM"}]
    assert item["tags"] == ["Chợ"]
    assert item["date_published"].endswith("+07:00")
    assert item["attachments"][0]["size_in_bytes"] == file.size
    assert item["attachments"][0]["url"].endswith(file.get_absolute_url())
    told = json.dumps(item, ensure_ascii=False)
    for secret in ("tran.thi.b", "b@example.vn", "Bích"):
        assert secret not in told


def test_a_section_s_stories_are_those_of_it_and_its_children() -> None:
    parent = make_section(name="Cha")
    inside = make_article(section=make_section(name="Con", parent=parent))
    make_article(section=make_section(name="Khác"))
    sections = {item["title"]: item["_section"] for item in read("/api/sections/")["items"]}
    assert sections["Con"]["parent"] == "cha"
    found = read(sections["Cha"]["articles_url"])["items"]
    assert [item["_article"]["number"] for item in found] == [inside.pk]


def test_documents_are_read_page_by_page_with_files_and_state() -> None:
    day = dt.date(2026, 1, 1)
    shown = [make_document(issued_on=day, abstract=f"Về việc {n}") for n in range(3)]
    file = make_attachment(title="Toàn văn")
    DocumentAttachment.put_on(shown[0], [file.pk])
    hidden = make_document(status=Document.Status.DRAFT)
    first = read("/api/documents/?limit=2")
    second = read(first["next_url"])
    items = [*first["items"], *second["items"]]
    assert [item["_document"]["key"] for item in items] == [d.pk for d in reversed(shown)]
    assert "next_url" not in second
    assert items[2] == read(f"/api/documents/{shown[0].pk}/")
    assert items[2]["attachments"][0]["title"] == "Toàn văn"
    assert items[2]["_document"]["state"] == "Còn hiệu lực"
    assert problem(f"/api/documents/{hidden.pk}/")[0] == 404
    assert problem(f"/api/documents/?after={hidden.pk}")[0] == 404


def test_what_is_not_public_is_not_found_and_a_withdrawn_story_still_says_where_to_go_on() -> None:
    older, newer = make_article(), make_article()
    draft = make_article(status=Article.Status.DRAFT)
    future = make_article(published_at=timezone.now() + dt.timedelta(days=1))
    newer.withdraw(by=make_user("news.withdraw_article"))
    for hidden in (draft, future, newer):
        assert problem(f"/api/articles/{hidden.pk}/")[0] == 404
    for hidden in (draft, future):
        assert problem(f"/api/articles/?after={hidden.pk}")[0] == 404
    (item,) = read(f"/api/articles/?after={newer.pk}")["items"]
    assert item["_article"]["number"] == older.pk


@pytest.mark.parametrize(
    ("address", "status"),
    [
        *[
            (f"/api/articles/?{query}", 400)
            for query in ("limit=0", "limit=51", "limit=a", "limit=")
        ],
        *[(f"/api/articles/?{query}", 400) for query in ("after=0", "after=x", "after=-1")],
        *[(f"/api/articles/?{query}", 400) for query in ("section=%00", "section=", "q=a")],
        ("/api/articles/?limit=1&limit=2", 400),
        ("/api/sections/?limit=1", 400),
        *[(f"/api/articles/?{query}", 404) for query in ("after=99999", "section=khong")],
        *[
            (f"/api/{path}", 404)
            for path in ("articles/99999999999999999999/", "x/", "articles/a/")
        ],
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(address: str, status: int) -> None:
    make_article()
    found, told, answer = problem(address)
    assert (found, told["status"]) == (status, status)
    assert told["detail"].endswith(".")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_nothing_can_be_written() -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        status, _, answer = problem("/api/articles/", method)
        assert (status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS"), method


def test_any_page_in_a_browser_may_read_it() -> None:
    answer = ask("/api/sections/", "OPTIONS")
    assert answer.status == 204
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    answer = ask("/api/sections/")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers


def test_an_answer_that_has_not_changed_is_not_sent_again_and_a_new_story_is_seen_at_once() -> None:
    make_article()
    first = ask("/api/articles/", query="limit=5")
    tag = first.headers["ETag"]
    assert ask("/api/articles/", query="limit=5", HTTP_IF_NONE_MATCH=tag).status == 304
    make_article(title="Tin mới")
    again = ask("/api/articles/", query="limit=5", HTTP_IF_NONE_MATCH=tag)
    assert (again.status, "Tin mới" in again.text) == (200, True)


def test_a_page_costs_the_same_for_one_story_and_for_many() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            read("/api/articles/?limit=50")
        return len(queries)

    photo = make_photo()
    costs = []
    for number in (1, 6):
        for _ in range(number):
            story = make_article(cover=photo, body=f'<p><img src="{photo.url}" alt="a"></p>')
            story.tags.set(Tag.named(["Một", "Hai"]))
            ArticleAttachment.put_below(story, [make_attachment().pk])
        costs.append(cost())
    assert costs[0] == costs[1] <= 9


def test_the_description_names_every_route_and_no_other() -> None:
    told = read("/api/openapi.json")
    assert told["openapi"].startswith("3.1")
    routes = {f"/api/{p.pattern}".replace("<int:number>", "{number}") for p in urlpatterns}
    own = {"/api/", "/api/openapi.json", "/api/<path:rest>"}
    assert set(told["paths"]) == routes - own


def test_people_find_the_api_explained() -> None:
    words = ask("/api/").text
    for address in ("/api/articles/", "/api/sections/", "/api/openapi.json"):
        assert f'href="{address}"' in words
    assert 'href="/api/"' in ask("/").text
