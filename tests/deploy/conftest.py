"""One production installation for all tests here: migrated, static files collected, three articles in it, files below one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Migrated
from tests.deploy.fronts import Front, Told, tell
from tests.deploy.running import Installation, Site, nginx

# CKEditor and the admin have 1,300 files, whose checksums take 18 s; no page asked for here needs them.
MAKE_SITE = """
import json
from django.core.management import call_command
call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["ckeditor*", "galleriffic", "admin"])
from django.urls import reverse
from news.models import ArticleAttachment, PreviewLink
from news.models.photo import make_waiting_avif
from tests.factories import make_article, make_attachment, make_photo, make_user
photo = make_photo()
make_waiting_avif(1)
articles = [make_article(title=f"Tin thật số {number}", cover=photo) for number in range(3)]
file, loose = make_attachment(name="Lịch nghỉ.pdf"), make_attachment()
ArticleAttachment.put_below(articles[0], [file.pk])
draft = make_article(status="draft")
ArticleAttachment.put_below(draft, [loose.pk])
link = PreviewLink.give(draft, by=make_user(superuser=True), days=1)
print(json.dumps({
    "articles": [article.get_absolute_url() for article in articles],
    "photo": photo.url,
    "file": [file.pk, file.get_absolute_url(), file.view_url, file.storage_name],
    "loose_file": loose.get_absolute_url(),
    "shared_file": reverse("news:preview_attachment", args=[link.token, loose.pk, loose.address_name]),
}))
"""


@pytest.fixture(scope="session")
def installation(
    migrated: Migrated, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("installation")
    with migrated.copied(folder) as url:
        site = Site(folder, url)
        yield Installation(site, **json.loads(site.python(MAKE_SITE)))


@pytest.fixture(scope="session")
def front(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    site = installation.site
    with site.web() as web, nginx(folder, upstream=web.port, data=site.folder) as port:
        yield Front(installation, port, folder / "nginx.log")


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    yield from tell(tmp_path, {})


@pytest.fixture
def told_without_front(tmp_path: Path) -> Iterator[Told]:
    """As it is when nobody stands in front of nginx: no address is believed."""
    yield from tell(tmp_path, {"set_real_ip_from 172.31.213.1;": ""})
