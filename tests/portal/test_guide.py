"""The staff guide at the desk. Who may read it: tests/portal/test_rights.py."""

import re
from urllib.parse import unquote

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from portal.guide import PICTURES
from tests.desk import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return client_of()


def shown(client: Client) -> str:
    return client.get(reverse("admin:guide")).content.decode()


def test_every_page_of_the_desk_leads_to_the_guide(client: Client) -> None:
    page = client.get(reverse("admin:account_security")).content.decode()

    assert f'href="{reverse("admin:guide")}">Hướng dẫn' in page
    assert shown(client).count("<h1") == 1


def test_each_link_into_the_guide_leads_to_a_heading(client: Client) -> None:
    page = shown(client).partition('class="guide"')[2]
    wanted = {unquote(name) for name in re.findall(r'href="#([^"]+)"', page)}
    headings = set(re.findall(r'<h\d id="([^"]+)"', page))

    assert wanted <= headings
    assert len(wanted) > 15


def test_the_contents_on_top_name_every_chapter_in_its_order(client: Client) -> None:
    contents, _, chapters = shown(client).partition('class="guide"')[2].partition("<h2")
    named = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', contents)
    found = re.findall(r'id="([^"]+)">([^<]+)</h2>', f"<h2{chapters}")

    # The first paragraph leads to the questions at the end already.
    assert [(unquote(name), title) for name, title in named[1:]] == found


def test_the_guide_names_each_key_of_the_queue(client: Client) -> None:
    keys = set(re.findall(r"<kbd>(.)</kbd>", render_to_string("admin/comments/comment/_keys.html")))
    chapter = shown(client).partition("20. Duyệt ý kiến bạn đọc</h2>")[2]

    assert keys
    assert keys == {key for key in keys if f"<strong>{key}</strong>" in chapter}


def test_each_picture_of_the_guide_is_there_and_is_shown_with_its_size(client: Client) -> None:
    pictures = re.findall(r'<img src="([^"]+)" alt="[^"]+" width="\d+" height="\d+"', shown(client))

    assert {reverse("admin:guide_picture", args=[path.stem]) for path in PICTURES.iterdir()} == set(
        pictures
    )
    for address in pictures:
        answer = client.get(address)
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG")
    assert client.get(reverse("admin:guide_picture", args=["khong-co"])).status_code == 404
