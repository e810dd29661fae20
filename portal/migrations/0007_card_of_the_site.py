"""The card that is drawn for social networks for the site itself."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0006_requests_about_personal_data"),
    ]

    operations = [
        migrations.AddField(
            model_name="siteidentity",
            name="card",
            field=models.CharField(editable=False, max_length=16, null=True),
        ),
    ]
