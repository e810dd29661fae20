"""What the desk suggests while one writes."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news.models import Tag, Thread
from news.suggesting import phrases_of, stories_beside, tags_beginning
from tests.desk import client_of
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_tags_are_found_by_their_beginning_the_most_used_first() -> None:
    rare, common = Tag.objects.create(name="Đô thị cổ"), Tag.objects.create(name="Đô thị")
    Tag.objects.create(name="Môi trường")
    make_article().tags.add(common)

    assert tags_beginning("do t") == tags_beginning("ĐÔ T") == [common.name, rare.name]
    assert tags_beginning("") == tags_beginning("\x00") == []


def test_stories_of_the_thread_come_before_those_with_the_tag_and_those_with_the_words() -> None:
    thread = Thread.objects.create(name="Metro")
    words = make_article(title="Hội nghị sơ kết quy chế phối hợp")
    tagged = make_article(title="Bài có thẻ")
    tagged.tags.set(Tag.named(["Đô thị"]))
    in_thread = make_article(title="Bài cùng dòng", thread=thread)
    make_article(title="Bài chẳng liên quan")
    make_article(title="Hội nghị sơ kết nháp", status="draft")

    found = stories_beside(title="Sơ kết quy chế", tags=["do thi"], thread=thread.pk, without=None)

    assert found == [in_thread, tagged, words]


def test_a_story_is_not_suggested_beside_itself() -> None:
    story = make_article(title="Cầu mới thông xe")

    assert stories_beside(title=story.title, tags=[], thread=None, without=story.pk) == []


def test_a_long_title_costs_no_more_than_eight_looks() -> None:
    assert len(phrases_of("một hai ba bốn năm " * 20)) <= 8
    assert phrases_of("Hai chữ") == [] and phrases_of("") == []
    with CaptureQueriesContext(connection) as queries:
        stories_beside(title="một hai ba bốn năm " * 20, tags=["x"], thread=1, without=None)
    assert len(queries) <= 11


@pytest.mark.parametrize(
    "asked", [{}, {"title": '("*', "tags": ",,;", "thread": "x", "article": "9" * 40}]
)
def test_the_desk_answers_whatever_is_typed(asked: dict[str, Any]) -> None:
    client = client_of("news.view_article", "news.change_article", "news.view_tag")

    assert client.get(reverse("admin:news_article_beside"), asked).json() == {"stories": []}
    assert client.get(reverse("admin:news_article_tags"), {"q": "%_'\""}).json() == {"names": []}


def test_who_does_not_write_is_told_nothing() -> None:
    client = client_of("comments.view_comment")

    assert client.get(reverse("admin:news_article_beside"), {"title": "x"}).status_code == 403
    assert client.get(reverse("admin:news_article_tags"), {"q": "x"}).status_code == 403
