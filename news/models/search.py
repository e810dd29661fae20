"""Where a story stands in the index of words, and what of it the index holds."""

import datetime as dt
import itertools
import json
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, connections, models, router, transaction
from django.utils import timezone

from news import richtext, text
from news.models.words import MAX_INDEXED, Terms, Words, WordsField, fts5, tsquery
from news.query import Phrase

if TYPE_CHECKING:
    from news.models.article import Article
    from news.models.attachment import Attachment

# Raise it when stories are indexed otherwise than before: the regular work then writes the old ones anew.
FORM = 2
_IDS = 30
_BATCH = 100
# Stories that a request indexes itself. One takes some 20 ms, in which SQLite lets nobody else write.
AT_ONCE = 20
_LAST_SECOND = 2**32 - 1
# Of a number of seconds the bits that a season leaves open.
_SEASON = 23
# More seasons in one question cost more than they save.
_MOST_SEASONS = 24
# Among so many times as many stories as are wanted PostgreSQL looks first.
_LOOKED_AT = 3
# Folded words of a lead that count for the order.
_LEAD_WORDS = 300
# Bytes of the texts of attachments that are indexed with one story: each new word costs time when it is saved.
MAX_ATTACHED = 100_000


def place_in_time(moment: dt.datetime, number: int) -> int:
    """One number that orders rows by moment, then by id: seconds since 1970 in front, the id behind.

    Moments before 1970 and after 2106 stand at the ends. Ids stay below 2**30.
    """
    seconds = min(max(int(moment.timestamp()), 0), _LAST_SECOND)
    return seconds << _IDS | number


def key_of(place: int) -> int:
    """The id of the article that stands there."""
    return place & (1 << _IDS) - 1


# --- what the index holds of a story besides its words ------------------------------------------------------
#
# Each of them begins with a sign that no word holds. All an index of words can say is whether something is there,
# so what a search asks for is written as something that is there: then filters cost no more than words.

PUBLIC = "@p"
WITH_FILES = "@a"


def in_section(key: int) -> str:
    return f"@s{key}"


def tagged(slug: str) -> str:
    return f"@t{slug.replace('-', '_')}"


def by_author(word: str) -> str:
    """For each word of the byline."""
    return f"@b{word}"


def in_title(word: str) -> str:
    return f"^{word}"


def written(word: str) -> str:
    """A word as news.text.spelt() has it."""
    return f"={word}"


def in_season(place: int) -> str:
    """For stories of the same 97 days: PostgreSQL asks its index for the newest without going through all others."""
    return f"@z{place >> _IDS + _SEASON}"


def neighbours(phrase: Phrase) -> tuple[str, ...]:
    """A word itself, of a phrase all pairs of neighbours.

    That two words stand side by side is indexed because it is much rarer than that both occur: looking through all
    places of two common words takes both databases some hundred times as long.
    """
    if len(phrase) == 1:
        return phrase
    return tuple(f"{one}_{two}" for one, two in itertools.pairwise(phrase))


# Where words stand that stand neither in the title nor in the lead; behind whatever else there is.
NOWHERE = 9


class Standing(NamedTuple):
    """How an entry stands to words that are looked for."""

    section: int
    # 0 side by side, 1 all of them, or NOWHERE.
    in_title: int = NOWHERE
    # 2 side by side, 3 all of them there or in the title, or NOWHERE.
    in_lead: int = NOWHERE
    # Whether those that were typed with marks stand there so; of the lead: there or in the title.
    spelt_in_title: bool = False
    spelt_in_lead: bool = False


class SearchEntry(models.Model):
    """An article's place in the index, beside the article so that reading a page never loads it.

    What puts results in order is here too, so that it is read in one piece.
    """

    article = models.OneToOneField(
        "news.Article", on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    # The number of the row in both tables of words. As it grows with time, the index yields the newest first.
    place = models.BigIntegerField(unique=True)
    section_key = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    # Folded words with a blank before and behind each, to see whether a whole phrase stands there; then the marked
    # words of the same.
    title = models.TextField()
    title_written = models.TextField(default="")
    lead = models.TextField(default="")
    lead_written = models.TextField(default="")
    # Which FORM it was written in; 0 where it is out of date.
    form = models.PositiveSmallIntegerField(default=0, db_index=True)

    def __str__(self) -> str:
        return self.title

    @staticmethod
    def keep(articles: "Iterable[Article]") -> None:
        """Write the entries of these articles and their words; in the transaction that saves them."""
        articles = list(articles)
        before = dict(
            SearchEntry.objects.filter(article__in=articles).values_list("article_id", "place")
        )
        tags, files = _tags_of(articles), _files_of(articles)
        entries, rows = [], []
        known: set[str] = set()
        for article in articles:
            entry = _entry_of(article)
            entries.append(entry)
            own = [article.title, article.lead, richtext.plain(article.body), article.byline]
            own += [name for name, _ in tags.get(article.pk, [])]
            named = [name for name, _ in files.get(article.pk, [])]
            inside = " ".join(words for _, words in files.get(article.pk, []))[:MAX_ATTACHED]
            parts = [text.words(part) for part in (*own, *named, inside)]
            marks = _marks_of(article, tags.get(article.pk, []), bool(named))
            marks.add(in_season(entry.place))
            marks |= {written(word) for part in (*own, *named) for word in text.marked_words(part)}
            rows.append((entry.place, parts, marks))
            if article.was_public:
                known.update(word for part in parts[: len(own)] for word in part if word.isalpha())
        moved = {before.get(entry.article_id, entry.place) for entry in entries}
        TitleWords.replace([(e.place, e.title) for e in entries], instead_of=moved)
        StoryWords.replace_stories(rows, instead_of=moved)
        SearchEntry.objects.bulk_create(
            entries,
            update_conflicts=True,
            unique_fields=["article"],
            update_fields=[
                *("place", "section_key", "expires_at", "form"),
                *("title", "title_written", "lead", "lead_written"),
            ],
        )
        KnownWord.keep(known)

    @staticmethod
    def live(places: Sequence[int], words: Phrase = (), spelt: Phrase = ()) -> dict[int, Standing]:
        """By place the entries there that have not expired, and how they stand to these folded and these spelt words.

        The database says where words stand: that costs a fifth of fetching the texts of a thousand entries.
        """
        columns, values = _where_they_stand(words, spelt) if words else ([], [])
        # The key is a part of the place: no second index is asked. All keys are one parameter.
        keys: Any = [key_of(place) for place in places]
        among = "= ANY(%s)"
        if connection.vendor == "sqlite":
            among, keys = "IN (SELECT value FROM json_each(%s))", json.dumps(keys)
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with connections[router.db_for_read(SearchEntry)].cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(['place', 'section_key', *columns])} FROM news_searchentry"  # noqa: S608
                f" WHERE article_id {among} AND (expires_at IS NULL OR expires_at > %s)",
                [*values, keys, now],
            )
            rows = cursor.fetchall()
        known = set(places)
        return {place: Standing(*row) for place, *row in rows if place in known}

    @staticmethod
    def lock(articles: Any) -> list[int]:
        """The keys of a queryset of articles, of whose entries nobody else writes one until the transaction ends.

        Otherwise who saves a story meanwhile could write into its entry what is just being changed.
        """
        # In the order of keep_outdated(), so that neither waits for the other.
        rows = articles.select_for_update().order_by("-pk")
        return list(rows.values_list("pk", flat=True))

    @staticmethod
    def keep_soon(keys: Sequence[int]) -> None:
        """Have the entries of these articles written anew after a change of what hangs on them, in its transaction.

        Up to AT_ONCE at once. More are left to the regular work, which writes some thousand a minute: until then
        search finds them as they were.
        """
        from news.models.article import Article

        if len(keys) <= AT_ONCE:
            SearchEntry.keep(Article.objects.filter(pk__in=keys))
            return
        for start in range(0, len(keys), _BATCH):
            SearchEntry.objects.filter(pk__in=keys[start : start + _BATCH]).update(form=0)

    @staticmethod
    def keep_below_which(attachment: "Attachment") -> None:
        """The same for the stories below which the file stands."""
        from news.models.article import Article

        uses = {"attachment_uses__attachment": attachment, "attachment_uses__order__isnull": False}
        SearchEntry.keep_soon(SearchEntry.lock(Article.objects.filter(**uses)))

    @staticmethod
    def keep_outdated(seconds: float) -> None:
        """Write anew what is of an older FORM or was left by keep_soon(), the newest first, for about so long; the rest another time."""
        from news.models.article import Article

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with transaction.atomic():
                outdated = Article.objects.filter(search_entry__form__lt=FORM).order_by("-pk")
                batch = list(outdated.select_for_update(of=("self",))[:_BATCH])
                SearchEntry.keep(batch)
            if len(batch) < _BATCH:
                break


def _entry_of(article: "Article") -> SearchEntry:
    lead = text.words(article.lead)[:_LEAD_WORDS]
    return SearchEntry(
        article=article,
        # A draft has no date yet: it stands where its writing began.
        place=place_in_time(article.published_at or article.created_at, article.pk),
        section_key=article.section_id,
        expires_at=article.expires_at,
        title=_spaced(text.words(article.title)),
        title_written=_spaced(text.marked_words(article.title)),
        lead=_spaced(lead),
        lead_written=_spaced(text.marked_words(article.lead)[:_LEAD_WORDS]),
        form=FORM,
    )


def _where_they_stand(words: Phrase, spelt: Phrase) -> tuple[list[str], list[str]]:
    """The columns of a Standing behind the section, in SQL, and the values for their places."""
    here = "strpos" if connection.vendor == "postgresql" else "instr"

    def all_there(some: Phrase, *columns: str) -> tuple[str, list[str]]:
        one = " OR ".join(f"{here}({column}, %s) > 0" for column in columns)
        asked = [f" {word} " for word in some for _ in columns]
        return " AND ".join([f"({one})"] * len(some)) or "1 = 1", asked

    columns, values = [], []
    for side_by_side, column, places in ((0, "title", ("title",)), (2, "lead", ("lead", "title"))):
        there, asked = all_there(words, *places)
        columns.append(
            f"CASE WHEN {here}({column}, %s) > 0 THEN {side_by_side}"
            f" WHEN {there} THEN {side_by_side + 1} ELSE {NOWHERE} END"
        )
        values += [_spaced(words), *asked]
    for places in (("title_written",), ("lead_written", "title_written")):
        there, asked = all_there(spelt, *places)
        columns.append(f"CASE WHEN {there} THEN 1 ELSE 0 END")
        values += asked
    return columns, values


def _spaced(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def _marks_of(article: "Article", tags: list[tuple[str, str]], has_files: bool) -> set[str]:
    """What a search may ask for besides words."""
    marks = {in_section(article.section_id)}
    marks |= {in_title(word) for word in text.words(article.title)}
    marks |= {by_author(word) for word in text.words(article.byline)}
    marks |= {tagged(slug) for _, slug in tags}
    if article.status == article.Status.PUBLISHED:
        marks.add(PUBLIC)
    return marks | {WITH_FILES} if has_files else marks


def _tags_of(articles: "list[Article]") -> dict[int, list[tuple[str, str]]]:
    """Name and slug of the tags of each."""
    from news.models.article import Article

    found: dict[int, list[tuple[str, str]]] = {}
    rows = Article.tags.through.objects.filter(article__in=articles).order_by("pk")
    for key, name, slug in rows.values_list("article_id", "tag__name", "tag__slug"):
        found.setdefault(key, []).append((name, slug))
    return found


def _files_of(articles: "list[Article]") -> dict[int, list[tuple[str, str]]]:
    """Name and text of the files below each."""
    from news.models.attachment import ArticleAttachment

    found: dict[int, list[tuple[str, str]]] = {}
    rows = ArticleAttachment.objects.filter(article__in=articles, order__isnull=False)
    for key, title, name, words in rows.order_by("order").values_list(
        "article_id", "attachment__title", "attachment__file_name", "attachment__inside__text"
    ):
        found.setdefault(key, []).append((f"{title} {name}", words or ""))
    return found


class StoryWords(Words, models.Model):
    """All words of a story, pairs of neighbours and marks, as a set in which the database looks."""

    entry = models.OneToOneField(
        SearchEntry,
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
        season = 1 << _IDS + _SEASON
        first, last = min(places), max(places)
        if last - first >= _MOST_SEASONS * season:
            return ()
        return tuple(dict.fromkeys(in_season(p) for p in (*range(first, last, season), last)))

    @staticmethod
    def _places(
        terms: Terms, phrases: Sequence[Sequence[Phrase]], since: int, before: int, limit: int
    ) -> list[int]:
        """newest(), by one statement."""
        here = [_spaced(way) for ways in phrases for way in ways]
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
        SearchEntry,
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
        SearchEntry,
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
