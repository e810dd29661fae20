"""The settings refuse what is unknown, misspelt or unsafe, with a sentence that says what to write."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ROOT: Path = settings.BASE_DIR
PRODUCTION = {
    "PORTAL_MODE": "production",
    "PORTAL_SECRET_KEY": "Zk3vQ9xW7rT1yU5iO8pA2sD6fG4hJ0kL-mN_bV3cX7zQ1wE5rT9yU",
    "PORTAL_SITE_URL": "https://portal.example",
    "DATABASE_URL": "postgres://portal:secret@postgres:5432/portal",
}
EMAIL = {
    "PORTAL_EMAIL_URL": "smtp+tls://portal%40example.vn:p%25%2Fw@mail.example:587",
    "PORTAL_EMAIL_FROM": "cong@example.vn",
}


def load(**environment: str | None) -> dict[str, Any]:
    """The settings as a process with just these variables reads them; None takes one of PRODUCTION away."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("PORTAL_", "DATABASE_", "MEDIA_")) or name in {
                "REDIS_URL",
                "POSTGRES_PASSWORD",
            }:
                patch.delenv(name)
        patch.setenv("PORTAL_ENV_FILE", os.devnull)
        for name, value in environment.items():
            if value is not None:
                patch.setenv(name, value)
        before = dict(os.environ)
        try:
            return runpy.run_path(str(ROOT / "portal" / "settings.py"))
        finally:
            # What a .env file brought in goes again.
            for name in set(os.environ) - set(before):
                del os.environ[name]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"PORTAL_SECRET_KEY": None}, "needs PORTAL_SECRET_KEY with at least 50"),
        ({"PORTAL_SECRET_KEY": "short"}, "needs PORTAL_SECRET_KEY with at least 50"),
        ({"PORTAL_SECRET_KEY": ""}, "needs PORTAL_SECRET_KEY with at least 50"),
        ({"PORTAL_SITE_URL": "http://portal.example"}, "PORTAL_SITE_URL to begin with https://"),
        ({"PORTAL_SITE_URL": None}, "PORTAL_SITE_URL to begin with https://"),
        ({"PORTAL_SITE_URL": "portal.example"}, "write scheme and host, such as https://"),
        (
            {"PORTAL_SITE_URL": "https://portal.example/tin"},
            "write scheme and host, such as https://",
        ),
        ({"PORTAL_DEBUG": "True"}, "must not run with PORTAL_DEBUG=True; remove the line"),
        ({"DATABASE_URL": None}, "needs DATABASE_URL, such as postgres://"),
        ({"DATABASE_URL": "mysql://a:b@c/d"}, "must begin with sqlite:/// or postgres://"),
        ({"MEDIA_S3_BUCKET": "portal"}, "write MEDIA_S3_ENDPOINT, MEDIA_S3_ACCESS_KEY"),
        ({"DATABASE_REPLICA_URL": "sqlite:////x/y.sqlite3"}, "need PostgreSQL"),
        ({"DATABASE_URL": "sqlite:////x/y.sqlite3", "DATABASE_POOLED": "True"}, "need PostgreSQL"),
        ({"PORTAL_EMAIL_URL": "consolemail://"}, "must begin with smtp"),
        ({"PORTAL_EMAIL_URL": "mail.example:25"}, "must begin with smtp"),
        ({"PORTAL_EMAIL_URL": "smtps://mail.example:465"}, "must begin with smtp"),
        ({"PORTAL_EMAIL_URL": "smtp+tls://mail.example"}, "needs host and port"),
        ({"PORTAL_EMAIL_URL": "smtp+tls://:587"}, "needs host and port"),
        ({"PORTAL_EMAIL_URL": "smtp+tls://a:b/c@mail.example:587"}, "needs host and port"),
        ({"PORTAL_EMAIL_URL": "smtp+tls://a:b#c@mail.example:587"}, "needs host and port"),
        ({"PORTAL_EMAIL_URL": "smtp+tls://mail.example:587?x=1"}, "needs host and port"),
        ({"PORTAL_EMAIL_URL": "smtp://a:secret@mail.example:25"}, "password unencrypted"),
        ({"PORTAL_EMAIL_URL": "smtp+tls://mail.example:587"}, "PORTAL_EMAIL_FROM is ''"),
        ({**EMAIL, "PORTAL_EMAIL_FROM": "Cổng <a@b.vn>"}, "write the bare address"),
        ({**EMAIL, "PORTAL_EMAIL_FROM": "cổng@example.vn"}, "write the bare address"),
        ({"PORTAL_EMAIL_FROM": "a@b.vn"}, "write both or neither"),
    ],
)
def test_production_refuses_to_start_insecurely(
    change: dict[str, str | None], sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        load(**{**PRODUCTION, **change})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "PORTAL_BEHIND_PROXI",
            "True",
            "Unknown setting PORTAL_BEHIND_PROXI; known are .*PORTAL_BEHIND_PROXY",
        ),
        (
            "PORTAL_BEHIND_PROXY",
            "true",
            "PORTAL_BEHIND_PROXY is 'true'; write PORTAL_BEHIND_PROXY=True or",
        ),
        ("PORTAL_BEHIND_PROXY", "1", "write PORTAL_BEHIND_PROXY=True or PORTAL_BEHIND_PROXY=False"),
        ("PORTAL_BEHIND_PROXY", "", "write PORTAL_BEHIND_PROXY=True or PORTAL_BEHIND_PROXY=False"),
        (
            "PORTAL_DEBUG",
            "no",
            "PORTAL_DEBUG is 'no'; write PORTAL_DEBUG=True or PORTAL_DEBUG=False",
        ),
        (
            "PORTAL_MODE",
            "prod",
            "PORTAL_MODE is 'prod'; write PORTAL_MODE=local or PORTAL_MODE=production",
        ),
        ("PORTAL_SECOND_FACTOR", "all", "write none, administrators or everyone"),
        ("PORTAL_SECOND_FACTOR", "", "write none, administrators or everyone"),
        ("PORTAL_SESSION_IDLE_MINUTES", "0", "write a whole number from 5 to 1440"),
        ("PORTAL_SESSION_IDLE_MINUTES", "1h", "write a whole number from 5 to 1440"),
        ("PORTAL_SESSION_IDLE_MINUTES", "1440", "longer than PORTAL_SESSION_HOURS"),
        ("PORTAL_SESSION_HOURS", "-1", "write a whole number from 1 to 168"),
        ("PORTAL_SESSION_HOURS", "1000", "write a whole number from 1 to 168"),
    ],
)
def test_an_unknown_name_or_a_senseless_value_stops_the_start(
    name: str, value: str, sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        load(**{name: value})


def test_a_misspelt_name_in_the_env_file_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DATABSE_URL=sqlite:///x\n")
    with pytest.raises(
        ImproperlyConfigured, match=r"Unknown setting DATABSE_URL; .*Mend the spelling"
    ):
        load(PORTAL_ENV_FILE=str(file))


def test_the_env_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "PORTAL_SITE_URL=https://file.example\nPORTAL_EXTRA_HOSTS=a.example,b.example\n"
    )
    assert load(PORTAL_ENV_FILE=str(file))["SITE_URL"] == "https://file.example"
    found = load(PORTAL_ENV_FILE=str(file), PORTAL_SITE_URL="https://process.example")
    assert found["SITE_URL"] == "https://process.example"
    assert {"process.example", "a.example", "b.example"} <= set(found["ALLOWED_HOSTS"])


def test_production_is_strict() -> None:
    found = load(**PRODUCTION)
    assert found["ALLOWED_HOSTS"] == ["portal.example"]
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    for name in (
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
    ):
        assert found[name] is True, name
    assert found["DEBUG"] is False


def test_the_mail_server_is_read_from_its_address() -> None:
    found = load(**PRODUCTION, **EMAIL)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example", 587)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("portal@example.vn", "p%/w")
    assert found["EMAIL_USE_TLS"] is True
    assert found["EMAIL_TIMEOUT"] <= 10
    assert found["DEFAULT_FROM_EMAIL"] == "cong@example.vn"


def test_without_a_mail_server_production_sends_none_and_a_developer_sees_it() -> None:
    assert load(**PRODUCTION)["SENDS_MAIL"] is False
    found = load()
    assert found["SENDS_MAIL"] is True
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"


def test_a_password_may_go_unencrypted_to_this_machine_only() -> None:
    url = "smtp://a:secret@127.0.0.1:25"
    found = load(**PRODUCTION, **EMAIL | {"PORTAL_EMAIL_URL": url})
    assert found["EMAIL_HOST"] == "127.0.0.1"


def test_production_demands_a_second_step_of_administrators_and_a_trial_of_nobody() -> None:
    assert load(**PRODUCTION)["SECOND_FACTOR"] == "administrators"
    assert load()["SECOND_FACTOR"] == "none"


def test_a_proxy_is_believed_only_where_there_is_one() -> None:
    assert load(**PRODUCTION)["SECURE_PROXY_SSL_HEADER"] is None
    assert load(**PRODUCTION, PORTAL_BEHIND_PROXY="True")["SECURE_PROXY_SSL_HEADER"] == (
        "HTTP_X_FORWARDED_PROTO",
        "https",
    )


def test_sqlite_is_opened_so_that_writers_wait_and_commits_last() -> None:
    options = load()["DATABASES"]["default"]["OPTIONS"]
    assert (options["timeout"], options["transaction_mode"]) == (20, "IMMEDIATE")
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    surroundings = {
        name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")
    }
    return subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", *arguments],
        env=surroundings | {"PORTAL_ENV_FILE": os.devnull} | PRODUCTION | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_django_finds_nothing_to_warn_of_in_production() -> None:
    result = manage(
        "check", "--deploy", "--fail-level", "WARNING", DATABASE_URL="sqlite://:memory:"
    )
    assert result.returncode == 0, result.stderr


def test_a_refused_start_ends_the_process_with_the_sentence() -> None:
    result = manage("check", PORTAL_SECRET_KEY="short")
    assert result.returncode != 0
    assert (
        "Production needs PORTAL_SECRET_KEY with at least 50 random characters of its own."
        in result.stderr
    )


def test_what_lies_in_redis_is_never_run() -> None:
    options = load(**PRODUCTION, REDIS_URL="redis://valkey:6379/0")["CACHES"]["default"]["OPTIONS"]
    assert options["serializer"] == "portal.kept_pages.PlainBytes"
