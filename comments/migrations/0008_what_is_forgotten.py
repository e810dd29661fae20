from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comments", "0007_answers_and_spent_proofs")]

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
