"""Which stories stand beside one, as `news.relating` found out."""

from django.db import models
from django.db.models import F


class RelatedStory(models.Model):
    """`other` may stand below `article`, the closer the higher its score. What an editor chose is in Article.related."""

    article = models.ForeignKey(
        "news.Article", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    other = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="related_to")
    score = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "other"], name="related_story_once")
        ]
        indexes = [
            models.Index(
                F("article"), F("score").desc(), F("other").desc(), name="related_story_closest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.other_id}"
