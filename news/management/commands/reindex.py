"""`manage.py reindex`: the index of words, written anew from what is stored."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from news.models import Article, SearchEntry

BATCH = 500


class Command(BaseCommand):
    help = "Lập lại chỉ mục tìm kiếm từ các tin đã lưu. Cổng vẫn phục vụ trong lúc chạy."

    def handle(self, *args: Any, **options: Any) -> None:
        """A batch at a time, each in a transaction of its own: who saves meanwhile waits for one batch only."""
        total = Article.objects.count()
        done = last = 0
        while True:
            with transaction.atomic():
                # Locked, so that no words are written that a save has just replaced.
                batch = list(
                    Article.objects.select_for_update()
                    .filter(pk__gt=last)
                    .order_by("pk")
                    .only("title", "lead", "body", "byline", "published_at", "created_at")[:BATCH]
                )
                SearchEntry.keep(batch)
            if not batch:
                break
            done, last = done + len(batch), batch[-1].pk
            self.stdout.write(f"{done}/{max(total, done)} tin")
            self.stdout.flush()
        self.stdout.write("Đã lập lại chỉ mục tìm kiếm.")
