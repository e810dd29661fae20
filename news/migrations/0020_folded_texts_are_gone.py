"""What the index of words has replaced."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0019_words_of_stored_pictures_and_files")]

    operations = [
        # Its default is there for the way back, which makes the column on a table that has rows.
        migrations.AlterField(
            model_name="attachment",
            name="folded",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RemoveField(model_name="attachment", name="folded"),
        migrations.RemoveField(model_name="photo", name="search_text"),
    ]
