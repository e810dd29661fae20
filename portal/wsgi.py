"""The application that the server calls: the page cache in front of Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

django_application = get_wsgi_application()

from portal.pagecache import PageCache  # noqa: E402 - settings must be ready

application = PageCache(django_application)
