"""Which views may read from the replica, and which question goes to it. That it works: tests/deploy/test_scale.py."""

from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest
from django.test import RequestFactory
from django.urls import resolve

from news import freshness
from news.models import Section
from portal import replica

PUBLIC = [
    "/",
    "/robots.txt",
    "/rss.xml",
    "/tin-tuc/rss.xml",
    "/sitemap.xml",
    "/sitemap-news.xml",
    "/tim-kiem/",
    "/tim-kiem/rss.xml",
    "/tim-kiem/goi-y/",
    "/tin-tuc/",
    "/tin-tuc/mot-tin-1/",
    "/tin-tuc/mot-tin-1/ban-in/",
    "/tin-theo-ngay/2026/",
    "/van-ban/",
    "/trang/quyen-rieng-tu/",
    "/api/",
    "/api/articles/",
    "/binh-luan/1/y-kien.json",
]
OTHERS = [
    "/quan-tri/",
    "/quan-tri/login/",
    "/ban-nhap/x/",
    "/binh-luan/1/",
    "/binh-luan/1/ve/",
    "/binh-luan/cua-toi/x/",
    "/dem/1/",
    "/dem/1.gif",
    "/tep/1/x.pdf",
    "/song/",
    "/san-sang/",
]


def may_read(path: str, request: HttpRequest) -> bool:
    return replica.is_public(request, resolve(path).func)


def test_only_public_pages_may_be_read_from_the_replica_and_only_for_readers() -> None:
    asked = RequestFactory()
    for path in PUBLIC:
        assert may_read(path, asked.get(path)), path
        assert may_read(path, asked.head(path)), path
        assert not may_read(path, asked.post(path)), path
        assert not may_read(path, asked.get(path, headers={"Authorization": "Basic eDp5"})), path
        with_session = asked.get(path)
        with_session.COOKIES["sessionid"] = "x"
        assert not may_read(path, with_session), path
    for path in OTHERS:
        assert not may_read(path, asked.get(path)), path


@pytest.mark.django_db(transaction=True)
def test_the_router_sends_reads_to_the_replica_until_something_is_written() -> None:
    router = replica.Router()
    assert router.db_for_read(Section) == "default"
    token = replica._reads.set(True)
    try:
        assert router.db_for_read(Section) == "replica"
        with transaction.atomic():
            assert router.db_for_read(Section) == "default"
        assert router.db_for_read(Section) == "replica"
        assert router.db_for_write(Section) == "default"
        assert router.db_for_read(Section) == "default"
    finally:
        replica._reads.reset(token)


@pytest.mark.django_db
def test_what_is_made_from_a_copy_is_kept_under_the_number_of_the_copy(settings: Any) -> None:
    made: list[str] = []

    def make(what: str) -> str:
        made.append(what)
        return what

    freshness.bump()
    freshness.bump()
    settings.GENERATION_MEMO_SECONDS = 3600
    present = freshness.current()
    # Another process has raised the number meanwhile, and this copy shows the change already.
    with freshness.at(present + 1):
        assert freshness.made_once("x", lambda: make("newer")) == "newer"
    assert freshness.made_once("x", lambda: make("older")) == "older"
    with freshness.at(present + 1):
        assert freshness.made_once("x", lambda: make("newer again")) == "newer again"
