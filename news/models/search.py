"""Where a story stands in the index of words."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from news import richtext, text
from news.models.words import Words, WordsField

if TYPE_CHECKING:
    from news.models.article import Article

_IDS = 30
_LAST_SECOND = 2**32 - 1


def place_in_time(moment: dt.datetime, number: int) -> int:
    """One number that orders rows by moment, then by id: seconds since 1970 in front, the id behind.

    Moments before 1970 and after 2106 stand at the ends. Ids stay below 2**30.
    """
    seconds = min(max(int(moment.timestamp()), 0), _LAST_SECOND)
    return seconds << _IDS | number


class SearchEntry(models.Model):
    """An article's place in the index, beside the article so that reading a page never loads it."""

    article = models.OneToOneField(
        "news.Article", on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    # The number of the row in both tables of words. As it grows with time, the index yields the newest first.
    place = models.BigIntegerField(unique=True)
    # Its folded words with a blank before and behind each, to see whether a whole phrase stands in it.
    title = models.TextField()

    def __str__(self) -> str:
        return self.title

    @staticmethod
    def keep(articles: "Iterable[Article]") -> None:
        """Write the entries of these articles and their words; in the transaction that saves them."""
        articles = list(articles)
        before = dict(
            SearchEntry.objects.filter(article__in=articles).values_list("article_id", "place")
        )
        entries = [
            SearchEntry(
                article=article,
                # A draft has no date yet: it stands where its writing began.
                place=place_in_time(article.published_at or article.created_at, article.pk),
                title=f" {' '.join(text.words(article.title))} ",
            )
            for article in articles
        ]
        moved = {before.get(entry.article_id, entry.place) for entry in entries}
        TitleWords.replace([(e.place, e.title) for e in entries], instead_of=moved)
        StoryWords.replace(
            [(e.place, e.title, _text_of(e.article)) for e in entries], instead_of=moved
        )
        SearchEntry.objects.bulk_create(
            entries,
            update_conflicts=True,
            unique_fields=["article"],
            update_fields=["place", "title"],
        )


def _text_of(article: "Article") -> str:
    return f"{article.lead} {richtext.plain(article.body)} {article.byline}"


class StoryWords(Words, models.Model):
    """All words of a story."""

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
    columns = ("title", "text")

    class Meta:
        managed = False
        db_table = "news_story_words"

    def __str__(self) -> str:
        return str(self.pk)


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
