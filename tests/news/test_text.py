"""Vietnamese text: slug, folding, dates."""

import datetime as dt
import unicodedata

import pytest

from news import text

SEED_TITLE = (
    "PHÁT HUY VAI TRÒ CỦA CẢ HỆ THỐNG CHÍNH TRỊ GÓP PHẦN HOÀN THÀNH TỐT CÁC CHỈ TIÊU, "
    "NHIỆM VỤ PHÁT TRIỂN KINH TẾ - XÃ HỘI ĐỊA PHƯƠNG"
)


def at(hour: int, minute: int, day: int = 31) -> dt.datetime:
    return dt.datetime(2019, 5, day, hour, minute, tzinfo=text.VIETNAM)


def test_the_slug_of_the_seed_title_keeps_every_letter() -> None:
    slug = text.slug(SEED_TITLE)
    assert len(slug) == 125
    assert slug.endswith("-xa-hoi-dia-phuong")


def test_a_slug_writes_d_for_both_cases_of_the_stroked_d() -> None:
    assert text.slug("Đường đi") == "duong-di"


def test_a_long_slug_is_cut_at_a_word() -> None:
    slug = text.slug("nghị quyết " * 60)
    assert len(slug) <= 200
    assert set(slug.split("-")) == {"nghi", "quyet"}


def test_one_endless_word_is_cut_anywhere() -> None:
    assert text.slug("a" * 300) == "a" * 200


def test_a_text_without_letters_has_no_slug() -> None:
    assert text.slug("!?… – 🙂") == ""


@pytest.mark.parametrize(
    "spelling", ["dai bieu", "đại biểu", "ĐẠI BIỂU", unicodedata.normalize("NFD", "Đại biểu")]
)
def test_all_spellings_fold_to_the_same_words(spelling: str) -> None:
    assert text.fold(spelling) == "dai bieu"


def test_old_and_new_tone_placement_fold_alike() -> None:
    assert text.fold("Uỷ ban hoà bình") == text.fold("Ủy ban hòa bình")


def test_folding_unifies_blanks_dashes_and_quotes() -> None:
    assert text.fold("“Kinh tế\u00a0–  xã hội”") == '"kinh te - xa hoi"'


@pytest.mark.parametrize(
    ("moment", "line"),
    [
        (at(17, 9), "Thứ sáu, Ngày 31/05/2019, 05:09 CH"),
        (at(0, 5), "Thứ sáu, Ngày 31/05/2019, 12:05 SA"),
        (at(12, 5), "Thứ sáu, Ngày 31/05/2019, 12:05 CH"),
        (at(11, 59), "Thứ sáu, Ngày 31/05/2019, 11:59 SA"),
        (at(8, 0, day=26), "Chủ nhật, Ngày 26/05/2019, 08:00 SA"),
    ],
)
def test_the_long_date_is_written_as_on_the_old_portal(moment: dt.datetime, line: str) -> None:
    assert text.long_date(moment) == line


def test_dates_are_vietnamese_wherever_the_moment_was_taken() -> None:
    late_in_london = dt.datetime(2019, 5, 31, 20, 0, tzinfo=dt.UTC)
    assert text.short_date(late_in_london) == "01/06/2019"
    assert text.day_date(late_in_london) == "Thứ bảy, ngày 01/06/2019"


def test_a_masked_address_keeps_its_first_letter_and_its_host() -> None:
    assert text.masked("nguyen.van.a@example.vn") == "n***@example.vn"
