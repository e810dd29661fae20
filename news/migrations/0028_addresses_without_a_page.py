"""Counts of the addresses at which readers found no page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0027_numbers_of_days_and_most_read"),
    ]

    operations = [
        migrations.CreateModel(
            name="MissedAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=200, unique=True, verbose_name="địa chỉ")),
                ("total", models.PositiveIntegerField(verbose_name="số lần")),
                ("last_on", models.DateField(verbose_name="lần cuối")),
                (
                    "host",
                    models.CharField(blank=True, max_length=100, verbose_name="từ liên kết ở"),
                ),
            ],
            options={
                "verbose_name": "địa chỉ không có trang",
                "verbose_name_plural": "địa chỉ không có trang",
                "ordering": ["-total", "-last_on", "-id"],
            },
        ),
    ]
