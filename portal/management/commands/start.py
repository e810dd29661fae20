"""`manage.py start`: from an empty folder to a served site on this machine; behind `make run`."""

import errno
import os
import socket
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from news.models import Article
from portal.demo import load as demo
from portal.demo.site import ACCOUNTS
from portal.models import SiteIdentity

HOST = "127.0.0.1"
BLOCKING_THREADS = 4
# Longer than a stop ever takes; then a worker that does not go is killed.
STOP_SECONDS = 10
TICK_SECONDS = 60


class Command(BaseCommand):
    help = "Chuẩn bị cơ sở dữ liệu, thêm dữ liệu mẫu nếu còn trống, rồi mở cổng thông tin trên máy này để dùng thử."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, metavar="CỔNG", help="cổng mạng, mặc định 8000"
        )

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        """Serves until stopped; this process becomes the server. Raises CommandError with what to do instead."""
        if settings.PRODUCTION:
            raise CommandError(
                "Lệnh này chỉ để dùng thử. Ở chế độ production, hãy chạy theo hướng dẫn trong docs/ (docker compose up)."
            )
        self._check_port(port)
        try:
            settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(
                f"Không tạo được thư mục dữ liệu {settings.DATA_DIR} ({error.strerror}). "
                "Hãy cấp quyền ghi hoặc đặt PORTAL_DATA_DIR vào thư mục khác."
            ) from None
        self._migrate()
        if not Article.objects.exists() and not SiteIdentity.objects.exists():
            call_command("demo", stdout=self.stdout, stderr=self.stderr)
        self._tell(f"http://{HOST}:{port}")
        connections.close_all()
        self.stdout.flush()
        # Canonical addresses then name the port that is really served; what the user has set stays.
        os.environ.setdefault("PORTAL_SITE_URL", f"http://{HOST}:{port}")
        self._start_ticking()
        self._become_server(port)

    def _check_port(self, port: int) -> None:
        if not 0 < port < 65536:
            raise CommandError(
                f"Cổng {port} không có; hãy chọn một số từ 1024 đến 65535, ví dụ: make run PORT=8001"
            )
        with socket.socket() as probe:
            # As the server does: a connection that is only fading away does not keep the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise CommandError(
                        f"Cổng {port} đang được một chương trình khác dùng. Hãy dừng chương trình đó, "
                        f"hoặc chọn cổng khác, ví dụ: make run PORT={port + 1 if port < 65535 else 8001}"
                    ) from None
                raise CommandError(
                    f"Không mở được cổng {port} ({error.strerror}). Hãy chọn một số từ 1024 đến 65535, "
                    "ví dụ: make run PORT=8001"
                ) from None

    def _migrate(self) -> None:
        """Bring the database up to date; silent when it is."""
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
            self.stdout.write(f"Đã chuẩn bị cơ sở dữ liệu ({len(plan)} bước).")

    def _tell(self, address: str) -> None:
        """The addresses and, while the demo's accounts exist as the demo made them, how to log in."""
        article = demo.story() or Article.objects.published().newest_first().first()
        rows = [("Trang đọc", "/"), ("Bàn biên tập", reverse("admin:index"))]
        if article is not None and article.is_published:
            rows.append(("Một tin bài", article.get_absolute_url()))
        self.stdout.write("")
        for name, path in rows:
            self.stdout.write(f"  {name + ':':<14}{address}{path}")
        if demo.has_accounts():
            self.stdout.write("\n  Tài khoản dùng thử:")
            for account in ACCOUNTS:
                self.stdout.write(
                    f"    {account.role + ':':<16}{account.username} / {account.password}"
                )
        self.stdout.write("\nNhấn Ctrl+C để dừng.")

    def _start_ticking(self) -> None:
        """The regular work beside the server: a child that ends when the server has ended, however it ends."""
        subprocess.Popen(  # noqa: S603 - our own interpreter and program
            [
                *(sys.executable, str(settings.BASE_DIR / "manage.py")),
                *("tick", "--every", str(TICK_SECONDS)),
            ]
        )

    def _become_server(self, port: int) -> None:
        os.execv(  # noqa: S606 - our own interpreter, no shell
            sys.executable,
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi"),
                *("--host", HOST, "--port", str(port), "--working-dir", str(settings.BASE_DIR)),
                *(
                    "--workers",
                    "1",
                    "--blocking-threads",
                    str(BLOCKING_THREADS),
                    "--log-level",
                    "warning",
                ),
                *("--workers-kill-timeout", str(STOP_SECONDS), "portal.serving:application"),
            ],
        )
