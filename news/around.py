"""The stories that stand around one on its page: before and after it, related ones, those of its thread."""

import datetime as dt
from collections.abc import Iterable
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import F, FloatField, Value
from django.shortcuts import get_object_or_404
from django.utils import timezone

from news import freshness
from news.models import Article, ArticleQuerySet, Section, article_address
from news.prepared import PreparedQuery

NEIGHBOURS = 5
KINDS = ("newer", "older", "related", "similar", "in_thread")
# Of a Line, in its order.
_SHOWN = ("pk", "title", "slug", "section_id", "published_at")


def sections() -> dict[int, Section]:
    """All sections by their keys, in their order, each with its parent. They are shared: nobody may change them."""
    found: dict[int, Section] = freshness.made_once("sections", _sections)
    return found


def _sections() -> dict[int, Section]:
    found = {section.pk: section for section in Section.objects.all()}
    for section in found.values():
        if section.parent_id:
            section.parent = found[section.parent_id]
    return found


def section_of(key: int) -> Section:
    """The section of that key; one that is newer than what the process knows is asked for."""
    return sections().get(key) or Section.objects.select_related("parent").get(pk=key)


def section_at(slug: str) -> Section:
    """The section with that address. Raises Http404."""
    for section in sections().values():
        if section.slug == slug:
            return section
    return get_object_or_404(Section.objects.select_related("parent"), slug=slug)


class Line(NamedTuple):
    """A story as a line in a list shows it."""

    pk: int
    title: str
    slug: str
    section: Section
    published_at: dt.datetime

    def get_absolute_url(self) -> str:
        return article_address(self.section.slug, self.slug, self.pk)


def _kinds(pk: Any, section: Any, thread: Any, moment: Any, at: Any) -> list[ArticleQuerySet]:
    """One queryset of each of KINDS, the nearest stories first; `related` is what an editor chose, `similar` what
    news.relating found."""
    others = Article.objects.published(at=at).exclude(pk=pk)
    in_section = Article.objects.filter(section=section)
    return [
        in_section.newer_than(moment, pk, at=at),
        in_section.older_than(moment, pk, at=at),
        others.filter(
            pk__in=Article.related.through.objects.filter(from_article=pk).values("to_article")
        ).newest_first(),
        others.filter(related_to__article=pk).order_by(
            "-related_to__score", "-related_to__other_id"
        ),
        others.filter(thread=thread).newest_first(),
    ]


def _prepared(names: tuple[str, ...]) -> PreparedQuery:
    return PreparedQuery(
        lambda *values: [
            kind.annotate(
                closeness=F("related_to__score") if name == "similar" else Value(0.0, FloatField())
            ).values_list(*_SHOWN, "closeness")[:NEIGHBOURS]
            for name, kind in zip(KINDS, _kinds(*values), strict=True)
            if name in names
        ],
        *(int, int, int, dt.datetime, dt.datetime),
    )


# By whether a story belongs to a thread: most do not, and each kind costs.
_PREPARED = {True: _prepared(KINDS), False: _prepared(KINDS[:-1])}


def of(article: Article) -> dict[str, list[Line]]:
    """What stands around a public article, by kind. One query."""
    rows = _PREPARED[article.thread_id is not None](
        article.pk, article.section_id, article.thread_id or 0, article.published_at, timezone.now()
    )
    found: dict[str, list[Any]] = {name: [] for name in KINDS}
    for place, *row in rows:
        found[KINDS[place]].append(row)
    # Rows that come together are promised in no order.
    for name, those in found.items():
        by = itemgetter(5, 0) if name == "similar" else itemgetter(4, 0)
        those.sort(key=by, reverse=name != "newer")
    return _listed({name: [_line(*row[:5]) for row in those] for name, those in found.items()})


def of_version(article: Article, related: Iterable[int]) -> dict[str, list[Line]]:
    """The same for a version that is not public: it is looked up by what the version says, its `related` stories too."""
    kinds = dict(
        zip(
            KINDS,
            _kinds(
                article.pk,
                article.section_id,
                article.thread_id or 0,
                article.published_at or timezone.now(),
                timezone.now(),
            ),
            strict=True,
        )
    )
    others = Article.objects.published().exclude(pk=article.pk)
    kinds["related"] = others.filter(pk__in=related).newest_first()
    return _listed(
        {
            name: [_line(*row) for row in kind.values_list(*_SHOWN)[:NEIGHBOURS]]
            for name, kind in kinds.items()
        }
    )


def _listed(found: dict[str, list[Line]]) -> dict[str, list[Line]]:
    """Beside a story stands what an editor chose, then what is similar, as far as there is room."""
    chosen, in_thread = found["related"], found["in_thread"]
    similar = [other for other in found.pop("similar") if other not in (*chosen, *in_thread)]
    return {**found, "related": [*chosen, *similar][:NEIGHBOURS]}


def _line(pk: int, title: str, slug: str, section: int, published_at: dt.datetime) -> Line:
    return Line(pk, title, slug, section_of(section), published_at)
