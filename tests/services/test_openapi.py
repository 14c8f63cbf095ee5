"""docs/openapi.yml against the running server: every answer is one that is described, whatever schemathesis sends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
import yaml

pytest.importorskip("rasa")
pytest.importorskip("schemathesis")

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from persona import database
from persona.institution import load_institution
from persona.tickets.store import TicketStore
from tests.services.processes import DESK_TOKEN, ROOT, Rest, endpoints, free_port, listening, process, rasa

FILE = ROOT / "docs" / "openapi.yml"
KEY = "0123456789abcdef0123456789abcdef"
METRICS = "metrics-token-of-the-tests"
CUSTOMER = "customer-of-the-schema"
schema = schemathesis.openapi.from_path(str(FILE))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("openapi"), free_port()
    file = endpoints(folder, free_port())  # no action server: the stand-ins answer
    text = (ROOT / "credentials.yml").read_text("utf-8")
    assert text.count("per_minute: 120") == 2
    (folder / "credentials.yml").write_text(text.replace("per_minute: 120", "per_minute: 0"), "utf-8")
    command = rasa("run", "-i", "127.0.0.1", "-p", str(port), "--endpoints", str(file), "--credentials", str(folder / "credentials.yml"))
    with process(["env", f"MASCOT_JWT_KEY={KEY}", "MASCOT_CLIENT_TOKEN=client-token-of-tests", f"MASCOT_METRICS_TOKEN={METRICS}", *command], folder):
        assert listening(port, 300)
        client, until = Rest(port), time.monotonic() + 60
        while not client.ready()["ready"] and time.monotonic() < until:
            time.sleep(0.5)
        ticket(folder)
        yield f"http://127.0.0.1:{port}"


def ticket(folder: Path) -> None:
    """One ticket, so that the desk has something to show."""
    bank = load_institution()
    now = bank.now()
    TicketStore(database._engine(f"sqlite:///{folder}/conversations.db"), bank.tz).open(
        CUSTOMER, now=now, due=now + timedelta(days=1), longest=None, reason="handoff", urgency="normal", mascot="xiaofumiao", channel="own_web",
        transcript=[("customer", "转人工")],
    )


def token(path: str) -> str:
    """Who may ask here."""
    if path.startswith("/desk"):
        return DESK_TOKEN
    if path.startswith("/metrics"):
        return METRICS
    if path.endswith("/webhook"):
        return "client-token-of-tests"
    return jwt.encode({"sub": CUSTOMER, "exp": time.time() + 600}, KEY)


@schema.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_described(case: schemathesis.Case, server: str) -> None:
    case.headers["Authorization"] = f"Bearer {token(case.path)}"
    case.call_and_validate(base_url=server, checks=CHECKS)


@schema.parametrize()
@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_without_a_token_the_answer_is_described_too(case: schemathesis.Case, server: str) -> None:
    case.headers.pop("Authorization", None)
    case.call_and_validate(base_url=server, checks=CHECKS)


def test_every_route_of_the_channels_is_described() -> None:
    from rasa.core.channels.channel import register
    from sanic import Sanic

    from persona.rasa_adapter.channel import MascotRest
    from persona.rasa_adapter.desk_api import MascotDesk
    from persona.rasa_adapter.metrics_api import MascotMetrics

    app = Sanic("routes_of_the_channels", configure_logging=False)
    register([MascotRest(), MascotDesk("x" * 16), MascotMetrics("x" * 16)], app, "/webhooks/")
    described = {(path.rstrip("/"), method.upper()) for path, item in yaml.safe_load(FILE.read_text("utf-8"))["paths"].items() for method in item if method != "parameters"}
    found = {("/" + route.path.replace("<number:str>", "{number}").replace("<number>", "{number}").rstrip("/"), method) for route in app.router.routes for method in route.methods}
    assert {(path.rstrip("/"), method) for path, method in found if method not in ("OPTIONS", "HEAD")} == described

