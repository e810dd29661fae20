"""Proofs of work that were used: each counts once."""

import datetime as dt

from django.db import IntegrityError, models, transaction
from django.utils import timezone


class SpentProof(models.Model):
    """The signature of a challenge whose solution came with a comment, until the challenge would have expired."""

    signature = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.signature[:8]

    @classmethod
    def spend(cls, signature: str, expires_at: dt.datetime) -> bool:
        """Whether it is used for the first time, and so is used up; in the transaction that stores the comment."""
        try:
            with transaction.atomic():
                cls.objects.create(signature=signature, expires_at=expires_at)
        except IntegrityError:
            return False
        return True

    @classmethod
    def forget_expired(cls) -> int:
        """Delete what no comment can come with any more. Returns how many."""
        return cls.objects.filter(expires_at__lt=timezone.now()).delete()[0]
