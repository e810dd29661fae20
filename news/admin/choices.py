"""Lists of choices as they stand on the forms of the desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db.models import ManyToManyField
from django.http import HttpRequest


def is_key(value: str) -> bool:
    """Whether what an address or a form holds can be the key of a row."""
    return value.isascii() and value.isdecimal() and len(value) < 19


class ChosenByTyping(AutocompleteSelectMultiple):
    """Several rows, found by typing. Django's own asks the database for whatever was sent, and a word breaks it."""

    @property
    def media(self) -> forms.Media:
        # Behind the script that makes the boxes.
        return super().media + forms.Media(js=["admin/js/autocomplete.js", "js/admin/typing.js"])

    def optgroups(self, name: str, value: Any, attrs: Any = None) -> Any:
        return super().optgroups(name, [key for key in value if is_key(str(key))], attrs)


class RowsByTyping(forms.ModelMultipleChoiceField):
    """Refuses what can be no key before the database is asked: SQLite breaks at a number that is too long."""

    def _check_values(self, value: Any) -> Any:
        for key in value:
            if not is_key(str(key)):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"], "invalid_pk_value", {"pk": key}
                )
        return super()._check_values(value)  # type: ignore[misc]


class ManyByTyping:
    """For a ModelAdmin: its `autocomplete_fields` hold several rows each."""

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs |= {"form_class": RowsByTyping, "widget": ChosenByTyping(db_field, admin.site)}
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


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
