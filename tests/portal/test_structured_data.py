"""What pages say about themselves: schema.org with its required properties, and a picture for social networks."""

import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image, ImageFont

from news import cards, freshness
from news.leftovers import remove
from news.models import Article
from portal.models import SiteIdentity, draw_waiting_cards
from tests.desk import files
from tests.factories import (
    make_article,
    make_document,
    make_photo,
    make_section,
    make_user,
    picture_bytes,
)

pytestmark = pytest.mark.django_db

HERE = "http://127.0.0.1:8000"
HOSTILE = '</script><script>alert(1)</script> & "x" \u2028'


def make_identity(**fields: Any) -> SiteIdentity:
    fields = {"level": "Phường", "name": "An Bình", "address": "Số 1", "phone": "028"} | fields
    identity = SiteIdentity(**fields)
    identity.save()
    return SiteIdentity.current()


def told(client: Client, address: str) -> dict[str, Any]:
    """What the page says in its data blocks, by type; each is read as a program would."""
    words = client.get(address).content.decode()
    found = {}
    for block in re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', words, re.DOTALL
    ):
        data = json.loads(block)
        assert data["@context"] == "https://schema.org"
        for thing in data.get("@graph", [data]):
            found[thing["@type"]] = thing
    return found


def metas(client: Client, address: str) -> dict[str, str]:
    words = client.get(address).content.decode()
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', words))


def test_a_story_has_the_properties_that_search_engines_require(client: Client) -> None:
    make_identity(crest=make_photo())
    parent = make_section(name="Cha")
    story = make_article(
        section=make_section(name="Con", parent=parent),
        title=HOSTILE,
        byline="MINH TÂM",
        cover=make_photo(picture_bytes(1600, 1000)),
    )
    found = told(client, story.get_absolute_url())
    news = found["NewsArticle"]
    required = {"headline", "image", "datePublished", "dateModified", "author", "publisher"}
    assert required <= set(news)
    assert news["headline"] == story.title
    assert news["author"] == {"@type": "Person", "name": "MINH TÂM"}
    assert (news["image"][0]["width"], news["image"][0]["height"]) == (1200, 630)
    assert dt.datetime.fromisoformat(news["datePublished"]) == story.published_at
    assert {"name", "url", "logo"} <= set(news["publisher"])
    assert news["publisher"]["name"] == "Ủy ban nhân dân Phường An Bình"
    steps = found["BreadcrumbList"]["itemListElement"]
    assert [step["position"] for step in steps] == [1, 2, 3, 4]
    assert all({"@type", "name", "item"} <= set(step) for step in steps)
    assert [step["name"] for step in steps] == ["Trang chủ", "Cha", "Con", story.title]
    assert steps[-1]["item"] == f"{HERE}{story.get_absolute_url()}"


def test_the_home_page_says_who_publishes_and_how_to_search(client: Client) -> None:
    make_identity(parent="Thành phố", crest=make_photo())
    found = told(client, "/")
    office = found["GovernmentOrganization"]
    assert {"name", "url", "logo", "address", "telephone"} <= set(office)
    assert office["address"]["streetAddress"] == "Số 1"
    search = found["WebSite"]["potentialAction"]
    assert search["target"]["urlTemplate"] == f"{HERE}/tim-kiem/?q={{search_term_string}}"
    assert search["query-input"] == "required name=search_term_string"


def test_every_kind_of_page_has_what_social_networks_show(client: Client) -> None:
    identity = make_identity()
    identity.draw_card()
    plain = make_article(title="Tin không ảnh", section=make_section(name="Không ảnh"))
    pictured = make_article(
        section=make_section(name="Có ảnh"), cover=make_photo(picture_bytes(1600, 1000))
    )
    assert pictured.cover is not None
    expected = {
        "/": pictured.cover.social_url,
        pictured.get_absolute_url(): pictured.cover.social_url,
        pictured.section.get_absolute_url(): pictured.cover.social_url,
        plain.section.get_absolute_url(): cards.url(cards.SITE, identity.card or ""),
        plain.get_absolute_url(): cards.url(cards.SITE, identity.card or ""),
        make_document().get_absolute_url(): cards.url(cards.SITE, identity.card or ""),
    }
    for address, picture in expected.items():
        found = metas(client, address)
        assert found["og:image"] == f"{HERE}{picture}", address
        assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630"), address
        for name in ("og:title", "og:description", "og:url", "og:type", "og:site_name"):
            assert found[name], (address, name)
        assert found["twitter:card"] == "summary_large_image"
        assert default_storage.exists(picture.removeprefix("/media/")), picture
    plain.draw_card()
    card = metas(client, plain.get_absolute_url())
    assert card["og:image"] == f"{HERE}{cards.url(plain.pk, plain.card or '')}"
    assert card["og:image:alt"] == "Tin không ảnh"


# --- cards ----------------------------------------------------------------------------------------


def test_a_card_is_drawn_when_a_story_is_public_and_again_for_another_title_only(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        story = make_article(title="Một")
        draft = make_article(status=Article.Status.DRAFT)
        pictured = make_article(cover=make_photo())
    for each in (story, draft, pictured):
        each.refresh_from_db()
    first = story.card
    assert (draft.card, pictured.card) == (None, None)
    assert first
    assert default_storage.exists(cards.file_name(story.pk, first))
    with django_capture_on_commit_callbacks(execute=True):
        story.lead = "Dẫn khác"
        story.save()
    story.refresh_from_db()
    assert story.card == first
    with django_capture_on_commit_callbacks(execute=True):
        story.title = "Hai"
        story.save()
    story.refresh_from_db()
    assert story.card not in (None, "", first)


def test_another_name_of_the_office_is_on_every_card_by_and_by() -> None:
    identity = make_identity()
    story = make_article()
    assert draw_waiting_cards(limit=5) == 1
    assert draw_waiting_cards(limit=5) == 0
    identity = SiteIdentity.current()
    identity.phone = "029"
    identity.save()
    assert draw_waiting_cards(limit=5) == 0
    identity.name = "An Hội Tây"
    identity.save()
    story.refresh_from_db()
    assert story.card is None
    assert draw_waiting_cards(limit=5) == 1


def test_the_regular_work_empties_the_page_cache_once_for_all_that_it_drew() -> None:
    make_identity()
    stories = [make_article() for _ in range(3)]
    before = freshness.current()
    assert draw_waiting_cards(limit=5) == 3
    assert freshness.current() == before + 1
    assert all(Article.objects.get(pk=story.pk).card for story in stories)
    assert SiteIdentity.current().card
    assert draw_waiting_cards(limit=5) == 0
    assert freshness.current() == before + 1


def test_what_was_drawn_before_the_disk_was_full_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(2):
        make_article()
    save, names = default_storage.save, []

    def full(name: str, content: Any) -> str:
        names.append(name)
        if len(names) == 2:
            raise OSError(28, "No space left on device")
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", full)
    before = freshness.current()
    with pytest.raises(OSError, match="No space left"):
        draw_waiting_cards(limit=5)
    assert Article.objects.exclude(card=None).count() == 1
    assert freshness.current() == before + 1


def test_what_cannot_be_drawn_is_tried_once_and_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad, good = make_article(), make_article(title="Tốt")
    real = cards.draw
    monkeypatch.setattr(
        cards, "draw", lambda title, by: real(title, by) if title == "Tốt" else 1 / int("x")
    )
    assert draw_waiting_cards(limit=5) == 2
    assert draw_waiting_cards(limit=5) == 0
    for each in (bad, good):
        each.refresh_from_db()
    assert bad.card == ""
    assert good.card


def test_the_card_of_a_title_that_was_corrected_or_withdrawn_is_gone_at_once(
    django_capture_on_commit_callbacks: Any,
) -> None:
    by = make_user("news.withdraw_article")
    with django_capture_on_commit_callbacks(execute=True):
        story = make_article(title="Sai")
    wrong = cards.file_name(story.pk, story.card or "")
    with django_capture_on_commit_callbacks(execute=True):
        story.title = "Đúng"
        story.save()
    right = cards.file_name(story.pk, story.card or "")
    assert (default_storage.exists(wrong), default_storage.exists(right)) == (False, True)
    late = Article.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        story.withdraw(by=by, reason="Sai")
    late.draw_card()
    story.refresh_from_db()
    assert story.card is None
    assert not default_storage.exists(right)


def test_the_masthead_shows_the_crest_as_small_as_it_needs_it(client: Client) -> None:
    identity = make_identity(crest=make_photo(picture_bytes(1600, 1000)))
    assert identity.crest
    assert f'src="{identity.crest.url}"' in client.get("/tim-kiem/").content.decode()
    identity.draw_card()
    small = identity.small_crest_url
    assert f'class="identity-crest" src="{small}"' in client.get("/tim-kiem/").content.decode()
    with default_storage.open(small.removeprefix("/media/")) as file, Image.open(file) as drawn:
        assert drawn.size == (144, 90)
    assert default_storage.size(small.removeprefix("/media/")) < 10_000


def test_cards_of_before_are_leftovers(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = make_identity(crest=make_photo())
    identity.draw_card()
    story = make_article()
    story.draw_card()
    needed = files(settings)
    old = story.card or ""
    story.title = "Khác"
    story.save()
    story.draw_card()
    identity.draw_card()
    monkeypatch.setattr("news.leftovers.KEPT", dt.timedelta(seconds=-1))
    remove()
    left = files(settings)
    assert len(left) == len(needed)
    assert not default_storage.exists(cards.file_name(story.pk, old))


TITLES = [
    "Ngắn",
    "HỘI NGHỊ SƠ KẾT QUY CHẾ PHỐI HỢP GIỮA HỘI ĐỒNG NHÂN DÂN, ỦY BAN NHÂN DÂN, ỦY BAN MẶT TRẬN TỔ QUỐC "
    "VÀ CÁC TỔ CHỨC CHÍNH TRỊ - XÃ HỘI ĐỊA PHƯƠNG",
    "chữ " * 75,
    "ộ" * 300,
    "🙂🙂",
    "",
]


@pytest.mark.parametrize("title", TITLES)
def test_a_card_has_its_size_and_no_line_is_wider_than_it(title: str) -> None:
    identity = SiteIdentity(level="Phường", name="An Bình", crest=make_photo())
    with Image.open(io.BytesIO(cards.draw(title, identity))) as drawn:
        assert (drawn.size, drawn.format) == ((1200, 630), "PNG")
    size, lines = cards.fitting(cards.drawable(title))
    font: ImageFont.FreeTypeFont = cards.typeface(700, size)
    assert all(font.getlength(line) <= 1072 for line in lines)
    whole = " ".join(lines)
    assert (
        whole == " ".join(title.split()) or whole.endswith("…") or len(title) > 200 or "🙂" in title
    )
