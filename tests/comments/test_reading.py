"""What readers see of comments: order, pages, count, "Xem thêm", replies."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments import showing, tickets
from comments.models import Comment, Policy
from news.models import Article
from portal.wsgi import application
from tests.asking import ask
from tests.comments.sending import send
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db

APPROVED = Comment.Status.APPROVED


def make_public(article: Article, number: int, **fields: Any) -> Comment:
    """An approved comment; a higher number is newer."""
    at = timezone.now() - dt.timedelta(days=1) + dt.timedelta(minutes=number)
    return make_comment(
        article=article, text=f"Lời số {number}.", created_at=at, status=APPROVED, **fields
    )


def numbers(words: str) -> list[int]:
    return [int(number) for number in re.findall(r"Lời số (\d+)\.", words)]


def page(article: Article, query: str = "") -> str:
    answer = ask(article.get_absolute_url(), query=query)
    assert answer.status == 200
    return answer.text


def test_the_newest_come_first_and_the_oldest_if_asked() -> None:
    article = make_article()
    for number in (2, 1, 3):
        make_public(article, number)
    assert numbers(page(article)) == [3, 2, 1]
    assert numbers(page(article, "thu-tu=cu-nhat")) == [1, 2, 3]


def test_every_comment_stands_on_exactly_one_page_of_twenty() -> None:
    article = make_article()
    for number in range(45):
        make_public(article, number)
    for order in ("", "thu-tu=cu-nhat&"):
        found = [numbers(page(article, f"{order}trang={n}")) for n in (1, 2, 3)]
        assert [len(part) for part in found] == [20, 20, 5]
        assert sorted(number for part in found for number in part) == list(range(45))


def test_the_links_to_other_pages_keep_the_order() -> None:
    article = make_article()
    for number in range(21):
        make_public(article, number)
    assert 'href="?trang=2#y-kien"' in page(article)
    assert 'href="?thu-tu=cu-nhat&amp;trang=2#y-kien"' in page(article, "thu-tu=cu-nhat")


def test_more_answers_as_json_what_the_page_shows() -> None:
    article = make_article()
    for number in range(45):
        make_public(article, number)
    address, found = reverse("comments:page", args=[article.pk]) + "?thu-tu=cu-nhat", []
    while address:
        path, _, query = address.partition("?")
        answer = Client().get(path, query_params=dict(p.split("=") for p in query.split("&")))
        found += numbers(" ".join(comment["text"] for comment in answer.json()["comments"]))
        address = answer.json()["more"]
    assert found == list(range(45))


@pytest.mark.parametrize("number", ["2", "99999"])
def test_more_than_there_is_is_not_found(client: Client, number: str) -> None:
    article = make_article()
    make_public(article, 1)
    address = reverse("comments:page", args=[article.pk])
    assert client.get(address, {"trang": number}).status_code == 404


def test_a_page_beyond_the_last_one_leads_to_the_last_one_in_the_same_order() -> None:
    article = make_article()
    for number in range(21):
        make_public(article, number)
    address = article.get_absolute_url()
    for order in ("", "thu-tu=cu-nhat&"):
        answer = ask(address, query=f"{order}trang=99999")
        assert (answer.status, answer.headers["Location"]) == (302, f"{address}?{order}trang=2")


def test_the_json_of_a_draft_s_comments_is_not_found(client: Client) -> None:
    article = make_article(status=Article.Status.DRAFT)
    assert client.get(reverse("comments:page", args=[article.pk])).status_code == 404


def test_the_count_is_of_what_is_public_replies_included() -> None:
    article = make_article()
    first = make_public(article, 1)
    make_public(article, 2, parent=first)
    hidden = make_comment(article=article, status=Comment.Status.HIDDEN)
    make_public(article, 3, parent=hidden)
    make_comment(article=article)
    assert Comment.objects.public().filter(article=article).count() == 2
    assert "Ý kiến bạn đọc (2)" in page(article)
    assert numbers(page(article)) == [1, 2]


def test_a_page_of_comments_with_replies_costs_the_same_however_many_there_are(
    settings: Any,
) -> None:
    settings.GENERATION_MEMO_SECONDS = 3600
    article = make_article()
    for number in range(0, 22, 2):
        make_public(article, number + 1, parent=make_public(article, number))
    address = article.get_absolute_url()
    # What stands around every page is made once, and not counted here.
    ask(address)
    application.memory.clear()
    with CaptureQueriesContext(connection) as few:
        ask(address)
    for number in range(22, 60, 2):
        make_public(article, number + 1, parent=make_public(article, number))
    with CaptureQueriesContext(connection) as many:
        ask(address, query="thu-tu=cu-nhat")
    assert len(few) == len(many) <= 12


def test_the_address_of_a_comment_names_the_page_it_stands_on() -> None:
    article = make_article()
    comments = [make_public(article, number) for number in range(25)]
    reply = make_public(article, 99, parent=comments[3])
    for comment in (comments[0], comments[4], comments[5], comments[24], reply):
        path, _, rest = showing.address_of(comment).partition("?")
        assert path.split("#")[0] == article.get_absolute_url()
        query, _, _ = rest.partition("#")
        assert f'id="y-kien-{comment.pk}"' in page(article, query)


# --- whether comments are taken --------------------------------------------------------------------


@pytest.mark.parametrize("policy", [{"is_open": False}, {"close_after_days": 2}])
def test_a_page_that_takes_no_comments_shows_those_there_are_and_no_box(
    policy: dict[str, Any],
) -> None:
    article = make_article(published_at=timezone.now() - dt.timedelta(days=3))
    make_public(article, 1)
    assert "data-comment-box" in page(article)
    Policy(**policy).save()
    assert "data-comment-box" not in page(article)
    assert "Tin này không nhận ý kiến." in page(article)
    assert numbers(page(article)) == [1]


# --- replies ---------------------------------------------------------------------------------------


def send_reply(client: Client, article: Article, parent: Any, **changes: Any) -> Any:
    answer = {"text": "Tôi cũng thấy vậy.", "name": "Lê Văn C", "email": "c@example.vn"}
    return send(client, article, parent=parent, **(answer | changes))


@pytest.fixture
def answered() -> Comment:
    """A public comment on an article whose readers may answer each other."""
    Policy(replies_open=True).save()
    return make_public(make_article(), 1, name="Trần Thị Hỏi")


def test_a_reply_is_stored_under_its_comment_and_shown_there_once_approved(
    client: Client, answered: Comment
) -> None:
    assert send_reply(client, answered.article, answered.pk).status_code == 200
    reply = Comment.objects.get(parent=answered)
    assert "Tôi cũng thấy vậy." not in page(answered.article)
    reply.approve(by=make_user("comments.decide_comment"), seen=reply.revision)
    shown = page(answered.article)
    under = shown[shown.index(f'id="y-kien-{answered.pk}"') :]
    assert re.search(r'<ol class="replies" role="list"[^>]*>\s*<li class="comment"', under)
    assert under.index("Tôi cũng thấy vậy.") < under.index("</ol>")


def test_the_page_to_reply_quotes_what_is_answered(client: Client, answered: Comment) -> None:
    assert f"?tra-loi={answered.pk}" in page(answered.article)
    address = reverse("comments:write", args=[answered.article_id])
    words = client.get(address, {"tra-loi": answered.pk}).content.decode()
    assert "Lời số 1." in words
    assert "Trần Thị Hỏi" in words
    assert f'name="parent" value="{answered.pk}"' in words


def test_there_is_no_way_to_reply_unless_the_office_allows_it(client: Client) -> None:
    comment = make_public(make_article(), 1)
    assert "Trả lời" not in page(comment.article)
    answer = send_reply(client, comment.article, comment.pk)
    assert answer.status_code == 400
    assert "không còn nhận trả lời" in answer.content.decode()
    assert not Comment.objects.filter(status="pending").exists()


@pytest.mark.parametrize(
    "change", ["another article", "a reply", "pending", "hidden", "nothing", "no number", "huge"]
)
def test_what_may_not_be_answered_is_refused_and_the_text_kept(
    client: Client, answered: Comment, change: str
) -> None:
    article = answered.article
    parent: Any = {
        "another article": lambda: make_public(make_article(), 2).pk,
        "a reply": lambda: make_public(article, 2, parent=answered).pk,
        "pending": lambda: make_comment(article=article).pk,
        "hidden": lambda: make_comment(article=article, status="hidden").pk,
        "nothing": lambda: 999_999,
        "no number": lambda: "1\x00; --",
        "huge": lambda: 10**40,
    }[change]()
    before = Comment.objects.count()
    answer = send_reply(client, article, parent)
    words = answer.content.decode()
    assert answer.status_code == 400
    assert "không còn nhận trả lời" in words
    assert "Tôi cũng thấy vậy." in words
    assert 'name="parent"' not in words
    assert Comment.objects.count() == before
    asked = client.get(reverse("comments:write", args=[article.pk]), {"tra-loi": str(parent)})
    assert asked.status_code == 200
    assert 'name="parent"' not in asked.content.decode()


def test_the_same_words_under_two_comments_are_two_replies(
    client: Client, answered: Comment
) -> None:
    other = make_public(answered.article, 2)
    ticket = tickets.new_ticket(answered.article_id)
    for parent in (answered.pk, other.pk, "", answered.pk):
        answer = send_reply(client, answered.article, parent, ticket=ticket)
        assert answer.status_code == 200
    parents = Comment.objects.filter(status="pending").values_list("parent", flat=True)
    assert set(parents) == {answered.pk, other.pk, None}
    assert len(parents) == 3


def test_replies_leave_the_page_with_the_comment_above_them(answered: Comment) -> None:
    make_public(answered.article, 2, parent=answered)
    assert numbers(page(answered.article)) == [1, 2]
    answered.hide(by=make_user("comments.decide_comment"), seen=1, reason="insult")
    assert numbers(page(answered.article)) == []


def test_a_closed_article_takes_no_reply(client: Client, answered: Comment) -> None:
    Article.objects.filter(pk=answered.article_id).update(comments_open=False)
    assert send_reply(client, answered.article, answered.pk).status_code == 403
    assert not Comment.objects.filter(parent=answered).exists()
