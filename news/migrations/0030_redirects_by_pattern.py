"""Redirects may be patterns with named parts; there are few, and an index holds them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0029_cards_of_stories"),
    ]

    operations = [
        migrations.AddField(
            model_name="redirect",
            name="is_pattern",
            field=models.BooleanField(default=False, editable=False, verbose_name="mẫu"),
        ),
        migrations.AddIndex(
            model_name="redirect",
            index=models.Index(
                condition=models.Q(("is_pattern", True)), fields=["id"], name="redirect_patterns"
            ),
        ),
    ]
