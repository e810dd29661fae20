"""The card that is drawn for social networks where a story has no picture."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0028_addresses_without_a_page"),
    ]

    operations = [
        migrations.AddField(
            model_name="article",
            name="card",
            field=models.CharField(editable=False, max_length=16, null=True),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(
                models.OrderBy(models.F("published_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("card", None), ("cover", None), ("status", "published")),
                name="article_awaiting_card",
            ),
        ),
    ]
