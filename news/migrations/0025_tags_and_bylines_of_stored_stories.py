"""Stored stories get the address of their byline; their tags move to the table that knows the story's moment."""

from typing import Any

from django.db import migrations

from news import text

BATCH = 500
TAKE_OVER = """
INSERT INTO news_tagging (article_id, tag_id, published_at)
SELECT old.article_id, old.tag_id, story.published_at
FROM news_article_tags old JOIN news_article story ON story.id = old.article_id
"""
GIVE_BACK = """
INSERT INTO news_article_tags (article_id, tag_id) SELECT article_id, tag_id FROM news_tagging
"""


def write_slugs(apps: Any, schema_editor: Any) -> None:
    signed = apps.get_model("news", "Article").objects.exclude(byline="").order_by("pk")
    last = 0
    while batch := list(signed.filter(pk__gt=last).only("byline", "byline_slug")[:BATCH]):
        last = batch[-1].pk
        for article in batch:
            article.byline_slug = text.slug(article.byline, 100)
        signed.model.objects.bulk_update(batch, ["byline_slug"])


class Migration(migrations.Migration):
    dependencies = [("news", "0024_lists_of_tags_and_bylines")]

    operations = [
        migrations.RunPython(write_slugs, migrations.RunPython.noop),
        # Each way the other table is emptied, so that the way can be gone again.
        migrations.RunSQL(
            [TAKE_OVER, "DELETE FROM news_article_tags"], [GIVE_BACK, "DELETE FROM news_tagging"]
        ),
    ]
