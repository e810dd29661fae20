"""Media in a bucket, tried against a real server: moto's S3, granian with production settings, nginx as deploy/s3/ says.

    python -m tests.tools.check_bucket

moto brings a web framework of its own, so it lives in a virtual environment beside the project's. Everything works in
a throw-away folder and ends with this program. moto takes any signature, but none is refused.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "PORTAL_ENV_FILE": os.devnull}

from tests.deploy.running import DEPLOY, Site, ask, connects, free_port, nginx, running, stop
from tests.tools.beside import program

VERSION = "5.2.5"
FILL = """
import json
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["ckeditor*", "galleriffic", "admin"])
client = default_storage.connection.meta.client
client.create_bucket(Bucket=default_storage.bucket_name)
client.put_bucket_policy(Bucket=default_storage.bucket_name, Policy=json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::portal/photos/*", "arn:aws:s3:::portal/cards/*"],
    }],
}))
from news.models import ArticleAttachment, PreviewLink
from news.models.photo import make_waiting_avif
from tests.factories import make_article, make_attachment, make_photo, make_user
photo, file, loose = make_photo(), make_attachment(), make_attachment()
assert make_waiting_avif(1) == 1 and photo.make_missing_files() == 0
story = make_article(cover=photo, body=f'<p><img src="{photo.url}"></p>')
ArticleAttachment.put_below(story, [file.pk])
bare, draft = make_article(), make_article(status="draft")
ArticleAttachment.put_below(draft, [loose.pk])
link = PreviewLink.give(draft, by=make_user(superuser=True), days=1)
print(json.dumps({
    "story": story.get_absolute_url(), "photo": photo.url, "card": f"/media/cards/{bare.pk % 256:02x}/{bare.pk}-{bare.card}.png",
    "avif": [one.rpartition(" ")[0] for one in photo.srcset("avif").split(", ")], "name": file.storage_name,
    "file": file.get_absolute_url(), "loose": loose.get_absolute_url(), "size": file.size,
    "shared": reverse("news:preview_attachment", args=[link.token, loose.pk, loose.address_name]),
    "in_bucket": sum(1 for _ in default_storage.bucket.objects.all()),
}))
"""
LEFTOVERS = """
from datetime import timedelta
from news import leftovers
from news.models import AttachmentText, Photo
from tests.factories import make_photo
AttachmentText.objects.all().delete()
assert AttachmentText.take_missing(1) == 1
assert AttachmentText.objects.get().text is not None
loose = make_photo()
Photo.objects.filter(pk=loose.pk).delete()
leftovers.KEPT = timedelta(0)
print(leftovers.remove() > 3)
"""
MEMORY = """
import resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from django.core.files.storage import default_storage
default_storage.exists("x")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@contextmanager
def bucket_server(folder: Path) -> Iterator[tuple[int, Path, "subprocess.Popen[bytes]"]]:
    port, log = free_port(), folder / "moto.log"
    moto = program("moto_server", package="moto[server]", version=VERSION)
    command = [str(moto), "-H", "127.0.0.1", "-p", str(port)]
    with running(command, log, connects(port)) as process:
        yield port, log, process


def deployed(folder: Path, port: int) -> Path:
    """deploy/ with media from the bucket at this port."""
    copy = folder / "deploy"
    shutil.copytree(DEPLOY, copy)
    told = (copy / "s3/media.conf.example").read_text()
    assert told.count("https://s3.example.gov.vn;") == 2
    (copy / "media.conf").write_text(
        told.replace("https://s3.example.gov.vn;", f"http://127.0.0.1:{port};")
    )
    return copy


def check(said: str, true: object) -> None:
    print(f"{'ok' if true else 'FAILED':<8}{said}", flush=True)
    if not true:
        raise SystemExit(1)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "front").mkdir()
        with bucket_server(folder) as (storage, log, process):
            site = Site(
                folder,
                f"sqlite:///{folder}/portal.sqlite3",
                MEDIA_S3_BUCKET="portal",
                MEDIA_S3_ENDPOINT=f"http://127.0.0.1:{storage}",
                MEDIA_S3_ACCESS_KEY="name",
                MEDIA_S3_SECRET_KEY="secret",
            )
            made: dict[str, Any] = json.loads(site.python(FILL))
            check(
                f"pictures, card and files are stored: {made['in_bucket']} files",
                made["in_bucket"] > 10,
            )
            check("no folder was written", not (folder / "media" / "photos").exists())
            with (
                site.web() as web,
                nginx(
                    folder / "front",
                    upstream=web.port,
                    data=folder,
                    deploy=deployed(folder, storage),
                ) as port,
            ):
                look(port, storage, made, log)
                print(f"        boto3 takes {int(site.python(MEMORY)) / 1024:.0f} MB")
                check("leftovers go, texts are read", site.python(LEFTOVERS) == "True")
                stop(process)
                began = time.monotonic()
                check(
                    "without the bucket pages answer",
                    ask(port, f"{made['story']}?trang=1").status < 400,
                )
                check("feeds too", ask(port, "/atom.xml").status == 200)
                check("pictures do not, in words", ask(port, made["photo"]).status in {404, 502})
                print(f"        in {time.monotonic() - began:.1f} s")
    return 0


def look(port: int, storage: int, made: dict[str, Any], log: Path) -> None:
    """What readers get, through nginx."""
    picture = ask(port, made["photo"])
    check(
        "a photo is served from the bucket, as a picture, for ever",
        picture.status == 200
        and picture.headers["Content-Type"] == "image/jpeg"
        and picture.headers.get_all("Cache-Control") == ["public, max-age=31536000, immutable"],
    )
    check(
        "its other sizes and the card, as what they are",
        all(ask(port, one).headers["Content-Type"] == "image/avif" for one in made["avif"])
        and ask(port, made["card"]).headers["Content-Type"] == "image/png",
    )
    check(
        "a question about the bucket is a picture",
        ask(port, f"{made['photo']}?acl").body == picture.body,
    )
    check(
        "nothing is written to it", ask(port, made["photo"], "PUT", b"x").status in {403, 404, 405}
    )
    check("a file is not public by its name", ask(port, f"/media/{made['name']}").status == 404)
    for path in ("/media/", "/media/photos/", "/media/saved/x.pdf", "/media/photos/00/none.jpg"):
        check(f"{path} is nothing", ask(port, path).status == 404)
    file = ask(port, made["file"])
    check(
        "a file below a story comes whole, with the application's headers",
        (file.status, len(file.body)) == (200, made["size"])
        and file.headers["Content-Type"] == "application/pdf"
        and file.headers["Content-Disposition"].startswith("attachment")
        and file.headers.get_all("Cache-Control") == ["public, max-age=0, must-revalidate"]
        and file.headers.get_all("Content-Security-Policy") == ["default-src 'none'; sandbox"],
    )
    check(
        "nginx asked with a signature", f"/portal/{made['name']}?X-Amz-Algorithm" in log.read_text()
    )
    check(
        "without one the bucket gives it to nobody",
        ask(storage, f"/portal/{made['name']}", Host=f"127.0.0.1:{storage}").status == 403,
    )
    check("HEAD", ask(port, made["file"], "HEAD").headers["Content-Length"] == str(made["size"]))
    part = ask(port, made["file"], Range="bytes=0-9")
    check("a part", (part.status, part.body) == (206, file.body[:10]))
    known = ask(port, made["file"], If_None_Match=file.headers["ETag"])
    check("a file that the reader has is not sent again", known.status == 304)
    check("a draft's file is nobody's", ask(port, made["loose"]).status == 404)
    check("but theirs who have the draft's link", ask(port, made["shared"]).status == 200)
    page = ask(port, f"{made['story']}ban-luu.html")
    check("a saved story holds its pictures", b"data:image/" in page.body)
    sheet = ask(port, f"{made['story']}ban-luu.pdf")
    check("and is laid out as PDF", sheet.body.startswith(b"%PDF"))
    check("feeds know the sizes of pictures", 'length="' in ask(port, "/rss.xml").text)


if __name__ == "__main__":
    sys.exit(main())
