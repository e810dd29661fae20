"""The proof of a story: what the second reader remarks, with what the database knows and editors have overruled."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from news import richtext, text
from news.content import Content
from news.links import troubles
from news.models import Article, Overrule, Photo
from news.proofreading import Finding, Manuscript, findings


@dataclass(frozen=True)
class Remark:
    """A finding and, if an editor lets it stand, who did so and why."""

    finding: Finding
    overrule: Overrule | None = None


def proof(
    *, title: str, lead: str, body: str, cover: Photo | None, article: Article | None = None
) -> list[Remark]:
    """The remarks on these texts, as they would be stored. `article` is the story they belong to, if it is saved.

    The same few queries however long the story. Raises richtext.TooComplex for a body that cannot be cleaned.
    """
    body = richtext.clean(body)
    story = Manuscript(
        title=text.one_line(title), lead=text.nfc(lead).strip(), body=body, cover=_key(cover)
    )
    keys = {picture.key for picture in story.parts.pictures if picture.key} | {_key(cover)}
    undescribed = Photo.objects.filter(key__in=keys - {""}).undescribed()
    described = keys - {key.hex for key in undescribed.values_list("key", flat=True)}
    known = replace(
        story,
        described=frozenset(described),
        links=troubles((link.href for link in story.parts.links), article=article),
    )
    overruled: dict[str, Any] = {}
    if article and article.pk:
        overrules = article.overrules.select_related("by")
        overruled = {overrule.fingerprint: overrule for overrule in overrules}
    remarks = (Remark(found, overruled.get(found.fingerprint)) for found in findings(known))
    return sorted(remarks, key=lambda remark: remark.overrule is not None)


def _key(photo: Photo | None) -> str:
    return photo.key.hex if photo else ""


def proof_of(article: Article, content: Content | None = None) -> list[Remark]:
    """The remarks on a version of the story: its newest, unless another one is given."""
    content = content or article.newest
    return proof(
        title=content.title,
        lead=content.lead,
        body=content.body,
        cover=Photo.objects.filter(pk=content.cover).first() if content.cover else None,
        article=article,
    )


def blocking(remarks: Iterable[Remark]) -> list[Finding]:
    """What must be mended before the story is published."""
    return [remark.finding for remark in remarks if remark.finding.is_error]
