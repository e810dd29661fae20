"""Who may look at photos, mend, upload and delete them; everybody else is refused everywhere."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from news.models import Photo
from tests.desk import logged_in
from tests.factories import make_photo, make_user, upload
from tests.news.library import ADD, AUTHOR, JSON, LIBRARY, address, send, words

pytestmark = pytest.mark.django_db


def test_an_author_mends_and_deletes_own_uploads() -> None:
    author = make_user(*AUTHOR)
    client = logged_in(author)
    send(client)
    photo = Photo.objects.get()

    client.post(address("change", photo), words(alt="Của tôi"))
    photo.refresh_from_db()
    assert photo.alt == "Của tôi"
    client.post(address("delete", photo), {"post": "yes"})
    assert not Photo.objects.exists()


def test_an_author_may_look_at_the_photo_of_somebody_else_and_nothing_more() -> None:
    photo = make_photo()
    client = logged_in(make_user(*AUTHOR))

    page = client.get(address("change", photo))

    assert page.status_code == 200
    assert b"focal-mark" not in page.content
    assert client.post(address("change", photo), words(alt="x")).status_code == 403
    assert client.post(address("change", photo), words(alt="x"), headers=JSON).status_code == 403
    assert client.post(address("delete", photo), {"post": "yes"}).status_code == 403
    assert Photo.objects.get().alt == "Một tấm ảnh"
    assert "data-photo-words" not in client.get(reverse(LIBRARY)).content.decode()


ADDRESSES = {
    "library": ("get", lambda photo: reverse(LIBRARY)),
    "form to add": ("get", lambda photo: reverse(ADD)),
    "adding": ("post", lambda photo: reverse(ADD)),
    "photo": ("get", lambda photo: address("change", photo)),
    "changing": ("post", lambda photo: address("change", photo)),
    "form to delete": ("get", lambda photo: address("delete", photo)),
    "deleting": ("post", lambda photo: address("delete", photo)),
    "history": ("get", lambda photo: address("history", photo)),
    "small window": ("get", lambda photo: reverse("ckeditor_browse")),
    "uploading in the small window": ("post", lambda photo: reverse("ckeditor_browse")),
    "uploading from the editor": ("post", lambda photo: reverse("ckeditor_upload")),
    "uploading from the library": ("post", lambda photo: reverse("photo_add")),
}


def change_of_any_kind() -> dict[str, Any]:
    """What each of the addresses would take, in one."""
    return {
        "pictures": upload(),
        "upload": upload(),
        "file": upload(),
        "post": "yes",
        "alt": "Đổi rồi",
    }


@pytest.mark.parametrize("case", ADDRESSES)
@pytest.mark.parametrize("rights", [(), ("news.view_article", "news.change_article")])
def test_staff_without_rights_to_photos_are_refused_everywhere(
    case: str, rights: tuple[str, ...]
) -> None:
    photo = make_photo()
    method, where = ADDRESSES[case]

    client = logged_in(make_user(*rights))
    sent = change_of_any_kind()
    response = client.get(where(photo)) if method == "get" else client.post(where(photo), sent)

    assert response.status_code == 403
    assert [(kept.pk, kept.alt) for kept in Photo.objects.all()] == [(photo.pk, "Một tấm ảnh")]


@pytest.mark.parametrize(
    "case", [name for name, (method, _) in ADDRESSES.items() if method == "post"]
)
def test_who_may_only_look_changes_nothing_anywhere(case: str) -> None:
    photo = make_photo()

    client = logged_in(make_user("news.view_photo"))
    response = client.post(ADDRESSES[case][1](photo), change_of_any_kind())

    assert response.status_code == 403
    assert [(kept.pk, kept.alt) for kept in Photo.objects.all()] == [(photo.pk, "Một tấm ảnh")]


@pytest.mark.parametrize("case", ADDRESSES)
def test_who_is_not_logged_in_is_sent_to_the_door_or_refused(case: str) -> None:
    method, where = ADDRESSES[case]

    response = getattr(Client(), method)(where(make_photo()), {"post": "yes", "alt": "Đổi rồi"})

    assert response.status_code in {302, 403}
    assert Photo.objects.get().alt == "Một tấm ảnh"
