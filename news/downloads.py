"""Handing out attachments: who may open one, and how its bytes go on their way.

A PDF opens in the browser's own viewer, by a link: embedded in a page it would need a frame, which no page here
allows, and telephones show no PDF inside a page.
"""

import re
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
)
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from news import counting
from news.models import Attachment, PreviewLink
from news.views import not_kept

# An office document never runs here, whatever a browser takes it for. A viewer of PDF gets what older ones need
# to start, and still nothing from anywhere: the sandbox would leave the page of some of them empty.
DOWNLOAD_POLICY = "default-src 'none'; sandbox"
VIEW_POLICY = (
    "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# Asked for again each time, and answered by 304 at best: when a story is withdrawn, its files go with it.
PUBLIC_CACHE = "public, max-age=0, must-revalidate"
STAFF_CACHE = "private, no-store"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


def may_open(attachment: Attachment, user: Any) -> bool:
    """Whether this person may have the file: everybody one of a public story, staff with the right any."""
    return attachment.is_public or (user.is_staff and user.has_perm("news.view_attachment"))


@require_safe
def download(request: HttpRequest, attachment_id: int, name: str) -> HttpResponseBase:
    """The file to keep."""
    return _open(request, attachment_id, name, in_place=False)


@require_safe
def view(request: HttpRequest, attachment_id: int, name: str) -> HttpResponseBase:
    """The file to look at. Raises Http404 for kinds that browsers do not show."""
    return _open(request, attachment_id, name, in_place=True)


@require_safe
def of_draft(request: HttpRequest, token: str, attachment_id: int, name: str) -> HttpResponseBase:
    """A file of a draft for who was given the draft's link. Raises Http404 when the link has ended."""
    link = PreviewLink.by_token(token)
    if link is None or attachment_id not in link.article.newest.attachments:
        raise Http404
    attachment = get_object_or_404(Attachment, pk=attachment_id)
    return not_kept(send(request, attachment, in_place=False))


def _open(
    request: HttpRequest, attachment_id: int, name: str, *, in_place: bool
) -> HttpResponseBase:
    attachment = get_object_or_404(Attachment.objects.with_publicity(), pk=attachment_id)
    address = attachment.view_url if in_place else attachment.get_absolute_url()
    # `is_public` first: for a reader nobody looks up a session.
    if not address or not (attachment.is_public or may_open(attachment, request.user)):
        raise Http404
    if request.path != address:
        return HttpResponsePermanentRedirect(address)
    if attachment.is_public and counting.counts_download(request):
        counting.count_download(attachment.pk)
    response = send(request, attachment, in_place=in_place)
    response.headers["Cache-Control"] = PUBLIC_CACHE if attachment.is_public else STAFF_CACHE
    return response


def send(request: HttpRequest, attachment: Attachment, *, in_place: bool) -> HttpResponseBase:
    """The answer that carries the file, whole, in part or not at all where the reader has it already.

    Whether the reader may have it has been asked before. Raises Http404 when the file is lost.
    """
    if settings.BEHIND_PROXY:
        # nginx sends it, with ETag, ranges and all. What it takes over from here is in deploy/site.conf.
        response: HttpResponseBase = HttpResponse(content_type=attachment.content_type)
        place = settings.MEDIA_URL + attachment.storage_name
        if signed_query := getattr(default_storage, "signed_query", None):
            # Where it lies in a bucket, nginx needs a signature (portal/bucket.py).
            place += f"?{signed_query(attachment.storage_name, request.method)}"
        response.headers["X-Accel-Redirect"] = place
    else:
        response = _send_ourselves(request, attachment)
    if response.status_code != 304:
        response.headers["Content-Disposition"] = disposition(attachment, in_place=in_place)
    response.headers["Content-Security-Policy"] = VIEW_POLICY if in_place else DOWNLOAD_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def disposition(attachment: Attachment, *, in_place: bool) -> str:
    """The file's name for browsers (RFC 6266): in Vietnamese, and for old programs in bare letters."""
    if attachment.file_name.isascii():
        return str(content_disposition_header(not in_place, attachment.file_name))
    kind = "inline" if in_place else "attachment"
    # filename first: some programs take the first they understand.
    return (
        f'{kind}; filename="{attachment.address_name}"; '
        f"filename*=UTF-8''{quote(attachment.file_name, safe='')}"
    )


# --- Without nginx -----------------------------------------------------------------------------------------------


def _send_ourselves(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """What nginx does in production: ETag, If-None-Match, If-Range and one range (RFC 9110, 13 and 14)."""
    etag = f'"{attachment.sha256[:32]}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return _tagged(known, etag)
    try:
        file = default_storage.open(attachment.storage_name)
    except FileNotFoundError:
        raise Http404 from None
    part = _asked_range(request, etag, attachment.size)
    if part is None:
        return _tagged(FileResponse(file, content_type=attachment.content_type), etag)
    with file:
        file.seek(part.start)
        answer = HttpResponse(
            file.read(len(part)),
            content_type=attachment.content_type,
            status=206 if part else 416,
        )
    where = f"{part.start}-{part.stop - 1}" if part else "*"
    answer.headers["Content-Range"] = f"bytes {where}/{attachment.size}"
    return _tagged(answer, etag)


def _tagged(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _asked_range(request: HttpRequest, etag: str, size: int) -> range | None:
    """The bytes asked for: None for the whole file, empty where the file has no such bytes.

    Several ranges at once are answered with the whole file, as the standard allows.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not found or request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if first:
        asked = range(int(first), min(int(last) + 1 if last else size, size))
        return None if last and int(last) < int(first) else asked
    return range(max(0, size - int(last)), size) if last else None
