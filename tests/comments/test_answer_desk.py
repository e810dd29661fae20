"""Answers at the desk: writing, handing in, publishing, the lists, and no word lost on the way."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments.models import Answer, Comment
from news.models import Article
from tests.desk import client_of, logged_in, said
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db

WRITE = ("comments.answer_comment", "comments.view_answer")
PUBLISH = (*WRITE, "comments.publish_answer")
WORDS = "Phường sẽ mở thêm lối đi."


def approved(**fields: Any) -> Comment:
    return make_comment(status=Comment.Status.APPROVED, **fields)


def page(comment: Comment) -> str:
    return reverse("admin:comments_answer_write", args=[comment.pk])


def begun(comment: Comment, words: str = WORDS, *, submit: bool = False, by: Any = None) -> Answer:
    by = by or make_user(*PUBLISH)
    answer = Answer.begin(comment, words, by=by)
    if submit:
        answer.submit(by=by, seen=1)
    return answer


def press(client: Client, comment: Comment, button: str, **data: Any) -> Any:
    return client.post(page(comment), {button: "", **data}, follow=True)


# --- Writing --------------------------------------------------------------------------------------


def test_a_draft_is_saved_and_another_person_goes_on_writing_it() -> None:
    comment = approved()
    response = press(client_of(*WRITE), comment, "_save", text=WORDS, seen=0)
    assert said(response) == ["Đã lưu bản nháp."]

    press(client_of(*WRITE), comment, "_save", text="Lời khác", seen=1)

    answer = Answer.objects.get()
    assert (answer.text, answer.state, answer.revision) == ("Lời khác", "draft", 2)


def test_handing_in_saves_what_was_typed_first() -> None:
    comment = approved()
    response = press(client_of(*WRITE), comment, "_submit", text=WORDS, seen=0)
    assert said(response) == ["Đã gửi duyệt."]
    assert Answer.objects.get().state == "submitted"
    assert 'name="_publish"' not in response.content.decode()


def test_handing_in_what_another_wrote_does_not_make_one_its_writer() -> None:
    comment, colleague = approved(), make_user(*WRITE)
    begun(comment, by=colleague)
    press(client_of(*WRITE), comment, "_submit", text=WORDS, seen=1)
    answer = Answer.objects.get()
    assert (answer.state, answer.written_by) == ("submitted", colleague)


def test_a_preview_shows_what_readers_would_see_and_stores_nothing() -> None:
    response = press(client_of(*WRITE), approved(), "_preview", text="<i>Một</i>\nHai", seen=0)
    words = response.content.decode()
    assert "&lt;i&gt;Một&lt;/i&gt;<br>Hai" in words.partition('class="answer"')[2]
    assert "&lt;i&gt;Một&lt;/i&gt;\nHai</textarea>" in words.replace("\r\n", "\n")
    assert not Answer.objects.exists()


def test_a_text_that_is_refused_stays_in_its_box() -> None:
    long = "Lời dài " * 700
    response = press(client_of(*WRITE), approved(), "_save", text=long, seen=0)
    assert response.status_code == 400
    assert long.strip() in response.content.decode()
    assert "tối đa là 5.000" in response.content.decode()


def test_a_conflict_shows_both_texts_and_the_next_save_is_a_choice() -> None:
    comment = approved()
    answer = begun(comment, "Lời của đồng nghiệp")
    client = client_of(*WRITE)
    answer.write("Lời mới của đồng nghiệp", by=make_user(*WRITE), seen=1)

    response = press(client, comment, "_save", text="Lời của tôi", seen=1)

    words = response.content.decode()
    assert response.status_code == 409
    assert "Lời mới của đồng nghiệp" in words.partition('class="conflict"')[2]
    assert "Lời của tôi</textarea>" in words
    assert '<input type="hidden" name="seen" value="2">' in words
    answer.refresh_from_db()
    assert answer.text == "Lời mới của đồng nghiệp"
    press(client, comment, "_save", text="Lời của tôi", seen=2)
    answer.refresh_from_db()
    assert answer.text == "Lời của tôi"


def test_two_who_begin_at_once_both_keep_their_words() -> None:
    comment = approved()
    begun(comment, "Lời của đồng nghiệp")
    response = press(client_of(*WRITE), comment, "_save", text="Lời của tôi", seen=0)
    words = response.content.decode()
    assert response.status_code == 409
    assert "Lời của đồng nghiệp" in words
    assert "Lời của tôi</textarea>" in words
    assert Answer.objects.get().text == "Lời của đồng nghiệp"


@pytest.mark.parametrize("button", ["_save", "_submit", "_preview"])
@pytest.mark.parametrize("text", ["Lời của tôi", "Lời của tôi" + "a" * 5000])
def test_what_is_typed_while_a_colleague_hands_in_is_shown_to_be_copied(
    button: str, text: str
) -> None:
    comment = approved()
    begun(comment, submit=True)
    response = press(client_of(*WRITE), comment, button, text=text, seen=1)
    assert text in response.content.decode()
    assert Answer.objects.get().text == WORDS


def test_what_is_typed_while_the_comment_is_hidden_is_shown_to_be_copied() -> None:
    comment = approved()
    comment.hide(by=make_user("comments.decide_comment"), seen=1, reason="insult")
    client = client_of(*WRITE, "comments.view_comment")
    response = press(client, comment, "_save", text="Lời của tôi", seen=0)
    assert "Lời của tôi" in response.content.decode()
    assert "không trả lời được" in response.content.decode()
    assert not Answer.objects.exists()


# --- Deciding -------------------------------------------------------------------------------------


def test_a_colleague_publishes_what_was_seen() -> None:
    comment = approved()
    answer = begun(comment, submit=True)
    response = press(client_of(*PUBLISH), comment, "_publish", answer=answer.pk, seen=2)
    address = f"{comment.article.get_absolute_url()}#y-kien-{comment.pk}"
    assert said(response) == [f'Đã đăng trả lời. <a href="{address}">Xem trên trang</a>']
    assert WORDS in Client().get(comment.article.get_absolute_url()).content.decode()


def test_no_link_leads_to_what_readers_do_not_see() -> None:
    comment = approved()
    answer = begun(comment, submit=True)
    later = timezone.now() + dt.timedelta(days=1)
    Article.objects.update(published_at=later)
    response = press(client_of(*PUBLISH), comment, "_publish", answer=answer.pk, seen=2)
    assert said(response) == ["Đã đăng trả lời."]


def test_publishing_what_has_changed_meanwhile_is_reported_and_not_done() -> None:
    comment = approved()
    answer = begun(comment, submit=True)
    answer.return_to_writer(by=make_user(*PUBLISH), seen=2, note="Sửa giúp")
    response = press(client_of(*PUBLISH), comment, "_publish", answer=answer.pk, seen=2)
    assert said(response) == ["Trả lời này đã có người khác xử lý trước: bị trả lại."]
    assert not Answer.objects.published().exists()


def test_the_writer_publishes_alone_only_with_the_statement() -> None:
    comment, client = approved(), client_of(*PUBLISH)
    press(client, comment, "_submit", text=WORDS, seen=0)
    answer = Answer.objects.get()

    refused = press(client, comment, "_publish", answer=answer.pk, seen=2)
    assert refused.status_code == 400
    assert "cần một người thứ hai xem" in refused.content.decode()
    press(client, comment, "_publish", answer=answer.pk, seen=2, alone="on")

    words = client.get(reverse("admin:comments_answer_changelist")).content.decode()
    assert "1 trả lời, trong đó 1 được đăng mà không có người thứ hai xem" in words
    assert "△ một người xem" in words


def test_a_return_needs_a_note_which_its_writer_reads() -> None:
    comment = approved()
    answer = begun(comment, submit=True)
    client = client_of(*PUBLISH)
    assert press(client, comment, "_return", answer=answer.pk, seen=2).status_code == 400
    press(client, comment, "_return", answer=answer.pk, seen=2, note="Ghi rõ ngày")
    writer = client_of(*WRITE)
    words = writer.get(page(comment)).content.decode()
    assert "<strong>Cần sửa:</strong> Ghi rõ ngày" in words
    front = writer.get(reverse("admin:index")).content.decode()
    assert "<strong>1</strong> trả lời bị trả lại" in front
    assert f"{WORDS}</textarea>" in words


def test_its_writer_takes_back_what_waits_and_goes_on_writing() -> None:
    comment, by = approved(), make_user(*WRITE)
    answer = begun(comment, submit=True, by=by)
    assert "_take_back" not in client_of(*PUBLISH).get(page(comment)).content.decode()
    client = logged_in(by)
    assert 'name="_take_back"' in client.get(page(comment)).content.decode()
    response = press(client, comment, "_take_back", answer=answer.pk, seen=2)
    assert said(response) == ["Đã lấy lại để sửa tiếp."]
    assert f"{WORDS}</textarea>" in client.get(page(comment)).content.decode()


def test_a_correction_begins_from_the_public_text() -> None:
    comment = approved()
    answer = begun(comment, submit=True)
    answer.publish(by=make_user(*PUBLISH), seen=2)
    client = client_of(*WRITE)
    assert "<textarea" not in client.get(page(comment)).content.decode()
    assert f"{WORDS}</textarea>" in client.get(page(comment), {"sua": "1"}).content.decode()


def test_who_only_writes_decides_nothing() -> None:
    comment = approved()
    answer = begun(comment, submit=True)
    client = client_of(*WRITE)
    for button in ("_publish", "_return", "_take_back"):
        data = {button: "", "answer": answer.pk, "seen": 2, "note": "x", "alone": "on"}
        assert client.post(page(comment), data).status_code == 403
    answer.publish(by=make_user(*PUBLISH), seen=2)
    data = {"_withdraw": "", "answer": answer.pk, "seen": 3}
    assert client.post(page(comment), data).status_code == 403
    assert Answer.objects.published().get() == answer


def test_an_answer_of_another_comment_is_not_decided_here() -> None:
    answer = begun(approved(), submit=True)
    data = {"_publish": "", "answer": answer.pk, "seen": 2}
    assert client_of(*PUBLISH).post(page(approved()), data).status_code == 404


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 40, "²"])
def test_a_senseless_number_is_no_answer(value: str) -> None:
    comment = approved()
    begun(comment, submit=True)
    data = {"_publish": "", "answer": value, "seen": value}
    assert client_of(*PUBLISH).post(page(comment), data).status_code == 404


# --- Who sees what --------------------------------------------------------------------------------


def test_who_only_answers_sees_no_comment_that_the_public_does_not_see() -> None:
    waiting = make_comment()
    assert client_of(*WRITE).get(page(waiting)).status_code == 404
    assert client_of(*WRITE, "comments.view_comment").get(page(waiting)).status_code == 200


def test_the_page_shows_no_e_mail() -> None:
    comment = approved(email="kin@example.vn")
    assert "kin@" not in client_of(*PUBLISH).get(page(comment)).content.decode()


def test_who_may_not_answer_is_refused_everywhere() -> None:
    comment = approved()
    client = client_of("comments.view_comment", "comments.decide_comment")
    assert client.get(page(comment)).status_code == 403
    assert client.post(page(comment), {"_save": "", "text": WORDS, "seen": 0}).status_code == 403
    assert client.get(reverse("admin:comments_answer_questions")).status_code == 403
    assert not Answer.objects.exists()


def test_the_list_leads_to_the_page_of_the_comment() -> None:
    answer = begun(approved())
    change = reverse("admin:comments_answer_change", args=[answer.pk])
    client = client_of(*WRITE)
    assert change in client.get(reverse("admin:comments_answer_changelist")).content.decode()
    assert client.get(change).headers["Location"] == page(answer.comment)
    assert client.post(change).status_code == 403


# --- Questions ------------------------------------------------------------------------------------


def mark(client: Client, comment: Comment, question: str, seen: int = 1) -> Any:
    address = reverse("admin:comments_answer_mark", args=[comment.pk])
    return client.post(address, {"question": question, "seen": seen})


def test_a_moderator_marks_a_question_and_takes_the_mark_away() -> None:
    comment = approved()
    client = client_of("comments.view_comment", "comments.decide_comment", *WRITE)
    mark(client, comment, "1")
    assert Comment.objects.unanswered().get() == comment
    assert "Hạn trả lời" in client.get(page(comment)).content.decode()
    mark(client, comment, "0")
    assert not Comment.objects.unanswered().exists()


def test_who_may_not_decide_marks_no_question() -> None:
    comment = approved()
    assert mark(client_of(*PUBLISH), comment, "1").status_code == 403
    assert not Comment.objects.unanswered().exists()


def question(**fields: Any) -> Comment:
    comment = approved(**fields)
    comment.mark_question(by=make_user("comments.decide_comment"), seen=1)
    return comment


def test_the_list_of_questions_shows_the_clock_and_costs_the_same_for_many() -> None:
    client = client_of(*WRITE)
    costs = []
    for number in (1, 12):
        for _ in range(number):
            begun(question(text="Bao giờ sửa đường?"))
        with CaptureQueriesContext(connection) as queries:
            words = client.get(reverse("admin:comments_answer_questions")).content.decode()
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert "còn 15 ngày làm việc" in words
    assert words.count("Bao giờ sửa đường?") == 13
    assert "Mở bản đang soạn" in words


def test_the_clock_stands_on_the_comment_s_page_and_its_row_and_says_when_it_is_over() -> None:
    comment = question()
    client = client_of("comments.view_comment", "comments.decide_comment")
    addresses = [
        reverse("admin:comments_comment_change", args=[comment.pk]),
        reverse("admin:comments_comment_changelist") + "?status=approved",
    ]
    for address in addresses:
        assert "còn 15 ngày làm việc" in client.get(address).content.decode(), address
    Comment.objects.update(answer_due=dt.date(2020, 1, 1))
    for address in addresses:
        assert '<span class="waited-long">quá hạn' in client.get(address).content.decode(), address


@pytest.mark.parametrize("number", ["0", "abc", "²", "99999"])
def test_what_is_no_page_of_questions_leads_to_one_that_is(number: str) -> None:
    question(text="Bao giờ sửa đường?")
    answer = client_of(*WRITE).get(reverse("admin:comments_answer_questions"), {"trang": number})
    assert "Bao giờ sửa đường?" in answer.content.decode()


def test_the_front_page_counts_for_who_can_answer_and_for_who_publishes() -> None:
    question()
    begun(approved(), submit=True)
    front = reverse("admin:index")
    assert (
        "<strong>1</strong> câu hỏi chưa trả lời" in client_of(*WRITE).get(front).content.decode()
    )
    assert "chờ đăng" not in client_of(*WRITE).get(front).content.decode()
    assert "<strong>1</strong> trả lời chờ đăng" in client_of(*PUBLISH).get(front).content.decode()
    moderator = client_of("comments.view_comment", "comments.decide_comment")
    assert "chưa trả lời" not in moderator.get(front).content.decode()
