"""Lists of one article are read by time in any state; a search in the queue begins at the first that waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0011_asked_addresses"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="comment", name="comment_of_article"),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["article", "created_at", "id"], name="comment_of_article"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["id"], name="comment_waiting"
            ),
        ),
    ]
