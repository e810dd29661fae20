"""The buttons of the queue: exactly what is decided, and what is said."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comments.models import Decision
from tests.comments.queue import (
    MODERATOR,
    QUEUE,
    press,
    press_row,
    said,
    seen,
    statuses,
    undo_of,
)
from tests.desk import client_of
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db


def test_one_comment_is_approved_and_shown() -> None:
    comment = make_comment(text="Rất hoan nghênh")

    response = press(client_of(*MODERATOR), "approve", comment)

    comment.refresh_from_db()
    assert comment.status == "approved"
    assert comment.decided_by is not None
    assert said(response) == ["Đã duyệt 1 ý kiến."]
    assert "Rất hoan nghênh" in Client().get(comment.article.get_absolute_url()).content.decode()


def test_many_are_decided_and_the_unticked_stay() -> None:
    first, _second, third = make_comment(), make_comment(), make_comment()

    response = press(client_of(*MODERATOR), "refuse", first, third, reason="insult")

    assert statuses() == ["refused", "pending", "refused"]
    assert said(response) == ["Đã từ chối 2 ý kiến."]
    assert set(Decision.objects.values_list("reason", flat=True)) == {"insult"}


@pytest.mark.parametrize(
    ("verb", "before", "reason", "after"),
    [
        ("approve", {}, "", "approved"),
        ("refuse", {}, "advert", "refused"),
        ("spam", {}, "", "spam"),
        ("hide", {"status": "approved"}, "personal", "hidden"),
        ("keep", {"status": "approved", "reports": 3}, "", "approved"),
        ("approve", {"status": "spam"}, "", "approved"),
    ],
)
def test_each_button_of_a_row_decides_that_row_and_can_be_undone(
    verb: str, before: dict[str, Any], reason: str, after: str
) -> None:
    wanted, other = make_comment(**before), make_comment(**before)
    was = other.status
    client = client_of(*MODERATOR)

    response = press_row(client, verb, wanted, reason, chosen=[seen(other)])

    assert statuses() == [after, was]
    undone = client.post(reverse(QUEUE), {"_undo": undo_of(response)}, follow=True)
    assert statuses() == [was, was]
    assert said(undone) == ["Đã hoàn tác 1 ý kiến."]
    assert Decision.objects.filter(comment=wanted).count() == 2


def test_a_decision_leads_back_to_the_same_list() -> None:
    response = client_of(*MODERATOR).post(
        reverse(QUEUE) + "?q=x", {"_approve": seen(make_comment())}
    )

    assert response.headers["Location"] == reverse(QUEUE) + "?q=x"


def test_a_refusal_for_another_reason_needs_a_note_and_loses_nothing() -> None:
    first, second = make_comment(), make_comment()
    client = client_of(*MODERATOR)

    response = press_row(
        client,
        "refuse",
        first,
        "other",
        **{f"note-{first.pk}": " ", f"note-{second.pk}": "Đang viết", "chosen": [seen(second)]},
    )
    page = response.content.decode()

    assert statuses() == ["pending", "pending"]
    assert f'id="problem-{first.pk}">Hãy ghi rõ lý do khác là gì.' in page
    assert f'aria-describedby="problem-{first.pk}"' in page
    assert 'value="Đang viết"' in page
    assert f'value="{seen(second)}" checked' in page
    press_row(client, "refuse", first, "other", **{f"note-{first.pk}": "Sai tin"})
    assert Decision.objects.get().note == "Sai tin"


def test_a_refusal_of_the_ticked_for_another_reason_needs_a_note_beside_its_button() -> None:
    comment = make_comment()
    client = client_of(*MODERATOR)

    response = press(client, "refuse", comment, reason="other")

    page = response.content.decode()
    assert 'id="problem-refuse">Hãy ghi rõ lý do khác là gì.' in page
    assert f'value="{seen(comment)}" checked' in page
    assert statuses() == ["pending"]
    press(client, "refuse", comment, reason="other", **{"note-refuse": "Sai tin"})
    assert statuses() == ["refused"]


@pytest.mark.parametrize("reason", ["", "invented", "1"])
def test_nothing_is_refused_without_one_of_the_reasons(reason: str) -> None:
    response = press_row(client_of(*MODERATOR), "refuse", make_comment(), reason or ":")

    assert "Hãy chọn lý do." in response.content.decode()
    assert statuses() == ["pending"]


def test_a_note_longer_than_the_record_takes_is_said() -> None:
    comment = make_comment()

    response = press_row(
        client_of(*MODERATOR), "refuse", comment, "other", **{f"note-{comment.pk}": "a" * 501}
    )

    assert "Ghi chú dài quá 500 ký tự." in response.content.decode()
    assert statuses() == ["pending"]


def test_what_a_colleague_decided_first_is_named_and_the_others_are_done() -> None:
    mine, theirs = make_comment(), make_comment(name="Lê C")
    as_seen = [seen(mine), seen(theirs)]
    theirs.refuse(by=make_user(*MODERATOR), seen=1, reason="insult")

    response = press(client_of(*MODERATOR), "approve", chosen=as_seen)

    assert statuses() == ["approved", "refused"]
    assert said(response) == ["Ý kiến của Lê C: đã từ chối trước đó.", "Đã duyệt 1 ý kiến."]


def test_what_was_decided_and_undone_meanwhile_is_not_what_was_seen() -> None:
    comment = make_comment(name="Lê C")
    colleague, as_seen = make_user(*MODERATOR), seen(comment)
    comment.approve(by=colleague, seen=1)
    comment.undo(by=colleague, seen=2)

    response = press(client_of(*MODERATOR), "spam", chosen=[as_seen])

    assert statuses() == ["pending"]
    assert said(response) == ["Ý kiến của Lê C: chờ duyệt trước đó."]


def test_undoing_what_somebody_decided_again_is_reported() -> None:
    comment = make_comment(name="Lê C")
    client = client_of(*MODERATOR)
    undo = undo_of(press(client, "approve", comment))
    comment.refresh_from_db()
    comment.hide(by=make_user(*MODERATOR), seen=comment.revision, reason="insult")

    response = client.post(reverse(QUEUE), {"_undo": undo}, follow=True)

    assert statuses() == ["hidden"]
    assert len(said(response)) == 1 and "Lê C" in said(response)[0]


def test_several_are_undone_at_once() -> None:
    client = client_of(*MODERATOR)
    undo = undo_of(press(client, "spam", make_comment(), make_comment(), make_comment()))

    response = client.post(reverse(QUEUE), {"_undo": undo}, follow=True)

    assert statuses() == ["pending"] * 3
    assert said(response) == ["Đã hoàn tác 3 ý kiến."]


def test_selecting_across_pages_means_nothing() -> None:
    shown_row, _later = make_comment(), make_comment()

    press(client_of(*MODERATOR), "approve", shown_row, select_across="1", action="approve")

    assert statuses() == ["approved", "pending"]


def test_selecting_across_pages_is_not_offered() -> None:
    for _ in range(51):
        make_comment()

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    assert page.count("data-row") == 50
    assert "select_across" not in page
    assert "select-across" not in page


def test_nothing_ticked_decides_nothing_and_is_said() -> None:
    make_comment()

    response = press(client_of(*MODERATOR), "approve")

    assert said(response) == ["Hãy chọn ít nhất một ý kiến."]
    assert statuses() == ["pending"]


@pytest.mark.parametrize("key", ["abc", "-1", "9" * 40, "", "1 OR 1=1", "²", ":", "1:", "1:²"])
def test_a_senseless_key_decides_nothing(key: str) -> None:
    make_comment()
    client = client_of(*MODERATOR)

    assert press(client, "approve", chosen=[key]).status_code == 200
    assert client.post(reverse(QUEUE), {"_approve": key}, follow=True).status_code == 200
    assert client.post(reverse(QUEUE), {"_undo": key}, follow=True).status_code == 200
    assert statuses() == ["pending"]


def test_enter_in_a_field_decides_nothing_and_loses_nothing() -> None:
    comment = make_comment()

    response = client_of(*MODERATOR).post(
        reverse(QUEUE), {"chosen": [seen(comment)], f"note-{comment.pk}": "Đang viết"}
    )

    page = response.content.decode()
    assert statuses() == ["pending"]
    assert 'value="Đang viết"' in page
    assert f'value="{seen(comment)}" checked' in page


def test_looking_at_the_address_of_a_decision_decides_nothing() -> None:
    comment = make_comment()

    client_of(*MODERATOR).get(reverse(QUEUE), {"_approve": seen(comment)})

    assert statuses() == ["pending"]
