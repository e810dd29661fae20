"""The form of a story: written, corrected, refused with nothing lost, previewed."""

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.models import Article
from tests.desk import EDITOR, WRITER, client_of, form_data, logged_in, said
from tests.factories import make_article, make_photo, make_user

pytestmark = pytest.mark.django_db

ADD = "admin:news_article_add"
CHANGE = "admin:news_article_change"
PREVIEW = "admin:news_article_preview"


# --- Writing ------------------------------------------------------------------------------------


def test_a_new_story_is_a_draft_of_who_wrote_it() -> None:
    user = make_user(*WRITER)

    logged_in(user).post(reverse(ADD), form_data(title="Cầu mới"))

    article = Article.objects.get()
    assert (article.title, article.status, article.created_by) == ("Cầu mới", "draft", user)


def test_a_new_story_begins_with_the_source_mark_of_the_site() -> None:
    from portal.models import SiteIdentity

    SiteIdentity(level="Phường", name="An Bình", source_mark="WEBANBINH").save()

    form = client_of(*WRITER).get(reverse(ADD)).context["adminform"].form

    assert form.initial["source"] == "WEBANBINH"


def test_saving_leads_back_to_the_same_form() -> None:
    response = client_of(*WRITER).post(reverse(ADD), form_data(), follow=True)

    assert response.redirect_chain[-1][0] == reverse(CHANGE, args=[Article.objects.get().pk])
    assert said(response) == ["Đã lưu bản nháp."]


def test_an_error_stands_at_its_field_and_nothing_typed_is_lost() -> None:
    response = client_of(*WRITER).post(
        reverse(ADD), form_data(title="", lead="Phần dẫn", body="<p>Đã gõ</p>")
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["title"]
    assert "Phần dẫn</textarea>" in page
    assert "&lt;p&gt;Đã gõ&lt;/p&gt;" in page
    assert not Article.objects.exists()


def test_words_in_place_of_chosen_rows_are_refused_at_their_fields() -> None:
    response = client_of(*WRITER).post(
        reverse(ADD), form_data(related=["chữ"], documents=["9" * 40])
    )

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["related", "documents"]


def test_a_body_too_deep_is_refused_at_its_field_and_its_words_come_back() -> None:
    response = client_of(*WRITER).post(
        reverse(ADD), form_data(body="<div>" * 70 + "Lời một</div><p>Lời hai")
    )

    assert "lồng nhau" in response.context["adminform"].form.errors["body"][0]
    assert "&lt;p&gt;Lời một&lt;/p&gt;&lt;p&gt;Lời hai&lt;/p&gt;" in response.content.decode()
    assert not Article.objects.exists()


def test_an_old_row_is_cleaned_before_the_editor_loads_it() -> None:
    article = make_article(status="draft")
    Article.objects.update(body='<p onclick="x()">Cũ</p><script>alert(1)</script>')

    page = client_of(*EDITOR).get(reverse(CHANGE, args=[article.pk])).content.decode()

    assert "&lt;p&gt;Cũ&lt;/p&gt;</textarea>" in page
    assert "alert(1)" not in page


def test_a_cover_that_is_gone_is_refused_in_words() -> None:
    response = client_of(*WRITER).post(reverse(ADD), form_data(cover="999"))

    assert response.context["adminform"].form.errors["cover"] == [
        "Ảnh này không còn trong thư viện. Hãy chọn ảnh khác."
    ]


def test_the_chosen_cover_is_stored_and_shown_small() -> None:
    photo = make_photo()
    client = client_of(*WRITER)

    client.post(reverse(ADD), form_data(cover=photo.pk))

    article = Article.objects.get()
    assert article.cover == photo
    assert (
        photo.rendition_url(480) in client.get(reverse(CHANGE, args=[article.pk])).content.decode()
    )


def test_a_photo_learns_its_description_from_the_story() -> None:
    photo = make_photo(alt="")

    client_of(*WRITER).post(
        reverse(ADD), form_data(body=f'<p><img src="{photo.url}" alt="Cầu mới"></p>')
    )

    photo.refresh_from_db()
    assert photo.alt == "Cầu mới"


def test_who_saves_is_told_of_pictures_without_description() -> None:
    photo = make_photo(alt="")

    response = client_of(*WRITER).post(
        reverse(ADD), form_data(body=f'<p><img src="{photo.url}"></p>'), follow=True
    )

    assert "1 ảnh trong bài chưa có mô tả. Hãy bấm đúp vào ảnh để viết mô tả." in said(response)


def test_a_correction_of_a_published_story_is_a_working_copy_that_readers_do_not_see() -> None:
    article = make_article(title="Tiêu đề cũ")

    response = client_of(*EDITOR).post(
        reverse(CHANGE, args=[article.pk]), form_data(article, title="Tiêu đề đã sửa"), follow=True
    )

    article.refresh_from_db()
    assert (article.title, article.status, article.stage) == ("Tiêu đề cũ", "published", "writing")
    assert article.newest.title == "Tiêu đề đã sửa"
    assert "Tiêu đề đã sửa" not in Client().get(article.get_absolute_url()).content.decode()
    assert said(response)[0].startswith("Đã lưu bản sửa. Bạn đọc vẫn thấy bản cũ")
    assert "Tiêu đề đã sửa</textarea>" in response.content.decode()


def test_a_correction_that_is_published_stands_on_the_page_with_the_old_date() -> None:
    article = make_article()
    before = article.published_at

    response = client_of(*EDITOR).post(
        reverse(CHANGE, args=[article.pk]),
        form_data(article, title="Tiêu đề đã sửa", alone="on", _publish="1"),
        follow=True,
    )

    article.refresh_from_db()
    assert (article.title, article.status) == ("Tiêu đề đã sửa", "published")
    assert (
        article.published_at
        and before
        and abs(article.published_at - before) < dt.timedelta(seconds=1)
    )
    assert article.get_absolute_url() in said(response)[0]


def test_a_published_story_cannot_lose_its_date() -> None:
    article = make_article()

    response = client_of(*EDITOR).post(
        reverse(CHANGE, args=[article.pk]), form_data(article, published_at_0="", published_at_1="")
    )

    assert list(response.context["adminform"].form.errors) == ["published_at"]


def test_a_date_is_read_as_officials_write_it() -> None:
    client_of(*WRITER).post(
        reverse(ADD), form_data(published_at_0="05/06/2019", published_at_1="17:09")
    )

    moment = Article.objects.get().published_at
    assert moment is not None
    assert timezone.localtime(moment).isoformat() == "2019-06-05T17:09:00+07:00"


def test_the_form_cannot_set_the_state() -> None:
    article = make_article(status="draft")

    client_of(*WRITER).post(
        reverse(CHANGE, args=[article.pk]), form_data(article, status="published")
    )

    assert Article.objects.get().status == "draft"


def test_who_may_only_look_cannot_save() -> None:
    article = make_article(status="draft")

    response = client_of("news.view_article").post(
        reverse(CHANGE, args=[article.pk]), form_data(article, title="Khác")
    )

    assert response.status_code == 403
    assert Article.objects.get().title == article.title


def test_a_forged_form_without_token_is_refused() -> None:
    client = logged_in(make_user(*EDITOR), enforce_csrf_checks=True)

    assert client.post(reverse(ADD), form_data(_publish="1")).status_code == 403
    assert not Article.objects.exists()


# --- Preview ------------------------------------------------------------------------------------


def test_a_draft_is_previewed_as_the_page_will_look_and_kept_by_nobody() -> None:
    article = make_article(status="draft", title="Cầu sắp xong", body="<p>Còn một nhịp.</p>")

    response = client_of(*EDITOR).get(reverse(PREVIEW, args=[article.pk]))

    assert "Còn một nhịp." in response.content.decode()
    assert "Bản xem trước" in response.content.decode()
    assert {"private", "no-store"} <= set(response.headers["Cache-Control"].split(", "))
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_the_preview_of_a_public_story_shows_its_working_copy() -> None:
    user = make_user(*WRITER)
    article = make_article(title="Bản cũ", created_by=user)
    article.write(replace(article.newest, title="Bản mới"), by=user)

    page = logged_in(user).get(reverse(PREVIEW, args=[article.pk])).content.decode()

    assert "Bản mới</h1>" in page
    assert "Bản cũ</h1>" not in page


def test_the_preview_is_not_a_way_to_the_draft_for_others() -> None:
    article = make_article(status="draft")

    assert (
        client_of("comments.view_comment").get(reverse(PREVIEW, args=[article.pk])).status_code
        == 403
    )
    assert client_of(*EDITOR).get(article.get_absolute_url()).status_code == 404


def test_nothing_is_sent_to_the_preview() -> None:
    article = make_article(status="draft")

    assert client_of(*EDITOR).post(reverse(PREVIEW, args=[article.pk])).status_code == 405
