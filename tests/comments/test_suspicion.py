"""Signals: what a moderator is told about a comment, and what makes it suspected."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from comments import suspicion
from comments.models import BlockedSource, Comment, WatchedWord
from comments.sources import words_digest_of
from tests.comments.sending import send
from tests.factories import make_article, make_comment

pytestmark = pytest.mark.django_db


def codes(words: str) -> list[str]:
    return [code for code, _ in suspicion.in_words(words)]


def details(words: str) -> dict[str, str]:
    return dict(suspicion.in_words(words))


@pytest.mark.parametrize(
    "words",
    [
        "Sáng nay, ngày 31.5.2019, phường họp.",
        "Ông A.Anh nói đúng.",
        "Xem Nghị định 42/2022/NĐ-CP tại https://vanban.chinhphu.vn/ hoặc gocong.gov.vn.",
        "Chi phí 1.250.000.000 đồng, tăng 15%.",
        "Tôi đồng ý với chủ trương của UBND TP.HCM về việc này.",
        "Tôi không dùng Zalo nên không xem được thông báo.",
        "Từ 07:30 đến 11:30, 13:00-17:00.",
        "Tuyến đường dài 12 km, rộng 7,5 m; thửa 125, tờ bản đồ 42.",
        "hahaha hay quá",
        "Đường Nguyễn Văn Lượng ngập từ 2019-2024 và 2025-2026.",
    ],
)
def test_what_citizens_write_gives_no_signal(words: str) -> None:
    assert codes(words) == []


@pytest.mark.parametrize(
    ("words", "code", "detail"),
    [
        ("xem http://a.example/x", "links", "http://a.example/x"),
        ("vào www.abc.xyz nhé", "links", "www.abc.xyz"),
        ("vào kiemtien.top ngay", "links", "kiemtien.top"),
        ("nha-cai.club/vip", "links", "nha-cai.club/vip"),
        ("vào ｅｘａｍｐｌｅ．ｃｏｍ", "links", "example.com"),
        ("vào kiemtien。top", "links", "kiemtien.top"),
        ("nhắn t․me/abcxyz", "chat", "t.me/abcxyz"),
        ("giả mạo: https://gov.vn.evil.com", "links", "https://gov.vn.evil.com"),
        ("gọi 0903 123 456", "phone", "0903 123 456"),
        ("gọi +84 903.123.456", "phone", "+84 903.123.456"),
        ("Zalo: @nguyenvana", "chat", "Zalo: @nguyenvana"),
        ("nhắn t.me/abcxyz", "chat", "t.me/abcxyz"),
        ("CCCD 079 090 123 456", "number", "079 090 123 456"),
        ("chuyển vào 1234 5678 9012 3456", "number", "1234 5678 9012 3456"),
        ("Сhào mọi người", "mixed_scripts", "Сhào"),
        ("TÔI RẤT BỨC XÚC VÌ ĐƯỜNG HƯ", "capitals", ""),
        ("hayyyyyyyyyyy", "stretched", "yyyyyyyyyyy"),
        ("mua mua mua mua mua ngay", "stretched", "mua mua mua mua mua"),
    ],
)
def test_what_moderators_want_to_know_is_named(words: str, code: str, detail: str) -> None:
    assert details(words)[code] == detail


def test_a_watched_word_is_found_with_its_diacritics_only() -> None:
    WatchedWord.objects.create(words="chó")
    assert details("Con chó cắn") == {"word_notice": "chó"}
    assert codes("Cho tôi hỏi") == []
    assert codes("CHO tôi hỏi, chóng mặt quá") == []
    assert details("CON CHÓ!") == {"word_notice": "chó"}


def test_a_word_marked_safe_is_found_without_diacritics_too() -> None:
    WatchedWord.objects.create(words="cá độ bóng đá", tier="suspect", folded_too=True)
    assert details("web ca do bong da uy tín") == {"word_suspect": "cá độ bóng đá"}


def test_a_watched_word_is_stored_as_it_is_compared() -> None:
    word = WatchedWord(words="  Cá   ĐỘ ")
    word.full_clean()
    assert word.words == "cá độ"
    with pytest.raises(ValidationError):
        WatchedWord(words="!!!").full_clean()
    word.save()
    with pytest.raises(ValidationError, match="đã có"):
        WatchedWord(words="CÁ ĐỘ").full_clean()


def test_every_signal_has_a_sentence_and_a_weight(settings: Any) -> None:
    assert set(settings.COMMENT_SIGNAL_WEIGHTS) == set(suspicion.SENTENCES)
    for code, sentence in suspicion.SENTENCES.items():
        assert "mười" in suspicion.sentence((code, "mười")) or "{}" not in sentence


def test_the_sending_itself_is_looked_at(client: Client, settings: Any) -> None:
    settings.COMMENT_TOO_FAST = 3
    send(client, make_article(), website=None)
    signals = dict(Comment.objects.get().signals)
    assert set(signals) == {"honeypot_missing", "too_fast"}
    # Whole seconds: the next may begin at any moment.
    assert signals["too_fast"] in {"0", "1", "2"}


def test_the_same_words_from_elsewhere_are_recognised_however_they_are_spelt(
    client: Client,
) -> None:
    words = "Mua ngay kẻo lỡ, hàng đẹp giá rẻ!"
    make_comment(words_digest=words_digest_of("mua NGAY keo lo hang dep gia re"))
    old = timezone.now() - dt.timedelta(days=31)
    make_comment(words_digest=words_digest_of(words), created_at=old)
    send(client, make_article(), text=words)
    assert ["same_words", "1"] in Comment.objects.latest("id").signals


def test_what_the_source_did_before_is_said(client: Client) -> None:
    send(client, make_article())
    source = Comment.objects.get().source
    for _ in range(9):
        make_comment(source=source)
    make_comment(source=source, status="refused")
    make_comment(source=source, status="spam")
    make_comment(source="another", status="spam")
    send(client, make_article(), text="Thêm một ý kiến")
    signals = dict(Comment.objects.latest("id").signals)
    assert signals == {"many": "12", "refused_before": "2"}


@pytest.mark.parametrize(("days", "suspected"), [(1, True), (-1, False)])
def test_a_blocked_source_is_suspected_until_its_day(
    client: Client, days: int, suspected: bool
) -> None:
    send(client, make_article())
    source = Comment.objects.get().source
    BlockedSource.objects.create(source=source, until=timezone.now() + dt.timedelta(days=days))
    answer = send(client, make_article(), text="Thêm một ý kiến")
    comment = Comment.objects.latest("id")
    assert comment.suspected is suspected
    assert "Cảm ơn bạn" in answer.content.decode()


def test_from_the_threshold_on_a_comment_is_in_the_other_list(
    client: Client, settings: Any
) -> None:
    settings.COMMENT_SIGNAL_WEIGHTS = {**settings.COMMENT_SIGNAL_WEIGHTS, "links": 4, "phone": 5}
    settings.COMMENT_SUSPECT_AT = 9
    article = make_article()
    plain = send(client, article, text="xem a.top").content
    both = send(client, article, text="xem a.top gọi 0903123456").content
    one, two = Comment.objects.order_by("id")
    assert (one.weight, two.weight) == (4, 9)
    assert list(Comment.objects.awaiting()) == [one]
    assert list(Comment.objects.suspected()) == [two]
    assert plain.count(b"nghi") == both.count(b"nghi")


@pytest.mark.parametrize(
    "piece", ["a.", "0 ", "zalo ", "@", "www.", "x", "1-", "a-a.", "\U0001d400"]
)
def test_no_text_makes_the_search_for_signals_slow(piece: str) -> None:
    words = (piece * 2000)[:2000]
    began = timezone.now()
    list(suspicion.in_words(words))
    assert timezone.now() - began < dt.timedelta(seconds=1)
