"""The moderators' queue: what waits, who decides, and exactly what is decided."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments.admin import key_of, waiting_words
from comments.models import Comment, Reason
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db

MODERATOR = ("comments.view_comment", "comments.decide_comment")
QUEUE = "admin:comments_comment_changelist"
APPROVE, REFUSE = "0", "1"


def client_of(*permissions: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_user(*permissions, **fields))
    return client


def decide(client: Client, button: str, *ticked: Any, **extra: Any) -> Any:
    """What the queue's form sends when a button for all ticked rows is pressed."""
    keys = [key_of(comment) if isinstance(comment, Comment) else comment for comment in ticked]
    data = {
        "action": ["approve_ticked", "refuse_ticked"],
        "index": button,
        "_selected_action": keys,
    }
    return client.post(reverse(QUEUE), data | extra, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def statuses() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("status", flat=True))


# --- What is shown ------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_the_longest_waiting_first() -> None:
    now = timezone.now()
    young = make_comment(created_at=now - dt.timedelta(minutes=5))
    old = make_comment(created_at=now - dt.timedelta(days=3))
    make_comment(status="approved")
    make_comment(status="refused")

    response = client_of(*MODERATOR).get(reverse(QUEUE))

    assert (
        list(response.context["cl"].result_list) == [old, young] == list(Comment.objects.awaiting())
    )
    assert "3 ngày" in response.content.decode()
    assert "5 phút" in response.content.decode()


@pytest.mark.parametrize(
    ("status", "number"), [("approved", 1), ("refused", 2), ("all", 6), ("pending", 3)]
)
def test_other_states_are_shown_when_asked_for(status: str, number: int) -> None:
    for state, times in (("pending", 3), ("approved", 1), ("refused", 2)):
        for _ in range(times):
            make_comment(status=state)

    response = client_of(*MODERATOR).get(reverse(QUEUE), {"status": status})

    assert len(response.context["cl"].result_list) == number


def test_a_row_shows_all_that_a_moderator_needs_and_masks_the_e_mail() -> None:
    article = make_article(title="Cầu mới")
    make_comment(
        article=article,
        name="Trần B",
        email="tranb@example.vn",
        text="Dòng một\nDòng hai",
        signals=[["phone", "0903 123 456"]],
    )

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    assert f'<a href="{article.get_absolute_url()}">Cầu mới</a>' in page
    assert "Dòng một<br>Dòng hai" in page
    assert "Trần B" in page
    assert "t***@example.vn" in page
    assert "tranb@" not in page
    assert "△ Có số điện thoại: 0903 123 456" in page


def test_what_a_reader_wrote_stays_plain_text() -> None:
    comment = make_comment(name="<b>A</b>", text="<script>alert(1)</script> https://example.com")
    client = client_of(*MODERATOR)

    for address in (reverse(QUEUE), reverse("admin:comments_comment_change", args=[comment.pk])):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>A</b>" not in page
        assert 'href="https://example.com' not in page


def test_the_queue_costs_the_same_for_three_rows_and_for_thirty() -> None:
    client = client_of(*MODERATOR)
    costs = []
    for number in (3, 27):
        for _ in range(number):
            make_comment()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(QUEUE)).status_code == 200
        costs.append(len(queries))

    assert costs == [8, 8]


@pytest.mark.parametrize(
    ("waited", "words"),
    [
        (dt.timedelta(seconds=59), "chưa đến 1 phút"),
        (dt.timedelta(minutes=1), "1 phút"),
        (dt.timedelta(minutes=119), "1 giờ"),
        (dt.timedelta(hours=23, minutes=59), "23 giờ"),
        (dt.timedelta(days=3, hours=5), "3 ngày"),
        (dt.timedelta(seconds=-5), "chưa đến 1 phút"),
    ],
)
def test_waiting_is_said_in_its_largest_unit(waited: dt.timedelta, words: str) -> None:
    assert waiting_words(waited) == words


# --- Deciding -----------------------------------------------------------------------------------


def test_one_comment_is_approved_and_shown() -> None:
    comment = make_comment(text="Rất hoan nghênh")
    user_client = client_of(*MODERATOR)

    response = decide(user_client, APPROVE, comment)

    comment.refresh_from_db()
    assert comment.status == "approved"
    assert comment.decided_by is not None
    assert said(response) == ["Đã duyệt 1 ý kiến."]
    assert "Rất hoan nghênh" in Client().get(comment.article.get_absolute_url()).content.decode()


def test_many_are_decided_and_the_unticked_stay() -> None:
    first, second, third = make_comment(), make_comment(), make_comment()

    response = decide(client_of(*MODERATOR), REFUSE, first, third)

    assert statuses() == ["refused", "pending", "refused"]
    assert said(response) == ["Đã từ chối 2 ý kiến."]
    assert second.status == "pending"


def test_selecting_across_pages_is_refused() -> None:
    shown, _later = make_comment(), make_comment()

    response = decide(client_of(*MODERATOR), APPROVE, shown, select_across="1")

    assert statuses() == ["pending", "pending"]
    assert said(response) == ["Chỉ quyết định được những ý kiến đang hiện trên trang và được chọn."]


def test_selecting_across_pages_is_not_offered() -> None:
    for _ in range(51):
        make_comment()

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    assert "select_across" not in page
    assert "select-across" not in page
    assert 'class="question' not in page


def test_what_a_colleague_decided_first_is_named_and_the_others_are_done() -> None:
    mine, theirs = make_comment(), make_comment(name="Lê C")
    Comment.objects.get(pk=theirs.pk).refuse(by=make_user(*MODERATOR), seen=1, reason=Reason.INSULT)

    response = decide(client_of(*MODERATOR), APPROVE, mine, theirs)

    assert statuses() == ["approved", "refused"]
    assert said(response) == ["Ý kiến của Lê C: đã từ chối trước đó.", "Đã duyệt 1 ý kiến."]


def test_nothing_ticked_decides_nothing() -> None:
    make_comment()

    decide(client_of(*MODERATOR), APPROVE)

    assert statuses() == ["pending"]


@pytest.mark.parametrize(
    "key", ["abc", "-1", "9" * 40, "", "1 OR 1=1", "²", "1", "1:", ":1", "1:1:1", "1:²"]
)
def test_a_senseless_key_decides_nothing(key: str) -> None:
    make_comment()
    client = client_of(*MODERATOR)

    assert decide(client, APPROVE, key).status_code == 200
    assert client.post(reverse(QUEUE), {"_approve": key}, follow=True).status_code == 200
    assert statuses() == ["pending"]


def test_enter_in_a_tick_box_decides_nothing() -> None:
    comment = make_comment()

    client_of(*MODERATOR).post(
        reverse(QUEUE),
        {"action": ["approve_ticked", "refuse_ticked"], "_selected_action": [key_of(comment)]},
    )

    assert statuses() == ["pending"]


@pytest.mark.parametrize(("button", "status"), [("_approve", "approved"), ("_refuse", "refused")])
def test_the_buttons_of_a_row_decide_that_row(button: str, status: str) -> None:
    wanted, other = make_comment(), make_comment()

    response = client_of(*MODERATOR).post(
        reverse(QUEUE) + "?q=x", {button: key_of(wanted), "_selected_action": [key_of(other)]}
    )

    assert statuses() == [status, "pending"]
    assert response.headers["Location"] == reverse(QUEUE) + "?q=x"


def test_what_was_seen_before_a_decision_decides_nothing_after_it() -> None:
    comment = make_comment(name="Lê C")
    Comment.objects.get(pk=comment.pk).refuse(
        by=make_user(*MODERATOR), seen=1, reason=Reason.INSULT
    )

    response = client_of(*MODERATOR).post(
        reverse(QUEUE), {"_approve": key_of(comment)}, follow=True
    )

    assert statuses() == ["refused"]
    assert said(response) == ["Ý kiến của Lê C: đã từ chối trước đó."]


def test_looking_at_the_address_of_a_decision_decides_nothing() -> None:
    comment = make_comment()

    client_of(*MODERATOR).get(
        reverse(QUEUE), {"_approve": key_of(comment), "action": "approve_ticked"}
    )

    assert statuses() == ["pending"]


# --- Who may ------------------------------------------------------------------------------------


def test_who_may_only_look_sees_no_buttons_and_decides_nothing() -> None:
    comment = make_comment()
    client = client_of("comments.view_comment")

    page = client.get(reverse(QUEUE)).content.decode()
    decide(client, APPROVE, comment)
    refused = client.post(reverse(QUEUE), {"_approve": key_of(comment)})

    assert "_approve" not in page
    assert "approve_ticked" not in page
    assert refused.status_code == 403
    assert statuses() == ["pending"]


def test_who_may_decide_but_not_look_decides_nothing() -> None:
    comment = make_comment()
    client = client_of("comments.decide_comment")

    assert client.get(reverse(QUEUE)).status_code == 403
    assert client.post(reverse(QUEUE), {"_approve": key_of(comment)}).status_code == 403
    assert decide(client, APPROVE, comment).status_code == 403
    assert statuses() == ["pending"]


def test_staff_without_rights_are_refused() -> None:
    comment = make_comment()
    client = client_of("news.change_article")

    assert client.get(reverse(QUEUE)).status_code == 403
    assert (
        client.get(reverse("admin:comments_comment_change", args=[comment.pk])).status_code == 403
    )
    assert client.post(reverse(QUEUE), {"_refuse": key_of(comment)}).status_code == 403
    assert statuses() == ["pending"]


def test_who_is_not_logged_in_is_sent_to_the_door() -> None:
    comment = make_comment()

    assert reverse("admin:login") in Client().get(reverse(QUEUE)).headers["Location"]
    assert (
        reverse("admin:login")
        in Client().post(reverse(QUEUE), {"_approve": key_of(comment)}).headers["Location"]
    )
    assert statuses() == ["pending"]


def test_a_forged_decision_without_token_is_refused() -> None:
    comment = make_comment()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(*MODERATOR))

    assert client.post(reverse(QUEUE), {"_approve": key_of(comment)}).status_code == 403
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
    decide(client, "2", comment, action=["delete_selected"] * 3, post="yes")
    comment.refresh_from_db()
    assert (comment.text, comment.status) == ("Nguyên văn", "pending")


def test_the_page_of_one_comment_has_its_buttons_while_it_waits() -> None:
    comment = make_comment()
    client = client_of(*MODERATOR)
    address = reverse("admin:comments_comment_change", args=[comment.pk])

    assert 'name="_approve"' in client.get(address).content.decode()
    comment.approve(by=make_user(*MODERATOR), seen=1)
    assert 'name="_approve"' not in client.get(address).content.decode()
    assert 'name="_approve"' not in client_of("comments.view_comment").get(address).content.decode()
