"""What feed readers get: valid RSS and Atom with whole words, absolute addresses, true sizes and dates."""

import dataclasses
import datetime as dt
import xml.etree.ElementTree as ET
from email.utils import parsedate_to_datetime

import feedparser
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.models import Article, Photo, Tag
from tests.asking import ask
from tests.factories import make_article, make_photo, make_section, make_user

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
HERE = "http://127.0.0.1:8000"


def make_rich_story() -> tuple[Article, Photo]:
    """With everything a reader of feeds may stumble over."""
    shown = make_photo(caption="Toàn cảnh", credit="Minh Tâm")
    story = make_article(
        title='Chợ <Gò> & "bến"',
        lead="Giá rau < 5.000 đồng & giảm.",
        byline="MINH TÂM",
        source="NGUỒN",
        body=f'<p>Xem <a href="/tim-kiem/?q=a&amp;b=1">tin cũ</a>, <a href="#cuoi">cuối tin</a>.</p>'
        f'<figure class="image"><img src="{shown.url}" alt="Ảnh &quot;chợ&quot;">'
        "<figcaption>Chợ sáng</figcaption></figure>",
        cover=make_photo(alt="Bìa"),
        published_at=dt.datetime(2026, 5, 31, 10, 9, tzinfo=dt.UTC),
    )
    story.tags.set(Tag.named(["Chợ & rau"]))
    return story, shown


def every_feed() -> list[str]:
    section = Article.objects.all()[0].section.get_absolute_url()
    places = ["/", section, "/the/cho-rau/", "/tim-kiem/"]
    return [
        f"{place}{name}{'?q=rau' if 'tim' in place else ''}"
        for place in places
        for name in ("rss.xml", "atom.xml")
    ]


def missing_of_rss(text: str) -> list[str]:
    """What the RSS 2.0 specification and the best practices of its board demand and this document lacks."""
    root = ET.fromstring(text)  # noqa: S314 - our own
    found = [] if (root.tag, root.get("version")) == ("rss", "2.0") else ["rss 2.0"]
    (channel,) = root
    found += [name for name in ("title", "link", "description") if not channel.findtext(name)]
    if channel.find(f"{ATOM}link[@rel='self']") is None:
        found.append("atom:link self")
    for item in channel.findall("item"):
        found += [n for n in ("title", "link", "description", "guid") if not item.findtext(n)]
        parsedate_to_datetime(item.findtext("pubDate", ""))
        guid = item.find("guid")
        if guid is not None and guid.get("isPermaLink") != "false":
            found.append("guid is no address")
        enclosures = item.findall("enclosure")
        if len(enclosures) > 1 or any(int(e.get("length", 0)) < 1 for e in enclosures):
            found.append("one enclosure with its length")
    return found


def missing_of_atom(text: str) -> list[str]:
    """What RFC 4287 demands of a feed (4.1.1) and an entry (4.1.2) and this document lacks."""
    root = ET.fromstring(text)  # noqa: S314 - our own
    found = [] if root.tag == f"{ATOM}feed" else ["atom:feed"]
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            if len(element.findall(f"{ATOM}{name}")) != 1 or not element.findtext(f"{ATOM}{name}"):
                found.append(f"{element.tag}: one {name}")
        moment = dt.datetime.fromisoformat(element.findtext(f"{ATOM}updated", ""))
        if moment.utcoffset() is None:
            found.append("a zone")
    if root.find(f"{ATOM}link[@rel='self']") is None:
        found.append("link self")
    for entry in entries:
        if not entry.findtext(f"{ATOM}author/{ATOM}name"):
            found.append("author")
        if len(entry.findall(f"{ATOM}link[@rel='alternate']")) != 1:
            found.append("one alternate link")
    return found


def test_every_feed_is_well_formed_and_holds_what_its_standard_demands(client: Client) -> None:
    make_rich_story()
    plain = make_article(title="Không ảnh về rau", lead="", byline="", body="<p>Thân bài.</p>")
    plain.tags.set(Tag.named(["Chợ & rau"]))
    for address in every_feed():
        answer = client.get(address)
        text = answer.content.decode()
        parsed = feedparser.parse(text.encode())
        assert not parsed.bozo, (address, parsed.get("bozo_exception"))
        assert len(parsed.entries) == 2, address
        is_rss = "rss" in address
        assert (missing_of_rss if is_rss else missing_of_atom)(text) == [], address
        kind = "application/rss+xml" if is_rss else "application/atom+xml"
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
        assert parsed.feed.links and any(
            link.rel == "self" and link.href == f"{HERE}{address}" for link in parsed.feed.links
        ), address


@pytest.mark.parametrize("address", ["/rss.xml", "/atom.xml"])
def test_an_entry_is_whole(client: Client, address: str) -> None:
    story, shown = make_rich_story()
    (entry,) = feedparser.parse(client.get(address).content).entries
    assert entry.title == 'Chợ <Gò> & "bến"'
    assert entry.summary == "(NGUỒN) – Giá rau &lt; 5.000 đồng &amp; giảm."
    assert entry.author == "MINH TÂM"
    assert entry.link == f"{HERE}{story.get_absolute_url()}"
    assert [tag.term for tag in entry.tags] == [story.section.name, "Chợ & rau"]
    (content,) = [c.value for c in entry.content]
    assert "(NGUỒN) – Giá rau &lt; 5.000 đồng" in content
    assert f'href="{HERE}/tim-kiem/?q=a&amp;b=1"' in content
    assert f'href="{HERE}{story.get_absolute_url()}#cuoi"' in content
    assert f'src="{HERE}{shown.rendition_url(960)}"' in content
    assert "Chợ sáng" in content
    assert "Minh Tâm" in content
    assert story.cover is not None
    assert f"{HERE}{story.cover.rendition_url(960)}" in content
    (enclosure,) = entry.enclosures
    name = enclosure.href.removeprefix(f"{HERE}/media/")
    assert int(enclosure.length) == default_storage.size(name) > 0
    assert enclosure.type == "image/jpeg"


def test_a_feed_writes_moments_on_the_vietnamese_clock(client: Client) -> None:
    make_rich_story()
    rss, atom = (client.get(feed).content.decode() for feed in ("/rss.xml", "/atom.xml"))
    assert "<pubDate>Sun, 31 May 2026 17:09:00 +0700</pubDate>" in rss
    assert "<published>2026-05-31T17:09:00+07:00</published>" in atom


def test_an_entry_says_when_readers_saw_a_change_not_when_the_desk_saved(client: Client) -> None:
    editor = make_user(superuser=True)
    story = make_article(published_at=timezone.now() - dt.timedelta(days=3), body="<p>Cũ</p>")
    before = client.get("/atom.xml").content
    story.write(dataclasses.replace(story.newest, body="<p>Mới</p>"), by=editor)
    assert client.get("/atom.xml").content == before
    story.publish(by=editor, alone=True)
    story.refresh_from_db()
    (entry,) = feedparser.parse(client.get("/atom.xml").content).entries
    assert entry.published != entry.updated
    assert dt.datetime.fromisoformat(entry.updated) == story.changed_at.replace(microsecond=0)


def test_a_guid_outlives_a_new_title_address_and_section(client: Client) -> None:
    story = make_article()
    before = feedparser.parse(client.get("/rss.xml").content).entries[0].id
    story.slug, story.title, story.section = "dia-chi-moi", "Tên mới", make_section()
    story.save()
    after = feedparser.parse(client.get("/rss.xml").content).entries[0]
    assert after.id == before
    assert "dia-chi-moi" in after.link


def test_a_picture_whose_file_is_lost_is_no_enclosure(client: Client) -> None:
    story, _ = make_rich_story()
    assert story.cover is not None
    story.cover.delete_files()
    assert not feedparser.parse(client.get("/rss.xml").content).entries[0].enclosures


def test_a_feed_costs_the_same_for_one_story_and_for_thirty(
    client: Client, long_running: None
) -> None:
    section = make_rich_story()[0].section
    address = f"{section.get_absolute_url()}atom.xml"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    photo = make_photo()
    for _ in range(5):
        more = make_article(cover=photo, body=f'<p><img src="{photo.url}" alt="a"></p>')
        more.tags.set(Tag.named(["Một", "Hai"]))
    client.get(address)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many) <= 7


def test_a_feed_that_has_not_changed_is_not_sent_again() -> None:
    make_article(title="Về rau")
    for address, query in (("/rss.xml", ""), ("/atom.xml", ""), ("/tim-kiem/rss.xml", "q=rau")):
        first = ask(address, query=query)
        again = ask(address, query=query, HTTP_IF_NONE_MATCH=first.headers["ETag"])
        assert (again.status, again.body) == (304, b""), address


def test_a_feed_without_a_story_is_a_feed_and_one_without_words_is_none(client: Client) -> None:
    assert not feedparser.parse(client.get("/atom.xml").content).bozo
    assert missing_of_atom(client.get("/tim-kiem/atom.xml?q=khong").content.decode()) == []
    make_article(status=Article.Status.DRAFT).tags.set(Tag.named(["Mật"]))
    for address in (
        "/the/mat/rss.xml",
        "/tim-kiem/rss.xml",
        "/tim-kiem/rss.xml?q=%00%20",
        "/khong-co/atom.xml",
    ):
        assert client.get(address).status_code == 404, address


def test_the_feed_of_a_search_keeps_to_its_filters(client: Client) -> None:
    make_article(title="Chợ rau")
    story = make_article(title="Chợ cá", section=make_section(name="Thủy sản"))
    asked = "?q=cho&muc=thuy-san"
    page = client.get(f"/tim-kiem/{asked}").content.decode()
    assert f'href="/tim-kiem/atom.xml{asked.replace("&", "&amp;")}"' in page

    feed = feedparser.parse(client.get(f"/tim-kiem/atom.xml{asked}").content)

    assert [entry.title for entry in feed.entries] == [story.title]
    assert client.get("/tim-kiem/atom.xml?q=cho&muc=khong-co").status_code == 404


def test_pages_name_their_feeds(client: Client) -> None:
    story = make_article()
    story.tags.set(Tag.named(["Chợ"]))
    section = story.section.get_absolute_url()
    places = [(place, place) for place in ("/", section, "/the/cho/")]
    for page, feed in (*places, ("/tim-kiem/?q=a+b", "/tim-kiem/")):
        words = client.get(page).content.decode()
        for name in ("rss.xml", "atom.xml"):
            assert f'href="{feed}{name}' in words, (page, name)


def test_word_s_soft_line_break_in_a_lead_does_not_end_the_feeds(client: Client) -> None:
    make_article(lead="Dòng một\x0bdòng hai\x01", title="Tin\x08 có dấu ngắt")
    assert "Dòng một dòng hai" in client.get("/rss.xml").content.decode()
