"""`manage.py tick`: every job when it is due, once, whatever happens to the others."""

import datetime as dt
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.text import VIETNAM
from portal import jobs
from portal.jobs import Job
from portal.models import JobRun, Tick
from tests.factories import make_user
from tests.racing import race

MORNING = dt.datetime(2026, 11, 25, 8, 0, tzinfo=VIETNAM)


class Work:
    """A job's work that counts how often it was done."""

    def __init__(self, fails: int = 0, takes: float = 0) -> None:
        self.done = 0
        self.fails = fails
        self.takes = takes
        self.lock = threading.Lock()

    def __call__(self) -> None:
        with self.lock:
            self.done += 1
        time.sleep(self.takes)
        if self.done <= self.fails:
            raise RuntimeError("it broke")


@pytest.fixture
def list_of_jobs(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    return lambda *those: monkeypatch.setattr(jobs, "JOBS", list(those))


def tick_at(moment: dt.datetime) -> None:
    with time_machine.travel(moment, tick=False):
        call_command("tick")


# --- When a job is due --------------------------------------------------------------------------


@pytest.mark.django_db
def test_work_of_every_tick_is_done_in_every_tick(list_of_jobs: Any) -> None:
    work = Work()
    list_of_jobs(Job("x", "Việc", work))
    for minute in range(3):
        tick_at(MORNING + dt.timedelta(minutes=minute))

    assert work.done == 3


@pytest.mark.django_db
def test_daily_work_is_done_once_a_vietnamese_day_after_its_hour(list_of_jobs: Any) -> None:
    work = Work()
    list_of_jobs(Job("x", "Việc", work, daily=True, hours=(2, 24)))
    done = []
    for hours in (0, 1, 15, 17, 18, 19, 23):
        tick_at(MORNING + dt.timedelta(hours=hours))
        done.append(work.done)

    # 08:00, 09:00, 23:00, then the next day 01:00, 02:00, 03:00, 07:00.
    assert done == [1, 1, 1, 1, 2, 2, 2]


@pytest.mark.django_db
def test_nightly_work_is_done_at_night_only(list_of_jobs: Any) -> None:
    work = Work()
    list_of_jobs(Job("x", "Việc", work, hours=(1, 5)))
    for hours in (0, 16, 17, 18, 21):  # 08:00, 00:00, 01:00, 02:00, 05:00
        tick_at(MORNING + dt.timedelta(hours=hours))

    assert work.done == 2


@pytest.mark.django_db
def test_every_job_of_the_portal_runs_and_has_a_name_of_its_own() -> None:
    for hour in (1, 3, 8, 12):
        with time_machine.travel(MORNING.replace(hour=hour), tick=True):
            assert jobs.run_due_jobs()

    runs = JobRun.objects.filter(failed=False, succeeded_at__isnull=False)
    assert sorted(run.name for run in runs) == sorted(job.name for job in jobs.JOBS)


# --- Failing ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_is_logged_tried_again_and_stops_no_other(
    list_of_jobs: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broken, daily, sound = Work(fails=1), Work(fails=1), Work()
    list_of_jobs(
        Job("broken", "Việc", broken),
        Job("daily", "Việc", daily, daily=True),
        Job("sound", "Việc", sound),
    )

    tick_at(MORNING)
    assert "the job broken failed" in caplog.text
    assert (broken.done, daily.done, sound.done) == (1, 1, 1)
    assert JobRun.objects.get(name="broken").failed
    assert JobRun.objects.get(name="daily").succeeded_at is None

    tick_at(MORNING + dt.timedelta(minutes=1))
    assert (broken.done, daily.done) == (2, 1)
    tick_at(MORNING + dt.timedelta(minutes=16))
    tick_at(MORNING + dt.timedelta(minutes=40))
    assert daily.done == 2
    assert not JobRun.objects.get(name="daily").failed


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connections to lose")
@pytest.mark.django_db(transaction=True)
def test_a_job_that_loses_the_connection_leaves_the_others_a_new_one(list_of_jobs: Any) -> None:
    def loses_it() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert connection.connection
        connection.connection.close()
        JobRun.objects.count()

    sound = Work()
    list_of_jobs(Job("loses it", "Việc", loses_it), Job("sound", "Việc", sound))
    tick_at(MORNING)

    assert sound.done == 1
    assert JobRun.objects.get(name="loses it").failed


# --- Two at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_four_ticks_at_once_do_the_daily_work_once(list_of_jobs: Any) -> None:
    work = Work(takes=0.2)
    list_of_jobs(Job("x", "Việc", work, daily=True))
    results = race(*[jobs.run_due_jobs] * 4)

    assert not [one for one in results if isinstance(one, Exception)]
    assert work.done == 1


@pytest.mark.django_db
def test_a_job_that_another_process_has_just_started_is_left_to_it() -> None:
    JobRun.objects.create(name="x")
    mine, other = JobRun.objects.get(), JobRun.objects.get()

    assert other.claim()
    assert not mine.claim()


@pytest.mark.django_db
def test_while_one_ticks_another_does_nothing_and_says_so(list_of_jobs: Any) -> None:
    work = Work()
    list_of_jobs(Job("x", "Việc", work))
    first = Tick.begin()
    assert first
    out = io.StringIO()
    call_command("tick", stdout=out)
    assert work.done == 0
    assert "tiến trình khác" in out.getvalue()

    first.end()
    out = io.StringIO()
    call_command("tick", stdout=out)
    assert work.done == 1
    assert not out.getvalue()


@pytest.mark.django_db
def test_a_tick_that_died_is_followed_by_another_when_its_lease_is_over(list_of_jobs: Any) -> None:
    work = Work()
    list_of_jobs(Job("x", "Việc", work))
    dead = Tick.begin()
    assert dead
    tick_at(timezone.now() + dt.timedelta(minutes=4))
    assert work.done == 0

    tick_at(timezone.now() + dt.timedelta(minutes=6))
    assert work.done == 1


@pytest.mark.django_db
def test_a_tick_that_lost_its_lease_stops_and_frees_nobody_elses(list_of_jobs: Any) -> None:
    slow = Tick.begin()
    assert slow
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6), tick=False):
        other = Tick.begin()
        assert other
        assert not slow.renew()
        slow.end()
        assert other.renew()


# --- Whether it runs ----------------------------------------------------------------------------


def check() -> str:
    out = io.StringIO()
    call_command("tick", check=True, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_check_fails_when_no_tick_has_ended_for_five_minutes(list_of_jobs: Any) -> None:
    list_of_jobs()
    with pytest.raises(CommandError, match="chưa chạy lần nào"):
        check()
    now = timezone.now()
    tick_at(now)

    with time_machine.travel(now + dt.timedelta(minutes=4), tick=False):
        assert "chạy xong lần gần nhất" in check()
    with (
        time_machine.travel(now + dt.timedelta(minutes=6), tick=False),
        pytest.raises(CommandError, match="đã quá 5 phút"),
    ):
        check()


@pytest.mark.django_db
def test_the_administrator_sees_at_the_desk_what_was_done_and_that_nothing_is_done() -> None:
    client, address = Client(), reverse("admin:portal_jobrun_changelist")
    client.force_login(make_user("portal.view_jobrun"))
    assert "không được làm từ hơn 5 phút" in client.get(address).content.decode()

    jobs.run_due_jobs()
    page = client.get(address).content.decode()
    assert "không được làm" not in page
    assert "Gửi thư" in page
    stranger = Client()
    stranger.force_login(make_user("news.view_photo"))
    assert stranger.get(address).status_code == 403


@pytest.mark.django_db
def test_a_senseless_interval_is_refused() -> None:
    with pytest.raises(CommandError, match="--every cần"):
        call_command("tick", every=0)


# --- As a process -------------------------------------------------------------------------------


def endless_tick() -> "subprocess.Popen[bytes]":
    code = (
        "import django; from django.conf import settings\n"
        f"settings.DATABASES['default']['NAME'] = {str(connection.settings_dict['NAME'])!r}\n"
        "django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('tick', every=1)\n"
    )
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code], env=os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    )


def wait_until(true: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_endless_tick_ticks_and_ends_when_told(number: signal.Signals) -> None:
    process = endless_tick()
    try:
        wait_until(lambda: Tick.objects.filter(ended_at__isnull=False).exists())
        first = Tick.objects.get().ended_at
        wait_until(lambda: Tick.objects.get().ended_at != first)
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
    assert Tick.objects.get().held_until is None
