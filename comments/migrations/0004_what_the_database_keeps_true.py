from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comments", "0003_comments_of_before")]

    operations = [
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "refused"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="comment_refused_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "erased"), _negated=True),
                    models.Q(
                        ("email", ""),
                        ("folded", ""),
                        ("name", ""),
                        ("source", ""),
                        ("text", ""),
                        ("words_digest", ""),
                    ),
                    _connector="OR",
                ),
                name="comment_erased_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("notify", "no"), models.Q(("email", ""), _negated=True), _connector="OR"
                ),
                name="comment_told_has_address",
            ),
        ),
    ]
