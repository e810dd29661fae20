"""What ties stories together across sections: tags, and the threads of events that go on."""

from typing import Any, Self

from django.db import models, transaction
from django.db.models import F

from news import freshness, text
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

    @classmethod
    def named(cls, names: list[str]) -> list["Tag"]:
        """The tags of these names, each made where there is none yet; empty names are passed over."""
        found: dict[str, Tag] = {}
        for name in names:
            slug = text.slug(name, 100)
            if slug and slug not in found:
                found[slug] = cls.objects.get_or_create(slug=slug, defaults={"name": name})[0]
        return list(found.values())


class Thread(Topic):
    """An event that is followed over weeks: `Theo dòng sự kiện`."""

    is_open = models.BooleanField(
        "đang theo dõi", default=True, help_text="Chỉ dòng sự kiện đang theo dõi mới được gợi ý."
    )

    class Meta(Topic.Meta):
        verbose_name = "dòng sự kiện"
        verbose_name_plural = "dòng sự kiện"
