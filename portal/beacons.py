"""Page views, counted before Django's request machinery: the small request that js/view-beacon.js sends for each page.

What is counted is decided by `news.counting`. A request that is anything but a reader's usual one (a session, a foreign
host, another method, an address that no story can have) goes on to Django, which answers as it always does. So do the
first ones: what Django answered them is the answer to all.
"""

import re
from collections.abc import Iterable

from django.conf import settings

from news import counting
from portal import answers
from portal.answers import Answering, Environ, StartResponse

# As "count" and "count_by_image" in news/urls.py; a test compares them.
BEACON = re.compile(r"/dem/([0-9]{1,18})(/|\.gif)", re.ASCII)
METHODS = {"/": "POST", ".gif": "GET"}


class Beacons:
    """WSGI middleware; see the module."""

    def __init__(self, application: Answering) -> None:
        self.application = application
        # Read once: looking up a setting takes as long as counting.
        self.behind_proxy = settings.BEHIND_PROXY
        self.hosts = frozenset(settings.ALLOWED_HOSTS)
        # Status, headers and body for each kind and scheme.
        self.answers: dict[tuple[str, str], tuple[str, list[tuple[str, str]], bytes]] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith("/dem/"):
            return self.application(environ, start_response)
        found = BEACON.fullmatch(path)
        if (
            found is None
            or environ["REQUEST_METHOD"] != METHODS[found[2]]
            or ("HTTP_COOKIE" in environ and settings.SESSION_COOKIE_NAME in environ["HTTP_COOKIE"])
            or environ.get("HTTP_HOST", "").partition(":")[0] not in self.hosts
        ):
            return self.application(environ, start_response)
        scheme = (
            environ.get("HTTP_X_FORWARDED_PROTO", "")
            if self.behind_proxy
            else environ["wsgi.url_scheme"]
        )
        answer = self.answers.get((found[2], scheme))
        if answer is None:
            return self._learn((found[2], scheme), environ, start_response)
        if counting.counts(environ):
            counting.count_view(int(found[1]))
        status, headers, body = answer
        start_response(status, headers)
        return [body]

    def _learn(
        self, kind: tuple[str, str], environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Django's answer, which is remembered if it is one to a view that was counted or may have been."""
        status, headers, body = answers.whole(self.application, environ)
        names = {name.lower() for name, _ in headers}
        if status.startswith(("200 ", "204 ")) and "set-cookie" not in names:
            # It is never kept by anybody; a date of expiry would only grow old here.
            kept = [header for header in headers if header[0].lower() != "expires"]
            self.answers[kind] = (status, kept, body)
        start_response(status, headers)
        return [body]
