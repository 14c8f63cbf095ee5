"""The production profile as processes: PostgreSQL, Redis, RabbitMQ, `mascot serve --workers`, and a gate before the action servers."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import aio_pika

from persona.nlu.archive import newest
from tests.services import servers
from tests.services.processes import DESK_TOKEN, ROOT, Rest
from tests.services.servers import LOCAL, PASSWORD, PostgreSQL, RabbitMQ, Redis, free_port, running, until

LINKED = ("actions", "build", "config.yml", "credentials.yml", "data", "domain.yml", "endpoints.production.yml", "persona")


class Gate:
    """Passes requests on to the action servers after `delay` seconds, or refuses them while `shut`."""

    def __init__(self, behind: int) -> None:
        self.delay = 0.0
        self.shut = False
        self.passed = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(outer.delay)
                status, answer = 503, b"{}"
                if not outer.shut:
                    request = urllib.request.Request(f"http://{LOCAL}:{behind}/webhook", body, {"Content-Type": "application/json"})
                    with suppress(OSError), urllib.request.urlopen(request, timeout=10) as reply:
                        status, answer = 200, reply.read()
                outer.passed += 1
                with suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer((LOCAL, 0), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def children(pid: int) -> dict[int, str]:
    """Process ids of the children, and their command lines."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(OSError):
            found[int(child)] = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


class Production:
    """Everything, on free local ports, in one scratch folder."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self.folder, self.workers = folder, workers
        self.project = folder / "project"
        self.port, self.actions_port = free_port(), free_port()
        self.database, self.redis, self.rabbit = PostgreSQL(folder), Redis(folder), RabbitMQ(folder)
        self.gate = Gate(self.actions_port)
        self.rest = Rest(self.port)
        self.process: subprocess.Popen[bytes] | None = None
        self.project.mkdir()
        for name in LINKED:
            (self.project / name).symlink_to(ROOT / name)
        shutil.copy(ROOT / "live.yml", self.project)
        (self.project / "models").mkdir()
        self.add_model("20260101-000000-first.tar.gz")
        self.audit = self.project / "audit" / "audit.jsonl"
        self.log = folder / "serve.log"

    def add_model(self, name: str) -> None:
        target = self.project / "models" / name
        shutil.copy(newest(ROOT / "models"), target.with_suffix(".part"))
        target.with_suffix(".part").rename(target)

    def environment(self, **more: str) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("MASCOT_")}
        return {
            **clean, **servers.environment(self.database, self.redis, self.rabbit, self.gate.port),
            "MASCOT_DESK_TOKEN": DESK_TOKEN, "LC_ALL": "C.UTF-8", "LOG_LEVEL": "ERROR", **more,
        }

    def command(self) -> list[str]:
        return [
            sys.executable, "-m", "persona.cli", "serve", "--port", str(self.port), "--actions-port", str(self.actions_port),
            "--endpoints", "endpoints.production.yml", "--workers", str(self.workers),
        ]

    def start(self) -> None:
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=self.project, env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(lambda: self.said("开门了"), 330, 0.2)

    def said(self, words: str) -> int:
        """How often the supervisor said something; the process must be alive."""
        assert self.process is not None and self.process.poll() is None, self.log.read_text("utf-8", "replace")[-3000:]
        return self.log.read_text("utf-8", "replace").count(words)

    def stop(self) -> int | None:
        """SIGTERM to the supervisor; its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                for child in children(self.process.pid):
                    os.kill(child, signal.SIGKILL)
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def pids(self, part: str = "persona.rasa_adapter.run") -> list[int]:
        """Workers (or, with `sharing`, action servers) that run now."""
        assert self.process is not None
        return [pid for pid, command in children(self.process.pid).items() if part in command]

    def messages(self, sender: str) -> list[tuple[str, str]]:
        """(type, text) of a sender's stored messages in their order."""
        rows = self.database.sql(f"select data from events where sender_id = '{sender}' and type_name in ('user', 'bot') order by id")
        return [(row["event"], row["text"]) for row in map(json.loads, rows) if row.get("text")]

    def audited(self) -> list[int]:
        """The numbers of the audit lines that RabbitMQ holds, in its order; they are taken out of the queue."""
        return asyncio.run(self._audited())

    async def _audited(self) -> list[int]:
        connection = await aio_pika.connect(host=LOCAL, port=self.rabbit.port, login=self.rabbit.user, password=PASSWORD)
        found: list[int] = []
        async with connection:
            queue = await (await connection.channel()).declare_queue("mascot", durable=True)
            while (message := await queue.get(fail=False)) is not None:
                body = json.loads(message.body)
                if body.get("event") == "mascot_audit":
                    found.append(int(body["audit"]["seq"]))
                await message.ack()
        return found


@contextmanager
def production(folder: Path, workers: int = 2) -> Iterator[Production]:
    """Everything started; the slow ones at the same time."""
    house = Production(folder, workers)
    with ExitStack() as stack:
        stack.callback(house.gate.close)
        with ThreadPoolExecutor(3) as starting:
            for server in starting.map(lambda s: stack.enter_context(running(s)), (house.database, house.redis, house.rabbit)):
                assert server.process is not None
        house.database.create()
        stack.callback(house.stop)
        house.start()
        yield house
