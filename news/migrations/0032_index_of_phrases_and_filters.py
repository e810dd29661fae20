"""The index knows neighbours, spellings and what is filtered by; and what stands in attachments can be kept.

It begins empty: the regular work writes every story into it within minutes, `manage.py reindex` at once.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def make_table(apps: Any, schema_editor: Any) -> None:
    """As the tables before (0006), unknown to Django; but words are kept as a set, without their places."""
    schema_editor.execute("DROP TABLE news_story_words")
    if schema_editor.connection.vendor == "postgresql":
        # Long values lie elsewhere at once, so that many rows without them are in a page that is read.
        schema_editor.execute(
            "CREATE TABLE news_story_words (rowid bigint PRIMARY KEY, news_story_words tsvector NOT NULL)"
            " WITH (toast_tuple_target = 128)"
        )
        schema_editor.execute(
            "CREATE INDEX news_story_words_gin ON news_story_words"
            " USING gin (news_story_words) WITH (fastupdate = off)"
        )
    else:
        schema_editor.execute(
            "CREATE VIRTUAL TABLE news_story_words USING fts5(found,"
            " tokenize = \"ascii tokenchars '_@^='\", detail = none, columnsize = 0)"
        )


def make_table_of_before(apps: Any, schema_editor: Any) -> None:
    """The table of 0006 with the words that are there."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    entries = apps.get_model("news", "SearchEntry").objects.values_list("place", "title")
    titles = dict(entries)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT place, words FROM news_storystream")
        rows = [(place, titles.get(place, ""), words) for place, words in cursor.fetchall()]
    schema_editor.execute("DROP TABLE news_story_words")
    if postgresql:
        schema_editor.execute(
            "CREATE TABLE news_story_words"
            " (rowid bigint PRIMARY KEY, news_story_words tsvector NOT NULL)"
        )
        schema_editor.execute(
            "CREATE INDEX news_story_words_gin ON news_story_words"
            " USING gin (news_story_words) WITH (fastupdate = off)"
        )
        command = (
            "INSERT INTO news_story_words (rowid, news_story_words) VALUES (%s,"
            " setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'B'))"
        )
    else:
        schema_editor.execute(
            "CREATE VIRTUAL TABLE news_story_words USING fts5(title, text, tokenize = 'ascii')"
        )
        command = "INSERT INTO news_story_words (rowid, title, text) VALUES (%s, %s, %s)"
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany(command, rows)


NEW_FIELDS: dict[str, models.Field] = {
    "section_key": models.BigIntegerField(default=0),
    "expires_at": models.DateTimeField(null=True),
    "title_written": models.TextField(default=""),
    "lead": models.TextField(default=""),
    "lead_written": models.TextField(default=""),
    "form": models.PositiveSmallIntegerField(db_index=True, default=0),
}


class Migration(migrations.Migration):
    dependencies = [("news", "0031_stories_beside_a_story")]

    operations = [
        *(
            migrations.AddField(model_name="searchentry", name=name, field=field)
            for name, field in NEW_FIELDS.items()
        ),
        migrations.CreateModel(
            name="StoryStream",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        db_column="place",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="stream",
                        serialize=False,
                        to="news.searchentry",
                        to_field="place",
                    ),
                ),
                ("words", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                ("word", models.CharField(max_length=60, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="AttachmentText",
            fields=[
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="inside",
                        serialize=False,
                        to="news.attachment",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(make_table, make_table_of_before),
    ]
