"""The audit log: who did what, when and from where. Written by the portal, read by administrators, changed by nobody.

Entries know people and things as text: they outlive both. Passwords, codes and keys never come here. Twelve
months is how long Nghị định 53/2022/NĐ-CP has system logs kept.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone

from portal.accounts import origin

KEPT = dt.timedelta(days=366)
UNCHANGEABLE = "Nhật ký không sửa và không xoá được."


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Readable only: what changes or deletes rows is refused, whoever asks."""

    def newest_first(self) -> "AuditEntryQuerySet":
        return self.order_by("-at", "-id")

    def older_than(self, entry: "AuditEntry") -> "AuditEntryQuerySet":
        """What stands below this entry in `newest_first`."""
        # The first condition says nothing new, but it is where the index begins, however far down.
        return self.filter(at__lte=entry.at).filter(
            models.Q(at__lt=entry.at) | models.Q(pk__lt=entry.pk)
        )

    def update(self, **kwargs: Any) -> int:
        raise PermissionDenied(UNCHANGEABLE)

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise PermissionDenied(UNCHANGEABLE)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise PermissionDenied(UNCHANGEABLE)


class AuditEntry(models.Model):
    """One thing that somebody did or tried. A trigger in the database refuses every UPDATE of a row."""

    class What(models.TextChoices):
        SIGN_IN = "sign_in", "Đăng nhập"
        SIGN_OUT = "sign_out", "Đăng xuất"
        SESSION_END = "session_end", "Kết thúc phiên đăng nhập"
        PASSWORD_CHANGE = "password_change", "Đổi mật khẩu của mình"
        PASSWORD_RESET = "password_reset", "Đặt lại mật khẩu của người khác"
        FACTOR_ON = "factor_on", "Bật xác thực hai bước"
        FACTOR_OFF = "factor_off", "Tắt xác thực hai bước"
        FACTOR_RESET = "factor_reset", "Gỡ xác thực hai bước của người khác"
        RECOVERY_NEW = "recovery_new", "Tạo mã khôi phục mới"
        RECOVERY_USE = "recovery_use", "Dùng một mã khôi phục"
        UNLOCK = "unlock", "Mở khoá đăng nhập"
        ADD = "add", "Thêm"
        CHANGE = "change", "Sửa"
        DELETE = "delete", "Xoá"
        EXPORT = "export", "Xuất nhật ký"
        PERSON = "person", "Dữ liệu cá nhân của bạn đọc"

    class Result(models.TextChoices):
        DONE = "done", "Được"
        FAILED = "failed", "Không được"

    at = models.DateTimeField("lúc", default=timezone.now, editable=False)
    who = models.CharField("ai", max_length=150, blank=True, editable=False)
    who_id = models.BigIntegerField("số tài khoản", null=True, editable=False)
    what = models.CharField("việc", max_length=20, choices=What, editable=False)
    object_text = models.CharField("đối tượng", max_length=300, blank=True, editable=False)
    object_address = models.CharField("trang", max_length=300, blank=True, editable=False)
    detail = models.CharField("chi tiết", max_length=500, blank=True, editable=False)
    address = models.GenericIPAddressField("từ địa chỉ", null=True, editable=False)
    result = models.CharField(
        "kết quả", max_length=10, choices=Result, default=Result.DONE, editable=False
    )

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "mục nhật ký hệ thống"
        verbose_name_plural = "nhật ký hệ thống"
        # Nobody adds, changes or deletes an entry, so there is no such right to give away.
        default_permissions = ["view"]
        # Each way of filtering has the order of the list in its index, so a page costs the same at any size.
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_at"),
            models.Index(fields=["who", "-at", "-id"], name="audit_who_at"),
            models.Index(fields=["what", "-at", "-id"], name="audit_what_at"),
            models.Index(fields=["address", "-at", "-id"], name="audit_address_at"),
        ]

    def __str__(self) -> str:
        return f"{self.who or '?'}: {self.get_what_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores a new entry. Raises PermissionDenied for one that is stored already."""
        if not self._state.adding:
            raise PermissionDenied(UNCHANGEABLE)
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PermissionDenied(UNCHANGEABLE)


def record(
    what: AuditEntry.What,
    *,
    by: Any = None,
    who: str = "",
    object_text: str = "",
    object_address: str = "",
    detail: str = "",
    failed: bool = False,
) -> AuditEntry:
    """Write down what happened, from where the request in hand comes.

    `by` is the account that did it, by default the one of the request; `who` a name without an account.
    """
    person = by or origin.current().user
    known = person is not None and person.is_authenticated
    return AuditEntry.objects.create(
        who=(person.get_username() if known and not who else who)[:150],
        who_id=person.pk if known and not who else None,
        what=what,
        object_text=object_text[:300],
        object_address=object_address[:300],
        detail=detail[:500],
        address=origin.current().address,
        result=AuditEntry.Result.FAILED if failed else AuditEntry.Result.DONE,
    )


def purge() -> int:
    """Take away what is older than the law has it kept; how many entries went. For the daily round only."""
    old = AuditEntry.objects.filter(at__lt=timezone.now() - KEPT)
    # The one way past the refusal above: no signal, no cascade, nothing but this DELETE.
    return old._raw_delete(old.db)
