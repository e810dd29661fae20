"""The register of official documents, and which of them stories are about."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0020_folded_texts_are_gone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "verbose_name": "sửa đổi, bổ sung",
                "verbose_name_plural": "sửa đổi, bổ sung",
            },
        ),
        migrations.CreateModel(
            name="DocumentKind",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        error_messages={"unique": "Tên này đã có trong danh sách."},
                        max_length=150,
                        unique=True,
                        verbose_name="tên",
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        error_messages={"unique": "Địa chỉ này đã có trong danh sách."},
                        help_text="Để trống thì tự tạo từ tên.",
                        max_length=150,
                        unique=True,
                        verbose_name="địa chỉ",
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
                (
                    "abbreviation",
                    models.CharField(
                        blank=True,
                        help_text="Như trong số, ký hiệu: QĐ, NQ, TB.",
                        max_length=10,
                        verbose_name="chữ viết tắt",
                    ),
                ),
            ],
            options={
                "verbose_name": "loại văn bản",
                "verbose_name_plural": "loại văn bản",
                "ordering": ["order", "name", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Issuer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        error_messages={"unique": "Tên này đã có trong danh sách."},
                        max_length=150,
                        unique=True,
                        verbose_name="tên",
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        error_messages={"unique": "Địa chỉ này đã có trong danh sách."},
                        help_text="Để trống thì tự tạo từ tên.",
                        max_length=150,
                        unique=True,
                        verbose_name="địa chỉ",
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="thứ tự")),
            ],
            options={
                "verbose_name": "cơ quan ban hành",
                "verbose_name_plural": "cơ quan ban hành",
                "ordering": ["order", "name", "id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        help_text="Ví dụ: 12/2026/QĐ-UBND, 345/TB-UBND.",
                        max_length=100,
                        verbose_name="số, ký hiệu",
                    ),
                ),
                ("number_key", models.CharField(editable=False, max_length=100)),
                (
                    "signer",
                    models.CharField(
                        blank=True,
                        help_text="Chức vụ và họ tên, như trên văn bản.",
                        max_length=150,
                        verbose_name="người ký",
                    ),
                ),
                (
                    "abstract",
                    models.CharField(
                        help_text="Một câu, như dưới tên loại trên văn bản.",
                        max_length=1000,
                        verbose_name="trích yếu",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="ngày ban hành")),
                (
                    "effective_on",
                    models.DateField(
                        blank=True,
                        help_text="Để trống thì lấy ngày ban hành.",
                        verbose_name="có hiệu lực từ ngày",
                    ),
                ),
                (
                    "expires_on",
                    models.DateField(
                        blank=True,
                        help_text="Ngày đầu tiên không còn hiệu lực. Để trống nếu chưa biết; bị thay thế thì tự hết.",
                        null=True,
                        verbose_name="hết hiệu lực từ ngày",
                    ),
                ),
                (
                    "slug",
                    models.SlugField(
                        blank=True,
                        help_text="Để trống thì tự tạo. Đổi địa chỉ thì địa chỉ cũ tự dẫn về địa chỉ mới.",
                        max_length=200,
                        verbose_name="địa chỉ",
                    ),
                ),
                ("folded", models.TextField(editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Bản nháp"),
                            ("published", "Đã đăng"),
                            ("withdrawn", "Đã gỡ"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="tình trạng",
                    ),
                ),
                (
                    "published_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="đăng lúc"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="gỡ lúc"),
                ),
                (
                    "withdrawal_reason",
                    models.CharField(
                        blank=True, editable=False, max_length=300, verbose_name="lý do gỡ"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="tạo lúc"
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="sửa lúc")),
                (
                    "amends",
                    models.ManyToManyField(
                        editable=False,
                        related_name="amended_by",
                        through="news.Amendment",
                        through_fields=("document", "amended"),
                        to="news.document",
                        verbose_name="sửa đổi, bổ sung",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="người tạo",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replaces",
                        to="news.document",
                        verbose_name="bị thay thế bởi",
                    ),
                ),
            ],
            options={
                "verbose_name": "văn bản",
                "verbose_name_plural": "văn bản",
                "ordering": ["-issued_on", "-id"],
                "permissions": [
                    ("publish_document", "Được đăng văn bản"),
                    ("withdraw_document", "Được gỡ văn bản"),
                ],
            },
        ),
        migrations.AddField(
            model_name="amendment",
            name="amended",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="amendments",
                to="news.document",
            ),
        ),
        migrations.AddField(
            model_name="amendment",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="amendments_made",
                to="news.document",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="documents",
            field=models.ManyToManyField(
                blank=True,
                related_name="articles",
                to="news.document",
                verbose_name="văn bản liên quan",
            ),
        ),
        migrations.CreateModel(
            name="DocumentAttachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("order", models.PositiveSmallIntegerField(verbose_name="thứ tự")),
                (
                    "attachment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="document_uses",
                        to="news.attachment",
                        verbose_name="tệp",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachment_uses",
                        to="news.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "tệp của văn bản",
                "verbose_name_plural": "tệp của văn bản",
                "ordering": ["order"],
            },
        ),
        migrations.AddField(
            model_name="document",
            name="attachments",
            field=models.ManyToManyField(
                editable=False,
                related_name="documents",
                through="news.DocumentAttachment",
                to="news.attachment",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="kind",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="news.documentkind",
                verbose_name="loại văn bản",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="issuer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="news.issuer",
                verbose_name="cơ quan ban hành",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.UniqueConstraint(
                fields=("document", "amended"), name="amendment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="amendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("document", models.F("amended")), _negated=True),
                name="amendment_not_of_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentattachment",
            constraint=models.UniqueConstraint(
                fields=("document", "attachment"), name="document_attachment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="documentattachment",
            constraint=models.UniqueConstraint(
                fields=("document", "order"), name="document_attachment_order"
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                models.OrderBy(models.F("issued_on"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("status", "published")),
                name="document_public_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                models.OrderBy(models.F("issued_on"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="document_desk_newest",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("number_key", "issuer", "issued_on"),
                name="document_once",
                violation_error_message="Văn bản này đã có: cùng số, cùng cơ quan, cùng ngày ban hành.",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("effective_on__gte", models.F("issued_on"))),
                name="document_effective_after_issue",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_on", None),
                    ("expires_on__gte", models.F("effective_on")),
                    _connector="OR",
                ),
                name="document_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaced_by", None),
                    models.Q(("replaced_by", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="document_not_replaced_by_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "draft"), ("published_at__isnull", False), _connector="OR"
                ),
                name="document_public_has_published_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "withdrawn"), _negated=True),
                    ("withdrawn_at__isnull", False),
                    _connector="OR",
                ),
                name="document_withdrawn_has_withdrawn_at",
            ),
        ),
    ]
