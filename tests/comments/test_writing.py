"""A reader's comment on its way in: form, ticket, limit, double posts. Nothing typed is lost."""

import datetime as dt
import hashlib
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.crypto import salted_hmac
from email_validator import EmailNotValidError

from comments import consent, forms, sources, tickets
from comments.models import Comment
from news.models import Article
from tests.comments.sending import WORDS, send
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_a_comment_is_stored_pending_with_consent_and_without_an_address(client: Client) -> None:
    article = make_article()
    answer = send(client, article)
    comment = Comment.objects.get()
    assert answer.status_code == 200
    assert "Cảm ơn bạn" in answer.content.decode()
    assert WORDS["text"] in answer.content.decode()
    assert (comment.status, comment.article, comment.consent_version) == (
        "pending",
        article,
        consent.CURRENT,
    )
    assert "127.0.0.1" not in comment.source


def test_the_plain_form_has_a_ticket_and_asks_for_everything(client: Client) -> None:
    words = client.get(reverse("comments:write", args=[make_article().pk])).content.decode()
    for text in (
        "Thông tin cá nhân",
        "Bạn vui lòng để lại thông tin để gửi bình luận",
        "Lưu thông tin",
        'name="ticket"',
    ):
        assert text in words


def test_the_box_sent_without_javascript_keeps_the_text_and_asks_for_the_rest(
    client: Client,
) -> None:
    article = make_article()
    answer = client.post(
        reverse("comments:write", args=[article.pk]), {"text": "Ý kiến <b> của tôi"}
    )
    assert "Ý kiến &lt;b&gt; của tôi" in answer.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": "\u200b\u00ad "}, "Hãy viết ý kiến của bạn."),
        ({"text": "a"}, "Ý kiến cần ít nhất 2 ký tự."),
        ({"text": "x" * 2001}, "Ý kiến dài 2.001 ký tự"),
        ({"name": ""}, "Hãy cho biết họ tên của bạn."),
        ({"name": "\u3164"}, "Hãy cho biết họ tên của bạn."),
        ({"name": "\u2065\u2065"}, "Hãy cho biết họ tên của bạn."),
        ({"name": "... !"}, "Hãy cho biết họ tên của bạn."),
        ({"name": "x" * 61}, "Họ tên dài 61 ký tự"),
        ({"email": "khong phai"}, "Địa chỉ này chưa đúng."),
        ({"email": "a@b.vn\r\nBcc: c@d.vn"}, "Địa chỉ này chưa đúng."),
        ({"consent": None}, "Chúng tôi chỉ nhận ý kiến khi bạn đồng ý."),
    ],
)
def test_a_wrong_field_is_answered_beside_it_and_nothing_is_lost(
    client: Client, changes: dict[str, Any], message: str
) -> None:
    answer = send(client, make_article(), **changes)
    words = answer.content.decode()
    assert answer.status_code == 400
    assert message in words
    assert not Comment.objects.exists()
    for name in {"text", "name", "email"} - set(changes):
        assert WORDS[name] in words


def test_the_dialog_gets_the_same_errors_as_json_with_a_fresh_ticket(client: Client) -> None:
    answer = send(client, make_article(), name="", as_json=True)
    assert answer.status_code == 400
    assert answer.json()["errors"]["name"] == ["Hãy cho biết họ tên của bạn."]
    assert answer.json()["ticket"]
    assert answer.json()["sent"] is False


@pytest.mark.parametrize("ticket", ["", "forged", "1.abc:1u:x"])
def test_a_forged_ticket_is_refused_and_the_text_kept(client: Client, ticket: str) -> None:
    answer = send(client, make_article(), ticket=ticket)
    assert answer.status_code == 400
    assert WORDS["text"] in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_ticket_of_another_article_is_refused(client: Client) -> None:
    assert (
        send(client, make_article(), ticket=tickets.new_ticket(make_article().pk)).status_code
        == 400
    )


def test_a_ticket_is_refused_when_it_is_too_old(
    client: Client, settings: Any, time_machine: Any
) -> None:
    start = dt.datetime(2026, 1, 1, 8, 0, tzinfo=dt.UTC)
    time_machine.move_to(start, tick=False)
    article = make_article(published_at=start - dt.timedelta(days=1))
    ticket = tickets.new_ticket(article.pk)
    last = start + dt.timedelta(seconds=settings.COMMENT_TICKET_MAX_AGE)
    time_machine.move_to(last, tick=False)
    assert send(client, article, ticket=ticket).status_code == 200
    time_machine.move_to(
        start + dt.timedelta(seconds=settings.COMMENT_TICKET_MAX_AGE + 1), tick=False
    )
    assert send(client, article, ticket=ticket).status_code == 400


def test_the_honeypot_is_noted_for_the_moderator_and_thanked_like_everybody(client: Client) -> None:
    answer = send(client, make_article(), website="https://spam.example")
    assert answer.status_code == 200
    assert Comment.objects.get().signals == [["honeypot_filled", ""]]


def test_a_double_post_is_stored_once_and_thanked_twice(client: Client) -> None:
    article = make_article()
    ticket = tickets.new_ticket(article.pk)
    again = f"{WORDS['text']}\r\n"
    answers = [send(client, article, ticket=ticket, text=t) for t in (WORDS["text"], again)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert Comment.objects.count() == 1


def test_one_source_is_limited_with_a_time_to_wait_and_keeps_its_text(
    client: Client, settings: Any
) -> None:
    article = make_article()
    for number in range(settings.COMMENT_LIMIT):
        assert send(client, article, text=f"Ý kiến {number}").status_code == 200
    answer = send(client, article, text="Ý kiến thứ sáu")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= settings.COMMENT_LIMIT_SECONDS
    assert "Ý kiến thứ sáu" in answer.content.decode()
    assert Comment.objects.count() == settings.COMMENT_LIMIT


def test_another_source_is_not_limited_by_the_first(client: Client, settings: Any) -> None:
    article = make_article()
    for number in range(settings.COMMENT_LIMIT + 1):
        send(client, article, text=f"Ý kiến {number}")
    client.defaults["REMOTE_ADDR"] = "198.51.100.9"
    assert send(client, article, text="Từ nơi khác").status_code == 200


def test_a_spoofed_address_header_does_not_help_without_a_proxy(
    client: Client, settings: Any
) -> None:
    article = make_article()
    for number in range(settings.COMMENT_LIMIT + 1):
        client.defaults["HTTP_X_REAL_IP"] = f"198.51.100.{number}"
        answer = send(client, article, text=f"Ý kiến {number}")
    assert answer.status_code == 429


def test_a_limited_reader_can_still_read(client: Client, settings: Any) -> None:
    article = make_article()
    for number in range(settings.COMMENT_LIMIT + 1):
        send(client, article, text=f"Ý kiến {number}")
    assert client.get(article.get_absolute_url()).status_code == 200


def test_a_closed_article_takes_no_comment_and_gives_no_ticket(client: Client) -> None:
    article = make_article(comments_open=False)
    assert send(client, article).status_code == 403
    assert client.get(reverse("comments:ticket", args=[article.pk])).status_code == 404
    assert not Comment.objects.exists()


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.WITHDRAWN])
def test_an_article_that_is_not_public_takes_no_comment(client: Client, status: str) -> None:
    article = make_article(status=status)
    assert send(client, article).status_code == 404
    assert not Comment.objects.exists()


def test_an_enormous_body_is_refused_before_it_is_read(client: Client) -> None:
    assert send(client, make_article(), text="x" * 100_000).status_code == 413


def test_a_comment_is_shown_as_the_plain_text_it_is(client: Client) -> None:
    article = make_article()
    send(client, article, text="<script>alert(1)</script>\nhttps://spam.example", name="<b>An</b>")
    Comment.objects.update(status="approved", decided_at=dt.datetime.now(dt.UTC))
    words = client.get(article.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>https://spam.example" in words
    assert "&lt;b&gt;An&lt;/b&gt;" in words
    assert 'href="https://spam.example' not in words


def test_a_comment_sent_from_another_site_is_thanked_and_noted(client: Client) -> None:
    article = make_article()
    data = {**WORDS, "ticket": tickets.new_ticket(article.pk)}
    address = reverse("comments:write", args=[article.pk])
    answer = client.post(address, data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert ["foreign", ""] in Comment.objects.get().signals


def test_who_guesses_an_address_behind_the_same_router_gets_no_link_of_another(
    client: Client,
) -> None:
    article = make_article()
    answers = [send(client, article, as_json=True).json() for _ in range(2)]
    assert Comment.objects.count() == 2
    assert answers[0]["private_address"] != answers[1]["private_address"]
    assert ["same_words", "1"] in Comment.objects.latest("id").signals


def test_the_longest_name_that_is_allowed_is_stored(client: Client) -> None:
    name = "\u0316\u0316" + "x\u0323\u0316" * 60
    assert send(client, make_article(), name=name).status_code == 200
    assert len(Comment.objects.get().name) == 180


def test_addresses_that_are_ipv4_in_ipv6_are_sources_of_their_own(
    client: Client, settings: Any
) -> None:
    article = make_article()
    for number in range(settings.COMMENT_LIMIT + 1):
        client.defaults["REMOTE_ADDR"] = f"::ffff:198.51.100.{number}"
        answer = send(client, article, text=f"Ý kiến {number}")
    assert answer.status_code == 200


def test_one_household_s_ipv6_addresses_are_one_source(client: Client, settings: Any) -> None:
    article = make_article()
    for number in range(settings.COMMENT_LIMIT + 1):
        client.defaults["REMOTE_ADDR"] = f"2001:db8::{number}"
        answer = send(client, article, text=f"Ý kiến {number}")
    assert answer.status_code == 429


def test_a_comment_is_asked_about_by_one_statement_and_stored_in_one_transaction(
    client: Client, settings: Any
) -> None:
    """What stays the same for a while is asked for once: rules, watched words, blocked sources, a flood.

    PostgreSQL stores it by one statement too.
    """
    settings.GENERATION_MEMO_SECONDS = 3600
    article = make_article()
    send(client, article, as_json=True)
    with CaptureQueriesContext(connection) as queries:
        assert send(client, article, as_json=True, text="Ý kiến khác").json()["sent"]
    said = [query["sql"] for query in queries.captured_queries]
    tables = ["comments_quota", "comments_comment", "comments_comment_words"]
    written = [re.findall(r'INSERT INTO "?(\w+)', statement) for statement in said]
    if connection.vendor == "postgresql":
        assert written == [[], tables]
    else:
        assert written == [[], [], *([table] for table in tables), []]
        # As a test's own transaction has it, the two ends of this one.
        assert [said[n].split()[0] for n in (1, -1)] == ["SAVEPOINT", "RELEASE"]


def test_what_is_remembered_of_a_domain_changes_no_answer_about_an_address() -> None:
    boxes = ["an", "a.n-1_2", "An", "a+b", ".a", "a..b", "a.", "", "x" * 63, "x" * 64, "x" * 65]
    boxes += ['"a"', "a b", "đào", "a@b"]
    domains = [
        "Example.VN",
        "example",
        "a.test",
        "thử.vn",
        "xn--th-e0a.vn",
        "a-.vn",
        "[127.0.0.1]",
        "",
    ]
    domains += ["b@c.vn", "a.vn>", "a.vn ", f"{'a' * 63}.vn", f"{'a' * 64}.vn", f"{'a.' * 120}vn"]

    def answer(how: Any, typed: str) -> str | None:
        try:
            return str(how(typed))
        except EmailNotValidError:
            return None

    for typed in [f"{box}@{domain}" for box in boxes for domain in domains]:
        assert answer(forms._normalized, typed) == answer(forms._validated, typed), typed


def test_a_hash_is_that_of_django_with_the_key_of_the_site(settings: Any) -> None:
    for settings.SECRET_KEY in ("one key", "another key"):
        for purpose in ("a", "b"):
            inner = hashlib.sha256("chữ".encode()).digest()
            expected = salted_hmac(purpose, inner, algorithm="sha256").hexdigest()
            assert sources._hashed(purpose, "chữ") == expected
