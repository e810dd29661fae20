"""The page of one comment: everything of its row, its record, and the address for who may see it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comments.models import Comment, Decision
from tests.comments.queue import MODERATOR, said, seen
from tests.desk import client_of
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db

REVEALER = ("comments.view_comment", "comments.reveal_email")


def page_of(comment: Comment) -> str:
    return reverse("admin:comments_comment_change", args=[comment.pk])


def reveal_of(comment: Comment) -> str:
    return reverse("admin:comments_comment_reveal", args=[comment.pk])


def look(client: Client, comment: Comment) -> str:
    return client.get(page_of(comment)).content.decode()


def test_the_page_shows_the_comment_and_its_record_the_newest_first() -> None:
    comment = make_comment(name="Trần B", text="Nguyên văn", email="tranb@example.vn")
    lan = make_user(*MODERATOR, first_name="Lan")
    comment.refuse(by=lan, seen=1, reason="other", note="Sai tin")
    comment.undo(by=lan, seen=2)

    page = look(client_of(*MODERATOR), comment)

    assert "Nguyên văn" in page and "Trần B" in page and "t***@example.vn" in page
    assert "tranb@" not in page
    record = page.partition('<table class="audit">')[2]
    assert record.index("Hoàn tác") < record.index("Từ chối")
    assert "Sai tin" in record and "Lan" in record


def test_the_buttons_are_those_that_the_state_allows() -> None:
    comment = make_comment()
    client = client_of(*MODERATOR)

    assert 'name="_approve"' in look(client, comment)
    comment.approve(by=make_user(*MODERATOR), seen=1)
    page = look(client, comment)
    assert 'name="_approve"' not in page
    assert 'name="_hide"' in page and 'name="_undo" value="' in page
    assert 'name="_' not in look(client_of("comments.view_comment"), comment).replace(
        'name="_nothing"', ""
    )


def test_a_decision_on_the_page_leads_to_the_queue() -> None:
    comment = make_comment()

    response = client_of(*MODERATOR).post(page_of(comment), {"_approve": seen(comment)})

    assert response.headers["Location"] == reverse("admin:comments_comment_changelist")
    comment.refresh_from_db()
    assert comment.status == "approved"


def test_a_missing_note_is_said_on_the_page_and_what_was_typed_stays() -> None:
    comment = make_comment()

    response = client_of(*MODERATOR).post(page_of(comment), {"_refuse": f"{seen(comment)}:other"})

    page = response.content.decode()
    assert "Hãy ghi rõ lý do khác là gì." in page
    assert f'aria-describedby="problem-{comment.pk}"' in page
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_enter_in_the_note_decides_nothing_and_keeps_it() -> None:
    comment = make_comment()

    response = client_of(*MODERATOR).post(
        page_of(comment), {"_nothing": "", f"note-{comment.pk}": "Đang viết"}
    )

    assert 'value="Đang viết"' in response.content.decode()
    comment.refresh_from_db()
    assert comment.status == "pending"


def test_a_comment_that_never_was_is_not_found() -> None:
    client = client_of(*MODERATOR)

    for key in ("999999", "abc", "9" * 40):
        assert client.get(f"/quan-tri/comments/comment/{key}/change/").status_code == 404


def test_an_erased_comment_says_so_and_has_no_buttons() -> None:
    comment = make_comment(name="Trần B")
    comment.erase()

    page = look(client_of(*MODERATOR), comment)

    assert "Trần B" not in page
    assert "(đã xoá)" in page and "địa chỉ thư không còn lưu" in page
    assert 'name="_approve"' not in page


# --- The address ----------------------------------------------------------------------------------


def test_the_address_is_shown_once_to_who_may_and_recorded() -> None:
    comment = make_comment(email="tranb@example.vn")
    client = client_of(*REVEALER, username="lan")

    before = look(client, comment)
    response = client.post(reveal_of(comment))

    assert "tranb@example.vn" not in before
    assert "tranb@example.vn" in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    decision = Decision.objects.get(by__username="lan")
    assert (decision.action, decision.after) == ("reveal", "pending")
    assert "Xem địa chỉ thư" in look(client, comment)
    assert "tranb@example.vn" not in look(client, comment)


def test_looking_at_the_address_changes_nothing_of_the_comment() -> None:
    comment = make_comment()

    client_of(*REVEALER).post(reveal_of(comment))

    assert Comment.objects.get() == comment
    comment.refresh_from_db()
    assert (comment.status, comment.revision) == ("pending", 1)


@pytest.mark.parametrize(
    "rights", [MODERATOR, ("comments.reveal_email",), ("comments.view_comment",), ()]
)
def test_who_may_not_see_the_address_is_refused_and_nothing_recorded(rights: Any) -> None:
    comment = make_comment(email="tranb@example.vn")
    client = client_of(*rights)

    response = client.post(reveal_of(comment))

    assert response.status_code == 403
    assert "tranb@" not in response.content.decode()
    assert not Decision.objects.exists()
    if "comments.view_comment" in rights:
        assert "Xem địa chỉ thư" not in look(client, comment)


def test_asking_for_the_address_by_get_shows_and_records_nothing() -> None:
    comment = make_comment(email="tranb@example.vn")

    response = client_of(*REVEALER).get(reveal_of(comment))

    assert response.status_code == 405
    assert not Decision.objects.exists()


def test_an_address_that_is_gone_is_not_asked_for() -> None:
    comment = make_comment(email="")
    client = client_of(*REVEALER)

    assert "Xem địa chỉ thư" not in look(client, comment)
    client.post(reveal_of(comment))
    assert not Decision.objects.exists()


# --- The source -----------------------------------------------------------------------------------


def test_the_page_says_until_when_its_source_is_blocked() -> None:
    comment = make_comment(source="nguồn")
    client = client_of(*MODERATOR)

    response = client.post(page_of(comment), {"_block": f"{comment.pk}:1"}, follow=True)

    assert "Nghi spam" in said(response)[0]
    assert "đang bị chặn đến" in look(client, comment)
    assert "đang bị chặn" not in look(client, make_comment(source="nơi khác"))
