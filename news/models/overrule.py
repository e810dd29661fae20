"""An editor's word against a warning of the second reader."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Overrule(models.Model):
    """A warning that an editor has looked at and lets stand; it holds as long as the words it is about."""

    article = models.ForeignKey(
        "news.Article", verbose_name="tin bài", on_delete=models.CASCADE, related_name="overrules"
    )
    code = models.CharField("loại", max_length=40)
    # Finding.fingerprint: another text has another one, so the warning comes back.
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField("lý do", max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người bỏ qua",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField("lúc", default=timezone.now)

    class Meta:
        verbose_name = "cảnh báo đã bỏ qua"
        verbose_name_plural = "cảnh báo đã bỏ qua"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "fingerprint"], name="overrule_once_for_each_remark"
            ),
            # Without a reason the next reader cannot tell a decision from a slip.
            models.CheckConstraint(condition=~models.Q(reason=""), name="overrule_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"
