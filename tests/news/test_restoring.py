"""Restoring an old version: asked first, refused in words when overtaken, with its right and without."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from news.models import Article, Section, Step
from tests.desk import logged_in, said
from tests.factories import make_section
from tests.news.test_conflicts import begin, change
from tests.news.test_history import addresses, fresh, restoring, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    return staff()


def test_restoring_asks_first_and_shows_what_will_change(people: dict[str, User]) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Cầu cũ thông xe")

    response = logged_in(people["An"]).get(restoring(article, 1))

    assert "<ins>" in response.content.decode()
    assert fresh(article).version == 2


def test_an_old_version_becomes_the_newest_and_nothing_is_lost(people: dict[str, User]) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Cầu cũ thông xe")

    response = logged_in(people["An"]).post(restoring(article, 1), {"seen": "2"}, follow=True)

    assert said(response) == ["Đã lấy lại phiên bản 1; nay là phiên bản 3."]
    assert fresh(article).title == "Cầu mới thông xe"
    assert article.revisions.count() == 3
    step = article.steps.get()
    assert (step.verb, step.by, step.note) == ("restored", people["An"], "Phiên bản 1")


def test_of_a_public_story_readers_see_nothing_until_it_is_published(
    people: dict[str, User],
) -> None:
    article = begin(people["An"])
    article.publish(by=people["Lan"])
    published_at = fresh(article).published_at
    change(article, by=people["An"], title="Bản sửa")

    logged_in(people["An"]).post(restoring(article, 1), {"seen": "2"})

    row = fresh(article)
    assert (row.title, row.newest.title) == ("Cầu mới thông xe", "Cầu mới thông xe")
    assert row.has_working_copy
    # The first version had no date yet; the story keeps the one it has.
    assert row.newest.published_at == published_at


def test_restoring_what_is_the_same_as_the_newest_is_no_step(people: dict[str, User]) -> None:
    article = begin(people["An"])

    response = logged_in(people["An"]).post(restoring(article, 1), {"seen": "1"}, follow=True)

    assert said(response) == ["Phiên bản này không khác gì bản mới nhất."]
    assert fresh(article).version == 1
    assert not article.steps.exists()


def test_restoring_what_somebody_has_overtaken_is_refused_in_words(
    people: dict[str, User],
) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Hai")
    change(article, by=people["Lan"], title="Ba")

    response = logged_in(people["An"]).post(restoring(article, 1), {"seen": "2"}, follow=True)

    assert "Lan đã lưu một phiên bản mới" in said(response)[0]
    assert response.redirect_chain[0][0] == restoring(article, 1)
    assert (fresh(article).title, fresh(article).version) == ("Ba", 3)
    assert not article.steps.exists()


@pytest.mark.parametrize("seen", [None, "", "x", "-1", "9" * 30])
def test_restoring_without_saying_what_was_seen_changes_nothing(
    seen: str | None, people: dict[str, User]
) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Hai")

    response = logged_in(people["An"]).post(
        restoring(article, 1), {} if seen is None else {"seen": seen}
    )

    assert response.status_code == 302
    assert (fresh(article).title, fresh(article).version) == ("Hai", 2)


def waits_for_approval(article: Article, people: dict[str, User]) -> None:
    fresh(article).submit(by=people["An"])


def nothing_more(article: Article, people: dict[str, User]) -> None:
    pass


@pytest.mark.parametrize(
    ("who", "before", "status"),
    [
        ("An", waits_for_approval, 403),
        ("Bình", nothing_more, 404),
        ("Kiểm", nothing_more, 403),
    ],
)
def test_who_may_not_edit_now_may_not_restore(
    who: str,
    before: Callable[[Article, dict[str, User]], None],
    status: int,
    people: dict[str, User],
) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Hai")
    before(article, people)
    client = logged_in(people[who])
    steps = Step.objects.count()

    assert client.get(restoring(article, 1)).status_code == status
    assert client.post(restoring(article, 1), {"seen": "2"}).status_code == status
    assert (fresh(article).title, fresh(article).version) == ("Hai", 2)
    assert Step.objects.count() == steps


def test_who_may_not_edit_is_not_offered_restoring(people: dict[str, User]) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Hai")
    waits_for_approval(article, people)
    client = logged_in(people["An"])

    for address in addresses(article)[:3]:
        assert "lay-lai" not in client.get(address).content.decode()


def test_a_version_in_a_section_that_is_gone_is_refused_in_words(people: dict[str, User]) -> None:
    gone = make_section()
    article = begin(people["An"], section=gone.pk)
    change(article, by=people["An"], section=make_section().pk)
    Section.objects.filter(pk=gone.pk).delete()

    response = logged_in(people["An"]).post(restoring(article, 1), {"seen": "2"}, follow=True)

    assert "không còn" in said(response)[0]
    assert fresh(article).version == 2


def test_an_author_restores_the_words_and_not_the_prominence(people: dict[str, User]) -> None:
    article = begin(people["An"])
    featured_from = timezone.now() + dt.timedelta(days=1)
    change(article, by=people["Lan"], title="Hai", featured_from=featured_from)

    logged_in(people["An"]).post(restoring(article, 1), {"seen": "2"})

    assert fresh(article).title == "Cầu mới thông xe"
    assert fresh(article).featured_from == featured_from


def test_looking_changes_nothing_and_only_restoring_takes_a_post(people: dict[str, User]) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Hai")
    client = logged_in(people["An"])

    for address in addresses(article)[:3]:
        assert client.post(address, {"seen": "2"}).status_code == 405
    for address in addresses(article):
        client.get(address)
    assert fresh(article).version == 2


def test_a_restore_without_the_token_of_the_page_is_refused(people: dict[str, User]) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Hai")
    client: Any = logged_in(people["An"], enforce_csrf_checks=True)

    assert client.post(restoring(article, 1), {"seen": "2"}).status_code == 403
    assert fresh(article).version == 2
