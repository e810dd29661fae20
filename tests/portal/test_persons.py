"""What is held of one person: handed out in full, erased table by table, and nothing of others."""

import datetime as dt
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from comments import consent
from comments.models import Answer, BlockedSource, Comment, Decision, Reason
from comments.models.answer import AnswerStep
from news import outbox
from news.models import Notice, OutboxMessage
from portal import persons
from portal.accounts.audit import AuditEntry
from portal.persons import PersonRequest
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db

EMAIL = "le.thu@example.vn"
NAME = "Lê Thị Qqxuv"
WORDS = "Đường Ví Dụ ngập từ cầu Zzqxa đến chợ"
# Anything of the person, as it may lie in a column. No other word begins as theirs do, so the index of words, which
# leaves out what a word shares with the one before, holds them whole.
TRACES = (EMAIL, NAME, WORDS, "zzqxa", "qqxuv", "hash-of-the-person")
Status = Comment.Status


def make_their_comment(**fields: Any) -> Comment:
    return make_comment(
        **{
            "name": NAME,
            "text": WORDS,
            "email": EMAIL,
            "source": "hash-of-the-person",
            "consent_version": consent.CURRENT,
            "words_digest": "hash-of-the-person",
            "signals": [["phone", WORDS]],
            **fields,
        }
    )


def make_mail(key: str, **fields: Any) -> OutboxMessage:
    return OutboxMessage.objects.create(
        **{
            "key": key,
            "kind": "Trả lời",
            "recipient": EMAIL,
            "subject": f"Gửi {NAME}",
            "body": WORDS,
            **fields,
        }
    )


def leave_traces() -> list[Comment]:
    """The person in every table that can hold somebody, and one other who must stay."""
    moderator = make_user(superuser=True)
    shown, refused = make_their_comment(), make_their_comment()
    shown.approve(by=moderator, seen=1)
    refused.refuse(by=moderator, seen=1, reason=Reason.OTHER, note=f"{NAME} hay gửi")
    waiting = make_their_comment(email=EMAIL.upper())
    reply = make_their_comment(parent=shown, article=shown.article, status=Status.APPROVED)
    answered = Answer.objects.create(
        comment=shown, text=f"Chào {NAME}: {WORDS}", unit="UBND", written_by=moderator
    )
    AnswerStep.objects.create(
        answer=answered, verb=AnswerStep.Verb.WRITE, by=moderator, note=NAME, revision=1
    )
    make_mail("sent", state="sent", claimed_at=timezone.now(), sent_at=timezone.now())
    make_mail("waiting")
    make_mail("sending", state="sending", claimed_at=timezone.now())
    Notice.objects.create(user=moderator, text=f"Thư đến {EMAIL} bị trả lại", key="x")
    # As a comment once named itself. In one statement: of that the audit log does not hear.
    LogEntry.objects.bulk_create(
        [
            LogEntry(
                user=moderator,
                content_type=ContentType.objects.get_for_model(Comment),
                object_id=str(shown.pk),
                object_repr=f"{NAME}: {WORDS}",
                action_flag=CHANGE,
                change_message=WORDS,
            )
        ]
    )
    BlockedSource.objects.create(
        source="hash-of-the-person", until=timezone.now() + dt.timedelta(days=9), note=NAME
    )
    PersonRequest(kind="export", email=EMAIL, note=f"{NAME} gọi điện").save()
    make_comment(article=shown.article, email="other@example.vn", status=Status.APPROVED)
    return [shown, refused, waiting, reply]


def columns_with(traces: tuple[str, ...]) -> set[str]:
    """`table.column` of every table of the database, Django's or not, that holds one of these words in any row."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's own name
            names = [column[0] for column in cursor.description]
            held = [
                "\n".join(map(_readable, column)) for column in zip(*cursor.fetchall(), strict=True)
            ]
            for name, words in zip(names, held, strict=False):
                if any(trace.casefold() in words for trace in traces):
                    found.add(f"{table}.{name}")
    return found


def tables_with(traces: tuple[str, ...]) -> set[str]:
    """The same by table; those in which SQLite keeps an index of words count as the index."""
    tables = {place.partition(".")[0] for place in columns_with(traces)}
    return {re.sub(r"_words_\w+$", "_words", table) for table in tables}


def _readable(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").casefold()
    # SQLite stores JSON with escaped letters.
    words = str(value)
    if words.startswith(("[", "{")) and "\\u" in words:
        words = words.encode().decode("unicode_escape")
    return words.casefold()


# --- Erasing ----------------------------------------------------------------------------------------


def test_before_erasing_the_walk_finds_the_person_in_each_table_that_may_hold_one() -> None:
    """Else the next test would prove nothing."""
    leave_traces()

    assert tables_with(TRACES) == {
        "comments_comment_words",
        *("comments_comment", "comments_decision", "comments_blockedsource"),
        *("comments_answer", "comments_answerstep"),
        *("news_outboxmessage", "news_notice", "django_admin_log", "portal_personrequest"),
    }


def test_after_erasing_no_table_holds_address_name_or_words() -> None:
    shown, *_ = leave_traces()

    persons.erase(EMAIL)

    # The block ends by itself and knows a keyed hash only.
    assert columns_with(TRACES) == {"comments_blockedsource.source"}
    # The index of words is no column that can be read.
    assert not Comment.objects.containing("zzqxa").exists()
    assert not shown.article.comments.public().exclude(email="other@example.vn").exists()
    assert Comment.objects.filter(email="other@example.vn").exists()


def test_after_erasing_with_words_kept_only_the_decided_words_are_left_without_a_name() -> None:
    shown, refused, waiting, _ = leave_traces()
    # The office's own words stay as well; that they name somebody is said before.
    assert persons.answers_naming(EMAIL) == [f"Trả lời ý kiến {shown.pk}"]
    Answer.objects.update(text=WORDS)
    assert persons.answers_naming(EMAIL) == []

    persons.erase(EMAIL, keep_words=True)

    assert columns_with((EMAIL, NAME, "qqxuv")) == set()
    assert tables_with((WORDS, "zzqxa")) == {
        *("comments_comment", "comments_comment_words", "comments_answer"),
    }
    for comment in (shown, refused, waiting):
        comment.refresh_from_db()
    assert (shown.status, shown.name, shown.text) == (Status.APPROVED, "Bạn đọc", WORDS)
    assert (refused.status, refused.text) == (Status.REFUSED, WORDS)
    assert (waiting.status, waiting.text) == (Status.ERASED, "")


def test_erasing_says_how_much_of_each_kind_was_changed_and_a_second_time_nothing() -> None:
    leave_traces()

    done = persons.erase(EMAIL)

    assert persons.in_words(done) == (
        "4 ý kiến, 3 thư, 1 thông báo, 1 dòng lịch sử, 1 ghi chú chặn nguồn, 1 yêu cầu"
    )
    assert persons.in_words(persons.erase(EMAIL)) == "không có gì"


def test_mails_that_wait_are_never_sent_after_erasing() -> None:
    leave_traces()

    persons.erase(EMAIL)

    assert not OutboxMessage.objects.due().exists()
    assert set(OutboxMessage.objects.values_list("key", "state")) == {
        *(("sent", "sent"), ("waiting", "failed"), ("sending", "failed")),
    }


def test_a_mail_that_is_being_sent_while_its_recipient_is_erased_stays_forgotten() -> None:
    message = make_mail("sending", state="sending", claimed_at=timezone.now())
    persons.erase(EMAIL)
    message.mark_sent()

    message.refresh_from_db()
    assert (message.state, message.recipient, message.body) == ("failed", "", "")


def test_a_comment_that_has_forgotten_its_address_is_erased_by_its_number() -> None:
    forgotten = make_their_comment(email="", status=Status.APPROVED)
    others = make_comment(email="other@example.vn", status=Status.APPROVED)

    # The number of somebody whose address is known is not this person's.
    persons.erase(EMAIL, [forgotten.pk, others.pk])

    forgotten.refresh_from_db()
    others.refresh_from_db()
    assert (forgotten.status, others.status) == (Status.ERASED, Status.APPROVED)


ONE_PERSON = (
    "a@bücher.example",
    "a@xn--bcher-kva.example",
    "A@BÜCHER.example",
    " a@Bu\u0308cher.example",
)


@pytest.mark.parametrize("asked", ONE_PERSON)
def test_a_host_with_diacritics_finds_the_same_person_however_it_is_written(asked: str) -> None:
    moderator = make_user(username="thu.le", email="a@xn--bcher-kva.example")
    make_their_comment(email="a@bücher.example")
    make_their_comment(email="a@bucher.example")
    for number, spelt in enumerate(ONE_PERSON):
        Notice.objects.create(user=moderator, text=f"Thư đến {spelt}.", key=str(number))
    with transaction.atomic():
        for spelt in ("a@xn--bcher-kva.example", "a@BÜCHER.example"):
            outbox.queue_mail(to=spelt, subject="x", body="x", key=spelt, kind="Thử")
    make_mail("of-before", recipient="a@xn--bcher-kva.example")

    assert persons.found(asked) == {"ý kiến": 1, "thư": 3, "thông báo": 4}
    assert persons.accounts_of(asked) == ["thu.le"]
    assert persons.digest_of(asked) == persons.digest_of("a@bücher.example")


def test_a_notice_about_a_longer_address_is_not_this_person_s() -> None:
    moderator = make_user()
    others = (
        "tran.an@example.com",
        "tran-an@example.com",
        "an@example.com.vn",
        "an@example.community",
    )
    theirs = (
        "an@example.com",
        "An@Example.com.",
        "(an@example.com)",
        "'an@example.com'",
        "<an@example.com>:",
    )
    for words in (*others, *theirs):
        Notice.objects.create(user=moderator, text=f"Thư đến {words} bị trả lại", key=words)

    about = persons.notices_about("an@example.com")
    assert set(about.values_list("key", flat=True)) == set(theirs)
    persons.erase("an@example.com")
    assert set(Notice.objects.values_list("key", flat=True)) == set(others)


def test_an_empty_address_finds_nobody() -> None:
    make_their_comment(email="")

    assert persons.in_words(persons.found("")) == "không có gì"


def test_every_text_that_public_pages_show_is_made_anew_after_erasing() -> None:
    from news import freshness

    make_their_comment()
    before = freshness.current()
    persons.erase(EMAIL)

    assert freshness.current() > before


def test_without_the_right_to_erase_comments_nothing_is_erased() -> None:
    leave_traces()
    before = columns_with(TRACES)
    with pytest.raises(PermissionDenied):
        persons.erase(EMAIL, by=make_user("portal.handle_personrequest"))

    assert columns_with(TRACES) == before


def test_the_record_of_decisions_stays_without_its_notes() -> None:
    leave_traces()
    before = Decision.objects.count()
    persons.erase(EMAIL)

    assert Decision.objects.count() == before + 4
    assert not Decision.objects.exclude(note="").exists()


# --- Handing out ------------------------------------------------------------------------------------


def test_an_export_holds_every_column_of_every_row_of_the_person_and_no_colleague() -> None:
    shown, refused, waiting, reply = leave_traces()
    make_user(email=EMAIL, username="thu.le")
    held = json.loads(persons.as_json(persons.export(EMAIL)))

    assert [row["số"] for row in held["ý kiến"]] == [
        *(shown.pk, refused.pk, waiting.pk, reply.pk),
    ]
    first = held["ý kiến"][0]
    assert len(first) == len(Comment._meta.concrete_fields) + 4
    assert first["nội dung"] == WORDS
    assert first["lời đồng ý"].startswith("Tôi đồng ý để … lưu họ tên")
    assert first["tình trạng"] == "Đã duyệt"
    assert first["người quyết định"] == persons.OFFICE
    (decision,) = held["ý kiến"][1]["các quyết định"]
    (answer,) = first["các trả lời"]
    assert answer["người viết"] == answer["các bước"][0]["người làm"] == persons.OFFICE
    assert (decision["người làm"], decision["ghi chú"]) == (persons.OFFICE, f"{NAME} hay gửi")
    assert [mail["khóa"] for mail in held["thư"]] == ["sent", "waiting", "sending"]
    assert len(held["thông báo"]) == 1
    assert [request["ghi chú"] for request in held["yêu cầu"]] == [f"{NAME} gọi điện"]
    assert held["tài khoản"] == ["thu.le"]


def test_who_reads_an_export_meets_no_name_of_our_code() -> None:
    leave_traces()
    names = set(re.findall(r'"([^"]+)": ', persons.as_json(persons.export(EMAIL))))
    models = (Comment, Decision, Answer, AnswerStep, OutboxMessage, Notice, PersonRequest)

    assert len(names) > 50
    assert names & {field.name for model in models for field in model._meta.fields} == set()
    assert {name for name in names if "_" in name} == set()


def test_an_export_reaches_every_table_in_which_the_walk_finds_the_person() -> None:
    """Two are not the person's: the office's own lines, and the block, which is reached by its comments."""
    leave_traces()
    tables = tables_with((EMAIL, NAME, WORDS))

    assert tables - {"django_admin_log", "comments_blockedsource"} == {
        "comments_comment",
        "comments_decision",
        "comments_answer",
        "comments_answerstep",
        "news_outboxmessage",
        "news_notice",
        "portal_personrequest",
    }


def test_an_export_holds_nothing_of_others() -> None:
    leave_traces()

    assert "other@example.vn" not in persons.as_json(persons.export(EMAIL))


def test_an_export_after_erasing_holds_what_was_asked_and_nothing_else() -> None:
    leave_traces()
    persons.erase(EMAIL)
    held = persons.export(EMAIL)

    assert not (held["ý kiến"] or held["thư"] or held["thông báo"])
    assert [request["tình trạng"] for request in held["yêu cầu"]] == ["Đã từ chối"]


# --- The command ------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("person", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_writes_json_in_utf_8_to_the_terminal_or_to_a_new_file(tmp_path: Path) -> None:
    leave_traces()
    target = tmp_path / "person.json"
    shown, said = run(EMAIL, "--export")
    run(EMAIL, "--export", "--output", str(target))

    assert json.loads(shown)["ý kiến"][0]["họ tên"] == NAME
    assert NAME.encode() in target.read_bytes()
    assert target.stat().st_mode & 0o077 == 0
    assert EMAIL not in said
    with pytest.raises(CommandError, match="Không ghi được"):
        run(EMAIL, "--export", "--output", str(target))


def test_the_command_asks_before_it_erases(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_traces()
    monkeypatch.setattr("builtins.input", lambda: "không")
    with pytest.raises(CommandError, match="Chưa xoá gì"):
        run(EMAIL, "--erase")
    assert Comment.objects.by_person(EMAIL).count() == 4

    monkeypatch.setattr("builtins.input", lambda: "xoá")
    run(EMAIL, "--erase")
    assert Comment.objects.by_person(EMAIL).count() == 0


def test_the_command_erases_without_asking_says_numbers_and_names_accounts() -> None:
    leave_traces()
    make_user(email=EMAIL, username="thu.le")
    said, _ = run(EMAIL, "--erase", "--yes", "--keep-words")

    assert "Đã xoá: 4 ý kiến, 3 thư" in said
    assert "thu.le" in said
    assert "Còn nhắc tên người này và sẽ ở lại: Trả lời ý kiến" in said
    assert EMAIL not in said
    assert Comment.objects.filter(text=WORDS).count() == 3


def test_the_command_is_in_the_audit_log_without_the_address() -> None:
    leave_traces()
    run(EMAIL, "--export")
    run(EMAIL, "--erase", "--yes")
    entries = list(AuditEntry.objects.order_by("pk"))

    assert [entry.what for entry in entries] == [AuditEntry.What.PERSON] * 2
    assert [entry.who for entry in entries] == ["manage.py person"] * 2
    assert "4 ý kiến" in entries[1].detail


@pytest.mark.parametrize(
    "arguments",
    [
        ("no address", "--export"),
        (EMAIL,),
        (EMAIL, "--export", "--erase"),
        (EMAIL, "--export", "--keep-words"),
        (EMAIL, "--erase", "--yes", "--output", "x"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(arguments: tuple[str, ...]) -> None:
    make_article()
    make_their_comment()
    with pytest.raises(CommandError):
        run(*arguments)
    assert Comment.objects.by_person(EMAIL).count() == 1
