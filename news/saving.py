"""Saving a story: as one HTML file that needs nothing else, and as a PDF made from that file.

Both are made when they are asked for. A PDF costs a second or two, so it is kept as a file, named by what is in it:
whatever changes on the page, be it a caption or the name of the office, makes another name. One PDF is made at a
time, whoever asks; who would have to wait long is told to come back.
"""

import base64
import contextlib
import fcntl
import functools
import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from news import paper, richtext
from news.models import Article, Attachment, Photo
from news.publisher import absolute
from news.views import find, gone

logger = logging.getLogger(__name__)

# What the pictures of one file may come to; those behind that stay on the site.
MAX_PICTURE_BYTES = 8 * 1024 * 1024
# PDFs that are kept, and for how long after they were made: together some hundred megabytes, and a story that was
# withdrawn is not on the disk much longer than on the site.
MAX_KEPT = 300
KEPT_SECONDS = 7 * 24 * 3600
# How long a reader waits for the PDF of another, and how many of them in one process.
PATIENCE = 8
WAITING = 2
# For who comes while a PDF is being made, in seconds.
RETRY_AFTER = 5
# It is a file for the disk; should a browser show it all the same, it may do nothing.
POLICY = "default-src 'none'; sandbox"

CONTENT_TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}

_PICTURE = re.compile(r'<img src="([^"]+)(photos/[0-9a-f/-]+\.(jpg|png|webp))"([^>]*)>')
_LEFT_OUT = (
    '<span class="left-out">Ảnh không có trong bản lưu này; mời bạn xem trên trang của tin.</span>'
)
_FONT = re.compile(r'url\("\.\./fonts/([a-z0-9-]+\.woff2)"\)')
_IMAGES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}

_waiting = threading.BoundedSemaphore(WAITING)


class Busy(Exception):
    """Another PDF is being made and enough readers wait for it, or the machine had no room for this one."""


# --- What readers ask for ---------------------------------------------------------------------------


@require_safe
def save_html(
    request: HttpRequest, section_slug: str, slug: str, article_id: int
) -> HttpResponseBase:
    """The story as one HTML file; 410 and 404 as the story itself."""
    return _answer(request, article_id, "html", lambda found, page: with_pictures(page).encode())


@require_safe
def save_pdf(
    request: HttpRequest, section_slug: str, slug: str, article_id: int
) -> HttpResponseBase:
    """The story as PDF; 410 and 404 as the story itself, 503 while it cannot be made."""
    if not paper.is_possible():
        raise Http404
    try:
        return _answer(request, article_id, "pdf", kept_pdf)
    except (Busy, paper.NotPrintable) as error:
        later = {
            "busy": isinstance(error, Busy),
            "section_slug": section_slug,
            "slug": slug,
            "article_id": article_id,
        }
        answer = render(request, "news/save_later.html", later, status=503)
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _answer(
    request: HttpRequest, article_id: int, kind: str, make: Callable[[Article, str], bytes]
) -> HttpResponseBase:
    """The file, or not at all where the reader has it already; it is made only if it has to be sent."""
    found = find(article_id, Article.objects.all())
    if found.is_gone:
        return gone(request, found)
    address = reverse(f"news:save_{kind}", args=[found.section.slug, found.slug, found.pk])
    if request.path != address:
        return HttpResponsePermanentRedirect(address)
    page = standing_alone(request, found)
    etag = f'"{digest(page)}-{kind}"'
    response: Any = get_conditional_response(request, etag=etag)
    if response is None:
        if request.method == "HEAD":
            # A stream, because its length is not known: nothing is made for who takes nothing.
            response = StreamingHttpResponse((), content_type=CONTENT_TYPES[kind])
        else:
            response = HttpResponse(make(found, page), content_type=CONTENT_TYPES[kind])
        name = f"{found.slug}-{found.pk}.{kind}"
        response.headers["Content-Disposition"] = str(content_disposition_header(True, name))
        response.headers["Content-Security-Policy"] = POLICY
    response.headers["ETag"] = etag
    # Asked for again each time: when a story is withdrawn, so is what was saved of it on the way.
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


# --- The page ---------------------------------------------------------------------------------------


def standing_alone(request: HttpRequest, article: Article) -> str:
    """The story as a page that stands alone, but for its pictures: these are still addresses of the site."""
    address = absolute(article.get_absolute_url())
    pictures = Photo.objects.filter(key__in=richtext.photo_keys(article.body))
    body = richtext.show_elsewhere(article.body, pictures, address)
    return render_to_string(
        "news/saved.html",
        {
            "article": article,
            "body": mark_safe(body),  # noqa: S308 - cleaned at save
            "attachments": Attachment.objects.below(article),
            "story_address": address,
            "style": _style(),
            "policy": _policy(),
        },
        request,
    )


def digest(page: str) -> str:
    """What tells one version of a page from another; names of pictures stand for their content."""
    return hashlib.sha256(page.encode()).hexdigest()[:32]


def with_pictures(page: str) -> str:
    """The page with its pictures inside, as far as MAX_PICTURE_BYTES go; of the others it says where they are."""
    left = MAX_PICTURE_BYTES
    ours = absolute(settings.MEDIA_URL)

    def picture(match: re.Match[str]) -> str:
        nonlocal left
        before, name, extension, rest = match.groups()
        if before != ours:
            return _LEFT_OUT
        try:
            if default_storage.size(name) > left:
                return _LEFT_OUT
            with default_storage.open(name) as file:
                content = file.read()
        except OSError:
            return _LEFT_OUT
        left -= len(content)
        data = base64.b64encode(content).decode()
        return f'<img src="data:{_IMAGES[extension]};base64,{data}"{rest}>'

    return _PICTURE.sub(picture, page)


@functools.cache
def _style() -> SafeString:
    """The style of saved stories with the typeface inside."""
    css = settings.BASE_DIR / "static" / "css"

    def font(match: re.Match[str]) -> str:
        content = (css.parent / "fonts" / match[1]).read_bytes()
        return f'url("data:font/woff2;base64,{base64.b64encode(content).decode()}")'

    written = "".join((css / f"{name}.css").read_text() for name in ("fonts", "saved"))
    return mark_safe(_FONT.sub(font, written))  # noqa: S308 - our own files


@functools.cache
def _policy() -> str:
    """Nothing runs and nothing is fetched, wherever the file is opened."""
    told = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; font-src data:; style-src 'sha256-{told}'; "
        "base-uri 'none'; form-action 'none'"
    )


# --- PDFs that are kept -----------------------------------------------------------------------------


def kept_pdf(article: Article, page: str) -> bytes:
    """The page as PDF, made now unless it lies there.

    Raises Busy while others are being made and where the machine was in the way, and paper.NotPrintable for a page
    that cannot be laid out; that it cannot is kept too, as an empty file.
    """
    place = _folder() / f"{article.pk}-{digest(page)}.pdf"
    content = _content(place)
    if content is None:
        with _alone():
            content = _content(place)
            if content is None:
                content = _make(article, page, place)
    if not content:
        raise paper.NotPrintable
    return content


def _make(article: Article, page: str, place: Path) -> bytes:
    try:
        # PDF/UA asks for words on every picture; what is decoration cannot be passed over in silence there.
        content = paper.pdf(with_pictures(page).replace(' alt="">', ' alt="Ảnh trang trí">'))
    except paper.NotPrintable as error:
        logger.error("no PDF of story %s: %s", article.pk, error)
        content = b""
    except paper.Interrupted as error:
        logger.warning("no PDF of story %s this time: %s", article.pk, error)
        raise Busy from None
    # What was made of earlier versions nobody asks for any more.
    for older in _folder().glob(f"{article.pk}-*.pdf"):
        older.unlink(missing_ok=True)
    _make_room()
    half = place.with_suffix(".half")
    half.write_bytes(content)
    half.replace(place)
    return content


def forget_old() -> int:
    """Take away the PDFs that were made more than KEPT_SECONDS ago; how many."""
    old = time.time() - KEPT_SECONDS
    found = [place for made, place in _kept() if made < old]
    for place in found:
        place.unlink(missing_ok=True)
    return len(found)


def _make_room() -> None:
    """For one more: the oldest go first."""
    for _, place in sorted(_kept())[: -MAX_KEPT + 1]:
        place.unlink(missing_ok=True)


def _kept() -> list[tuple[float, Path]]:
    """When each file was made, in Unix time, and where it lies; what a killed process left half done is one too."""
    found = []
    for place in _folder().glob("*-*.*"):
        with contextlib.suppress(FileNotFoundError):
            found.append((place.stat().st_mtime, place))
    return found


def _content(place: Path) -> bytes | None:
    try:
        return place.read_bytes()
    except FileNotFoundError:
        return None


def _folder() -> Path:
    """Beside the pictures, on the disk that lasts; nginx gives out nothing from here."""
    folder = Path(settings.MEDIA_ROOT) / "saved"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Only one process of the machine at a time is in here. Raises Busy for who would have to wait long.

    The system gives the lock back when its holder ends, however it ends.
    """
    if not _waiting.acquire(blocking=False):
        raise Busy
    try:
        with (_folder() / "lock").open("w") as lock:
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise Busy from None
                    time.sleep(0.1)
            yield
    finally:
        _waiting.release()
