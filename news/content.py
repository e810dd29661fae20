"""What a version of a story holds: everything the form edits, apart from the row that the public sees."""

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from news import richtext, text

if TYPE_CHECKING:
    from news.models import Article

MOMENTS = ("published_at", "expires_at", "featured_from", "featured_until")
# Changed by who may feature stories and by nobody else.
FEATURING = ("featured_from", "featured_until")
# Where a story stands, apart from what it says.
PLACES = {"section", *FEATURING}
# What a reader reads: a change of it is news to feed readers and search engines.
READ = {"title", "lead", "body", "byline", "source", "cover", "attachments"}
# Fields of the row that hold another row's key.
KEYS = ("section", "unit", "cover", "thread")
# Lists that hang on the row.
LISTS = ("tags", "related", "documents", "attachments")


@dataclass(frozen=True)
class Content:
    """One version's words and settings. Other rows are named by their keys, tags by their names."""

    title: str
    section: int
    slug: str = ""
    lead: str = ""
    body: str = ""
    byline: str = ""
    source: str = ""
    unit: int | None = None
    cover: int | None = None
    thread: int | None = None
    published_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    featured_from: dt.datetime | None = None
    featured_until: dt.datetime | None = None
    comments_open: bool = True
    tags: tuple[str, ...] = field(default=())
    related: tuple[int, ...] = field(default=())
    documents: tuple[int, ...] = field(default=())
    attachments: tuple[int, ...] = field(default=())

    @classmethod
    def of(cls, article: "Article") -> "Content":
        """What the row holds now, in four queries for its lists."""
        from news.models import Attachment

        values = {name: getattr(article, name) for name in cls._plain()}
        values |= {name: getattr(article, f"{name}_id") for name in KEYS}
        if article.pk:
            values["tags"] = tuple(article.tags.values_list("name", flat=True))
            values["related"] = tuple(
                article.related.order_by("-published_at", "-pk").values_list("pk", flat=True)
            )
            values["documents"] = tuple(
                article.documents.order_by("pk").values_list("pk", flat=True)
            )
            values["attachments"] = tuple(
                Attachment.objects.below(article).values_list("pk", flat=True)
            )
        return cls(**values)

    @classmethod
    def _plain(cls) -> list[str]:
        """Names of the fields that stand in a column of the row as they are."""
        return [f.name for f in dataclasses.fields(cls) if f.name not in {*KEYS, *LISTS}]

    def cleaned(self) -> "Content":
        """As it is stored: clean markup, NFC, one line where one line is meant, an address, a cover.

        What a row of its own was deleted meanwhile (an old version names it) is left out. Raises
        richtext.TooComplex for a body that cannot be cleaned in bounded time, ValidationError for a section that
        is no more.
        """
        from news.models import Photo, Section, Thread, Unit

        if not Section.objects.filter(pk=self.section).exists():
            raise ValidationError({"section": "Chuyên mục này không còn nữa. Hãy chọn mục khác."})
        kept = {
            name: key
            for name, model in (("unit", Unit), ("cover", Photo), ("thread", Thread))
            if (key := getattr(self, name)) and model._base_manager.filter(pk=key).exists()
        }
        title = text.one_line(self.title)
        body = richtext.clean(self.body)
        cover = kept.get("cover") or getattr(Photo.first_of(body), "pk", None)
        return dataclasses.replace(
            self,
            title=title,
            slug=self.slug or text.slug(title) or "tin",
            # A browser sends CRLF where the row has a line feed.
            lead=text.nfc(self.lead).replace("\r\n", "\n").strip(),
            body=body,
            unit=kept.get("unit"),
            cover=cover,
            thread=kept.get("thread"),
            byline=text.one_line(self.byline),
            source=text.one_line(self.source),
            tags=tuple(name for name in map(text.one_line, self.tags) if name),
        )

    def put_on(self, article: "Article") -> None:
        """Take the columns over onto the row in memory; its lists are set by `hang_on` once it has a key."""
        for name in self._plain():
            setattr(article, name, getattr(self, name))
        for name in KEYS:
            setattr(article, f"{name}_id", getattr(self, name))

    def hang_on(self, article: "Article") -> None:
        """Set the lists of the stored row; what was deleted meanwhile is left out."""
        from news.models import Article, ArticleAttachment, Document, SearchEntry, Tag

        tags = Tag.named(list(self.tags))
        has_others = {tag.pk for tag in tags} != set(article.tags.values_list("pk", flat=True))
        if has_others:
            article.tags.set(tags)
        article.related.set(Article.objects.filter(pk__in=self.related).exclude(pk=article.pk))
        article.documents.set(Document.objects.filter(pk__in=self.documents))
        # Indexed once, after both of what the index holds.
        if not ArticleAttachment.put_below(article, self.attachments) and has_others:
            SearchEntry.keep([article])

    def to_json(self) -> dict[str, Any]:
        """As a version is stored; moments in ISO 8601."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        for name in MOMENTS:
            values[name] = values[name].isoformat() if values[name] else None
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Content":
        """A stored version; what a later release added has its default, what it dropped is passed over."""
        known = {f.name for f in dataclasses.fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name in MOMENTS:
            if values.get(name):
                values[name] = dt.datetime.fromisoformat(values[name])
        for name in LISTS:
            values[name] = tuple(values.get(name, ()))
        return cls(**values)

    def same_as(self, other: "Content") -> bool:
        """Whether nothing an editor can see differs; forms know minutes and seconds, the row microseconds."""
        return not self.differing(other)

    def differing(self, other: "Content") -> list[str]:
        """Names of the fields in which an editor can see a difference."""
        mine, others = self._comparable(), other._comparable()
        return [name for name, value in mine.items() if value != others[name]]

    def _comparable(self) -> dict[str, Any]:
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        for name in MOMENTS:
            if values[name]:
                values[name] = values[name].astimezone(dt.UTC).replace(microsecond=0)
        values["tags"] = {text.slug(name) for name in values["tags"]}
        values["related"] = set(values["related"])
        values["documents"] = set(values["documents"])
        return values
