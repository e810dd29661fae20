"""Two people on one story: the second to save sees both texts of every field that differs, and chooses.

Three versions meet: `began`, from which the form was filled, the newest, which somebody else saved, and what was
typed. A field that only one of the two changed has its answer; a field that both changed needs one.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from news import diffing, richtext
from news.content import KEYS, Content
from news.diffing import FieldDifference
from news.history import names_of, person
from news.models import Attachment, Revision
from news.text import desk_moment

# The answer to a field stands in the box `take-<field>`.
ANSWER = "take-"
MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Choice:
    """A field that differs: both texts, and whose is kept. No answer yet where both changed it."""

    difference: FieldDifference
    by_both: bool
    answer: str

    @property
    def field(self) -> str:
        return self.difference.field

    @property
    def box(self) -> str:
        return ANSWER + self.field


@dataclass(frozen=True)
class Conflict:
    """What somebody else saved meanwhile, against what was typed."""

    choices: list[Choice]
    revision: Revision | None
    is_own: bool

    @property
    def who(self) -> str:
        """Who saved the newest version."""
        if self.is_own:
            return "bạn, ở một cửa sổ khác"
        return person(self.revision.saved_by if self.revision else None)

    @property
    def when(self) -> str:
        return desk_moment(self.revision.saved_at) if self.revision else ""

    @property
    def open(self) -> list[Choice]:
        """What both changed and nobody has decided yet."""
        return [choice for choice in self.choices if not choice.answer]

    @property
    def taken(self) -> list[str]:
        """Fields that are taken over from the newest version."""
        return [choice.field for choice in self.choices if choice.answer == THEIRS]


def find_conflict(form: Any, *, began: int, seen: int) -> Conflict | None:
    """What the form would overwrite, with the answers that were given; None where both texts are the same.

    `seen` is the version that the answers were given to: an answer about another text does not hold. Only fields
    that the form shows are asked about, the others stay as the newest version has them.
    """
    article, newest = form.instance, form.newest
    revisions = {
        revision.number: revision
        for revision in article.revisions.filter(
            number__in={max(began, 1), max(seen, 1), article.version}
        ).select_related("saved_by")
    }
    base = revisions[max(began, 1)].text if max(began, 1) in revisions else None
    answered = revisions[max(seen, 1)].text if max(seen, 1) in revisions else newest
    mine = _tidy(form.content())
    names = names_of([newest, mine], seen_by=form.user)
    by_me = set(diffing.differing(base, mine)) if base else None
    by_them = set(diffing.differing(base, newest)) if base else None
    still_holds = set(diffing.LABELS) - set(diffing.differing(answered, newest))
    choices = []
    for difference in diffing.differences(newest, mine, names):
        name = difference.field
        if name not in form.fields:
            continue
        by_both = by_me is None or by_them is None or (name in by_me and name in by_them)
        answer = form.data.get(ANSWER + name, "") if began != seen and name in still_holds else ""
        if answer not in {MINE, THEIRS}:
            answer = "" if by_both else MINE if by_me and name in by_me else THEIRS
        choices.append(Choice(difference, by_both, answer))
    if not choices:
        return None
    choices.sort(key=lambda choice: not choice.by_both)
    revision = revisions.get(article.version)
    is_own = revision is not None and revision.saved_by_id == form.user.pk
    return Conflict(choices, revision, is_own)


def take(form: Any, fields: list[str]) -> None:
    """Put the newest version's values for these fields in the place of what was typed."""
    for name in fields:
        value = getattr(form.newest, name)
        try:
            box = form.fields[name]
            if isinstance(box, forms.ModelMultipleChoiceField) and box.queryset is not None:
                value = box.queryset.filter(pk__in=value)
            elif name == "attachments":
                value = Attachment.objects.in_order(value)
            elif name in KEYS:
                value = box.clean(value)
            form.cleaned_data[name] = value
        except ValidationError as refusal:
            # For instance a section in which this person does not work.
            form.add_error(name, refusal)


def _tidy(content: Content) -> Content:
    """As it would be stored, so that a blank at an end is no difference; as it is where it could not be stored."""
    try:
        return content.cleaned()
    except (ValidationError, richtext.TooComplex):
        return content
