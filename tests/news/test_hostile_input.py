"""What an account of the desk may send to slow the site or to learn what is not its own.

Work that grew with the square of what is sent would not end within the alarm, whatever the machine.
"""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from news import richtext
from news.content import Content
from news.diffing import differences
from news.editor import BodyEditor
from news.personal_data import numbers
from portal.roles import AUTHOR
from tests.desk import logged_in
from tests.factories import make_article, make_official

SECONDS = 60


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise TimeoutError("the work is not bounded")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def words(letter: str) -> str:
    return " ".join(f"{kind}{n}" for n in range(20_000) for kind in ("w", letter))


@pytest.mark.parametrize(
    "work",
    [
        lambda: richtext.clean("<" + "a" * 900_000),
        lambda: richtext.clean("</a" * 300_000),
        lambda: richtext.plain("<" * 900_000),
        lambda: BodyEditor().format_value("<" * (richtext.MAX_LENGTH + 1)),
        lambda: numbers("001012345678 " * 60_000),
        lambda: differences(
            Content(title="x", section=1, body=f"<p>{words('u')}</p>"),
            Content(title="x", section=1, body=f"<p>{words('v')}</p>"),
        ),
    ],
)
def test_a_megabyte_of_anything_is_worked_off_in_time(work: Callable[[], Any]) -> None:
    work()


@pytest.fixture
def author(db: None) -> User:
    return make_official(AUTHOR)


def test_the_box_of_related_stories_names_no_draft_of_others(author: User) -> None:
    secret = make_article(title="Chưa ai được biết", status="draft")
    client, address = logged_in(author), reverse("admin:news_article_add")

    for page in (
        client.get(address, {"related": secret.pk}),
        client.post(address, {"title": "", "related": [secret.pk]}),
    ):
        assert page.status_code == 200
        assert "Chưa ai được biết" not in page.content.decode()


def test_the_second_reader_names_no_draft_of_others(author: User) -> None:
    secret = make_article(title="Chưa ai được biết", status="draft")
    body = f'<p><a href="{secret.get_absolute_url()}">Xem</a></p>'

    answer = logged_in(author).post(
        reverse("admin:news_article_proof_new"),
        {"title": "Tin", "section": secret.section.pk, "lead": "Dẫn", "body": body},
    )

    words_said = answer.content.decode()
    assert f"Tin số {secret.pk} chưa xuất bản." in words_said
    assert "Chưa ai được biết" not in words_said


def test_a_number_that_no_story_can_have_is_no_error(author: User) -> None:
    address = reverse("admin:news_article_history", args=["9" * 5000])

    assert logged_in(author).get(address).status_code == 404


def test_the_second_step_stands_before_files_too(author: User, settings: Any) -> None:
    settings.SECOND_FACTOR = "everyone"

    answer = logged_in(author).get("/tep/1/khong-cong-khai.pdf")

    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("admin:second_factor_enrol")
