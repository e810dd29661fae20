"""What can be said of the production files without Docker: they agree with the settings and with each other."""

import ipaddress
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import environ
import pytest
import yaml
from django.conf import settings

from news import attachments, photos
from portal import guide
from portal.settings import KNOWN
from tests.deploy.running import DEPLOY, container_command
from tests.tools import private_postgres

ROOT: Path = settings.BASE_DIR
EXAMPLE = (ROOT / ".env.example").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_the_tests_database_is_started_as_production_s_is() -> None:
    assert SERVICES["postgres"]["command"] == ["postgres", *private_postgres.AS_IN_PRODUCTION]


def test_the_image_has_what_lays_out_a_pdf() -> None:
    assert "FROM system\n" in DOCKERFILE
    assert "libpangoft2-1.0-0" in DOCKERFILE.partition(" AS build")[0]
    assert "libpangoft2-1.0-0" in (ROOT / ".ci" / "run").read_text()


# --- .env.example ------------------------------------------------------------------------------------------------


def test_the_example_names_every_setting_once_and_no_other() -> None:
    names = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)
    assert sorted(names) == sorted(KNOWN)


def test_every_setting_of_the_example_is_explained() -> None:
    for block in EXAMPLE.split("\n\n"):
        if re.search(r"^#?[A-Z][A-Z0-9_]+=", block, re.MULTILINE):
            assert block.startswith("# "), block


def test_the_example_means_the_same_to_django_and_to_compose(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Compose takes what is right of = as it is, if there is neither quote, dollar, blank nor remark in it."""
    filled = re.sub(r"^#([A-Z][A-Z0-9_]+=)", r"\1", EXAMPLE, flags=re.MULTILINE)
    plain = dict(line.split("=", 1) for line in filled.splitlines() if re.match("[A-Z]", line))
    assert set(plain) == KNOWN
    for name, value in plain.items():
        assert not re.search(r"[\s'\"$#`\\]", value), name
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "env"
    file.write_text(filled)
    with pytest.MonkeyPatch.context() as patch:
        for name in plain:
            # Remembered here, so that what read_env writes is taken back.
            patch.setenv(name, "")
            patch.delenv(name)
        environ.Env.read_env(file)
        assert {name: os.environ[name] for name in plain} == plain


def test_the_example_holds_no_secret() -> None:
    assert re.search(r"^PORTAL_SECRET_KEY=$", EXAMPLE, re.MULTILINE)
    assert re.search(r"^POSTGRES_PASSWORD=$", EXAMPLE, re.MULTILINE)


# --- docker-compose.yml ------------------------------------------------------------------------------------------


def test_compose_asks_for_known_variables_only() -> None:
    assert set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE_TEXT)) <= KNOWN
    for name in ("web", "tick", "migrate"):
        assert set(SERVICES[name]["environment"]) <= KNOWN


def test_a_missing_password_stops_compose_with_a_sentence() -> None:
    for use in re.findall(r"\$\{POSTGRES_PASSWORD[^}]*\}", COMPOSE_TEXT):
        assert use.startswith("${POSTGRES_PASSWORD:?Write "), use


def test_only_nginx_is_published_and_only_to_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert [port.startswith("127.0.0.1:") for port in SERVICES["nginx"]["ports"]] == [True]
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert [name for name, service in SERVICES.items() if "front" in service["networks"]] == [
        "nginx",
        "web",
        "tick",
    ]
    assert SERVICES["nginx"]["networks"] == ["front"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_runs_with_as_little_as_possible(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    # The image of the application has its own user.
    assert name in {"web", "tick", "migrate"} or service["user"] not in {"root", "0"}


def test_every_lasting_service_has_a_health_check() -> None:
    assert "\nHEALTHCHECK " in DOCKERFILE
    assert "healthcheck" not in SERVICES["web"]
    for name in ("nginx", "tick", "postgres", "valkey", "pgbouncer", "replica"):
        assert SERVICES[name]["healthcheck"]["test"], name


def test_services_start_in_order_and_a_cache_holds_up_nobody() -> None:
    order = {
        name: {other: how["condition"] for other, how in SERVICES[name]["depends_on"].items()}
        for name in ("nginx", "web", "tick", "migrate")
    }
    assert order == {
        "nginx": {"web": "service_healthy"},
        "web": {
            "postgres": "service_healthy",
            "migrate": "service_completed_successfully",
            "valkey": "service_started",
        },
        "tick": {
            "postgres": "service_healthy",
            "migrate": "service_completed_successfully",
        },
        "migrate": {"postgres": "service_healthy"},
    }


def test_what_only_several_nodes_need_starts_with_its_profile_only() -> None:
    started = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert started == {"nginx", "web", "tick", "migrate", "postgres", "valkey"}
    assert {name for name in SERVICES if SERVICES[name].get("profiles") == ["scale"]} == {
        "pgbouncer",
        "replica",
    }
    told = SERVICES["replica"]["command"][-1]
    for word in private_postgres.AS_IN_PRODUCTION:
        assert word in told, word


def test_the_structure_is_changed_past_pgbouncer() -> None:
    assert "@postgres:5432/" in SERVICES["migrate"]["environment"]["DATABASE_URL"]
    ini = (DEPLOY / "pgbouncer" / "portal.ini").read_text()
    assert "pool_mode = transaction" in ini
    names = set(re.findall(r"^(\w+) = host=(\w+) ", ini, re.MULTILINE))
    assert names == {("portal", "postgres"), ("replica", "replica")}
    assert re.search(r"auth_file = (\S+)", ini)[1] in SERVICES["pgbouncer"]["command"][-1]  # type: ignore[index]


def test_nginx_reads_files_and_writes_none() -> None:
    assert all(volume.endswith(":ro") for volume in SERVICES["nginx"]["volumes"])


def test_the_trusted_front_is_the_gateway_of_the_network() -> None:
    (config,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    assert ipaddress.ip_address(config["gateway"]) in ipaddress.ip_network(config["subnet"])
    trusted = re.findall(
        r"^set_real_ip_from (\S+);", (DEPLOY / "front.conf").read_text(), re.MULTILINE
    )
    assert trusted == [config["gateway"]]


def test_the_override_for_tls_changes_known_services_only() -> None:
    # Compose's own tag: replace the list instead of adding to it.
    text = (DEPLOY / "tls/docker-compose.override.yml").read_text().replace(" !override", "")
    override = yaml.safe_load(text)
    assert set(override["services"]) == {"nginx"}
    assert set(override["networks"]) <= set(COMPOSE["networks"])


# --- Dockerfile --------------------------------------------------------------------------------------------------


def final_stage() -> str:
    return DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]


def test_the_image_runs_as_a_user_of_fixed_number() -> None:
    assert re.findall(r"^USER (.+)$", final_stage(), re.MULTILINE) == ["10001:10001"]


def test_the_final_image_installs_nothing() -> None:
    assert not re.search(r"apt-get|apk |pip install|build-essential|gcc", final_stage())


def test_no_secret_is_kept_in_the_image() -> None:
    assert not re.search(
        r"^(?:ARG|ENV).*(?:SECRET|PASSWORD|DATABASE_URL)", DOCKERFILE, re.MULTILINE
    )
    assert ".env" in (ROOT / ".dockerignore").read_text().split()


def test_every_room_is_copied_into_the_image() -> None:
    copied = set(re.findall(r"^COPY (\S+) \S+$", DOCKERFILE, re.MULTILINE))
    rooms = {path.parent.name for path in ROOT.glob("*/apps.py")} | {
        "templates",
        "static",
        "manage.py",
    }
    assert rooms <= copied
    for name in copied:
        assert (ROOT / name).exists(), name


def test_the_staff_guide_that_the_desk_shows_is_copied_into_the_image() -> None:
    copied = re.findall(r"^COPY (\S+) \S+$", DOCKERFILE, re.MULTILINE)
    for path in (guide.GUIDE, *guide.PICTURES.iterdir()):
        name = path.relative_to(ROOT).as_posix()
        assert any(name == one or name.startswith(f"{one}/") for one in copied), name
    assert "docs" not in (ROOT / ".dockerignore").read_text().split()


def test_the_process_is_started_directly_and_stopped_gracefully() -> None:
    assert "\nSTOPSIGNAL SIGTERM\n" in DOCKERFILE
    assert container_command()[0] == "granian"
    assert container_command()[-1] == "portal.serving:application"


def test_the_files_of_production_hold_no_address_of_a_machine_they_were_written_on() -> None:
    for path in [
        ROOT / "Dockerfile",
        ROOT / "docker-compose.yml",
        ROOT / ".env.example",
        *DEPLOY.rglob("*"),
    ]:
        if path.is_file():
            words = path.read_text()
            # Wherever this checkout lies, and wherever people keep theirs.
            assert str(ROOT) not in words, path
            assert not re.search(
                r"/root/|/home/|index-url|://[^/\s]*@(?!postgres|pgbouncer|127|mail\.example)",
                words,
            ), path


# --- nginx and the application agree -------------------------------------------------------------------------------


def test_nginx_lets_in_what_the_libraries_take() -> None:
    found = re.search(
        r"location \^~ /quan-tri/ \{.*?client_max_body_size (\d+)m;",
        (DEPLOY / "site.conf").read_text(),
        re.DOTALL,
    )
    assert found
    assert int(found[1]) * 1024 * 1024 > max(photos.MAX_BYTES, attachments.MAX_BYTES)


def test_nginx_knows_the_session_cookie_by_its_name() -> None:
    assert f'"~{settings.SESSION_COOKIE_NAME}" 1;' in (DEPLOY / "nginx.conf").read_text()


# --- Health ------------------------------------------------------------------------------------------------------


def test_the_health_check_fails_when_nobody_answers() -> None:
    result = subprocess.run(  # noqa: S603
        [sys.executable, str(DEPLOY / "health.py")],
        env={"PORTAL_SITE_URL": "https://portal.example", "GRANIAN_PORT": "1"},
        capture_output=True,
        check=False,
    )
    assert result.returncode == 1
