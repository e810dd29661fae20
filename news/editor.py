"""The rich text editor in the admin: its field, its address book and the looser policy of its pages.

What the editor offers is declared in `news.richtext`; this module puts it on a form.
"""

import html
import re
from typing import Any

from ckeditor.widgets import CKEditorWidget
from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django import forms
from django.forms.widgets import Media
from django.templatetags.static import static
from django.urls import reverse
from django.utils.decorators import method_decorator

from news import richtext

# CKEditor 4 writes its own style attributes and starts its frame with an inline script. Only the pages that
# carry it get this on top of the site's policy; every other admin page lives under the strict one.
# blob: and data: are the picture that is being dropped in, before it has been uploaded.
EDITOR_POLICY = {
    "script-src": [UNSAFE_INLINE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["blob:"],
    "frame-src": [SELF],
}

_BLOCK_END = re.compile(r"</(?:p|div|li|h[1-6]|tr|blockquote)\s*>|<br\s*/?>", re.IGNORECASE)


class BodyEditor(CKEditorWidget):
    """CKEditor with our library behind its picture dialog; shows clean markup only, whatever the row holds."""

    @property
    def media(self) -> Media:
        # Named together with CKEditor, so that Django never sorts our script before it.
        return super().media + Media(js=["ckeditor/ckeditor/ckeditor.js", "js/admin/editor.js"])

    def _set_config(self) -> None:
        super()._set_config()
        self.config["filebrowserBrowseUrl"] = reverse("ckeditor_browse")
        self.config["filebrowserUploadUrl"] = self.config["uploadUrl"] = reverse("ckeditor_upload")
        self.config["contentsCss"] = [static("css/fonts.css"), static("css/editor.css")]

    def format_value(self, value: Any) -> str:
        """Cleaned before it is loaded: a row from an older time or another hand must not run in the editor."""
        markup = str(value or "")
        try:
            return richtext.clean(markup)
        except richtext.TooComplex:
            # Refused by the field; the words at least come back, as plain paragraphs.
            kept = markup[: richtext.MAX_LENGTH]
            parts = (richtext.plain(part) for part in _BLOCK_END.split(kept))
            return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in parts if part)


class BodyField(forms.CharField):
    """Rich text of a form: cleaned as at every save, refused in words where it cannot be cleaned."""

    widget = BodyEditor

    def clean(self, value: Any) -> str:
        try:
            return richtext.clean(super().clean(value))
        except richtext.TooComplex as refusal:
            raise forms.ValidationError(str(refusal)) from None


class EditorPages:
    """For a ModelAdmin whose form carries the editor: its add and change pages get EDITOR_POLICY."""

    @method_decorator(csp_update(EDITOR_POLICY))
    def changeform_view(self, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(*args, **kwargs)  # type: ignore[misc]
