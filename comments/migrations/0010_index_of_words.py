"""Comments get a table of the index of words, which replaces their folded text; the desk's lists get indexes."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import news.models.words
from news import text

TABLE = "comments_comment_words"
BATCH = 500


def make_table(apps: Any, schema_editor: Any) -> None:
    """As the tables of stories (news 0006): unknown to Django, and found by whole words."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TABLE {TABLE} (rowid bigint PRIMARY KEY, {TABLE} tsvector NOT NULL)"
        )
        schema_editor.execute(
            f"CREATE INDEX {TABLE}_gin ON {TABLE} USING gin ({TABLE}) WITH (fastupdate = off)"
        )
    else:
        schema_editor.execute(f"CREATE VIRTUAL TABLE {TABLE} USING fts5(text, tokenize = 'ascii')")


def drop_table(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(f"DROP TABLE {TABLE}")


def write_words(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        vector = "setweight(to_tsvector('simple', %s), 'A')"
        command = f"INSERT INTO {TABLE} (rowid, {TABLE}) VALUES (%s, {vector})"  # noqa: S608
    else:
        command = f"INSERT INTO {TABLE} (rowid, text) VALUES (%s, %s)"  # noqa: S608
    rows = apps.get_model("comments", "Comment").objects.values_list("pk", "name", "text")
    with schema_editor.connection.cursor() as cursor:
        for pk, name, words in rows.iterator(chunk_size=BATCH):
            cursor.execute(command, [pk, " ".join(text.words(f"{name} {words}"))])


def write_folded_texts(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("comments", "Comment")
    last = 0
    while batch := list(model.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        for comment in batch:
            comment.folded = " ".join(text.words(f"{comment.name} {comment.text}"))
        model.objects.bulk_update(batch, ["folded"])


class Migration(migrations.Migration):
    # For a day it stood before 0007, where databases that already had 0007 could not be brought up. A database that
    # took it there is not to take it again.
    replaces = [("comments", "0005_index_of_words")]

    dependencies = [
        ("comments", "0009_reports_by_readers"),
        ("news", "0020_folded_texts_are_gone"),
    ]

    operations = [
        migrations.CreateModel(
            name="CommentWords",
            fields=[
                (
                    "comment",
                    models.OneToOneField(
                        db_column="rowid",
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="comments.comment",
                    ),
                ),
                ("index", news.models.words.WordsField(db_column=TABLE)),
            ],
            options={"db_table": TABLE, "managed": False},
        ),
        migrations.RunPython(make_table, drop_table),
        migrations.RunPython(write_words, write_folded_texts),
        migrations.RemoveConstraint(model_name="comment", name="comment_erased_is_empty"),
        migrations.RemoveField(model_name="comment", name="folded"),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=~models.Q(status="erased")
                | models.Q(name="", email="", text="", source="", words_digest=""),
                name="comment_erased_is_empty",
            ),
        ),
        migrations.RemoveIndex(model_name="comment", name="comment_source"),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                fields=["source", "created_at", "id", "status"],
                condition=~models.Q(source=""),
                name="comment_source",
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                fields=["article", "status", "created_at", "id"], name="comment_of_article"
            ),
        ),
    ]
