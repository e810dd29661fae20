"""Old addresses that lead on: stored as the form stores them, followed as a reader follows them."""

from typing import Any

from news.models import Redirect, Section
from tests.asking import ask


def redirect(old: str, target: str, **fields: Any) -> Redirect:
    """As the form stores it."""
    made = Redirect(old=old, target=target, **fields)
    made.full_clean()
    made.write(by=None)
    return Redirect.objects.get(pk=made.pk)


def leads(path: str, query: str = "") -> str:
    """Where a reader ends who opens the address: after exactly one hop, or at once."""
    answer = ask(path, query=query)
    if answer.status in {200, 404}:
        return str(answer.status)
    assert answer.status == 301, path
    location = answer.headers["Location"]
    if location.startswith("/"):
        where, _, rest = location.partition("?")
        assert ask(where, query=rest).status == 200, location
    return location


def rename(section: Section, slug: str) -> None:
    section.slug = slug
    section.full_clean()
    section.save()
