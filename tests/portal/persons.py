"""People at the desk: their accounts, passwords, apps and clients, and the forms that change them."""

import datetime as dt
import re
from typing import Any

import time_machine
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp

from portal.accounts import second_factor
from portal.roles import ADMINISTRATOR
from tests.factories import make_official, make_user

PASSWORD = "mat-khau-dai-dong-1"
DOOR = "/quan-tri/login/"
DESK = "/quan-tri/"


def make_person(username: str = "lan", **fields: Any) -> User:
    return make_user(username=username, password=PASSWORD, **fields)


def make_administrator(username: str = "quanly") -> User:
    """One who is no superuser: the role and nothing else."""
    return make_official(ADMINISTRATOR, username=username, password=PASSWORD)


def enter(
    client: Client, username: str = "lan", password: str = PASSWORD, code: str = "", **extra: Any
) -> Any:
    data = {"username": username, "password": password, "code": code}
    return client.post(DOOR, data, **extra)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def bind_app(user: User) -> tuple[str, list[str]]:
    """Turn the second step on a minute ago: its key, and the recovery codes."""
    key = second_factor.new_key()
    with time_machine.travel(timezone.now() - dt.timedelta(minutes=2), tick=False):
        codes = second_factor.turn_on(user, key=key, code=code_for(key))
    assert codes
    return key, codes


def code_for(key: str) -> str:
    return f"{totp(bytes.fromhex(key)):06d}"


def shown(response: Any) -> str:
    """A page without what differs by chance: the token of its form."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", response.content.decode())


# The box of unit and sections below the form, left as it is.
WORK = {"staff_profile-TOTAL_FORMS": 0, "staff_profile-INITIAL_FORMS": 0}


def person_form(user: User, **changes: Any) -> dict[str, Any]:
    data = {
        "username": user.username,
        "last_name": user.last_name,
        "first_name": user.first_name,
        "email": user.email,
        "is_active": "on" if user.is_active else "",
        "groups": [group.pk for group in user.groups.all()],
        **WORK,
        **changes,
    }
    return {name: value for name, value in data.items() if value != ""}


def change_address(user: User) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])


def strong_group() -> Group:
    """A group that can more than any role of the portal."""
    group = Group.objects.create(name="Đặc biệt")
    group.permissions.add(Permission.objects.get(codename="delete_user"))
    return group
