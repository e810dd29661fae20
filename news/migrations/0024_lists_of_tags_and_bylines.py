"""What the lists of a tag and of a byline are read from, newest first."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("news", "0023_when_readers_saw_a_change")]

    operations = [
        migrations.AddField(
            model_name="article",
            name="byline_slug",
            field=models.SlugField(blank=True, db_index=False, editable=False, max_length=100),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                F("byline_slug"),
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(status="published"),
                name="article_byline_newest",
            ),
        ),
        migrations.CreateModel(
            name="Tagging",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("published_at", models.DateTimeField(editable=False, null=True)),
                (
                    "article",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taggings",
                        to="news.article",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taggings",
                        to="news.tag",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        F("tag"),
                        F("published_at").desc(),
                        F("article").desc(),
                        name="tagging_newest",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["article", "tag"], name="tagging_once"),
                ],
            },
        ),
    ]
