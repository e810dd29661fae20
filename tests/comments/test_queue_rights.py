"""Who may look at the queue and decide in it, and whose later comments are suspected."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments.models import BlockedSource, Decision
from tests.comments.queue import (
    MODERATOR,
    QUEUE,
    said,
    seen,
    statuses,
)
from tests.desk import client_of
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db

# --- Blocking a source -------------------------------------------------------------------------


def test_a_source_is_blocked_from_a_row_until_a_day() -> None:
    comment = make_comment(source="nguồn")

    response = client_of(*MODERATOR).post(
        reverse(QUEUE), {"_block": f"{comment.pk}:7"}, follow=True
    )

    blocked = BlockedSource.objects.get()
    assert blocked.source == "nguồn"
    assert dt.timedelta(days=6, hours=23) < blocked.until - timezone.now() < dt.timedelta(days=7)
    assert "Nghi spam" in said(response)[0]
    assert statuses() == ["pending"]


def test_what_blocking_does_is_said_before_it_is_done() -> None:
    make_comment(source="nguồn")

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    choice = page.partition("Chặn nguồn</summary>")[2].partition("</details>")[0]
    assert "vẫn được nhận, nhưng vào danh sách “Nghi spam”" in choice


@pytest.mark.parametrize("value", ["{}:8", "{}:31", "{}:"])
def test_a_source_is_blocked_for_no_other_time(value: str) -> None:
    comment = make_comment(source="nguồn")

    client_of(*MODERATOR).post(reverse(QUEUE), {"_block": value.format(comment.pk)}, follow=True)

    assert not BlockedSource.objects.exists()


def test_a_forgotten_source_cannot_be_blocked() -> None:
    comment = make_comment(source="")

    response = client_of(*MODERATOR).post(
        reverse(QUEUE), {"_block": f"{comment.pk}:7"}, follow=True
    )

    assert not BlockedSource.objects.exists()
    assert "không còn lưu" in said(response)[0]


# --- Who may -----------------------------------------------------------------------------------


BUTTONS = [
    {"_approve": "{seen}"},
    {"_refuse": "{seen}:insult"},
    {"_spam": "{seen}"},
    {"_hide": "{seen}:insult"},
    {"_keep": "{seen}"},
    {"_undo": "{seen}"},
    {"_approve": "chosen", "chosen": "{seen}"},
    {"_block": "{pk}:7"},
]


@pytest.mark.parametrize("button", BUTTONS, ids=lambda b: next(iter(b)))
@pytest.mark.parametrize(
    "rights", [("comments.view_comment",), ("comments.decide_comment",), ("news.change_article",)]
)
def test_who_may_not_look_and_decide_decides_nothing(
    button: dict[str, str], rights: tuple[str, ...]
) -> None:
    comment = make_comment(source="nguồn")
    client = client_of(*rights)
    data = {k: v.format(seen=seen(comment), pk=comment.pk) for k, v in button.items()}

    for address in (reverse(QUEUE), reverse("admin:comments_comment_change", args=[comment.pk])):
        assert client.post(address, data).status_code == 403
    assert statuses() == ["pending"]
    assert not Decision.objects.exists()
    assert not BlockedSource.objects.exists()


def test_who_may_only_look_sees_no_buttons() -> None:
    make_comment()

    page = client_of("comments.view_comment").get(reverse(QUEUE)).content.decode()

    assert 'name="_' not in page
    assert 'name="chosen"' not in page
    assert "queue.js" not in page


def test_who_may_not_look_sees_nothing() -> None:
    comment = make_comment()
    for rights in (("comments.decide_comment",), ("news.change_article",)):
        client = client_of(*rights)
        assert client.get(reverse(QUEUE)).status_code == 403
        page = reverse("admin:comments_comment_change", args=[comment.pk])
        assert client.get(page).status_code == 403


def test_who_is_not_logged_in_is_sent_to_the_door() -> None:
    comment = make_comment()

    assert reverse("admin:login") in Client().get(reverse(QUEUE)).headers["Location"]
    assert (
        reverse("admin:login")
        in Client().post(reverse(QUEUE), {"_approve": seen(comment)}).headers["Location"]
    )
    assert statuses() == ["pending"]


def test_a_forged_decision_without_token_is_refused() -> None:
    comment = make_comment()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(*MODERATOR))

    assert client.post(reverse(QUEUE), {"_approve": seen(comment)}).status_code == 403
    assert statuses() == ["pending"]


def test_nobody_adds_edits_or_deletes_a_comment() -> None:
    comment = make_comment(text="Nguyên văn")
    client = client_of(superuser=True)
    change = reverse("admin:comments_comment_change", args=[comment.pk])

    assert client.get(reverse("admin:comments_comment_add")).status_code == 403
    assert client.post(reverse("admin:comments_comment_add"), {"text": "x"}).status_code == 403
    assert client.post(change, {"text": "Đã sửa", "status": "approved"}).status_code == 403
    assert (
        client.post(
            reverse("admin:comments_comment_delete", args=[comment.pk]), {"post": "yes"}
        ).status_code
        == 403
    )
    client.post(reverse(QUEUE), {"action": "delete_selected", "_selected_action": comment.pk})
    comment.refresh_from_db()
    assert (comment.text, comment.status) == ("Nguyên văn", "pending")
