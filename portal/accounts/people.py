"""What an administrator may do to other people's accounts, and to whose.

Who is no superuser reaches only as far as the roles of the portal and their own rights go: they never touch an
account, give a group or put a right into one that can more than that. Nobody changes their own standing. (Who
keeps accounts can always make one with another role; the audit log says so.)
"""

from collections.abc import Iterable
from typing import Any

from axes.models import AccessAttempt
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal.accounts import second_factor, sign_in
from portal.accounts.audit import AuditEntry, record
from portal.accounts.sessions import end_sessions
from portal.roles import ROLES

NOT_YOURS = "Bạn không có quyền thay đổi tài khoản này."
TOO_MUCH = "Bạn không giao được “{}”: trong đó có quyền mà bạn không được giao."
NOT_YOURSELF = "Quyền và trạng thái của tài khoản mình phải do người quản trị khác thay đổi."


def name_of(permission: Permission) -> str:
    """As has_perm() asks for it: `news.publish_article`."""
    return f"{permission.content_type.app_label}.{permission.codename}"


def names_in(group: Group) -> set[str]:
    return {name_of(p) for p in group.permissions.select_related("content_type")}


def reach_of(by: User) -> set[str]:
    """The rights that this administrator may hand out or stand above: those of the roles, and their own."""
    return set(by.get_all_permissions()).union(*ROLES.values())


def may_touch(by: User, person: User) -> bool:
    """Whether `by` may change this account at all. Your own you may; what you may not do to it is said elsewhere."""
    if not by.has_perm("auth.change_user"):
        return False
    if by.is_superuser or by.pk == person.pk:
        return True
    if person.is_superuser:
        return False
    # An inactive account has no rights to ask for, but gets them back when it is let in again.
    held = Permission.objects.filter(group__user=person) | Permission.objects.filter(user=person)
    return {name_of(p) for p in held.select_related("content_type")} <= reach_of(by)


def check_may_touch(by: User, person: User) -> None:
    """Raises PermissionDenied unless may_touch."""
    if not may_touch(by, person):
        raise PermissionDenied(NOT_YOURS)


def check_may_give(by: User, groups: Iterable[Group]) -> None:
    """Raises PermissionDenied, with the group's name, when it holds a right that `by` may not hand out."""
    if by.is_superuser:
        return
    reach = reach_of(by)
    for group in groups:
        if not names_in(group) <= reach:
            raise PermissionDenied(TOO_MUCH.format(group.name))


def check_may_allow(by: User, permissions: Iterable[Permission]) -> None:
    """Raises PermissionDenied when one of the rights, to be put into a group, is not `by`'s own.

    Narrower than check_may_give: with the reach of the roles, an administrator could write the right to
    publish into a group of their own.
    """
    if by.is_superuser:
        return
    own = by.get_all_permissions()
    for permission in permissions:
        if name_of(permission) not in own:
            raise PermissionDenied(TOO_MUCH.format(in_words(permission)))


_VERBS = {"add": "Thêm", "change": "Sửa", "delete": "Xoá", "view": "Xem"}


def in_words(permission: Permission) -> str:
    """`Sửa tin bài`; rights of our own have Vietnamese names already."""
    verb, _, model = permission.codename.partition("_")
    model_class = permission.content_type.model_class()
    if verb in _VERBS and model_class is not None and model == permission.content_type.model:
        return f"{_VERBS[verb]} {model_class._meta.verbose_name}"
    return permission.name


# --- Verbs: Django's User cannot be given methods, so they are functions that take it first ---------


def end_all_sessions(person: User, *, by: User) -> int:
    """Sign a person out everywhere; in how many sessions they were. Raises PermissionDenied."""
    check_may_touch(by, person)
    return end_sessions(person, by=by)


def reset_second_factor(person: User, *, by: User) -> None:
    """Take a lost telephone off an account, recovery codes too, and sign it out. Raises PermissionDenied.

    Not for one's own account: that goes by the own page, which asks for password and code.
    """
    if by.pk == person.pk:
        raise PermissionDenied(NOT_YOURSELF)
    check_may_touch(by, person)
    second_factor.forget(person)
    record(AuditEntry.What.FACTOR_RESET, by=by, **_object(person))
    end_sessions(person, by=by)


def unlock(person: User, *, by: User) -> None:
    """Let a person try again who has mistyped too often. Raises PermissionDenied."""
    check_may_touch(by, person)
    AccessAttempt.objects.filter(username=sign_in.limit_key(person.get_username())).delete()
    second_factor.forgive(person)
    record(AuditEntry.What.UNLOCK, by=by, **_object(person))


def reset_password(person: User, password: str, *, by: User) -> None:
    """Give a person a new password and sign them out everywhere. Raises PermissionDenied."""
    check_may_touch(by, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    record(AuditEntry.What.PASSWORD_RESET, by=by, **_object(person))
    end_sessions(person, by=by)


def _object(person: User) -> dict[str, Any]:
    return {
        "object_text": person.get_username(),
        "object_address": reverse("admin:auth_user_change", args=[person.pk]),
    }
