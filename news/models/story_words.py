"""The words of stories as the databases look for them: as sets, one after the other, of titles; and which words there are."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, connections, models, router

from news.models.index import SEASON, in_season, neighbours, spaced
from news.models.words import MAX_INDEXED, Terms, Words, WordsField, fts5, tsquery
from news.query import Phrase

# More seasons in one question cost more than they save.
_MOST_SEASONS = 24
# Among so many times as many stories as are wanted PostgreSQL looks first.
_LOOKED_AT = 3


class StoryWords(Words, models.Model):
    """All words of a story, pairs of neighbours and marks, as a set in which the database looks."""

    entry = models.OneToOneField(
        "news.SearchEntry",
        on_delete=models.CASCADE,
        to_field="place",
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="words",
    )
    index = WordsField(db_column="news_story_words")

    class Meta:
        managed = False
        db_table = "news_story_words"

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def replace_stories(
        cls, rows: Iterable[tuple[int, list[list[str]], set[str]]], *, instead_of: set[int]
    ) -> None:
        """Each row is its place, the words of its parts and its marks. A phrase does not go from part to part."""
        rows, streams = list(rows), []
        gone = instead_of | {place for place, _, _ in rows}
        cls._base_manager.filter(pk__in=gone).delete()
        StoryStream.objects.filter(pk__in=gone).delete()
        with connection.cursor() as cursor:
            for place, parts, marks in rows:
                room, kept_parts, found = MAX_INDEXED, [], set(marks)
                for part in parts:
                    kept = " ".join(part).encode()[: max(room, 0)].decode(errors="ignore")
                    room -= len(kept) + 3
                    kept_parts.append(kept)
                    words = tuple(kept.split())
                    found.update(words, neighbours(words) if len(words) > 1 else ())
                streams.append(StoryStream(entry_id=place, words=f" {' . '.join(kept_parts)} "))
                if connection.vendor == "postgresql":
                    cursor.execute(
                        "INSERT INTO news_story_words (rowid, news_story_words)"
                        " VALUES (%s, array_to_tsvector(%s))",
                        [place, list(found)],
                    )
                else:
                    cursor.execute(
                        "INSERT INTO news_story_words (rowid, found) VALUES (%s, %s)",
                        [place, " ".join(found)],
                    )
        StoryStream.objects.bulk_create(streams)

    @staticmethod
    def newest(
        terms: Terms,
        phrases: Sequence[Sequence[Phrase]] = (),
        *,
        since: int = 0,
        before: int = 2**63 - 1,
        limit: int,
    ) -> list[int]:
        """The last so many places from `since` on and before `before` at which the terms hold, the newest first.

        Of `phrases` each must stand in the stream in one of its writings; the terms must have brought them down to
        where they may.

        SQLite walks its index from the newest on and stops. PostgreSQL is made to ask its GIN index, whose answer comes
        in no order, and to put all of it in order: walking the rows costs it a look into each, and where the newest
        thousands have not what is looked for, into all of them. So it looks among the newest first.
        """
        if connection.vendor == "postgresql":
            begin = StoryWords._place_before(before, since, _LOOKED_AT * limit)
            seasons = StoryWords._seasons([begin, before - 1]) if begin else ()
            if seasons:
                lately = terms._replace(either=(*terms.either, seasons))
                found = StoryWords._places(lately, phrases, begin, before, limit)
                if len(found) == limit:
                    return found
        return StoryWords._places(terms, phrases, since, before, limit)

    @staticmethod
    def among(places: Sequence[int], terms: Terms) -> set[int]:
        """Those of the places, which stand near each other, at which the terms hold; perhaps others between them."""
        if not places:
            return set()
        if connection.vendor == "postgresql" and (seasons := StoryWords._seasons(places)):
            terms = terms._replace(either=(*terms.either, seasons))
        return set(StoryWords._places(terms, (), min(places), max(places) + 1, 2 * len(places)))

    @staticmethod
    def _place_before(place: int, since: int, stories: int) -> int:
        """Where the story stands that is so many before the place; 0 if there are not so many from `since` on."""
        with connections[router.db_for_read(StoryWords)].cursor() as cursor:
            cursor.execute(
                "SELECT rowid FROM news_story_words WHERE rowid >= %s AND rowid < %s"
                " ORDER BY rowid DESC OFFSET %s LIMIT 1",
                [since, place, stories],
            )
            row = cursor.fetchone()
        return row[0] if row else 0

    @staticmethod
    def _seasons(places: Sequence[int]) -> tuple[str, ...]:
        """Of all seasons from the first to the last of the places; none if they are too many to help."""
        first, last = min(places), max(places)
        if last - first >= _MOST_SEASONS * SEASON:
            return ()
        return tuple(dict.fromkeys(in_season(p) for p in (*range(first, last, SEASON), last)))

    @staticmethod
    def _places(
        terms: Terms, phrases: Sequence[Sequence[Phrase]], since: int, before: int, limit: int
    ) -> list[int]:
        """newest(), by one statement."""
        here = [spaced(way) for ways in phrases for way in ways]
        postgresql = connection.vendor == "postgresql"
        # A look into one stream after the other, from the newest on and no further than needed.
        position = "strpos" if postgresql else "instr"
        hit = "hits.rowid" if postgresql else "news_story_words.rowid"
        one = f"{position}(words, %s) > 0"
        holds = " AND ".join(
            f"(SELECT {' OR '.join([one] * len(ways))} FROM news_storystream WHERE place = {hit})"  # noqa: S608
            for ways in phrases
        )
        if postgresql:
            # The terms as a query of their own: the planner does not see how common they are, and takes the index.
            hits = (
                "SELECT rowid FROM news_story_words WHERE news_story_words @@ (SELECT %s::tsquery)"
                " AND rowid >= %s AND rowid < %s ORDER BY rowid OFFSET 0"
            )
            values: list[Any] = [tsquery(terms), since, before]
            if here:
                statement = (
                    f"SELECT rowid FROM (SELECT rowid FROM ({hits}) AS hits ORDER BY rowid DESC OFFSET 0) AS hits"  # noqa: S608
                    f" WHERE {holds} LIMIT %s"
                )
                values += [*here, limit]
            else:
                # In the order they lie in they need hardly any sorting; the last of them are the newest.
                statement = (
                    f"SELECT unnest(places[greatest(cardinality(places) - %s, 0) + 1:])"  # noqa: S608
                    f" FROM (SELECT array_agg(rowid) AS places FROM ({hits}) AS hits) AS hits"
                )
                values = [limit, *values]
        else:
            statement = (
                "SELECT rowid FROM news_story_words WHERE news_story_words MATCH %s"  # noqa: S608
                f" AND rowid >= %s AND rowid < %s{' AND ' + holds if here else ''}"
                " ORDER BY rowid DESC LIMIT %s"
            )
            values = [fts5(terms), since, before, *here, limit]
        with connections[router.db_for_read(StoryWords)].cursor() as cursor:
            cursor.execute(statement, values)
            return sorted((place for (place,) in cursor.fetchall()), reverse=True)


class StoryStream(models.Model):
    """The folded words of a story one after the other, to see whether a phrase of three and more stands there.

    Parts are parted by a sign. By itself, because the row of the words is three times as long to read.
    """

    entry = models.OneToOneField(
        "news.SearchEntry",
        on_delete=models.CASCADE,
        to_field="place",
        primary_key=True,
        db_column="place",
        db_constraint=False,
        related_name="stream",
    )
    words = models.TextField()

    def __str__(self) -> str:
        return self.words[:100]


class TitleWords(Words, models.Model):
    """The words of the title once more, by themselves: few enough to be found by their beginnings while one types."""

    entry = models.OneToOneField(
        "news.SearchEntry",
        on_delete=models.CASCADE,
        to_field="place",
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="title_words",
    )
    index = WordsField(db_column="news_title_words")
    columns = ("title",)

    class Meta:
        managed = False
        db_table = "news_title_words"

    def __str__(self) -> str:
        return str(self.pk)


class KnownWord(models.Model):
    """A folded word that occurs in stories of this site: what a misspelt one may have been meant to be."""

    word = models.CharField(max_length=60, primary_key=True)

    def __str__(self) -> str:
        return self.word

    @staticmethod
    def keep(words: set[str]) -> None:
        """Note those that are new. Nothing is ever taken away: what is offered is looked up first."""
        # Nearly all are known: asking costs a third of offering them all.
        ordered = sorted(words)
        for first in range(0, len(ordered), 500):
            some = ordered[first : first + 500]
            kept = set(KnownWord.objects.filter(pk__in=some).values_list("pk", flat=True))
            new = [KnownWord(word) for word in some if word not in kept]
            KnownWord.objects.bulk_create(new, ignore_conflicts=True)
