"""Cards have got two widths more, so crops that were made before are no longer whole."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_crops(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Pages show the whole pictures until the regular work has cut new ones."""
    apps.get_model("news", "Photo").objects.exclude(crops="").update(crops="", avif="waiting")


class Migration(migrations.Migration):
    dependencies = [("news", "0032_index_of_phrases_and_filters")]

    # Backwards nothing is to be done: the crops of this version hold those of the version before.
    operations = [migrations.RunPython(forget_crops, migrations.RunPython.noop)]
