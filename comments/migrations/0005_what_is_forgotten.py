from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comments", "0004_what_the_database_keeps_true")]

    operations = [
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("source", ""), ("words_digest", ""), _negated=True),
                fields=["created_at"],
                name="comment_with_source",
            ),
        ),
    ]
