"""What is published, and the meaning of "published": ArticleQuerySet.published()."""

import datetime as dt
from functools import partial
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.utils import timezone

from news import cards, freshness, richtext, text
from news.addresses import address
from news.content import MOMENTS, Content
from news.models.attachment import ArticleAttachment
from news.models.counts import ViewCount
from news.models.document import Document
from news.models.external_link import ExternalLink
from news.models.generation import Generation
from news.models.overrule import Overrule
from news.models.photo import Photo
from news.models.placing import Placing
from news.models.search import SearchEntry
from news.models.section import Section
from news.models.staff import Unit, sections_of
from news.models.topics import Tag, Tagging, Thread
from news.periods import Period
from news.prepared import PreparedQuery
from news.proofreading import Finding


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self, *, until: Any = None, at: dt.datetime | None = None) -> Self:
        """What the public may see now, or `at` that moment. Workflow.is_published says the same of one article.

        With `until` what was published after that moment is left out. It may be an OuterRef to the moment of a story
        that is public itself. The query must get no other upper bound of `published_at`: of two SQLite gives either
        one to the index and steps over the rows between them, such as all that were published since a day of years ago.
        """
        now = at or timezone.now()
        if until is None:
            until = now
        elif isinstance(until, dt.datetime):
            until = min(until, now)
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            status=Article.Status.PUBLISHED,
            published_at__lte=until,
        )

    def featured(self, *, at: dt.datetime | None = None) -> Self:
        """What stands among the featured now, or `at` that moment. Workflow.is_featured says the same of one article."""
        now = at or timezone.now()
        return self.filter(
            Q(featured_until=None) | Q(featured_until__gt=now), featured_from__lte=now
        )

    def scheduled(self) -> Self:
        """What is approved and waits for its time, the next first."""
        return self.filter(
            status=Article.Status.PUBLISHED, published_at__gt=timezone.now()
        ).order_by("published_at", "id")

    def submitted(self) -> Self:
        """What waits for somebody who publishes, drafts and working copies alike, the longest-waiting first."""
        return self.filter(stage=Article.Stage.SUBMITTED).order_by("stage_since", "id")

    def visible_to(self, user: Any) -> Self:
        """What this person sees at the desk: the own stories, or all of the own sections.

        Workflow.may_view says the same of one article.
        """
        if not user.has_perm("news.view_article"):
            return self.none()
        if not user.has_perm("news.edit_any_article"):
            return self.filter(created_by=user)
        limits = sections_of(user)
        if limits is None:
            return self
        return self.filter(Q(section__in=limits) | Q(created_by=user))

    def awaiting_card(self) -> Self:
        """Approved, without a picture, and not yet with a card in its place; the newest first, they are shared most."""
        return self.filter(status=Article.Status.PUBLISHED, cover=None, card=None).order_by(
            "-published_at", "-id"
        )

    def within(self, period: Period) -> Self:
        """What the public may see of that year, month or day."""
        return self.published(until=period.last).filter(published_at__gte=period.begins)

    def parts_of(self, section: Section) -> list[Self]:
        """Articles of the section and of its children, one section at a time: of each, and of no two together, an
        index has the order. One query."""
        family = Section.objects.filter(Q(pk=section.pk) | Q(parent=section))
        return [self.filter(section=pk) for pk in family.values_list("pk", flat=True)]

    def by_tag(self, tag: Tag) -> Self:
        """Articles that bear the tag, with `tagged_at` and `tagged_number`: by these an index orders them."""
        here = FilteredRelation("taggings", condition=Q(taggings__tag=tag))
        # In this order, or the table is joined twice.
        found = self.annotate(tagging=here).filter(tagging__tag=tag)
        return found.annotate(
            tagged_at=F("tagging__published_at"), tagged_number=F("tagging__article_id")
        )

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-id")

    def newer_than(self, moment: Any, pk: Any, *, at: dt.datetime | None = None) -> Self:
        """What the public may see that came after that moment, ties by id; the nearest first. See published(at)."""
        # The last condition alone lets the index begin at the right place.
        return (
            self.published(at=at)
            .filter(Q(published_at__gt=moment) | Q(id__gt=pk), published_at__gte=moment)
            .order_by("published_at", "id")
        )

    def older_than(self, moment: Any, pk: Any, *, at: dt.datetime | None = None) -> Self:
        """What the public may see that came before that moment, ties by id; the nearest first. See published()."""
        return (
            self.published(until=moment, at=at)
            .filter(Q(published_at__lt=moment) | Q(id__lt=pk))
            .order_by("-published_at", "-id")
        )

    def with_lists(self) -> Self:
        """With `has_files` and `has_documents`: what a story has none of need not be asked for."""
        files = ArticleAttachment.objects.filter(article=OuterRef("pk"), order__isnull=False)
        documents = Article.documents.through.objects.filter(article=OuterRef("pk"))
        return self.annotate(has_files=Exists(files), has_documents=Exists(documents))

    def most_read(self, days: int) -> Self:
        """By views of the last `days` days, most first; articles without a view do not occur."""
        since = text.local(timezone.now()).date() - dt.timedelta(days=days)
        return (
            self.filter(daily_views__day__gt=since)
            .annotate(recent_views=models.Sum("daily_views__views"))
            .order_by("-recent_views", "-published_at", "-id")
        )


def _next_changes(after: Any) -> "models.QuerySet[Generation, Any]":
    waiting = Article.objects.filter(status=Article.Status.PUBLISHED)
    moments = {
        f"next_{name}": Subquery(
            waiting.filter(**{f"{name}__gt": after}).order_by(name).values(name)[:1]
        )
        for name in MOMENTS
    }
    return Generation.objects.filter(pk=1).annotate(**moments).values_list(*moments)


_NEXT_CHANGES = PreparedQuery(_next_changes, dt.datetime)


def article_address(section_slug: str, slug: str, pk: int) -> str:
    """Where the story of that number stands."""
    return address("news:article", section_slug, slug, pk)


class Article(Placing):
    """A story or notice: its words and where it stands. How its state changes is in `news.models.workflow`."""

    title = models.CharField("tiêu đề", max_length=300)
    slug = models.SlugField(
        "địa chỉ",
        max_length=200,
        blank=True,
        help_text="Để trống thì tự tạo từ tiêu đề. Đổi địa chỉ thì địa chỉ cũ tự dẫn về địa chỉ mới.",
    )
    section = models.ForeignKey(
        Section, verbose_name="chuyên mục", on_delete=models.PROTECT, related_name="articles"
    )
    lead = models.TextField(
        "phần dẫn", blank=True, help_text="Một đoạn, nói điều quan trọng nhất của tin."
    )
    body = models.TextField("nội dung", blank=True)
    # For cards, feeds and search engines, kept by save(): a list must not load every body.
    summary = models.CharField("tóm tắt", max_length=300, blank=True, editable=False)
    byline = models.CharField(
        "tác giả", max_length=200, blank=True, help_text="Bút danh, in ở cuối bài."
    )
    # The address of the page of all that bear this byline, however it is spelt; kept by save().
    byline_slug = models.SlugField(max_length=100, blank=True, editable=False, db_index=False)
    source = models.CharField(
        "dấu nguồn",
        max_length=60,
        blank=True,
        help_text="Đứng trong ngoặc ở đầu phần dẫn: (NGUỒN) – …",
    )
    cover = models.ForeignKey(
        Photo,
        verbose_name="ảnh đại diện",
        on_delete=models.PROTECT,
        related_name="cover_of",
        null=True,
        blank=True,
        help_text="Để trống thì lấy ảnh đầu tiên trong bài.",
    )
    photos: "models.ManyToManyField[Photo, ArticlePhoto]" = models.ManyToManyField(
        Photo, through="ArticlePhoto", related_name="articles", editable=False
    )
    comments_open = models.BooleanField("nhận ý kiến bạn đọc", default=True)
    unit = models.ForeignKey(
        Unit,
        verbose_name="đơn vị",
        on_delete=models.PROTECT,
        related_name="articles",
        null=True,
        blank=True,
        help_text="Đơn vị gửi tin, để tính chỉ tiêu.",
    )
    thread = models.ForeignKey(
        Thread,
        verbose_name="dòng sự kiện",
        on_delete=models.SET_NULL,
        related_name="articles",
        null=True,
        blank=True,
    )
    tags: "models.ManyToManyField[Tag, Tagging]" = models.ManyToManyField(
        Tag, verbose_name="thẻ", through=Tagging, related_name="articles", blank=True
    )
    related = models.ManyToManyField(
        "self", verbose_name="tin liên quan", symmetrical=False, related_name="+", blank=True
    )
    documents = models.ManyToManyField(
        Document, verbose_name="văn bản liên quan", related_name="articles", blank=True
    )
    # Which page of an old portal it came from: its title and moment as they were read, hashed. A correction
    # changes neither, so importing the page again makes no second copy.
    imported_as = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người tạo",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField("tạo lúc", default=timezone.now, editable=False)
    updated_at = models.DateTimeField("sửa lúc", auto_now=True)
    # When the words that readers see were changed last, by Workflow.publish(); none since they are public.
    # `updated_at` also counts what nobody outside the desk sees, such as a working copy.
    revised_at = models.DateTimeField(null=True, editable=False)
    # Which card stands for it where it has no picture (news.cards): none until it is drawn, empty where it cannot be.
    card = models.CharField(max_length=16, null=True, editable=False)  # noqa: DJ001

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = "tin bài"
        verbose_name_plural = "tin bài"
        ordering = ["-published_at", "-id"]
        permissions = [
            ("publish_article", "Được xuất bản tin bài"),
            ("withdraw_article", "Được thu hồi tin bài"),
            ("feature_article", "Được đặt tin nổi bật"),
            ("view_reports", "Được xem báo cáo"),
            ("edit_any_article", "Được xem và sửa tin bài của người khác"),
        ]
        constraints = [
            # Lists, feeds and "newer than" order by published_at: a public article without one would vanish.
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="article_public_has_published_at",
            ),
            # Of a draft something is always being written.
            models.CheckConstraint(
                condition=~Q(status="draft", stage="clean"), name="article_draft_is_not_clean"
            ),
            models.CheckConstraint(
                condition=Q(featured_until__isnull=True) | Q(featured_until__gt=F("featured_from")),
                name="article_featured_until_after_from",
            ),
            # The page that says it was withdrawn says when.
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | Q(withdrawn_at__isnull=False),
                name="article_withdrawn_has_withdrawn_at",
            ),
        ]
        indexes = [
            models.Index(
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(status="published"),
                name="article_public_newest",
            ),
            models.Index(
                F("section"),
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(status="published"),
                name="article_section_newest",
            ),
            # The desk's list, for who sees all, for one section and for who sees the own stories only. The first
            # of a descending column are the drafts in PostgreSQL; SQLite finds them in a second step.
            models.Index(F("published_at").desc(), F("id").desc(), name="article_desk_newest"),
            models.Index(
                F("section"), F("published_at").desc(), F("id").desc(), name="article_desk_section"
            ),
            models.Index(
                F("created_by"),
                F("published_at").desc(),
                F("id").desc(),
                name="article_desk_author",
            ),
            models.Index(
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(status="withdrawn"),
                name="article_withdrawn_newest",
            ),
            # What changes by itself, and when: few rows each.
            models.Index(
                fields=["featured_from"],
                condition=Q(status="published", featured_from__isnull=False),
                name="article_featured_from",
            ),
            models.Index(
                fields=["featured_until"],
                condition=Q(status="published", featured_until__isnull=False),
                name="article_featured_until",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(status="published", expires_at__isnull=False),
                name="article_expires",
            ),
            models.Index(
                F("thread"),
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(status="published", thread__isnull=False),
                name="article_thread_newest",
            ),
            models.Index(
                F("byline_slug"),
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(status="published"),
                name="article_byline_newest",
            ),
            # How many are public of a day or a month, without a look at the rows, whose bodies are long.
            models.Index(
                fields=["status", "published_at", "expires_at"], name="article_numbers_of_days"
            ),
            # For the job that draws them; few rows, and mostly none.
            models.Index(
                F("published_at").desc(),
                F("id").desc(),
                condition=Q(status="published", cover=None, card=None),
                name="article_awaiting_card",
            ),
            # What waits at the desk.
            models.Index(
                fields=["stage", "stage_since"],
                condition=~Q(stage="clean"),
                name="article_in_work",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores clean text only, and with it the search entry, the list of photos and the freshness.

        Raises richtext.TooComplex for a body that cannot be cleaned in bounded time.
        """
        self.title = text.one_line(self.title)
        self.lead = text.nfc(self.lead).strip()
        self.byline = text.one_line(self.byline)
        self.byline_slug = text.slug(self.byline, 100)
        self.source = text.one_line(self.source)
        self.body = richtext.clean(self.body)
        self.summary = (text.one_line(self.lead) or richtext.plain(self.body))[:300]
        self.slug = self.slug or text.slug(self.title) or "tin"
        if self._state.adding and self.was_public:
            self.stage = self.Stage.CLEAN
        with transaction.atomic():
            if self.cover is None:
                self.cover = Photo.first_of(self.body)
            is_published = self.status == self.Status.PUBLISHED
            if self.cover or not is_published or not cards.shows(self.card, self.title):
                self._drop_card()
            super().save(*args, **kwargs)
            self.keep_photos()
            Tagging.objects.filter(article=self).exclude(published_at=self.published_at).update(
                published_at=self.published_at
            )
            ExternalLink.keep(self)
            SearchEntry.keep([self])
            ViewCount.objects.get_or_create(article=self)
            if self.was_public:
                # Of a draft readers see nothing, so nothing of what they see has changed.
                freshness.bump()
                if is_published and self.card is None and self.cover is None:
                    # What hinders the drawing must not hinder publishing; the regular work tries again.
                    transaction.on_commit(self.draw_card, robust=True)

    @staticmethod
    def next_change(*, after: dt.datetime) -> dt.datetime | None:
        """When the public pages next change by themselves after that moment: a story appears, expires, is
        featured or is not any more. One query, four looks into an index."""
        moments = {moment for row in _NEXT_CHANGES(after) for moment in row if moment}
        return min(moments, default=None)

    def get_absolute_url(self) -> str:
        return article_address(self.section.slug, self.slug, self.pk)

    # --- words -----------------------------------------------------------------------------------

    @property
    def marked_lead(self) -> str:
        """The lead as printed: `(SOURCE) – lead`."""
        return f"({self.source}) – {self.lead}" if self.source and self.lead else self.lead

    @property
    def changed_at(self) -> dt.datetime:
        """When readers last saw something new in it; for what is not public, when it was last saved."""
        if self.published_at is None:
            return self.updated_at
        return max(self.published_at, self.revised_at or self.published_at)

    @property
    def is_in_capitals(self) -> bool:
        """Titles of the old portal arrive in capitals; they are kept as typed and set a step smaller."""
        return self.title.isupper()

    def _drop_card(self) -> None:
        """The file goes at once: a title that was wrong or withdrawn must not stay at an address of the site."""
        if self.card:
            file = cards.file_name(self.pk, self.card)
            transaction.on_commit(partial(default_storage.delete, file), robust=True)
        self.card = None

    def draw_card(self) -> None:
        """Draw its card and show it to readers. Raises OSError where the disk is full."""
        self.keep_card()
        freshness.bump()

    def keep_card(self) -> None:
        """Draw what stands for it where it has no picture, in about a tenth of a second.

        Readers see it when something raises the freshness. Raises OSError where the disk is full.
        """
        cards.keep(self.pk, self.title, self._say_card)

    def _say_card(self, card: str) -> None:
        """Only of the title that was drawn: when it was changed meanwhile, a new card is waiting.

        And of nothing that was withdrawn meanwhile.
        """
        drawn = Article.objects.filter(pk=self.pk, title=self.title, cover=None)
        if drawn.filter(status=self.Status.PUBLISHED).update(card=card):
            self.card = card

    @property
    def shows_cover_in_body(self) -> bool:
        return self.cover is not None and self.cover.key.hex in richtext.photo_keys(self.body)

    def undescribed_photos(self) -> list[Photo]:
        """Pictures of the newest version that readers who cannot see them would miss; see Photo.undescribed_in()."""
        content = self.newest
        return Photo.undescribed_in(content.body, content.cover)

    def clean(self) -> None:
        """Refuses a public article without a date, and times that end before they begin."""
        wrong = {}
        if self.was_public and self.published_at is None:
            wrong["published_at"] = "Tin đã xuất bản phải có thời điểm xuất bản."
        if self.expires_at and self.published_at and self.expires_at <= self.published_at:
            wrong["expires_at"] = "Hạn hiển thị phải sau thời điểm xuất bản."
        if self.featured_until and not self.featured_from:
            wrong["featured_from"] = "Hãy cho biết nổi bật từ lúc nào."
        elif (
            self.featured_until and self.featured_from and self.featured_until <= self.featured_from
        ):
            wrong["featured_until"] = "Thời điểm này phải sau “nổi bật từ”."
        if wrong:
            raise ValidationError(wrong)

    def keep_photos(self) -> None:
        """Note which photos and files the public version and the working copy have, so that none is deleted."""
        bodies = [self.body]
        covers = []
        files: tuple[int, ...] = ()
        if self.has_working_copy:
            copy = self.newest
            bodies.append(copy.body)
            covers = [copy.cover] if copy.cover else []
            files = copy.attachments
        keys = [key for body in bodies for key in richtext.photo_keys(body)]
        shown = Photo.objects.filter(Q(key__in=keys) | Q(pk__in=covers))
        self.articlephoto_set.exclude(photo__in=shown).delete()
        ArticlePhoto.objects.bulk_create(
            [ArticlePhoto(article=self, photo=photo) for photo in shown], ignore_conflicts=True
        )
        ArticleAttachment.hold(self, files)

    def overrule(self, finding: Finding, *, by: Any, reason: str) -> Overrule:
        """Let a warning of the second reader stand, until the words it is about change.

        Raises PermissionDenied for who may not publish the story, ValueError for an error, which nobody
        overrules, and for an empty reason.
        """
        if not self.may_publish(by):
            raise PermissionDenied("Bạn không có quyền bỏ qua cảnh báo.")
        if finding.is_error:
            raise ValueError("Lỗi phải được sửa, không bỏ qua được.")
        reason = text.one_line(reason)[:300]
        if not reason:
            raise ValueError("Hãy cho biết vì sao bỏ qua cảnh báo này.")
        return Overrule.objects.update_or_create(
            article=self,
            fingerprint=finding.fingerprint,
            defaults={"code": finding.code, "reason": reason, "by": by, "at": timezone.now()},
        )[0]

    def shown_with(self, content: Content) -> "Article":
        """This story as it would be with that content, in memory only: for previews."""
        other = Article(pk=self.pk or 0, created_by_id=self.created_by_id, status=self.status)
        other.created_at, other.updated_at = self.created_at, timezone.now()
        content.put_on(other)
        return other

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises models.ProtectedError for what was public: withdraw it instead."""
        if self.was_public:
            raise models.ProtectedError("Tin đã xuất bản không xoá được; hãy thu hồi.", {self})
        return super().delete(*args, **kwargs)


class ArticlePhoto(models.Model):
    """An article's body or its working copy shows this photo; kept by Article.keep_photos()."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE)
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "photo"], name="article_photo_once")
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.photo_id}"
