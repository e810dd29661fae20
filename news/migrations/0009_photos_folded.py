"""The words of the photos that are there already, folded for the library's search."""

from typing import Any

from django.db import migrations

from news.text import fold

BATCH = 500


def fold_words(apps: Any, schema_editor: Any) -> None:
    photo_model = apps.get_model("news", "Photo")
    batch = []
    for photo in photo_model.objects.only("alt", "caption", "credit").iterator(chunk_size=BATCH):
        photo.search_text = fold(f"{photo.alt} {photo.caption} {photo.credit}")
        batch.append(photo)
        if len(batch) == BATCH:
            photo_model.objects.bulk_update(batch, ["search_text"])
            batch.clear()
    photo_model.objects.bulk_update(batch, ["search_text"])


class Migration(migrations.Migration):
    dependencies = [("news", "0008_photos_described_cropped_searched")]

    operations = [migrations.RunPython(fold_words, migrations.RunPython.noop)]
