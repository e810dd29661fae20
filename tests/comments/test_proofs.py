"""Proof of work in a flood: on and off by itself, good once, bound to its ticket, and nobody turned away."""

import base64
import datetime as dt
import html
import json
from typing import Any

import altcha
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments import proofs, tickets
from comments.models import Comment, SpentProof
from news.models import Article
from tests.comments.sending import send
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def easy(settings: Any) -> None:
    settings.COMMENT_FLOOD = 2
    settings.COMMENT_PROOF_STEPS = (3, 9)
    settings.COMMENT_PROOF_ROUNDS = 2
    settings.COMMENT_TOO_FAST = 0


@pytest.fixture
def flood() -> Article:
    article = make_article()
    for _ in range(3):
        make_comment(article=article, source="other")
    return article


def solved(work: dict[str, Any]) -> str:
    challenge = altcha.Challenge.from_dict(work)
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def taken(article: Article, ticket: str, **changes: Any) -> Comment:
    answer = send(Client(), article, ticket=ticket, **changes)
    assert answer.status_code == 200
    assert "Cảm ơn bạn" in answer.content.decode()
    return Comment.objects.latest("id")


def codes(comment: Comment) -> list[str]:
    return [code for code, _ in comment.signals]


def test_without_a_flood_there_is_no_work_and_none_is_missed(client: Client) -> None:
    article = make_article()
    make_comment(article=article)
    make_comment(article=article)
    data = client.get(reverse("comments:ticket", args=[article.pk])).json()
    assert set(data) == {"ticket"}
    assert codes(taken(article, data["ticket"])) == []


def test_in_a_flood_the_ticket_brings_work_and_its_solution_keeps_the_comment_in_the_queue(
    client: Client, flood: Article
) -> None:
    data = client.get(reverse("comments:ticket", args=[flood.pk])).json()
    comment = taken(flood, data["ticket"], proof=solved(data["work"]))
    assert codes(comment) == []
    assert not comment.suspected


def test_the_form_on_a_page_of_its_own_brings_the_work_along_in_a_flood_only(
    client: Client, flood: Article
) -> None:
    address = reverse("comments:write", args=[flood.pk])
    page = html.unescape(client.get(address).content.decode())
    ticket = page.partition('name="ticket" value="')[2].partition('"')[0]
    work = json.loads(page.partition('data-work="')[2].partition('">')[0])
    assert codes(taken(flood, ticket, proof=solved(work))) == []
    Comment.objects.update(created_at=timezone.now() - proofs.WINDOW)
    assert "data-work" not in client.get(address).content.decode()


def test_a_flood_is_over_after_ten_minutes(flood: Article) -> None:
    assert proofs.is_flood()
    Comment.objects.update(created_at=timezone.now() - proofs.WINDOW)
    assert not proofs.is_flood()


def test_without_a_proof_a_comment_is_kept_as_suspected_and_thanked_for_all_the_same(
    flood: Article,
) -> None:
    comment = taken(flood, tickets.new_ticket(flood.pk))
    assert codes(comment) == ["no_proof"]
    assert comment.suspected


def test_the_same_proof_counts_once(flood: Article) -> None:
    ticket = tickets.new_ticket(flood.pk)
    proof = solved(proofs.work(ticket))
    assert codes(taken(flood, ticket, proof=proof)) == []
    assert codes(taken(flood, ticket, proof=proof, text="Ý kiến thứ hai của tôi.")) == ["no_proof"]


def test_a_refused_form_leaves_the_proof_unused_and_its_ticket_brings_work_again(
    flood: Article,
) -> None:
    ticket = tickets.new_ticket(flood.pk)
    proof = solved(proofs.work(ticket))
    refused = send(Client(), flood, text="", ticket=ticket, proof=proof, as_json=True).json()
    assert refused["ticket"] == ticket
    assert refused["work"]["parameters"]["data"] == {"ticket": ticket}
    assert codes(taken(flood, ticket, proof=proof)) == []


def test_a_double_post_with_one_proof_is_one_comment_without_suspicion(flood: Article) -> None:
    ticket = tickets.new_ticket(flood.pk)
    proof = solved(proofs.work(ticket))
    first = taken(flood, ticket, proof=proof)
    assert taken(flood, ticket, proof=proof) == first
    assert codes(first) == []


def test_a_proof_for_another_ticket_is_none(flood: Article) -> None:
    proof = solved(proofs.work(tickets.new_ticket(flood.pk)))
    assert codes(taken(flood, tickets.new_ticket(flood.pk), proof=proof)) == ["no_proof"]
    assert not SpentProof.objects.exists()


def test_an_expired_proof_is_none(flood: Article, settings: Any) -> None:
    ticket = tickets.new_ticket(flood.pk)
    proof = solved(proofs.work(ticket))
    later = timezone.now() + dt.timedelta(seconds=settings.COMMENT_TICKET_MAX_AGE + 2)
    with time_machine.travel(later):
        assert not proofs.spend(proof, ticket)
    assert proofs.spend(proof, ticket)


def changed(proof: str, **changes: Any) -> str:
    payload = json.loads(base64.b64decode(proof))
    for place, value in changes.items():
        outer, _, inner = place.partition("__")
        if inner in payload[outer]:
            payload[outer][inner] = value
        else:
            payload[outer]["parameters"][inner] = value
    return base64.b64encode(json.dumps(payload).encode()).decode()


@pytest.mark.parametrize(
    "forged",
    [
        {"challenge__cost": 1},
        {"challenge__keyPrefix": ""},
        {"challenge__expiresAt": 9_999_999_999},
        {"challenge__algorithm": "SHA-256"},
        {"challenge__signature": "0" * 64},
        {"challenge__signature": None},
        {"solution__counter": 1},
        {"solution__counter": "1"},
        {"solution__counter": -1},
        {"solution__derivedKey": "00" * 32},
        {"solution__derivedKey": None},
    ],
)
def test_a_forged_proof_is_none(flood: Article, forged: dict[str, Any]) -> None:
    ticket = tickets.new_ticket(flood.pk)
    proof = changed(solved(proofs.work(ticket)), **forged)
    assert not proofs.spend(proof, ticket)


def test_a_riddle_that_somebody_else_made_is_none(flood: Article) -> None:
    ticket = tickets.new_ticket(flood.pk)
    theirs = altcha.create_challenge(
        "PBKDF2/SHA-256", 1, counter=1, data={"ticket": ticket}, hmac_secret=b"theirs"
    )
    assert not proofs.spend(solved(theirs.to_dict()), ticket)


@pytest.mark.parametrize(
    "nonsense",
    [
        "x",
        "é",
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b'{"challenge": 1, "solution": 2}').decode(),
        base64.b64encode(b'{"challenge": {"parameters": []}, "solution": {}}').decode(),
        base64.b64encode(b"[" * 2000).decode(),
        base64.b64encode(b"\xff\xfe").decode(),
        "A" * 5000,
    ],
)
def test_nonsense_in_place_of_a_proof_is_no_error(flood: Article, nonsense: str) -> None:
    assert codes(taken(flood, tickets.new_ticket(flood.pk), proof=nonsense)) == ["no_proof"]


def test_used_proofs_are_forgotten_once_they_could_not_come_again(flood: Article) -> None:
    ticket = tickets.new_ticket(flood.pk)
    assert proofs.spend(solved(proofs.work(ticket)), ticket)
    assert SpentProof.forget_expired() == 0
    SpentProof.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert SpentProof.forget_expired() == 1


def test_the_question_whether_it_is_a_flood_counts_no_further_than_it_must(
    flood: Article, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1) as asked:
        proofs.is_flood()
    assert "LIMIT 3" in asked.captured_queries[0]["sql"]
