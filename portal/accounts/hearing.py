"""What Django and its apps announce and the audit log writes down. Our own models call `audit.record` themselves."""

from typing import Any

from axes.models import AccessAttempt
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import post_save, pre_save
from django.utils.text import capfirst

from portal.accounts import sign_in
from portal.accounts.audit import AuditEntry, record

_FLAGS = {
    ADDITION: AuditEntry.What.ADD,
    CHANGE: AuditEntry.What.CHANGE,
    DELETION: AuditEntry.What.DELETE,
}


def listen() -> None:
    """Called once, when all apps are there."""
    user_logged_in.connect(signed_in)
    user_logged_out.connect(signed_out)
    user_login_failed.connect(not_signed_in)
    post_save.connect(desk_changed, sender=LogEntry)
    pre_save.connect(sign_in.keep_nothing_sent, sender=AccessAttempt)


def signed_in(sender: Any, request: Any, user: User, **kwargs: Any) -> None:
    request.session.begin()
    record(AuditEntry.What.SIGN_IN, by=user)


def signed_out(sender: Any, request: Any, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(AuditEntry.What.SIGN_OUT, by=user)


def not_signed_in(
    sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
) -> None:
    """The name is written down only if there is such an account: others may be passwords in the wrong field."""
    typed = str(credentials.get("username") or "")
    known = User.objects.filter(username=typed).exists()
    locked = getattr(request, "axes_locked_out", False)
    record(
        AuditEntry.What.SIGN_IN,
        who=typed if known else "(không có tài khoản này)",
        detail="đang tạm dừng vì sai nhiều lần" if locked else "",
        failed=True,
    )


def desk_changed(sender: Any, instance: LogEntry, created: bool, **kwargs: Any) -> None:
    """Every change at the desk, as Django's admin has just noted it."""
    if not created:
        return
    kind = instance.content_type.model_class() if instance.content_type else None
    gone = instance.action_flag == DELETION
    record(
        _FLAGS[instance.action_flag],
        by=instance.user,
        object_text=object_words(kind, instance.object_repr),
        object_address="" if gone else instance.get_admin_url() or "",
        detail="" if instance.action_flag == ADDITION else instance.get_change_message(),
    )


def object_words(kind: type[Model] | None, name: str) -> str:
    """`Tin bài: Hội nghị sơ kết`."""
    return f"{capfirst(kind._meta.verbose_name)}: {name}" if kind else name
