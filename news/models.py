"""What the district publishes. The meaning of "published" is in ArticleQuerySet.published()."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from news import freshness, photos, richtext, text


class Generation(models.Model):
    """The one row behind `news.freshness`: how often the public pages have changed."""

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="generation_single_row")]

    def __str__(self) -> str:
        return str(self.number)


class Section(models.Model):
    """A place of the site map that articles belong to; two levels at most."""

    class Role(models.TextChoices):
        NEWS = "news", "Tin bài"
        ANNOUNCEMENTS = "announcements", "Thông báo"

    name = models.CharField("tên chuyên mục", max_length=100)
    slug = models.SlugField(
        "địa chỉ", max_length=100, unique=True, blank=True, help_text="Để trống thì tự tạo từ tên."
    )
    parent = models.ForeignKey(
        "self",
        verbose_name="chuyên mục cha",
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
    )
    role = models.CharField(
        "loại",
        max_length=20,
        choices=Role,
        default=Role.NEWS,
        help_text="Mục Thông báo được xếp riêng trên trang chủ.",
    )
    order = models.PositiveSmallIntegerField("thứ tự", default=0)

    class Meta:
        verbose_name = "chuyên mục"
        verbose_name_plural = "chuyên mục"
        ordering = ["order", "name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="section_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("news:section", args=[self.slug])

    def clean(self) -> None:
        """Refuses a third level and an address that another page of the site already has."""
        self.slug = self.slug or text.slug(self.name, 100)
        if self.parent and self.parent.parent_id:
            raise ValidationError({"parent": "Chỉ có hai cấp chuyên mục; hãy chọn một mục cấp một."})
        if self.parent and self.pk and self.children.exists():
            raise ValidationError({"parent": "Mục này đang có mục con nên không thể thành mục con."})
        if not self.slug:
            raise ValidationError({"slug": "Hãy viết địa chỉ, ví dụ: tin-tuc."})
        if not self._address_is_free():
            raise ValidationError({"slug": "Địa chỉ này đã dành cho một trang khác của cổng."})

    def _address_is_free(self) -> bool:
        """Whether the section's page and its articles would be found under this slug."""
        if f"/{self.slug}/" in {settings.STATIC_URL, settings.MEDIA_URL}:
            return False
        try:
            return (resolve(f"/{self.slug}/").view_name, resolve(f"/{self.slug}/tin-1/").view_name) == (
                "news:section",
                "news:article",
            )
        except Resolver404:
            return False

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or text.slug(self.name, 100)
        with transaction.atomic():
            super().save(*args, **kwargs)
            freshness.bump()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            result = super().delete(*args, **kwargs)
            freshness.bump()
        return result


class Photo(models.Model):
    """A picture of the library, cleaned and with its renditions; `news.photos` makes the files."""

    key = models.UUIDField("mã", unique=True, editable=False)
    extension = models.CharField("định dạng", max_length=4, editable=False)
    alt = models.CharField(
        "mô tả ảnh (alt)",
        max_length=300,
        blank=True,
        help_text="Ảnh cho thấy gì? Dành cho người không nhìn thấy ảnh.",
    )
    caption = models.CharField("chú thích", max_length=500, blank=True)
    credit = models.CharField("nguồn ảnh", max_length=200, blank=True, help_text="Ví dụ: Ảnh: Minh Tâm")
    width = models.PositiveIntegerField("rộng", editable=False)
    height = models.PositiveIntegerField("cao", editable=False)
    rendition_widths = models.JSONField("các cỡ", default=list, editable=False)
    sha256 = models.CharField("dấu vân tệp gốc", max_length=64, editable=False, db_index=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người tải lên",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    uploaded_at = models.DateTimeField("tải lên lúc", default=timezone.now, editable=False)

    class Meta:
        verbose_name = "ảnh"
        verbose_name_plural = "thư viện ảnh"
        ordering = ["-uploaded_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="photo_has_a_size"),
        ]

    def __str__(self) -> str:
        return self.caption or self.alt or f"Ảnh {self.key}"

    @classmethod
    def store(cls, upload: UploadedFile, *, by: Any = None, **texts: str) -> "Photo":
        """Take an upload into the library. `texts` may hold alt, caption and credit.

        Raises photos.PhotoRefused for what cannot be taken and PermissionDenied for who may not; then no file
        and no row remains.
        """
        if by is not None and not by.has_perm("news.add_photo"):
            raise PermissionDenied("Bạn không có quyền tải ảnh lên.")
        prepared = photos.prepare(upload)
        photos.write_files(prepared)
        photo = cls(
            key=prepared.key,
            extension=prepared.extension,
            width=prepared.width,
            height=prepared.height,
            rendition_widths=prepared.widths,
            sha256=prepared.digest,
            uploaded_by=by,
            **{name: text.one_line(value) for name, value in texts.items()},
        )
        try:
            photo.save()
        except BaseException:
            photo.delete_files()
            raise
        return photo

    @property
    def url(self) -> str:
        """Address of the master, at most 2560 pixels a side."""
        return self._url(f".{self.extension}")

    def rendition_url(self, width: int) -> str:
        """Address of the smallest rendition at least `width` pixels wide, in the original format."""
        for candidate in self.rendition_widths:
            if candidate >= width:
                return self._url(f"-{candidate}.{self.extension}")
        return self.url

    def srcset(self, extension: str) -> str:
        """All widths in one format as the `srcset` attribute wants them."""
        entries = [f"{self._url(f'-{width}.{extension}')} {width}w" for width in self.rendition_widths]
        master = f".{extension}" if extension == self.extension else f"-{self.width}.{extension}"
        return ", ".join([*entries, f"{self._url(master)} {self.width}w"])

    def _url(self, ending: str) -> str:
        return default_storage.url(photos.file_name(self.key, ending))

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            freshness.bump()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuses (ProtectedError) while an article shows the photo; its files go when the row is gone."""
        with transaction.atomic():
            result = super().delete(*args, **kwargs)
            transaction.on_commit(self.delete_files)
        return result

    def delete_files(self) -> None:
        """Remove the master and every rendition from the storage."""
        endings = {f".{self.extension}", f"-{self.width}.webp"}
        endings |= {f"-{w}.{ext}" for w in self.rendition_widths for ext in ("webp", self.extension)}
        for ending in endings:
            default_storage.delete(photos.file_name(self.key, ending))


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
            Q(published_at__gt=article.published_at) | Q(published_at=article.published_at, id__gt=article.id)
        ).order_by("published_at", "id")

    def older_than(self, article: "Article") -> Self:
        """Published before the article, ties by id; the nearest first."""
        return self.filter(
            Q(published_at__lt=article.published_at) | Q(published_at=article.published_at, id__lt=article.id)
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

    def next_publication(self) -> dt.datetime | None:
        """When the next published article becomes visible by itself, if one waits for its time."""
        waiting = self.filter(status=Article.Status.PUBLISHED, published_at__gt=timezone.now())
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
    lead = models.TextField("phần dẫn", blank=True, help_text="Một đoạn, nói điều quan trọng nhất của tin.")
    body = models.TextField("nội dung", blank=True)
    # For cards, feeds and search engines, kept by save(): a list must not load every body.
    summary = models.CharField("tóm tắt", max_length=300, blank=True, editable=False)
    byline = models.CharField("tác giả", max_length=200, blank=True, help_text="Bút danh, in ở cuối bài.")
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
    status = models.CharField("tình trạng", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(
        "thời điểm xuất bản",
        null=True,
        blank=True,
        help_text="Để trống thì lấy lúc bấm Xuất bản. Đặt ở tương lai thì đến lúc đó tin mới hiện ra.",
    )
    withdrawn_at = models.DateTimeField("thu hồi lúc", null=True, editable=False)
    withdrawal_reason = models.CharField("lý do thu hồi", max_length=300, blank=True, editable=False)
    comments_open = models.BooleanField("nhận ý kiến bạn đọc", default=True)
    featured = models.BooleanField("tin nổi bật", default=False)
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
        self.status = self.Status.PUBLISHED
        self.published_at = self.published_at or timezone.now()
        self.withdrawn_at, self.withdrawal_reason = None, ""
        self.save()

    def withdraw(self, *, by: Any, reason: str = "") -> None:
        """Take it off the site; its address answers 410 and shows the reason.

        Raises PermissionDenied without the right `news.withdraw_article`, ValueError if it is not published.
        """
        if not by.has_perm("news.withdraw_article"):
            raise PermissionDenied("Bạn không có quyền thu hồi tin bài.")
        if self.status != self.Status.PUBLISHED:
            raise ValueError("Chỉ thu hồi được tin đã xuất bản.")
        self.status = self.Status.WITHDRAWN
        self.withdrawn_at, self.withdrawal_reason = timezone.now(), text.one_line(reason)
        self.save()

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
        """Refuses markup that cannot be cleaned in bounded time."""
        try:
            self.body = richtext.clean(self.body)
        except richtext.TooComplex as error:
            raise ValidationError({"body": str(error)}) from None
        if self.was_public and self.published_at is None:
            raise ValidationError({"published_at": "Tin đã xuất bản phải có thời điểm xuất bản."})

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
            if self.cover is None and shown:
                order = richtext.photo_keys(self.body)
                self.cover = min(shown, key=lambda photo: order.index(photo.key.hex))
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
        constraints = [models.UniqueConstraint(fields=["article", "photo"], name="article_photo_once")]

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


class ViewCount(models.Model):
    """How often an article was read, in total. Apart from the article, whose row stays untouched by reading."""

    article = models.OneToOneField(
        Article, on_delete=models.CASCADE, primary_key=True, related_name="view_count"
    )
    total = models.PositiveBigIntegerField("lượt xem", default=0)

    class Meta:
        verbose_name = "lượt xem"
        verbose_name_plural = "lượt xem"

    def __str__(self) -> str:
        return str(self.total)


class DailyViewCount(models.Model):
    """How often an article was read on one Vietnamese day; what `Tin xem nhiều` adds up."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="daily_views")
    day = models.DateField("ngày")
    views = models.PositiveIntegerField("lượt xem", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "day"], name="daily_views_once")]
        indexes = [models.Index(fields=["day", "article"], name="daily_views_by_day")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.day}: {self.views}"
