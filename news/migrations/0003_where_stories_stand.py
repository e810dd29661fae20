"""Stories get the stage they stand at, and featured ones the moment since when they are."""

from django.db import migrations
from django.db.models import F


def tell_stages(apps, schema_editor):
    Article = apps.get_model("news", "Article")
    Article.objects.exclude(status="draft").update(stage="clean")
    Article.objects.update(stage_since=F("updated_at"))
    # A featured draft has no date yet: it is featured from when it was begun.
    featured = Article.objects.filter(featured=True)
    featured.filter(published_at=None).update(featured_from=F("created_at"))
    featured.exclude(published_at=None).update(featured_from=F("published_at"))


def tell_featured(apps, schema_editor):
    apps.get_model("news", "Article").objects.exclude(featured_from=None).update(featured=True)


class Migration(migrations.Migration):
    dependencies = [("news", "0002_workflow_versions_topics")]

    operations = [migrations.RunPython(tell_stages, tell_featured)]
