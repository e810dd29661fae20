"""Sessions of the desk: Django's database sessions, in a table that also says whose they are.

A session ends when nothing was asked for a while (settings.SESSION_IDLE), at the latest when it has lasted
settings.SESSION_LASTS, or when its row is taken away: by its owner, by an administrator, by a new password.
"""

import datetime as dt
import re
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal import desk
from portal.accounts import audit, origin

# How exactly "last seen" is known, and so how often a session is written while somebody works.
SEEN_EVERY = dt.timedelta(minutes=1)

_STARTED = "_started"
_ADDRESS = "_address"
_BROWSER = "_browser"


class DeskSessionQuerySet(models.QuerySet["DeskSession"]):
    def of(self, user: Any) -> "DeskSessionQuerySet":
        """The sessions in which this person is signed in now, the one used last first."""
        return self.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at", "pk")

    def without(self, session_key: str | None) -> "DeskSessionQuerySet":
        return self.exclude(pk=session_key) if session_key else self


class DeskSessionManager(BaseSessionManager.from_queryset(DeskSessionQuerySet)):  # type: ignore[misc]
    """Django's manager of sessions, which its engine asks for, with the words above."""

    use_in_migrations = False


class DeskSession(AbstractBaseSession):
    """A session and, once somebody has signed in, whose it is, from where, and when it was last used."""

    user = models.ForeignKey(
        User, verbose_name="tài khoản", null=True, on_delete=models.CASCADE, related_name="sessions"
    )
    address = models.GenericIPAddressField("địa chỉ", null=True)
    browser = models.CharField("trình duyệt", max_length=60, blank=True)
    started_at = models.DateTimeField("bắt đầu")
    seen_at = models.DateTimeField("lần cuối")

    objects = DeskSessionManager()  # type: ignore[misc]

    class Meta:
        verbose_name = "phiên đăng nhập"
        verbose_name_plural = "phiên đăng nhập"
        # Sessions are ended by verbs, never edited: no rights to give away.
        default_permissions = ()

    @classmethod
    def get_session_store_class(cls) -> "type[SessionStore]":
        return SessionStore

    @property
    def handle(self) -> str:
        """Names the session in a form. Its key would open the desk, so it stands on no page."""
        return salted_hmac("portal.session", self.session_key).hexdigest()[:20]

    def end(self, *, by: Any) -> None:
        """Sign this session out. Raises PermissionDenied for somebody else's."""
        if self.user_id != by.pk:
            raise PermissionDenied("Bạn chỉ kết thúc được phiên đăng nhập của mình.")
        end_sessions(by, by=by, only=self.session_key)


class SessionStore(DatabaseSessions):
    """What settings.SESSION_ENGINE names."""

    _row: DeskSession | None = None

    @classmethod
    def get_model_class(cls) -> type[DeskSession]:
        return DeskSession

    def load(self) -> dict[str, Any]:
        self._row = self._get_session_from_db()  # type: ignore[attr-defined]
        return self.decode(self._row.session_data) if self._row else {}

    def begin(self) -> None:
        """Somebody has signed in: from now on the session lasts so long, and is known by place and browser."""
        self[_STARTED] = time.time()
        self[_ADDRESS] = origin.current().address
        self[_BROWSER] = browser_in_words(origin.current().browser)

    def create_model_instance(self, data: dict[str, Any]) -> DeskSession:
        row = super().create_model_instance(data)
        assert isinstance(row, DeskSession)  # noqa: S101 - as get_model_class says
        row.user_id = data.get(SESSION_KEY)
        row.address = data.get(_ADDRESS)
        row.browser = data.get(_BROWSER, "")
        row.seen_at = timezone.now()
        row.started_at = self._started_at()
        return row

    def get_expiry_date(self, **kwargs: Any) -> dt.datetime:
        """When the row counts no more. The cookie lives to the absolute end; the row may end before it."""
        return min(
            timezone.now() + settings.SESSION_IDLE, self._started_at() + settings.SESSION_LASTS
        )

    def _started_at(self) -> dt.datetime:
        started = self.get(_STARTED)
        return dt.datetime.fromtimestamp(started, dt.UTC) if started else timezone.now()

    def touch(self) -> None:
        """Note that the session is in use, unless that was noted a moment ago or it is written anyway."""
        if self._row is None or self.modified:
            return
        now = timezone.now()
        if now - self._row.seen_at >= SEEN_EVERY:
            DeskSession.objects.filter(pk=self.session_key).update(
                seen_at=now, expire_date=self.get_expiry_date()
            )


class NoteUse:
    """Work at the desk keeps a session alive; public pages do not ask for one.

    A view marked `is_no_work` is asked by a page that lies open, not by a person: it keeps nothing alive, unless
    the page says X-Worked, that somebody has been writing in it (static/js/admin/presence.js).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *args: Any) -> None:
        if getattr(view, "is_no_work", False) and "X-Worked" not in request.headers:
            return
        if request.path.startswith(desk.begins()) and request.user.is_authenticated:
            request.session.touch()  # type: ignore[attr-defined]


def end_sessions(person: Any, *, by: Any, keep: str | None = None, only: str | None = None) -> int:
    """Sign a person out everywhere but in the session `keep`, or in the session `only`; how many ended.

    Whoever calls has checked that `by` may do this to `person`.
    """
    sessions = DeskSession.objects.of(person).without(keep)
    if only:
        sessions = sessions.filter(pk=only)
    ended, _ = sessions.delete()
    if ended:
        audit.record(
            audit.AuditEntry.What.SESSION_END,
            by=by,
            object_text=person.get_username(),
            detail=f"{ended} phiên",
        )
    return ended


# The first that fits: nearly every browser also claims to be those below it.
_BROWSERS = (
    ("coc_coc", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "máy Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def browser_in_words(user_agent: str) -> str:
    """`Chrome trên Windows`, as far as a browser tells. Versions are left out: nobody knows theirs."""
    found = [
        next((name for mark, name in marks if re.search(re.escape(mark), user_agent)), "")
        for marks in (_BROWSERS, _SYSTEMS)
    ]
    browser, system = found[0] or "Trình duyệt khác", found[1]
    return f"{browser} trên {system}" if system else browser
