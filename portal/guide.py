"""The staff guide at the desk: docs/huong-dan-bien-tap.md as a page, so that there is one text and one place to mend it."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from PIL import Image

DOCS: Path = settings.BASE_DIR / "docs"
GUIDE = DOCS / "huong-dan-bien-tap.md"
PICTURES = DOCS / "screenshots" / "guide"


def anchor(heading: str) -> str:
    """The id by which GitHub leads to a heading: the guide's own links are written for both."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@cache
def read() -> tuple[str, SafeString]:
    """Title and text of the guide, read once: it changes with the release."""
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(GUIDE.read_text())
    # The desk has a heading of its own for the title.
    title, tokens = tokens[1].content, tokens[3:]
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(tokens[place + 1].content))
        for inner in token.children or []:
            if inner.type == "image":
                path = PICTURES / Path(str(inner.attrs["src"])).name
                # With its size, or a link into the page would miss its mark when the pictures above arrive.
                with Image.open(path) as picture:
                    width, height = picture.size
                inner.attrs |= {
                    "src": reverse("admin:guide_picture", args=[path.stem]),
                    "width": width,
                    "height": height,
                    "loading": "lazy",
                }
    text = markdown.renderer.render(tokens, markdown.options, {})
    return title, mark_safe(text)  # noqa: S308 - our own file, rendered without markup in it


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    title, text = read()
    context: dict[str, Any] = {**admin.site.each_context(request), "title": title, "text": text}
    return render(request, "admin/guide.html", context)


@require_safe
@cache_control(private=True, max_age=3600)
def picture(request: HttpRequest, picture: str) -> HttpResponse:
    """A picture of the guide. The converter of its address lets nothing through that leads to another folder."""
    path = PICTURES / f"{picture}.png"
    if not path.is_file():
        raise Http404
    return HttpResponse(path.read_bytes(), content_type="image/png")
