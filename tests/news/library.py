"""The photo library at the desk as its tests use it: its rights, its addresses, what is sent to it."""

from typing import Any

from django.test import Client
from django.urls import reverse

from news.models import Photo
from tests.desk import logged_in
from tests.factories import make_user, upload

AUTHOR = ("news.view_photo", "news.add_photo", "news.change_photo", "news.delete_photo")
EDITOR = (*AUTHOR, "news.edit_any_photo")
LIBRARY = "admin:news_photo_changelist"
ADD = "admin:news_photo_add"
JSON = {"Accept": "application/json"}


def editor() -> Client:
    return logged_in(make_user(*EDITOR))


def address(name: str, photo: Photo) -> str:
    return reverse(f"admin:news_photo_{name}", args=[photo.pk])


def send(client: Client, content: bytes | None = None, **extra: Any) -> Any:
    data = {"upload": upload(content), "credit": "Ảnh: Tâm"}
    return client.post(reverse("photo_add"), data, **extra)


def words(**fields: Any) -> dict[str, Any]:
    return {"alt": "", "caption": "", "credit": "", **fields}
