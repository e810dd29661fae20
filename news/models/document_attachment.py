"""The files of documents."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models, transaction

from news import freshness
from news.models.attachment import Attachment

if TYPE_CHECKING:
    from news.models.document import Document


class DocumentAttachment(models.Model):
    """A file of a document, at this place."""

    document = models.ForeignKey(
        "news.Document", on_delete=models.CASCADE, related_name="attachment_uses"
    )
    attachment = models.ForeignKey(
        Attachment, verbose_name="tệp", on_delete=models.PROTECT, related_name="document_uses"
    )
    order = models.PositiveSmallIntegerField("thứ tự")

    class Meta:
        verbose_name = "tệp của văn bản"
        verbose_name_plural = "tệp của văn bản"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "attachment"], name="document_attachment_once"
            ),
            models.UniqueConstraint(fields=["document", "order"], name="document_attachment_order"),
        ]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.attachment_id}"

    @staticmethod
    def put_on(document: "Document", keys: Sequence[int]) -> None:
        """Exactly these files are the document's, in this order; what was deleted meanwhile is left out."""
        known = [attachment.pk for attachment in Attachment.objects.in_order(keys)]
        rows = DocumentAttachment.objects.filter(document=document)
        if list(rows.order_by("order").values_list("attachment_id", flat=True)) == known:
            return
        with transaction.atomic():
            rows.delete()
            DocumentAttachment.objects.bulk_create(
                DocumentAttachment(document=document, attachment_id=key, order=order)
                for order, key in enumerate(known)
            )
            if document.was_public:
                freshness.bump()
