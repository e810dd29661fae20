"""Pictures and files get tables of the index of words."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import news.models.words

TABLES = ("news_photo_words", "news_attachment_words")


def make_tables(apps: Any, schema_editor: Any) -> None:
    """As the tables of stories (0006): unknown to Django, found by the beginnings of words."""
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TABLE {table} (rowid bigint PRIMARY KEY, {table} tsvector NOT NULL)"
            )
            schema_editor.execute(
                f"CREATE INDEX {table}_gin ON {table} USING gin ({table}) WITH (fastupdate = off)"
            )
        else:
            schema_editor.execute(
                f"CREATE VIRTUAL TABLE {table}"
                " USING fts5(text, tokenize = 'ascii', prefix = '1 2 3')"
            )


def drop_tables(apps: Any, schema_editor: Any) -> None:
    for table in TABLES:
        schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    dependencies = [("news", "0017_presence_at_the_desk")]

    operations = [
        migrations.CreateModel(
            name="PhotoWords",
            fields=[
                (
                    "photo",
                    models.OneToOneField(
                        db_column="rowid",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="news.photo",
                    ),
                ),
                ("index", news.models.words.WordsField(db_column="news_photo_words")),
            ],
            options={"db_table": "news_photo_words", "managed": False},
        ),
        migrations.CreateModel(
            name="AttachmentWords",
            fields=[
                (
                    "attachment",
                    models.OneToOneField(
                        db_column="rowid",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="news.attachment",
                    ),
                ),
                ("index", news.models.words.WordsField(db_column="news_attachment_words")),
            ],
            options={"db_table": "news_attachment_words", "managed": False},
        ),
        migrations.RunPython(make_tables, drop_tables),
    ]
