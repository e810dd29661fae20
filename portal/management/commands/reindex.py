"""`manage.py reindex`: the index of words, written anew from what is stored."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from comments.models import Comment
from news.models import Article, Attachment, AttachmentText, Document, Photo, SearchEntry

BATCH = 500
FILES = 20
# What is found by words: its name, its model, what writes the words, and the columns that this needs.
KINDS: list[tuple[str, Any, Callable[[Any], None], tuple[str, ...]]] = [
    (
        "tin",
        Article,
        SearchEntry.keep,
        (
            *("title", "lead", "body", "byline", "published_at", "created_at"),
            *("section", "status", "expires_at"),
        ),
    ),
    ("ảnh", Photo, Photo.keep_words, ("alt", "caption", "credit")),
    ("tệp", Attachment, Attachment.keep_words, ("title", "file_name")),
    (
        "văn bản",
        Document,
        Document.keep_words,
        ("number", "abstract", "signer", "issued_on", "kind", "issuer"),
    ),
    ("ý kiến", Comment, Comment.keep_words, ("name", "text")),
]


class Command(BaseCommand):
    help = "Lập lại chỉ mục tìm kiếm từ các tin, ảnh, tệp, văn bản và ý kiến đã lưu. Cổng vẫn phục vụ trong lúc chạy."

    def handle(self, *args: Any, **options: Any) -> None:
        """A batch at a time, each in a transaction of its own: who saves meanwhile waits for one batch only."""
        read = 0
        while number := AttachmentText.take_missing(FILES):
            read += number
            self.stdout.write(f"{read} tệp đã đọc chữ")
            self.stdout.flush()
        for name, model, keep, columns in KINDS:
            total = model.objects.count()
            done = last = 0
            while True:
                with transaction.atomic():
                    # Locked, so that no words are written that a save has just replaced.
                    rows = model.objects.select_for_update().filter(pk__gt=last).order_by("pk")
                    batch = list(rows.only(*columns)[:BATCH])
                    keep(batch)
                if not batch:
                    break
                done, last = done + len(batch), batch[-1].pk
                self.stdout.write(f"{done}/{max(total, done)} {name}")
                self.stdout.flush()
        self.stdout.write("Đã lập lại chỉ mục tìm kiếm.")
