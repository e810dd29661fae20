"""Queries that are put together once (news.prepared) lean on the inside of Django's ORM: they must give what it gives."""

import datetime as dt
import gc
from collections import Counter
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, router, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from comments.models import Answer, Comment
from news.models import Article, RelatedStory, Tag, Thread
from news.prepared import PreparedQuery, PreparedStatement
from tests.factories import make_article, make_comment, make_photo, make_section

# Outside transactions: in one nothing is prepared in the session.
pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite prepares by itself"
)


def shown(row: Any, came_with: Any = None) -> Any:
    """All that a row holds: what was fetched, what was not, what came with it, and from where."""
    if not isinstance(row, Model):
        return tuple(row)
    others = row._state.fields_cache.items()
    # A story's count of views knows its story again.
    beside = {
        name: shown(other, row) for name, other in others if other is None or other is not came_with
    }
    held = {name: value for name, value in vars(row).items() if name != "_state"}
    return type(row), held, beside, row._state.db, row._state.adding


def asked_plainly(prepared: PreparedQuery, *values: Any) -> list[Any]:
    built = prepared._build(*values)
    if isinstance(built, list):
        return sorted((place, *row) for place, rows in enumerate(built) for row in rows)
    return list(built)


def test_every_prepared_query_gives_what_its_queryset_gives(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: Counter[Any] = Counter()
    ask = PreparedQuery.__call__

    def compared(self: PreparedQuery, *values: Any) -> list[Any]:
        given = ask(self, *values)
        # In no order where several queries come together.
        mine = sorted(map(tuple, given)) if isinstance(self._build(*values), list) else given
        assert [*map(shown, mine)] == [*map(shown, asked_plainly(self, *values))]
        with transaction.atomic():
            within = ask(self, *values)
        assert sorted(map(str, map(shown, within))) == sorted(map(str, map(shown, given)))
        rows[written_at(self)] += len(given)
        return given

    monkeypatch.setattr(PreparedQuery, "__call__", compared)
    for address in full_pages():
        assert client.get(address).status_code == 200, address
    # The suite has put what was imported where the collector does not look.
    gc.unfreeze()
    everything = gc.get_objects()
    gc.freeze()
    unasked = {
        written_at(one)
        for one in everything
        # Not isinstance(): that would make whatever is lazy among all objects.
        if type(one) is PreparedQuery and not rows[written_at(one)]
    }
    assert not unasked


def test_a_status_stands_in_the_query_and_what_is_no_plain_word_is_handed_over_beside_it() -> None:
    """A status that is handed over makes SQLite plan the query anew each time it is asked."""
    odd = make_article(title="O'x %s", byline="50%")
    prepared = PreparedQuery(
        lambda pk: (
            Article.objects.published()
            .filter(pk__gte=pk, title="O'x %s", byline__contains="%")
            .extra(where=["title LIKE 'O%%'"])
        ),
        int,
    )
    assert prepared(0) == [odd]
    (kept,) = prepared._kept.values()
    assert "published" in kept.sql
    assert "published" not in kept.parameters
    assert "O'x %s" in kept.parameters


def tags_above() -> PreparedQuery:
    return PreparedQuery(lambda pk: Tag.objects.filter(pk__gt=pk), int)


def sql_of(prepared: PreparedQuery, value: int = 0) -> str:
    """What is said to the database for it; the one tag that there is must come back."""
    with CaptureQueriesContext(connection) as said:
        assert prepared(value) == list(Tag.objects.filter(pk__gt=value))
    return str(said[0]["sql"])


@on_postgresql
def test_a_session_prepares_a_query_once_and_plans_it_once() -> None:
    Tag.objects.create(name="Môi trường")
    ask = tags_above()
    assert sql_of(ask).startswith("SET plan_cache_mode")
    for value in range(8):
        assert sql_of(ask, value).startswith("EXECUTE")
    with connection.cursor() as cursor:
        cursor.execute("SELECT custom_plans, generic_plans FROM pg_prepared_statements")
        assert (0, 9) in cursor.fetchall()
    connection.close()
    assert sql_of(ask).startswith("SET plan_cache_mode")


@on_postgresql
def test_transactions_ask_plainly_and_one_that_fails_takes_nothing_along() -> None:
    tag = Tag.objects.create(name="Môi trường")
    ask = tags_above()
    with transaction.atomic():
        assert sql_of(ask).startswith("SELECT")
    sql_of(ask)
    with pytest.raises(IntegrityError), transaction.atomic():
        sql_of(ask)
        Tag.objects.create(pk=tag.pk, name="Đô thị")
    assert sql_of(ask).startswith("EXECUTE")


@on_postgresql
def test_what_a_session_refuses_is_asked_plainly_until_it_ends() -> None:
    Tag.objects.create(name="Môi trường")
    length = Tag._meta.get_field("name").max_length or 0

    def of_length(length: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE news_tag ALTER name TYPE varchar({length})")

    ask = tags_above()
    sql_of(ask)
    of_length(length + 1)
    try:
        # "cached plan must not change result type"
        assert sql_of(ask).startswith("EXECUTE")
        assert sql_of(ask).startswith("SELECT")
        connection.close()
        assert sql_of(ask).startswith("SET plan_cache_mode")
    finally:
        of_length(length)
    # As by a pooler of which nobody has told.
    connection.close()
    sql_of(ask)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    sql_of(ask)
    assert sql_of(ask).startswith("SELECT")


@on_postgresql
def test_a_replica_prepares_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    Tag.objects.create(name="Môi trường")
    ask = tags_above()
    sql_of(ask)
    replica = connection.copy("replica")
    connections["replica"] = replica
    try:
        monkeypatch.setattr(router, "db_for_read", lambda model, **hints: "replica")
        replica.force_debug_cursor = True
        # As portal.replica asks it.
        with transaction.atomic(using="replica"):
            assert [tag._state.db for tag in ask(0)] == ["replica"]
            assert [tag._state.db for tag in ask(0)] == ["replica"]
        said = [query["sql"].split()[0] for query in replica.queries if "tag" in query["sql"]]
        assert said[0] == "SET"
    finally:
        replica.close()
        del connections["replica"]
    monkeypatch.undo()
    assert sql_of(ask).startswith("EXECUTE")


@on_postgresql
def test_nothing_is_prepared_behind_a_pooler(settings: Any) -> None:
    settings.DATABASE_POOLED = True
    Tag.objects.create(name="Môi trường")
    ask = tags_above()
    assert sql_of(ask).startswith("SELECT")
    assert sql_of(ask).startswith("SELECT")


def test_a_statement_of_our_own_means_the_same_however_it_is_sent(settings: Any) -> None:
    statement = PreparedStatement("SELECT %(b)s || '%%' || %(a)s || %(b)s")

    def answer() -> str:
        with connection.cursor() as cursor:
            statement.execute(cursor, {"a": "'à", "b": "$1 %s"})
            return str(cursor.fetchone()[0])

    found = [answer(), answer()]
    connection.close()
    found.append(answer())
    with transaction.atomic():
        found.append(answer())
    settings.DATABASE_POOLED = True
    found.append(answer())
    assert found == ["$1 %s%'à$1 %s"] * 5


def test_one_name_is_one_statement_in_every_process() -> None:
    """An untold pooler hands what one process prepared to another: it may not find anything else under that name."""

    def name(sql: str) -> str:
        return PreparedStatement(sql)._statement._name

    asked = [
        "SELECT %(a)s || %(b)s",
        "SELECT %(a)s || %(a)s",
        "SELECT %(a)s",
        "SELECT 'a' || %(a)s",
    ]
    names = [name(sql) for sql in asked]
    assert len(set(names)) == len(asked)
    assert names == [name(sql) for sql in asked]


@on_postgresql
def test_a_row_that_may_not_be_there_is_no_reason_to_ask_plainly() -> None:
    one, other = (Tag.objects.create(name=name) for name in ("Môi trường", "Đô thị"))
    statement = PreparedStatement("UPDATE news_tag SET slug = %(slug)s WHERE id = %(pk)s")

    def said(slug: str, outcome: Any) -> str:
        with CaptureQueriesContext(connection) as queries, connection.cursor() as cursor, outcome:
            statement.execute(cursor, {"slug": slug, "pk": other.pk})
        return str(queries.captured_queries[0]["sql"])

    assert said(one.slug, pytest.raises(IntegrityError)).startswith("SET plan_cache_mode")
    assert said(one.slug, pytest.raises(IntegrityError)).startswith("EXECUTE")
    assert said("giao-thong", nullcontext()).startswith("EXECUTE")
    other.refresh_from_db()
    assert other.slug == "giao-thong"


def written_at(prepared: PreparedQuery) -> str:
    code = getattr(prepared._build, "func", prepared._build).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def full_pages() -> list[str]:
    """Pages on which each of them finds something."""
    now = timezone.now()
    parent = make_section()
    child = make_section(parent=parent)
    photos = [make_photo(), make_photo()]
    thread = Thread.objects.create(name="Đường vành đai")
    # Two of each moment: there the keys decide.
    stories = [
        make_article(
            section=(parent, child)[number % 3 == 0],
            published_at=now - dt.timedelta(days=2, hours=number // 2),
            cover=photos[0],
            thread=thread if number % 4 else None,
        )
        for number in range(14)
    ]
    make_article(section=child, published_at=now + dt.timedelta(days=1), thread=thread)
    withdrawn = make_article(
        section=child,
        status=Article.Status.WITHDRAWN,
        published_at=now - dt.timedelta(days=1),
        thread=thread,
    )
    shown_photos = "".join(f'<p>x</p><img src="{photo.url}" alt="">' for photo in photos)
    for story in stories[6], stories[7]:
        story.body = shown_photos
        story.save()
        story.tags.set(Tag.named(["Môi trường", "Đô thị"]))
        story.related.add(stories[1], stories[2])
        RelatedStory.objects.create(article=story, other=stories[3], score=0.25)
        RelatedStory.objects.create(article=story, other=stories[4], score=0.75)
    public = [
        make_comment(
            article=stories[number // 22 + 6],
            status=Comment.Status.APPROVED,
            created_at=now - dt.timedelta(minutes=number // 2),
        )
        for number in range(24)
    ]
    make_comment(article=stories[6])
    for comment in public[2], public[23]:
        Answer.objects.create(
            comment=comment, text="x", unit="y", state=Answer.State.PUBLISHED, published_at=now
        )
        make_comment(article=comment.article, parent=comment, status=Comment.Status.APPROVED)
    lists = [parent.get_absolute_url(), child.get_absolute_url()]
    return [
        reverse("home"),
        *lists,
        *(f"{lists[0]}?truoc={story.pk}" for story in (stories[3], stories[9], withdrawn)),
        *(
            f"{story.get_absolute_url()}{order}"
            for story in stories[6:8]
            for order in ("", "?thu-tu=cu-nhat")
        ),
    ]
