"""Sitemaps: what search engines are told to look at, valid, bounded, and right about what changed when."""

import dataclasses
import datetime as dt
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news import sitemaps
from news.models import Article
from news.periods import Period
from news.text import VIETNAM
from portal.models import TextPage
from tests.asking import ask
from tests.factories import make_article, make_photo, make_section, make_user

pytestmark = pytest.mark.django_db

SCHEMAS = Path(__file__).parent.parent / "schemas"
HERE = "http://127.0.0.1:8000"


def schema_of(name: str) -> Any:
    """A schema, with those of what may stand inside it."""
    folder = SCHEMAS.as_posix()
    others = {
        f"http://www.google.com/schemas/sitemap-{kind}": f"{folder}/sitemap-{file}.xsd"
        for kind, file in (("image/1.1", "image"), ("news/0.9", "news"))
    }
    return xmlschema.XMLSchema10(f"{folder}/{name}.xsd", locations=others, allow="local")


def listed(text: str, name: str = "loc") -> list[str]:
    return re.findall(rf"<{name}>(.*?)</{name}>", text)


def on(year: int, month: int, day: int = 15, hour: int = 12) -> dt.datetime:
    return dt.datetime(year, month, day, hour, tzinfo=VIETNAM)


def test_the_index_and_all_its_parts_are_valid_and_hold_every_public_page(client: Client) -> None:
    section = make_section(name="Chợ & bến")
    photo = make_photo()
    body = f'<figure class="image"><img src="{photo.url}" alt="a"></figure>'
    stories = [
        make_article(title="Tin <mới> & lạ", section=section, body=body),
        make_article(section=section, cover=make_photo(), published_at=on(2019, 5)),
    ]
    page = TextPage.objects.create(title="Giới thiệu")
    index = client.get("/sitemap.xml").content.decode()
    schema_of("siteindex").validate(index)
    parts = listed(index)
    assert len(set(parts)) == len(parts) == 5
    everything = ""
    of_urls = schema_of("sitemap")
    for part in parts:
        answer = client.get(part.removeprefix(HERE))
        assert answer.status_code == 200, part
        of_urls.validate(answer.content.decode())
        everything += answer.content.decode()
    shown: Any
    for shown in (*stories, section, page):
        assert f"<loc>{HERE}{shown.get_absolute_url()}</loc>" in everything
    assert f"<loc>{HERE}/</loc>" in everything
    assert f"<image:loc>{HERE}{photo.url}</image:loc>" in everything
    assert stories[1].cover is not None
    assert f"<image:loc>{HERE}{stories[1].cover.url}</image:loc>" in everything


def test_a_story_is_in_its_month_of_the_vietnamese_calendar(client: Client) -> None:
    # In Greenwich it is still April.
    story = make_article(published_at=on(2019, 5, 1, 3))
    index = client.get("/sitemap.xml").content.decode()
    assert f"{HERE}/sitemap-articles-2019-05.xml" in listed(index)
    assert "2019-04" not in index
    month = client.get("/sitemap-articles-2019-05.xml").content.decode()
    assert f"{HERE}{story.get_absolute_url()}" in listed(month)
    for empty in ("2019-04", "2019-13", "0000-01", "x", "2019-5"):
        assert client.get(f"/sitemap-articles-{empty}.xml").status_code == 404, empty


def test_lastmod_is_what_readers_saw_and_a_section_s_is_its_newest_story(client: Client) -> None:
    parent = make_section(name="Cha")
    make_article(section=make_section(name="Con", parent=parent), published_at=on(2020, 2, 3))
    make_section(name="Trống")
    old = make_article(section=make_section(), published_at=on(2019, 5))
    Article.objects.filter(pk=old.pk).update(revised_at=on(2021, 6, 7), updated_at=on(2022, 1))
    assert listed(client.get("/sitemap-articles-2019-05.xml").content.decode(), "lastmod") == [
        "2021-06-07T12:00:00+07:00"
    ]
    sections = client.get("/sitemap-sections.xml").content.decode()
    found = dict(re.findall(r"<loc>[^<]*?/([a-z]+)/</loc>(?:<lastmod>(.*?)</lastmod>)?", sections))
    assert found["cha"] == found["con"] == "2020-02-03T12:00:00+07:00"
    assert found["trong"] == ""


def test_a_picture_of_a_working_copy_is_in_no_sitemap(client: Client) -> None:
    story, secret = make_article(published_at=on(2019, 5)), make_photo()
    body = f'<p><img src="{secret.url}" alt="a"></p>'
    story.write(dataclasses.replace(story.newest, body=body), by=make_user(superuser=True))
    assert secret.key.hex not in client.get("/sitemap-articles-2019-05.xml").content.decode()


def test_the_news_sitemap_holds_the_last_two_days_and_is_named_only_then(client: Client) -> None:
    new = make_article(title='Tin "mới" & nóng')
    make_article(title="Tin cũ", published_at=timezone.now() - dt.timedelta(days=2, minutes=1))
    words = client.get("/sitemap-news.xml").content.decode()
    schema_of("sitemap").validate(words)
    assert listed(words) == [f"{HERE}{new.get_absolute_url()}"]
    assert f"{HERE}/sitemap-news.xml" in client.get("/sitemap.xml").content.decode()
    Article.objects.filter(pk=new.pk).update(published_at=timezone.now() - dt.timedelta(days=3))
    assert client.get("/sitemap-news.xml").status_code == 200
    assert "sitemap-news" not in client.get("/sitemap.xml").content.decode()


def test_the_index_costs_a_look_for_each_year_however_much_was_published(client: Client) -> None:
    make_article(published_at=on(2019, 5))
    with CaptureQueriesContext(connection) as few:
        client.get("/sitemap.xml")
    make_article(published_at=on(1990, 1))
    for month in (5, 5, 7):
        make_article(published_at=on(2019, month))
    make_article(published_at=timezone.now() + dt.timedelta(days=40))
    with CaptureQueriesContext(connection) as many:
        client.get("/sitemap.xml")
    assert len(many) == len(few) + 1
    assert sitemaps.months() == [Period(2019, 7), Period(2019, 5), Period(1990, 1)]


def test_a_sitemap_that_has_not_changed_is_not_sent_again() -> None:
    make_article(published_at=on(2019, 5))
    for address in ("/sitemap.xml", "/sitemap-articles-2019-05.xml", "/sitemap-news.xml"):
        first = ask(address)
        again = ask(address, HTTP_IF_NONE_MATCH=first.headers["ETag"])
        assert again.status == 304, address


def test_nobody_has_a_sitemap_made_anew_by_a_parameter_nor_one_of_no_month(client: Client) -> None:
    month = f"/sitemap-articles-{timezone.localtime(make_article().published_at):%Y-%m}.xml"
    for address in ("/sitemap.xml", month, "/sitemap-documents.xml"):
        assert client.get(f"{address}?x=1").headers["Location"] == address
    for nothing in ("9999-12", "0001-01", "2026-13"):
        assert client.get(f"/sitemap-articles-{nothing}.xml").status_code == 404


def test_browsers_are_told_how_the_site_is_searched(client: Client) -> None:
    words = client.get("/opensearch.xml")
    root = ET.fromstring(words.content)  # noqa: S314 - our own
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    # What the specification demands, and how long it may be.
    assert 0 < len(root.findtext(f"{space}ShortName", "")) <= 16
    assert 0 < len(root.findtext(f"{space}Description", "")) <= 1024
    addresses = {url.get("type"): url.get("template") for url in root.findall(f"{space}Url")}
    assert addresses["text/html"] == f"{HERE}/tim-kiem/?q={{searchTerms}}"
    assert 'href="/opensearch.xml"' in client.get("/").content.decode()
