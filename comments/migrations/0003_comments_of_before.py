from django.db import migrations

from comments.sources import words_digest_of
from news import text


def bring_up(apps, schema_editor):
    """Give what was sent before its folded words, its digest of words, signals as pairs, and a reason."""
    Comment = apps.get_model("comments", "Comment")
    for comment in Comment.objects.order_by("pk").iterator(chunk_size=500):
        comment.folded = " ".join(text.words(f"{comment.name} {comment.text}"))
        comment.words_digest = words_digest_of(comment.text)
        # The one signal there was.
        comment.signals = [["honeypot_filled", ""] for _ in comment.signals]
        comment.consented_at = comment.created_at
        if comment.status == "refused":
            comment.reason = "other"
        comment.save()


class Migration(migrations.Migration):
    dependencies = [("comments", "0002_decisions_signals_and_rules")]

    # Backwards the columns go anyway.
    operations = [migrations.RunPython(bring_up, migrations.RunPython.noop, elidable=True)]
