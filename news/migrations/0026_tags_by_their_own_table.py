"""The tags of a story are those that its taggings say; the table of before is empty and goes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0025_tags_and_bylines_of_stored_stories")]

    operations = [
        migrations.RemoveField(model_name="article", name="tags"),
        migrations.AddField(
            model_name="article",
            name="tags",
            field=models.ManyToManyField(
                blank=True,
                related_name="articles",
                through="news.Tagging",
                to="news.tag",
                verbose_name="thẻ",
            ),
        ),
    ]
