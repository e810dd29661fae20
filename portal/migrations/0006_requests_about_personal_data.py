import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0005_audit_of_the_system")]

    operations = [
        migrations.AlterField(
            model_name="auditentry",
            name="what",
            field=models.CharField(
                choices=[
                    ("sign_in", "Đăng nhập"),
                    ("sign_out", "Đăng xuất"),
                    ("session_end", "Kết thúc phiên đăng nhập"),
                    ("password_change", "Đổi mật khẩu của mình"),
                    ("password_reset", "Đặt lại mật khẩu của người khác"),
                    ("factor_on", "Bật xác thực hai bước"),
                    ("factor_off", "Tắt xác thực hai bước"),
                    ("factor_reset", "Gỡ xác thực hai bước của người khác"),
                    ("recovery_new", "Tạo mã khôi phục mới"),
                    ("recovery_use", "Dùng một mã khôi phục"),
                    ("unlock", "Mở khoá đăng nhập"),
                    ("add", "Thêm"),
                    ("change", "Sửa"),
                    ("delete", "Xoá"),
                    ("export", "Xuất nhật ký"),
                    ("person", "Dữ liệu cá nhân của bạn đọc"),
                ],
                editable=False,
                max_length=20,
                verbose_name="việc",
            ),
        ),
        migrations.CreateModel(
            name="PersonRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("export", "Xem, nhận dữ liệu"), ("erase", "Xoá dữ liệu")],
                        max_length=10,
                        verbose_name="yêu cầu",
                    ),
                ),
                (
                    "keep_words",
                    models.BooleanField(
                        default=False,
                        help_text="Chỉ khi xoá, và khi người yêu cầu muốn thế. Ý kiến chưa duyệt vẫn bị xoá hẳn.",
                        verbose_name="giữ lại lời, chỉ bỏ tên và địa chỉ",
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        max_length=254, verbose_name="thư điện tử đã dùng khi gửi ý kiến"
                    ),
                ),
                (
                    "comments",
                    models.CharField(
                        blank=True,
                        help_text="Địa chỉ được xoá một thời gian sau khi duyệt. Khi đã chắc những ý kiến ấy là của người này, hãy ghi số của chúng, cách nhau bằng dấu phẩy.",
                        max_length=200,
                        verbose_name="số của ý kiến không còn địa chỉ",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("mail", "Thư điện tử"),
                            ("letter", "Đơn, thư giấy"),
                            ("in_person", "Đến trực tiếp"),
                            ("phone", "Điện thoại"),
                        ],
                        default="mail",
                        max_length=10,
                        verbose_name="nhận qua",
                    ),
                ),
                (
                    "received_on",
                    models.DateField(
                        default=django.utils.timezone.localdate, verbose_name="nhận ngày"
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        help_text="Bị xoá cùng địa chỉ khi yêu cầu được giải quyết xong.",
                        verbose_name="ghi chú",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Mới nhận"),
                            ("answered", "Đã phản hồi"),
                            ("done", "Đã thực hiện"),
                            ("refused", "Đã từ chối"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="tình trạng",
                    ),
                ),
                ("answer_due", models.DateField(editable=False, verbose_name="hạn phản hồi")),
                ("due", models.DateField(editable=False, verbose_name="hạn thực hiện")),
                (
                    "answered_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="phản hồi lúc"),
                ),
                (
                    "closed_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="xong lúc"),
                ),
                (
                    "reason",
                    models.CharField(blank=True, max_length=300, verbose_name="lý do từ chối"),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True, editable=False, max_length=200, verbose_name="kết quả"
                    ),
                ),
                (
                    "masked",
                    models.CharField(
                        editable=False, max_length=254, verbose_name="thư điện tử (che bớt)"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64)),
            ],
            options={
                "verbose_name": "yêu cầu về dữ liệu cá nhân",
                "verbose_name_plural": "yêu cầu về dữ liệu cá nhân",
                "permissions": [
                    ("handle_personrequest", "Được giải quyết yêu cầu về dữ liệu cá nhân")
                ],
                "default_permissions": ["view", "add"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["open", "answered"])),
                        fields=["due", "id"],
                        name="person_request_open",
                    ),
                    models.Index(fields=["digest"], name="person_request_digest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True),
                                ("state__in", ["open", "answered"]),
                                models.Q(("email", ""), _negated=True),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("comments", ""),
                                ("email", ""),
                                ("note", ""),
                                ("state__in", ["done", "refused"]),
                            ),
                            _connector="OR",
                        ),
                        name="person_request_closed_is_forgotten",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="person_request_refused_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("keep_words", False), ("kind", "erase"), _connector="OR"
                        ),
                        name="person_request_words_are_kept_when_erasing",
                    ),
                ],
            },
        ),
    ]
