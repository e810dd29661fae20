"""Every story that is there is put into the index of words."""

from typing import Any

from django.db import migrations

from news import richtext, text

BATCH = 500
# As they were when this was written: news.models.search has what they are now.
IDS, LAST_SECOND, MAX_INDEXED = 30, 2**32 - 1, 250_000


def folded(long: str) -> str:
    return " ".join(text.words(long)).encode()[:MAX_INDEXED].decode(errors="ignore")


def write_words(apps: Any, schema_editor: Any) -> None:
    entry_model = apps.get_model("news", "SearchEntry")
    stories = apps.get_model("news", "Article").objects.order_by("pk")
    if schema_editor.connection.vendor == "postgresql":
        story = (
            "INSERT INTO news_story_words (rowid, news_story_words) VALUES (%s,"
            " setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'B'))"
        )
        title = (
            "INSERT INTO news_title_words (rowid, news_title_words)"
            " VALUES (%s, setweight(to_tsvector('simple', %s), 'A'))"
        )
    else:
        story = "INSERT INTO news_story_words (rowid, title, text) VALUES (%s, %s, %s)"
        title = "INSERT INTO news_title_words (rowid, title) VALUES (%s, %s)"
    last = 0
    while articles := list(stories.filter(pk__gt=last)[:BATCH]):
        last = articles[-1].pk
        entries, titles, words = [], [], []
        for article in articles:
            moment = article.published_at or article.created_at
            seconds = min(max(int(moment.timestamp()), 0), LAST_SECOND)
            place = seconds << IDS | article.pk
            named = folded(article.title)
            body = folded(f"{article.lead} {richtext.plain(article.body)} {article.byline}")
            entries.append(entry_model(article=article, place=place, title=f" {named} "))
            titles.append((place, named))
            words.append((place, named, body))
        entry_model.objects.bulk_create(entries)
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(title, titles)
            cursor.executemany(story, words)


def forget_words(apps: Any, schema_editor: Any) -> None:
    apps.get_model("news", "SearchEntry").objects.all().delete()
    schema_editor.execute("DELETE FROM news_title_words")
    schema_editor.execute("DELETE FROM news_story_words")


class Migration(migrations.Migration):
    dependencies = [("news", "0006_index_of_words")]

    operations = [migrations.RunPython(write_words, forget_words)]
