"""Which addresses were asked by letter to confirm: whoever types a stranger's address must not fill that mailbox."""

import datetime as dt
from typing import Self

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from news import mail_addresses

# No second letter for that long, unless the first was answered by yes.
KEPT = dt.timedelta(days=30)


class AskedAddressQuerySet(models.QuerySet["AskedAddress"]):
    def of(self, email: str) -> Self:
        return self.filter(address=_digest_of(email))

    def refused(self) -> Self:
        """Those whose readers want no such letter; kept for as long as the portal writes letters."""
        return self.filter(refused_at__isnull=False)

    def unanswered(self) -> Self:
        return self.filter(refused_at=None)

    def outdated(self) -> Self:
        """What is forgotten by comments.retention: it may be asked again."""
        return self.unanswered().filter(asked_at__lt=timezone.now() - KEPT)


class AskedAddress(models.Model):
    """One address, as a keyed hash, that was asked and has not said yes, or that refused for good."""

    address = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField("hỏi lúc", default=timezone.now)
    refused_at = models.DateTimeField("từ chối lúc", null=True)

    objects = AskedAddressQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(refused_at=None), name="asked_address_by_time"
            )
        ]

    def __str__(self) -> str:
        return self.address[:8]

    @classmethod
    def ask(cls, email: str) -> bool:
        """Whether a letter may go there now, which then counts as sent; in the transaction that queues it."""
        mine = cls.objects.of(email)
        if mine.outdated().update(asked_at=timezone.now()):
            return True
        if mine.exists():
            return False
        try:
            with transaction.atomic():
                cls.objects.create(address=_digest_of(email))
        except IntegrityError:
            # Two comments with this address are approved at the same moment.
            return False
        return True

    @classmethod
    def refuse(cls, email: str) -> None:
        """Ask this address never again."""
        cls.objects.update_or_create(
            address=_digest_of(email), defaults={"refused_at": timezone.now()}
        )


def _digest_of(email: str) -> str:
    """The keyed hash; `name+anything@` is the mailbox of `name@`."""
    local, _, host = mail_addresses.normal(email).casefold().rpartition("@")
    mailbox = f"{local.partition('+')[0]}@{host}"
    return salted_hmac("comments.asked", mailbox, algorithm="sha256").hexdigest()
