"""The private link: what who sent a comment sees, takes back, and is asked by mail."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from comments import retention, tickets
from comments.models import Answer, AskedAddress, Comment, Reason
from comments.private_links import private_address
from news.models import OutboxMessage
from portal.wsgi import application
from tests.asking import ask
from tests.comments.sending import WORDS, send
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


def link_on(answer: Any) -> str:
    return re.findall(r'href="(/binh-luan/cua-toi/[^"]+)"', answer.content.decode())[0]


def moderator() -> Any:
    return make_user("comments.decide_comment")


def seen(client: Client, comment: Comment, **by: Any) -> str:
    return client.get(private_address(comment.pk, **by)).content.decode()


# --- the link --------------------------------------------------------------------------------------


def test_the_thanks_show_a_link_to_the_state_and_the_text_as_sent(client: Client) -> None:
    answer = send(client, make_article())
    words = client.get(link_on(answer)).content.decode()
    assert "đang chờ duyệt" in words
    assert WORDS["text"] in words
    assert "b@example.vn" not in words


def test_the_dialog_gets_the_same_link(client: Client) -> None:
    address = send(client, make_article(), as_json=True).json()["private_address"]
    assert address == private_address(Comment.objects.get().pk)


def test_a_double_post_gets_the_link_of_the_row_that_is_there(client: Client) -> None:
    article = make_article()
    ticket = tickets.new_ticket(article.pk)
    links = {link_on(send(client, article, ticket=ticket)) for _ in range(2)}
    assert links == {private_address(Comment.objects.get().pk)}


def test_the_same_words_from_elsewhere_get_no_link_to_the_first(client: Client) -> None:
    article = make_article()
    first = link_on(send(client, article))
    assert link_on(send(Client(REMOTE_ADDR="198.51.100.7"), article)) != first


def test_a_link_is_kept_by_nobody_and_named_to_nobody() -> None:
    address = private_address(make_comment().pk)
    for path in (address, f"{address}rut/"):
        answer = ask(path)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "Set-Cookie" not in answer.headers
    assert len(application.memory) == 0


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: f"{token}x",
        lambda token: token.replace("1", "2", 1) if token[0] == "1" else f"1{token[1:]}",
        lambda token: token.split(".")[0],
        lambda token: f"{token.split('.')[0]}.thu.{token.split('.')[1]}",
        lambda token: "",
        lambda token: "9" * 40,
    ],
)
def test_a_guessed_link_opens_nothing(client: Client, forge: Any) -> None:
    make_comment()
    comment = make_comment()
    token = private_address(comment.pk).split("/")[-2]
    forged = forge(token)
    assert forged != token
    for path in ("", "rut/"):
        assert client.get(f"/binh-luan/cua-toi/{forged}/{path}").status_code == 404


def test_a_ticket_opens_no_private_page(client: Client) -> None:
    comment = make_comment()
    token = tickets.new_ticket(comment.pk)
    assert client.get(f"/binh-luan/cua-toi/{token}/").status_code == 404


# --- the state in words ----------------------------------------------------------------------------


def test_what_was_approved_leads_to_its_place(client: Client) -> None:
    comment = make_comment()
    comment.approve(by=moderator(), seen=1)
    words = seen(client, comment)
    assert "đã được duyệt" in words
    assert f'href="{comment.article.get_absolute_url()}#y-kien-{comment.pk}"' in words


def test_what_was_refused_says_why_but_not_what_was_noted(client: Client) -> None:
    comment = make_comment()
    comment.refuse(by=moderator(), seen=1, reason=Reason.PERSONAL, note="Ghi chú nội bộ")
    words = seen(client, comment)
    assert "không được đăng" in words
    assert "lộ thông tin cá nhân" in words
    assert "Ghi chú nội bộ" not in words


def test_spam_is_told_as_any_refusal_and_signals_are_not_told(client: Client) -> None:
    comment = make_comment(signals=[["links", "evil.example"]], suspected=True)
    assert "đang chờ duyệt" in seen(client, comment)
    comment.mark_spam(by=moderator(), seen=1)
    words = seen(client, comment)
    assert "không được đăng" in words
    assert "spam" not in words.casefold()
    assert "evil.example" not in words


@pytest.mark.parametrize(
    ("state", "said"),
    [("hidden", "đã được gỡ khỏi trang"), ("withdrawn", "Bạn đã rút ý kiến này")],
)
def test_what_is_not_shown_any_more_is_said_so(client: Client, state: str, said: str) -> None:
    assert said in seen(client, make_comment(status=state, reason="insult"))


def test_an_erased_comment_shows_nothing_of_its_sender(client: Client) -> None:
    comment = make_comment(name="Tên Riêng", text="Lời riêng")
    comment.erase()
    words = seen(client, comment)
    assert "đã được xoá theo yêu cầu" in words
    assert "Tên Riêng" not in words
    assert "Lời riêng" not in words
    assert "rut/" not in words


def test_approved_on_a_withdrawn_story_is_not_said_to_be_on_the_page(client: Client) -> None:
    comment = make_comment(status="approved")
    comment.article.withdraw(by=make_user("news.withdraw_article"), reason="Sai số liệu")
    words = seen(client, comment)
    assert "không hiện trên trang" in words
    assert "Xem ý kiến trên trang" not in words


# --- withdrawing -----------------------------------------------------------------------------------


def test_withdrawing_asks_first_and_opening_the_page_does_nothing(client: Client) -> None:
    comment = make_comment(status="approved")
    page = client.get(f"{private_address(comment.pk)}rut/")
    assert f'name="seen" value="{comment.revision}"' in page.content.decode()
    comment.refresh_from_db()
    assert comment.status == "approved"


def test_what_is_withdrawn_leaves_the_page_and_forgets_the_address(client: Client) -> None:
    comment = make_comment(status="approved", text="Lời sẽ rút", notify="confirmed")
    address = comment.article.get_absolute_url()
    assert "Lời sẽ rút" in ask(address).text
    answer = client.post(f"{private_address(comment.pk)}rut/", {"seen": comment.revision})
    assert (answer.status_code, answer.headers["Location"]) == (302, private_address(comment.pk))
    comment.refresh_from_db()
    assert (comment.status, comment.email, comment.notify) == ("withdrawn", "", "no")
    assert "Lời sẽ rút" not in ask(address).text
    assert "Lời sẽ rút" not in seen(client, comment)


def test_withdrawing_forgets_the_letters_and_sends_none_that_waits(client: Client) -> None:
    comment, other = (make_comment(notify="asked", email=f"{name}@example.vn") for name in "ab")
    by = moderator()
    for asked in (comment, other):
        asked.approve(by=by, seen=1)
    answer = Answer.objects.create(comment=comment, text="Trả lời", unit="UBND", written_by=by)
    sent = dict.fromkeys(("claimed_at", "sent_at"), timezone.now())
    OutboxMessage.objects.create(
        key=f"answer:{answer.pk}", recipient="a@example.vn", body="Trả lời", state="sent", **sent
    )
    client.post(f"{private_address(comment.pk)}rut/", {"seen": comment.revision})
    assert [mail.recipient for mail in OutboxMessage.objects.due()] == ["b@example.vn"]
    theirs = OutboxMessage.objects.exclude(recipient="b@example.vn")
    assert list(theirs.values_list("recipient", "subject", "body")) == [("", "", "")] * 2


@pytest.mark.parametrize("old", [1, 0, "", "x", "9" * 30])
def test_a_decision_that_was_faster_is_said_and_can_be_withdrawn_too(
    client: Client, old: Any
) -> None:
    comment = make_comment()
    comment.approve(by=moderator(), seen=1)
    address = f"{private_address(comment.pk)}rut/"
    words = client.post(address, {"seen": old}).content.decode()
    assert "vừa thay đổi" in words
    comment.refresh_from_db()
    assert comment.status == "approved"
    again = re.findall(r'name="seen" value="(\d+)"', words)[0]
    client.post(address, {"seen": again})
    comment.refresh_from_db()
    assert comment.status == "withdrawn"


def test_withdrawing_twice_is_answered_by_the_state(client: Client) -> None:
    comment = make_comment(status="withdrawn")
    address = f"{private_address(comment.pk)}rut/"
    for answer in (client.get(address), client.post(address, {"seen": comment.revision})):
        assert answer.headers["Location"] == private_address(comment.pk)
    comment.refresh_from_db()
    assert comment.revision == 1


def test_who_withdrew_may_send_the_same_words_again(client: Client) -> None:
    article = make_article()
    first = link_on(send(client, article))
    client.post(f"{first}rut/", {"seen": 1})
    second = link_on(send(client, article))
    assert second != first
    assert Comment.objects.filter(status="pending").count() == 1


# --- being told of an answer -------------------------------------------------------------------------


def test_who_ticked_nothing_is_asked_nothing(client: Client) -> None:
    send(client, make_article())
    comment = Comment.objects.get()
    comment.approve(by=moderator(), seen=1)
    assert comment.notify == "no"
    assert not OutboxMessage.objects.exists()


def test_an_approval_asks_the_address_by_mail_once_without_what_was_written(
    client: Client,
) -> None:
    send(client, make_article(title="Tin có câu hỏi"), notify="on")
    comment = Comment.objects.get()
    assert comment.notify == "asked"
    by = moderator()
    comment.approve(by=by, seen=1)
    comment.hide(by=by, seen=2, reason="insult")
    comment.approve(by=by, seen=3)
    mail = OutboxMessage.objects.get()
    assert mail.recipient == "b@example.vn"
    assert "Tin có câu hỏi" in mail.body
    for secret in (WORDS["text"], WORDS["name"], WORDS["email"]):
        assert secret not in mail.body + mail.subject + mail.key
    address = private_address(comment.pk, by_mail=True)
    assert address in mail.body
    words = client.get(address).content.decode()
    assert "Báo cho tôi khi có trả lời" in words
    comment.refresh_from_db()
    assert comment.notify == "asked"


def approved_with(email: str) -> Comment:
    comment = make_comment(notify="asked", email=email)
    comment.approve(by=moderator(), seen=1)
    return comment


def test_a_stranger_s_address_gets_one_letter_in_thirty_days_however_it_is_typed() -> None:
    with time_machine.travel("2026-03-02T02:00:00Z", tick=False) as clock:
        for email in ("b@example.vn", "b@example.vn", "B@EXAMPLE.vn", "b+1@example.vn"):
            approved_with(email)
        assert OutboxMessage.objects.count() == 1
        approved_with("c@example.vn")
        assert OutboxMessage.objects.count() == 2
        clock.shift(dt.timedelta(days=29, hours=23))
        approved_with("b@example.vn")
        assert OutboxMessage.objects.count() == 2
        clock.shift(dt.timedelta(hours=2))
        approved_with("b@example.vn")
        assert OutboxMessage.objects.count() == 3
    assert not [row for row in AskedAddress.objects.values_list("address", flat=True) if "@" in row]


@pytest.mark.parametrize(("said", "letters"), [("yes", 2), ("no", 1)])
def test_only_who_said_yes_is_asked_about_the_next_comment_at_once(
    said: str, letters: int, client: Client
) -> None:
    comment = approved_with("b@example.vn")
    client.post(f"{private_address(comment.pk, by_mail=True)}bao-tin/", {"notify": said})
    approved_with("b@example.vn")
    assert OutboxMessage.objects.count() == letters


def test_who_is_not_the_sender_can_stop_all_letters_by_the_link_that_came_by_mail(
    client: Client,
) -> None:
    make_comment(status="approved", notify="confirmed", email="b@example.vn")
    comment = approved_with("b@example.vn")
    button = "Không phải tôi, đừng gửi nữa"
    assert button not in seen(client, comment)
    client.post(f"{private_address(comment.pk)}bao-tin/", {"notify": "never"})
    assert button in seen(client, comment, by_mail=True)
    client.get(f"{private_address(comment.pk, by_mail=True)}bao-tin/", {"notify": "never"})
    assert not AskedAddress.objects.refused().exists()

    client.post(f"{private_address(comment.pk, by_mail=True)}bao-tin/", {"notify": "never"})
    words = seen(client, comment, by_mail=True)
    assert button not in words
    assert "không gửi thư về ý kiến bạn đọc đến địa chỉ của bạn nữa" in words
    assert set(Comment.objects.values_list("notify", flat=True)) == {"no"}
    with time_machine.travel(timezone.now() + dt.timedelta(days=400)):
        retention.forget_old()
        approved_with("b@example.vn")
    assert OutboxMessage.objects.count() == 1


def test_only_the_link_that_came_by_mail_confirms(client: Client) -> None:
    comment = make_comment(status="approved", notify="asked")
    for by_mail, state in ((False, "asked"), (True, "confirmed")):
        address = private_address(comment.pk, by_mail=by_mail)
        answer = client.post(f"{address}bao-tin/", {"notify": "yes"})
        assert answer.headers["Location"] == address
        comment.refresh_from_db()
        assert comment.notify == state
    assert "Bạn sẽ nhận được thư" in seen(client, comment)


def test_the_private_page_shows_the_public_answer_and_offers_to_send_it(client: Client) -> None:
    comment = make_comment(status="approved", notify="asked")
    by = make_user("comments.answer_comment", "comments.publish_answer")
    answer = Answer.begin(comment, "Lời của cơ quan", by=by)
    answer.submit(by=by, seen=1)
    assert "Lời của cơ quan" not in seen(client, comment, by_mail=True)
    answer.publish(by=by, seen=2, alone=True)

    words = seen(client, comment, by_mail=True)
    assert "Cơ quan đã trả lời." in words and "Lời của cơ quan" in words
    assert f'#y-kien-{comment.pk}">Xem ý kiến và câu trả lời trên trang' in words
    assert "Gửi câu trả lời qua thư cho tôi" in words
    address = private_address(comment.pk, by_mail=True)
    client.post(f"{address}bao-tin/", {"notify": "yes"})
    assert OutboxMessage.objects.get().key == answer.mail_key
    assert "Câu trả lời được gửi đến địa chỉ thư của bạn." in seen(client, comment)

    comment.hide(by=moderator(), seen=1, reason="insult")
    assert "Lời của cơ quan" not in seen(client, comment)


@pytest.mark.parametrize(
    ("ticked", "sends", "there"), [("on", True, True), ("", True, False), ("on", False, False)]
)
def test_the_thanks_tell_who_ticked_it_that_a_letter_comes_to_be_confirmed(
    client: Client, settings: Any, ticked: str, sends: bool, there: bool
) -> None:
    settings.SENDS_MAIL = sends
    words = send(client, make_article(), notify=ticked).content.decode()
    assert ("Sau khi ý kiến được duyệt, chúng tôi gửi thư để bạn xác nhận." in words) is there


def test_nobody_is_told_who_did_not_ask(client: Client) -> None:
    comment = make_comment(status="approved")
    client.post(f"{private_address(comment.pk, by_mail=True)}bao-tin/", {"notify": "yes"})
    comment.refresh_from_db()
    assert comment.notify == "no"


@pytest.mark.parametrize("by_mail", [False, True])
def test_who_asked_can_stop_it(client: Client, by_mail: bool) -> None:
    comment = make_comment(status="approved", notify="confirmed")
    address = private_address(comment.pk, by_mail=by_mail)
    client.post(f"{address}bao-tin/", {"notify": "no"})
    comment.refresh_from_db()
    assert comment.notify == "no"


@pytest.mark.parametrize("typed", ["yes", "no"])
def test_a_get_confirms_and_stops_nothing_and_leads_to_the_page(client: Client, typed: str) -> None:
    comment = make_comment(status="approved", notify="asked")
    address = private_address(comment.pk, by_mail=True)
    answer = client.get(f"{address}bao-tin/", {"notify": typed})
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    comment.refresh_from_db()
    assert comment.notify == "asked"


def test_a_site_without_mail_does_not_offer_what_it_cannot_do(
    client: Client, settings: Any
) -> None:
    article = make_article()
    addresses = (article.get_absolute_url(), reverse("comments:write", args=[article.pk]))
    for sends, there in ((True, True), (False, False)):
        settings.SENDS_MAIL = sends
        for address in addresses:
            assert ('name="notify"' in client.get(address).content.decode()) is there
