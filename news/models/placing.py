"""Where a story stands on the site: its section, and whether it is among the featured.

These change at once, for readers too, apart from the words: of a story with a working copy the public version and
the copy change alike, so that publishing the copy later takes nothing back.
"""

import dataclasses
import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from news.content import Content
from news.models.section import Section
from news.models.staff import sections_of
from news.models.workflow import Workflow


class Placing(Workflow):
    """The verbs that place a story. `seen` is the version that was looked at; a newer one raises Outdated."""

    class Meta:
        abstract = True

    def may_move(self, user: Any) -> bool:
        """Whether this person may put it into another section: who may edit it, of a public one who may publish."""
        return self.may_edit(user) and (not self.was_public or self.may_publish(user))

    def may_feature(self, user: Any) -> bool:
        """Whether this person may put it among the featured, or take it out."""
        return user.has_perm("news.feature_article") and self.may_view(user)

    def move_to(self, section: Section, *, by: Any, seen: int | None = None) -> None:
        """Put it into another section; its old address leads to the new one.

        Raises PermissionDenied, also for a section outside the person's limit, and ValueError if it is there already.
        """
        with transaction.atomic():
            self._lock(seen)
            limits = sections_of(by)
            if not self.may_move(by) or not (limits is None or section.pk in limits):
                raise PermissionDenied("Bạn không có quyền chuyển tin này sang chuyên mục đó.")
            if self.newest.section == section.pk == self._article.section_id:
                raise ValueError("Tin đã ở chuyên mục này.")
            self._change_everywhere({"section": section.pk}, by)

    def feature(
        self, *, by: Any, until: dt.datetime | None = None, seen: int | None = None
    ) -> None:
        """Put it among the featured from now on, or from when it was, until that moment or until it is taken out.

        Raises PermissionDenied, ValueError for what is withdrawn, ValidationError for a moment that is over.
        """
        with transaction.atomic():
            self._lock(seen)
            if not self.may_feature(by):
                raise PermissionDenied("Bạn không có quyền đặt tin nổi bật.")
            if self.is_gone:
                raise ValueError("Tin không còn trên trang nên không đặt nổi bật được.")
            now = timezone.now()
            if until is not None and until <= now:
                raise ValidationError("Thời điểm này đã qua.")
            begin = self.featured_from if self.is_featured else now
            self._change_everywhere({"featured_from": begin, "featured_until": until}, by)

    def unfeature(self, *, by: Any, seen: int | None = None) -> None:
        """Take it out of the featured, now or to come. Raises PermissionDenied, ValueError if it is not there."""
        with transaction.atomic():
            self._lock(seen)
            if not self.may_feature(by):
                raise PermissionDenied("Bạn không có quyền bỏ tin nổi bật.")
            if self.featured_from is None and self.newest.featured_from is None:
                raise ValueError("Tin này không được đặt nổi bật.")
            self._change_everywhere({"featured_from": None, "featured_until": None}, by)

    def _change_everywhere(self, changes: dict[str, Any], by: Any) -> None:
        """On the row and, as a version of its own, on the working copy; each is found in the history."""
        copy = self.newest if self.has_working_copy else None
        placed = dataclasses.replace(Content.of(self._article), **changes)
        if self.version == 0:
            # It was imported or made by a program: what it was stays findable.
            self._add_revision(
                Content.of(self._article), by=self._article.created_by, at=self._article.created_at
            )
        self._add_revision(placed, by=by)
        placed.put_on(self._article)
        if copy is not None:
            self._add_revision(dataclasses.replace(copy, **changes), by=by)
        self.save()
