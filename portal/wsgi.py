"""The application that the server calls: page cache and counter of views in front of Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

django_application = get_wsgi_application()

from portal.beacons import Beacons  # noqa: E402 - settings must be ready
from portal.pagecache import PageCache  # noqa: E402

application = PageCache(Beacons(django_application))
