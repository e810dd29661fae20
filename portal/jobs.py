"""The regular work of the portal: one list, and the rule when each of it is due. `manage.py tick` does it.

A job does a piece of work of at most about half a minute and leaves the rest for the next time it is due, because
e-mail waits behind it. It may be ended at any moment and run again: it must not mind.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command
from django.db import close_old_connections
from django.utils import timezone

from comments import reminders, retention
from comments.models import SpentProof
from news import leftovers, link_check, most_read, notices, outbox, saving
from news.models import AttachmentText, MissedAddress, SearchEntry
from news.models.photo import cut_waiting_crops, make_waiting_avif
from news.text import VIETNAM
from portal.accounts import audit, sign_in
from portal.models import JobRun, Tick, draw_waiting_cards

logger = logging.getLogger(__name__)

# A daily job that failed is tried again after that long.
AGAIN = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Job:
    """Work that is due in every tick, or once a day.

    `hours` are on the Vietnamese clock: the first and the one at which it ends, such as (1, 5). A daily job
    without an end is made up for later in the day if the machine was off.
    """

    name: str
    # What the administrator's list calls it.
    title: str
    work: Callable[[], object]
    daily: bool = False
    hours: tuple[int, int] = (0, 24)

    def is_due(self, run: JobRun, now: dt.datetime) -> bool:
        first, end = self.hours
        here = now.astimezone(VIETNAM)
        if not first <= here.hour < end:
            return False
        if not self.daily:
            return True
        begin = here.replace(hour=first, minute=0, second=0, microsecond=0)
        done = run.succeeded_at is not None and run.succeeded_at >= begin
        tried = run.started_at is not None and now - run.started_at < AGAIN
        return not done and not tried


JOBS = [
    Job("outbox", "Gửi thư", outbox.send_waiting),
    # A piece of what is due, in a second or two; so nothing is kept a day longer than promised.
    Job("comments-forget", "Xoá dữ liệu cá nhân hết hạn giữ", retention.forget_old),
    # Each takes a few seconds.
    Job("index", "Lập lại chỉ mục tìm kiếm", lambda: SearchEntry.keep_outdated(seconds=20)),
    Job("files-read", "Đọc chữ trong tệp đính kèm", lambda: AttachmentText.take_missing(limit=4)),
    # Nothing waits here but after an upgrade.
    Job("crops", "Cắt lại ảnh", lambda: cut_waiting_crops(limit=10)),
    Job("avif", "Tạo ảnh AVIF", lambda: make_waiting_avif(limit=5)),
    # As soon as a day is over.
    Job("most-read", "Xếp tin đọc nhiều", most_read.keep, daily=True),
    # Half a minute where all wait, after the office was given another name.
    Job("cards", "Vẽ ảnh chia sẻ", lambda: draw_waiting_cards(limit=100)),
    Job("outbox-purge", "Xoá nội dung thư cũ", outbox.forget_old, daily=True, hours=(2, 24)),
    Job("notices-purge", "Xoá thông báo cũ", notices.forget_old, daily=True, hours=(2, 24)),
    # Between the beginning of work and noon: a summary that comes later is no news.
    Job(
        "comments-morning",
        "Báo ý kiến đang chờ",
        reminders.tell_in_the_morning,
        daily=True,
        hours=(7, 12),
    ),
    Job("comments-alert", "Báo khi nhiều ý kiến chờ", reminders.alert_if_many, hours=(7, 22)),
    # In every tick of the night, until each link has been looked at.
    Job("links", "Kiểm tra liên kết ngoài", link_check.check_external_links, hours=(1, 5)),
    Job(
        "sessions-purge",
        "Xoá phiên đã hết",
        lambda: call_command("clearsessions"),
        daily=True,
        hours=(2, 24),
    ),
    Job(
        "proofs-purge",
        "Xoá lời giải đã dùng",
        SpentProof.forget_expired,
        daily=True,
        hours=(2, 24),
    ),
    Job("audit-purge", "Xoá nhật ký cũ", audit.purge, daily=True, hours=(2, 24)),
    Job("sign-in-purge", "Xoá dấu vết đăng nhập cũ", sign_in.purge, daily=True, hours=(2, 24)),
    Job(
        "missed-purge",
        "Xoá địa chỉ không có trang đã cũ",
        MissedAddress.objects.forget_old,
        daily=True,
        hours=(2, 24),
    ),
    Job("saved-purge", "Xoá bản PDF đã cũ", saving.forget_old, daily=True, hours=(2, 24)),
    Job("leftovers", "Xoá tệp không còn ai dùng", leftovers.remove, daily=True, hours=(2, 24)),
]


def run_due_jobs() -> bool:
    """One tick: do what is due, in the order of the list. False if another process is at it.

    A job that fails is logged, is tried again later, and stops no other.
    """
    tick = Tick.begin()
    if tick is None:
        return False
    runs = {run.name: run for run in JobRun.objects.all()}
    for job in JOBS:
        run = runs.get(job.name) or JobRun.objects.get_or_create(name=job.name)[0]
        if not job.is_due(run, timezone.now()):
            continue
        if not tick.renew():
            return False
        if not run.claim():
            continue
        try:
            job.work()
        except Exception:
            logger.exception("the job %s failed and is tried again", job.name)
            # Whatever it broke the connection with must not be left to the next one.
            close_old_connections()
            run.finish(failed=True)
        else:
            run.finish(failed=False)
    tick.end()
    return True
