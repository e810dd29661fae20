"""What the privacy page says about terms: read from what the portal does, never written a second time."""

from typing import Any

from django.conf import settings

from comments import consent, retention
from comments.models import asked, report
from news import outbox
from portal.accounts import audit


def facts(office: str) -> dict[str, Any]:
    """Terms in days unless the name says otherwise, and the wording readers agree to now."""
    return {
        "wording": consent.wording(consent.CURRENT, office),
        "version": consent.CURRENT,
        "address_days": retention.ADDRESS_KEPT.days,
        "source_days": retention.SOURCE_KEPT.days,
        "withdrawn_days": retention.WITHDRAWN_KEPT.days,
        "report_days": report.KEPT.days,
        "asked_days": asked.KEPT.days,
        "mail_days": outbox.KEPT.days,
        "limit_minutes": settings.COMMENT_LIMIT_SECONDS // 60,
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        "audit_months": audit.KEPT.days // 30,
        "answer_days": settings.PERSON_ANSWER_DAYS,
        "done_days": settings.PERSON_DONE_DAYS,
    }
