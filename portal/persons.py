"""What this portal holds of one person, in all rooms: found by the e-mail address, handed out, forgotten; and the
requests of people about it, each with the days by which the office has to act.

The rights of Luật 91/2025/QH15, Điều 4. No log and no message names the address.

A comment forgets its address some weeks after it was decided (comments.retention): such ones are found only by their
numbers, once somebody is sure whose they are.

Nothing here changes an account: those of staff are named, and are the administrator's work at the desk. The audit
log cannot be changed; it names comments by number, and so holds nothing to forget.
"""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from comments import consent
from comments.models import AskedAddress, BlockedSource, Comment, Holiday
from comments.models.words import CommentWords
from comments.working_time import after_working_days
from news import freshness, mail_addresses, text
from news.mail_addresses import matching
from news.models import Notice, OutboxMessage
from news.models.outbox import OutboxQuerySet
from portal.accounts.audit import AuditEntry, record

# What stands in an export in place of a colleague's account: who decided is the office's, not the person's.
OFFICE = "cơ quan"
# Said after erasing, and in docs/operations.md.
CACHES = (
    "Các trang công khai được làm lại ngay. Bản cũ không ai được xem nữa; chúng mất khỏi bộ nhớ chung sau 1 phút, "
    "khỏi nginx sau tối đa 24 giờ (trong thời gian đó chỉ hiện ra khi ứng dụng ngừng chạy)."
)
# What columns are called in an export whose names in the models are for maintainers only.
LABELS = {
    "id": "số",
    "revision": "lần thay đổi",
    "digest": "mã băm",
    "words_digest": "mã băm của lời",
    "waited": "số giây chờ",
    "user": "người nhận",
    "article": "tin bài",
}
HANDLE = "portal.handle_personrequest"
CLOSED_BY_ERASING = "Dữ liệu của người này đã được xoá theo một yêu cầu khác."

# What may be an address in a sentence: no brackets, quotes or marks before it, no full stop behind it.
_ADDRESS = re.compile(r"""(?!['`])[^\s@<>()\[\],:;"“”‘’…]+@[\w.-]*\w""")


def _compared(email: str) -> str:
    return mail_addresses.normal(email).casefold()


def digest_of(email: str) -> str:
    """The keyed hash that proves later that a request was about this address, without holding it."""
    return salted_hmac("portal.persons", _compared(email), algorithm="sha256").hexdigest()


# --- finding ------------------------------------------------------------------------------------------


def comments_of(email: str, numbers: Collection[int] = ()) -> QuerySet[Comment]:
    """All that carries the address, and those `numbers` that carry none and are not yet erased."""
    carried = Comment.objects.by_person(email).values("pk")
    named = Comment.objects.filter(pk__in=numbers, email="").exclude(status=Comment.Status.ERASED)
    return Comment.objects.filter(Q(pk__in=carried) | Q(pk__in=named.values("pk"))).order_by("pk")


def mails_to(email: str) -> OutboxQuerySet:
    return OutboxMessage.objects.to(email).order_by("pk")


def notices_about(email: str) -> QuerySet[Notice]:
    """Notices at the desk that repeat the address: all of it, not the end of somebody else's."""
    asked = _compared(email)
    with_any = Notice.objects.filter(text__contains="@").values_list("pk", "text")
    named = [
        key
        for key, words in with_any.iterator()
        if asked in map(_compared, _ADDRESS.findall(text.nfc(words)))
    ]
    return Notice.objects.filter(pk__in=named).order_by("pk")


def accounts_of(email: str) -> list[str]:
    """Names of accounts at the desk with this address."""
    found = User.objects.filter(matching("email", email)).order_by("username")
    return list(found.values_list("username", flat=True))


def found(email: str, numbers: Collection[int] = ()) -> dict[str, int]:
    """How much there is of each kind."""
    return {
        "ý kiến": comments_of(email, numbers).count(),
        "thư": mails_to(email).count(),
        "thông báo": notices_about(email).count(),
    }


def answers_naming(email: str, numbers: Collection[int] = ()) -> list[str]:
    """Answers of the office that name the sender: where words are kept they stay, so they are reworded before."""
    return [
        str(answer)
        for comment in comments_of(email, numbers).prefetch_related("answers")
        for answer in comment.answers.all()
        if comment.name and comment.name.casefold() in answer.text.casefold()
    ]


def in_words(numbers: dict[str, int]) -> str:
    """`3 ý kiến, 1 thư`; `không có gì`."""
    return ", ".join(f"{n} {kind}" for kind, n in numbers.items() if n) or "không có gì"


# --- handing out --------------------------------------------------------------------------------------


def export(email: str, numbers: Collection[int] = ()) -> dict[str, Any]:
    """Everything that is held of the person, every field of it under a Vietnamese name, ready for as_json()."""
    return {
        "xuất lúc": timezone.localtime(),
        "địa chỉ": email.strip(),
        "ý kiến": [
            {
                **_fields(comment),
                "tên tin bài": comment.article.title,
                "lời đồng ý": consent.wording(comment.consent_version, "…"),
                "các quyết định": [
                    _fields(decision) for decision in comment.decisions.order_by("pk")
                ],
                "các trả lời": [
                    {
                        **_fields(answer),
                        "các bước": [_fields(step) for step in answer.steps.order_by("pk")],
                    }
                    for answer in comment.answers.order_by("pk")
                ],
            }
            for comment in comments_of(email, numbers).select_related("article")
        ],
        "không muốn nhận thư": AskedAddress.objects.of(email).refused().exists(),
        "thư": [_fields(message) for message in mails_to(email)],
        "thông báo": [_fields(notice) for notice in notices_about(email)],
        "yêu cầu": [_fields(request) for request in PersonRequest.objects.about(email)],
        "tài khoản": accounts_of(email),
    }


def as_json(exported: dict[str, Any]) -> str:
    return json.dumps(exported, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2) + "\n"


def _fields(row: models.Model) -> dict[str, Any]:
    """Every column of a row by its label: choices in words, moments on the Vietnamese clock, colleagues as the office."""
    values: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if value is not None and field.related_model is User:
            value = OFFICE
        elif field.choices:
            value = getattr(row, f"get_{field.name}_display")()
        elif isinstance(value, dt.datetime):
            value = timezone.localtime(value)
        values[LABELS.get(field.name, str(field.verbose_name))] = value
    return values


# --- forgetting ---------------------------------------------------------------------------------------


def erase(
    email: str, numbers: Collection[int] = (), *, keep_words: bool = False, by: Any = None
) -> dict[str, int]:
    """Forget the person; how much of each kind was changed. All of it or, where something fails, nothing.

    With `keep_words` decided comments stay without a name. Requests about this address are closed with it, since
    they hold it too. `by` is None for the command. Raises PermissionDenied for an account that may not erase comments.
    """
    with transaction.atomic():
        comments = list(comments_of(email, numbers))
        keys = [comment.pk for comment in comments]
        sources = {comment.source for comment in comments} - {""}
        for comment in comments:
            comment.erase(by=by, keep_words=keep_words)
        if comments:
            CommentWords.forget_replaced()
        done: Counter[str] = Counter({"ý kiến": len(comments)})
        # That somebody wants no letters is kept for their sake, and names nobody.
        AskedAddress.objects.of(email).unanswered().delete()
        done["thư"] = mails_to(email).forget()
        done["thông báo"] = notices_about(email).delete()[0]
        done["dòng lịch sử"] = _forget_history(keys)
        # The block itself knows nobody and ends by itself; what was noted beside it may.
        done["ghi chú chặn nguồn"] = (
            BlockedSource.objects.filter(source__in=sources).exclude(note="").update(note="")
        )
        done["yêu cầu"] = PersonRequest.objects.close_all(email)
        # Whatever was public, also in a page that only counted it.
        freshness.bump()
    return dict(done)


def _forget_history(keys: list[int]) -> int:
    """Make Django's own lines about these comments say no more than which was meant."""
    kind = ContentType.objects.get_for_model(Comment)
    lines = LogEntry.objects.filter(content_type=kind, object_id__in=[str(key) for key in keys])
    return sum(
        lines.filter(object_id=str(key))
        .exclude(object_repr=str(Comment(pk=key)), change_message="")
        .update(object_repr=str(Comment(pk=key)), change_message="")
        for key in set(map(int, lines.values_list("object_id", flat=True)))
    )


# --- requests -----------------------------------------------------------------------------------------


class NotPossible(Exception):
    """It is done or refused, perhaps by a faster colleague, or another kind of request; the message says what."""


class PersonRequestQuerySet(models.QuerySet["PersonRequest"]):
    def open(self) -> Self:
        """What is neither done nor refused, the soonest due first."""
        return self.filter(state__in=PersonRequest.OPEN).order_by("due", "id")

    def late(self) -> Self:
        """What is open longer than the law allows; see PersonRequest.is_late."""
        today = timezone.localdate()
        return self.open().filter(
            Q(due__lt=today) | Q(state=PersonRequest.State.OPEN, answer_due__lt=today)
        )

    def about(self, email: str) -> Self:
        """All that was ever asked about this address, also where it is forgotten."""
        return self.filter(digest=digest_of(email)).order_by("pk")

    def close_all(self, email: str) -> int:
        """Close what is open about an address whose data were erased; how many."""
        mine = self.open().filter(digest=digest_of(email))
        now = timezone.now()
        gone = PersonRequest.forgotten() | {"closed_at": now}
        erased = mine.filter(kind=PersonRequest.Kind.ERASE).update(
            state=PersonRequest.State.DONE, **gone
        )
        return erased + mine.update(
            state=PersonRequest.State.REFUSED, reason=CLOSED_BY_ERASING, **gone
        )


class PersonRequest(models.Model):
    """One request about personal data. Its address is known until it is done or refused; a keyed hash and a masked
    form remain as proof.

    The days are those of Nghị định 356/2025/NĐ-CP: settings.PERSON_ANSWER_DAYS and PERSON_DONE_DAYS. Each verb
    raises PermissionDenied without the right, NotPossible where it is closed, and writes to the audit log.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", "Xem, nhận dữ liệu"
        ERASE = "erase", "Xoá dữ liệu"

    class Channel(models.TextChoices):
        MAIL = "mail", "Thư điện tử"
        LETTER = "letter", "Đơn, thư giấy"
        IN_PERSON = "in_person", "Đến trực tiếp"
        PHONE = "phone", "Điện thoại"

    class State(models.TextChoices):
        OPEN = "open", "Mới nhận"
        ANSWERED = "answered", "Đã phản hồi"
        DONE = "done", "Đã thực hiện"
        REFUSED = "refused", "Đã từ chối"

    OPEN = (State.OPEN, State.ANSWERED)

    kind = models.CharField("yêu cầu", max_length=10, choices=Kind)
    keep_words = models.BooleanField(
        "giữ lại lời, chỉ bỏ tên và địa chỉ",
        default=False,
        help_text="Chỉ khi xoá, và khi người yêu cầu muốn thế. Ý kiến chưa duyệt vẫn bị xoá hẳn.",
    )
    email = models.EmailField("thư điện tử đã dùng khi gửi ý kiến")
    comments = models.CharField(
        "số của ý kiến không còn địa chỉ",
        max_length=200,
        blank=True,
        help_text="Địa chỉ được xoá một thời gian sau khi duyệt. Khi đã chắc những ý kiến ấy là của người này, "
        "hãy ghi số của chúng, cách nhau bằng dấu phẩy.",
    )
    channel = models.CharField("nhận qua", max_length=10, choices=Channel, default=Channel.MAIL)
    received_on = models.DateField("nhận ngày", default=timezone.localdate)
    note = models.TextField(
        "ghi chú", blank=True, help_text="Bị xoá cùng địa chỉ khi yêu cầu được giải quyết xong."
    )
    state = models.CharField("tình trạng", max_length=10, choices=State, default=State.OPEN)
    answer_due = models.DateField("hạn phản hồi", editable=False)
    due = models.DateField("hạn thực hiện", editable=False)
    answered_at = models.DateTimeField("phản hồi lúc", null=True, editable=False)
    closed_at = models.DateTimeField("xong lúc", null=True, editable=False)
    reason = models.CharField("lý do từ chối", max_length=300, blank=True)
    outcome = models.CharField("kết quả", max_length=200, blank=True, editable=False)
    masked = models.CharField("thư điện tử (che bớt)", max_length=254, editable=False)
    digest = models.CharField(max_length=64, editable=False)

    objects = PersonRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "yêu cầu về dữ liệu cá nhân"
        verbose_name_plural = "yêu cầu về dữ liệu cá nhân"
        default_permissions = ["view", "add"]
        permissions = [("handle_personrequest", "Được giải quyết yêu cầu về dữ liệu cá nhân")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "answered"], closed_at__isnull=True) & ~Q(email="")
                | Q(
                    state__in=["done", "refused"],
                    closed_at__isnull=False,
                    email="",
                    comments="",
                    note="",
                ),
                name="person_request_closed_is_forgotten",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""),
                name="person_request_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(keep_words=False) | Q(kind="erase"),
                name="person_request_words_are_kept_when_erasing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due", "id"],
                condition=Q(state__in=["open", "answered"]),
                name="person_request_open",
            ),
            models.Index(fields=["digest"], name="person_request_digest"),
        ]

    def __str__(self) -> str:
        """By number: this stands in logs."""
        return f"Yêu cầu số {self.pk}"

    def save(self, **kwargs: Any) -> None:
        """A new one gets its days and what remains of its address."""
        if self._state.adding:
            holidays = set(
                Holiday.objects.filter(day__gte=self.received_on).values_list("day", flat=True)
            )
            self.answer_due = after_working_days(
                self.received_on, settings.PERSON_ANSWER_DAYS, holidays
            )
            self.due = self.received_on + dt.timedelta(days=settings.PERSON_DONE_DAYS)
            self.masked = text.masked(self.email)
            self.digest = digest_of(self.email)
        super().save(**kwargs)

    def clean(self) -> None:
        if self.keep_words and self.kind != self.Kind.ERASE:
            raise ValidationError({"keep_words": "Chỉ chọn khi yêu cầu là xoá dữ liệu."})
        if self.received_on and self.received_on > timezone.localdate():
            raise ValidationError({"received_on": "Ngày nhận không thể ở tương lai."})
        typed = [part.strip() for part in self.comments.split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in typed):
            raise ValidationError({"comments": "Hãy viết các số, cách nhau bằng dấu phẩy."})
        self.comments = ", ".join(typed)
        there = set(Comment.objects.filter(pk__in=self.numbers).values_list("pk", flat=True))
        if missing := [str(number) for number in self.numbers if number not in there]:
            raise ValidationError({"comments": f"Không có ý kiến số {', '.join(missing)}."})

    @property
    def numbers(self) -> list[int]:
        return [int(part) for part in self.comments.split(",") if part.strip()]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_late(self) -> bool:
        """Whether a day of the law has passed; PersonRequest.objects.late() says the same."""
        today = timezone.localdate()
        late_to_answer = self.state == self.State.OPEN and self.answer_due < today
        return self.is_open and (self.due < today or late_to_answer)

    # --- what is done with it --------------------------------------------------------------------

    def answer(self, *, by: Any) -> None:
        """Note that the person was told: received, what happens now, by when."""
        with self._opened(by):
            if self.state == self.State.OPEN:
                self._change(state=self.State.ANSWERED, answered_at=timezone.now())
                self._record(by, "đã phản hồi")

    def export(self, *, by: Any) -> dict[str, Any]:
        """What is held of the person, to be handed over; it stays open until finish()."""
        with self._opened(by, self.Kind.EXPORT):
            exported = export(self.email, self.numbers)
            self._record(by, f"xuất dữ liệu: {len(exported['ý kiến'])} ý kiến")
        return exported

    def finish(self, *, by: Any) -> None:
        """Note that the data were handed over, and forget the address."""
        with self._opened(by, self.Kind.EXPORT):
            self._close(self.State.DONE, outcome="Đã giao dữ liệu")
            self._record(by, "đã giao dữ liệu")

    def erase(self, *, by: Any) -> dict[str, int]:
        """Forget the person as was asked, and the address with it; how much of each kind was changed."""
        with self._opened(by, self.Kind.ERASE):
            email, numbers, keep = self.email, self.numbers, self.keep_words
            outcome = in_words(found(email, numbers))
            self._close(self.State.DONE, outcome=f"Đã xoá: {outcome}")
            done = erase(email, numbers, keep_words=keep, by=by)
            self._record(by, f"xoá dữ liệu: {in_words(done)}")
        return done

    def refuse(self, *, by: Any, reason: str) -> None:
        """Do nothing, for a reason that is told to the person. Raises ValidationError without one."""
        if not (reason := text.one_line(reason)):
            raise ValidationError("Hãy ghi lý do từ chối.")
        if len(reason) > 300:
            raise ValidationError("Lý do dài quá 300 ký tự.")
        with self._opened(by):
            self._close(self.State.REFUSED, reason=reason)
            self._record(by, "từ chối")

    @staticmethod
    def forgotten() -> dict[str, str]:
        return {"email": "", "comments": "", "note": ""}

    @contextmanager
    def _opened(self, by: Any, kind: str = "") -> Iterator[None]:
        """A step of an open request, in a transaction for which a colleague's step waits."""
        if not by.has_perm(HANDLE):
            raise PermissionDenied("Bạn không có quyền giải quyết yêu cầu về dữ liệu cá nhân.")
        with transaction.atomic():
            self.refresh_from_db(from_queryset=PersonRequest.objects.select_for_update())
            if not self.is_open:
                raise NotPossible(f"{self}: {self.get_state_display().lower()} trước đó.")
            if kind and self.kind != kind:
                raise NotPossible(f"{self}: yêu cầu là {self.get_kind_display().lower()}.")
            yield

    def _close(self, state: str, **fields: Any) -> None:
        self._change(state=state, closed_at=timezone.now(), **self.forgotten(), **fields)

    def _change(self, **fields: Any) -> None:
        PersonRequest.objects.filter(pk=self.pk).update(**fields)
        self.refresh_from_db()

    def _record(self, by: Any, detail: str) -> None:
        record(AuditEntry.What.PERSON, by=by, object_text=str(self), detail=detail)
