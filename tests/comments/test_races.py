"""Many at once: double posts, limits, decisions. Nothing is lost that got a good answer, and one wins."""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import altcha
import pytest
from django.db import IntegrityError, connection
from django.test import Client

from comments import proofs, tickets
from comments.models import AlreadyDecided, Answer, Comment, Decision, Quota, Reason
from news.models import OutboxMessage
from tests.comments.sending import send
from tests.factories import make_article, make_comment, make_user
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_parallel_identical_posts_make_one_row_and_twenty_polite_answers() -> None:
    article = make_article()
    ticket = tickets.new_ticket(article.pk)

    answers = race(*[lambda: send(Client(), article, ticket=ticket)] * 20)

    assert [answer.status_code for answer in answers] == [200] * 20
    assert all("Cảm ơn bạn" in answer.content.decode() for answer in answers)
    assert Comment.objects.count() == 1
    assert Quota.objects.get().stored == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes no log")
def test_the_database_s_log_repeats_nothing_that_a_reader_wrote() -> None:
    article = make_article()
    ticket = tickets.new_ticket(article.pk)
    race(*[lambda: send(Client(), article, ticket=ticket)] * 20)
    with pytest.raises(IntegrityError):
        make_comment(article=article, digest=Comment.objects.get().digest, name="Trần Thị B")
    with connection.cursor() as cursor:
        cursor.execute("SHOW unix_socket_directories")
        log = Path(cursor.fetchone()[0], "log").read_text()
    assert "duplicate key" in log
    assert "Trần Thị B" not in log
    assert "b@example.vn" not in log


def test_two_hundred_posts_from_forty_sources_lose_nothing_and_keep_the_limit(
    settings: Any,
) -> None:
    """Of each source four different ones, the first of them twice: three are taken, the last is told to wait."""
    settings.COMMENT_LIMIT = 3
    article = make_article()
    ticket = tickets.new_ticket(article.pk)
    posts = [(source, number) for number in (0, 0, 1, 2, 3) for source in range(40)]

    def post(source: int, number: int) -> int:
        client = Client(REMOTE_ADDR=f"203.0.113.{source}")
        words = f"Ý kiến {number} của {source}"
        return send(client, article, text=words, ticket=ticket).status_code

    codes: list[int] = []
    for first in range(0, len(posts), 20):
        codes += race(*(partial(post, s, n) for s, n in posts[first : first + 20]))

    assert len(codes) == 200
    stored = set(Comment.objects.values_list("text", flat=True))
    for (source, number), code in zip(posts, codes, strict=True):
        assert code == (200 if f"Ý kiến {number} của {source}" in stored else 429)
    by_source = Counter(text.partition(" của ")[2] for text in stored)
    assert by_source == {str(source): 3 for source in range(40)}
    assert set(Quota.objects.values_list("stored", flat=True)) == {3}


def test_the_limit_is_exact_when_one_source_sends_twelve_at_once(settings: Any) -> None:
    article = make_article()

    answers = race(*(partial(send, Client(), article, text=f"Ý kiến {n}") for n in range(12)))

    limit = settings.COMMENT_LIMIT
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] * limit + [429] * (12 - limit)
    assert Comment.objects.count() == limit


def decide(comment: Comment, how: str, moderator: Any) -> str:
    """The decision of a moderator who saw the first revision: "" or what was said instead."""
    try:
        if how == "approve":
            comment.approve(by=moderator, seen=1)
        elif how == "refuse":
            comment.refuse(by=moderator, seen=1, reason=Reason.INSULT)
        elif how == "spam":
            comment.mark_spam(by=moderator, seen=1)
        else:
            comment.withdraw(seen=1)
    except AlreadyDecided as late:
        return str(late)
    return ""


@pytest.mark.parametrize(
    "pair",
    [("approve", "refuse"), ("approve", "approve"), ("refuse", "spam"), ("approve", "withdraw")],
)
def test_of_two_who_decide_at_once_one_wins_fifty_times(pair: tuple[str, str]) -> None:
    moderators = [make_user("comments.decide_comment") for _ in pair]
    article = make_article()
    for _ in range(50):
        comment = make_comment(article=article)
        both = [Comment.objects.get(pk=comment.pk) for _ in pair]
        said = race(
            *(partial(decide, c, how, m) for c, how, m in zip(both, pair, moderators, strict=True))
        )
        assert sorted(map(bool, said)) == [False, True]
        comment.refresh_from_db()
        assert comment.revision == 2
        decision = Decision.objects.get(comment=comment)
        assert decision.after == comment.status
        assert pair[said.index("")] == decision.action


def test_of_two_who_undo_at_once_one_wins_fifty_times() -> None:
    moderator = make_user("comments.decide_comment")
    article = make_article()
    for _ in range(50):
        comment = make_comment(article=article)
        comment.approve(by=moderator, seen=1)

        def undo(key: int = comment.pk) -> bool:
            try:
                Comment.objects.get(pk=key).undo(by=moderator, seen=2)
            except AlreadyDecided:
                return False
            return True

        assert sorted(race(undo, undo)) == [False, True]
        comment.refresh_from_db()
        assert (comment.status, comment.revision) == ("pending", 3)


def test_of_two_who_decide_about_an_answer_at_once_one_wins_and_one_mail_goes_out() -> None:
    writer = make_user("comments.answer_comment")
    colleagues = [make_user("comments.answer_comment", "comments.publish_answer") for _ in "12"]
    for how in ("publish", "return_to_writer") * 10:
        comment = make_comment(status="approved", notify=Comment.Notify.CONFIRMED)
        answer = Answer.begin(comment, "Lời của cơ quan", by=writer)
        answer.submit(by=writer, seen=1)

        def decide(verb: str, by: Any, key: int = answer.pk) -> bool:
            extra = {"note": "Sửa giúp"} if verb == "return_to_writer" else {}
            try:
                getattr(Answer.objects.get(pk=key), verb)(by=by, seen=2, **extra)
            except AlreadyDecided:
                return False
            return True

        won = race(partial(decide, "publish", colleagues[0]), partial(decide, how, colleagues[1]))

        assert sorted(won) == [False, True]
        answer.refresh_from_db()
        assert answer.revision == 3
        assert answer.steps.count() == 3
        published = answer.state == Answer.State.PUBLISHED
        mails = OutboxMessage.objects.filter(key=f"answer:{answer.pk}").count()
        assert mails == (1 if published else 0)


def test_of_twenty_who_send_the_same_proof_at_once_one_has_done_the_work(settings: Any) -> None:
    settings.COMMENT_FLOOD = 0
    settings.COMMENT_LIMIT = 20
    article = make_article()
    make_comment(article=article)
    ticket = tickets.new_ticket(article.pk)
    challenge = altcha.Challenge.from_dict(proofs.work(ticket))
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    proof = altcha.Payload(challenge, solution).to_base64()

    texts = [f"Ý kiến {number} của tôi" for number in range(20)]
    answers = race(
        *(partial(send, Client(), article, ticket=ticket, proof=proof, text=text) for text in texts)
    )

    assert [answer.status_code for answer in answers] == [200] * 20
    stored = Comment.objects.filter(text__in=texts)
    without = [c for c in stored if "no_proof" in [code for code, _ in c.signals]]
    assert (len(stored), len(without)) == (20, 19)


def test_of_ten_comments_with_one_address_approved_at_once_one_asks_it_by_mail() -> None:
    by = make_user("comments.decide_comment")
    comments = [make_comment(notify="asked", email="b@example.vn") for _ in range(10)]

    race(*(partial(comment.approve, by=by, seen=1) for comment in comments))

    assert Comment.objects.filter(status="approved").count() == 10
    assert OutboxMessage.objects.count() == 1
