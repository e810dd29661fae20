"""Who uploaded what and when, whichever way the file came: by a form, dropped into a text, sent by a page."""

from typing import Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.db import models


def note_upload(row: models.Model, *, by: Any) -> None:
    """Write it into the desk's log, from which the portal's audit log has it; in the transaction that stores the row.

    `by` is None for what no person uploads: the demo, pages of the old portal.
    """
    if by is not None:
        LogEntry.objects.log_actions(by.pk, [row], ADDITION, "Tải lên", single_object=True)
