"""Readers report a comment: without an account, within a limit, and only for a moderator to look."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments import retention, tickets
from comments.models import Comment, Quota, Report
from comments.models.report import KEPT
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


def make_public(**fields: Any) -> Comment:
    return make_comment(status=Comment.Status.APPROVED, **fields)


def send(client: Client, comment: Comment, **changes: Any) -> Any:
    data = {"reason": "insult", "ticket": tickets.new_ticket(comment.article_id), **changes}
    return client.post(reverse("comments:report", args=[comment.pk]), data)


def from_somewhere(number: int) -> Client:
    return Client(REMOTE_ADDR=f"198.51.100.{number}")


def reports_of(comment: Comment) -> int:
    return Comment.objects.get(pk=comment.pk).reports


def test_the_page_quotes_the_comment_and_hides_who_sent_it(client: Client) -> None:
    comment = make_public(text="Lời khó nghe", name="Lê Văn C", email="c@example.vn")
    words = client.get(reverse("comments:report", args=[comment.pk])).content.decode()
    assert "Lời khó nghe" in words
    assert "Lê Văn C" in words
    assert "c@example.vn" not in words


def test_a_report_is_thanked_and_raises_the_number_by_one(client: Client) -> None:
    comment = make_public()
    answer = send(client, comment)
    assert answer.status_code == 200
    assert "Cảm ơn bạn." in answer.content.decode()
    assert reports_of(comment) == 1
    assert Report.objects.get().reason == "insult"
    assert Comment.objects.reported().get() == comment


def test_a_report_leaves_the_comment_where_it_is(client: Client) -> None:
    comment = make_public(text="Vẫn còn đây")
    for number in range(30):
        send(from_somewhere(number), comment)
    assert Comment.objects.get(pk=comment.pk).revision == comment.revision
    assert "Vẫn còn đây" in client.get(comment.article.get_absolute_url()).content.decode()


def test_one_source_counts_once_and_is_answered_in_the_same_bytes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = make_public()
    answers = [send(client, comment), send(client, comment, reason="")]
    answers.append(send(from_somewhere(7), comment))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.content for answer in answers}) == 1
    assert reports_of(comment) == 2


def test_one_source_is_limited_with_a_time_to_wait(client: Client, settings: Any) -> None:
    article = make_article()
    comments = [make_public(article=article) for _ in range(settings.COMMENT_LIMIT + 1)]
    answers = [send(client, comment) for comment in comments]
    assert [answer.status_code for answer in answers[:-1]] == [200] * settings.COMMENT_LIMIT
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["Retry-After"]) <= settings.COMMENT_LIMIT_SECONDS
    assert reports_of(comments[-1]) == 0
    assert send(from_somewhere(9), comments[-1]).status_code == 200


def test_reporting_takes_nothing_from_what_a_source_may_write(
    client: Client, settings: Any
) -> None:
    article = make_article()
    for _ in range(settings.COMMENT_LIMIT):
        send(client, make_public(article=article))
    sent = client.post(
        reverse("comments:write", args=[article.pk]),
        {
            "text": "Một lời",
            "name": "An Na",
            "email": "a@example.vn",
            "consent": "on",
            "ticket": tickets.new_ticket(article.pk),
        },
    )
    assert sent.status_code == 200
    written = Comment.objects.get(text="Một lời").source
    assert not Report.objects.filter(source=written).exists()
    assert not Quota.objects.filter(source="127.0.0.1").exists()


@pytest.mark.parametrize("state", ["pending", "refused", "spam", "hidden", "withdrawn"])
def test_what_is_not_public_can_be_neither_seen_nor_reported(client: Client, state: str) -> None:
    comment = make_comment(status=state)
    assert client.get(reverse("comments:report", args=[comment.pk])).status_code == 404
    assert send(client, comment).status_code == 404
    assert reports_of(comment) == 0


@pytest.mark.parametrize("ticket", ["", "forged", "1.abc:1u:x"])
def test_a_forged_ticket_reports_nothing_and_asks_again(client: Client, ticket: str) -> None:
    comment = make_public()
    answer = send(client, comment, ticket=ticket)
    assert answer.status_code == 400
    assert 'name="ticket"' in answer.content.decode()
    assert reports_of(comment) == 0


def test_another_site_cannot_let_its_visitors_report(client: Client) -> None:
    comment = make_public()
    data = {"ticket": tickets.new_ticket(comment.article_id)}
    address = reverse("comments:report", args=[comment.pk])
    answer = client.post(address, data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert reports_of(comment) == 0


@pytest.mark.parametrize("reason", ["<script>", "repeated", "\x00"])
def test_a_reason_that_is_not_in_the_list_is_refused(client: Client, reason: str) -> None:
    comment = make_public()
    assert send(client, comment, reason=reason).status_code == 400
    assert reports_of(comment) == 0


def test_after_a_moderator_kept_it_the_same_sources_raise_nothing_again(client: Client) -> None:
    comment = make_public()
    send(client, comment)
    comment.refresh_from_db()
    comment.keep(by=make_user("comments.decide_comment"), seen=comment.revision)
    send(client, comment)
    assert reports_of(comment) == 0
    send(from_somewhere(3), comment)
    assert reports_of(comment) == 1


def test_who_reported_is_forgotten_after_thirty_days(client: Client, time_machine: Any) -> None:
    start = timezone.now()
    time_machine.move_to(start, tick=False)
    comment = make_public()
    send(client, comment)
    time_machine.move_to(start + KEPT, tick=False)
    retention.forget_old()
    assert Report.objects.count() == 1
    time_machine.move_to(start + KEPT + dt.timedelta(seconds=1), tick=False)
    retention.forget_old()
    assert not Report.objects.exists()
    assert reports_of(comment) == 1
