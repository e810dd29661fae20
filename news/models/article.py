"""What is published, and the meaning of "published": ArticleQuerySet.published()."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from news import freshness, richtext, text
from news.models.counts import ViewCount
from news.models.photo import Photo
from news.models.section import Section


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self) -> Self:
        """What the public may see now. Article.is_published says the same of one article."""
        return self.filter(status=Article.Status.PUBLISHED, published_at__lte=timezone.now())

    def in_section(self, section: Section) -> Self:
        """Articles of the section and of its children."""
        return self.filter(Q(section=section) | Q(section__parent=section))

    def newest_first(self) -> Self:
        return self.order_by("-published_at", "-id")

    def newer_than(self, article: "Article") -> Self:
        """Published after the article, ties by id; the nearest first."""
        return self.filter(
            Q(published_at__gt=article.published_at)
            | Q(published_at=article.published_at, id__gt=article.id)
        ).order_by("published_at", "id")

    def older_than(self, article: "Article") -> Self:
        """Published before the article, ties by id; the nearest first."""
        return self.filter(
            Q(published_at__lt=article.published_at)
            | Q(published_at=article.published_at, id__lt=article.id)
        ).order_by("-published_at", "-id")

    def with_card(self) -> Self:
        """With all that a card in a list shows, in the same query, and without the body."""
        return self.select_related("section", "cover").defer("body")

    def most_read(self, days: int) -> Self:
        """By views of the last `days` days, most first; articles without a view do not occur."""
        since = text.local(timezone.now()).date() - dt.timedelta(days=days)
        return (
            self.filter(daily_views__day__gt=since)
            .annotate(recent_views=models.Sum("daily_views__views"))
            .order_by("-recent_views", "-published_at", "-id")
        )

    def next_publication(self, *, after: dt.datetime) -> dt.datetime | None:
        """When the first article after that moment becomes visible by itself, if one waits for its time."""
        waiting = self.filter(status=Article.Status.PUBLISHED, published_at__gt=after)
        return waiting.aggregate(moment=models.Min("published_at"))["moment"]


class Article(models.Model):
    """A story or notice. Its state changes by verbs only: publish() and withdraw()."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Bản nháp"
        PUBLISHED = "published", "Đã xuất bản"
        WITHDRAWN = "withdrawn", "Đã thu hồi"

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
    status = models.CharField(
        "tình trạng", max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    published_at = models.DateTimeField(
        "thời điểm xuất bản",
        null=True,
        blank=True,
        help_text="Để trống thì lấy lúc bấm Xuất bản. Đặt ở tương lai thì đến lúc đó tin mới hiện ra.",
    )
    withdrawn_at = models.DateTimeField("thu hồi lúc", null=True, editable=False)
    withdrawal_reason = models.CharField(
        "lý do thu hồi", max_length=300, blank=True, editable=False
    )
    comments_open = models.BooleanField("nhận ý kiến bạn đọc", default=True)
    featured = models.BooleanField("tin nổi bật", default=False)
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

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = "tin bài"
        verbose_name_plural = "tin bài"
        ordering = ["-published_at", "-id"]
        permissions = [
            ("publish_article", "Được xuất bản tin bài"),
            ("withdraw_article", "Được thu hồi tin bài"),
        ]
        constraints = [
            # Lists, feeds and "newer than" order by published_at: a public article without one would vanish.
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="article_public_has_published_at",
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
            models.Index(
                F("published_at").desc(),
                condition=Q(status="published", featured=True),
                name="article_featured_newest",
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
        self.source = text.one_line(self.source)
        self.body = richtext.clean(self.body)
        self.summary = (text.one_line(self.lead) or richtext.plain(self.body))[:300]
        self.slug = self.slug or text.slug(self.title) or "tin"
        with transaction.atomic():
            shown = list(Photo.objects.filter(key__in=richtext.photo_keys(self.body)))
            real = [photo for photo in shown if not photo.is_placeholder]
            if self.cover is None and real:
                order = richtext.photo_keys(self.body)
                self.cover = min(real, key=lambda photo: order.index(photo.key.hex))
            super().save(*args, **kwargs)
            self._keep_photos(shown)
            SearchEntry.objects.update_or_create(
                article=self,
                defaults={
                    "title": text.fold(self.title),
                    "text": text.fold(f"{self.lead} {richtext.plain(self.body)} {self.byline}"),
                },
            )
            ViewCount.objects.get_or_create(article=self)
            freshness.bump()

    def get_absolute_url(self) -> str:
        return reverse("news:article", args=[self.section.slug, self.slug, self.pk])

    # --- state -----------------------------------------------------------------------------------

    @property
    def is_published(self) -> bool:
        """Whether the public may see it now. ArticleQuerySet.published() says the same of many."""
        return (
            self.status == self.Status.PUBLISHED
            and self.published_at is not None
            and self.published_at <= timezone.now()
        )

    @property
    def was_public(self) -> bool:
        """Once published, never deleted: it is withdrawn and its address says so."""
        return self.status != self.Status.DRAFT

    def publish(self, *, by: Any) -> None:
        """Make it public, at once or at its `published_at`. Publishing again after a withdrawal keeps the date.

        Raises PermissionDenied without the right `news.publish_article`.
        """
        if not by.has_perm("news.publish_article"):
            raise PermissionDenied("Bạn không có quyền xuất bản tin bài.")
        with transaction.atomic():
            self.take_present_state()
            self.status = self.Status.PUBLISHED
            self.published_at = self.published_at or timezone.now()
            self.withdrawn_at, self.withdrawal_reason = None, ""
            self.save()

    def withdraw(self, *, by: Any, reason: str = "") -> None:
        """Take it off the site; its address answers 410 and shows the reason.

        What still waits for its time was never public and becomes a draft.

        Raises PermissionDenied without the right `news.withdraw_article`, ValueError if it is not published.
        """
        if not by.has_perm("news.withdraw_article"):
            raise PermissionDenied("Bạn không có quyền thu hồi tin bài.")
        with transaction.atomic():
            self.take_present_state()
            if self.status != self.Status.PUBLISHED:
                raise ValueError("Chỉ thu hồi được tin đã xuất bản.")
            if self.is_published:
                self.status = self.Status.WITHDRAWN
                self.withdrawn_at, self.withdrawal_reason = timezone.now(), text.one_line(reason)
            else:
                # Nobody has seen it: it waited for its time and becomes a draft again, of which nothing is said.
                self.status = self.Status.DRAFT
            self.save()

    def take_present_state(self) -> None:
        """Lock the row until the transaction ends, and take over the state it has now.

        A form was read minutes ago: without this, saving it would undo a colleague's withdrawal.
        """
        present = Article.objects.select_for_update().filter(pk=self.pk)
        for state in present.values("status", "withdrawn_at", "withdrawal_reason"):
            vars(self).update(state)

    # --- words -----------------------------------------------------------------------------------

    @property
    def marked_lead(self) -> str:
        """The lead as printed: `(SOURCE) – lead`."""
        return f"({self.source}) – {self.lead}" if self.source and self.lead else self.lead

    @property
    def is_in_capitals(self) -> bool:
        """Titles of the old portal arrive in capitals; they are kept as typed and set a step smaller."""
        return self.title.isupper()

    @property
    def shows_cover_in_body(self) -> bool:
        return self.cover is not None and self.cover.key.hex in richtext.photo_keys(self.body)

    def clean(self) -> None:
        """Refuses a public article without a date."""
        if self.was_public and self.published_at is None:
            raise ValidationError({"published_at": "Tin đã xuất bản phải có thời điểm xuất bản."})

    def _keep_photos(self, shown: list[Photo]) -> None:
        """Which photos the body shows: they cannot be deleted, and a page finds them in one query."""
        kept = self.articlephoto_set.exclude(photo__in=shown)
        kept.delete()
        ArticlePhoto.objects.bulk_create(
            [ArticlePhoto(article=self, photo=photo) for photo in shown], ignore_conflicts=True
        )

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises models.ProtectedError for what was public: withdraw it instead."""
        if self.was_public:
            raise models.ProtectedError("Tin đã xuất bản không xoá được; hãy thu hồi.", {self})
        return super().delete(*args, **kwargs)


class ArticlePhoto(models.Model):
    """An article's body shows this photo; kept by Article.save()."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE)
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "photo"], name="article_photo_once")
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.photo_id}"


class SearchEntry(models.Model):
    """An article's folded words, beside the article so that reading a page never loads them."""

    article = models.OneToOneField(
        Article, on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    title = models.TextField()
    text = models.TextField()

    def __str__(self) -> str:
        return self.title
