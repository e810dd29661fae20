"""Lists of choices as they stand on the forms of the desk."""

from typing import Any

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import HttpRequest


class PlainChoices:
    """For a ModelAdmin: a list of choices without Django's four icons for editing what is chosen."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class NamedOrder:
    """Lists where the order is typed into a column: each box says what it is, the column's head is not its label."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if db_field.name == "order" and field is not None:
            field.widget.attrs["aria-label"] = "Thứ tự"
        return field
