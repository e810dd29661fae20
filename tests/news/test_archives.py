"""Lists of what was published: each page from its story on, nothing twice, nothing left out, nothing unfinished."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news import most_read
from news.models import Article, DailyViewCount, MostRead, Tag, Thread
from news.templatetags import news as template_tags
from news.text import VIETNAM, local
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db

MANY = 1500


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


# --- by day ----------------------------------------------------------------------------------------


def at(*moment: int) -> dt.datetime:
    return dt.datetime(*moment, tzinfo=VIETNAM)  # type: ignore[arg-type,misc]


def test_a_day_begins_at_midnight_in_vietnam(client: Client) -> None:
    for moment in (
        at(2019, 5, 30, 23, 59),
        at(2019, 5, 31),
        at(2019, 5, 31, 23, 59),
        at(2019, 6, 1),
    ):
        make_article(title=f"{moment:%d/%m %H:%M}", published_at=moment)
    assert titles(client, "/tin-theo-ngay/2019/05/31/") == ["31/05 23:59", "31/05 00:00"]
    assert titles(client, "/tin-theo-ngay/2019/05/30/") == ["30/05 23:59"]
    assert len(titles(client, "/tin-theo-ngay/2019/05/")) == 3


def test_the_calendar_counts_what_is_public_and_links_no_empty_day(client: Client) -> None:
    for moment in (at(2019, 5, 31, 9), at(2019, 5, 31, 10), at(2019, 5, 6), at(2018, 12, 31, 23)):
        make_article(published_at=moment)
    make_article(
        published_at=at(2019, 5, 7), status=Article.Status.WITHDRAWN, withdrawn_at=timezone.now()
    )
    make_article(published_at=at(2019, 5, 8), expires_at=at(2019, 5, 9))
    month = client.get("/tin-theo-ngay/2019/05/").content.decode()
    days = re.findall(r'<td><a href="([^"]*)">', month)
    assert days == ["/tin-theo-ngay/2019/05/06/", "/tin-theo-ngay/2019/05/31/"]
    # Monday 6 May stands first in its week, and there are five weeks.
    assert re.search(r'<tr>\s*<td><a href="/tin-theo-ngay/2019/05/06/"', month)
    assert month.count("<tr>") == 1 + 5
    year = client.get("/tin-theo-ngay/2019/").content.decode()
    assert re.findall(r'href="/tin-theo-ngay/2019/(\d\d)/">Tháng 5', year) == ["05"]
    assert "3 tin" in year
    root = client.get("/tin-theo-ngay/").content.decode()
    assert "Tin tháng 05/2019" in root
    assert re.findall(r'<li><a href="(/tin-theo-ngay/\d+/)"', root) == [
        "/tin-theo-ngay/2019/",
        "/tin-theo-ngay/2018/",
    ]


def test_a_period_leads_to_the_nearest_that_have_stories(client: Client) -> None:
    for moment in (at(2017, 2, 1), at(2019, 5, 6), at(2019, 5, 31), at(2021, 1, 1)):
        make_article(published_at=moment)
    for address, before, behind in (
        ("/tin-theo-ngay/2019/05/31/", "2019/05/06/", "2021/01/01/"),
        ("/tin-theo-ngay/2019/05/20/", "2019/05/06/", "2019/05/31/"),
        ("/tin-theo-ngay/2019/05/", "2017/02/", "2021/01/"),
        ("/tin-theo-ngay/2019/", "2017/", "2021/"),
    ):
        assert link(client, address, "prev") == f"/tin-theo-ngay/{before}", address
        assert link(client, address, "next") == f"/tin-theo-ngay/{behind}", address
    assert link(client, "/tin-theo-ngay/", "prev") == "/tin-theo-ngay/2019/05/"
    assert link(client, "/tin-theo-ngay/2017/02/01/", "prev") is None
    assert link(client, "/tin-theo-ngay/2021/", "next") is None


def test_what_no_calendar_has_and_what_is_not_over_the_site_is_not_found(client: Client) -> None:
    make_article(published_at=at(2019, 5, 31))
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    for path in (
        *(
            "2019/13/",
            "2019/00/",
            "2019/02/29/",
            "2019/05/00/",
            "2019/05/32/",
            "2019/5/",
            "2019/05/1/",
        ),
        *("0000/", "0001/", "9999/", "9999/12/31/", "1899/", "2018/", "2019/04/", "2019/05/30/"),
        *("20191/", "x/", "-2019/", f"{tomorrow:%Y/%m/%d}/", f"{tomorrow.year + 1}/"),
    ):
        assert client.get(f"/tin-theo-ngay/{path}").status_code == 404, path
    # Nothing was published then, but the site was there.
    assert "Không có tin nào" in client.get("/tin-theo-ngay/2019/06/01/").content.decode()


def test_a_section_has_its_years(client: Client) -> None:
    section = make_section(name="Hoạt động")
    child = make_section(name="Mục con", parent=section)
    make_article(section=section, published_at=at(2019, 5, 31), title="Cũ")
    make_article(section=child, published_at=at(2021, 1, 1), title="Mới")
    make_article(section=make_section(name="Khác"), published_at=at(2020, 1, 1))
    words = client.get("/hoat-dong/").content.decode()
    assert re.findall(r'href="/hoat-dong/nam/(\d+)/"', words) == ["2021", "2019"]
    assert titles(client, "/hoat-dong/nam/2019/") == ["Cũ"]
    assert titles(client, "/hoat-dong/nam/2021/") == ["Mới"]
    for path in (
        "hoat-dong/nam/2020/",
        "hoat-dong/nam/9999/",
        "hoat-dong/nam/0001/",
        "x/nam/2019/",
    ):
        assert client.get(f"/{path}").status_code == 404, path


# --- the most read ---------------------------------------------------------------------------------


def test_the_most_read_of_each_span_are_whole_days_and_public_now(client: Client) -> None:
    today = timezone.localdate()
    views = {
        "Hôm nay": [(0, 500)],
        "Hôm qua": [(1, 10)],
        "Tuần trước": [(1, 1), (7, 8), (8, 90)],
        "Tháng trước": [(31, 300)],
        "Đã rút": [(1, 1000)],
    }
    for title, days in views.items():
        article = make_article(title=title)
        for ago, number in days:
            DailyViewCount.objects.create(
                article=article, day=today - dt.timedelta(days=ago), views=number
            )
    assert "Chưa có số liệu" in client.get("/doc-nhieu/").content.decode()
    most_read.keep()
    most_read.keep()
    assert MostRead.objects.filter(span="tuan").count() == 3
    Article.objects.filter(title="Đã rút").update(
        status=Article.Status.WITHDRAWN, withdrawn_at=timezone.now()
    )

    def places(address: str) -> list[tuple[str, str]]:
        words = client.get(address).content.decode()
        return re.findall(r"<li><div><a [^>]*>(.*?)</a><p class=\"quiet\">([\d.]+) lượt", words)

    assert places("/doc-nhieu/") == [("Hôm qua", "10"), ("Tuần trước", "9")]
    assert places("/doc-nhieu/thang/") == [("Tuần trước", "99"), ("Hôm qua", "10")]
    assert places("/doc-nhieu/nam/")[0] == ("Tháng trước", "300")
    assert client.get("/doc-nhieu/ngay/").status_code == 404


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite counts its steps for us")
def test_a_place_of_years_ago_costs_what_one_of_today_costs(client: Client) -> None:
    section = make_section(name="Hoạt động")
    long_ago, now = dt.datetime(2015, 5, 15, 5, tzinfo=dt.UTC), timezone.now()
    begins = [
        *(long_ago + dt.timedelta(minutes=n) for n in range(50)),
        *(now - dt.timedelta(days=300, minutes=n) for n in range(MANY)),
        *(now - dt.timedelta(minutes=n) for n in range(50)),
    ]
    stories = Article.objects.bulk_create(
        Article(
            title="Tin",
            slug="tin",
            section=section,
            status=Article.Status.PUBLISHED,
            stage=Article.Stage.CLEAN,
            published_at=begin,
        )
        for begin in begins
    )

    def addresses(story: Article) -> list[str]:
        day = local(story.published_at)  # type: ignore[arg-type]
        return [
            story.get_absolute_url(),
            f"/hoat-dong/?truoc={story.pk}",
            reverse("news:month", args=[day.year, day.month]),
            reverse("news:day", args=[day.year, day.month, day.day]),
            reverse("news:section_year", args=["hoat-dong", day.year]),
            f"/sitemap-articles-{day:%Y-%m}.xml",
            f"/api/articles/?limit=5&after={story.pk}",
        ]

    def steps(address: str) -> int:
        taken = 0

        def one_more() -> int:
            nonlocal taken
            taken += 1
            return 0

        assert client.get(address).status_code == 200, address
        connection.connection.set_progress_handler(one_more, 1)
        client.get(address)
        connection.connection.set_progress_handler(None, 1)
        return taken

    for old, new in zip(addresses(stories[25]), addresses(stories[-25]), strict=True):
        # Less than one step for each story between them.
        assert steps(old) < steps(new) + MANY, old


def test_a_row_is_made_once_for_all_lists_and_anew_when_its_story_changes(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = make_article(title="Họp dân phố", published_at=at(2025, 3, 1))
    lists = [story.section.get_absolute_url()]
    lists += [reverse("news:section_year", args=[story.section.slug, 2025])]
    made: list[str] = []
    row = template_tags._row

    def noted(story: Article, *, names_section: bool) -> str:
        made.append(story.title)
        return row(story, names_section=names_section)

    monkeypatch.setattr(template_tags, "_row", noted)
    for title in ("Họp dân phố", "Họp tổ dân phố"):
        story.title = title
        story.save()
        for address in lists:
            assert f">{title}</a></h2>" in client.get(address).content.decode()
    assert made == ["Họp dân phố", "Họp tổ dân phố"]
