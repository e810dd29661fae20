"""Loading the demo in a test."""

import io

import pytest
from django.core.management import call_command

from news import renditions


def run_demo() -> str:
    """Load the demo; what the command printed."""
    out = io.StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thumbnails instead of six renditions of each drawing: what is tested here is not their size."""
    monkeypatch.setattr(renditions, "MASTER_SIDE", 160)
