"""What ties stories together across sections: tags, and the threads of events that go on."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F

from news import freshness, text
from news.addresses import address
from news.models.search import SearchEntry
from news.models.words import Begins


class TopicQuerySet(models.QuerySet[Any]):
    def beginning(self, typed: str) -> Self:
        """Whose name begins so in any spelling, from the index; all of them for nothing."""
        folded = text.fold(typed.replace("\x00", ""))[:100]
        return self.filter(Begins(F("folded"), folded)) if folded else self


class Topic(models.Model):
    """A name with its address and the folded form by which it is found."""

    name = models.CharField("tên", max_length=100)
    slug = models.SlugField("địa chỉ", max_length=100, unique=True, blank=True)
    folded = models.CharField(max_length=120, editable=False, db_index=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["folded", "id"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = text.one_line(self.name)
        self.folded = text.fold(self.name)[:120]
        self.slug = self.slug or text.slug(self.name, 100) or "the"
        is_shown = not self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_shown:
                freshness.bump()


class Tag(Topic):
    """A word under which stories are found. Two spellings that fold to the same address are one tag."""

    class Meta(Topic.Meta):
        verbose_name = "thẻ"
        verbose_name_plural = "thẻ"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Its stories are found by its new name: a few at once, many within minutes (SearchEntry.keep_soon)."""
        from news.models.article import Article

        with transaction.atomic():
            before = Tag.objects.filter(pk=self.pk).values_list("name", "slug").first()
            super().save(*args, **kwargs)
            if before and before != (self.name, self.slug):
                SearchEntry.keep_soon(SearchEntry.lock(Article.objects.filter(tags=self)))

    def get_absolute_url(self) -> str:
        return address("news:tag", self.slug)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Its stories are not found by its name any more, with the delay of save()."""
        from news.models.article import Article

        with transaction.atomic():
            stories = SearchEntry.lock(Article.objects.filter(tags=self))
            result = super().delete(*args, **kwargs)
            SearchEntry.keep_soon(stories)
        return result

    @classmethod
    def named(cls, names: list[str]) -> list["Tag"]:
        """The tags of these names, each made where there is none yet; empty names are passed over."""
        found: dict[str, Tag] = {}
        for name in names:
            slug = text.slug(name, 100)
            if slug and slug not in found:
                found[slug] = cls.objects.get_or_create(slug=slug, defaults={"name": name})[0]
        return list(found.values())


class TaggingQuerySet(models.QuerySet["Tagging"]):
    def bulk_create(self, objs: Iterable["Tagging"], *args: Any, **kwargs: Any) -> list["Tagging"]:
        """Every way to hang a tag on a story ends here, so here the story's moment is taken over."""
        from news.models.article import Article

        rows = list(objs)
        moments = dict(
            Article.objects.filter(pk__in={row.article_id for row in rows}).values_list(
                "pk", "published_at"
            )
        )
        for row in rows:
            row.published_at = moments.get(row.article_id)
        return super().bulk_create(rows, *args, **kwargs)


class Tagging(models.Model):
    """A story bears a tag. It has the story's moment too, so that an index yields the newest of a tag."""

    # The constraint and the index below begin with them.
    article = models.ForeignKey(
        "news.Article", on_delete=models.CASCADE, related_name="taggings", db_index=False
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings", db_index=False)
    published_at = models.DateTimeField(null=True, editable=False)

    objects = TaggingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "tag"], name="tagging_once"),
        ]
        indexes = [
            models.Index(
                F("tag"), F("published_at").desc(), F("article").desc(), name="tagging_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.tag_id}"


class Thread(Topic):
    """An event that is followed over weeks: `Theo dòng sự kiện`."""

    is_open = models.BooleanField(
        "đang theo dõi", default=True, help_text="Chỉ dòng sự kiện đang theo dõi mới được gợi ý."
    )

    class Meta(Topic.Meta):
        verbose_name = "dòng sự kiện"
        verbose_name_plural = "dòng sự kiện"

    def get_absolute_url(self) -> str:
        return address("news:thread", self.slug)
