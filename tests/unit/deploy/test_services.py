"""What must be true before a start, one sentence each."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import yaml

from persona import database, services

PRODUCTION = Path(__file__).parents[3] / "endpoints.production.yml"


def settings(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    for name in services.variables(PRODUCTION):
        monkeypatch.setenv(name, str(port) if name.endswith("_PORT") else "127.0.0.1" if name.endswith("_HOST") else "x")


@pytest.fixture
def closed() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_no_secret_stands_in_the_production_file() -> None:
    names = services.variables(PRODUCTION)
    assert {"DB_PASSWORD", "REDIS_PASSWORD", "RABBITMQ_PASSWORD", "ACTIONS_URL"} <= set(names)
    for section in services.read(PRODUCTION).values():
        for key in ("url", "username", "password", "port"):
            assert key not in section or str(section[key]).startswith("${"), section


def test_missing_variables_are_named_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in services.variables(PRODUCTION):
        monkeypatch.delenv(name, raising=False)
    found = list(services.problems(PRODUCTION))
    assert len(found) == 1 and "DB_PASSWORD" in found[0] and "ACTIONS_URL" in found[0]


def test_no_redis_is_a_problem_and_names_no_password(monkeypatch: pytest.MonkeyPatch, closed: int) -> None:
    settings(monkeypatch, closed)
    monkeypatch.setenv("REDIS_PASSWORD", "a-secret")
    found = list(services.problems(PRODUCTION, workers=2))
    assert len(found) == 1 and "Redis" in found[0] and str(closed) in found[0] and "a-secret" not in found[0]


def test_a_database_or_broker_that_is_away_is_a_warning(monkeypatch: pytest.MonkeyPatch, closed: int) -> None:
    settings(monkeypatch, closed)
    found = list(services.warnings(PRODUCTION))
    assert len(found) == 2 and "PostgreSQL" in found[0] and "RabbitMQ" in found[1]


def test_several_workers_need_a_shared_lock() -> None:
    default = Path("endpoints.yml")
    assert list(services.problems(default)) == [] and list(services.warnings(default)) == []
    found = list(services.problems(default, workers=2))
    assert len(found) == 1 and "lock_store" in found[0]


def test_tickets_follow_the_endpoints_file_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, 5433)
    monkeypatch.delenv(database.URL, raising=False)
    assert "sqlite" in str(database.database_url())
    monkeypatch.setenv(services.ENDPOINTS, str(PRODUCTION))
    url = database.database_url()
    assert (url.drivername, url.host, url.port, url.database) == ("postgresql", "127.0.0.1", 5433, "x")
    assert url.query["connect_timeout"] == "3"


def test_the_endpoints_file_is_parsed_when_it_has_changed_and_not_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = yaml.safe_load

    def counted(text: str) -> Any:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(yaml, "safe_load", counted)
    monkeypatch.delenv(database.URL, raising=False)
    file = tmp_path / "endpoints.yml"
    file.write_text("tracker_store: {dialect: sqlite, db: one.db}\n")
    assert {str(database.database_url(file)) for _ in range(3)} == {"sqlite:///one.db"} and len(parsed) == 1
    file.write_text("tracker_store: {dialect: sqlite, db: other.db}\n")
    assert str(database.database_url(file)) == "sqlite:///other.db" and len(parsed) == 2


@pytest.mark.parametrize(("text", "kept"), [("a\x00b", "a\ufffdb"), ("\ud800", "\ufffd"), ("卡丢了😀", "卡丢了😀")])
def test_text_is_made_storable(text: str, kept: str) -> None:
    assert database.storable(text) == kept
