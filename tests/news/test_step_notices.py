"""Who hears of a step of a story: those who may act now, and those whose work it is."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.content import Content
from news.models import Article, Notice, OutboxMessage, Section, StaffProfile
from news.models.staff import publishers_of
from portal.roles import AUTHOR, EDITOR, MODERATOR
from tests.factories import make_official, make_section, make_user

pytestmark = pytest.mark.django_db


def person(role: str, *limits: Section, **fields: Any) -> User:
    user = make_official(role, email=f"{User.objects.count()}@example.vn", **fields)
    if limits:
        StaffProfile.objects.create(user=user).sections.set(limits)
    return user


def story(author: User, section: Section | None = None) -> Article:
    where = section or make_section()
    return Article.begin(Content(title="Cầu mới", section=where.pk, lead="Dẫn."), by=author)


def heard(user: User) -> list[str]:
    """What that person has not read."""
    return [notice.text for notice in Notice.objects.of(user).unread()]


def test_a_submitted_story_is_told_to_those_who_may_publish_it() -> None:
    place, elsewhere = make_section(), make_section()
    author = person(AUTHOR, first_name="Hà")
    editor, limited = person(EDITOR), person(EDITOR, place)
    others = [person(EDITOR, elsewhere), person(MODERATOR), person(AUTHOR)]

    story(author, place).submit(by=author, note="Cần đăng sớm")

    for told in (editor, limited):
        assert heard(told) == ["“Cầu mới” chờ duyệt, Hà gửi.\nCần đăng sớm"]
    for other in [*others, author]:
        assert heard(other) == []
    assert set(OutboxMessage.objects.values_list("recipient", "subject")) == {
        (editor.email, "Chờ duyệt: Cầu mới"),
        (limited.email, "Chờ duyệt: Cầu mới"),
    }


def test_who_hears_of_a_submission_is_who_may_publish() -> None:
    parent = make_section()
    child = Section.objects.create(name="Con", parent=parent)
    people = [
        *(person(EDITOR), person(EDITOR, parent), person(EDITOR, child), person(AUTHOR)),
        *(person(EDITOR, make_section()), person(MODERATOR), make_user(superuser=True)),
        *(make_user("news.publish_article"), person(EDITOR, is_active=False)),
    ]
    for section in (parent, child):
        article = story(make_user(superuser=True), section)
        found = set(publishers_of(article))
        for somebody in people:
            may = somebody.is_active and article.may_publish(User.objects.get(pk=somebody.pk))
            assert (somebody in found) == may, (section, somebody.pk)


def test_the_author_hears_why_it_came_back_and_the_others_no_longer_see_it_wait() -> None:
    author, editor, second = person(AUTHOR), person(EDITOR, last_name="Minh"), person(EDITOR)
    article = story(author)
    article.submit(by=author)
    article.return_to_author(by=editor, note="Thiếu ngày tháng")

    assert heard(author) == ["“Cầu mới” được Minh trả lại để sửa.\nThiếu ngày tháng"]
    assert heard(second) == heard(editor) == []
    assert OutboxMessage.objects.filter(subject="Trả lại: Cầu mới").get().recipient == author.email


def test_the_author_hears_of_publishing_and_withdrawing() -> None:
    author, editor = person(AUTHOR), person(EDITOR)
    article = story(author)
    article.submit(by=author)
    article.publish(by=editor)
    article.withdraw(by=editor, reason="Sai số liệu")

    published, withdrawn = reversed(heard(author))
    assert "đã được" in published
    assert "xuất bản" in published
    assert withdrawn.endswith("thu hồi.\nSai số liệu")


def test_who_handed_in_a_colleagues_story_hears_too() -> None:
    author, helper, editor = person(AUTHOR), person(EDITOR), person(EDITOR)
    article = story(author)
    article.submit(by=helper)
    article.return_to_author(by=editor, note="Sửa lại")

    assert len(heard(author)) == len(heard(helper)) == 1


def test_nobody_is_told_of_what_they_did_themselves() -> None:
    editor = person(EDITOR)
    article = story(editor)
    article.publish(by=editor, alone=True)

    assert not Notice.objects.exists()


def test_a_story_taken_back_no_longer_waits() -> None:
    author, editor = person(AUTHOR), person(EDITOR)
    article = story(author)
    article.submit(by=author)
    article.take_back(by=author)
    assert heard(editor) == []

    article.write(replace(article.newest, lead="Khác."), by=author)
    article.submit(by=author)
    assert len(heard(editor)) == 1


def test_a_refused_step_is_told_to_nobody() -> None:
    author, other = person(AUTHOR), person(AUTHOR)
    person(EDITOR)
    article = story(author)
    with pytest.raises(PermissionDenied):
        article.submit(by=other)

    assert not Notice.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_submitting_costs_the_same_however_many_may_publish() -> None:
    author = person(AUTHOR)
    costs = []
    for number in (1, 9):
        for _ in range(number):
            person(EDITOR)
        article = story(author)
        with CaptureQueriesContext(connection) as queries:
            article.submit(by=author)
        costs.append(len(queries))

    assert costs[0] == costs[1]
