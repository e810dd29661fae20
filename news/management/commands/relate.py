"""`manage.py relate`: which stories belong beside one, worked out anew for all that are public."""

from typing import Any

from django.core.management.base import BaseCommand

from news import relating
from news.models import Article

BATCH = 100


class Command(BaseCommand):
    help = (
        "Tìm lại tin liên quan cho mọi tin đang hiện trên trang. Cổng vẫn phục vụ trong lúc chạy."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """The newest first: they are read. Each story is written by itself, so who saves meanwhile waits for one."""
        stories = Article.objects.published()
        numbers = list(stories.newest_first().values_list("pk", flat=True))
        for done in range(0, len(numbers), BATCH):
            batch = stories.defer("body").in_bulk(numbers[done : done + BATCH])
            for article in batch.values():
                relating.keep(article)
            self.stdout.write(f"{min(done + BATCH, len(numbers))}/{len(numbers)} tin")
            self.stdout.flush()
        self.stdout.write("Đã tìm lại tin liên quan.")
