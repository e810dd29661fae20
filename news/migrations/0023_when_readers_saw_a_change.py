"""Stories remember when readers last saw a change of them; empty for what was published before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0022_kinds_and_issuers"),
    ]

    operations = [
        migrations.AddField(
            model_name="article",
            name="revised_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
