"""The page before it is public: of what is saved, of what is typed, and by a link for readers outside."""

import datetime as dt
from dataclasses import replace

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.models import Article, PreviewLink, Revision
from portal.roles import AUTHOR, MODERATOR
from tests.asking import ask
from tests.desk import form_data, logged_in
from tests.factories import make_article, make_official, make_photo, make_section, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def author() -> User:
    return make_official(AUTHOR)


def draft_of(author: User, **fields: object) -> Article:
    return make_article(
        **{"status": "draft", "title": "Cầu sắp xong", "created_by": author, **fields}
    )


# --- Who only looks ----------------------------------------------------------------------------------


def test_who_may_only_look_sees_the_body_as_readers_do_and_can_try_it(author: User) -> None:
    photo = make_photo()
    article = draft_of(author, body=f'<h2>Hàng cây</h2><img src="{photo.url}" alt="Cây xanh">')
    article.submit(by=author)

    page = logged_in(author).get(reverse("admin:news_article_change", args=[article.pk]))

    words = page.content.decode()
    assert "<h1>Xem tin (chỉ đọc)</h1>" in words
    assert "<h2>Hàng cây</h2>" in words and 'alt="Cây xanh"' in words
    assert "&lt;h2&gt;" not in words
    assert "Chuyển bước" not in words
    assert f'href="{reverse("admin:news_article_preview", args=[article.pk])}">Xem thử' in words


def test_who_may_only_look_sees_the_newest_version_in_every_field(author: User) -> None:
    article = make_article(title="Bản cũ", body="<p>Chữ cũ.</p>", created_by=author)
    newest = replace(article.newest, title="Bản sửa", body="<p>Chữ mới.</p>")
    article.write(newest, by=author, seen=article.version)
    article.submit(by=author)

    page = logged_in(author).get(reverse("admin:news_article_change", args=[article.pk]))

    words = page.content.decode()
    assert "Bản sửa</div>" in words and "<p>Chữ mới.</p>" in words
    assert "Chữ cũ." not in words


# --- Of what is typed ---------------------------------------------------------------------------


@pytest.mark.parametrize("existing", [True, False])
def test_the_form_as_it_stands_is_shown_and_nothing_is_stored(existing: bool, author: User) -> None:
    article = draft_of(author) if existing else None
    name, arguments = ("try", [article.pk]) if article else ("try_new", [])
    typed = form_data(article, title="Vừa gõ xong", body="<p>Chữ vừa gõ.</p>", tags="Cầu, Đường")

    answer = logged_in(author).post(reverse(f"admin:news_article_{name}", args=arguments), typed)

    page = answer.content.decode()
    assert "Vừa gõ xong</h1>" in page and "Chữ vừa gõ." in page and "<li>Đường</li>" in page
    assert Article.objects.filter(title="Vừa gõ xong").count() == Revision.objects.count() == 0


def test_an_unfinished_form_is_shown_too(author: User) -> None:
    make_section()

    answer = logged_in(author).post(reverse("admin:news_article_try_new"), {"lead": "Mới có dẫn"})

    assert answer.status_code == 200
    assert "Mới có dẫn" in answer.content.decode()


def test_it_stands_in_the_desk_s_frame_under_the_strict_policy_and_is_kept_by_nobody(
    author: User,
) -> None:
    make_section()
    answer = logged_in(author).post(reverse("admin:news_article_try_new"), form_data())

    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "data-count-address" not in answer.content.decode()


def test_what_is_typed_is_cleaned_before_it_is_shown(author: User) -> None:
    make_section()
    body = '<p onclick="x()">Chữ</p><script>alert(1)</script>'

    page = logged_in(author).post(reverse("admin:news_article_try_new"), form_data(body=body))

    assert "alert(1)" not in page.content.decode() and "onclick" not in page.content.decode()


def test_others_do_not_try_out_a_story_that_is_not_theirs(author: User) -> None:
    article = draft_of(author)
    moderator = make_official(MODERATOR)
    for user, status in ((make_official(AUTHOR), 404), (moderator, 403)):
        client = logged_in(user)
        for name in ("preview", "try", "share"):
            address = reverse(f"admin:news_article_{name}", args=[article.pk])
            answer = client.get(address) if name == "preview" else client.post(address, {"days": 1})
            assert answer.status_code == status, name
    assert logged_in(moderator).post(reverse("admin:news_article_try_new")).status_code == 403
    assert not PreviewLink.objects.exists()


# --- By a link ----------------------------------------------------------------------------------


def test_a_link_shows_the_newest_version_with_its_pictures_to_who_has_it(author: User) -> None:
    photo = make_photo()
    article = draft_of(author, body=f'<p><img src="{photo.url}" alt="Cầu"></p>')
    article.write(replace(article.newest, title="Bản mới nhất"), by=author)
    link = PreviewLink.give(article, by=author, days=7)

    answer = Client().get(link.get_absolute_url())

    page = answer.content.decode()
    assert "Bản mới nhất</h1>" in page and photo.url in page
    assert 'name="robots" content="noindex"' in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "data-count-address" not in page and "binh-luan" not in page.partition("<main")[
        2
    ].replace('id="binh-luan"', "").replace('labelledby="binh-luan"', "")


def test_a_link_s_page_is_never_kept(author: User) -> None:
    article = draft_of(author)
    address = PreviewLink.give(article, by=author, days=1).get_absolute_url()
    assert "Cầu sắp xong" in ask(address).text
    article.write(replace(article.newest, title="Khác hẳn"), by=author)

    answer = ask(address)

    assert "Khác hẳn</h1>" in answer.text
    assert "X-Accel-Expires" not in answer.headers and "ETag" not in answer.headers


def test_a_link_ends_by_itself_when_revoked_and_when_forged(author: User) -> None:
    link = PreviewLink.give(draft_of(author), by=author, days=1)
    address = link.get_absolute_url()
    assert Client().get(address[:-2] + "x/").status_code == 404
    assert Client().get(reverse("news:preview", args=[link.key])).status_code == 404
    with time_machine.travel(timezone.now() + dt.timedelta(days=1, seconds=1)):
        assert Client().get(address).status_code == 404
        assert not link.is_open
    assert Client().get(address).status_code == 200

    link.revoke(by=author)

    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("days", ["0", "31", "x", "-1", "²"])
def test_a_link_lives_for_a_sensible_number_of_days(days: str, author: User) -> None:
    article = draft_of(author)

    answer = logged_in(author).post(
        reverse("admin:news_article_share", args=[article.pk]), {"days": days}, follow=True
    )

    assert [str(m) for m in answer.context["messages"]] == ["Chọn từ 1 đến 30 ngày."]
    assert not PreviewLink.objects.exists()


def test_a_link_is_made_shown_and_ended_at_the_desk(author: User) -> None:
    article = draft_of(author)
    client = logged_in(author)
    page = client.post(
        reverse("admin:news_article_share", args=[article.pk]), {"days": 7}, follow=True
    )
    link = PreviewLink.objects.get()
    assert link.get_absolute_url() in page.content.decode()

    page = client.post(
        reverse("admin:news_article_revoke", args=[article.pk, link.pk]), follow=True
    )

    assert link.get_absolute_url() not in page.content.decode()
    assert not PreviewLink.objects.get().is_open


def test_who_may_not_edit_neither_gives_nor_ends_a_link(author: User) -> None:
    article = draft_of(author)
    link = PreviewLink.give(article, by=author, days=1)
    stranger = make_user("news.view_article", "news.change_article")
    with pytest.raises(PermissionDenied):
        PreviewLink.give(article, by=stranger, days=1)
    with pytest.raises(PermissionDenied):
        link.revoke(by=stranger)
    assert PreviewLink.objects.get().is_open
