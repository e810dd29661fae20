"""What the database keeps from now on, and the switch that the moments have replaced."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0003_where_stories_stand")]

    operations = [
        migrations.RemoveIndex(
            model_name="article",
            name="article_featured_newest",
        ),
        migrations.RemoveField(
            model_name="article",
            name="featured",
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage", "clean"), ("status", "draft"), _negated=True),
                name="article_draft_is_not_clean",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("featured_until__isnull", True),
                    ("featured_until__gt", models.F("featured_from")),
                    _connector="OR",
                ),
                name="article_featured_until_after_from",
            ),
        ),
    ]
