"""The small crest of the masthead is made together with the site's card: it is drawn anew by the next tick."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def ask_for_the_card(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("portal", "SiteIdentity").objects.update(card=None)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0007_card_of_the_site"),
    ]

    operations = [
        migrations.RunPython(ask_for_the_card, migrations.RunPython.noop),
    ]
