"""Publishing and withdrawing at the desk: each with its right and without."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.models import Article
from tests.desk import EDITOR, WRITER, client_of, form_data, logged_in, said
from tests.factories import make_article, make_section, make_user

pytestmark = pytest.mark.django_db

ADD = "admin:news_article_add"
CHANGE = "admin:news_article_change"
DELETE = "admin:news_article_delete"
WITHDRAW = "admin:news_article_withdraw"


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
    assert buttons(reader, draft) == ["Xem thử"]
    draft.submit(by=user)
    assert buttons(writer, draft) == ["Xem thử", "Rút lại để viết tiếp"]
    assert buttons(editor, draft) == [
        *write_draft,
        "Trả lại…",
        "Xuất bản",
        "Rút lại để viết tiếp",
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
