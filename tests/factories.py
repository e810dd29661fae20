"""Rows for tests: `make_article(title="Hidden")` says only what the test is about."""

import datetime as dt
import functools
import io
import itertools
import zipfile
from dataclasses import replace
from typing import Any
from unittest import mock
from uuid import uuid4

from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils import timezone
from PIL import Image

from comments.models import Comment, Reason
from news import pdf, photos, renditions
from news.models import Article, Attachment, Document, DocumentKind, Issuer, Photo, Section

_numbers = itertools.count(1)


def make_user(*permissions: str, superuser: bool = False, **fields: Any) -> User:
    """A staff account with these permissions, named as `news.publish_article`."""
    name = fields.pop("username", f"user-{next(_numbers)}")
    user = User.objects.create_user(
        name, is_staff=fields.pop("is_staff", True), is_superuser=superuser, **fields
    )
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return User.objects.get(pk=user.pk)


def make_official(role: str, **fields: Any) -> User:
    """A staff account with this role and no other right."""
    user = make_user(**fields)
    user.groups.add(Group.objects.get(name=role))
    return user


def make_section(**fields: Any) -> Section:
    fields.setdefault("name", f"Chuyên mục {next(_numbers)}")
    return Section.objects.create(**fields)


def picture_bytes(width: int = 640, height: int = 400, kind: str = "JPEG", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (163, 33, 31)).save(target, kind, **options)
    return target.getvalue()


def upload(content: bytes | None = None, name: str = "anh.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes() if content is None else content)


_prepare = photos.prepare


@functools.lru_cache(maxsize=50)
def _cut(content: bytes) -> photos.Prepared:
    return _prepare(upload(content))


def _prepared_before(sent: UploadedFile) -> photos.Prepared:
    """What photos.prepare() makes of these bytes, cut once for all tests, with a key and crops of its own."""
    cut, crops = _cut(sent.read()), renditions.new_crops(renditions.CENTRE)
    named = {ending.replace(cut.crops, crops): file for ending, file in cut.files.items()}
    return replace(cut, key=uuid4(), crops=crops, files=named)


def make_photo(content: bytes | None = None, **texts: Any) -> Photo:
    texts.setdefault("alt", "Một tấm ảnh")
    with mock.patch.object(photos, "prepare", _prepared_before):
        return Photo.store(upload(content), **texts)


def make_article(**fields: Any) -> Article:
    """A published article, a minute old for each that follows it, unless the fields say otherwise."""
    number = next(_numbers)
    fields.setdefault("title", f"Tin số {number}")
    fields.setdefault("status", Article.Status.PUBLISHED)
    if "section" not in fields:
        fields["section"] = Section.objects.first() or make_section()
    if fields["status"] != Article.Status.DRAFT:
        fields.setdefault(
            "published_at", timezone.now() - dt.timedelta(days=1) + dt.timedelta(seconds=number)
        )
    if fields.pop("featured", False):
        fields["featured_from"] = timezone.now() - dt.timedelta(days=1)
    fields.setdefault("lead", "Sáng nay, phường tổ chức hội nghị.")
    if fields["status"] == Article.Status.WITHDRAWN:
        fields.setdefault("withdrawn_at", timezone.now())
    return Article.objects.create(**fields)


def make_comment(**fields: Any) -> Comment:
    number = next(_numbers)
    fields.setdefault("name", "Nguyễn Văn A")
    fields.setdefault("email", "a@example.vn")
    fields.setdefault("text", f"Ý kiến số {number}")
    fields.setdefault("digest", f"digest-{number}")
    fields.setdefault("source", "source")
    fields.setdefault("consent_version", "1")
    if "article" not in fields:
        fields["article"] = make_article()
    if fields.get("status", Comment.Status.PENDING) != Comment.Status.PENDING:
        fields.setdefault("decided_at", timezone.now())
    if fields.get("status") == Comment.Status.REFUSED:
        fields.setdefault("reason", Reason.OFF_TOPIC)
    return Comment.objects.create(**fields)


def pdf_bytes(words: str = "Thong bao", catalog: str = "", extra: str = "") -> bytes:
    """A whole PDF of one page. `catalog` stands in its catalog, `extra` is object 5 after `5 0 obj`."""
    page = f"BT /F1 18 Tf 40 780 Td ({words}) Tj ET"
    objects = [
        f"<</Type/Catalog/Pages 2 0 R {catalog}>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        f"<</Length {len(page)}>>\nstream\n{page}\nendstream",
        *([extra] if extra else []),
    ]
    content, places = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, start=1):
        places.append(len(content))
        content += f"{number} 0 obj\n{written}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    return (
        content
        + (
            f"xref\n0 {count}\n0000000000 65535 f \n{table}"
            f"trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{len(content)}\n%%EOF\n"
        ).encode()
    )


def zip_bytes(parts: dict[str, bytes | str], pack: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", pack) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def office_parts(kind: str = "docx", **parts: bytes | str) -> dict[str, bytes | str]:
    """The parts of a small DOCX or XLSX; `parts` replace or follow, with `__` for `/`."""
    main, name = {
        "docx": ("word/document.xml", "wordprocessingml.document"),
        "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
    }[kind]
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-officedocument.{name}.main+xml"/>'
        "</Types>",
        "_rels/.rels": "<Relationships/>",
        main: "<w/>",
        **{key.replace("__", "/"): value for key, value in parts.items()},
    }


def odt_parts(**parts: bytes | str) -> dict[str, bytes | str]:
    return {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": "<office/>",
        "META-INF/manifest.xml": "<manifest/>",
        **{key.replace("__", "/"): value for key, value in parts.items()},
    }


def make_attachment(content: bytes | None = None, name: str = "", **fields: Any) -> Attachment:
    """A PDF of the library with bytes of its own, unless the content is given."""
    number = next(_numbers)
    name = name or f"thông báo {number}.pdf"
    if content is not None:
        return Attachment.store(SimpleUploadedFile(name, content), **fields)
    # Each look at a PDF starts a process; these are known.
    with (
        mock.patch.object(pdf, "look", return_value=pdf.Finding.FINE),
        mock.patch.object(pdf, "words_of", return_value=f"So {number}"),
    ):
        own = pdf_bytes(f"So {number}")
        return Attachment.store(SimpleUploadedFile(name, own), **fields)


def make_document(**fields: Any) -> Document:
    """A published document of its own number, in force since the beginning of 2026 unless the fields say otherwise."""
    number = next(_numbers)
    fields.setdefault("number", f"{number}/2026/QĐ-UBND")
    fields.setdefault("abstract", f"Về việc số {number}")
    fields.setdefault("issued_on", dt.date(2026, 1, 1))
    fields.setdefault("status", Document.Status.PUBLISHED)
    if fields["status"] != Document.Status.DRAFT:
        fields.setdefault("published_at", timezone.now())
    if fields["status"] == Document.Status.WITHDRAWN:
        fields.setdefault("withdrawn_at", timezone.now())
    if "kind" not in fields:
        fields["kind"] = DocumentKind.objects.get_or_create(
            slug="quyet-dinh", defaults={"name": "Quyết định", "abbreviation": "QĐ"}
        )[0]
    if "issuer" not in fields:
        fields["issuer"] = Issuer.objects.get_or_create(
            slug="uy-ban-nhan-dan", defaults={"name": "Ủy ban nhân dân"}
        )[0]
    return Document.objects.create(**fields)
