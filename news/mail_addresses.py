"""When two e-mail addresses are one: hosts are written in any case, and with diacritics in two ways (IDNA)."""

from django.db.models import Q
from email_validator import EmailNotValidError, ValidatedEmail, validate_email


def normal(typed: str) -> str:
    """The form in which an address is stored and compared; what is no address comes back stripped."""
    parsed = _parsed(typed)
    return parsed.normalized if parsed else typed.strip()


def matching(field: str, typed: str) -> Q:
    """Rows whose `field` is this address, also where it is stored as somebody typed it."""
    spelt = {typed.strip(), normal(typed)}
    if parsed := _parsed(typed):
        spelt.add(f"{parsed.local_part}@{parsed.ascii_domain}")
    return Q(*((f"{field}__iexact", one) for one in sorted(spelt)), _connector=Q.OR)


def _parsed(typed: str) -> ValidatedEmail | None:
    try:
        return validate_email(typed.strip(), check_deliverability=False)
    except EmailNotValidError:
        return None
