"""The history of a story as people read it: whose version, which one is public, and what its keys stand for."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from news.content import Content
from news.diffing import Names
from news.models import Article, Attachment, Photo, Section, Thread, Unit

SOMEBODY = "không rõ ai"


def person(user: AbstractBaseUser | None) -> str:
    """How a member of the staff is called; a deleted account has no name any more."""
    if user is None:
        return SOMEBODY
    full_name: str = getattr(user, "get_full_name", str)()
    return full_name or user.get_username()


def names_of(contents: Iterable[Content], *, seen_by: Any) -> Names:
    """What the keys in these contents stand for, in one query for each kind of row.

    A story that this person does not see at the desk and that is not public is named by its number only.
    """
    contents = list(contents)

    def keys(name: str) -> set[int]:
        return {key for content in contents if (key := getattr(content, name))}

    related = {key for content in contents for key in content.related}
    files = {key for content in contents for key in content.attachments}
    photos = Photo.objects.in_bulk(keys("cover"))
    visible = Q(pk__in=Article.objects.visible_to(seen_by).values("pk"))
    public = Q(pk__in=Article.objects.published().values("pk"))
    titles = Article.objects.filter(visible | public, pk__in=related)
    return {
        "section": dict(Section.objects.filter(pk__in=keys("section")).values_list("pk", "name")),
        "unit": dict(Unit.objects.filter(pk__in=keys("unit")).values_list("pk", "name")),
        "thread": dict(Thread.objects.filter(pk__in=keys("thread")).values_list("pk", "name")),
        "cover": {pk: photo.caption or photo.alt or f"Ảnh số {pk}" for pk, photo in photos.items()},
        "attachments": dict(Attachment.objects.filter(pk__in=files).values_list("pk", "title")),
        "related": dict(titles.values_list("pk", "title")),
    }
