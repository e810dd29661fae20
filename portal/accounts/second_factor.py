"""The second step of signing in: a code from an app on the telephone (TOTP), or a recovery code.

django-otp keeps keys, counts failures and refuses a code the second time. A recovery code is stored as a keyed
hash, so that a backup of the database gives none away.
"""

import time
from base64 import b32encode
from binascii import unhexlify
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.crypto import get_random_string, salted_hmac
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from portal.accounts.audit import AuditEntry, record

NONE, ADMINISTRATORS, EVERYONE = "none", "administrators", "everyone"
# Who may do one of these is an administrator, for whom the second step may be required.
ADMINISTRATION = ("auth.add_user", "auth.change_user", "auth.add_group", "auth.change_group")

RECOVERY_CODES = 10
# Without the letters and digits that are mistaken for each other on paper; ten of them make 49 bits.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 10

REQUIRED = "Tài khoản này bắt buộc dùng xác thực hai bước nên không tắt được."


def is_required(user: User) -> bool:
    """Whether the installation demands a second step of this person (PORTAL_SECOND_FACTOR)."""
    if settings.SECOND_FACTOR == ADMINISTRATORS:
        return user.is_superuser or any(user.has_perm(name) for name in ADMINISTRATION)
    return settings.SECOND_FACTOR == EVERYONE


def is_on(user: User) -> bool:
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def recovery_codes_left(user: User) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def new_key() -> str:
    """A fresh secret, in hexadecimal as django-otp stores it."""
    return random_hex(20)


def key_in_letters(key: str) -> str:
    """The secret as an app wants it typed: base32 in groups of four."""
    letters = b32encode(unhexlify(key)).decode()
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def app_address(key: str, *, username: str, issuer: str) -> str:
    """What the QR code says to the app: otpauth://, as Google's Key Uri Format describes it."""
    issuer = issuer.replace(":", " ")
    query = urlencode(
        {"secret": b32encode(unhexlify(key)).decode(), "issuer": issuer}, quote_via=quote
    )
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?{query}"


def verify(user: User, code: str) -> Device | None:
    """The device that accepts the code of a person, None if none does. An accepted code is used up.

    Failures are counted on the device; after each the next is refused for twice as long, right or wrong. Nothing typed
    is no failure: who forgets the code may type it at once.
    """
    code = "".join(code.split()).replace("-", "").lower()
    if not code:
        return None
    with transaction.atomic():
        # Locked: of two requests with the same code one comes second and is refused.
        if code.isascii() and code.isdigit() and len(code) == 6:
            totp = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
            return totp if totp and totp.verify_token(code) else None
        recovery = StaticDevice.objects.select_for_update().filter(user=user).first()
        if recovery is None or not recovery.verify_token(_hash(code)):
            return None
    record(AuditEntry.What.RECOVERY_USE, by=user, detail=f"còn {recovery_codes_left(user)} mã")
    return recovery


def turn_on(user: User, *, key: str, code: str, current: str = "") -> list[str] | None:
    """Bind an app that shows `code` for `key`; the recovery codes to show once, None when a code is wrong.

    Who has an app already proves it with its code `current`; the new one takes its place.
    """
    totp = TOTP(unhexlify(key))
    totp.time = time.time()
    code = "".join(code.split())
    if not (code.isascii() and code.isdigit() and totp.verify(int(code), tolerance=1)):
        return None
    if is_on(user) and verify(user, current) is None:
        return None
    with transaction.atomic():
        forget(user)
        # The code just shown is used up as well.
        TOTPDevice.objects.create(
            user=user, name="app", key=key, confirmed=True, last_t=totp.t(), drift=totp.drift
        )
        codes = _fresh_codes(user)
        record(AuditEntry.What.FACTOR_ON, by=user)
    return codes


def device_of(user: User) -> TOTPDevice:
    """The app of a person. Raises TOTPDevice.DoesNotExist."""
    return TOTPDevice.objects.get(user=user, confirmed=True)


def renew_recovery_codes(user: User, *, code: str) -> list[str] | None:
    """New recovery codes, to show once; the old ones end. None when the code is wrong."""
    if verify(user, code) is None:
        return None
    with transaction.atomic():
        codes = _fresh_codes(user)
        record(AuditEntry.What.RECOVERY_NEW, by=user)
    return codes


def turn_off(user: User, *, password: str, code: str) -> bool:
    """Do without the second step from now on; False when password or code is wrong.

    Raises PermissionDenied for whom it is required of.
    """
    if is_required(user):
        raise PermissionDenied(REQUIRED)
    # The code first: its failures are counted, so nobody at an open desk tries passwords here.
    if verify(user, code) is None or not user.check_password(password):
        record(AuditEntry.What.FACTOR_OFF, by=user, failed=True)
        return False
    forget(user)
    record(AuditEntry.What.FACTOR_OFF, by=user)
    return True


def forgive(user: User) -> None:
    """Wrong codes so far count no more: the next is looked at without waiting."""
    for devices in (TOTPDevice.objects, StaticDevice.objects):
        devices.filter(user=user).update(
            throttling_failure_count=0, throttling_failure_timestamp=None
        )


def forget(user: User) -> None:
    """Take app and recovery codes off an account. Whoever calls has checked that this may be."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def _fresh_codes(user: User) -> list[str]:
    device, _ = StaticDevice.objects.get_or_create(user=user, defaults={"name": "recovery"})
    device.token_set.all().delete()
    codes = [get_random_string(_LENGTH, _LETTERS) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_hash(c)) for c in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _hash(code: str) -> str:
    """What is stored of a recovery code: as many characters as django-otp has room for."""
    return salted_hmac("portal.recovery", code, algorithm="sha256").hexdigest()[:16]
