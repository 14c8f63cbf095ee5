"""300 secrets in many spellings and places, through the real server with debug logging: afterwards they are nowhere.

Searched: the database's bytes (conversations, tickets), the log, the event broker's file, the audit, what the action server
was sent, the desk, the customer's history, the metrics, Redis when there is one.
"""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import jwt
import pytest
import yaml

pytest.importorskip("rasa")

from persona import database
from persona.institution import load_institution
from persona.tickets.store import TicketStore
from tests.secrets_made import Sent, flat, made, stays
from tests.services.processes import DESK_TOKEN, endpoints, environment, free_port, listening, process, rasa

KEY = "0123456789abcdef0123456789abcdef"
METRICS = "metrics-token-of-the-tests"
SEED = 20261129
NUMBER = {"plain": 300, "json": 100}  # the structured log has another writer, everything else is the same
MARK = "我家的橘猫叫团子昨天吃了三个柿子"  # a customer's words that no log and no number may repeat


class Listening:
    """An action server that keeps what it is sent and knows the customers' tickets."""

    def __init__(self) -> None:
        self.tickets: dict[str, str] = {}
        self.bodies: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.bodies.append(asked + str(self.headers))
                ticket = outer.tickets.get(json.loads(asked)["sender_id"])
                events = [{"event": "slot", "name": "ticket", "value": ticket}] if ticket else []
                body = json.dumps({"events": events, "responses": [{"response": "utter_handoff_offline"}]}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


class Running:
    def __init__(self, folder: Path, port: int, actions: Listening, log: str) -> None:
        self.folder = folder
        self.log = log
        self.port = port
        self.actions = actions
        self.answers: list[str] = []

    def get(self, path: str, token: str) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return str(reply.read().decode())

    def post(self, sender: str, message: str, metadata: dict[str, Any] | None = None, **headers: str) -> int:
        token = jwt.encode({"sub": sender, "exp": time.time() + 600}, KEY)
        body = json.dumps({"sender": sender, "message": message, "metadata": metadata or {}}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/webhooks/rest/webhook", body, {"Authorization": f"Bearer {token}", **headers})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                self.answers.append(reply.read().decode() + str(reply.headers))
                return int(reply.status)
        except HTTPError as problem:
            self.answers.append(problem.read().decode())
            return problem.code

    def history(self, sender: str) -> str:
        return self.get("/webhooks/rest/history", jwt.encode({"sub": sender, "exp": time.time() + 600}, KEY))


@pytest.fixture(scope="module", params=["plain", "json"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, actions, port = tmp_path_factory.mktemp(f"secrets-{request.param}"), Listening(), free_port()
    file = endpoints(folder, actions.port)
    data = yaml.safe_load(file.read_text("utf-8"))
    data["event_broker"] = {"type": "file", "path": str(folder / "events.log")}
    file.write_text(yaml.safe_dump(data), "utf-8")
    (folder / "metrics").mkdir()
    more = {
        **environment(folder), "MASCOT_JWT_KEY": KEY, "MASCOT_METRICS_TOKEN": METRICS, "MASCOT_METRICS_DIR": str(folder / "metrics"),
        "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json" if request.param == "json" else "", "LOG_LEVEL_LIBRARIES": "DEBUG",
    }
    command = rasa("run", "-i", "127.0.0.1", "-p", str(port), "--endpoints", str(file), "--credentials", "credentials.yml", "--debug")
    with process(["env", *(f"{k}={v}" for k, v in more.items() if k not in environment(folder) or more[k] != environment(folder)[k]), *command], folder):
        server = Running(folder, port, actions, request.param)
        assert listening(port, 300)
        until = time.monotonic() + 300
        while server.post("warm-up", "你好") != 200 or "X-Request-ID" not in server.answers[-1]:
            assert time.monotonic() < until
            time.sleep(0.5)
        yield server
    actions.server.shutdown()


def opened(server: Running, sender: str) -> None:
    """A waiting ticket of this sender: what is said from now on is kept on it too."""
    bank = load_institution()
    now = bank.now()
    tickets = TicketStore(database._engine(f"sqlite:///{server.folder}/conversations.db"), bank.tz)
    ticket = tickets.open(sender, now=now, due=now + timedelta(days=1), longest=None, reason="handoff", urgency="normal", mascot="xiaofumiao", channel="own_web")
    server.actions.tickets[sender] = ticket.number
    assert server.post(sender, "转人工") == 200


def held(server: Running) -> dict[str, str]:
    """Everything that stays of the conversations, by place."""
    folder = server.folder
    places = {file.name: file.read_bytes().decode("utf-8", "replace") for file in folder.rglob("*") if file.is_file()}
    places["conversations.db"] += places.get("conversations.db-wal", "")
    places["actions"] = "\n".join(server.actions.bodies)
    places["metrics"] = server.get("/metrics", METRICS)
    tickets = json.loads(server.get("/desk/tickets", DESK_TOKEN))["tickets"]
    places["desk"] = "\n".join(server.get(f"/desk/tickets/{t['number']}", DESK_TOKEN) for t in tickets)
    places["answers"] = "\n".join(server.answers)
    return {name: re.sub(r"\\+u([0-9a-fA-F]{4})", lambda m: chr(int(m.group(1), 16)), text) for name, text in places.items()}


def test_three_hundred_secrets_are_nowhere(running: Running) -> None:
    sent: list[Sent] = list(made(SEED, NUMBER[running.log]))
    histories = []
    for n, one in enumerate(sent):
        sender = one.sender or f"customer-{n:03d}"
        if n % 5 == 0 and not one.sender:
            opened(running, sender)
        for message in one.messages:
            status = running.post(sender, message, one.metadata, **one.headers)
            assert status == (400 if one.sender else 200), (one, running.answers[-1])
        if n % 10 == 0 and not one.sender:
            histories.append(running.history(sender))
    assert running.post("customer-words", MARK) == 200
    time.sleep(3)  # broker, tickets and numbers are written by tasks of their own
    places = {**held(running), "history": "\n".join(histories)}
    log = places["process.log"]
    for name in ("conversations.db", "process.log", "events.log", "audit.jsonl", "actions", "metrics", "desk", "history"):
        assert len(places[name]) > 200, name
    assert all(json.loads(line) for line in (running.folder / "events.log").read_text("utf-8").splitlines())
    leaks = []
    for name, plain in places.items():
        flattened = flat(plain)
        leaks += [(name, one.kind, one.messages, one.metadata, found) for one in sent if (found := stays(one, plain, flattened))]
    assert not leaks, f"{len(leaks)} leaks: {leaks[:10]}"
    assert "已隐去" in places["conversations.db"] and "已隐去" in places["actions"] and "已隐去" in places["desk"] and "已隐去" in places["history"]
    assert MARK in places["conversations.db"] and MARK not in places["metrics"] and MARK not in places["audit.jsonl"]
    if '"logger"' in log:
        lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        assert sum(line["message"].startswith("POST /webhooks/rest/webhook: 200 after ") and bool(line["request_id"]) for line in lines) > 100
        assert not any(words in log for words in (MARK, MARK[:8], "信用卡怎么挂失", *(m for one in sent for m in one.messages if len(m) > 6)))


def test_what_was_counted(running: Running) -> None:
    text = running.get("/metrics", METRICS)
    for name in ("mascot_turns_total", "mascot_messages_total{outcome=", "mascot_step_seconds_bucket{step=\"parse\"", "mascot_queue_length{urgency=", "mascot_secrets_total{kind="):
        assert name in text
    assert int(float(re.search(r"^mascot_turns_total (\S+)", text, re.M)[1])) >= NUMBER[running.log]  # type: ignore[index]


def test_a_customer_deletes_the_history(running: Running) -> None:
    sender, words = "customer-gone", "我想问问金桔能不能当抵押"
    opened(running, sender)
    assert running.post(sender, words) == 200 and words in running.history(sender)
    token = jwt.encode({"sub": sender, "exp": time.time() + 600}, KEY)
    request = urllib.request.Request(f"http://127.0.0.1:{running.port}/webhooks/rest/history", headers={"Authorization": f"Bearer {token}"}, method="DELETE")
    with urllib.request.urlopen(request, timeout=60) as reply:
        done = json.loads(reply.read())
    assert done["deleted"] and len(done["tickets"]) == 1 and done["incomplete"] == []
    assert json.loads(running.history(sender))["messages"] == []
    stored = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m.group(1), 16)), "".join(f.read_bytes().decode("utf-8", "replace") for f in running.folder.glob("conversations.db*")))
    assert words not in stored
    lines = [json.loads(line) for line in (running.folder / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [line["kind"] for line in lines].count("history_deleted") == 1 and words not in json.dumps(lines, ensure_ascii=False)
    assert running.post(sender, "你好") == 200
