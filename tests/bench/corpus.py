"""A portal of any size, the same at every run: stories made of the demo's sentences, written in bulk."""

import datetime as dt
import itertools
import random
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.utils import timezone

from news import text
from news.models import (
    Article,
    Attachment,
    Photo,
    SearchEntry,
    Section,
    StaffProfile,
    Tag,
    Thread,
    ViewCount,
)
from portal.roles import AUTHOR, EDITOR, ensure_roles

SENTENCES = Path(__file__).parents[2] / "portal" / "demo"
BATCH = 1000
# Of characters in a body: some five hundred words.
BODY = 3000
TOPICS, PICTURES, FILES, WRITERS, SECTIONS = 10_000, 20_000, 10_000, 30, 12


@contextmanager
def words_indexed_in_the_end() -> Iterator[None]:
    """In the block PostgreSQL's indexes of words are away; made at once in the end they take a fraction of the time."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE schemaname = current_schema() AND indexdef LIKE '%% USING gin %%'"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("RESET maintenance_work_mem")


def fill(stories: int, say: Callable[[str], None], *, body: int = BODY, files: int = FILES) -> None:
    """Fill an empty database. Nine stories of ten are public; every hundredth is somebody's unfinished work."""
    dice = random.Random(2026)
    groups = ensure_roles()
    writers = _writers(groups)
    sections = [
        Section.objects.create(name=f"Chuyên mục {number}", order=number)
        for number in range(SECTIONS)
    ]
    StaffProfile.objects.create(user=User.objects.get(username="chuyenmuc")).sections.set(
        sections[:2]
    )
    syllables = sorted(set(re.findall(r"[^\W\d_]+", " ".join(_sentences()).lower())))
    tags, threads = _topics(dice, syllables)
    pictures = _pictures(dice, syllables)
    _files(dice, syllables, files)
    bodies = _bodies(dice, body)
    begin = timezone.now() - dt.timedelta(minutes=stories * 50)
    for first in range(0, stories, BATCH):
        with transaction.atomic():
            batch = []
            for number in range(first, min(first + BATCH, stories)):
                title = " ".join(dice.choices(syllables, k=dice.randint(6, 14))).capitalize()
                batch.append(
                    Article(
                        title=f"{title} {number}",
                        slug=text.slug(title)[:200] or "tin",
                        section=dice.choice(sections),
                        lead=f"{title}.",
                        body=next(bodies),
                        cover=dice.choice(pictures),
                        thread=dice.choice(threads) if dice.random() < 0.1 else None,
                        created_by=dice.choice(writers),
                        **_state(dice, number, begin + dt.timedelta(minutes=number * 50)),
                    )
                )
            Article.objects.bulk_create(batch)
            ViewCount.objects.bulk_create(
                ViewCount(article=article, total=dice.randrange(20_000)) for article in batch
            )
            Article.tags.through.objects.bulk_create(
                Article.tags.through(article=article, tag=tag)
                for article in batch
                for tag in dice.sample(tags, 2)
            )
            SearchEntry.keep(batch)
        say(f"{first + len(batch)}/{stories}")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _state(dice: random.Random, number: int, moment: dt.datetime) -> dict[str, object]:
    """Published at its moment, or one of the rarer states."""
    published = {
        "status": Article.Status.PUBLISHED,
        "stage": Article.Stage.CLEAN,
        "published_at": moment,
        "created_at": moment,
        "version": 1,
    }
    chance = dice.random()
    if chance < 0.01:
        stage = dice.choice(
            [Article.Stage.WRITING, Article.Stage.SUBMITTED, Article.Stage.RETURNED]
        )
        return {"stage": stage, "created_at": moment, "version": 1}
    if chance < 0.03:
        return published | {"status": Article.Status.WITHDRAWN, "withdrawn_at": moment}
    if chance < 0.04:
        return published | {"expires_at": moment + dt.timedelta(days=30)}
    if chance < 0.041:
        return published | {"published_at": timezone.now() + dt.timedelta(hours=number % 900 + 1)}
    if chance < 0.043:
        return published | {"featured_from": moment}
    return published


def _writers(groups: dict[str, Group]) -> list[User]:
    """One of each kind to measure as, and those in whose name the stories are."""
    named = {"bientap": EDITOR, "chuyenmuc": EDITOR, "tacgia": AUTHOR}
    users = [
        User(username=name, is_staff=True)
        for name in [*named, *(f"tacgia{number}" for number in range(WRITERS))]
    ]
    User.objects.bulk_create(users)
    for user in User.objects.all():
        user.groups.add(groups[named.get(user.username, AUTHOR)])
    # The limited editor and the author have a handful of stories each, the others a few thousand.
    return users[3:] * 30 + users[1:3]


def _topics(dice: random.Random, syllables: list[str]) -> tuple[list[Tag], list[Thread]]:
    def names(number: int) -> Iterator[tuple[str, str]]:
        for n in range(number):
            name = " ".join(dice.choices(syllables, k=3))
            yield name, f"{text.slug(name)[:80]}-{n}"

    tags = [Tag(name=n, folded=text.fold(n), slug=s) for n, s in names(TOPICS)]
    threads = [Thread(name=n, folded=text.fold(n), slug=s) for n, s in names(TOPICS // 100)]
    return Tag.objects.bulk_create(tags), Thread.objects.bulk_create(threads)


def _pictures(dice: random.Random, syllables: list[str]) -> list[Photo]:
    """Rows without files: no picture is looked at."""
    pictures = Photo.objects.bulk_create(
        Photo(
            key=uuid.UUID(int=dice.getrandbits(128)),
            extension="jpg",
            alt=" ".join(dice.choices(syllables, k=8)),
            caption=f"{' '.join(dice.choices(syllables, k=12))} {number}",
            width=1600,
            height=1000,
            sha256=f"{number:064x}",
        )
        for number in range(PICTURES)
    )
    Photo.keep_words(pictures)
    return pictures


def _files(dice: random.Random, syllables: list[str], number_of_files: int) -> None:
    """Rows without files, as the pictures."""
    Attachment.keep_words(
        Attachment.objects.bulk_create(
            Attachment(
                key=uuid.UUID(int=dice.getrandbits(128)),
                title=f"{' '.join(dice.choices(syllables, k=10)).capitalize()} {number}",
                file_name=f"tep-{number}.pdf",
                kind=Attachment.Kind.PDF,
                size=100_000,
                sha256=f"{number:064x}",
            )
            for number in range(number_of_files)
        )
    )


def _sentences() -> list[str]:
    """What the demo's stories say, sentence by sentence."""
    source = (SENTENCES / "conference-2019-05-31.txt").read_text()
    source += " ".join(re.findall(r'"([^"]{40,})"', (SENTENCES / "articles.py").read_text()))
    return [part.strip() for part in re.split(r"[.\n<>]+", source) if len(part.strip()) > 30]


def _bodies(dice: random.Random, length: int) -> Iterator[str]:
    """Bodies of about so many characters. Some sentences are in most of them, most are in few."""
    sentences = _sentences()
    for number in itertools.count():
        words: list[str] = []
        room = length
        while room > 0:
            words.append(sentences[int(len(sentences) * dice.random() ** 2)])
            room -= len(words[-1])
        yield f"<p>{'.</p><p>'.join(words)}. Số {dice.randrange(1_000_000)}/{number % 12 + 1}.</p>"
