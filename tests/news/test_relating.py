"""Stories beside a story: found when one is published, by event, tags and telling words, and public when read."""

import dataclasses
import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news import relating
from news.content import Content
from news.models import Article, RelatedStory, Section, Tag, Thread
from tests.asking import ask
from tests.factories import make_article, make_section, make_user

pytestmark = pytest.mark.django_db


def publish(title: str, **fields: Any) -> Article:
    """By the way a story goes at the desk."""
    by = make_user(superuser=True)
    section = Section.objects.first() or make_section()
    content = Content(title=title, section=section.pk, lead="Phần dẫn của tin.")
    article = Article.begin(dataclasses.replace(content, **fields), by=by)
    article.publish(by=by, alone=True)
    return article


def beside(article: Article) -> list[Article]:
    return [row.other for row in RelatedStory.objects.filter(article=article).order_by("-score")]


def test_publishing_finds_what_belongs_beside_a_story_and_lets_it_know() -> None:
    thread = Thread.objects.create(name="Mùa mưa")
    for number in range(5):
        publish(f"Hội nghị tổng kết công tác quý {number} tại trụ sở")
    same_words = publish("Nạo vét kênh Tham Lương, sửa cống ngăn triều")
    same_tag = publish("Chợ đêm mở cửa", tags=("Thoát nước", "Đô thị"))
    same_event = publish("Trường học nghỉ buổi chiều", thread=thread.pk)
    publish("Ngày hội đọc sách của thiếu nhi", lead="Kênh truyền hình có mặt.")
    new = publish(
        "Khởi công cống ngăn triều kênh Tham Lương", thread=thread.pk, tags=("Đô thị", "Thoát nước")
    )
    assert set(beside(new)) == {same_words, same_tag, same_event}
    assert all(beside(other) == [new] for other in (same_words, same_tag, same_event))
    # Published again with other words and without its tags, it is beside others.
    by = make_user(superuser=True)
    new.write(dataclasses.replace(new.newest, title="Cống ngăn triều", tags=()), by=by)
    assert set(beside(new)) == {same_words, same_tag, same_event}
    new.publish(by=by, alone=True)
    assert set(beside(new)) == {same_event}
    assert beside(same_tag) == []


def test_a_phrase_that_two_titles_share_by_chance_does_not_put_them_together() -> None:
    publish("Nộp hồ sơ trực tuyến: năm bước và những giấy tờ cần chuẩn bị")
    assert beside(publish("Tiêm chủng mở rộng: ngày tiêm và giấy tờ cần mang")) == []


def test_readers_see_what_an_editor_chose_first_and_nothing_that_is_not_public() -> None:
    found = [publish(f"Nạo vét kênh Tham Lương đợt {number}") for number in range(4)]
    chosen = make_article(title="Biên tập chọn")
    story = publish("Nạo vét kênh Tham Lương xong trước hạn", related=(chosen.pk,))
    Article.objects.filter(pk=found[0].pk).update(
        status=Article.Status.WITHDRAWN, withdrawn_at=timezone.now()
    )
    Article.objects.filter(pk=found[1].pk).update(
        published_at=timezone.now() + dt.timedelta(days=1)
    )
    words = ask(story.get_absolute_url()).text
    part = words[words.index('id="tin-lien-quan"') : words.index('id="tin-moi-hon"')]
    assert part.index("Biên tập chọn") < part.index("đợt 3") < part.index("đợt 2")
    assert "đợt 0" not in part and "đợt 1" not in part


def test_a_story_keeps_the_closest_only_and_looks_them_up_in_so_many_queries() -> None:
    tags = Tag.named(["Đô thị"])
    stories = [make_article(title=f"Nạo vét kênh Tham Lương đợt {n}") for n in range(15)]
    for story in stories:
        story.tags.set(tags)
        relating.keep(story)
    for story in stories:
        assert len(beside(story)) <= relating.KEPT
    with CaptureQueriesContext(connection) as queries:
        relating.related_to(stories[0])
    assert len(queries) <= relating.PAIRS + 4


def test_the_command_finds_what_was_published_before() -> None:
    first = make_article(title="Nạo vét kênh Tham Lương đợt một")
    second = make_article(title="Nạo vét kênh Tham Lương đợt hai")
    draft = make_article(title="Nạo vét kênh Tham Lương", status=Article.Status.DRAFT)
    said = StringIO()
    call_command("relate", stdout=said)
    assert "2/2 tin" in said.getvalue()
    assert (beside(first), beside(second), beside(draft)) == ([second], [first], [])
