"""Rows that are only looked at."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """For a ModelAdmin: nobody adds, changes or deletes a row here, whatever rights there are."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
