"""Real processes for tests: an action server that misbehaves on demand, `rasa run`, `rasa shell`."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DESK_TOKEN = "desk-token-of-the-tests"
BAD = "内部渠道的理财稳赚不赔，保本保息年化8%，名额只剩三个"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Misbehaving:
    """An action server whose `mode` is bad, nonsense, error or hang."""

    def __init__(self) -> None:
        self.mode = "bad"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                if outer.mode == "hang":
                    time.sleep(20)
                status = 500 if outer.mode == "error" else 200
                body: Any = {"events": [], "responses": [{"text": BAD, "buttons": [{"title": "保本保息，点我", "payload": "/thank"}]}]}
                text = "<html>not json" if outer.mode == "nonsense" else json.dumps(body)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                with suppress(OSError):  # who asked may be gone: that is what a hanging server is for
                    self.wfile.write(text.encode())

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


EDITOR_TOKEN = "a-token-for-tests-only"


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "LOG_LEVEL": "ERROR",
        "MASCOT_DB": f"sqlite:///{folder}/conversations.db", "MASCOT_DESK_TOKEN": DESK_TOKEN,
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "MASCOT_AUDIT": str(folder / "audit.jsonl"), "PYTHONPATH": str(ROOT),
        "MASCOT_EDITOR_TOKEN": EDITOR_TOKEN, "MASCOT_LIVE": str(folder / "live.yml"),
        "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8", "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1",
    }


def endpoints(folder: Path, actions_port: int, store: str = "persona.rasa_adapter.door.MascotSQLStore") -> Path:
    """endpoints.yml of the project with another action server and a database in `folder`."""
    data = yaml.safe_load((ROOT / "endpoints.yml").read_text("utf-8"))
    data["action_endpoint"]["url"] = f"http://127.0.0.1:{actions_port}/webhook"
    data["tracker_store"] = {"type": store, "dialect": "sqlite", "db": str(folder / "conversations.db")}
    file = folder / "endpoints.yml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return file


@contextmanager
def process(command: list[str], folder: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    with open(folder / "process.log", "ab") as log:
        running = subprocess.Popen(
            command, cwd=ROOT, env=environment(folder), stdout=log, stderr=subprocess.STDOUT, start_new_session=True, **options
        )
        try:
            yield running
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGTERM)
                try:
                    running.wait(15)
                except subprocess.TimeoutExpired:
                    os.killpg(running.pid, signal.SIGKILL)
                    running.wait()


def rasa(*args: str) -> list[str]:
    return [sys.executable, "-m", "persona.rasa_adapter.run", *args]


def listening(port: int, seconds: float = 90) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.2)
    return False


class Rest:
    """A REST client of the webhook; nothing is retried."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"

    def post(self, body: bytes, query: str = "", content_type: str = "application/json", **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(self.url + query, body, {"Content-Type": content_type, **headers})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return int(reply.status), reply.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode()

    def silent(self, sender: str, message: str) -> bool:
        """Whether the answer is empty and says that a clerk has the conversation."""
        request = urllib.request.Request(self.url, json.dumps({"sender": sender, "message": message}).encode())
        with urllib.request.urlopen(request, timeout=30) as reply:
            return bool(reply.read() == b"[]" and reply.headers["X-Mascot-Speaker"] == "staff")

    def ready(self) -> dict[str, Any]:
        """What `/readyz` says."""
        with urllib.request.urlopen(f"{self.url.rpartition('/')[0]}/readyz", timeout=30) as reply:
            return dict(json.loads(reply.read()))

    def say(self, sender: str, message: str, **metadata: Any) -> str:
        body = json.dumps({"sender": sender, "message": message, "metadata": metadata}).encode()
        status, text = self.post(body)
        assert status == 200, text
        bubbles = json.loads(text)
        return "\n".join(b.get("text", "") + "".join(f"〔{x['title']}〕" for x in b.get("buttons") or []) for b in bubbles)

    def wait(self, seconds: float = 90) -> None:
        """Wait for the first answer: the port opens before the model is loaded."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                status, _ = self.post(json.dumps({"sender": "warm-up", "message": "你好"}).encode())
                if status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.5)
        raise AssertionError("the server did not answer")


class DeskClient:
    """A client of the bank's desk."""

    def __init__(self, port: int, token: str = DESK_TOKEN) -> None:
        self.url = f"http://127.0.0.1:{port}/desk/tickets"
        self.token = token

    def __call__(self, path: str = "", body: dict[str, str] | None = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Authorization": f"Bearer {self.token}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return int(reply.status), json.loads(reply.read())
        except urllib.error.HTTPError as problem:
            return problem.code, json.loads(problem.read())


class Shell:
    """`rasa shell` in a pseudo-terminal."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(folder), stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.seen = ""

    def read_until(self, mark: str, seconds: float = 90) -> str:
        """Everything printed from now until `mark` has appeared."""
        until, new = time.monotonic() + seconds, ""
        while mark not in new and time.monotonic() < until and self.process.poll() is None:
            ready, _, _ = select.select([self.master], [], [], 0.2)
            if ready:
                new += os.read(self.master, 65536).decode("utf-8", "replace")
        self.seen += new
        assert mark in new, f"no {mark!r} in:\n{self.seen[-3000:]}"
        return new

    def send(self, text: str) -> None:
        os.write(self.master, text.encode() + b"\r")

    def hang_up(self) -> None:
        """The window is closed. Nobody tells the process: `make`, which the signal goes to, keeps it to itself."""
        os.close(self.master)
        self.master = -1

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        if self.master >= 0:
            os.close(self.master)
