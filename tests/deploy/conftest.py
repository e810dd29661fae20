"""One production installation for all tests here: migrated, static files collected, three articles in it, files below one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.running import Site, own_database

# CKEditor and the admin have 1,300 files, whose checksums take 18 s; no page asked for here needs them.
MAKE_SITE = """
import json
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["ckeditor*", "galleriffic", "admin"])
from news.models import ArticleAttachment
from news.models.photo import make_waiting_avif
from tests.factories import make_article, make_attachment, make_photo
photo = make_photo()
make_waiting_avif(1)
articles = [make_article(title=f"Tin thật số {number}", cover=photo) for number in range(3)]
file, loose = make_attachment(name="Lịch nghỉ.pdf"), make_attachment()
ArticleAttachment.put_below(articles[0], [file.pk])
print(json.dumps({
    "articles": [article.get_absolute_url() for article in articles],
    "photo": photo.url,
    "file": [file.pk, file.get_absolute_url(), file.view_url, file.storage_name],
    "loose_file": loose.get_absolute_url(),
}))
"""


@dataclass
class Installation:
    site: Site
    articles: list[str]
    photo: str
    # Primary key, address, address in place, name in the storage.
    file: tuple[int, str, str, str]
    loose_file: str


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("installation")
    with own_database(folder) as url:
        site = Site(folder, url)
        yield Installation(site, **json.loads(site.python(MAKE_SITE)))
