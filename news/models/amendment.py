"""Which document changes which."""

from django.db import models
from django.db.models import F, Q


class Amendment(models.Model):
    """A document changes or completes another one, which goes on."""

    document = models.ForeignKey(
        "news.Document", on_delete=models.CASCADE, related_name="amendments_made"
    )
    amended = models.ForeignKey(
        "news.Document", on_delete=models.CASCADE, related_name="amendments"
    )

    class Meta:
        verbose_name = "sửa đổi, bổ sung"
        verbose_name_plural = "sửa đổi, bổ sung"
        constraints = [
            models.UniqueConstraint(fields=["document", "amended"], name="amendment_once"),
            models.CheckConstraint(
                condition=~Q(document=F("amended")), name="amendment_not_of_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.amended_id}"
