"""The register of official documents (Văn bản): what was issued, and whether it still holds.

Two questions, two fields of words. `status` is what the portal shows: a draft, the document, or that it was taken
off. `state` is whether the document is in force; it is computed for a day from its dates and from what replaces it.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone

from news import freshness, text
from news.models.amendment import Amendment
from news.models.attachment import Attachment
from news.models.document_attachment import DocumentAttachment
from news.models.heading import DocumentKind, Issuer

# What search looks at of what was typed.
MAX_QUERY = 200
MAX_TERMS = 12
_KNOWN = "Văn bản này đã có: cùng số, cùng cơ quan, cùng ngày ban hành."
_LEADING_ZEROS = re.compile(r"(?<![0-9a-z])0+(?=[0-9])")


def today() -> dt.date:
    """The day on which a state is asked for when no other is named, on the Vietnamese clock."""
    return text.local(timezone.now()).date()


def _terms(said: str) -> list[str]:
    """The folded words of a text as the register compares them.

    The number of a document, and a date, stay whole and lose their leading zeros: `05/2022/NĐ-CP` is
    `5/2022/nd-cp`. What else there is becomes news.text.words().
    """
    found = []
    for token in text.fold(said).split():
        if "/" in token and any(c.isdigit() for c in token):
            found.append(_LEADING_ZEROS.sub("", token.strip(".,;:/()[]\"'"))[:100])
        else:
            found += text.words(token)
    return found


class DocumentQuerySet(models.QuerySet["Document"]):
    def published(self) -> Self:
        """What the public may see. Document.is_published says the same of one."""
        return self.filter(status=Document.Status.PUBLISHED)

    def in_state(self, state: str, *, on: dt.date | None = None) -> Self:
        """Those whose state is this one on that day, today unless named. Document.state_on() says the same of one."""
        day = on or today()
        ended = Q(expires_on__lte=day) | Q(
            replaced_by__status=Document.Status.PUBLISHED, replaced_by__effective_on__lte=day
        )
        if state == Document.State.ENDED:
            return self.filter(ended)
        began = Q(effective_on__lte=day)
        return self.filter(~ended, began if state == Document.State.IN_FORCE else ~began)

    def found_by(self, typed: str, *, typing: bool = False) -> Self:
        """Whose number, abstract, kind, issuer, signer or date have every word typed; all for nothing.

        A number is found by its beginning (`42/2022`), and stands before those that only cite it. With `typing`
        the last word may be the beginning of one. Results come in order.
        """
        if not typed.strip():
            return self
        terms = _terms(typed[:MAX_QUERY])[:MAX_TERMS]
        if not terms:
            return self.none()
        found = self
        for place, term in enumerate(terms, start=1):
            open_end = "/" in term or (typing and place == len(terms))
            found = found.filter(folded__contains=f" {term}" if open_end else f" {term} ")
        numbers = [Q(number_key__startswith=term) for term in terms if "/" in term]
        if not numbers:
            return found.newest_first()
        own = Case(
            *(When(number, then=Value(0)) for number in numbers),
            default=Value(1),
            output_field=models.IntegerField(),
        )
        return found.order_by(own, "-issued_on", "-id")

    def newest_first(self) -> Self:
        return self.order_by("-issued_on", "-id")

    def older_than(self, day: dt.date, pk: int) -> Self:
        """Issued before that day, ties by id; the newest first. The last condition lets the index begin there."""
        return self.filter(Q(issued_on__lt=day) | Q(id__lt=pk), issued_on__lte=day).newest_first()

    def with_facts(self) -> Self:
        """With all that a row of a list says of it, its state included, in the same query."""
        return self.select_related("kind", "issuer", "replaced_by__kind")

    def in_chain_of(self, document: "Document") -> Self:
        """The document with all that it replaced, that replaced it, and so on, in one query; the oldest first.

        A document that is not public replaces nothing, so it ties no others together either.
        """
        table = Document._meta.db_table
        chain = RawSQL(  # noqa: S611 - a table's own name
            f"WITH RECURSIVE chain(id) AS (SELECT id FROM {table} WHERE id = %s UNION "  # noqa: S608
            f"SELECT CASE WHEN d.id = chain.id THEN d.replaced_by_id ELSE d.id END "
            f"FROM {table} d JOIN {table} newer ON newer.id = d.replaced_by_id AND newer.status = %s "
            f"JOIN chain ON d.id = chain.id OR d.replaced_by_id = chain.id) SELECT id FROM chain",
            [document.pk, Document.Status.PUBLISHED],
        )
        return self.filter(pk__in=chain).order_by("issued_on", "id")


class Document(models.Model):
    """One official document. It changes by the verbs below only; each checks the right."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Bản nháp"
        PUBLISHED = "published", "Đã đăng"
        WITHDRAWN = "withdrawn", "Đã gỡ"

    class State(models.TextChoices):
        """Whether it is in force. The values stand in addresses."""

        IN_FORCE = "con", "Còn hiệu lực"
        NOT_YET = "chua", "Chưa có hiệu lực"
        ENDED = "het", "Hết hiệu lực"

    number = models.CharField(
        "số, ký hiệu", max_length=100, help_text="Ví dụ: 12/2026/QĐ-UBND, 345/TB-UBND."
    )
    # The number as search and the constraint compare it: 5/2022/nd-cp.
    number_key = models.CharField(max_length=100, editable=False)
    kind = models.ForeignKey(
        DocumentKind,
        verbose_name="loại văn bản",
        on_delete=models.PROTECT,
        related_name="documents",
    )
    issuer = models.ForeignKey(
        Issuer,
        verbose_name="cơ quan ban hành",
        on_delete=models.PROTECT,
        related_name="documents",
    )
    signer = models.CharField(
        "người ký", max_length=150, blank=True, help_text="Chức vụ và họ tên, như trên văn bản."
    )
    abstract = models.CharField(
        "trích yếu", max_length=1000, help_text="Một câu, như dưới tên loại trên văn bản."
    )
    issued_on = models.DateField("ngày ban hành")
    effective_on = models.DateField(
        "có hiệu lực từ ngày", blank=True, help_text="Để trống thì lấy ngày ban hành."
    )
    expires_on = models.DateField(
        "hết hiệu lực từ ngày",
        null=True,
        blank=True,
        help_text="Ngày đầu tiên không còn hiệu lực. Để trống nếu chưa biết; bị thay thế thì tự hết.",
    )
    replaced_by = models.ForeignKey(
        "self",
        verbose_name="bị thay thế bởi",
        on_delete=models.SET_NULL,
        related_name="replaces",
        null=True,
        editable=False,
    )
    amends: "models.ManyToManyField[Document, Amendment]" = models.ManyToManyField(
        "self",
        verbose_name="sửa đổi, bổ sung",
        through="Amendment",
        through_fields=("document", "amended"),
        symmetrical=False,
        related_name="amended_by",
        editable=False,
    )
    attachments: "models.ManyToManyField[Attachment, DocumentAttachment]" = models.ManyToManyField(
        Attachment, through="DocumentAttachment", related_name="documents", editable=False
    )
    slug = models.SlugField(
        "địa chỉ",
        max_length=200,
        blank=True,
        help_text="Để trống thì tự tạo. Đổi địa chỉ thì địa chỉ cũ tự dẫn về địa chỉ mới.",
    )
    # What it is found by, see DocumentQuerySet.found_by().
    folded = models.TextField(editable=False)
    status = models.CharField(
        "tình trạng", max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    published_at = models.DateTimeField("đăng lúc", null=True, editable=False)
    withdrawn_at = models.DateTimeField("gỡ lúc", null=True, editable=False)
    withdrawal_reason = models.CharField("lý do gỡ", max_length=300, blank=True, editable=False)
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

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "văn bản"
        verbose_name_plural = "văn bản"
        ordering = ["-issued_on", "-id"]
        permissions = [
            ("publish_document", "Được đăng văn bản"),
            ("withdraw_document", "Được gỡ văn bản"),
        ]
        constraints = [
            # Offices number anew each year: the same number on another day is another document.
            models.UniqueConstraint(
                fields=["number_key", "issuer", "issued_on"],
                name="document_once",
                violation_error_message=_KNOWN,
            ),
            models.CheckConstraint(
                condition=Q(effective_on__gte=F("issued_on")), name="document_effective_after_issue"
            ),
            # On the same day: it was repealed before it held.
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gte=F("effective_on")),
                name="document_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | ~Q(replaced_by=F("id")),
                name="document_not_replaced_by_itself",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="document_public_has_published_at",
            ),
            # The page that says it was taken off says when.
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | Q(withdrawn_at__isnull=False),
                name="document_withdrawn_has_withdrawn_at",
            ),
        ]
        indexes = [
            models.Index(
                F("issued_on").desc(),
                F("id").desc(),
                condition=Q(status="published"),
                name="document_public_newest",
            ),
            models.Index(F("issued_on").desc(), F("id").desc(), name="document_desk_newest"),
        ]

    def __str__(self) -> str:
        short = self.abstract if len(self.abstract) <= 100 else f"{self.abstract[:99].rstrip()}…"
        return f"{self.number} – {short}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores clean text only, and with it what the document is found by."""
        self._tidy()
        self.folded = self._words()
        self.slug = self.slug or text.slug(f"{self.kind.name} {self.number} {self.abstract}", 120)
        with transaction.atomic():
            super().save(*args, **kwargs)
            if self.was_public:
                freshness.bump()

    def get_absolute_url(self) -> str:
        return reverse("news:document", args=[self.slug, self.pk])

    @staticmethod
    def keep_words(documents: "Iterable[Document]") -> None:
        """Write anew what these documents are found by."""
        documents = list(documents)
        models.prefetch_related_objects(documents, "kind", "issuer")
        for document in documents:
            document.folded = document._words()
        Document.objects.bulk_update(documents, ["folded"], batch_size=200)

    def _words(self) -> str:
        """Folded, with a blank before and after each word, and the parts of a number beside the whole.

        A date is there in the ways it is typed: 03/05/2024, ngày 3 tháng 5 năm 2024.
        """
        day = self.issued_on
        said = (
            f"{self.kind.name} số {self.number} {self.abstract} {self.issuer.name} {self.signer} "
            f"ngày {day:%d/%m/%Y} {day.day} tháng {day.month} năm"
        )
        return f" {' '.join(dict.fromkeys(_terms(said) + text.words(said)))} "

    def _tidy(self) -> None:
        self.number = text.one_line(self.number)
        self.number_key = "/".join(_terms(self.number))[:100]
        self.signer = text.one_line(self.signer)
        self.abstract = text.one_line(self.abstract)
        self.effective_on = self.effective_on or self.issued_on

    def clean(self) -> None:
        """Refuses dates out of order and a document that is in the register already, at the fields."""
        if not (self.number and self.issued_on):
            return
        self._tidy()
        wrong = {}
        if not self.number_key:
            wrong["number"] = "Hãy viết số, ký hiệu của văn bản."
        if self.effective_on < self.issued_on:
            wrong["effective_on"] = "Ngày có hiệu lực không thể trước ngày ban hành."
        if self.expires_on and self.expires_on < self.effective_on:
            wrong["expires_on"] = "Ngày hết hiệu lực không thể trước ngày có hiệu lực."
        same = Document.objects.exclude(pk=self.pk).filter(
            number_key=self.number_key, issuer=self.issuer_id, issued_on=self.issued_on
        )
        if same.exists():
            wrong["number"] = _KNOWN
        if wrong:
            raise ValidationError(wrong)

    # --- what holds ------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """`Quyết định số 12/2026/QĐ-UBND`"""
        return f"{self.kind.name} số {self.number}"

    @property
    def is_published(self) -> bool:
        """Whether the public may see it. DocumentQuerySet.published() says the same of many."""
        return self.status == self.Status.PUBLISHED

    @property
    def was_public(self) -> bool:
        """Once published, never deleted: it is withdrawn and its address says so."""
        return self.status != self.Status.DRAFT

    @property
    def replacement(self) -> "Document | None":
        """What replaces it as a whole, once the public may see that."""
        other = self.replaced_by
        return other if other is not None and other.is_published else None

    @property
    def ends_on(self) -> dt.date | None:
        """The first day on which it does not hold: its own, or that of what replaces it, whichever is earlier."""
        days = [self.expires_on, self.replacement.effective_on if self.replacement else None]
        return min((day for day in days if day), default=None)

    def state_on(self, day: dt.date) -> "Document.State":
        """Whether it is in force on that day. DocumentQuerySet.in_state() says the same of many."""
        if self.ends_on is not None and self.ends_on <= day:
            return self.State.ENDED
        return self.State.IN_FORCE if self.effective_on <= day else self.State.NOT_YET

    @property
    def state(self) -> "Document.State":
        return self.state_on(today())

    # --- who may ---------------------------------------------------------------------------------

    def may_edit(self, user: Any) -> bool:
        """A draft: who began it, and who publishes. What was public: who publishes."""
        if not user.has_perm("news.change_document"):
            return False
        own_draft = not self.was_public and self.created_by_id == user.pk
        return own_draft or user.has_perm("news.publish_document")

    def may_publish(self, user: Any) -> bool:
        return user.has_perm("news.publish_document") and not self.is_published

    def may_withdraw(self, user: Any) -> bool:
        return user.has_perm("news.withdraw_document") and self.is_published

    def may_delete(self, user: Any) -> bool:
        """A draft that the person may edit; what was public is withdrawn."""
        return not self.was_public and user.has_perm("news.delete_document") and self.may_edit(user)

    # --- verbs -----------------------------------------------------------------------------------

    def write(
        self,
        *,
        by: Any,
        replaces: "Iterable[Document] | None" = None,
        amends: "Iterable[Document] | None" = None,
        attachments: Sequence[int] | None = None,
    ) -> None:
        """Store it, new or changed, with exactly these documents replaced and amended and these files (their keys, in
        order); None leaves them as they are. Call full_clean() before.

        `by` is None for what no person writes (the demo). Raises PermissionDenied without the right, ValidationError
        at `replaces` or `amends` for what cannot be: see refusals_of().
        """
        with transaction.atomic():
            if self._state.adding:
                if by is not None and not by.has_perm("news.add_document"):
                    raise PermissionDenied("Bạn không có quyền thêm văn bản.")
                self.created_by = by
            else:
                self._lock()
                if by is not None and not self.may_edit(by):
                    raise PermissionDenied("Bạn không có quyền sửa văn bản này.")
            self._tidy()
            if wrong := self.refusals_of(replaces or (), amends or ()):
                raise ValidationError(wrong)
            self.save()
            if replaces is not None:
                keys = [old.pk for old in replaces]
                self.replaces.exclude(pk__in=keys).update(replaced_by=None)
                Document.objects.filter(pk__in=keys).update(replaced_by=self)
            if amends is not None:
                self.amends.set(amends)
            if attachments is not None:
                DocumentAttachment.put_on(self, attachments)

    def refusals_of(
        self, replaces: "Iterable[Document]", amends: "Iterable[Document]"
    ) -> dict[str, list[str]]:
        """Why these cannot be replaced or amended by this one, by field: itself, something issued later, a circle,
        something that another document replaces already. Empty when they can."""
        wrong: dict[str, list[str]] = {}
        after = self._replacements()
        for old in replaces:
            said = self._refusal_of(old)
            if not said and old.pk in after:
                said = f"{old.number} lại đang thay thế chính văn bản này."
            elif not said and old.replaced_by_id not in (None, self.pk):
                other = old.replaced_by
                if other is not None and other.status != self.Status.WITHDRAWN:
                    said = f"{old.number} đã bị {other.number} thay thế."
            if said:
                wrong.setdefault("replaces", []).append(said)
        for old in amends:
            said = self._refusal_of(old)
            if not said and self.pk and self.pk in old._amended_keys():
                said = f"{old.number} lại đang sửa đổi chính văn bản này."
            if said:
                wrong.setdefault("amends", []).append(said)
        return wrong

    def _refusal_of(self, old: "Document") -> str:
        if old.pk == self.pk:
            return "Văn bản không thể thay thế hay sửa đổi chính nó."
        if old.issued_on > self.issued_on:
            return f"{old.number} ban hành sau văn bản này."
        return ""

    def _replacements(self) -> set[int]:
        """Keys of what replaces it, what replaces that, and so on."""
        found: set[int] = set()
        key = self.replaced_by_id
        while key and key not in found:
            found.add(key)
            key = (
                Document.objects.filter(pk=key).values_list("replaced_by_id", flat=True).first()
                or None
            )
        return found

    def _amended_keys(self) -> set[int]:
        """Keys of what it amends, what that amends, and so on."""
        found: set[int] = set()
        newest = {self.pk}
        while newest:
            rows = Amendment.objects.filter(document__in=newest)
            newest = set(rows.values_list("amended_id", flat=True)) - found
            found |= newest
        return found

    def publish(self, *, by: Any) -> None:
        """Put it before the public, again after a withdrawal with the date it had.

        `by` is None for what no person publishes (the demo). Raises PermissionDenied without the right, ValueError
        if it is public.
        """
        with transaction.atomic():
            self._lock()
            if by is not None and not by.has_perm("news.publish_document"):
                raise PermissionDenied("Bạn không có quyền đăng văn bản.")
            if self.is_published:
                raise ValueError("Văn bản này đã đăng rồi.")
            self.status = self.Status.PUBLISHED
            self.published_at = self.published_at or timezone.now()
            self.withdrawn_at, self.withdrawal_reason = None, ""
            self.save()
            self._touch_replaced()

    def withdraw(self, *, by: Any, reason: str) -> None:
        """Take it off the portal; its address answers 410 and shows the reason. It replaces nothing while it is off.

        Raises PermissionDenied without the right, ValueError if it is not public or for an empty reason.
        """
        with transaction.atomic():
            self._lock()
            if not by.has_perm("news.withdraw_document"):
                raise PermissionDenied("Bạn không có quyền gỡ văn bản.")
            if not self.is_published:
                raise ValueError("Chỉ gỡ được văn bản đã đăng.")
            if not text.one_line(reason):
                raise ValueError("Hãy cho biết lý do gỡ văn bản.")
            self.status = self.Status.WITHDRAWN
            self.withdrawn_at = timezone.now()
            self.withdrawal_reason = text.one_line(reason)[:300]
            self.save()
            self._touch_replaced()

    def _touch_replaced(self) -> None:
        """The pages of what it replaces say something else now."""
        self.replaces.update(updated_at=timezone.now())

    def delete_draft(self, *, by: Any) -> None:
        """Throw a draft away. Raises PermissionDenied for anything else."""
        if not self.may_delete(by):
            raise PermissionDenied("Bạn không có quyền xoá văn bản này.")
        self.delete()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises models.ProtectedError for what was public: withdraw it instead."""
        if self.was_public:
            raise models.ProtectedError("Văn bản đã đăng không xoá được; hãy gỡ xuống.", {self})
        return super().delete(*args, **kwargs)

    def _lock(self) -> None:
        """Lock the row until the transaction ends and take over where it stands.

        A form was read minutes ago: without this, saving it would undo a colleague's withdrawal.
        """
        names = ("status", "published_at", "withdrawn_at", "withdrawal_reason", "replaced_by_id")
        row = Document.objects.select_for_update().filter(pk=self.pk).values(*names).get()
        for name in names:
            setattr(self, name, row[name])
