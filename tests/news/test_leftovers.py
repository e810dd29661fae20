"""Files to which no row refers: what an undone save leaves goes after a week, and nothing else ever does."""

import datetime as dt
import logging
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from news import leftovers
from news.models import Photo
from news.models.photo import make_waiting_avif
from news.text import VIETNAM
from portal.jobs import run_due_jobs
from tests.desk import files
from tests.factories import make_attachment, make_photo, make_user, picture_bytes

pytestmark = pytest.mark.django_db


def undone_save(photo: Photo) -> None:
    """A page that stores a photo and a file and aims another photo anew, and fails at the very end."""
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_photo()
        make_attachment()
        photo.change(by=make_user(superuser=True), focal_x=0)
        raise ZeroDivisionError


def put(settings: Any, name: str, content: bytes = b"x") -> Path:
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def in_days(days: int) -> Any:
    morning = timezone.now().astimezone(VIETNAM).replace(hour=9)
    return time_machine.travel(morning + dt.timedelta(days=days))


def test_what_an_undone_save_left_goes_with_the_regular_work_after_a_week(settings: Any) -> None:
    photo = make_photo(picture_bytes(1800, 1200))
    make_attachment()
    make_waiting_avif(1)
    needed = files(settings)
    undone_save(photo)
    left = files(settings) - needed
    assert any(path.suffix == ".pdf" for path in left)
    assert any(path.name.startswith(f"{photo.key.hex}-card-") for path in left)

    with in_days(6):
        run_due_jobs()
    assert files(settings) == needed | left
    with in_days(8):
        run_due_jobs()
    assert files(settings) == needed


def test_each_file_that_goes_is_named_in_the_log(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make_photo()
    key = uuid4().hex
    put(settings, f"photos/{key[:2]}/{key}-480.webp")

    with in_days(8), caplog.at_level(logging.INFO, logger="news.leftovers"):
        assert leftovers.remove() == 1

    (record,) = caplog.records
    assert f"photos/{key[:2]}/{key}-480.webp" in record.getMessage()


def test_files_that_are_older_than_the_database_wait_for_theirs(settings: Any) -> None:
    key = uuid4().hex
    restored = put(settings, f"photos/{key[:2]}/{key}.jpg")
    os.utime(restored, (0, timezone.now().timestamp() - 30 * 24 * 3600))

    assert leftovers.remove() == 0
    assert restored.exists()


@pytest.mark.parametrize("name", ["photos/ab/.nfs0001", "photos/README", "kho/ab/{key}.jpg"])
def test_what_somebody_else_put_there_stays(name: str, settings: Any) -> None:
    path = put(settings, name.format(key=uuid4().hex))

    with in_days(8):
        assert leftovers.remove() == 0
    assert path.exists()


def test_a_site_without_any_file_has_none(settings: Any) -> None:
    assert leftovers.remove() == 0
