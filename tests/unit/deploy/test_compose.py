"""deploy/compose.yml, read against what the project needs. Docker itself is not asked."""

from __future__ import annotations

import fnmatch
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from persona import services
from persona.workers import DRAIN, KILL

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("rasa", "actions")


def seconds(text: str) -> float:
    return float(re.fullmatch(r"(\d+)s", text)[1])  # type: ignore[index]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_fenced(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"] and service["cpus"] and service["pids_limit"] and service["healthcheck"]["test"]
    assert service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"] and not service.get("privileged")
    assert service["restart"] == "unless-stopped" and service["logging"]["options"]["max-size"]
    assert service.get("read_only") or name == "rabbitmq"
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))


def test_nobody_is_root() -> None:
    for name, service in SERVICES.items():
        assert name in OURS or not service["user"].startswith("0"), name
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert re.findall(r"^USER (\S+)", dockerfile, re.M) == ["10001:10001"]
    assert dockerfile.index("USER 10001") < dockerfile.index("ENTRYPOINT")


def test_only_nginx_is_published_and_only_locally() -> None:
    for name, service in SERVICES.items():
        ports = service.get("ports", [])
        assert not ports or name == "nginx"
        assert all(str(port).startswith("127.0.0.1:") for port in ports)
        assert service.get("network_mode") is None
        if name != "nginx":
            assert all(COMPOSE["networks"][network].get("internal") for network in service["networks"]), name


def test_no_secret_stands_in_the_file() -> None:
    for name, service in SERVICES.items():
        for key, value in (service.get("environment") or {}).items():
            if re.search("PASS|TOKEN|SECRET|KEY", key):
                assert key.endswith("_FILE") and value == f"/run/secrets/{Path(value).name}", f"{name}.{key}"
                assert Path(value).name in service["secrets"]
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
        assert name in (DEPLOY / "secrets.sh").read_text("utf-8")
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", OURS)
def test_the_environment_is_what_the_endpoints_file_wants(name: str) -> None:
    given = {key.removesuffix("_FILE") for key in SERVICES[name]["environment"]}
    assert set(services.variables(ROOT / "endpoints.production.yml")) <= given
    assert SERVICES[name]["environment"]["MASCOT_ENDPOINTS"] == "endpoints.production.yml"
    for host in ("DB_HOST", "REDIS_HOST", "RABBITMQ_HOST"):
        server = SERVICES[SERVICES[name]["environment"][host]]
        assert set(server["networks"]) & set(SERVICES[name]["networks"])


def test_the_addresses_meet() -> None:
    nginx = (DEPLOY / "nginx" / "nginx.conf").read_text("utf-8")
    # A name in a variable is looked up again: a container that was made anew has another address.
    assert "set $rasa rasa:5005;" in nginx and "set $actions actions:5055;" in nginx and "resolver 127.0.0.11 " in nginx
    assert set(re.findall(r"proxy_pass (\S+);", nginx)) == {"http://$rasa", "http://$actions"}
    assert SERVICES["rasa"]["environment"]["ACTIONS_URL"] == "http://nginx:5055/webhook" and "listen 5055;" in nginx
    assert {"inside"} <= set(SERVICES["nginx"]["networks"]) & set(SERVICES["rasa"]["networks"]) & set(SERVICES["actions"]["networks"])
    for port in SERVICES["nginx"]["ports"]:
        assert f"listen {port.rpartition(':')[2]};" in nginx


def test_a_stop_waits_for_turns_in_flight() -> None:
    assert seconds(SERVICES["rasa"]["stop_grace_period"]) > KILL > DRAIN
    assert seconds(SERVICES["actions"]["stop_grace_period"]) > DRAIN


def test_renewing_has_room_for_one_worker_more() -> None:
    command = SERVICES["rasa"]["command"]
    workers = int(command[command.index("--workers") + 1])
    assert SERVICES["rasa"]["mem_limit"].endswith("g") and float(SERVICES["rasa"]["mem_limit"][:-1]) >= 0.85 * (workers + 1)


def test_the_start_commands_are_ours() -> None:
    command = SERVICES["rasa"]["command"]
    assert command[:2] == ["mascot", "serve"] and command[command.index("--endpoints") + 1] == "endpoints.production.yml"
    from persona.cli import COMMANDS

    assert command[1] in COMMANDS
    # The image holds every file that the commands read.
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    for needed in ("persona", "actions", "data", "models", "build/spacy_zh", "config.yml", "domain.yml", "credentials.yml", "endpoints.production.yml", "deploy/entrypoint.sh"):
        assert any(fnmatch.fnmatch(needed, pattern) for pattern in kept), needed


def test_several_workers_share_limits_retries_and_numbers(tmp_path: Path) -> None:
    environment = SERVICES["rasa"]["environment"]
    assert environment["MASCOT_REDIS_URL_FILE"] == "/run/secrets/redis_url" and environment["MASCOT_METRICS_DIR"].startswith("/tmp/")
    script = tmp_path / "secrets.sh"
    script.write_text((DEPLOY / "secrets.sh").read_text("utf-8"), "utf-8")
    for _ in range(2):
        subprocess.run(["sh", str(script)], check=True, capture_output=True)
        kept = {file.name: file.read_text("utf-8") for file in (tmp_path / "secrets").iterdir()}
        assert kept.keys() == COMPOSE["secrets"].keys()
        assert kept["redis_url"] == f"redis://:{kept['redis_password']}@redis:6379/2"


def test_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("geheim 'quoted' $x\n")
    entry = [str(DEPLOY / "entrypoint.sh"), "sh", "-c", 'printf %s "$DB_PASSWORD/${DB_PASSWORD_FILE-none}"']
    done = subprocess.run(entry, env={"PATH": os.environ["PATH"], "DB_PASSWORD_FILE": str(tmp_path / "secret")}, capture_output=True, text=True, check=False)
    assert done.stdout == "geheim 'quoted' $x/none", done.stderr
    done = subprocess.run(entry, env={"PATH": os.environ["PATH"], "DB_PASSWORD_FILE": str(tmp_path / "none")}, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == "" and "DB_PASSWORD_FILE" in done.stderr
