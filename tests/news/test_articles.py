"""What "published" means, and who may change it."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models
from django.utils import timezone

from news import richtext
from news.models import Article, Section
from tests.factories import make_article, make_photo, make_section, make_user

pytestmark = pytest.mark.django_db

DRAFT, PUBLISHED, WITHDRAWN = (
    Article.Status.DRAFT,
    Article.Status.PUBLISHED,
    Article.Status.WITHDRAWN,
)


@pytest.mark.parametrize("status", Article.Status.values)
@pytest.mark.parametrize("hours", [-1, 1])
def test_the_property_and_the_queryset_agree_on_what_is_published(status: str, hours: int) -> None:
    moment = timezone.now() + dt.timedelta(hours=hours)
    article = make_article(status=status, published_at=moment)
    assert article.is_published == Article.objects.published().filter(pk=article.pk).exists()
    assert article.is_published == (status == PUBLISHED and hours < 0)


def test_publishing_needs_the_right() -> None:
    article = make_article(status=DRAFT)
    with pytest.raises(PermissionDenied):
        article.publish(by=make_user("news.change_article"))
    article.refresh_from_db()
    assert article.status == DRAFT


def test_publishing_takes_the_present_moment_when_none_was_chosen() -> None:
    article = make_article(status=DRAFT)
    article.publish(by=make_user("news.publish_article"))
    assert article.is_published


def test_withdrawing_needs_the_right() -> None:
    article = make_article()
    with pytest.raises(PermissionDenied):
        article.withdraw(by=make_user("news.publish_article"))
    article.refresh_from_db()
    assert article.is_published


def test_a_draft_cannot_be_withdrawn() -> None:
    with pytest.raises(ValueError, match="đã xuất bản"):
        make_article(status=DRAFT).withdraw(by=make_user("news.withdraw_article"))


def test_a_withdrawn_article_can_be_published_again_and_keeps_its_date() -> None:
    article = make_article()
    moment = article.published_at
    article.withdraw(by=make_user("news.withdraw_article"), reason="Sai số liệu")
    article.publish(by=make_user("news.publish_article"))
    assert (article.published_at, article.withdrawn_at, article.withdrawal_reason) == (
        moment,
        None,
        "",
    )


@pytest.mark.parametrize("status", [PUBLISHED, WITHDRAWN])
def test_what_was_public_cannot_be_deleted(status: str) -> None:
    article = make_article(status=status)
    with pytest.raises(models.ProtectedError):
        article.delete()
    assert Article.objects.filter(pk=article.pk).exists()


def test_a_draft_can_be_deleted() -> None:
    make_article(status=DRAFT).delete()
    assert not Article.objects.exists()


def test_the_database_refuses_a_public_article_without_a_date() -> None:
    with pytest.raises(IntegrityError):
        make_article(published_at=None)


def test_newer_and_older_are_told_apart_by_id_when_the_moment_is_the_same() -> None:
    moment = timezone.now() - dt.timedelta(hours=1)
    first, middle, last = (make_article(published_at=moment) for _ in range(3))
    assert list(Article.objects.newer_than(middle.published_at, middle.pk)) == [last]
    assert list(Article.objects.older_than(middle.published_at, middle.pk)) == [first]


def test_a_section_has_at_most_two_levels() -> None:
    child = make_section(name="Con", parent=make_section(name="Cha"))
    with pytest.raises(ValidationError):
        Section(name="Cháu", parent=child).full_clean()


@pytest.mark.parametrize("slug", ["tim-kiem", "quan-tri", "static", "media", "trang"])
def test_a_section_cannot_take_the_address_of_another_page(slug: str) -> None:
    section = Section(name="Mục", slug=slug)
    with pytest.raises(ValidationError):
        section.full_clean()


def test_the_first_picture_of_the_body_becomes_the_cover() -> None:
    first, second = make_photo(), make_photo()
    body = "".join(f'<p>x</p><img src="{photo.url}" alt="">' for photo in (second, first))
    article = make_article(body=body)
    assert article.cover == second
    assert set(article.photos.all()) == {first, second}


def test_a_photo_in_a_body_cannot_be_deleted_until_the_body_lets_go() -> None:
    photo = make_photo()
    article = make_article(body=f'<img src="{photo.url}" alt="">')
    with pytest.raises(models.ProtectedError):
        photo.delete()
    article.body, article.cover = "", None
    article.save()
    photo.delete()


def test_a_saved_body_is_clean() -> None:
    article = make_article(body='<p onclick="x()">A</p><script>alert(1)</script>')
    assert article.body == "<p>A</p>"


def test_a_body_that_cannot_be_cleaned_in_time_is_refused(django_user_model: Any) -> None:
    with pytest.raises(richtext.TooComplex):
        make_article(body="<div>" * 5000)


def test_a_story_that_waits_for_its_time_becomes_a_draft_when_withdrawn() -> None:
    article = make_article(published_at=timezone.now() + dt.timedelta(hours=1))
    article.withdraw(by=make_user("news.withdraw_article"), reason="Đổi ý")
    article.refresh_from_db()
    assert (article.status, article.withdrawn_at) == (DRAFT, None)


def test_a_form_read_before_a_colleague_s_withdrawal_does_not_undo_it() -> None:
    article = make_article()
    read_before = Article.objects.get(pk=article.pk)
    article.withdraw(by=make_user("news.withdraw_article"), reason="Sai")
    editor = make_user("news.change_article", "news.edit_any_article")
    read_before.write(replace(read_before.newest, title="Khác"), by=editor)
    assert Article.objects.get(pk=article.pk).status == WITHDRAWN


def test_a_colleague_s_withdrawal_is_not_doubled() -> None:
    article = make_article()
    read_before = Article.objects.get(pk=article.pk)
    article.withdraw(by=make_user("news.withdraw_article"), reason="Sai")
    with pytest.raises(ValueError, match="đã xuất bản"):
        read_before.withdraw(by=make_user("news.withdraw_article"), reason="Lần nữa")
