"""The index of words replaces the folded texts that were searched with LIKE."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import news.models.words
from news import richtext, text

TABLES = {"news_story_words": ("title", "text"), "news_title_words": ("title",)}


def make_tables(apps: Any, schema_editor: Any) -> None:
    """Tables that Django does not know: what it rebuilds later, it would lose the index of."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    for table, columns in TABLES.items():
        if postgresql:
            schema_editor.execute(
                f"CREATE TABLE {table} (rowid bigint PRIMARY KEY, {table} tsvector NOT NULL)"
            )
            # Written at once, not collected: collected entries would be read through by every search.
            schema_editor.execute(
                f"CREATE INDEX {table}_gin ON {table} USING gin ({table}) WITH (fastupdate = off)"
            )
        else:
            # The words come folded and parted by blanks; `ascii` leaves every other sign in its word.
            beginnings = ", prefix = '1 2 3'" if table == "news_title_words" else ""
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {table}"
                f" USING fts5({', '.join(columns)}, tokenize = 'ascii'{beginnings})"
            )


def drop_tables(apps: Any, schema_editor: Any) -> None:
    for table in TABLES:
        schema_editor.execute(f"DROP TABLE {table}")


def nothing(apps: Any, schema_editor: Any) -> None:
    pass


def write_folded_texts(apps: Any, schema_editor: Any) -> None:
    """Backwards: what the old search looked through."""
    entries = apps.get_model("news", "SearchEntry").objects
    for article in apps.get_model("news", "Article").objects.iterator(chunk_size=500):
        entries.create(
            article=article,
            title=text.fold(article.title),
            text=text.fold(f"{article.lead} {richtext.plain(article.body)} {article.byline}"),
        )


class Migration(migrations.Migration):
    dependencies = [("news", "0005_outbox_and_notices")]

    operations = [
        migrations.RunPython(nothing, write_folded_texts),
        migrations.DeleteModel("SearchEntry"),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "article",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="news.article",
                    ),
                ),
                ("place", models.BigIntegerField(unique=True)),
                ("title", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="StoryWords",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        db_column="rowid",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="news.searchentry",
                        to_field="place",
                    ),
                ),
                ("index", news.models.words.WordsField(db_column="news_story_words")),
            ],
            options={"db_table": "news_story_words", "managed": False},
        ),
        migrations.CreateModel(
            name="TitleWords",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        db_column="rowid",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="title_words",
                        serialize=False,
                        to="news.searchentry",
                        to_field="place",
                    ),
                ),
                ("index", news.models.words.WordsField(db_column="news_title_words")),
            ],
            options={"db_table": "news_title_words", "managed": False},
        ),
        migrations.RunPython(make_tables, drop_tables),
    ]
