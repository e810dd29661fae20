"""One number that every cached page is keyed by: a change of what the public sees raises it.

The number is raised in the transaction of the change, so nobody can store an old page under the new number. A process
asks for it once in GENERATION_MEMO_SECONDS, and at once when it hears of a change: of its own ones, and where REDIS_URL
is set of everybody's (`news.announcing`).
"""

import datetime as dt
import re
import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseUnavailable
from django.db import transaction
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from news import announcing
from news.addresses import TRACKING

PAGE_NUMBER = re.compile("[1-9][0-9]{0,4}", re.ASCII)
STORY_NUMBER = re.compile("[1-9][0-9]{0,9}", re.ASCII)
OLDEST_FIRST = "cu-nhat"
# The query parameters that choose a page, each with what it may say. The first page and the usual order go without.
LISTED = {
    "trang": PAGE_NUMBER,
    "thu-tu": re.compile(OLDEST_FIRST),
    # The story after which a page of a list begins; see news.paging.
    "truoc": STORY_NUMBER,
    "sau": STORY_NUMBER,
    # Of the API (news.api).
    "after": STORY_NUMBER,
    "limit": re.compile("[1-9]|[1-4][0-9]|50", re.ASCII),
    "section": re.compile("[-a-zA-Z0-9_]{1,100}", re.ASCII),
}
# Set on answers that may be kept, taken off again by the cache; no browser sees it.
CACHEABLE_HEADER = "X-Page-Cache"

# The number, and until when (of the monotonic clock) it is believed.
_memo: tuple[int, float] = (0, float("-inf"))
# What made_once() keeps, by its kind and name: under which number, until when.
_made: dict[Hashable, dict[Hashable, tuple[int, dt.datetime, Any]]] = {}
# Of one kind: what stands on every page is not pushed out by the stories of lists that are read to their end.
MOST_MADE = 500
_making = threading.Lock()
# The number under which it was asked, from when on it holds, and when the public pages next change by themselves.
_next: tuple[int, dt.datetime | None, dt.datetime | None] = (-1, None, None)
_changes_heard = 0
_told: ContextVar[int] = ContextVar("the number of what is read here")
_believed: dict[str, tuple[float, Any]] = {}


def bump() -> None:
    """Say that what the public sees has changed. Call it inside the transaction of the change."""
    from news.models import Generation

    if not Generation.objects.filter(pk=1).update(number=F("number") + 1):
        Generation.objects.get_or_create(pk=1, defaults={"number": 1})
    transaction.on_commit(_tell)


def _tell() -> None:
    forget()
    if settings.REDIS_URL:
        announcing.announce()


def remembered() -> int | None:
    """The present number as far as this process believes to know it, or None."""
    number, until = _memo
    return number if time.monotonic() < until else None


def current() -> int:
    """The present number; the database is asked if it is not remembered."""
    from news.models import Generation

    global _memo
    if told := _told.get(0):
        return told
    number = remembered()
    if number is None:
        now, heard = time.monotonic(), _changes_heard
        number = Generation.objects.filter(pk=1).values_list("number", flat=True).first() or 0
        # What was asked before a change was heard of may be the number before it.
        if heard == _changes_heard:
            _memo = (number, now + settings.GENERATION_MEMO_SECONDS)
    return number


def _current_or_none() -> int:
    """The present number, or 0, which is none, where the database does not answer: not every page asks it."""
    try:
        return current()
    except DatabaseUnavailable:
        return 0


@contextmanager
def at(number: int) -> Iterator[None]:
    """What is read in the block shows this number at least, and what is kept of it is kept under no later one.

    For a page, parts of which are made of what was read for others; and for what comes from a copy of the database.
    """
    token = _told.set(number)
    try:
        yield
    finally:
        _told.reset(token)


def forget() -> None:
    """Ask the database again at the next look: something has changed."""
    global _memo, _next, _changes_heard
    _changes_heard += 1
    _memo = (0, float("-inf"))
    _next = (-1, None, None)
    with _making:
        _made.clear()
    _believed.clear()


def changes_heard() -> int:
    """How many changes this process has heard of: whoever finds it grown meanwhile holds what may be old."""
    return _changes_heard


def listen() -> None:
    """Hear of the changes that other processes make, as long as this one lives. Only where REDIS_URL is set."""
    announcing.listen(forget)


def next_change(*, after: dt.datetime) -> dt.datetime | None:
    """As Article.next_change(), asked once for each number: what is scheduled raises it."""
    from news.models import Article

    global _next
    number = current()
    known, since, moment = _next
    if (
        known != number
        or since is None
        or after < since
        or (moment is not None and moment <= after)
    ):
        since, moment = after, Article.next_change(after=after)
        _next = (number, since, moment)
    return moment


def made_once(name: Hashable, make: Callable[[], Any]) -> Any:
    """What `make` gives, made once for each number in each process: a part that many pages share. Nobody may change it.

    It ends as whole pages do: after PAGE_CACHE_SECONDS, and when a story appears or expires by itself. The number is
    asked first, so what is kept under it is never older than it. A name of several parts begins with its kind; of the
    MOST_MADE that are kept of a kind at most, those go first that were made first.
    """
    return each_made_once([name], lambda names: {name: make()})[name]


def each_made_once(
    names: Collection[Hashable], make: Callable[[list[Any]], dict[Any, Any]]
) -> dict[Any, Any]:
    """The same of several parts, by their names: `make` is given the names of all that are not kept.

    What it gives nothing for is left out, and not kept.
    """
    number = current()
    now = timezone.now()
    found, missing = {}, []
    for name in names:
        kept = _made.get(_kind(name), {}).get(name)
        if kept is None or kept[0] != number or kept[1] <= now:
            missing.append(name)
        else:
            found[name] = kept[2]
    if missing:
        ends = now + dt.timedelta(seconds=settings.PAGE_CACHE_SECONDS)
        moment = next_change(after=now)
        made = make(missing)
        with _making:
            for name, part in made.items():
                shelf = _made.setdefault(_kind(name), {})
                shelf.pop(name, None)
                while len(shelf) >= MOST_MADE:
                    del shelf[next(iter(shelf))]
                shelf[name] = (number, min(ends, moment) if moment else ends, part)
        found |= made
    return found


def _kind(name: Hashable) -> Hashable:
    return name[0] if isinstance(name, tuple) else name


def believed(name: str, ask: Callable[[], Any]) -> Any:
    """What `ask` told, asked again when it is older than GENERATION_MEMO_SECONDS. Nobody may change it.

    For what no page shows, so that it raises no number, and what need not be known any sooner.
    """
    now = time.monotonic()
    kept = _believed.get(name)
    if kept is None or now - kept[0] >= settings.GENERATION_MEMO_SECONDS:
        kept = _believed[name] = (now, ask())
    return kept[1]


class NoSuchPage(Http404):
    """`?trang=` asks for more pages than a list has; `last` is the number of its last one.

    Another page must not be answered in its place: the same bytes would be kept for each number.
    """

    def __init__(self, last: int) -> None:
        super().__init__()
        self.last = last

    def redirect(self, request: HttpRequest) -> HttpResponseRedirect:
        """To the last page, for lists that become shorter while links to their pages are about."""
        asked = request.GET.copy()
        asked["trang"] = str(self.last)
        return HttpResponseRedirect(f"{request.path}?{asked.urlencode()}")


def same_for_all(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view only reads, and shows every reader without a session the same: it may read from a copy of the database.

    Said by itself of what is not kept whole; the marks below say it too.
    """
    view.same_for_all = True  # type: ignore[attr-defined]
    return view


def public_page_with(*parameters: str) -> Callable[..., Any]:
    """The view's good answers are the same bytes for every anonymous reader: a page cache may keep them.

    `parameters` are those of LISTED that the view knows. Anything else in them would only make one more copy to
    keep, so it leads to the address without it.
    """

    def mark(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            for name in LISTED.keys() & request.GET.keys():
                if name not in parameters or not LISTED[name].fullmatch(request.GET[name]):
                    return HttpResponseRedirect(request.path)
            # What the view has read stays of this number, also if it keeps parts of it after the next change.
            with at(_current_or_none()):
                response = view(request, *args, **kwargs)
            # The others are not to be kept, but to take the place of the page that was withdrawn or has moved.
            if response.status_code in {200, 301, 410}:
                response.headers[CACHEABLE_HEADER] = "yes"
            return response

        return same_for_all(marked)

    return mark


public_page = public_page_with()


def public_file(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A public page that takes no parameter and is dear to make: with any, it leads to its bare address.

    Otherwise whoever invents parameters would have it made again each time.
    """
    page = public_page(view)

    @wraps(view)
    def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.GET.keys() - TRACKING:
            return HttpResponseRedirect(request.path)
        response: HttpResponse = page(request, *args, **kwargs)
        return response

    return same_for_all(marked)
