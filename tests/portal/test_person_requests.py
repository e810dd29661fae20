"""Requests about personal data: their days, their steps, what remains of them, and who may take a step."""

import datetime as dt
import json
import threading
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from comments.models import Comment, Holiday
from portal.accounts.audit import AuditEntry
from portal.persons import NotPossible, PersonRequest
from portal.roles import ADMINISTRATOR, MODERATOR
from tests.desk import logged_in
from tests.factories import make_comment, make_official, make_user
from tests.portal.test_persons import EMAIL, NAME, WORDS, columns_with, leave_traces

FRIDAY = dt.date(2026, 11, 27)
DAY = dt.timedelta(days=1)
LIST = "/quan-tri/portal/personrequest/"
Kind, State = PersonRequest.Kind, PersonRequest.State


def make_request(**fields: Any) -> PersonRequest:
    request = PersonRequest(**{"kind": Kind.ERASE, "email": EMAIL, **fields})
    request.save()
    return request


def address(request: PersonRequest, step: str) -> str:
    return reverse(f"admin:portal_personrequest_{step}", args=[request.pk])


# --- Its days -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_two_working_days_to_answer_and_ten_days_to_do_it() -> None:
    Holiday.objects.create(day=FRIDAY + 3 * DAY, name="Nghỉ bù")
    request = make_request(received_on=FRIDAY)

    # Saturday, Sunday and the holiday on Monday do not count.
    assert request.answer_due == dt.date(2026, 12, 2)
    assert request.due == dt.date(2026, 12, 7)


@pytest.mark.django_db
def test_the_days_are_those_of_the_settings(settings: Any) -> None:
    settings.PERSON_ANSWER_DAYS, settings.PERSON_DONE_DAYS = 1, 20
    request = make_request(received_on=FRIDAY)

    assert (request.answer_due, request.due) == (FRIDAY + 3 * DAY, FRIDAY + 20 * DAY)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "state", "late"),
    [
        (dt.date(2026, 12, 1), State.OPEN, False),
        (dt.date(2026, 12, 2), State.OPEN, True),
        (dt.date(2026, 12, 2), State.ANSWERED, False),
        (dt.date(2026, 12, 7), State.ANSWERED, False),
        (dt.date(2026, 12, 8), State.ANSWERED, True),
    ],
)
def test_a_request_is_late_the_day_after_and_the_list_agrees_with_the_row(
    day: dt.date, state: str, late: bool
) -> None:
    request = make_request(received_on=FRIDAY, state=state)
    with time_machine.travel(dt.datetime.combine(day, dt.time(9), dt.UTC), tick=False):
        assert request.is_late is late
        assert PersonRequest.objects.late().exists() is late


@pytest.mark.django_db
def test_what_is_closed_is_never_late() -> None:
    request = make_request(received_on=FRIDAY)
    request.refuse(by=make_official(ADMINISTRATOR), reason="Không đúng chủ")
    with time_machine.travel(dt.datetime(2027, 3, 1, tzinfo=dt.UTC), tick=False):
        assert not request.is_late
        assert not PersonRequest.objects.late().exists()


# --- Its steps ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_answering_is_noted_once_and_leaves_it_open() -> None:
    request = make_request()
    request.answer(by=make_official(ADMINISTRATOR))
    first = request.answered_at
    request.answer(by=make_official(ADMINISTRATOR))

    assert (request.state, request.email) == (State.ANSWERED, EMAIL)
    assert request.answered_at == first is not None


@pytest.mark.django_db
def test_erasing_forgets_the_person_and_the_request_its_address() -> None:
    leave_traces()
    request = make_request(note=f"{NAME} đến hỏi")
    request.erase(by=make_official(ADMINISTRATOR))

    assert columns_with((EMAIL, NAME, WORDS)) == set()
    assert (request.state, request.masked) == (State.DONE, "l***@example.vn")
    assert request.outcome == "Đã xoá: 4 ý kiến, 3 thư, 1 thông báo"
    assert PersonRequest.objects.about(EMAIL.upper()).filter(pk=request.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("keep", [True, False])
def test_the_words_are_kept_or_removed_as_the_person_chose(keep: bool) -> None:
    comment = make_comment(email=EMAIL, text=WORDS, status=Comment.Status.APPROVED)
    make_request(keep_words=keep).erase(by=make_official(ADMINISTRATOR))

    comment.refresh_from_db()
    assert comment.text == (WORDS if keep else "")
    assert comment.name == ("Bạn đọc" if keep else "")


@pytest.mark.django_db
def test_erasing_reaches_the_named_comments_that_have_forgotten_their_address() -> None:
    comment = make_comment(email="", status=Comment.Status.APPROVED)
    make_request(comments=str(comment.pk)).erase(by=make_official(ADMINISTRATOR))

    comment.refresh_from_db()
    assert comment.status == Comment.Status.ERASED


@pytest.mark.django_db
def test_exporting_leaves_it_open_until_it_was_handed_over() -> None:
    leave_traces()
    request, administrator = make_request(kind=Kind.EXPORT), make_official(ADMINISTRATOR)

    assert len(request.export(by=administrator)["ý kiến"]) == 4
    assert request.is_open
    request.finish(by=administrator)
    assert (request.state, request.email) == (State.DONE, "")


@pytest.mark.django_db
def test_refusing_keeps_the_reason_and_forgets_the_address() -> None:
    request = make_request(note="Gọi lại sau")
    request.refuse(by=make_official(ADMINISTRATOR), reason="Không chứng minh được là chủ địa chỉ")

    assert (request.state, request.email, request.note) == (State.REFUSED, "", "")
    assert request.reason == "Không chứng minh được là chủ địa chỉ"


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  \n", "x" * 301])
def test_refusing_without_a_fit_reason_is_refused(reason: str) -> None:
    request = make_request()
    with pytest.raises(ValidationError):
        request.refuse(by=make_official(ADMINISTRATOR), reason=reason)
    request.refresh_from_db()
    assert request.is_open


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["answer", "export", "finish", "erase", "refuse"])
def test_nothing_can_be_done_with_what_is_closed(step: str) -> None:
    request = make_request(kind=Kind.ERASE if step == "erase" else Kind.EXPORT)
    administrator = make_official(ADMINISTRATOR)
    request.refuse(by=administrator, reason="Trùng yêu cầu")
    extra = {"reason": "Lại từ chối"} if step == "refuse" else {}
    with pytest.raises(NotPossible):
        getattr(request, step)(by=administrator, **extra)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "step"), [(Kind.EXPORT, "erase"), (Kind.ERASE, "export"), (Kind.ERASE, "finish")]
)
def test_a_step_of_the_other_kind_is_refused(kind: str, step: str) -> None:
    comment = make_comment(email=EMAIL)
    with pytest.raises(NotPossible):
        getattr(make_request(kind=kind), step)(by=make_official(ADMINISTRATOR))
    comment.refresh_from_db()
    assert comment.email == EMAIL


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["answer", "export", "finish", "erase", "refuse"])
def test_every_step_asks_for_the_right(step: str) -> None:
    make_comment(email=EMAIL)
    moderator = make_official(MODERATOR)
    request = make_request(kind=Kind.ERASE if step == "erase" else Kind.EXPORT)
    extra = {"reason": "Không"} if step == "refuse" else {}
    with pytest.raises(PermissionDenied):
        getattr(request, step)(by=moderator, **extra)

    request.refresh_from_db()
    assert (request.state, request.email) == (State.OPEN, EMAIL)
    assert Comment.objects.by_person(EMAIL).exists()


@pytest.mark.django_db
def test_every_step_is_in_the_audit_log_by_number_and_never_with_the_address() -> None:
    leave_traces()
    administrator = make_official(ADMINISTRATOR)
    exporting, erasing = make_request(kind=Kind.EXPORT), make_request()
    exporting.answer(by=administrator)
    exporting.export(by=administrator)
    exporting.finish(by=administrator)
    erasing.erase(by=administrator)
    make_request().refuse(by=administrator, reason="Trùng")

    entries = AuditEntry.objects.filter(what=AuditEntry.What.PERSON).order_by("pk")
    assert [(entry.who, entry.object_text.split()[-1], entry.detail[:10]) for entry in entries] == [
        (administrator.username, str(number), detail[:10])
        for number, detail in (
            (exporting.pk, "đã phản hồi"),
            (exporting.pk, "xuất dữ liệu"),
            (exporting.pk, "đã giao dữ liệu"),
            (erasing.pk, "xoá dữ liệu"),
            (erasing.pk + 1, "từ chối"),
        )
    ]
    assert not [place for place in columns_with((EMAIL,)) if "audit" in place or "log" in place]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"state": "done", "closed_at": timezone.now()},
        {"state": "refused", "closed_at": timezone.now(), "email": "", "reason": ""},
        {"email": ""},
        {"kind": "export", "keep_words": True},
    ],
)
def test_the_database_refuses_a_closed_request_with_an_address_and_an_open_one_without(
    fields: dict[str, Any],
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_request(**fields)


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_erase_at_once_one_does_it_and_the_other_is_told() -> None:
    make_comment(email=EMAIL)
    request, administrator = make_request(), make_official(ADMINISTRATOR)
    ended: list[str] = []

    def erase() -> None:
        try:
            PersonRequest.objects.get(pk=request.pk).erase(by=administrator)
            ended.append("done")
        except NotPossible:
            ended.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=erase) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ended) == ["done", "told"]


# --- At the desk --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_request_is_entered_at_the_desk_and_named_by_number_in_the_audit_log() -> None:
    client = logged_in(make_official(ADMINISTRATOR))
    answer = client.post(
        f"{LIST}add/",
        {
            "kind": "erase",
            "email": EMAIL,
            "comments": "",
            "channel": "phone",
            "received_on": f"{timezone.localdate():%d/%m/%Y}",
            "note": "",
        },
        follow=True,
    )

    request = PersonRequest.objects.get()
    assert answer.status_code == 200
    assert f"Yêu cầu số {request.pk}" in AuditEntry.objects.get(what="add").object_text
    assert not [place for place in columns_with((EMAIL,)) if "audit" in place or "log" in place]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "export", "keep_words": "on"}, "Chỉ chọn khi yêu cầu là xoá dữ liệu."),
        ({"comments": "12, mười ba"}, "Hãy viết các số, cách nhau bằng dấu phẩy."),
        ({"comments": "987654"}, "Không có ý kiến số 987654."),
        ({"received_on": "01/01/2100"}, "Ngày nhận không thể ở tương lai."),
        ({"email": "không phải"}, "email"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(fields: dict[str, str], said: str) -> None:
    data = {
        "kind": "erase",
        "email": EMAIL,
        "comments": "",
        "channel": "mail",
        "note": "",
        "received_on": f"{timezone.localdate():%d/%m/%Y}",
    }
    page = logged_in(make_official(ADMINISTRATOR)).post(f"{LIST}add/", {**data, **fields})

    assert said in page.content.decode()
    assert not PersonRequest.objects.exists()


@pytest.mark.django_db
def test_the_list_shows_what_waits_masked_the_soonest_due_first_and_the_late_ones_red() -> None:
    client = logged_in(make_official(ADMINISTRATOR))
    today = timezone.localdate()
    make_request(received_on=today, email="moi@example.vn")
    make_request(received_on=today - 30 * DAY, email="cu@example.vn")
    make_request(email="xong@example.vn").refuse(by=make_official(ADMINISTRATOR), reason="Trùng")

    page = client.get(LIST).content.decode()
    done = client.get(f"{LIST}?xong=1").content.decode()

    assert page.index("c***@example.vn") < page.index("m***@example.vn")
    assert page.count("(quá hạn)</span>") == 3  # both days and the state
    assert "x***@example.vn" not in page
    assert "x***@example.vn" in done
    assert "c***@example.vn" not in done
    assert "cu@example.vn" not in page


@pytest.mark.django_db
def test_the_page_of_a_request_says_what_was_found_and_whose_account_has_the_address() -> None:
    leave_traces()
    make_user(email=EMAIL, username="thu.le")
    page = logged_in(make_official(ADMINISTRATOR)).get(f"{LIST}{make_request().pk}/change/")

    words = page.content.decode()
    assert "4 ý kiến, 3 thư, 1 thông báo" in words
    assert "thu.le" in words
    assert EMAIL in words


@pytest.mark.django_db
def test_erasing_at_the_desk_needs_the_tick_and_says_what_was_done() -> None:
    leave_traces()
    request, client = make_request(), logged_in(make_official(ADMINISTRATOR))

    page = client.post(address(request, "erase"), follow=True).content.decode()
    assert "Chưa xoá gì" in page
    assert Comment.objects.by_person(EMAIL).count() == 4

    page = client.post(address(request, "erase"), {"sure": "on"}, follow=True).content.decode()
    assert "Đã xoá: 4 ý kiến, 3 thư" in page
    assert "khỏi nginx sau tối đa 24 giờ" in page
    assert EMAIL not in page
    assert "l***@example.vn" in page


@pytest.mark.django_db
def test_handing_over_needs_the_tick_before_the_address_is_forgotten() -> None:
    request = make_request(kind=Kind.EXPORT)
    client = logged_in(make_official(ADMINISTRATOR))

    page = client.post(address(request, "finish"), follow=True).content.decode()
    request.refresh_from_db()
    assert "Chưa ghi gì" in page
    assert (request.state, request.email) == (State.OPEN, EMAIL)

    client.post(address(request, "finish"), {"handed_over": "on"})
    request.refresh_from_db()
    assert (request.state, request.email) == (State.DONE, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "step"),
    [(Kind.EXPORT, "finish"), (Kind.ERASE, "erase")],
)
def test_who_ends_a_request_without_an_answer_is_warned_and_the_record_says_so(
    kind: str, step: str
) -> None:
    client = logged_in(make_official(ADMINISTRATOR))
    ticks = {"sure": "on", "handed_over": "on"}
    silent, told = make_request(kind=kind), make_request(kind=kind)
    told.answer(by=make_official(ADMINISTRATOR))
    pages = {
        request: [
            client.get(f"{LIST}{request.pk}/change/").content.decode(),
            client.post(address(request, step), ticks, follow=True).content.decode(),
        ]
        for request in (silent, told)
    }

    assert "Chưa ghi phản hồi." in pages[silent][0]
    assert "chưa ghi phản hồi" in pages[silent][1]
    assert "hưa ghi phản hồi" not in "".join(pages[told])


@pytest.mark.django_db
def test_the_download_is_json_that_nothing_keeps() -> None:
    leave_traces()
    answer = logged_in(make_official(ADMINISTRATOR)).post(
        address(make_request(kind="export"), "export")
    )

    assert json.loads(answer.content)["ý kiến"][0]["nội dung"] == WORDS
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert EMAIL not in answer.headers["Content-Disposition"]


@pytest.mark.django_db
def test_a_colleague_s_faster_step_is_told() -> None:
    request = make_request()
    request.refuse(by=make_official(ADMINISTRATOR), reason="Trùng")
    page = logged_in(make_official(ADMINISTRATOR)).post(
        address(request, "erase"), {"sure": "on"}, follow=True
    )

    assert f"Yêu cầu số {request.pk}: đã từ chối trước đó." in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["answer", "export", "finish", "erase", "refuse"])
def test_each_step_is_a_post_with_a_token(step: str) -> None:
    request = make_request(kind=Kind.ERASE if step == "erase" else Kind.EXPORT)
    data = {"sure": "on", "handed_over": "on", "reason": "Không"}
    client = logged_in(make_official(ADMINISTRATOR), enforce_csrf_checks=True)

    assert client.get(address(request, step)).status_code == 405
    assert client.post(address(request, step), data).status_code == 403
    request.refresh_from_db()
    assert request.state == State.OPEN
