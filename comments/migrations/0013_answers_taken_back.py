"""The record of an answer's steps knows that its writer took it back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0012_how_the_lists_are_read"),
    ]

    operations = [
        migrations.AlterField(
            model_name="answerstep",
            name="verb",
            field=models.CharField(
                choices=[
                    ("write", "Viết"),
                    ("submit", "Gửi duyệt"),
                    ("take_back", "Lấy lại"),
                    ("return", "Trả lại"),
                    ("publish", "Đăng"),
                    ("replace", "Thay bằng bản mới"),
                    ("withdraw", "Rút"),
                ],
                max_length=10,
                verbose_name="việc",
            ),
        ),
    ]
