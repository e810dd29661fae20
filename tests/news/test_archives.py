"""Lists of what was published: each page from its story on, nothing twice, nothing left out, nothing unfinished."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from news.models import Article, Tag, Thread
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db


def titles(client: Client, address: str) -> list[str]:
    words = client.get(address).content.decode()
    return re.findall(r'class="row-title"><a [^>]*>(.*?)</a>', words)


def link(client: Client, address: str, rel: str) -> str | None:
    found = re.search(
        rf'<a class="button-quiet" rel="{rel}" href="([^"]*)"', client.get(address).content.decode()
    )
    return found[1].replace("&amp;", "&") if found else None


def walk(client: Client, address: str, rel: str) -> list[str]:
    """The addresses from this one on, by the links that readers have."""
    addresses = [address]
    while further := link(client, addresses[-1], rel):
        addresses.append(further)
    return addresses


def test_every_list_shows_each_story_once_forwards_and_the_same_pages_backwards(
    client: Client,
) -> None:
    section = make_section(name="Hoạt động")
    child = make_section(name="Mục con", parent=section)
    thread = Thread.objects.create(name="Mùa mưa")
    tags = Tag.named(["Đô thị"])
    same_moment = timezone.now() - dt.timedelta(days=3)
    expected = []
    for number in range(45):
        article = make_article(
            section=(section, child)[number % 2],
            thread=thread,
            byline=("Minh Tâm", "MINH TÂM")[number % 2],
            # A third of them at one moment, in the middle of the list.
            published_at=same_moment + dt.timedelta(hours=number if not 15 < number < 30 else 15),
        )
        article.tags.set(tags)
        expected.append((article.published_at, article.pk, article.title))
    newest_first = [title for *_, title in sorted(expected, reverse=True)]
    for address in (
        "/hoat-dong/",
        "/the/do-thi/",
        "/tac-gia/minh-tam/",
        "/dong-su-kien/mua-mua/",
        "/dong-su-kien/mua-mua/?thu-tu=cu-nhat",
    ):
        pages = walk(client, address, "next")
        shown = [title for page in pages for title in titles(client, page)]
        assert shown == newest_first[:: -1 if "thu-tu" in address else 1], address
        assert len(pages) == 3, address
        assert walk(client, pages[-1], "prev") == pages[::-1], address


def test_an_address_of_a_page_shows_the_same_stories_after_others_were_published(
    client: Client,
) -> None:
    section = make_section()
    for _ in range(25):
        make_article(section=section)
    second = link(client, section.get_absolute_url(), "next")
    assert second
    before = titles(client, second)
    make_article(section=section)
    assert titles(client, second) == before
    # The story it begins after may be gone.
    Article.objects.filter(pk=second.rpartition("=")[2]).update(
        status=Article.Status.WITHDRAWN, withdrawn_at=timezone.now()
    )
    assert titles(client, second) == before


def test_what_names_no_place_is_not_found(client: Client) -> None:
    section = make_section()
    last = make_article(section=section)
    draft = make_article(section=section, status=Article.Status.DRAFT)
    future = make_article(section=section, published_at=timezone.now() + dt.timedelta(days=1))
    address = section.get_absolute_url()
    for number in (draft.pk, future.pk, 99999, 9999999999, last.pk):
        assert client.get(address, {"truoc": number}).status_code == 404, number
    for nonsense in ("0", "-1", "abc", "²", "9" * 30, ""):
        assert client.get(address, {"truoc": nonsense}).status_code == 302, nonsense


def test_an_address_with_a_page_number_leads_to_where_that_page_begins_now(client: Client) -> None:
    section = make_section()
    for _ in range(45):
        make_article(section=section)
    address = section.get_absolute_url()
    pages = walk(client, address, "next")
    for number, page in enumerate(pages, start=1):
        assert client.get(address, {"trang": number}).headers["Location"] == page


def test_a_page_further_back_is_not_for_search_engines_and_says_what_it_is(client: Client) -> None:
    section = make_section(name="Hoạt động")
    for _ in range(21):
        make_article(section=section)
    second = link(client, "/hoat-dong/", "next") or ""
    words = client.get(second).content.decode()
    assert '<meta name="robots" content="noindex, follow">' in words
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{second}">' in words
    assert re.search(r"<title>Hoạt động – tin trước \d\d:\d\d ", words)
    assert "noindex" not in client.get("/hoat-dong/").content.decode()


def test_a_tag_an_event_and_a_name_have_a_page_only_when_something_of_theirs_is_public(
    client: Client,
) -> None:
    thread = Thread.objects.create(name="Mùa mưa")
    draft = make_article(status=Article.Status.DRAFT, thread=thread, byline="Minh Tâm")
    draft.tags.set(Tag.named(["Đô thị"]))
    for address in ("/the/do-thi/", "/dong-su-kien/mua-mua/", "/tac-gia/minh-tam/", "/the/x/"):
        assert client.get(address).status_code == 404, address
    assert "Đô thị" not in client.get("/the/").content.decode()
    assert "Mùa mưa" not in client.get("/dong-su-kien/").content.decode()
    draft.status, draft.published_at = Article.Status.PUBLISHED, timezone.now()
    draft.stage = Article.Stage.CLEAN
    draft.save()
    for address in ("/the/do-thi/", "/dong-su-kien/mua-mua/", "/tac-gia/minh-tam/"):
        assert titles(client, address) == [draft.title], address
    assert "Đô thị" in client.get("/the/").content.decode()
    assert "Mùa mưa" in client.get("/dong-su-kien/").content.decode()


def test_the_index_of_tags_goes_on_where_a_page_ends(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("news.archive_views.TOPICS", 2)
    article = make_article()
    article.tags.set(Tag.named(["Ánh sáng", "Bàn", "Đô thị", "Ăn", "Chợ"]))
    found = []
    for page in walk(client, "/the/", "next"):
        words = client.get(page).content.decode()
        found += re.findall(r'<a href="/the/[^"/]+/">(.*?)</a>', words)
    assert found == ["Ăn", "Ánh sáng", "Bàn", "Chợ", "Đô thị"]
    assert client.get("/the/", {"sau": "99999"}).status_code == 404
