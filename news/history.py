"""The history of a story as people read it: versions and steps, which version is public, what its keys stand for."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.paginator import Page, Paginator
from django.db.models import Q, Value

from news.content import Content
from news.diffing import LABELS, Names
from news.models import Article, Attachment, Document, Photo, Revision, Section, Step, Thread, Unit

PER_PAGE = 25

SOMEBODY = "không rõ ai"


def person(user: AbstractBaseUser | None) -> str:
    """How a member of the staff is called; a deleted account has no name any more."""
    if user is None:
        return SOMEBODY
    full_name: str = getattr(user, "get_full_name", str)()
    return full_name or user.get_username()


@dataclass(frozen=True)
class Entry:
    """One line of the history: a version, or a step. `changed` names the fields a version changed."""

    revision: Revision | None = None
    step: Step | None = None
    changed: tuple[str, ...] = ()

    @property
    def who(self) -> str:
        """Who saved or did it."""
        if self.revision:
            return person(self.revision.saved_by)
        return person(self.step.by if self.step else None)


def timeline(article: Article, page: str | None) -> Page[Any]:
    """Versions and steps of the story in one line, newest first, a page of Entry each; six queries at most.

    A page number that is none means the first page, one that is too great the last.
    """
    versions = article.revisions.annotate(kind=Value("version")).order_by()
    steps = Step.objects.filter(article=article).annotate(kind=Value("step")).order_by()
    # A step is taken after the version that it is about was saved, also at the same moment.
    line = (
        versions.values_list("saved_at", "kind", "pk")
        .union(steps.values_list("at", "kind", "pk"), all=True)
        .order_by("-saved_at", "kind", "-pk")
    )
    found: Page[Any] = Paginator(line, PER_PAGE).get_page(page)
    rows = list(found.object_list)
    of_kind = {
        kind: [pk for _, its_kind, pk in rows if its_kind == kind] for kind in ("version", "step")
    }
    kept = article.revisions.select_related("saved_by").in_bulk(of_kind["version"])
    taken = Step.objects.select_related("by").in_bulk(of_kind["step"])
    changed = _changed(article, kept.values())
    found.object_list = [
        Entry(revision=kept[pk], changed=changed.get(pk, ()))
        if kind == "version"
        else Entry(step=taken[pk])
        for _, kind, pk in rows
    ]
    return found


def _changed(article: Article, revisions: Iterable[Revision]) -> dict[int, tuple[str, ...]]:
    """What each of the versions changed against the one before it, by primary key of the version."""
    revisions = list(revisions)
    texts = {revision.number: revision.text for revision in revisions}
    before = {number - 1 for number in texts} - texts.keys()
    texts |= {r.number: r.text for r in article.revisions.filter(number__in=before)}
    bases = as_published(article, texts)
    return {
        revision.pk: tuple(
            LABELS[name]
            for name in LABELS
            if name in bases[revision.number - 1].differing(texts[revision.number])
        )
        for revision in revisions
        if revision.number - 1 in texts
    }


def as_published(article: Article, texts: dict[int, Content]) -> dict[int, Content]:
    """The versions, by their numbers, as what was saved after them began from them.

    Publishing gives a story its date where the version left that open. The next version has it and nobody typed
    it: compared with the version as it was saved, it would seem to be a change of whoever wrote about anything.
    """
    undated = [number for number, content in texts.items() if content.published_at is None]
    steps = article.steps.filter(verb=Step.Verb.PUBLISHED, version__in=undated).order_by("at")
    given: dict[int, dt.datetime] = {}
    for number, moment in steps.values_list("version", "at"):
        given.setdefault(number, moment)
    return texts | {
        number: dataclasses.replace(texts[number], published_at=moment)
        for number, moment in given.items()
    }


def public_version(article: Article) -> int | None:
    """Number of the version that the row holds while the story is published or waits for its time, else None.

    None also for a story that was imported and of which nobody has saved a version yet.
    """
    if article.status != Article.Status.PUBLISHED or article.version == 0:
        return None
    if not article.has_working_copy:
        return article.version
    step = article.steps.filter(
        verb__in=[Step.Verb.PUBLISHED, Step.Verb.SCHEDULED, Step.Verb.DISCARDED]
    ).first()
    # What was public before the first version was saved became the first version.
    return max(step.version, 1) if step else 1


def names_of(contents: Iterable[Content], *, seen_by: Any) -> Names:
    """What the keys in these contents stand for, in one query for each kind of row.

    A story that this person does not see at the desk and that is not public is named by its number only.
    """
    contents = list(contents)

    def keys(name: str) -> set[int]:
        return {key for content in contents if (key := getattr(content, name))}

    related = {key for content in contents for key in content.related}
    documents = {key for content in contents for key in content.documents}
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
        "documents": dict(Document.objects.filter(pk__in=documents).values_list("pk", "number")),
        "related": dict(titles.values_list("pk", "title")),
    }
