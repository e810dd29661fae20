"""A story's entry in the index of words: what of the story goes into it, and what puts results in order."""

import json
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, connections, models, router, transaction
from django.utils import timezone

from news import richtext, text
from news.models.index import (
    PUBLIC,
    WITH_FILES,
    by_author,
    in_season,
    in_section,
    in_title,
    key_of,
    place_in_time,
    spaced,
    tagged,
    written,
)
from news.models.story_words import KnownWord, StoryWords, TitleWords
from news.query import Phrase

if TYPE_CHECKING:
    from news.models.article import Article
    from news.models.attachment import Attachment

# Raise it when stories are indexed otherwise than before: the regular work then writes the old ones anew.
FORM = 2
_BATCH = 100
# Stories that a request indexes itself. One takes some 20 ms, in which SQLite lets nobody else write.
AT_ONCE = 20
# Folded words of a lead that count for the order.
_LEAD_WORDS = 300
# Bytes of the texts of attachments that are indexed with one story: each new word costs time when it is saved.
MAX_ATTACHED = 100_000
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
        title=spaced(text.words(article.title)),
        title_written=spaced(text.marked_words(article.title)),
        lead=spaced(lead),
        lead_written=spaced(text.marked_words(article.lead)[:_LEAD_WORDS]),
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
        values += [spaced(words), *asked]
    for places in (("title_written",), ("lead_written", "title_written")):
        there, asked = all_there(spelt, *places)
        columns.append(f"CASE WHEN {there} THEN 1 ELSE 0 END")
        values += asked
    return columns, values


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
