"""Rows for tests: `make_article(title="Hidden")` says only what the test is about."""

import datetime as dt
import io
import itertools
from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from comments.models import Comment
from news.models import Article, Photo, Section

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


def make_section(**fields: Any) -> Section:
    fields.setdefault("name", f"Chuyên mục {next(_numbers)}")
    return Section.objects.create(**fields)


def picture_bytes(width: int = 640, height: int = 400, kind: str = "JPEG", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (163, 33, 31)).save(target, kind, **options)
    return target.getvalue()


def upload(content: bytes | None = None, name: str = "anh.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes() if content is None else content)


def make_photo(content: bytes | None = None, **texts: Any) -> Photo:
    texts.setdefault("alt", "Một tấm ảnh")
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
    return Comment.objects.create(**fields)
