"""Which comments: what readers see, the lists of those who decide, what contains a word, what one person sent."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q

from news.mail_addresses import matching
from news.models import Article
from news.models.words import Terms

if TYPE_CHECKING:
    from comments.models.comment import Comment  # noqa: F401 - in quotes below


class CommentQuerySet(models.QuerySet["Comment"]):
    def public(self, *, at: dt.datetime | None = None) -> Self:
        """The only source of what readers see: approved, on articles that are public, under comments that are.

        Now, or `at` that moment.
        """
        return self.filter(
            Q(parent=None) | Q(parent__status=self.model.Status.APPROVED),
            # Asked of each comment: a list of all that are published would be made anew for every page.
            Exists(Article.objects.published(at=at).filter(pk=OuterRef("article"))),
            status=self.model.Status.APPROVED,
        )

    def awaiting(self) -> Self:
        """The queue: what waits for a decision and is not suspected, the longest-waiting first."""
        return self.filter(status=self.model.Status.PENDING, suspected=False).order_by(
            "created_at", "id"
        )

    def first_awaiting(self) -> int:
        """The lowest number of those that wait for a decision, suspected or not; 0 if none does."""
        waiting = self.filter(status=self.model.Status.PENDING).order_by("id")
        return waiting.values_list("id", flat=True).first() or 0

    def suspected(self) -> Self:
        """The list "Nghi spam": what waits and has too many signals, the longest-waiting first."""
        return self.filter(status=self.model.Status.PENDING, suspected=True).order_by(
            "created_at", "id"
        )

    def reported(self) -> Self:
        """What readers reported and nobody has looked at since, the most reported first."""
        return self.filter(status=self.model.Status.APPROVED, reports__gt=0).order_by(
            "-reports", "id"
        )

    def unanswered(self) -> Self:
        """Questions that wait for the office, the soonest due first."""
        return self.filter(
            answer_due__isnull=False, answered_at=None, status=self.model.Status.APPROVED
        ).order_by("answer_due", "id")

    def with_answers(self) -> Self:
        """Each with its public answer, if there is one, from the same query; see Comment.public_answer."""
        public = FilteredRelation("answers", condition=Q(answers__state="published"))
        return self.alias(official=public).annotate(
            answer_unit=F("official__unit"),
            answer_text=F("official__text"),
            answer_published_at=F("official__published_at"),
        )

    def set_due_again(self) -> None:
        """Reckon the days by which open questions are to be answered anew: the office's rules have changed."""
        from comments.models.policy import Policy

        due = Policy.current().due_days()
        changed = []
        for question in self.filter(answer_due__isnull=False, answered_at=None).only(
            "created_at", "answer_due"
        ):
            if question.answer_due != (day := due(question.created_at)):
                question.answer_due = day
                changed.append(question)
        self.bulk_update(changed, ["answer_due"], batch_size=500)

    def containing(self, typed: str) -> Self:
        """Those in whose name or text every typed word occurs, without diacritics, the newest first.

        No word at all finds nothing.
        """
        terms = Terms.of(typed)
        if not terms.words:
            return self.none()
        return self.filter(words__index__match=terms).order_by("-words__pk")

    def by_person(self, email: str) -> Self:
        """Everything that still carries this address, however it was typed."""
        return self.exclude(email="").filter(matching("email", email))
