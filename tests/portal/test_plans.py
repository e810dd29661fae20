"""On a portal of 100,000 stories and as many comments no page of a reader reads a large table through, or counts it."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from comments import tickets
from comments.models import Comment
from news import counting, freshness, most_read
from news.models import (
    Article,
    Attachment,
    DailyViewCount,
    Photo,
    Redirect,
    Tag,
    Tagging,
    Thread,
)
from portal.wsgi import application
from tests.asking import ask
from tests.comments.sending import WORDS
from tests.many import copies, hours_before
from tests.portal.whole_site import make_site, public_addresses
from tests.tools.plans import counted, read_through

pytestmark = pytest.mark.django_db

# SQLite plans alike for any number of rows: nobody has it ANALYZE them.
STORIES = COMMENTS = 100_000 if connection.vendor == "postgresql" else 1000
# Of everything else that grows with the years.
OTHERS = STORIES // 5
# Rows; up to so many may be read to show one page.
MANY = 1000
# What stays small however old the portal is, and why.
SMALL = {
    # Its list counts and looks through what was chosen of it.
    "news_document": "thousands: an office issues some hundred a year",
    "news_generation": "one row",
    "news_section": "tens: the menu",
    "news_documentkind": "tens",
    "news_issuer": "tens",
    "news_missedaddress": "MAX_ROWS of news.models.missed",
    "news_mostread": "some hundred: the longest lists that are shown",
    "news_unit": "tens",
    "comments_policy": "one row",
    "comments_watchedword": "hundreds, typed by hand",
    "comments_blockedsource": "who was blocked by hand in the last 30 days",
    "portal_siteidentity": "one row",
    "portal_textpage": "tens",
    "portal_agencylink": "tens",
}


def large() -> list[str]:
    models = [
        m for app in ("news", "comments", "portal") for m in apps.get_app_config(app).get_models()
    ]
    return sorted({model._meta.db_table for model in models} - SMALL.keys())


def begin_empty() -> None:
    """So that PostgreSQL forgets the rows with the test's transaction and keeps no trace of them in the tables."""
    if connection.vendor == "postgresql":
        tables = ("news_article", "comments_comment", "news_tag", "news_photo", "news_attachment")
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def grow() -> None:
    """Many of all that is on the site already."""
    story = Article.objects.published().filter(thread__isnull=False, taggings__isnull=False)[0]
    first = Article.objects.order_by("-pk")[0].pk
    topic = {"name": "'t' || n", "slug": "'t-' || n", "folded": "'t' || n"}
    copies(Tag.objects.latest("pk"), OTHERS, **topic)
    copies(Thread.objects.latest("pk"), OTHERS, **topic)
    copies(
        story,
        STORIES,
        thread_id=f"t.thread_id + n % {OTHERS}",
        published_at=hours_before("t.published_at"),
        created_at=hours_before("t.created_at"),
        imported_as="NULL",
        body="''",
    )
    answered = Comment.objects.filter(article=story)[0]
    copies(answered, 50, created_at=hours_before("t.created_at"), digest="'e' || n")
    copies(
        answered,
        COMMENTS,
        article_id=f"{first} + n",
        created_at=hours_before("t.created_at"),
        digest="'d' || n",
        words_digest="'w' || n",
        source="'s' || n",
    )
    at = {"article_id": f"{first} + n", "tag_id": f"t.tag_id + n % {OTHERS}"}
    copies(Tagging.objects.all()[0], OTHERS, published_at=hours_before("t.published_at"), **at)
    copies(DailyViewCount.objects.all()[0], OTHERS, article_id=f"{first} + n")
    copies(Photo.objects.all()[0], OTHERS, key=_key(), sha256="'p' || n")
    copies(Attachment.objects.all()[0], OTHERS, key=_key(), sha256="'p' || n")
    copies(Redirect.objects.create(old="/cu/", target="/"), OTHERS, old="'/cu/' || n")


def _key() -> str:
    return (
        "replace(printf('%032x', n), '', '')"
        if connection.vendor == "sqlite"
        else "md5(n::text)::uuid"
    )


def questions() -> dict[str, tuple[str, str]]:
    """Path and query by what is asked for: two of each kind of page, and what further parameters lead to."""
    asked: dict[str, tuple[str, str]] = {}
    newest, middle = Article.objects.published().newest_first()[:5:4]
    for address in public_addresses():
        path, _, query = address.partition("?")
        kind = resolve(path).view_name
        for name in (kind, f"{kind}, another"):
            if name not in asked:
                asked[name] = path, query
                break
    for kind, (path, _) in list(asked.items()):
        if kind in {
            "news:section",
            "news:day",
            "news:month",
            "news:tag",
            "news:thread",
            "news:byline",
        }:
            asked[f"{kind}, older"] = path, f"truoc={middle.pk}"
            asked[f"{kind}, newer"] = path, f"sau={middle.pk}"
    search = reverse("news:search")
    story = newest.get_absolute_url()
    return asked | {
        "section, deep": (newest.section.get_absolute_url(), "truoc={deep}"),
        "comments, page 2": (story, "trang=2"),
        "comments, too far": (story, "trang=9999"),
        "comments, the oldest": (
            reverse("comments:page", args=[newest.pk]),
            "thu-tu=cu-nhat&trang=2",
        ),
        "search, filters": (
            search,
            urlencode({"q": "thân bài", "tu": "2020-01-01", "den": "2020-02-01"}),
        ),
        "search, nothing": (search, "q=khongcotunay"),
        "search, section": (search, f"muc={middle.section.slug}"),
        "suggestions": (reverse("news:suggestions"), "q=th"),
        "documents, words": (reverse("news:documents"), urlencode({"q": "quyết định"})),
        "documents, year": (reverse("news:documents"), "nam=2026"),
        "documents, page": (reverse("news:documents"), "trang=3"),
        "API, older": (reverse("api:articles"), f"after={middle.pk}&limit=50"),
        "API, section": (reverse("api:articles"), f"section={middle.section.slug}"),
        "API, documents": (reverse("api:documents"), "limit=50"),
        "nowhere": ("/khong-co-trang-nay/", ""),
        "a story that is gone": (f"/muc/ten-cu-{10**9}/", ""),
        "an old address": ("/cu/17/", ""),
    }


def asked_of_the_database(path: str, query: str, answers: set[int]) -> list[str]:
    application.memory.clear()
    freshness.forget()
    with CaptureQueriesContext(connection) as queries:
        answer = ask(path, query=query, HTTP_USER_AGENT="Mozilla/5.0")
    assert answer.status in answers, (path, query, answer.status)
    return [query["sql"] for query in queries.captured_queries]


def taken_and_counted(story: Article) -> Iterator[tuple[str, list[str]]]:
    """What a comment and a view ask."""
    data = {**WORDS, "ticket": tickets.new_ticket(story.pk)}
    client = Client(headers={"user-agent": "Mozilla/5.0"})
    with CaptureQueriesContext(connection) as queries:
        assert client.post(reverse("comments:write", args=[story.pk]), data).status_code == 200
    yield "a comment", [query["sql"] for query in queries.captured_queries]
    counting.count_view(story.pk)
    with CaptureQueriesContext(connection) as queries:
        counting.flush()
    yield "a view", [query["sql"] for query in queries.captured_queries]


def executed(statements: list[str]) -> list[str]:
    """What is carried out of statements that sessions of PostgreSQL prepare (news.prepared)."""
    return [one[one.index("EXECUTE ") :] for one in statements if "EXECUTE " in one]


def test_no_public_page_reads_a_large_table_through(monkeypatch: pytest.MonkeyPatch) -> None:
    begin_empty()
    make_site()
    most_read.keep()
    asked = questions()
    story = Article.objects.published().newest_first()[0]
    grow()
    deep = Article.objects.filter(section=story.section).newest_first()[STORIES // 2].pk
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")

    def all_asked() -> dict[str, list[str]]:
        return {
            name: asked_of_the_database(path, query.format(deep=deep), {200, 301, 302, 404, 410})
            for name, (path, query) in asked.items()
        } | dict(taken_and_counted(story))

    statements = all_asked()
    if connection.vendor == "postgresql":
        # Also with the one plan that a session keeps for all values, which it does outside transactions.
        monkeypatch.setattr(connection, "get_autocommit", lambda: True)
        with connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")
        again = {f"{name}, prepared": executed(those) for name, those in all_asked().items()}
        assert again["news:article, prepared"]
        # When the public pages change next, its limit with its history, and itself.
        assert len(again["a comment, prepared"]) == 3
        statements |= again
    for how in (read_through, counted):
        found = {name: how(set(asked), large(), many=MANY) for name, asked in statements.items()}
        assert not {name: tables for name, tables in found.items() if tables}, how
