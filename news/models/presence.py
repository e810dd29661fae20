"""Who has a story's form open now. Nobody is kept out by it: it only says who else is there."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from news.models.article import Article

# An open form says so every half minute; who was silent for so long has closed it, or lost the network.
SILENCE = dt.timedelta(minutes=2)


class EditingPresenceQuerySet(models.QuerySet["EditingPresence"]):
    def note(self, article: "Article", user: Any) -> None:
        """This person has the form of this story open now. Older rows mean nothing and are taken away."""
        now = timezone.now()
        self.bulk_create(
            [EditingPresence(article=article, user=user, seen_at=now)],
            update_conflicts=True,
            unique_fields=["article", "user"],
            update_fields=["seen_at"],
        )
        self.filter(seen_at__lt=now - SILENCE).delete()

    def beside(self, user: Any, article: "Article") -> "EditingPresenceQuerySet":
        """Everybody else who has the form of this story open now, in a lasting order."""
        return (
            self.filter(article=article, seen_at__gte=timezone.now() - SILENCE)
            .exclude(user=user)
            .select_related("user")
            .order_by("user_id")
        )


class EditingPresence(models.Model):
    """One person before one story's form, seen there last at `seen_at`."""

    article = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField("thấy lần cuối")

    objects = EditingPresenceQuerySet.as_manager()

    class Meta:
        verbose_name = "người đang mở tin"
        verbose_name_plural = "người đang mở tin"
        # It comes and goes by itself: no rights to give away.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "user"], name="presence_of_a_person_once"),
        ]
        indexes = [models.Index(fields=["seen_at"], name="presence_oldest")]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.user_id}"
