"""The record of decisions at the desk: read only, paged without counting, without text or address."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments.admin import decisions
from comments.models import Action, Decision
from tests.comments.queue import MODERATOR
from tests.desk import client_of
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db

RECORD = "admin:comments_decision_changelist"
READER = ("comments.view_decision",)


def decide(number: int) -> list[Decision]:
    """So many decisions at one moment."""
    comment, now = make_comment(), timezone.now()
    return Decision.objects.bulk_create(
        Decision(comment=comment, action=Action.APPROVE, at=now, before="x", after="y", revision=n)
        for n in range(number)
    )


def test_the_record_says_who_did_what_when_and_why_without_text_or_address() -> None:
    comment = make_comment(text="Lời của dân", name="Trần B", email="tranb@example.vn")
    comment.refuse(
        by=make_user(*MODERATOR, first_name="Lan"), seen=1, reason="other", note="Sai tin"
    )

    page = client_of(*READER).get(reverse(RECORD)).content.decode()

    for word in ("Lan", "Từ chối", "Lý do khác", "Sai tin", f"Số {comment.pk}"):
        assert word in page
    for word in ("Lời của dân", "Trần B", "example.vn"):
        assert word not in page


def test_only_who_may_look_at_comments_is_led_to_them() -> None:
    comment = make_comment()
    comment.approve(by=make_user(*MODERATOR), seen=1)
    address = reverse("admin:comments_comment_change", args=[comment.pk])

    assert address not in client_of(*READER).get(reverse(RECORD)).content.decode()
    both = client_of(*READER, "comments.view_comment")
    assert address in both.get(reverse(RECORD)).content.decode()


def test_pages_follow_each_other_without_gap_or_double(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "PER_PAGE", 2)
    made = decide(5)
    client, address, found = client_of(*READER), reverse(RECORD), []
    for _ in range(3):
        context = client.get(address).context
        found += context["decisions"]
        if context["older"]:
            address = f"{reverse(RECORD)}?truoc={context['older'].pk}"

    assert found == made[::-1]
    assert context["older"] is None


def test_a_page_counts_nothing_and_costs_the_same_for_ever() -> None:
    client = client_of(*READER)
    costs = []
    for number in (3, 60):
        decide(number)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(RECORD))
        costs.append(len(queries))
        assert not any('COUNT(*) AS "__count" FROM "comments_' in q["sql"] for q in queries)

    assert costs[0] == costs[1]


def test_nobody_changes_the_record() -> None:
    [decision] = decide(1)
    client = client_of(superuser=True)
    change = reverse("admin:comments_decision_change", args=[decision.pk])

    assert client.post(change, {"note": "Sửa", "action": "refuse"}).status_code == 403
    delete = reverse("admin:comments_decision_delete", args=[decision.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:comments_decision_add")).status_code == 403
    assert Decision.objects.get().action == "approve"


def test_the_record_is_for_who_has_the_right() -> None:
    client = client_of("comments.decide_comment")

    assert client.get(reverse(RECORD)).status_code == 403
    assert client.post(reverse(RECORD)).status_code == 403


@pytest.mark.parametrize("key", ["x", "9" * 40, "²", "0"])
def test_a_senseless_address_shows_the_newest(key: str) -> None:
    decide(1)

    response = client_of(*READER).get(reverse(RECORD), {"truoc": key})

    assert len(response.context["decisions"]) == 1
    assert dt.timedelta(0) < timezone.now() - response.context["decisions"][0].at
