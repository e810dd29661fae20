"""Addresses outside that stories link to, and the warnings that editors let stand."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0011_preview_links_and_threads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExternalLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.URLField(max_length=1000, unique=True, verbose_name="địa chỉ")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("unseen", "Chưa kiểm tra"),
                            ("fine", "Mở được"),
                            ("gone", "Trang không còn"),
                            ("failing", "Không trả lời"),
                            ("unclear", "Không cho kiểm tra"),
                            ("refused", "Mạng nội bộ, không kiểm tra"),
                        ],
                        default="unseen",
                        editable=False,
                        max_length=10,
                        verbose_name="tình trạng",
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True, editable=False, max_length=200, verbose_name="chi tiết"
                    ),
                ),
                (
                    "checked_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="kiểm tra lúc"),
                ),
                (
                    "first_failed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="hỏng từ"),
                ),
                (
                    "articles",
                    models.ManyToManyField(
                        editable=False,
                        related_name="external_links",
                        to="news.article",
                        verbose_name="tin bài",
                    ),
                ),
            ],
            options={
                "verbose_name": "liên kết hỏng",
                "verbose_name_plural": "liên kết hỏng",
                "ordering": ["first_failed_at", "pk"],
                "indexes": [models.Index(fields=["checked_at"], name="external_link_checked_at")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "unseen"), ("checked_at__isnull", False), _connector="OR"
                        ),
                        name="external_link_seen_has_checked_at",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Overrule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="loại")),
                ("fingerprint", models.CharField(max_length=64)),
                ("reason", models.CharField(max_length=300, verbose_name="lý do")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="lúc")),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="overrules",
                        to="news.article",
                        verbose_name="tin bài",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người bỏ qua",
                    ),
                ),
            ],
            options={
                "verbose_name": "cảnh báo đã bỏ qua",
                "verbose_name_plural": "cảnh báo đã bỏ qua",
                "ordering": ["at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("article", "fingerprint"), name="overrule_once_for_each_remark"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="overrule_has_a_reason",
                    ),
                ],
            },
        ),
    ]
