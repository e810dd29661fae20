"""Records that only grow: what was written is neither changed nor deleted, whoever asks."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models

UNCHANGEABLE = "Nhật ký quyết định không sửa và không xoá được."


class RecordQuerySet(models.QuerySet[Any]):
    """Readable only: what changes or deletes rows is refused."""

    def update(self, **kwargs: Any) -> int:
        raise PermissionDenied(UNCHANGEABLE)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise PermissionDenied(UNCHANGEABLE)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise PermissionDenied(UNCHANGEABLE)


class Record(models.Model):
    """One line of such a record."""

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        if self.pk is not None:
            raise PermissionDenied(UNCHANGEABLE)
        super().save(**kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PermissionDenied(UNCHANGEABLE)
