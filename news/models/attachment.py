"""Files that readers may download below a story: notices, forms, tables."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from news import attachments, file_text, freshness, text
from news.models.search import SearchEntry
from news.models.uploads import note_upload
from news.models.words import Terms, Words, WordsField

if TYPE_CHECKING:
    from news.models.article import Article
    from news.models.document import Document


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def below(self, article: "Article") -> Self:
        """What stands below the public story, in its order, with the count of downloads."""
        return (
            self.filter(uses__article=article, uses__order__isnull=False)
            .select_related("download_count")
            .order_by("uses__order", "pk")
        )

    def of_document(self, document: "Document") -> Self:
        """The files of the document, in their order, with the count of downloads."""
        return (
            self.filter(document_uses__document=document)
            .select_related("download_count")
            .order_by("document_uses__order", "pk")
        )

    def with_publicity(self) -> Self:
        """With `is_public`: whether a story or a document that the public sees now has it."""
        from news.models.article import Article
        from news.models.document import Document

        stories = Article.objects.published().filter(
            attachment_uses__attachment=OuterRef("pk"), attachment_uses__order__isnull=False
        )
        documents = Document.objects.published().filter(attachment_uses__attachment=OuterRef("pk"))
        return self.annotate(is_public=Exists(stories) | Exists(documents))

    def with_uses(self) -> Self:
        """With `used_in` and `used_in_documents`: how many stories and documents have it."""
        return self.annotate(
            used_in=Count("uses", distinct=True),
            used_in_documents=Count("document_uses", distinct=True),
        )

    def found_by(self, words: str) -> Self:
        """Whose title and file name hold every word, the last of them as far as it is typed; all for nothing."""
        if not words.strip():
            return self
        terms = Terms.of(words, typing=True)
        return self.filter(words__index__match=terms) if terms.words else self.none()

    def in_order(self, keys: Sequence[int]) -> "list[Attachment]":
        """The attachments with these primary keys in this order; what is not there any more is left out."""
        found = self.in_bulk(keys)
        return [found[key] for key in dict.fromkeys(keys) if key in found]


class Attachment(models.Model):
    """A file of the library, kept byte for byte as it came. `news.attachments` says what is taken."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "DOCX"
        XLSX = "xlsx", "XLSX"
        ODT = "odt", "ODT"

    key = models.UUIDField("mã", unique=True, editable=False)
    title = models.CharField(
        "tên hiển thị", max_length=300, help_text="Bạn đọc thấy tên này dưới tin."
    )
    file_name = models.CharField("tên tệp", max_length=200, editable=False)
    kind = models.CharField("loại tệp", max_length=4, choices=Kind, editable=False)
    size = models.PositiveBigIntegerField("cỡ tệp", editable=False)
    # One file is kept once: whoever uploads the same bytes again gets the attachment that is there.
    sha256 = models.CharField("dấu vân tệp", max_length=64, unique=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người tải lên",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    uploaded_at = models.DateTimeField("tải lên lúc", default=timezone.now, editable=False)

    # Where the queryset was asked for it: with_publicity(), with_uses().
    is_public: bool
    used_in: int
    used_in_documents: int

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "tệp đính kèm"
        verbose_name_plural = "tệp đính kèm"
        ordering = ["-uploaded_at", "-id"]
        permissions = [("edit_any_attachment", "Được sửa và xoá tệp của người khác")]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_has_a_size"),
            # What a browser is told about the file follows from its kind.
            models.CheckConstraint(
                condition=Q(kind__in=list(attachments.KINDS)), name="attachment_kind_is_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="attachment_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.title = text.one_line(self.title)
        with transaction.atomic():
            super().save(*args, **kwargs)
            self.keep_words([self])
            SearchEntry.keep_below_which(self)
            freshness.bump()

    def get_absolute_url(self) -> str:
        """Where the file is downloaded. Its name is there for the reader; `id` finds it."""
        return reverse("news:attachment", args=[self.pk, self.address_name])

    @staticmethod
    def keep_words(found: "Iterable[Attachment]") -> None:
        """Write what these files are found by; in the transaction that saves them."""
        AttachmentWords.replace([(file.pk, f"{file.title} {file.file_name}") for file in found])

    @property
    def view_url(self) -> str:
        """Where the browser shows it in place; empty for kinds that browsers do not show."""
        if self.kind != self.Kind.PDF:
            return ""
        return reverse("news:attachment_view", args=[self.pk, self.address_name])

    @classmethod
    def store(cls, upload: UploadedFile, *, by: Any = None, title: str = "") -> "Attachment":
        """Take an upload into the library, or find the attachment that holds these very bytes.

        Without a title the file's name serves as one. `by` is None for what no person uploads (the demo).

        Raises attachments.AttachmentRefused for what cannot be taken and PermissionDenied for who may not; then
        no file and no row remains.
        """
        if by is not None and not by.has_perm("news.add_attachment"):
            raise PermissionDenied("Bạn không có quyền tải tệp lên.")
        checked = attachments.check(upload)
        if known := cls.objects.filter(sha256=checked.digest).first():
            return known
        attachment = cls(
            key=uuid4(),
            title=(text.one_line(title) or checked.name.rpartition(".")[0])[:300],
            file_name=checked.name,
            kind=checked.kind,
            size=len(checked.content),
            sha256=checked.digest,
            uploaded_by=by,
        )
        # Takes seconds: SQLite lets nobody else write while a transaction is open.
        words = file_text.read(checked.kind, checked.content)
        default_storage.save(attachment.storage_name, ContentFile(checked.content))
        try:
            with transaction.atomic():
                attachment.save()
                AttachmentText.objects.create(attachment=attachment, text=words)
                DownloadCount.objects.create(attachment=attachment)
                note_upload(attachment, by=by)
        except BaseException as failure:
            default_storage.delete(attachment.storage_name)
            known = cls.objects.filter(sha256=checked.digest).first()
            # A second upload of the same bytes came in between.
            if isinstance(failure, IntegrityError) and known:
                return known
            raise
        return attachment

    # --- what it says of itself ----------------------------------------------------------------------

    @property
    def storage_name(self) -> str:
        return attachments.file_name(self.key, self.kind)

    @property
    def content_type(self) -> str:
        return attachments.KINDS[self.kind]

    @property
    def address_name(self) -> str:
        """The file's name as addresses spell it: `thong-bao-so-12.pdf`."""
        stem = self.file_name.rpartition(".")[0]
        return f"{text.slug(stem, 100) or 'tep'}.{self.kind}"

    @property
    def kind_and_size(self) -> str:
        """`PDF, 1,2 MB`"""
        return f"{self.get_kind_display()}, {text.file_size(self.size)}"

    # --- what may be done to it ----------------------------------------------------------------------

    def may_be_edited(self, by: Any) -> bool:
        """One's own, or any with the right `news.edit_any_attachment`."""
        return by.has_perm("news.change_attachment") and self._is_own_or_any(by)

    def may_be_deleted(self, by: Any) -> bool:
        """The same for deleting; whether a story still has it is another question."""
        return by.has_perm("news.delete_attachment") and self._is_own_or_any(by)

    def _is_own_or_any(self, by: Any) -> bool:
        return self.uploaded_by_id == by.pk or by.has_perm("news.edit_any_attachment")

    def rename(self, title: str, *, by: Any) -> None:
        """Give it another title. The file itself never changes: a new one is a new attachment.

        Raises PermissionDenied without the right, ValueError for an empty title.
        """
        if not self.may_be_edited(by):
            raise PermissionDenied("Bạn chỉ sửa được tên của tệp do mình tải lên.")
        if not text.one_line(title):
            raise ValueError("Hãy đặt tên cho tệp.")
        self.title = title
        self.save(update_fields=["title"])

    def remove(self, *, by: Any) -> None:
        """Delete it and its file.

        Raises PermissionDenied without the right, models.ProtectedError while a story or a document has it.
        """
        if not self.may_be_deleted(by):
            raise PermissionDenied("Bạn chỉ xoá được tệp do mình tải lên.")
        self.delete()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuses (ProtectedError) while a story or a document has it; its file goes when the row is gone."""
        name = self.storage_name
        with transaction.atomic():
            result = super().delete(*args, **kwargs)
            transaction.on_commit(lambda: default_storage.delete(name))
        return result


class ArticleAttachment(models.Model):
    """A story has this file below it, at this place. Without a place only its working copy has it."""

    article = models.ForeignKey(
        "news.Article", on_delete=models.CASCADE, related_name="attachment_uses"
    )
    attachment = models.ForeignKey(
        Attachment, verbose_name="tệp", on_delete=models.PROTECT, related_name="uses"
    )
    order = models.PositiveSmallIntegerField("thứ tự", null=True)

    class Meta:
        verbose_name = "tệp của tin"
        verbose_name_plural = "tệp của tin"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "attachment"], name="article_attachment_once"
            ),
            # Two files at one place would change places from page to page.
            models.UniqueConstraint(fields=["article", "order"], name="article_attachment_order"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.attachment_id}"

    @staticmethod
    def put_below(article: "Article", keys: Sequence[int]) -> bool:
        """Exactly these files stand below the story, in this order; what was deleted meanwhile is left out.

        Returns whether others stood there; then the story was indexed again. Whether somebody may change the story is
        asked by the verb that calls this.
        """
        known = [attachment.pk for attachment in Attachment.objects.in_order(keys)]
        rows = ArticleAttachment.objects.filter(article=article)
        placed = rows.filter(order__isnull=False)
        if list(placed.order_by("order").values_list("attachment_id", flat=True)) == known:
            return False
        with transaction.atomic():
            rows.filter(Q(order__isnull=False) | Q(attachment__in=known)).delete()
            ArticleAttachment.objects.bulk_create(
                ArticleAttachment(article=article, attachment_id=key, order=order)
                for order, key in enumerate(known)
            )
            SearchEntry.keep([article])
            if article.was_public:
                freshness.bump()
        return True

    @staticmethod
    def hold(article: "Article", keys: Sequence[int]) -> None:
        """Note which files the story's working copy has, so that none of them is deleted."""
        rows = ArticleAttachment.objects.filter(article=article)
        rows.filter(order__isnull=True).exclude(attachment__in=keys).delete()
        if keys:
            ArticleAttachment.objects.bulk_create(
                (
                    ArticleAttachment(article=article, attachment=attachment)
                    for attachment in Attachment.objects.in_order(keys)
                ),
                ignore_conflicts=True,
            )


class AttachmentText(models.Model):
    """The words in a file, by which the stories are found that it stands below. Readers see the file itself."""

    attachment = models.OneToOneField(
        Attachment, on_delete=models.CASCADE, primary_key=True, related_name="inside"
    )
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:100]

    @staticmethod
    def take_missing(limit: int) -> int:
        """Read that many files that came before their words were kept, and index their stories. Returns how many."""
        files = list(Attachment.objects.filter(inside=None).order_by("-pk")[:limit])
        for file in files:
            try:
                with default_storage.open(file.storage_name) as stored:
                    words = file_text.read(file.kind, stored.read())
            except OSError:
                # The row stays without its file; what is not there has no words.
                words = ""
            with transaction.atomic():
                AttachmentText.objects.get_or_create(attachment=file, defaults={"text": words})
                SearchEntry.keep_below_which(file)
        return len(files)


class DownloadCount(models.Model):
    """How often an attachment was fetched. How many, never who; `news.counting` adds it up."""

    attachment = models.OneToOneField(
        Attachment, on_delete=models.CASCADE, primary_key=True, related_name="download_count"
    )
    total = models.PositiveBigIntegerField("lượt tải", default=0)

    class Meta:
        verbose_name = "lượt tải"
        verbose_name_plural = "lượt tải"

    def __str__(self) -> str:
        return str(self.total)


class AttachmentWords(Words, models.Model):
    """What attachments are found by: title and file name."""

    attachment = models.OneToOneField(
        Attachment,
        on_delete=models.CASCADE,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="words",
    )
    index = WordsField(db_column="news_attachment_words")
    columns = ("text",)

    class Meta:
        managed = False
        db_table = "news_attachment_words"

    def __str__(self) -> str:
        return str(self.pk)
