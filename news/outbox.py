"""E-mail goes out through a table: written with the change it tells of, sent later by `manage.py tick`.

So a change that is rolled back sends nothing, a mail server that is away holds up nobody, and no message goes out
twice. Log lines and stored errors name no address and repeat no word of a server, which may quote one.
"""

import datetime as dt
import logging
import smtplib
import time
from collections import Counter
from contextlib import suppress
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.validators import validate_email
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from news import mail_addresses, text
from news.models.outbox import INTERRUPTED, OutboxMessage
from news.publisher import publisher

logger = logging.getLogger(__name__)

# One round ends soon after that many seconds; what is left is for the next.
ROUND_SECONDS = 40
KEPT = dt.timedelta(days=30)


class NotTaken(Exception):
    """The server surely has not taken the message; says why in words without an address."""

    def __init__(self, words: str, *, for_good: bool = False) -> None:
        super().__init__(words)
        self.for_good = for_good


class NoServer(NotTaken):
    """Nor would it take another one now."""


class Unanswered(Exception):
    """The server has the text and did not say whether it took it."""


# --- writing ------------------------------------------------------------------------------------------


def compose(*, to: str, subject: str, body: str, key: str, kind: str) -> OutboxMessage:
    """The message as a row that is not yet stored; see queue_mail().

    Raises ValidationError for what is no address.
    """
    validate_email(to)
    return OutboxMessage(
        recipient=mail_addresses.normal(to),
        subject=text.one_line(subject)[:200],
        body=text.nfc(body).replace("\r\n", "\n").replace("\r", "\n"),
        key=key,
        kind=kind,
    )


def queue(messages: list[OutboxMessage]) -> None:
    """Store composed messages, in the caller's transaction; one whose key was ever used is left out.

    An installation that sends no e-mail (PORTAL_EMAIL_URL) stores nothing: what waited for a year is no news.
    Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("E-mail is queued in the transaction of what it tells of.")
    if settings.SENDS_MAIL:
        OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)


def queue_mail(*, to: str, subject: str, body: str, key: str, kind: str) -> None:
    """Send one e-mail after the caller's transaction is committed: this writes a row and nothing else.

    `key` says what the message is, for ever and without an address: the same is never queued twice. `kind` is what
    the administrator's list calls it. Raises as compose() and queue() do.
    """
    queue([compose(to=to, subject=subject, body=body, key=key, kind=kind)])


def forget_old() -> int:
    """Remove address and text of what was sent or given up KEPT ago. Returns how many; the key stays."""
    return OutboxMessage.objects.finished_before(timezone.now() - KEPT).forget()


# --- sending ------------------------------------------------------------------------------------------


def send_waiting(limit: int = 100) -> Counter[str]:
    """Send what is due, at most `limit` messages in one round. Returns how many ended in which state.

    Any number of processes may do so at once. A server that is away ends the round: waiting for its answer
    once is enough. Not inside a transaction.
    """
    ended: Counter[str] = Counter()
    for lost in OutboxMessage.objects.lost():
        lost.mark_uncertain(INTERRUPTED)
        ended["uncertain"] += 1
    until = time.monotonic() + ROUND_SECONDS
    for message in list(OutboxMessage.objects.due()[:limit]):
        if time.monotonic() > until:
            break
        if not message.take():
            continue
        try:
            _hand_over(message)
        except NotTaken as refusal:
            message.put_back(str(refusal), for_good=refusal.for_good)
            logger.warning("e-mail %d was not taken: %s", message.pk, refusal)
            ended["failed"] += 1
            if isinstance(refusal, NoServer):
                break
        except Unanswered:
            message.mark_uncertain()
            logger.warning("e-mail %d: no answer after its text", message.pk)
            ended["uncertain"] += 1
        else:
            message.mark_sent()
            ended["sent"] += 1
    return ended


def _letter(message: OutboxMessage) -> EmailMessage:
    local, _, domain = message.recipient.rpartition("@")
    try:
        to = f"{local}@{domain.encode('idna').decode()}"
        to.encode("ascii")
    except UnicodeError:
        raise NotTaken("Máy chủ thư không nhận địa chỉ có dấu.", for_good=True) from None
    sender = settings.DEFAULT_FROM_EMAIL
    return EmailMessage(
        message.subject,
        message.body,
        formataddr((text.one_line(publisher().full_name), sender)),
        [to],
        headers={
            # The same however often it is sent: programs that see it twice show it once.
            "Message-ID": f"<{message.pk}.{message.created_at:%Y%m%d%H%M%S}.{sender}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _hand_over(message: OutboxMessage) -> None:
    """Give it to the mail server. Raises NotTaken, NoServer or Unanswered; returning means that it was taken."""
    letter = _letter(message)
    server = get_connection()
    if not isinstance(server, EmailBackend):
        # On a developer's own machine: the terminal, or a list in memory.
        server.send_messages([letter])
        return
    # A connection for each message: one that was idle may be dead, and nobody could tell since when.
    try:
        server.open()
        assert server.connection is not None  # noqa: S101 - open() made it or raised
        _speak(server.connection, parseaddr(letter.from_email)[1], letter)
    except smtplib.SMTPAuthenticationError:
        raise NoServer("Máy chủ thư không nhận tên và mật khẩu của cổng.") from None
    except smtplib.SMTPResponseException as error:
        raise NoServer(f"Máy chủ thư từ chối (mã {error.smtp_code}).") from None
    except smtplib.SMTPNotSupportedError:
        raise NoServer("Máy chủ thư không hỗ trợ cách kết nối đã cài đặt.") from None
    except OSError:
        raise NoServer("Không kết nối được với máy chủ thư.") from None
    finally:
        # It was taken or not; how the server says goodbye changes nothing.
        with suppress(OSError):
            server.close()


def _speak(smtp: smtplib.SMTP, sender: str, letter: EmailMessage) -> None:
    """The conversation of RFC 5321 step by step: what an error means depends on how far it came."""
    content = letter.message().as_bytes(linesep="\r\n")
    smtp.ehlo_or_helo_if_needed()
    options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
    code, _ = smtp.mail(sender, options)
    if code != 250:
        raise NoServer(f"Máy chủ thư không nhận người gửi (mã {code}).")
    code, _ = smtp.rcpt(letter.to[0])
    if code not in {250, 251}:
        _refused("Máy chủ thư không nhận người nhận", code)
    try:
        code, _ = smtp.data(content)
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
    except OSError:
        raise Unanswered from None
    if code != 250:
        _refused("Máy chủ thư không nhận thư", code)


def _refused(words: str, code: int) -> None:
    """Raises what the code means: 421 the server goes away, 4xx later perhaps, 5xx never (RFC 5321, 4.2.1)."""
    words = f"{words} (mã {code})."
    raise NoServer(words) if code == 421 else NotTaken(words, for_good=code >= 500)
