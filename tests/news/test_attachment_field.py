"""The files on the form of a story: chosen, uploaded, put in order, kept with its working copy."""

import dataclasses
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from news import attachment_library
from news.attachment_library import AttachmentsField, AttachmentsInput
from news.models import Article, ArticleAttachment, Attachment, PreviewLink
from tests.desk import client_of, form_data, logged_in
from tests.factories import make_article, make_attachment, make_section, make_user, pdf_bytes

pytestmark = pytest.mark.django_db

DELETE = "admin:news_attachment_delete"

WRITER = (
    "news.view_article",
    "news.add_article",
    "news.change_article",
    "news.view_attachment",
    "news.add_attachment",
)


def sent(name: str = "Lịch.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes(name.encode().hex()) if content is None else content)


def words(response: Any) -> str:
    return str(response.content.decode())


# --- The field ------------------------------------------------------------------------------------


def field_of(user: User) -> AttachmentsField:
    field = AttachmentsField(label="Tệp")
    field.user = user
    return field


def field_shown_to(user: User, *keys: int) -> str:
    widget = AttachmentsInput()
    widget.user = user
    return str(widget.render("attachments", keys))


def test_the_field_keeps_the_order_and_adds_new_files_at_the_end() -> None:
    one, two = make_attachment(), make_attachment()
    chosen = field_of(make_user(*WRITER)).clean(([str(two.pk), str(one.pk)], [sent("Ba.pdf")]))
    assert [attachment.title for attachment in chosen] == [two.title, one.title, "Ba"]


@pytest.mark.parametrize("key", ["0", "-1", "x", "999999", "9" * 30, "١", ""])
def test_a_file_that_is_not_there_is_refused_in_words(key: str) -> None:
    stored = make_attachment()
    field = field_of(make_user(*WRITER))
    with pytest.raises(ValidationError, match="không còn trong thư viện"):
        field.clean(([str(stored.pk), key], []))
    assert field.bound_data(([], []), []) == [stored.pk]


def test_who_may_not_upload_does_not_by_way_of_the_field() -> None:
    with pytest.raises(ValidationError, match="không có quyền tải tệp lên"):
        field_of(make_user("news.view_attachment")).clean(([], [sent()]))
    assert not Attachment.objects.exists()


def test_too_many_files_below_one_story_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachment_library, "MAX_FILES", 1)
    keys = [str(make_attachment().pk) for _ in range(2)]
    with pytest.raises(ValidationError, match="Nhiều nhất 1 tệp"):
        field_of(make_user(*WRITER)).clean((keys, []))


def test_the_field_offers_what_its_person_may_do() -> None:
    make_attachment(title="Trong thư viện")

    def shown(*permissions: str) -> str:
        return field_shown_to(make_user(*permissions))

    both = shown("news.view_attachment", "news.add_attachment")
    assert "Trong thư viện" in both
    assert 'type="file"' in both
    assert "Trong thư viện" not in shown("news.add_attachment")
    assert 'type="file"' not in shown("news.view_attachment")


def test_a_title_cannot_break_out_of_the_field() -> None:
    stored = make_attachment(title='"><script>alert(1)</script>')
    shown = field_shown_to(make_user(*WRITER), stored.pk)
    assert "<script>" not in shown


# --- On the form of a story -----------------------------------------------------------------------


def story_data(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Tin có tệp",
        "section": make_section().pk,
        "lead": "",
        "body": "<p>Nội dung.</p>",
        "published_at_0": "",
        "published_at_1": "",
        "_draft": "Lưu nháp",
        **changes,
    }


def test_a_story_is_begun_with_chosen_and_new_files() -> None:
    one, two = make_attachment(), make_attachment()
    response = client_of(*WRITER).post(
        reverse("admin:news_article_add"),
        story_data(attachments=[two.pk, one.pk], attachments_new=[sent("Mới.pdf")]),
    )
    assert response.status_code == 302
    below = Attachment.objects.below(Article.objects.get())
    assert [attachment.title for attachment in below] == [two.title, one.title, "Mới"]


def test_a_refused_form_loses_no_file() -> None:
    one = make_attachment()
    response = client_of(*WRITER).post(
        reverse("admin:news_article_add"),
        story_data(title="", attachments=[one.pk], attachments_new=[sent("Mới.pdf")]),
    )
    new = Attachment.objects.get(title="Mới")
    page = words(response)
    assert response.status_code == 200
    assert not Article.objects.exists()
    for attachment in (one, new):
        assert f'<option value="{attachment.pk}" data-words=' in page


def test_a_refused_file_is_said_beside_the_field_and_the_others_stay() -> None:
    one = make_attachment()
    response = client_of(*WRITER).post(
        reverse("admin:news_article_add"),
        story_data(attachments=[one.pk], attachments_new=[sent("x.docx", b"MZ")]),
    )
    errors = response.context["adminform"].form.errors
    assert list(errors) == ["attachments"]
    assert "x.docx: " in errors["attachments"][0]
    assert f'<option value="{one.pk}" data-words=' in words(response)


def test_files_of_a_working_copy_are_not_public_and_not_deleted_until_it_is_given_up() -> None:
    editor = make_user(superuser=True)
    old, new = make_attachment(), make_attachment()
    article = make_article()
    ArticleAttachment.put_below(article, [old.pk])
    client = logged_in(editor)
    change = reverse("admin:news_article_change", args=[article.pk])
    data = form_data(article, seen=article.version, attachments=[new.pk])
    assert client.post(change, data).status_code == 302

    article.refresh_from_db()
    assert article.newest.attachments == (new.pk,)
    assert list(Attachment.objects.below(article)) == [old]
    assert Client().get(new.get_absolute_url()).status_code == 404
    client.post(reverse(DELETE, args=[new.pk]), {"post": "yes"})
    assert Attachment.objects.filter(pk=new.pk).exists()

    article.discard_copy(by=editor)
    assert list(Attachment.objects.below(article)) == [old]
    client.post(reverse(DELETE, args=[new.pk]), {"post": "yes"})
    assert not Attachment.objects.filter(pk=new.pk).exists()


@pytest.mark.parametrize(("answer", "kept"), [("mine", 0), ("theirs", 1)])
def test_of_two_who_change_the_files_the_second_sees_both_and_chooses(
    answer: str, kept: int
) -> None:
    mine, theirs = make_attachment(title="Tệp A"), make_attachment(title="Tệp B")
    editor = make_user(superuser=True)
    article = make_article(status="draft")
    article.write(dataclasses.replace(article.newest, lead="Một"), by=editor)
    began = article.version
    article.write(
        dataclasses.replace(article.newest, attachments=(theirs.pk,)), by=make_user(superuser=True)
    )
    client = logged_in(editor)
    change = reverse("admin:news_article_change", args=[article.pk])
    data = form_data(article, lead="Một", seen=began, attachments=[mine.pk])

    page = words(client.post(change, data))
    assert "Tệp A" in page
    assert "Tệp B" in page
    assert article.newest.attachments == (theirs.pk,)
    data |= {"seen": article.version, "began": began, "take-attachments": answer}
    assert client.post(change, data).status_code == 302
    article.refresh_from_db()
    assert article.newest.attachments == ((mine.pk,), (theirs.pk,))[kept]


def test_publishing_a_working_copy_puts_its_files_below_the_story() -> None:
    editor = make_user(superuser=True)
    old, new = make_attachment(), make_attachment()
    article = make_article(body="<p>Nội dung.</p>")
    ArticleAttachment.put_below(article, [old.pk])
    article.write(dataclasses.replace(article.newest, attachments=(new.pk, old.pk)), by=editor)
    article.publish(by=editor, alone=True)

    assert list(Attachment.objects.below(article)) == [new, old]
    assert Client().get(new.get_absolute_url()).status_code == 200


def test_an_old_version_comes_back_with_its_files_and_without_those_that_were_deleted() -> None:
    editor = make_user(superuser=True)
    kept, gone = make_attachment(), make_attachment()
    article = make_article(status="draft")
    first = article.write(
        dataclasses.replace(article.newest, attachments=(gone.pk, kept.pk)), by=editor
    )
    article.write(dataclasses.replace(article.newest, attachments=()), by=editor)
    gone.remove(by=editor)
    article.restore(first, by=editor)

    assert list(Attachment.objects.below(article)) == [kept]


def test_who_may_read_the_form_sees_its_files() -> None:
    stored = make_attachment(title="Lịch nghỉ")
    article = make_article()
    ArticleAttachment.put_below(article, [stored.pk])
    page = words(
        client_of("news.view_article", "news.edit_any_article").get(
            reverse("admin:news_article_change", args=[article.pk])
        )
    )
    assert "Lịch nghỉ" in page
    assert 'name="attachments"' not in page


def test_a_preview_shows_the_files_of_the_working_copy_and_its_link_opens_them() -> None:
    editor = make_user(superuser=True)
    stored, other = make_attachment(pdf_bytes("Ban nhap"), title="Lịch nháp"), make_attachment()
    article = make_article(status="draft")
    article.write(dataclasses.replace(article.newest, attachments=(stored.pk,)), by=editor)
    link = PreviewLink.give(article, by=editor, days=1)
    reader = Client()

    page = words(reader.get(link.get_absolute_url()))
    address = reverse("news:preview_attachment", args=[link.token, stored.pk, stored.address_name])
    assert f'href="{address}"' in page.replace("&#x27;", "'")
    answer: Any = reader.get(address)
    assert b"".join(answer.streaming_content) == pdf_bytes("Ban nhap")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert reader.get(stored.get_absolute_url()).status_code == 404
    for wrong in (
        address.replace(f"/tep/{stored.pk}/", f"/tep/{other.pk}/"),
        address.replace(link.token, link.token[:-1] + "x"),
    ):
        assert reader.get(wrong).status_code == 404
    link.revoke(by=editor)
    assert reader.get(address).status_code == 404
