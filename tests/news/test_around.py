"""What stands around a story: its thread, related stories, tags; all published, in few queries."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from news.models import Tag, Thread
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def page(address: str) -> str:
    return Client().get(address).content.decode()


def test_a_thread_shows_its_other_public_stories_the_newest_first() -> None:
    thread = Thread.objects.create(name="Tuyến metro số 4")
    story = make_article(title="Bài chính", thread=thread)
    make_article(title="Bài cùng dòng", thread=thread)
    make_article(title="Bài nháp cùng dòng", thread=thread, status="draft")

    words = page(story.get_absolute_url())

    assert "Theo dòng sự kiện: Tuyến metro số 4" in words
    assert "Bài cùng dòng" in words.partition("Theo dòng sự kiện")[2].partition("</section>")[0]
    assert "Bài nháp cùng dòng" not in words


def test_related_stories_are_shown_while_they_are_public() -> None:
    story, shown = make_article(), make_article(title="Bài liên quan")
    later = make_article(title="Bài hẹn giờ", published_at=timezone.now() + dt.timedelta(days=1))
    story.related.set([shown, later])

    words = page(story.get_absolute_url())

    assert "Bài liên quan" in words.partition("Tin liên quan")[2].partition("</section>")[0]
    assert "Bài hẹn giờ" not in words


def test_a_story_without_them_says_nothing_of_them() -> None:
    words = page(make_article().get_absolute_url())

    assert "Tin liên quan" not in words and "dòng sự kiện" not in words


def test_tags_and_byline_lead_to_their_pages() -> None:
    story = make_article(byline="MINH TÂM")
    story.tags.set(Tag.named(["Đô thị"]))

    words = page(story.get_absolute_url())
    assert '<a href="/the/do-thi/" rel="tag">Đô thị</a>' in words
    assert '<a href="/tac-gia/minh-tam/" rel="author">MINH TÂM</a>' in words
