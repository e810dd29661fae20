"""The lists under which documents are found: their kinds and who issues them."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from news import freshness, text

if TYPE_CHECKING:
    from news.models.document import Document


class Heading(models.Model):
    """A word of a list under which documents are found."""

    name = models.CharField(
        "tên",
        max_length=150,
        unique=True,
        error_messages={"unique": "Tên này đã có trong danh sách."},
    )
    slug = models.SlugField(
        "địa chỉ",
        max_length=150,
        unique=True,
        blank=True,
        help_text="Để trống thì tự tạo từ tên.",
        error_messages={"unique": "Địa chỉ này đã có trong danh sách."},
    )
    order = models.PositiveSmallIntegerField("thứ tự", default=0)

    if TYPE_CHECKING:
        documents: "models.Manager[Document]"

    class Meta:
        abstract = True
        ordering = ["order", "name", "id"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Documents are found by the new name at once."""
        self.name = text.one_line(self.name)
        self.slug = self.slug or text.slug(self.name, 150)
        is_listed = not self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_listed:
                from news.models.document import Document

                Document.keep_words(self.documents.select_related("kind", "issuer"))
                freshness.bump()

    def clean(self) -> None:
        """Refuses a name whose address another one has."""
        self.name = text.one_line(self.name)
        self.slug = self.slug or text.slug(self.name, 150)
        if not self.slug:
            raise ValidationError({"name": "Tên phải có chữ hoặc số."})
        others = type(self)._base_manager.exclude(pk=self.pk)
        if others.filter(slug=self.slug).exists():
            raise ValidationError({"name": "Tên này trùng với một tên đã có trong danh sách."})


class DocumentKind(Heading):
    """What a document is: Quyết định, Thông báo … The abbreviation stands in its number."""

    abbreviation = models.CharField(
        "chữ viết tắt", max_length=10, blank=True, help_text="Như trong số, ký hiệu: QĐ, NQ, TB."
    )

    class Meta(Heading.Meta):
        verbose_name = "loại văn bản"
        verbose_name_plural = "loại văn bản"


class Issuer(Heading):
    """Who issues documents: the office itself, and those above it."""

    class Meta(Heading.Meta):
        verbose_name = "cơ quan ban hành"
        verbose_name_plural = "cơ quan ban hành"
