"""Public pages are read from a copy of the database (DATABASE_REPLICA_URL), everything else from the database itself.

A streaming replica follows its primary by milliseconds, or by hours when it is paused. Who changes something must see
it at once, and no page may be kept under a generation number whose change is not on it. So the replica is asked only
by a view that is the same for all readers (`news.freshness.same_for_all`), for a reader without a session, and only if
it has replayed the present generation: the number is raised in the transaction of each public change, so a replica
that shows the number shows the change. In doubt the primary answers.
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseBase

from news import freshness
from news.models import Generation

logger = logging.getLogger(__name__)

REPLICA = "replica"
# A replica that failed is asked again after so many seconds.
AWAY_SECONDS = 10.0

_reads: ContextVar[bool] = ContextVar("whether the view that runs here reads from the replica")


class Router:
    """The replica while `PublicReads` lets a view read from it; else, and for every write, the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        # A transaction sees one database only: the one that it may have written to.
        if _reads.get(False) and not connections[DEFAULT_DB_ALIAS].in_atomic_block:
            return REPLICA
        return DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        if _reads.get(False):
            # What was written is read again from where it is.
            _reads.set(False)
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


class PublicReads:
    """Middleware, the innermost: lets a view read from the replica, and has it run anew on the primary if that was wrong."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if REPLICA not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.away_until = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """The answer from the replica; None has Django ask the view as if there were no replica."""
        if not is_public(request, view) or time.monotonic() < self.away_until:
            return None
        if self.away_until:
            # One tries whether it is back, the others wait for what comes of it.
            self.away_until = time.monotonic() + AWAY_SECONDS
        try:
            present = freshness.current()
        except Error:
            # Which the view will meet too, if it asks the database at all.
            return None
        try:
            response = self._ask(present, partial(view, request, *args, **kwargs))
        except Http404:
            # Of what the replica does not know nobody is told that it does not exist.
            response = None
        except Error as error:
            self.away_until = time.monotonic() + AWAY_SECONDS
            logger.warning(
                "the replica does not answer, for %s s pages are read from the primary: %s",
                AWAY_SECONDS,
                str(error).strip(),
            )
            return None
        self.away_until = 0.0
        return response if response is not None and response.status_code == 200 else None

    def _ask(self, present: int, view: Callable[[], HttpResponseBase]) -> HttpResponseBase | None:
        """What the view says, reading from the replica; None if that has not come to the present number yet.

        In one transaction, so that the server that was asked for its number is the one that is read, also where
        PgBouncer stands in front of several.
        """
        with transaction.atomic(using=REPLICA):
            found = Generation.objects.using(REPLICA).filter(pk=1).values_list("number", flat=True)
            replayed = found.first() or 0
            if replayed < present:
                return None
            token = _reads.set(True)
            try:
                with freshness.at(replayed):
                    return view()
            finally:
                _reads.reset(token)


def is_public(request: HttpRequest, view: Callable[..., HttpResponseBase]) -> bool:
    """Whether this is a reader without a session who looks at what is the same for all readers."""
    return (
        getattr(view, "same_for_all", False)
        and request.method in {"GET", "HEAD"}
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "Authorization" not in request.headers
    )
