"""Storing a page of the old portal as an article; `news.oldportal` reads it."""

import hashlib
import html
from collections.abc import Sequence
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from news import relating, text
from news.models import Article, Photo, Section, ViewCount
from news.oldportal import OldPage

MISSING_PICTURE = Path(__file__).with_name("missing-picture.png")
MISSING_PICTURE_TEXT = "Ảnh chưa có trong bản lưu"


def import_key(page: OldPage) -> str:
    """What the page is recognised by, also after its article was corrected: title and moment as read."""
    return hashlib.sha256(f"{page.title}\n{page.published_at.isoformat()}".encode()).hexdigest()


def existing(page: OldPage) -> Article | None:
    """The article that this page has already become."""
    return Article.objects.filter(imported_as=import_key(page)).first()


def section_of(page: OldPage) -> Section:
    """The section the page belongs to, by name or by the address its name gives; unsaved if there is none yet.

    Raises ValidationError where the address of a new section is taken by another page of the site.
    """
    found = (
        Section.objects.filter(name=page.section).order_by("id").first()
        or Section.objects.filter(slug=text.slug(page.section, 100)).first()
    )
    if found is None:
        last = Section.objects.aggregate(last=Max("order"))["last"]
        found = Section(name=page.section, order=0 if last is None else last + 1)
        found.clean()
    return found


def store(page: OldPage, *, pictures: Sequence[Photo] = ()) -> Article:
    """Store the page as a published article, in one transaction.

    `pictures` stand above the captions in their order; where there are not enough, a picture that says the
    photograph is missing. Raises ValidationError (see section_of) and richtext.TooComplex.
    """
    missing = len(page.captions) - len(pictures)
    shown = [*pictures, *([missing_picture()] * missing if missing > 0 else [])]
    with transaction.atomic():
        section = section_of(page)
        if section.pk is None:
            section.save()
        article = Article(
            title=page.title,
            section=section,
            source=page.source,
            lead=page.lead,
            body=_body(page, shown),
            byline=page.byline,
            status=Article.Status.PUBLISHED,
            published_at=page.published_at,
            imported_as=import_key(page),
        )
        article.save()
        ViewCount.objects.filter(article=article).update(total=page.views)
        relating.keep(article)
    return article


def _body(page: OldPage, pictures: Sequence[Photo]) -> str:
    """The blocks as markup: a line is a paragraph, a caption becomes a figure where it stood."""
    waiting = iter(pictures)
    parts = []
    for block in page.blocks:
        if block.is_caption:
            parts.append(figure(next(waiting), block.text))
        else:
            parts.append(f"<p>{html.escape(block.text, quote=False)}</p>")
    return "\n".join(parts)


def figure(photo: Photo, caption: str) -> str:
    """A picture with its caption, as the editor writes it into a body."""
    picture = f'<img src="{html.escape(photo.url)}" alt="{html.escape(photo.alt)}">'
    return f'<figure class="image">{picture}<figcaption>{html.escape(caption, quote=False)}</figcaption></figure>'


def missing_picture() -> Photo:
    """The picture that stands where the photograph is lost; one in the library, however often it is shown."""
    return stored_once(MISSING_PICTURE, alt=MISSING_PICTURE_TEXT, is_placeholder=True)


def stored_once(path: Path, *, is_placeholder: bool = False, **texts: str) -> Photo:
    """The picture of this file in the library, found again by its bytes. `texts` are those of Photo.store()."""
    content = path.read_bytes()
    found = Photo.objects.filter(sha256=hashlib.sha256(content).hexdigest()).order_by("id").first()
    return found or Photo.store(
        UploadedFile(ContentFile(content), path.name, size=len(content)),
        is_placeholder=is_placeholder,
        **texts,
    )
