"""The moderators' queue: what waits, who decides, and exactly what is decided."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments.admin import lists
from comments.admin.queue import CommentAdmin
from comments.admin.rows import waiting_words, working_words
from comments.models import BlockedSource, Comment, Decision, Holiday, Policy
from news.text import VIETNAM
from tests.desk import client_of
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db

MODERATOR = ("comments.view_comment", "comments.decide_comment")
QUEUE = "admin:comments_comment_changelist"
MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=VIETNAM)


def seen(comment: Comment) -> str:
    """What a button of the row sends."""
    return f"{comment.pk}:{comment.revision}"


def press(client: Client, verb: str, *comments: Comment, reason: str = "", **extra: Any) -> Any:
    """What the queue's form sends when a button for all ticked rows is pressed."""
    value = f"chosen:{reason}" if reason else "chosen"
    data = {f"_{verb}": value, "chosen": [seen(comment) for comment in comments]}
    return client.post(reverse(QUEUE), data | extra, follow=True)


def press_row(client: Client, verb: str, comment: Comment, reason: str = "", **extra: Any) -> Any:
    value = f"{seen(comment)}:{reason}" if reason else seen(comment)
    return client.post(reverse(QUEUE), {f"_{verb}": value, **extra}, follow=True)


def said(response: Any) -> list[str]:
    """The messages, without the button that undoes."""
    return [str(m).partition(" <button")[0] for m in response.context["messages"]]


def undo_of(response: Any) -> str:
    """What the undo button of the message sends."""
    message = str(list(response.context["messages"])[-1])
    return message.partition('value="')[2].partition('"')[0]


def statuses() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("status", flat=True))


def shown(client: Client, **query: str) -> list[Comment]:
    return list(client.get(reverse(QUEUE), query).context["cl"].result_list)


# --- What is shown ------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_the_longest_waiting_first() -> None:
    now = timezone.now()
    young = make_comment(created_at=now - dt.timedelta(minutes=5))
    old = make_comment(created_at=now - dt.timedelta(days=3))
    make_comment(status="approved")
    make_comment(status="refused")
    make_comment(suspected=True)

    assert shown(client_of(*MODERATOR)) == [old, young] == list(Comment.objects.awaiting())


@pytest.mark.parametrize(
    ("status", "number"),
    [
        ("approved", 2),
        ("refused", 2),
        ("all", 8),
        ("pending", 3),
        ("suspected", 1),
        ("reported", 1),
        ("hidden", 0),
        ("nonsense", 3),
    ],
)
def test_each_list_holds_its_comments(status: str, number: int) -> None:
    for state, times in (("pending", 3), ("approved", 1), ("refused", 2)):
        for _ in range(times):
            make_comment(status=state)
    make_comment(suspected=True)
    make_comment(status="approved", reports=2)

    assert len(shown(client_of(*MODERATOR), status=status)) == number


def test_the_lists_are_links_with_the_number_of_what_waits() -> None:
    for _ in range(2):
        make_comment()
    make_comment(suspected=True)

    tabs = client_of(*MODERATOR).get(reverse(QUEUE)).context["tabs"]

    assert [(tab.title, tab.number) for tab in tabs[:4]] == [
        ("Chờ duyệt", 2),
        ("Nghi spam", 1),
        ("Bị báo vi phạm", 0),
        ("Đã duyệt", None),
    ]
    assert [tab.title for tab in tabs if tab.chosen] == ["Chờ duyệt"]


def test_no_count_goes_further_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNTED", 2)
    for _ in range(4):
        make_comment()

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    assert "(hơn 2)" in page


def test_reported_comments_stand_above_the_queue_the_most_reported_first() -> None:
    waiting = make_comment()
    once = make_comment(status="approved", reports=1)
    often = make_comment(status="approved", reports=9)

    response = client_of(*MODERATOR).get(reverse(QUEUE))

    assert [row.comment for row in response.context["reported_rows"]] == [often, once]
    assert [row.comment for row in response.context["rows"]] == [waiting]
    assert "Bị báo vi phạm 9 lượt" in response.content.decode()


def test_reported_comments_are_not_repeated_above_another_list() -> None:
    make_comment(status="approved", reports=1)

    response = client_of(*MODERATOR).get(reverse(QUEUE), {"status": "refused"})

    assert response.context["reported_rows"] == []


def test_a_row_shows_all_that_a_moderator_needs_and_masks_the_e_mail() -> None:
    article = make_article(title="Cầu mới")
    comment = make_comment(
        article=article,
        name="Trần B",
        email="tranb@example.vn",
        text="Dòng một\nDòng hai",
        signals=[["links", "ban-hang.example"], ["capitals", ""]],
        source="nguồn",
    )
    make_comment(source="nguồn", status="refused")
    make_comment(source="nguồn", status="spam")
    make_comment(source="nguồn", status="spam")
    make_comment(source="nơi khác", status="approved")

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    assert f'<a href="{article.get_absolute_url()}">Cầu mới</a>' in page
    assert "Dòng một<br>Dòng hai" in page
    assert "Trần B" in page
    assert "t***@example.vn" in page
    assert "tranb@" not in page
    assert "△ Có liên kết: ban-hang.example" in page
    assert "△ Viết hoa gần hết" in page
    assert f'?cung-nguon={comment.pk}">3 ý kiến khác (1 đã từ chối, 2 spam)</a>' in page


def test_the_hash_of_a_source_is_on_no_page() -> None:
    comment = make_comment(source="c0ffee" * 8)
    make_comment(source="c0ffee" * 8)
    client = client_of(*MODERATOR)

    for address in (
        reverse(QUEUE),
        f"{reverse(QUEUE)}?cung-nguon={comment.pk}",
        reverse("admin:comments_comment_change", args=[comment.pk]),
    ):
        assert "c0ffee" not in client.get(address).content.decode()


def test_the_list_of_one_source_holds_every_state_of_it_and_nothing_else() -> None:
    mine = make_comment(source="nguồn")
    other = make_comment(source="nguồn", status="refused")
    make_comment(source="nơi khác")
    forgotten = make_comment(source="")
    make_comment(source="")
    client = client_of(*MODERATOR)

    assert set(shown(client, **{"cung-nguon": str(mine.pk)})) == {mine, other}
    assert shown(client, **{"cung-nguon": str(mine.pk), "status": "refused"}) == [other]
    assert shown(client, **{"cung-nguon": str(forgotten.pk)}) == []


def test_the_list_of_one_article_holds_its_comments_only() -> None:
    mine = make_comment()
    make_comment()

    assert shown(client_of(*MODERATOR), article=str(mine.article_id)) == [mine]


@pytest.mark.parametrize("query", [{"article": "x"}, {"sau": "9" * 40}, {"cung-nguon": "²"}])
def test_a_senseless_address_shows_the_queue(query: dict[str, str]) -> None:
    comment = make_comment()

    assert shown(client_of(*MODERATOR), **query) == [comment]


@pytest.mark.parametrize(
    ("status", "fields"),
    [("", {}), ("suspected", {"suspected": True}), ("refused", {"status": "refused"})],
)
def test_what_follows_the_last_page_is_a_list_of_its_own(
    status: str, fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists.CommentPaginator, "shown", 2)
    monkeypatch.setattr(CommentAdmin, "list_per_page", 1)
    same = timezone.now()
    made = [make_comment(created_at=same, **fields) for _ in range(5)]
    client = client_of(*MODERATOR)
    order = made if status != "refused" else made[::-1]

    def last_page(query: str) -> Any:
        return client.get(f"{reverse(QUEUE)}{query}&p=2").context["cl"]

    first = last_page(f"?status={status}")
    second = last_page(first.further)
    third = client.get(reverse(QUEUE) + second.further).context["cl"]

    found = [list(cl.result_list) for cl in (first, second, third)]
    assert found == [[order[1]], [order[3]], [order[4]]]
    assert third.further == ""


def test_what_a_reader_wrote_stays_plain_text() -> None:
    comment = make_comment(
        name="<b>A</b>",
        text="<script>alert(1)</script> https://example.com",
        signals=[["links", "<i>x</i>"]],
    )
    client = client_of(*MODERATOR)

    for address in (reverse(QUEUE), reverse("admin:comments_comment_change", args=[comment.pk])):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<b>A</b>" not in page
        assert "<i>x</i>" not in page
        assert 'href="https://example.com' not in page


def test_the_queue_costs_the_same_for_three_rows_and_for_thirty() -> None:
    client = client_of(*MODERATOR)
    costs = []
    for number in (3, 27):
        for place in range(number):
            make_comment(source=f"nguồn {place}")
            make_comment(source=f"nguồn {place}", status="approved", reports=1)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(QUEUE)).status_code == 200
        costs.append(len(queries))

    assert costs == [17, 17]


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


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.0, "gửi ngoài giờ làm việc"),
        (0.01, "chờ chưa đến 1 phút làm việc"),
        (0.7, "chờ 42 phút làm việc"),
        (15.9, "chờ 15 giờ làm việc"),
        (16.0, "chờ 2 ngày làm việc"),
        (39.9, "chờ 4 ngày làm việc"),
    ],
)
def test_working_hours_are_said_in_days_of_eight(hours: float, words: str) -> None:
    assert working_words(hours) == words


def test_what_came_on_a_day_off_is_not_said_to_wait(time_machine: Any) -> None:
    saturday = MONDAY - dt.timedelta(days=2)
    make_comment(created_at=saturday)
    time_machine.move_to(saturday + dt.timedelta(hours=30), tick=False)

    page = client_of(*MODERATOR).get(reverse(QUEUE)).content.decode()

    assert "<span>gửi ngoài giờ làm việc</span>" in page
    assert "làm việc làm việc" not in page and "chờ gửi" not in page


def test_waiting_counts_working_hours_and_turns_red_at_the_office_s_limit(
    time_machine: Any,
) -> None:
    # Since Friday 16:00: an hour, the weekend, a holiday on Monday, and two and a half hours on Tuesday.
    make_comment(created_at=MONDAY - dt.timedelta(days=3) + dt.timedelta(hours=7))
    Holiday.objects.create(day=MONDAY.date(), name="Nghỉ bù")
    time_machine.move_to(MONDAY + dt.timedelta(days=1, hours=1), tick=False)
    client = client_of(*MODERATOR)

    Policy(waiting_limit=4).save()
    patient = client.get(reverse(QUEUE)).content.decode()
    Policy(waiting_limit=3).save()
    late = client.get(reverse(QUEUE)).content.decode()

    assert "chờ 3 giờ làm việc" in patient
    assert "Quá hạn" not in patient
    assert '<span class="waited-long">△ Quá hạn: chờ 3 giờ làm việc</span>' in late


# --- Deciding -----------------------------------------------------------------------------------


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


# --- Blocking a source ----------------------------------------------------------------------------


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


# --- Who may ------------------------------------------------------------------------------------

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
