"""`manage.py tick`: the regular work, every minute; `--check` says whether it is being done."""

import logging
import os
import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseUnavailable
from django.db import connection

from news.text import long_date
from portal.jobs import run_due_jobs
from portal.models import Tick

logger = logging.getLogger(__name__)

BUSY = "Một tiến trình khác đang làm việc định kỳ; lần này không làm gì thêm."


class Command(BaseCommand):
    help = "Làm các việc định kỳ đến lúc phải làm: gửi thư, dọn dữ liệu cũ. Chạy mỗi phút một lần."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--every", type=int, metavar="GIÂY", help="không dừng, cứ chừng ấy giây làm một lần"
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="chỉ cho biết lần chạy gần nhất; báo lỗi nếu đã quá 5 phút",
        )

    def handle(self, *args: Any, every: int | None, check: bool, **options: Any) -> None:
        """One tick, or one after the other until SIGTERM, SIGINT or the end of the parent process.

        Raises CommandError from `--check` when the work is not being done.
        """
        if check:
            self._check()
        elif every is None:
            if not run_due_jobs():
                self.stdout.write(BUSY)
        elif every < 1:
            raise CommandError("--every cần một số giây từ 1 trở lên, ví dụ: --every 60")
        else:
            self._run_for_ever(every)

    def _check(self) -> None:
        tick = Tick.newest()
        if tick.ended_at is None:
            raise CommandError("Việc định kỳ chưa chạy lần nào; xem docs/operations.md.")
        said = f"Việc định kỳ chạy xong lần gần nhất: {long_date(tick.ended_at)}"
        if tick.is_late:
            raise CommandError(f"{said}, đã quá 5 phút; xem docs/operations.md.")
        self.stdout.write(f"{said}.")

    def _run_for_ever(self, every: int) -> None:
        """A stop lets the tick that is running come to its end, so no e-mail is left in doubt."""
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        parent = os.getppid()
        due = time.monotonic()
        while not stopped.is_set():
            if time.monotonic() >= due:
                due = time.monotonic() + every
                try:
                    if not run_due_jobs():
                        logger.info("another process does the regular work")
                except DatabaseUnavailable:
                    logger.exception("the database does not answer; the next tick tries again")
                finally:
                    connection.close()
            stopped.wait(1)
            # Started by `manage.py start`, whose server may be killed without a word.
            if os.getppid() != parent:
                break
