"""What a reader typed becomes plain text: what is dropped, what stays, and how it is measured."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.plain_text import MAX_MARKS, length, normalise
from tests.comments.lengths import TYPED

# Mostly what makes trouble; plain text() would seldom come upon two of these side by side.
TROUBLE = st.sampled_from(
    "\r\n\t \u00a0\u200b\u202e\u2028\x00\x0b\u00ad\u3164\u2800e\u0302\u0323\u0301ệĐ한\u1112\u1161\ue000\ufdd0\ud800❤\ufe0f"
)
ANYTHING = st.text(st.characters(codec=None) | TROUBLE)
LINES = st.booleans()


@pytest.mark.parametrize(("typed", "stored", "counted"), TYPED)
def test_text_is_stored_and_measured_as_the_table_says(
    typed: str, stored: str, counted: int
) -> None:
    assert normalise(typed, one_line=False) == stored
    assert length(stored) == counted


def test_a_name_is_one_line() -> None:
    assert normalise("An\r\nBcc: x@y.vn", one_line=True) == "An Bcc: x@y.vn"


@given(ANYTHING, LINES)
def test_normalising_again_changes_nothing(typed: str, one_line: bool) -> None:
    once = normalise(typed, one_line=one_line)
    assert normalise(once, one_line=one_line) == once
    assert unicodedata.is_normalized("NFC", once)


@given(ANYTHING, LINES)
def test_no_character_of_the_dropped_classes_survives(typed: str, one_line: bool) -> None:
    kept = normalise(typed, one_line=one_line)
    allowed = set() if one_line else {"\n"}
    for character in set(kept) - allowed:
        assert unicodedata.category(character) not in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
        assert character not in "\u034f\u115f\u1160\u2065\u2800\u3164\ufe0f\uffa0\U000e0100"
    assert kept == kept.strip()
    assert "  " not in kept
    assert "\n\n\n" not in kept


@given(ANYTHING)
def test_no_letter_carries_a_tower_of_marks(typed: str) -> None:
    marks = 0
    for character in normalise(typed, one_line=False):
        marks = marks + 1 if unicodedata.category(character).startswith("M") else 0
        assert marks <= MAX_MARKS


@given(ANYTHING)
def test_what_is_counted_sixty_long_fits_where_a_name_is_kept(typed: str) -> None:
    kept = normalise(typed, one_line=True)
    assert len(kept) <= length(kept) * (1 + MAX_MARKS)


@given(ANYTHING)
def test_what_was_typed_is_never_counted_longer_than_it_is(typed: str) -> None:
    kept = normalise(typed, one_line=False)
    assert length(kept) <= len(kept)
