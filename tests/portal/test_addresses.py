"""What single addresses answer: wrong ones, withdrawn stories, numbers of pages, odd searches, feeds, robots, health."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_article, make_section, make_user

pytestmark = pytest.mark.django_db


def test_a_wrong_slug_or_section_leads_to_the_right_address(client: Client) -> None:
    article = make_article(section=make_section(name="Đúng mục"), title="Đúng tên")
    for wrong in (
        f"/dung-muc/sai-{article.pk}/",
        f"/muc-khac/dung-ten-{article.pk}/",
        f"/a/b-c-{article.pk}/",
    ):
        answer = client.get(wrong)
        assert (answer.status_code, answer.headers["Location"]) == (301, article.get_absolute_url())


def test_a_withdrawn_article_is_gone_and_its_page_says_what_and_when(client: Client) -> None:
    article = make_article(title="Tin sai")
    article.withdraw(by=make_user("news.withdraw_article"), reason="Sai số liệu")
    answer = client.get(article.get_absolute_url())
    assert answer.status_code == 410
    words = answer.content.decode()
    assert "Tin sai" in words
    assert "Sai số liệu" in words
    assert timezone.localdate().strftime("%d/%m/%Y") in words


@pytest.mark.parametrize("number", ["3", "99999"])
def test_a_page_that_does_not_exist_is_not_found(client: Client, number: str) -> None:
    section = make_section()
    for _ in range(21):
        make_article(section=section)
    assert client.get(section.get_absolute_url(), {"trang": number}).status_code == 404


@pytest.mark.parametrize("number", ["0", "abc", "-1", "1e3", "01", "9" * 30, "²", ""])
def test_what_is_no_page_number_leads_to_the_first_page(client: Client, number: str) -> None:
    section = make_section()
    answer = client.get(section.get_absolute_url(), {"trang": number})
    assert (answer.status_code, answer.headers["Location"]) == (302, section.get_absolute_url())


@pytest.mark.parametrize("number", ["0", "abc", "²"])
def test_a_wrong_page_number_of_search_is_not_found(client: Client, number: str) -> None:
    assert client.get("/tim-kiem/", {"q": "tin", "trang": number}).status_code == 404


@pytest.mark.parametrize(
    "words", ["", "\x00", "%", "_", "'; DROP TABLE", "a" * 10_000, "🙂", '"', "\\", "* OR *"]
)
def test_no_search_input_is_an_error(client: Client, words: str) -> None:
    make_article()
    assert client.get("/tim-kiem/", {"q": words}).status_code == 200


@pytest.mark.parametrize("words", ["dai bieu", "ĐẠI BIỂU", "đại biểu", "bieu dai"])
def test_search_finds_with_and_without_diacritics(client: Client, words: str) -> None:
    make_article(title="Gặp gỡ", body="<p>Các đại biểu đã</p><p>đến dự</p>")
    assert "Gặp gỡ" in client.get("/tim-kiem/", {"q": words}).content.decode()


def test_search_takes_a_percent_sign_as_what_it_is(client: Client) -> None:
    make_article(title="Không có dấu ấy")
    page = client.get("/tim-kiem/", {"q": "%%"}).content.decode()
    assert "Hãy gõ ít nhất một từ cần tìm." in page
    assert "Không có dấu ấy" not in page


def test_feed_and_sitemap_hold_the_article_under_the_site_s_own_address(
    client: Client, settings: Any
) -> None:
    settings.SITE_URL = "https://portal.example"
    article = make_article(title="Trong nguồn tin")
    link = f"https://portal.example{article.get_absolute_url()}"
    for address in (
        "/rss.xml",
        reverse("news:section_feed", args=[article.section.slug]),
        f"/sitemap-articles-{timezone.localtime(article.published_at):%Y-%m}.xml",
    ):
        words = client.get(address).content.decode()
        assert link in words, address
        assert "127.0.0.1" not in words, address
        assert "testserver" not in words, address


def test_robots_names_the_sitemap_and_shuts_the_desk(client: Client) -> None:
    words = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in words
    assert "Disallow: /quan-tri/" in words


def test_health_addresses_answer(client: Client) -> None:
    assert client.get("/song/").content == b"ok\n"
    assert client.get("/san-sang/").content == b"ok\n"
