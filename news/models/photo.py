"""The picture library."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from news import freshness, photos, richtext, text


class Photo(models.Model):
    """A picture of the library, cleaned and with its renditions; `news.photos` makes the files."""

    key = models.UUIDField("mã", unique=True, editable=False)
    extension = models.CharField("định dạng", max_length=4, editable=False)
    alt = models.CharField(
        "mô tả ảnh (alt)",
        max_length=300,
        blank=True,
        help_text="Ảnh cho thấy gì? Dành cho người không nhìn thấy ảnh.",
    )
    caption = models.CharField("chú thích", max_length=500, blank=True)
    credit = models.CharField(
        "nguồn ảnh", max_length=200, blank=True, help_text="Ví dụ: Ảnh: Minh Tâm"
    )
    width = models.PositiveIntegerField("rộng", editable=False)
    height = models.PositiveIntegerField("cao", editable=False)
    rendition_widths = models.JSONField("các cỡ", default=list, editable=False)
    sha256 = models.CharField("dấu vân tệp gốc", max_length=64, editable=False, db_index=True)
    is_placeholder = models.BooleanField("ảnh báo thiếu", default=False, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người tải lên",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    uploaded_at = models.DateTimeField("tải lên lúc", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "ảnh"
        verbose_name_plural = "thư viện ảnh"
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="photo_has_a_size"),
        ]

    def __str__(self) -> str:
        return self.caption or self.alt or f"Ảnh {self.key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            freshness.bump()

    @classmethod
    def store(
        cls, upload: UploadedFile, *, by: Any = None, is_placeholder: bool = False, **texts: str
    ) -> "Photo":
        """Take an upload into the library. `texts` may hold alt, caption and credit.

        A placeholder stands where a photograph is lost; it never becomes a cover.

        Raises photos.PhotoRefused for what cannot be taken and PermissionDenied for who may not; then no file
        and no row remains.
        """
        if by is not None and not by.has_perm("news.add_photo"):
            raise PermissionDenied("Bạn không có quyền tải ảnh lên.")
        prepared = photos.prepare(upload)
        photos.write_files(prepared)
        photo = cls(
            key=prepared.key,
            extension=prepared.extension,
            width=prepared.width,
            height=prepared.height,
            rendition_widths=prepared.widths,
            sha256=prepared.digest,
            uploaded_by=by,
            is_placeholder=is_placeholder,
            **{name: text.one_line(value) for name, value in texts.items()},
        )
        try:
            photo.save()
        except BaseException:
            photo.delete_files()
            raise
        return photo

    @classmethod
    def first_of(cls, body: str) -> "Photo | None":
        """The first picture of a clean body that can stand for the story; a placeholder cannot."""
        keys = richtext.photo_keys(body)
        real = cls.objects.filter(key__in=keys, is_placeholder=False)
        return min(real, key=lambda photo: keys.index(photo.key.hex), default=None)

    @property
    def url(self) -> str:
        """Address of the master, at most 2560 pixels a side."""
        return self._url(f".{self.extension}")

    def rendition_url(self, width: int) -> str:
        """Address of the smallest rendition at least `width` pixels wide, in the original format."""
        for candidate in self.rendition_widths:
            if candidate >= width:
                return self._url(f"-{candidate}.{self.extension}")
        return self.url

    def srcset(self, extension: str) -> str:
        """All widths in one format as the `srcset` attribute wants them."""
        entries = [
            f"{self._url(f'-{width}.{extension}')} {width}w" for width in self.rendition_widths
        ]
        master = f".{extension}" if extension == self.extension else f"-{self.width}.{extension}"
        return ", ".join([*entries, f"{self._url(master)} {self.width}w"])

    def _url(self, ending: str) -> str:
        return default_storage.url(photos.file_name(self.key, ending))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuses (ProtectedError) while an article shows the photo; its files go when the row is gone."""
        with transaction.atomic():
            result = super().delete(*args, **kwargs)
            transaction.on_commit(self.delete_files)
        return result

    def delete_files(self) -> None:
        """Remove the master and every rendition from the storage."""
        endings = {f".{self.extension}", f"-{self.width}.webp"}
        endings |= {
            f"-{w}.{ext}" for w in self.rendition_widths for ext in ("webp", self.extension)
        }
        for ending in endings:
            default_storage.delete(photos.file_name(self.key, ending))
