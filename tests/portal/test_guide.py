"""The staff guide at the desk. Who may read it: tests/portal/test_rights.py."""

import re
from urllib.parse import unquote

import pytest
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
