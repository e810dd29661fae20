"""The pictures and files that are there are put into the index; backwards they get their folded texts again."""

from typing import Any

from django.db import migrations

from news import text

BATCH = 500
KINDS = {
    "Photo": ("news_photo_words", ("alt", "caption", "credit"), "search_text"),
    "Attachment": ("news_attachment_words", ("title", "file_name"), "folded"),
}


def write_words(apps: Any, schema_editor: Any) -> None:
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name, (table, columns, _) in KINDS.items():
        if postgresql:
            vector = "setweight(to_tsvector('simple', %s), 'A')"
            command = f"INSERT INTO {table} (rowid, {table}) VALUES (%s, {vector})"  # noqa: S608
        else:
            command = f"INSERT INTO {table} (rowid, text) VALUES (%s, %s)"  # noqa: S608
        rows = apps.get_model("news", name).objects.values_list("pk", *columns)
        with schema_editor.connection.cursor() as cursor:
            for pk, *texts in rows.iterator(chunk_size=BATCH):
                cursor.execute(command, [pk, " ".join(text.words(" ".join(texts)))])


def write_folded_texts(apps: Any, schema_editor: Any) -> None:
    for name, (table, columns, folded) in KINDS.items():
        schema_editor.execute(f"DELETE FROM {table}")  # noqa: S608
        model = apps.get_model("news", name)
        last = 0
        while batch := list(model.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
            last = batch[-1].pk
            for row in batch:
                setattr(row, folded, text.fold(" ".join(getattr(row, c) for c in columns)))
            model.objects.bulk_update(batch, [folded])


class Migration(migrations.Migration):
    dependencies = [("news", "0018_index_of_pictures_and_files")]

    operations = [migrations.RunPython(write_words, write_folded_texts)]
