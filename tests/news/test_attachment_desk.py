"""The desk's library of files: every verb with its right and without."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from news import attachment_library
from news.models import ArticleAttachment, Attachment, DownloadCount
from tests.desk import client_of, logged_in
from tests.factories import make_article, make_attachment, make_user, pdf_bytes

pytestmark = pytest.mark.django_db

LIST = "admin:news_attachment_changelist"
ADD = "admin:news_attachment_add"
CHANGE = "admin:news_attachment_change"
DELETE = "admin:news_attachment_delete"
UPLOAD = "admin:news_attachment_upload"
FIND = "admin:news_attachment_find"

LIBRARY = (
    "news.view_attachment",
    "news.add_attachment",
    "news.change_attachment",
    "news.delete_attachment",
)


def sent(name: str = "Lịch.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf_bytes(name.encode().hex()) if content is None else content)


def words(response: Any) -> str:
    return str(response.content.decode())


# --- The door -------------------------------------------------------------------------------------


def addresses(attachment: Attachment) -> dict[str, str]:
    return {
        "list": reverse(LIST),
        "add": reverse(ADD),
        "change": reverse(CHANGE, args=[attachment.pk]),
        "delete": reverse(DELETE, args=[attachment.pk]),
    }


DATA = {"title": "Đổi tên", "post": "yes"}


@pytest.mark.parametrize("page", ["list", "add", "change", "delete"])
def test_who_is_not_logged_in_is_sent_to_the_door(page: str) -> None:
    stored = make_attachment(title="Như cũ")
    address = addresses(stored)[page]
    for response in (Client().get(address), Client().post(address, {**DATA, "uploads": sent()})):
        assert reverse("admin:login") in response.headers["Location"]
    assert Attachment.objects.get().title == "Như cũ"


@pytest.mark.parametrize("page", ["list", "add", "change", "delete"])
def test_staff_without_rights_are_refused(page: str) -> None:
    stored = make_attachment(title="Như cũ")
    address, client = addresses(stored)[page], client_of("news.change_article")
    assert client.get(address).status_code == 403
    assert client.post(address, {**DATA, "uploads": sent()}).status_code == 403
    assert Attachment.objects.get().title == "Như cũ"


@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_who_may_only_look_changes_nothing(page: str) -> None:
    stored = make_attachment(title="Như cũ")
    client = client_of("news.view_attachment")
    response = client.post(addresses(stored)[page], {**DATA, "uploads": sent()})
    assert response.status_code == 403
    assert Attachment.objects.get().title == "Như cũ"


@pytest.mark.parametrize("page", ["change", "delete"])
def test_another_s_file_is_changed_and_deleted_only_with_the_right_for_any(page: str) -> None:
    stored = make_attachment(title="Như cũ", by=make_user(*LIBRARY))
    address = addresses(stored)[page]

    assert client_of(*LIBRARY).post(address, DATA).status_code == 403
    assert Attachment.objects.get().title == "Như cũ"
    editor = client_of(*LIBRARY, "news.edit_any_attachment")
    assert editor.post(address, DATA).status_code == 302
    left = Attachment.objects.first()
    assert left is None if page == "delete" else left is not None and left.title == "Đổi tên"


def test_another_s_file_may_be_looked_at() -> None:
    stored = make_attachment(by=make_user(*LIBRARY))
    page = words(client_of(*LIBRARY).get(reverse(CHANGE, args=[stored.pk])))
    assert stored.get_absolute_url() not in page
    assert stored.view_url in page
    assert 'name="title"' not in page


def test_one_s_own_file_is_renamed_and_deleted(django_capture_on_commit_callbacks: Any) -> None:
    user = make_user(*LIBRARY)
    stored = make_attachment(by=user)
    client = logged_in(user)

    client.post(reverse(CHANGE, args=[stored.pk]), {"title": "  Tên   mới "})
    assert Attachment.objects.get().title == "Tên mới"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse(DELETE, args=[stored.pk]), {"post": "yes"})
    assert not Attachment.objects.exists()
    assert not default_storage.exists(stored.storage_name)


@pytest.mark.parametrize("title", ["", " \u00a0 ", "x" * 301])
def test_a_title_that_is_none_is_refused_beside_the_field(title: str) -> None:
    stored = make_attachment(title="Như cũ")
    response = client_of(superuser=True).post(reverse(CHANGE, args=[stored.pk]), {"title": title})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["title"]
    assert Attachment.objects.get().title == "Như cũ"


def test_a_file_in_use_is_not_deleted_and_it_is_said_where_it_is_used() -> None:
    stored = make_attachment()
    ArticleAttachment.put_below(make_article(), [stored.pk])
    client = client_of(superuser=True)

    response = client.post(reverse(DELETE, args=[stored.pk]), {"post": "yes"}, follow=True)
    assert "Tệp đang dùng trong 1 tin nên chưa xoá được." in words(response)
    assert Attachment.objects.exists()


# --- The list -------------------------------------------------------------------------------------


def test_the_list_says_kind_use_and_downloads() -> None:
    used = make_attachment(title="Có dùng")
    make_attachment(title="Chưa dùng")
    for _ in range(2):
        ArticleAttachment.put_below(make_article(), [used.pk])
    DownloadCount.objects.filter(pk=used.pk).update(total=12677)

    page = words(client_of("news.view_attachment").get(reverse(LIST)))

    for expected in ("PDF, 1 KB", "dùng trong 2 tin", "chưa dùng ở đâu", "12.677"):
        assert expected in page


def test_the_list_is_searched_without_diacritics() -> None:
    stored = make_attachment(title="Lịch tiếp công dân")
    make_attachment()
    response = client_of("news.view_attachment").get(reverse(LIST), {"q": "tiep CONG dan"})
    assert list(response.context["cl"].result_list) == [stored]


def test_the_list_costs_the_same_for_three_files_and_for_twelve() -> None:
    client = client_of("news.view_attachment")
    costs = []
    for number in (3, 9):
        for _ in range(number):
            stored = make_attachment(by=make_user("news.add_attachment"))
            ArticleAttachment.put_below(make_article(), [stored.pk])
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(LIST))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_file_names_the_stories_that_have_it_and_no_draft_of_others() -> None:
    stored = make_attachment()
    public, draft = make_article(title="Thông báo <b>"), make_article(title="Kín", status="draft")
    for article in (public, draft):
        ArticleAttachment.put_below(article, [stored.pk])
    change = reverse(CHANGE, args=[stored.pk])

    page = words(client_of("news.view_attachment").get(change))
    assert f'<a href="{public.get_absolute_url()}">Thông báo &lt;b&gt;</a><br>và 1 tin khác' in page
    assert "Kín" not in page
    editor = client_of("news.view_attachment", "news.view_article", "news.edit_any_article")
    page = words(editor.get(change))
    for article in (public, draft):
        assert reverse("admin:news_article_change", args=[article.pk]) in page


# --- Uploading ------------------------------------------------------------------------------------


def test_several_files_are_taken_at_once() -> None:
    user = make_user(*LIBRARY)
    response = logged_in(user).post(
        reverse(ADD), {"uploads": [sent("Một.pdf"), sent("Hai.pdf")]}, follow=True
    )
    assert "Đã thêm 2 tệp." in words(response)
    assert set(Attachment.objects.values_list("title", "uploaded_by")) == {
        ("Một", user.pk),
        ("Hai", user.pk),
    }


def test_of_several_files_the_good_ones_are_kept_and_for_each_other_it_is_said_why() -> None:
    response = client_of(*LIBRARY).post(
        reverse(ADD), {"uploads": [sent("Một.pdf"), sent("x.pdf", b"MZ"), sent("rỗng.pdf", b"")]}
    )
    errors = response.context["form"].errors["uploads"]
    assert errors[0].startswith("x.pdf: Tệp này không phải loại tệp nhận được.")
    assert errors[1] == "rỗng.pdf: Tệp này rỗng."
    assert Attachment.objects.get().title == "Một"


def test_no_file_is_refused_beside_the_field() -> None:
    response = client_of(*LIBRARY).post(reverse(ADD), {})
    assert response.context["form"].errors["uploads"] == ["Hãy chọn ít nhất một tệp."]


def test_when_the_disk_is_full_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise OSError("disk is full")

    monkeypatch.setattr(default_storage, "save", fail)
    client = client_of(*LIBRARY)
    response = client.post(reverse(ADD), {"uploads": [sent()]})
    assert attachment_library.NOT_WRITTEN in response.context["form"].errors["uploads"][0]
    assert client.post(reverse(UPLOAD), {"file": sent()}).status_code == 503
    assert not Attachment.objects.exists()


def test_one_file_is_taken_by_a_small_request() -> None:
    user = make_user(*LIBRARY)
    answer = logged_in(user).post(reverse(UPLOAD), {"file": sent("Lịch & giờ.pdf")})
    stored = Attachment.objects.get()
    assert answer.json() == {
        "attachment": {
            "id": stored.pk,
            "title": "Lịch & giờ",
            "words": "PDF, 1 KB",
            "url": stored.view_url,
            "edit": reverse(CHANGE, args=[stored.pk]),
        }
    }
    assert stored.uploaded_by == user


@pytest.mark.parametrize(
    ("who", "data", "status", "said"),
    [
        ("nobody", True, 403, "Phiên làm việc đã hết hạn"),
        ("reader", True, 403, "Phiên làm việc đã hết hạn"),
        ("looker", True, 403, "Bạn không có quyền tải tệp lên."),
        ("uploader", False, 400, "Hãy chọn một tệp."),
        ("uploader", b"MZ", 400, "Cổng nhận PDF"),
    ],
)
def test_a_small_request_that_is_refused_says_why(
    who: str, data: bool | bytes, status: int, said: str
) -> None:
    client = {
        "nobody": Client,
        "reader": lambda: client_of(*LIBRARY, is_staff=False),
        "looker": lambda: client_of("news.view_attachment"),
        "uploader": lambda: client_of(*LIBRARY),
    }[who]()
    body = {"file": sent(content=data if isinstance(data, bytes) else None)} if data else {}
    answer = client.post(reverse(UPLOAD), body)
    assert answer.status_code == status
    assert said in answer.json()["error"]["message"]
    assert not Attachment.objects.exists()


def test_a_small_request_needs_the_token_of_the_form() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(*LIBRARY))
    assert client.post(reverse(UPLOAD), {"file": sent()}).status_code == 403
    assert not Attachment.objects.exists()


def test_files_are_found_by_a_small_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachment_library, "FOUND", 2)
    stored = [make_attachment(title=f"Lịch số {n}") for n in range(3)]
    make_attachment(title="Khác")
    client = client_of("news.view_attachment")

    answer = client.get(reverse(FIND), {"q": "lich so"}).json()
    assert [one["id"] for one in answer["attachments"]] == [stored[2].pk, stored[1].pk]
    assert answer["more"]
    assert {one["edit"] for one in answer["attachments"]} == {""}
    assert client.get(reverse(FIND), {"q": "lich 2"}).json()["more"] is False


@pytest.mark.parametrize("permissions", [(), ("news.add_attachment", "news.change_attachment")])
def test_the_library_is_searched_only_with_the_right(permissions: tuple[str, ...]) -> None:
    make_attachment()
    for client in (
        client_of(*permissions),
        client_of("news.view_attachment", is_staff=False),
        Client(),
    ):
        answer = client.get(reverse(FIND))
        assert answer.status_code == 403
        assert "attachments" not in answer.json()
