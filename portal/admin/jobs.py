"""The regular work as administrators read it: which job last ran when, and how it ended."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse

from news.admin.desk_admin import DeskAdmin
from news.admin.read_only import ReadOnly
from portal.jobs import JOBS
from portal.models import JobRun, Tick

TITLES = {job.name: job.title for job in JOBS}


@admin.register(JobRun)
class JobRunAdmin(ReadOnly, DeskAdmin):
    list_display = ["title", "started_at", "succeeded_at", "state"]
    empty_value_display = ""
    list_display_links = None
    actions = None

    @admin.display(description="việc", ordering="name")
    def title(self, run: JobRun) -> str:
        return TITLES.get(run.name, run.name)

    @admin.display(description="lần gần nhất", ordering="failed")
    def state(self, run: JobRun) -> str:
        if run.started_at is None:
            return "○ Chưa đến giờ"
        if run.failed:
            return "× Hỏng, sẽ thử lại"
        is_done = run.succeeded_at is not None and run.succeeded_at >= run.started_at
        return "● Đã xong" if is_done else "◷ Đang làm"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Says it when nothing has been done for some time."""
        if Tick.newest().is_late:
            messages.warning(request, "Việc định kỳ không được làm từ hơn 5 phút nay.")
        return super().changelist_view(request, extra_context)
