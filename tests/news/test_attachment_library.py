"""Attachments in the library and below stories: stored once, renamed, removed, found, in their order."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, models

from news import attachments, freshness
from news.attachments import AttachmentRefused
from news.models import ArticleAttachment, Attachment
from tests.factories import (
    make_article,
    make_attachment,
    make_user,
    pdf_bytes,
)

RIGHTS = ("news.view_attachment", "news.add_attachment", "news.change_attachment")


@pytest.mark.django_db
def test_an_upload_is_kept_byte_for_byte_with_what_is_known_of_it() -> None:
    user = make_user(*RIGHTS)
    content = pdf_bytes("Lich tiep cong dan")

    stored = make_attachment(content, name="Lịch tiếp công dân.pdf", by=user)

    stored.refresh_from_db()
    assert default_storage.open(stored.storage_name).read() == content
    assert stored.storage_name == f"attachments/{stored.key.hex[:2]}/{stored.key.hex}.pdf"
    assert (stored.title, stored.file_name) == ("Lịch tiếp công dân", "Lịch tiếp công dân.pdf")
    assert (stored.kind, stored.size, stored.uploaded_by) == ("pdf", len(content), user)
    assert stored.kind_and_size == "PDF, 1 KB"
    assert stored.download_count.total == 0


@pytest.mark.django_db(transaction=True)
def test_the_words_of_an_upload_are_read_while_others_may_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []

    def read(*args: Any) -> str:
        seen.append(connection.in_atomic_block)
        return ""

    monkeypatch.setattr("news.file_text.read", read)
    make_attachment()

    assert seen == [False]


@pytest.mark.django_db
def test_the_same_bytes_are_kept_once() -> None:
    first = make_attachment(pdf_bytes("Mot"), title="Tên thứ nhất")
    again = make_attachment(pdf_bytes("Mot"), name="khac.pdf", title="Tên khác")

    assert again == first
    assert again.title == "Tên thứ nhất"
    assert Attachment.objects.count() == 1


@pytest.mark.django_db
def test_two_uploads_of_the_same_bytes_at_once_leave_one(monkeypatch: pytest.MonkeyPatch) -> None:
    check = attachments.check

    def nothing_yet(**fields: Any) -> Any:
        monkeypatch.undo()
        return Attachment.objects.none()

    def checked_while_another_stores(upload: Any) -> Any:
        checked = check(upload)
        monkeypatch.setattr(attachments, "check", check)
        make_attachment(checked.content)
        # Our own look at the library came before.
        monkeypatch.setattr(Attachment.objects, "filter", nothing_yet)
        return checked

    monkeypatch.setattr(attachments, "check", checked_while_another_stores)
    make_attachment(pdf_bytes("Hai"))

    assert Attachment.objects.count() == 1
    assert len(list_files()) == 1


def list_files() -> list[str]:
    """Every file of the library on the disk."""
    try:
        folders = default_storage.listdir("attachments")[0]
    except FileNotFoundError:
        return []
    return [
        name for folder in folders for name in default_storage.listdir(f"attachments/{folder}")[1]
    ]


@pytest.mark.django_db
def test_who_may_not_upload_leaves_nothing_behind() -> None:
    with pytest.raises(PermissionDenied, match="không có quyền"):
        make_attachment(by=make_user("news.view_attachment", "news.change_attachment"))

    assert not Attachment.objects.exists()
    assert not list_files()


@pytest.mark.django_db
def test_a_refused_upload_leaves_nothing_behind() -> None:
    with pytest.raises(AttachmentRefused):
        make_attachment(b"MZ", name="thong-bao.pdf", by=make_user(*RIGHTS))

    assert not Attachment.objects.exists()
    assert not list_files()


@pytest.mark.django_db
def test_when_the_row_cannot_be_stored_the_file_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise IntegrityError("disk is full")

    monkeypatch.setattr(Attachment, "save", fail)
    with pytest.raises(IntegrityError):
        make_attachment()
    assert not list_files()


@pytest.mark.django_db
def test_one_s_own_title_may_be_changed_and_others_only_with_the_right() -> None:
    owner, other = make_user(*RIGHTS), make_user(*RIGHTS)
    editor = make_user(*RIGHTS, "news.edit_any_attachment")
    stored = make_attachment(by=owner)

    with pytest.raises(PermissionDenied):
        stored.rename("Của người khác", by=other)
    with pytest.raises(PermissionDenied):
        stored.rename("Không quyền", by=make_user("news.edit_any_attachment"))
    with pytest.raises(ValueError, match="đặt tên"):
        stored.rename(" \u00a0 ", by=owner)
    stored.rename("Tên  của tôi", by=owner)
    assert Attachment.objects.get().title == "Tên của tôi"
    stored.rename("Tên của biên tập", by=editor)
    assert Attachment.objects.get().title == "Tên của biên tập"


@pytest.mark.django_db
def test_an_unused_file_is_removed_with_its_bytes_by_who_may(
    django_capture_on_commit_callbacks: Any,
) -> None:
    owner = make_user(*RIGHTS, "news.delete_attachment")
    stored = make_attachment(by=owner)

    for stranger in (make_user(*RIGHTS), make_user(*RIGHTS, "news.delete_attachment")):
        with pytest.raises(PermissionDenied):
            stored.remove(by=stranger)
    assert len(list_files()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        stored.remove(by=owner)
    assert not Attachment.objects.exists()
    assert not list_files()


@pytest.mark.django_db
def test_a_file_that_a_story_has_stays(django_capture_on_commit_callbacks: Any) -> None:
    stored = make_attachment()
    ArticleAttachment.put_below(make_article(status="draft"), [stored.pk])

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(models.ProtectedError):
        stored.delete()
    assert Attachment.objects.exists()
    assert len(list_files()) == 1


@pytest.mark.django_db
def test_files_stand_below_a_story_in_the_order_given_each_once() -> None:
    article = make_article()
    one, two, three = make_attachment(), make_attachment(), make_attachment()

    ArticleAttachment.put_below(article, [three.pk, one.pk, three.pk, 10**6])
    assert list(Attachment.objects.below(article)) == [three, one]
    ArticleAttachment.put_below(article, [one.pk, two.pk, three.pk])
    assert list(Attachment.objects.below(article)) == [one, two, three]
    ArticleAttachment.put_below(article, [])
    assert not Attachment.objects.below(article)


@pytest.mark.django_db
def test_a_change_of_what_stands_below_a_story_is_seen_and_no_change_renews_nothing() -> None:
    article, stored = make_article(), make_attachment()
    before = freshness.current()
    ArticleAttachment.put_below(article, [stored.pk])
    changed = freshness.current()
    ArticleAttachment.put_below(article, [stored.pk])
    assert before < changed == freshness.current()
    stored.rename("Tên mới", by=make_user(superuser=True))
    assert changed < freshness.current()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [{"size": 0}, {"kind": "html"}, {"title": ""}, {"sha256": "known"}],
)
def test_the_database_refuses_what_no_attachment_can_be(fields: dict[str, Any]) -> None:
    Attachment.objects.filter(pk=make_attachment().pk).update(sha256="known")
    stored = make_attachment()
    with pytest.raises(IntegrityError):
        Attachment.objects.filter(pk=stored.pk).update(**fields)


@pytest.mark.django_db
def test_two_files_never_share_a_place_below_a_story() -> None:
    article = make_article()
    ArticleAttachment.objects.create(article=article, attachment=make_attachment(), order=0)
    with pytest.raises(IntegrityError):
        ArticleAttachment.objects.create(article=article, attachment=make_attachment(), order=0)


@pytest.mark.django_db
def test_a_file_is_found_by_title_and_name_without_diacritics() -> None:
    stored = make_attachment(name="Lịch nghỉ lễ.pdf", title="Thông báo về việc nghỉ lễ Quốc khánh")
    make_attachment()

    for words in ("quoc khanh", "LICH nghỉ", "quoc nghi thong"):
        assert list(Attachment.objects.found_by(words)) == [stored]
    assert not Attachment.objects.found_by("quoc khanh tet")
    assert Attachment.objects.found_by("100%_\x00").count() == 0
