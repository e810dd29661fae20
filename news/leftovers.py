"""Files in the storage to which no row refers. A job takes them away.

A file is written before the row that tells of it is committed: a transaction that is undone afterwards, or a process
that is killed in between, leaves the file. It has a name that is never used again, so it only takes up room.
"""

import datetime as dt
import logging
import re
from collections.abc import Iterator
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils import timezone

from news import cards
from news.models import Article, Attachment, Photo
from news.publisher import publisher

logger = logging.getLogger(__name__)

# Long enough for who puts back a database of yesterday and notices that the pictures of today have lost their rows.
KEPT = dt.timedelta(days=7)

# Names of ours: `3f…-card-050050ab12cd-480.webp` has a photo's key and says of which crops it is.
_FOLDER = re.compile(r"[0-9a-f]{2}")
_CARD = re.compile(r"(?P<owner>[0-9]{1,18})-(?P<card>[0-9a-f]{16})(?:-crest)?\.png")
_NAME = re.compile(r"(?P<key>[0-9a-f]{32})(?:-(?:card|social)-(?P<crops>[0-9a-f]{12}))?[.-].*")


def remove() -> int:
    """Take away what has been left for longer than KEPT, naming each in the log; how many files went.

    What is older than the database is no leftover of it: it was made anew, and its backup is still to be put back.
    """
    born = MigrationRecorder(connection).migration_qs.aggregate(first=Min("applied"))["first"]
    old = timezone.now() - KEPT
    removed = 0
    for name in (*_without_a_row(), *_cards_of_nobody()):
        if born < default_storage.get_modified_time(name) < old:
            default_storage.delete(name)
            logger.info("nothing refers to %s, it was removed", name)
            removed += 1
    return removed


def _without_a_row() -> Iterator[str]:
    """Names of all such files, the youngest included. One folder at a time: a library may be large."""
    for top, keys_of in (("photos", _photos), ("attachments", _attachments)):
        for folder in _folders(top):
            # In this order, so that a row that is committed meanwhile is found.
            names = default_storage.listdir(f"{top}/{folder}")[1]
            known = keys_of((UUID(f"{folder:0<32}"), UUID(f"{folder:f<32}")))
            for match in filter(None, map(_NAME.fullmatch, names)):
                if match["key"] not in known or match["crops"] not in (None, known[match["key"]]):
                    yield f"{top}/{folder}/{match[0]}"


def _folders(top: str) -> list[str]:
    """Our folders in this one; none where nothing was stored yet. Of a bucket `exists` knows files only."""
    try:
        return [name for name in default_storage.listdir(top)[0] if _FOLDER.fullmatch(name)]
    except FileNotFoundError:
        return []


def _photos(between: tuple[UUID, UUID]) -> dict[str, str]:
    """Which crops each photo shows, by its key."""
    found = Photo.objects.filter(key__range=between).values_list("key", "crops")
    return {key.hex: crops for key, crops in found}


def _attachments(between: tuple[UUID, UUID]) -> dict[str, str]:
    found = Attachment.objects.filter(key__range=between).values_list("key", flat=True)
    return {key.hex: "" for key in found}


def _cards_of_nobody() -> Iterator[str]:
    """Cards that show a title or an office of before: no page names them any more."""
    site = publisher().card or ""
    for folder in _folders("cards"):
        names = default_storage.listdir(f"cards/{folder}")[1]
        found = [match for match in map(_CARD.fullmatch, names) if match]
        owners = {int(match["owner"]) for match in found}
        cards_of = dict(Article.objects.filter(pk__in=owners).values_list("pk", "card"))
        for match in found:
            if match["card"] != {cards.SITE: site, **cards_of}.get(int(match["owner"])):
                yield f"cards/{folder}/{match[0]}"
