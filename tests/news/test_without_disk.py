"""Pictures and files in a storage that is no folder: nothing asks it for a path."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from news import leftovers, links
from news.models import ArticleAttachment, AttachmentText, Photo
from news.models.photo import make_waiting_avif
from tests.factories import make_article, make_attachment, make_photo


@pytest.fixture(autouse=True)
def nowhere(settings: Any) -> None:
    in_memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"default": in_memory}


@pytest.mark.django_db(transaction=True)
def test_pictures_cards_files_and_leftovers_need_no_folder(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    photo, loose, file = make_photo(), make_photo(), make_attachment()
    story, bare = make_article(cover=photo, body=f'<p><img src="{photo.url}"></p>'), make_article()
    ArticleAttachment.put_below(story, [file.pk])
    assert make_waiting_avif(2) == 2
    assert photo.make_missing_files() == 0
    assert default_storage.exists(f"cards/{bare.pk % 256:02x}/{bare.pk}-{bare.card}.png")
    AttachmentText.objects.all().delete()
    assert AttachmentText.take_missing(1) == 1
    assert not links.troubles([photo.url])
    assert links.troubles([photo.url.replace(".", "-9.")])

    client = Client()
    assert client.get(file.get_absolute_url()).getvalue().startswith(b"%PDF")
    saved = client.get(f"{story.get_absolute_url()}ban-luu.html")
    assert b"data:image/" in saved.content
    assert client.get("/rss.xml").status_code == 200

    Photo.objects.filter(pk=loose.pk).delete()
    monkeypatch.setattr(leftovers, "KEPT", timedelta(0))
    assert leftovers.remove() > 3
    assert not default_storage.exists(f"photos/{loose.key.hex[:2]}/{loose.key.hex}.jpg")
    assert default_storage.exists(f"photos/{photo.key.hex[:2]}/{photo.key.hex}.jpg")
    # Whoever took a path would have looked here.
    assert not Path(settings.MEDIA_ROOT).exists()
