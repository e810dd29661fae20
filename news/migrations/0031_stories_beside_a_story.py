"""Which stories belong beside one. They are found when a story is published; for those of before: manage.py relate."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [("news", "0030_redirects_by_pattern")]

    operations = [
        migrations.CreateModel(
            name="RelatedStory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("score", models.FloatField()),
                (
                    "article",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="news.article",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="related_to",
                        to="news.article",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        F("article"),
                        F("score").desc(),
                        F("other").desc(),
                        name="related_story_closest",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["article", "other"], name="related_story_once")
                ],
            },
        ),
    ]
