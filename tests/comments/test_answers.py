"""Official answers: their way to the public, who may take which step, and where they are seen."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comments.models import AlreadyDecided, Answer, AnswerStep, Comment
from news import freshness
from news.models import NeedsSecondReader, OutboxMessage, StaffProfile, Unit
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db

WORDS = "Phường sẽ mở thêm lối đi trong tháng tới."


def writer() -> User:
    return make_user("comments.answer_comment", "comments.view_answer")


def publisher() -> User:
    return make_user("comments.answer_comment", "comments.publish_answer", "comments.view_answer")


def approved(**fields: Any) -> Comment:
    return make_comment(status=Comment.Status.APPROVED, **fields)


def submitted(comment: Comment | None = None, words: str = WORDS) -> Answer:
    by = writer()
    answer = Answer.begin(comment or approved(), words, by=by)
    answer.submit(by=by, seen=answer.revision)
    return answer


def public(comment: Comment | None = None, words: str = WORDS) -> Answer:
    answer = submitted(comment, words)
    answer.publish(by=publisher(), seen=answer.revision)
    return answer


def page_of(comment: Comment) -> str:
    return Client().get(comment.article.get_absolute_url()).content.decode()


# --- The way --------------------------------------------------------------------------------------


def test_an_answer_goes_from_draft_to_the_public_and_each_step_is_recorded() -> None:
    comment, by, colleague = approved(), writer(), publisher()
    answer = Answer.begin(comment, WORDS, by=by)
    answer.submit(by=by, seen=1)
    answer.return_to_writer(by=colleague, seen=2, note="Ghi rõ  ngày")
    answer.write("Ngày 5 tháng 12.", by=by, seen=3)
    answer.submit(by=by, seen=4)
    answer.publish(by=colleague, seen=5)
    answer.withdraw(by=colleague, seen=6)

    assert (answer.state, answer.revision, answer.text) == ("withdrawn", 7, "Ngày 5 tháng 12.")
    assert list(answer.steps.order_by("id").values_list("verb", "by", "note", "revision")) == [
        ("write", by.pk, "", 1),
        ("submit", by.pk, "", 2),
        ("return", colleague.pk, "Ghi rõ ngày", 3),
        ("write", by.pk, "", 4),
        ("submit", by.pk, "", 5),
        ("publish", colleague.pk, "", 6),
        ("withdraw", colleague.pk, "", 7),
    ]


def test_the_record_of_answers_is_neither_changed_nor_deleted() -> None:
    step = submitted().steps.first()
    assert step is not None
    step.note = "khác"
    for change in (
        step.save,
        step.delete,
        AnswerStep.objects.all().delete,
        lambda: AnswerStep.objects.update(note="khác"),
    ):
        with pytest.raises(PermissionDenied):
            change()


@pytest.mark.parametrize(
    ("verb", "extra"),
    [
        ("write", {"words": "Lời khác"}),
        ("submit", {}),
        ("return_to_writer", {"note": "x"}),
        ("publish", {}),
        ("withdraw", {}),
    ],
)
def test_every_step_is_bound_to_the_revision_that_was_seen(verb: str, extra: Any) -> None:
    answer = submitted()
    extra = dict(extra)
    words = [extra.pop("words")] if "words" in extra else []
    with pytest.raises(AlreadyDecided):
        getattr(answer, verb)(*words, by=publisher(), seen=1, **extra)
    assert (answer.state, answer.revision, answer.steps.count()) == ("submitted", 2, 2)


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("submit", "submitted"),
        ("write", "submitted"),
        ("publish", "draft"),
        ("return_to_writer", "draft"),
        ("withdraw", "withdrawn"),
        ("write", "published"),
    ],
)
def test_a_step_from_a_wrong_state_is_refused(verb: str, state: str) -> None:
    answer = submitted()
    dated = {"published_at": answer.changed_at} if state == "published" else {}
    Answer.objects.filter(pk=answer.pk).update(state=state, **dated)
    answer.refresh_from_db()
    extra: Any = {"note": "x"} if verb == "return_to_writer" else {}
    words = ["Lời khác"] if verb == "write" else []
    with pytest.raises(AlreadyDecided):
        getattr(answer, verb)(*words, by=publisher(), seen=answer.revision, **extra)


def test_a_step_from_an_outdated_instance_is_refused_by_the_database() -> None:
    answer = submitted()
    mine = Answer.objects.get(pk=answer.pk)
    answer.return_to_writer(by=publisher(), seen=2, note="Sửa giúp")

    with pytest.raises(AlreadyDecided, match="bị trả lại"):
        mine.publish(by=publisher(), seen=2)

    assert not Answer.objects.published().exists()


# --- Who may --------------------------------------------------------------------------------------


def test_who_may_not_answer_takes_no_step() -> None:
    comment = approved()
    answer = submitted(comment)
    moderator = make_user("comments.view_comment", "comments.decide_comment")

    with pytest.raises(PermissionDenied):
        Answer.begin(approved(), WORDS, by=moderator)
    for step in (
        lambda: answer.write("Lời khác", by=moderator, seen=2),
        lambda: answer.submit(by=moderator, seen=2),
        lambda: answer.return_to_writer(by=moderator, seen=2, note="x"),
        lambda: answer.publish(by=moderator, seen=2, alone=True),
        lambda: answer.withdraw(by=moderator, seen=2),
    ):
        with pytest.raises(PermissionDenied):
            step()
    answer.refresh_from_db()
    assert (answer.state, answer.revision) == ("submitted", 2)


def test_who_only_writes_neither_publishes_nor_returns_nor_takes_away_what_is_public() -> None:
    answer, waiting = public(), submitted()
    for step in (
        lambda: waiting.publish(by=writer(), seen=2, alone=True),
        lambda: waiting.return_to_writer(by=writer(), seen=2, note="x"),
        lambda: answer.withdraw(by=writer(), seen=3),
    ):
        with pytest.raises(PermissionDenied):
            step()
    assert Answer.objects.published().get() == answer


def test_who_publishes_is_not_who_wrote_unless_it_is_stated_and_counted() -> None:
    by = publisher()
    answer = Answer.begin(approved(), WORDS, by=by)
    answer.submit(by=by, seen=1)

    with pytest.raises(NeedsSecondReader):
        answer.publish(by=by, seen=2)
    answer.publish(by=by, seen=2, alone=True)

    assert answer.alone
    assert answer.steps.get(verb="publish").alone


def test_the_statement_counts_only_where_it_was_needed() -> None:
    answer = submitted()
    answer.publish(by=publisher(), seen=2, alone=True)
    assert not answer.alone


# --- What is written ------------------------------------------------------------------------------


def test_the_unit_s_name_stays_as_it_was_when_the_answer_was_written() -> None:
    by, unit = writer(), Unit.objects.create(name="Phòng Quản lý đô thị")
    StaffProfile.objects.create(user=by, unit=unit)
    answer = Answer.begin(approved(), WORDS, by=by)
    unit.name = "Phòng Kinh tế"
    unit.save()
    answer.refresh_from_db()
    assert answer.unit == "Phòng Quản lý đô thị"


def test_who_has_no_unit_answers_in_the_name_of_the_office() -> None:
    from news.publisher import publisher as office

    assert Answer.begin(approved(), WORDS, by=writer()).unit == office().office


@pytest.mark.parametrize("words", ["", " \n ", "x", "\u200b\u202e", "a" * 5001])
def test_an_answer_of_no_or_too_many_words_is_refused(words: str) -> None:
    with pytest.raises(ValidationError):
        Answer.begin(approved(), words, by=writer())
    answer = Answer.begin(approved(), WORDS, by=writer())
    with pytest.raises(ValidationError):
        answer.write(words, by=writer(), seen=1)


def test_words_are_normalised_as_a_reader_s_are() -> None:
    answer = Answer.begin(approved(), "Một\r\n\r\n\r\n\r\nhai\u202e  ba", by=writer())
    assert answer.text == "Một\n\nhai ba"


def test_a_return_without_a_note_is_refused() -> None:
    answer = submitted()
    with pytest.raises(ValidationError):
        answer.return_to_writer(by=publisher(), seen=2, note=" ")


@pytest.mark.parametrize("status", ["refused", "spam", "hidden", "withdrawn"])
def test_what_readers_do_not_see_is_not_answered(status: str) -> None:
    with pytest.raises(ValueError, match="không trả lời được"):
        Answer.begin(make_comment(status=status), WORDS, by=writer())


def test_an_answer_to_what_is_not_yet_approved_waits_for_the_approval() -> None:
    answer = submitted(make_comment())
    with pytest.raises(ValueError, match="duyệt ý kiến trước"):
        answer.publish(by=publisher(), seen=2)
    assert not Answer.objects.published().exists()


@pytest.mark.parametrize("state", ["draft", "returned", "published"])
def test_only_its_writer_takes_back_what_was_handed_in_and_only_while_it_waits(state: str) -> None:
    answer = submitted()
    by = answer.written_by
    with pytest.raises(PermissionDenied):
        answer.take_back(by=publisher(), seen=2)
    with pytest.raises(AlreadyDecided):
        answer.take_back(by=by, seen=1)
    answer.take_back(by=by, seen=2)
    last = answer.steps.order_by("-pk")[0]
    assert (answer.state, last.verb) == ("draft", "take_back")
    dated = {"published_at": answer.changed_at} if state == "published" else {}
    Answer.objects.filter(pk=answer.pk).update(state=state, **dated)
    answer.refresh_from_db()
    with pytest.raises(AlreadyDecided):
        answer.take_back(by=by, seen=3)


def test_two_who_begin_at_the_same_time_do_not_write_past_each_other() -> None:
    comment = approved()
    Answer.begin(comment, "Lời của một người", by=writer())
    with pytest.raises(AlreadyDecided):
        Answer.begin(comment, "Lời của người kia", by=writer())
    assert Answer.objects.get().text == "Lời của một người"


@pytest.mark.parametrize("state", ["draft", "published"])
def test_the_database_keeps_one_answer_of_each_kind_under_a_comment(state: str) -> None:
    comment = approved()
    fields = {"comment": comment, "text": WORDS, "unit": "Phường", "state": state}
    with pytest.raises(IntegrityError), transaction.atomic():
        for _ in range(2):
            Answer.objects.create(**fields, published_at=comment.created_at)


# --- Correcting -----------------------------------------------------------------------------------


def test_a_correction_stands_beside_the_public_text_and_takes_its_place_when_published() -> None:
    comment = approved()
    old = public(comment, "Lời cũ của cơ quan")
    new = submitted(comment, "Lời mới của cơ quan")
    assert "Lời cũ của cơ quan" in page_of(comment)
    assert "Lời mới của cơ quan" not in page_of(comment)

    new.publish(by=publisher(), seen=new.revision)

    assert "Lời mới của cơ quan" in page_of(comment)
    assert "Lời cũ của cơ quan" not in page_of(comment)
    old.refresh_from_db()
    assert (old.state, old.steps.latest("id").verb) == ("replaced", "replace")


def test_a_correction_that_is_given_up_leaves_the_public_text() -> None:
    comment = approved()
    public(comment)
    draft = Answer.begin(comment, "Lời mới của cơ quan", by=writer())
    draft.withdraw(by=writer(), seen=1)
    assert WORDS in page_of(comment)


# --- What readers see -----------------------------------------------------------------------------


def test_a_public_answer_stands_under_its_comment_with_unit_date_and_plain_text() -> None:
    answer = public(words="Kính gửi <b>bạn</b>\nhttps://example.vn")
    page = page_of(answer.comment)
    words = page.partition('class="answer"')[2].partition("</li>")[0]
    assert "Trả lời của cơ quan" in words
    assert answer.unit in words
    assert answer.public_fields["date"] in words
    assert "Kính gửi &lt;b&gt;bạn&lt;/b&gt;<br>https://example.vn" in words


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "replaced", "withdrawn"])
def test_an_answer_that_is_not_published_is_in_no_public_byte(state: str) -> None:
    answer = submitted()
    Answer.objects.update(state=state)
    assert WORDS not in page_of(answer.comment)


@pytest.mark.parametrize("status", ["pending", "refused", "spam", "hidden", "withdrawn"])
def test_an_answer_under_a_comment_that_is_not_public_is_in_no_public_byte(status: str) -> None:
    answer = public()
    decided = None if status == "pending" else answer.changed_at
    reason = "insult" if status in {"refused", "hidden"} else ""
    Comment.objects.update(status=status, decided_at=decided, reason=reason)
    assert WORDS not in page_of(answer.comment)


def test_publishing_and_withdrawing_are_seen_at_once_and_a_draft_changes_no_page() -> None:
    comment = approved()
    numbers = [freshness.current()]

    def note() -> None:
        freshness.forget()
        numbers.append(freshness.current())

    answer = submitted(comment)
    note()
    answer.publish(by=publisher(), seen=2)
    note()
    answer.withdraw(by=publisher(), seen=3)
    note()
    assert numbers[0] == numbers[1] < numbers[2] < numbers[3]


def test_answers_cost_the_page_no_query_for_each_comment() -> None:
    article = make_article()
    costs = []
    for number in (1, 10):
        for _ in range(number):
            public(approved(article=article))
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(article.get_absolute_url()).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_public_fields_are_four_and_name_nobody() -> None:
    answer = public()
    assert set(answer.public_fields) == {"unit", "text", "moment", "date"}


# --- The one who asked ----------------------------------------------------------------------------


def test_the_sender_who_confirmed_is_told_once_and_nothing_of_another_reader() -> None:
    article = make_article(title="Cầu mới")
    comment = approved(
        article=article, name="Trần B", email="tranb@example.vn", notify=Comment.Notify.CONFIRMED
    )
    approved(article=article, name="Lê Khác", email="khac@example.vn", text="Lời của người khác")

    answer = public(comment)

    mail = OutboxMessage.objects.get()
    assert (mail.recipient, mail.subject) == (
        "tranb@example.vn",
        "Trả lời ý kiến của bạn: Cầu mới",
    )
    assert "Cầu mới" in mail.body
    assert WORDS in mail.body
    assert f"{article.get_absolute_url()}#y-kien-{comment.pk}" in mail.body
    for other in ("Lê Khác", "khac@example.vn", "Lời của người khác"):
        assert other not in mail.subject + mail.body
    assert str(mail.key) == f"answer:{answer.pk}"
    comment.refresh_from_db()
    assert comment.answered_at == answer.published_at


def test_the_mail_leads_to_the_page_of_comments_on_which_the_answer_stands() -> None:
    comment = approved(email="tranb@example.vn", notify=Comment.Notify.CONFIRMED)
    for _ in range(20):
        approved(article=comment.article)
    public(comment)
    assert f"?trang=2#y-kien-{comment.pk}" in OutboxMessage.objects.get().body


@pytest.mark.parametrize("notify", [Comment.Notify.NO, Comment.Notify.ASKED])
def test_who_did_not_confirm_gets_no_mail(notify: str) -> None:
    comment = approved(email="tranb@example.vn", notify=notify)
    public(comment)
    comment.refresh_from_db()
    assert not OutboxMessage.objects.exists()
    assert comment.answered_at is not None


def test_who_confirms_after_the_answer_was_published_is_told_at_once_and_once() -> None:
    comment = approved(email="tranb@example.vn", notify=Comment.Notify.ASKED)
    answer = public(comment)
    assert not OutboxMessage.objects.exists()

    for _ in range(2):
        comment.confirm_notify()
    public(comment, "Lời mới của cơ quan")

    mail = OutboxMessage.objects.get()
    assert (mail.recipient, mail.key) == ("tranb@example.vn", answer.mail_key)
    assert WORDS in mail.body


def test_who_confirms_is_told_of_no_answer_that_is_not_public() -> None:
    hidden = approved(email="b@example.vn", notify=Comment.Notify.ASKED)
    public(hidden)
    hidden.hide(by=make_user("comments.decide_comment"), seen=1, reason="insult")
    unfinished = approved(email="c@example.vn", notify=Comment.Notify.ASKED)
    submitted(unfinished)
    for comment in (hidden, unfinished):
        comment.confirm_notify()
        assert comment.notify == "confirmed"
    assert not OutboxMessage.objects.exists()


def test_a_correction_is_not_mailed_again_and_keeps_the_time_of_the_answer() -> None:
    comment = approved(email="tranb@example.vn", notify=Comment.Notify.CONFIRMED)
    first = public(comment)
    public(comment, "Lời mới của cơ quan")
    comment.refresh_from_db()
    assert OutboxMessage.objects.count() == 1
    assert comment.answered_at == first.published_at


def test_a_new_answer_after_a_withdrawal_is_mailed() -> None:
    comment = approved(email="tranb@example.vn", notify=Comment.Notify.CONFIRMED)
    public(comment).withdraw(by=publisher(), seen=3)
    comment.refresh_from_db()
    assert comment.answered_at is None
    public(comment, "Lời mới của cơ quan")
    assert OutboxMessage.objects.count() == 2


# --- Forgetting -----------------------------------------------------------------------------------


def test_erasing_a_comment_empties_its_answers_and_their_notes() -> None:
    comment = approved()
    answer = submitted(comment, "Kính gửi bà Trần B")
    answer.return_to_writer(by=publisher(), seen=2, note="Đừng nêu tên bà B")

    comment.erase()

    answer.refresh_from_db()
    assert (answer.text, answer.state) == ("", "withdrawn")
    assert set(answer.steps.values_list("note", flat=True)) == {""}


def test_a_comment_that_keeps_its_words_keeps_its_answer() -> None:
    comment = approved()
    answer = public(comment)
    comment.erase(keep_words=True)
    answer.refresh_from_db()
    assert (answer.text, answer.state) == (WORDS, "published")
