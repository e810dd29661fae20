"""Somebody at the desk: a client that is signed in, what it sends, what it is told; and which files lie in the storage."""

import logging
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from news.models import Article, Section
from tests.factories import make_section, make_user

# Rights to stories.
EDITOR = (
    "news.view_article",
    "news.add_article",
    "news.change_article",
    "news.edit_any_article",
    "news.publish_article",
    "news.withdraw_article",
)
WRITER = ("news.view_article", "news.add_article", "news.change_article")


def refuse_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of times the page that says no and its line in the log would be the same; they have tests of their own."""
    monkeypatch.setattr(logging.getLogger("django"), "handlers", [logging.NullHandler()])
    for status in (400, 403, 404):
        answer = partial(HttpResponse, status=status)
        monkeypatch.setattr(
            f"portal.urls.handler{status}", lambda *_, answer=answer, **__: answer()
        )


def logged_in(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def client_of(*permissions: str, **fields: Any) -> Client:
    """The client of somebody new with these rights."""
    return logged_in(make_user(*permissions, **fields))


def form_data(article: Article | None = None, **changes: Any) -> dict[str, Any]:
    """What the browser would send for the article, with one button pressed."""
    data: dict[str, Any] = {
        "title": article.title if article else "Tin mới",
        "section": (article.section if article else Section.objects.first() or make_section()).pk,
        "lead": article.lead if article else "",
        "body": (article.body if article else "") or "<p>Nội dung.</p>",
        "byline": "",
        "source": "",
        "cover": "",
        "published_at_0": "",
        "published_at_1": "",
        "comments_open": "on",
        "slug": article.slug if article else "",
        "_draft": "Lưu nháp",
    }
    if article and article.published_at:
        there = timezone.localtime(article.published_at)
        data |= {"published_at_0": f"{there:%d/%m/%Y}", "published_at_1": f"{there:%H:%M:%S}"}
    if "_publish" in changes:
        del data["_draft"]
    return data | changes


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def files(settings: Any) -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
