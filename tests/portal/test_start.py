"""`manage.py start` gets a site ready, says where it is, and becomes the server."""

import io
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from news import renditions
from portal.demo import load as demo
from portal.management.commands import start
from portal.models import SiteIdentity
from tests.factories import make_article


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind((start.HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind((start.HOST, 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> list[list[str]]:
    """The command lines this process would have become; without closing the test's database."""
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda path, arguments: became.append(arguments))
    monkeypatch.setattr(start.connections, "close_all", lambda: None)
    # This command's own only: looking at the demo's PDF starts a process too.
    monkeypatch.setattr(start, "subprocess", SimpleNamespace(Popen=lambda arguments: None))
    monkeypatch.setattr(renditions, "MASTER_SIDE", 160)
    # Set first, so that what the command leaves in the environment is taken away after the test.
    monkeypatch.setenv("PORTAL_SITE_URL", "")
    monkeypatch.delenv("PORTAL_SITE_URL")
    settings.DATA_DIR = tmp_path / "new" / "data"
    return became


def run_start(port: int) -> str:
    out = io.StringIO()
    call_command("start", port=port, stdout=out)
    return out.getvalue()


def test_an_empty_site_gets_the_demo_and_says_addresses_and_accounts(
    db: None, served: list[list[str]], port: int, settings: Any
) -> None:
    out = run_start(port)

    address = f"http://127.0.0.1:{port}"
    assert f"{address}/\n" in out
    assert f"{address}/quan-tri/" in out
    story = demo.story()
    assert story
    assert f"{address}{story.get_absolute_url()}" in out
    for account in demo.ACCOUNTS:
        assert f"{account.username} / {account.password}" in out
    assert settings.DATA_DIR.is_dir()


def test_a_second_start_loads_no_demo(db: None, served: list[list[str]], port: int) -> None:
    run_start(port)

    assert "dữ liệu mẫu" not in run_start(port)


@pytest.mark.parametrize("make", [make_article, lambda: SiteIdentity(name="An Bình").save()])
def test_a_site_with_content_of_its_own_gets_no_demo_and_shows_no_password(
    db: None, served: list[list[str]], port: int, make: Any
) -> None:
    make()
    out = run_start(port)

    assert not User.objects.exists()
    assert "Tài khoản" not in out
    assert demo.story() is None


def test_an_account_with_a_new_password_is_not_shown_with_the_old_one(
    db: None, served: list[list[str]], port: int
) -> None:
    run_start(port)
    user = User.objects.get(username="quantri")
    user.set_password("mot-mat-khau-khac")
    user.save()

    assert "Tài khoản" not in run_start(port)


def test_the_process_becomes_the_server_on_this_machine_only(
    db: None, served: list[list[str]], port: int
) -> None:
    make_article()
    run_start(port)

    assert served[0][:3] == [sys.executable, "-m", "granian"]
    options = " ".join(served[0])
    assert f"--interface wsgi --host 127.0.0.1 --port {port}" in options
    assert served[0][-1] == "portal.serving:application"


def test_canonical_addresses_name_the_port_unless_the_user_set_them(
    db: None, served: list[list[str]], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_article()
    run_start(port)
    assert os.environ["PORTAL_SITE_URL"] == f"http://127.0.0.1:{port}"

    monkeypatch.setenv("PORTAL_SITE_URL", "http://localhost:9")
    run_start(port)
    assert os.environ["PORTAL_SITE_URL"] == "http://localhost:9"


def test_production_is_refused(db: None, served: list[list[str]], port: int, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="dùng thử"):
        run_start(port)

    assert not served


def test_a_port_in_use_is_refused_with_what_to_do(
    db: None, served: list[list[str]], busy_port: int
) -> None:
    with pytest.raises(CommandError, match=f"Cổng {busy_port} đang được .* make run PORT="):
        run_start(busy_port)

    assert not served
    assert not SiteIdentity.objects.exists()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(db: None, served: list[list[str]], port: int) -> None:
    with pytest.raises(CommandError, match="hãy chọn một số"):
        run_start(port)


def test_a_data_folder_that_cannot_be_made_is_refused_with_what_to_do(
    db: None, served: list[list[str]], port: int, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.DATA_DIR = tmp_path / "file" / "data"
    with pytest.raises(CommandError, match="PORTAL_DATA_DIR"):
        run_start(port)
