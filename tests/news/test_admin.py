"""The publishing desk: every verb with its right and without."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Article, Section
from tests.desk import client_of, form_data, logged_in, said
from tests.factories import make_article, make_photo, make_section, make_user

pytestmark = pytest.mark.django_db

EDITOR = (
    "news.view_article",
    "news.add_article",
    "news.change_article",
    "news.edit_any_article",
    "news.publish_article",
    "news.withdraw_article",
)
WRITER = ("news.view_article", "news.add_article", "news.change_article")

LIST = "admin:news_article_changelist"
ADD = "admin:news_article_add"
CHANGE = "admin:news_article_change"
DELETE = "admin:news_article_delete"
PREVIEW = "admin:news_article_preview"
WITHDRAW = "admin:news_article_withdraw"


# --- The door -----------------------------------------------------------------------------------


def addresses(article: Article) -> list[str]:
    return [
        reverse(LIST),
        reverse(ADD),
        *(reverse(name, args=[article.pk]) for name in (CHANGE, DELETE, PREVIEW, WITHDRAW)),
    ]


@pytest.mark.parametrize("number", range(6))
def test_who_is_not_logged_in_is_sent_to_the_door(number: int) -> None:
    address = addresses(make_article(status="draft"))[number]

    for response in (
        Client().get(address),
        Client().post(address, {"reason": "x", "_publish": "1"}),
    ):
        assert response.status_code in {302, 405}
        assert response.status_code == 405 or reverse("admin:login") in response.headers["Location"]
    assert Article.objects.get().status == "draft"


@pytest.mark.parametrize("number", range(6))
def test_staff_without_rights_are_refused(number: int) -> None:
    address = addresses(make_article())[number]

    assert client_of().get(address).status_code == 403
    assert client_of().post(address, {"reason": "x", "_publish": "1"}).status_code in {403, 405}
    assert Article.objects.get().status == "published"


@pytest.mark.parametrize("number", range(6))
def test_a_reader_with_an_account_does_not_get_in(number: int) -> None:
    address = addresses(make_article())[number]

    assert client_of(*EDITOR, is_staff=False).get(address).status_code == 302


# --- The list -----------------------------------------------------------------------------------


def test_the_list_costs_the_same_for_three_rows_and_for_thirty() -> None:
    client = client_of(*EDITOR)
    costs = []
    for number in (3, 27):
        for _ in range(number):
            make_article(section=make_section())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(LIST)).status_code == 200
        costs.append(len(queries))

    assert costs == [13, 13]


def test_the_list_shows_drafts_first_and_then_the_newest() -> None:
    old = make_article(published_at=timezone.now() - dt.timedelta(days=9))
    new = make_article()
    draft = make_article(status="draft")

    shown = client_of(*EDITOR).get(reverse(LIST)).context["cl"].result_list

    assert list(shown) == [draft, new, old]


def test_the_list_says_the_state_in_a_word_with_a_mark() -> None:
    make_article()
    make_article(status="draft")
    make_article(status="withdrawn")
    make_article(published_at=timezone.now() + dt.timedelta(days=1))

    page = client_of(*EDITOR).get(reverse(LIST)).content.decode()

    for words in ("● Đã xuất bản", "○ Bản nháp", "× Đã thu hồi", "◷ Chờ đến giờ"):
        assert words in page


def test_only_what_is_public_links_to_the_site() -> None:
    public, later = make_article(), make_article(published_at=timezone.now() + dt.timedelta(days=1))

    page = client_of(*EDITOR).get(reverse(LIST)).content.decode()

    assert f'href="{public.get_absolute_url()}">Xem trên trang' in page
    assert later.get_absolute_url() not in page


def test_the_list_shows_the_views_as_vietnamese_writes_numbers() -> None:
    article = make_article()
    type(article.view_count).objects.update(total=12677)

    assert "12.677" in client_of(*EDITOR).get(reverse(LIST)).content.decode()


def test_a_draft_is_found_without_diacritics() -> None:
    draft = make_article(title="Đại biểu Hội đồng nhân dân", status="draft")
    make_article(title="Tin khác")

    shown = client_of(*EDITOR).get(reverse(LIST), {"q": "dai bieu"}).context["cl"].result_list

    assert list(shown) == [draft]


def test_a_column_that_was_clicked_orders_what_is_found() -> None:
    first, second = make_article(title="Cầu A"), make_article(title="Cầu B")

    client = client_of(*EDITOR)
    column = client.get(reverse(LIST)).context["cl"].list_display.index("published")

    def found(order: str) -> list[Article]:
        page = client.get(reverse(LIST), {"q": "cau", "o": order})
        return list(page.context["cl"].result_list)

    assert found(f"{column}") == [first, second]
    assert found(f"-{column}") == [second, first]


def test_many_drafts_are_not_deleted_at_once() -> None:
    article = make_article(status="draft")

    page = client_of(superuser=True).post(
        reverse(LIST),
        {"action": "delete_selected", "_selected_action": [article.pk], "index": 0, "post": "yes"},
    )

    assert page.status_code == 302
    assert Article.objects.exists()


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


# --- Publishing ---------------------------------------------------------------------------------


def test_a_new_story_is_published_at_once() -> None:
    response = client_of(*EDITOR).post(
        reverse(ADD), form_data(title="Cầu mới", alone="on", _publish="1"), follow=True
    )

    article = Article.objects.get()
    assert article.is_published
    assert said(response)[0].startswith("Đã xuất bản.")
    assert Client().get(article.get_absolute_url()).status_code == 200


def test_a_draft_is_saved_and_published_with_one_button() -> None:
    article = make_article(status="draft")

    client_of(*EDITOR).post(
        reverse(CHANGE, args=[article.pk]),
        form_data(article, title="Bản cuối", alone="on", _publish="1"),
    )

    article.refresh_from_db()
    assert (article.title, article.is_published) == ("Bản cuối", True)


def test_a_story_with_a_date_to_come_waits_for_it() -> None:
    later = timezone.localtime(timezone.now() + dt.timedelta(days=2))

    response = client_of(*EDITOR).post(
        reverse(ADD),
        form_data(
            published_at_0=f"{later:%d/%m/%Y}",
            published_at_1=f"{later:%H:%M:%S}",
            alone="on",
            _publish="1",
        ),
        follow=True,
    )

    assert not Article.objects.get().is_published
    assert said(response)[0] == f"Đã lưu. Tin sẽ tự hiện ra lúc {later:%H:%M %d/%m/%Y}."


@pytest.mark.parametrize("existing", [True, False])
def test_publishing_without_the_right_is_refused_and_stores_nothing(existing: bool) -> None:
    user = make_user(*WRITER)
    article = make_article(status="draft", title="Cũ", created_by=user) if existing else None
    address = reverse(CHANGE, args=[article.pk]) if article else reverse(ADD)

    response = logged_in(user).post(address, form_data(article, title="Mới", _publish="1"))

    assert response.status_code == 403
    assert "Bạn không có quyền xuất bản tin bài." in response.content.decode()
    assert [(a.title, a.status) for a in Article.objects.all()] == (
        [("Cũ", "draft")] if existing else []
    )


def test_the_buttons_are_those_of_the_state_and_the_right() -> None:
    user = make_user(*WRITER)
    draft, public, gone = (
        make_article(status="draft", created_by=user),
        make_article(created_by=user),
        make_article(status="withdrawn"),
    )

    def buttons(client: Client, article: Article) -> list[str]:
        page = client.get(reverse(CHANGE, args=[article.pk])).content.decode()
        row = page[page.index('class="submit-row"') :].partition("</div>")[0]
        return re.findall(r">([^<>]+)</(?:button|a)>", row)

    editor, writer = client_of(*EDITOR), logged_in(user)
    reader = client_of("news.view_article", "news.edit_any_article")
    write_draft = ["Lưu nháp", "Xem thử"]
    write_copy = ["Lưu bản sửa", "Xem thử"]
    assert buttons(editor, draft) == [*write_draft, "Gửi duyệt", "Xuất bản"]
    assert buttons(editor, public) == [
        *write_copy,
        "Gửi duyệt",
        "Xuất bản thay đổi",
        "Xem trên trang",
        "Thu hồi…",
    ]
    assert buttons(editor, gone) == [*write_copy, "Gửi duyệt", "Xuất bản lại"]
    assert buttons(writer, draft) == [*write_draft, "Gửi duyệt"]
    assert buttons(writer, public) == [*write_copy, "Gửi duyệt", "Xem trên trang"]
    assert buttons(reader, draft) == []
    draft.submit(by=user)
    assert buttons(writer, draft) == ["Rút lại để viết tiếp"]
    assert buttons(editor, draft) == [
        *write_draft,
        "Trả lại…",
        "Xuất bản",
        "Rút lại để viết tiếp",
    ]


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


# --- Withdrawing --------------------------------------------------------------------------------


def test_withdrawing_asks_for_the_reason_first() -> None:
    article = make_article()

    page = client_of(*EDITOR).get(reverse(WITHDRAW, args=[article.pk])).content.decode()

    assert "Lý do thu hồi" in page
    assert Article.objects.get().status == "published"


def test_withdrawing_takes_the_story_off_and_says_why() -> None:
    article = make_article()

    response = client_of(*EDITOR).post(
        reverse(WITHDRAW, args=[article.pk]), {"reason": "Sai số liệu"}, follow=True
    )

    article.refresh_from_db()
    assert (article.status, article.withdrawal_reason) == ("withdrawn", "Sai số liệu")
    assert said(response) == ["Đã thu hồi. Địa chỉ của tin nay cho biết tin đã được thu hồi."]
    gone = Client().get(article.get_absolute_url())
    assert gone.status_code == 410
    assert "Sai số liệu" in gone.content.decode()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_withdrawing_without_a_usable_reason_is_refused(reason: str) -> None:
    article = make_article()

    response = client_of(*EDITOR).post(reverse(WITHDRAW, args=[article.pk]), {"reason": reason})

    assert response.context["form"].errors
    assert Article.objects.get().status == "published"


def test_withdrawing_without_the_right_is_refused() -> None:
    user = make_user(*WRITER)
    article = make_article(created_by=user)

    response = logged_in(user).post(reverse(WITHDRAW, args=[article.pk]), {"reason": "x"})

    assert response.status_code == 403
    assert Article.objects.get().status == "published"


def test_a_forged_withdrawal_without_token_is_refused() -> None:
    article = make_article()
    client = logged_in(make_user(*EDITOR), enforce_csrf_checks=True)

    assert client.post(reverse(WITHDRAW, args=[article.pk]), {"reason": "x"}).status_code == 403
    assert Article.objects.get().status == "published"


def test_a_draft_cannot_be_withdrawn() -> None:
    article = make_article(status="draft")

    response = client_of(*EDITOR).post(
        reverse(WITHDRAW, args=[article.pk]), {"reason": "x"}, follow=True
    )

    assert said(response) == ["Chỉ thu hồi được tin đã xuất bản."]
    assert Article.objects.get().status == "draft"


def test_a_withdrawn_story_can_be_published_again_with_its_old_date() -> None:
    article = make_article(status="withdrawn")

    client_of(*EDITOR).post(
        reverse(CHANGE, args=[article.pk]), form_data(article, alone="on", _publish="1")
    )

    again = Article.objects.get()
    assert again.is_published
    assert again.published_at and article.published_at
    assert abs(again.published_at - article.published_at) < dt.timedelta(seconds=1)


@pytest.mark.parametrize("status", ["published", "withdrawn"])
def test_what_was_public_is_never_deleted(status: str) -> None:
    article = make_article(status=status)

    response = client_of(superuser=True).post(reverse(DELETE, args=[article.pk]), {"post": "yes"})

    assert response.status_code == 403
    assert Article.objects.exists()


def test_a_draft_can_be_deleted() -> None:
    article = make_article(status="draft")

    client_of(*EDITOR, "news.delete_article").post(
        reverse(DELETE, args=[article.pk]), {"post": "yes"}
    )

    assert not Article.objects.exists()


# --- Sections -----------------------------------------------------------------------------------


def test_a_third_level_of_sections_is_not_offered() -> None:
    parent = make_section()
    child = make_section(parent=parent)

    form = (
        client_of(superuser=True).get(reverse("admin:news_section_add")).context["adminform"].form
    )

    assert list(form.fields["parent"].queryset) == [parent]
    assert child not in form.fields["parent"].queryset


def test_a_section_is_never_deleted_its_address_was_public() -> None:
    section = make_section()

    response = client_of(superuser=True).post(
        reverse("admin:news_section_delete", args=[section.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert Section.objects.exists()


def test_a_section_cannot_take_the_address_of_another_page() -> None:
    response = client_of(superuser=True).post(
        reverse("admin:news_section_add"),
        {"name": "Quản trị", "slug": "quan-tri", "role": "news", "order": 0},
    )

    assert response.context["adminform"].form.errors["slug"] == [
        "Địa chỉ này đã dành cho một trang khác của cổng."
    ]


def test_an_empty_story_is_kept_as_a_draft_but_not_published() -> None:
    editor = client_of(*EDITOR)
    sent = {"title": "Chưa có chữ nào", "section": make_section().pk, "_publish": "1"}
    answer = editor.post(reverse("admin:news_article_add"), sent)
    assert answer.status_code == 200
    words = answer.content.decode()
    assert "Hãy viết nội dung trước khi xuất bản." in words
    assert "Hãy sửa chỗ được đánh dấu dưới đây." in words
    assert not Article.objects.exists()
