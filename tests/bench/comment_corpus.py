"""Comments of any number, the same at every run: five hundred made as the site makes them, then copied in bulk."""

import datetime as dt
import random
from collections.abc import Callable

from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils import timezone

from comments.models import Action, Comment, Decision
from news.models import Article
from tests.bench import corpus

# The few, so that each list that is measured fills its page: what waits has the highest numbers, as in life, and the
# first MARKED are about one story, hold one rare word, and are not copied.
MARKED, WAITING, DECIDED = 60, 200, 240
FIRST_WAITING = 10_000_000
RARE, COMMON = "quýhiếm", "bạn đọc"
KINDS = ["approved"] * 20 + ["refused"] * 6 + ["spam"] * 2 + ["hidden"] * 2
PER_SOURCE = 20
COPIED_AT_ONCE = 200


def fill_few() -> None:
    """500 comments of every kind, made as the site makes them."""
    dice = random.Random(2026)
    sentences = corpus._sentences()
    articles = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    now = timezone.now()
    made = []
    decided = MARKED + DECIDED
    for number in range(decided + WAITING):
        waiting, marked = number >= decided, number < MARKED
        pk = FIRST_WAITING + number - decided if waiting else number + 1
        status = "pending" if waiting else KINDS[number % len(KINDS)]
        moment = now - dt.timedelta(minutes=3 * (decided + WAITING - number))
        made.append(
            Comment(
                pk=pk,
                article_id=articles[0 if marked else number % len(articles)],
                name=f"Bạn đọc {pk}",
                email="a@example.vn",
                text=". ".join([*dice.choices(sentences, k=3), *([RARE] if marked else [])]),
                status=status,
                reason="insult" if status in {"refused", "hidden"} else "",
                created_at=moment,
                decided_at=None if waiting else moment,
                signals=[["capitals", ""]] if number % 3 == 0 else [],
                suspected=waiting and number % 2 == 0,
                reports=1 + number % 3 if number % len(KINDS) < 6 and not waiting else 0,
                source=f"source-{pk // PER_SOURCE}",
                digest=f"digest-{pk}",
                words_digest=f"words-{pk}",
                consent_version="1",
            )
        )
    with transaction.atomic():
        Comment.objects.bulk_create(made)
        Comment.keep_words(made)
        Decision.objects.bulk_create(
            Decision(
                pk=comment.pk,
                comment=comment,
                action=Action.APPROVE,
                at=comment.created_at,
                before="pending",
                after=comment.status,
                revision=2,
            )
            for comment in made[:decided]
        )


def copy_many(
    first: int, size: int, times: int, start: int, *, stories: int, before: int = 0
) -> None:
    """Copy `size` comments from the key `first` on, `times` over, with keys from `start` on, each a bit older.

    They are spread over so many stories, whose keys follow each other. `before` is how many times they were copied before.
    """
    if times <= 0:
        return
    key = f"({start} + n.k * {size} + t.id - {first})"
    earlier = (
        "strftime('%Y-%m-%d %H:%M:%f', t.{0}, '-' || (n.k * 7) || ' minutes')"
        if connection.vendor == "sqlite"
        else "(t.{0} - n.k * interval '7 minutes')"
    )
    changed = {
        "id": key,
        "article_id": f"(SELECT min(id) FROM news_article) + {key} % {stories}",  # noqa: S608
        "name": f"'Bạn đọc ' || {key}",
        "created_at": earlier.format("created_at"),
        "decided_at": earlier.format("decided_at"),
        "source": f"'source-' || ({key} / {PER_SOURCE})",
        "digest": f"'digest-' || {key}",
        "words_digest": f"'words-' || {key}",
    }
    numbers = (
        f"WITH RECURSIVE n(k) AS (SELECT {before} UNION ALL SELECT k + 1 FROM n"  # noqa: S608
        f" WHERE k < {before + times - 1})"
    )
    between = f"t.{{}} BETWEEN {first} AND {first + size - 1}"
    with transaction.atomic(), connection.cursor() as cursor:

        def copy(table: str, changed: dict[str, str], columns: list[str], number: str) -> None:
            values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(
                f"INSERT INTO {table} ({names}) {numbers} SELECT {values} FROM n, {table} t"  # noqa: S608
                f" WHERE {between.format(number)}"
            )

        copy("comments_comment", changed, [f.column for f in Comment._meta.local_fields], "id")
        at = {"id": key, "comment_id": key, "at": earlier.format("at")}
        copy("comments_decision", at, [f.column for f in Decision._meta.local_fields], "id")
        number = key.replace("t.id", "t.rowid")
        words = "comments_comment_words"
        if connection.vendor == "sqlite":
            copied = {"rowid": number, "text": f"t.text || ' ' || {number}"}
            copy(words, copied, ["rowid", "text"], "rowid")
        else:
            vector = f"t.{words} || to_tsvector('simple', ({number})::text)"
            copy(words, {"rowid": number, words: vector}, ["rowid", words], "rowid")


def fill(comments: int, stories: int, say: Callable[[str], None]) -> None:
    """About so many comments on the stories that are there: WAITING of them wait, all others are decided."""
    fill_few()
    copies = (comments - MARKED - WAITING) // DECIDED - 1
    for done in range(0, copies, COPIED_AT_ONCE):
        times = min(COPIED_AT_ONCE, copies - done)
        copy_many(MARKED + 1, DECIDED, times, MARKED + DECIDED + 1, stories=stories, before=done)
        say(f"{MARKED + WAITING + (1 + done + times) * DECIDED}/{comments}")
    with connection.cursor() as cursor:
        # They were stored with keys of our own: the next one must not get one of these.
        for statement in connection.ops.sequence_reset_sql(no_style(), [Comment, Decision]):
            cursor.execute(statement)
