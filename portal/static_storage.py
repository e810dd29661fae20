"""How static files are named in production: each by its content, also where one module imports another."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The style of public pages names its parts, which lie beside it. On a phone each file more is an answer more to wait for.
SITE_STYLE = "css/site.css"
_PART = re.compile(r'@import "([a-z-]+\.css)";')
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Without this a page's script of today could import a module that the browser kept from yesterday."""

    support_js_module_import_aggregation = True

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """As Django and WhiteNoise do it, with the parts of SITE_STYLE put into it and remarks left out.

        Raises KeyError for a part that does not exist.
        """
        if SITE_STYLE in paths:
            memory = InMemoryStorage()
            memory.save(SITE_STYLE, ContentFile(_joined(paths).encode()))
            paths = {**paths, SITE_STYLE: (memory, SITE_STYLE)}
        yield from super().post_process(paths, dry_run, **options)


def _joined(paths: dict[str, Any]) -> str:
    def text(name: str) -> str:
        storage, path = paths[name]
        with storage.open(path) as file:
            written: str = file.read().decode()
        return _REMARK.sub("", written)

    return _PART.sub(lambda part: text(f"css/{part[1]}"), text(SITE_STYLE))
