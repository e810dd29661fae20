"""What taking in a photograph costs, at most; no database is asked."""

import subprocess
import sys
from pathlib import Path

import pytest

from news import photos
from tests.bench.pictures import write_case
from tests.factories import picture_bytes, upload


@pytest.mark.parametrize("case", ["24 MP baseline JPEG", "24 MP progressive JPEG"])
def test_a_photograph_of_24_megapixels_is_taken_within_120_megabytes(
    case: str, tmp_path: Path
) -> None:
    path = tmp_path / "photograph.jpg"
    write_case(case, path)

    answer = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.bench.pictures", "take", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )

    assert '"over": ' in answer.stdout
    over = float(answer.stdout.partition('"over": ')[2].split(",")[0])
    assert 20 < over < 120


def many_scans(number: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    content = picture_bytes(64, 64, progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * number + b"\xff\xd9"


def test_a_jpeg_of_thousands_of_scans_is_refused_unread() -> None:
    with pytest.raises(photos.PhotoRefused, match="quá nhiều lượt"):
        photos.prepare(upload(many_scans(3000)))


def test_scans_behind_the_end_and_in_a_preview_do_not_count() -> None:
    preview = b"\xff\xe1" + (len(b"\xff\xda" * 100) + 2).to_bytes(2) + b"\xff\xda" * 100
    content = picture_bytes()

    whole = content[:2] + preview + content[2:] + b"\xff\xda\x00\x03\x01" * 100

    assert photos.prepare(upload(whole)).width == 640


def test_a_progressive_jpeg_too_large_for_memory_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("news.photos.MAX_COEFFICIENT_BYTES", 640 * 400 * 2)

    with pytest.raises(photos.PhotoRefused, match="hiện dần"):
        photos.prepare(upload(picture_bytes(progressive=True)))
    assert photos.prepare(upload(picture_bytes())).width == 640
