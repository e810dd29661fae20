"""How many stories a day has, from an index; the most read, added up every day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0026_tags_by_their_own_table")]

    operations = [
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                fields=["status", "published_at", "expires_at"], name="article_numbers_of_days"
            ),
        ),
        migrations.CreateModel(
            name="MostRead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "span",
                    models.CharField(
                        choices=[("tuan", "tuần"), ("thang", "tháng"), ("nam", "năm")],
                        max_length=5,
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("views", models.PositiveBigIntegerField()),
                ("until", models.DateField()),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="news.article",
                    ),
                ),
            ],
            options={
                "ordering": ["span", "place"],
                "constraints": [
                    models.UniqueConstraint(fields=["span", "place"], name="most_read_place_once")
                ],
            },
        ),
    ]
