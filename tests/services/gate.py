"""The REST channel on a real server and a real Redis, with a conversation that only counts: what is tested is the gate."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.services.processes import free_port, listening

_NAMES = itertools.count()
SCRATCH = tempfile.mkdtemp(prefix="mascot-gate-")
NO_REDIS = None if shutil.which("redis-server") else "redis-server is not installed (make services, or apt-get install redis-server)"


def several_apps() -> None:
    """Let one process hold several apps: Sanic rewrites its own methods at each start and cannot do it twice."""
    from sanic.touchup.service import TouchUp

    first = TouchUp.run

    def run(app: Any) -> None:
        with suppress(KeyError):
            first(app)

    TouchUp.run = run


class Redis:
    """A redis-server of this test, on a free port, without a file."""

    def __init__(self, folder: Path) -> None:
        if NO_REDIS:
            pytest.skip(NO_REDIS)
        self.port = free_port()
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
        )
        assert listening(self.port, 20)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def dump(self) -> str:
        """Everything that stands in it."""
        import redis

        client = redis.Redis.from_url(self.url)
        found = []
        for key in client.keys("*"):
            value = client.get(key) if client.type(key) == b"string" else client.zrange(key, 0, -1)
            found.append(f"{key!r} {value!r}")
        client.close()
        return "\n".join(found)


class Answer:
    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> str:
        return str(self.json["error"])


class Worker:
    """One worker: a server with the channel. `turns` holds the messages that became turns."""

    def __init__(self, **options: Any) -> None:
        from rasa.core.channels.channel import UserMessage, register
        from sanic import Sanic

        from persona.rasa_adapter.channel import MascotRest

        several_apps()
        for name, file in (("MASCOT_DB", "sqlite:///{}/conversations.db"), ("MASCOT_AUDIT", "{}/audit.jsonl")):
            os.environ.setdefault(name, file.format(SCRATCH))
        self.turns: list[UserMessage] = []
        self.takes = 0.0  # seconds a turn takes
        self.fails = False
        self.port = free_port()

        async def handle(message: UserMessage) -> None:
            self.turns.append(message)
            await asyncio.sleep(self.takes)
            if self.fails:
                raise RuntimeError("planted")
            await message.output_channel.send_text_message(message.sender_id, f"第{len(self.turns)}次")

        class Agent:
            handle_message = staticmethod(handle)

        app = Sanic(f"gate_{next(_NAMES)}", configure_logging=False)
        app.ctx.agent = Agent()
        register([MascotRest.from_credentials(options)], app, "/webhooks/")
        self.loop = asyncio.new_event_loop()

        def serve() -> None:
            asyncio.set_event_loop(self.loop)
            server = self.loop.run_until_complete(app.create_server("127.0.0.1", self.port, return_asyncio_server=True, access_log=False))
            self.loop.run_until_complete(server.startup())
            self.loop.run_forever()

        threading.Thread(target=serve, daemon=True).start()
        assert listening(self.port, 20)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)

    def ask(self, method: str = "POST", path: str = "webhook", body: Any = None, timeout: float = 30, **headers: str) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/webhooks/rest/{path}", data, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as reply:
                return Answer(reply.status, reply.headers, reply.read().decode())
        except urllib.error.HTTPError as problem:
            return Answer(problem.code, problem.headers, problem.read().decode())

    def say(self, sender: str = "u-1", message: str = "你好", message_id: Any = None, **headers: str) -> Answer:
        metadata = {} if message_id is None else {"metadata": {"message_id": message_id}}
        return self.ask(body={"sender": sender, "message": message, **metadata}, **headers)


@contextmanager
def worker(**options: Any) -> Iterator[Worker]:
    running = Worker(**options)
    try:
        yield running
    finally:
        running.close()


def eventually(true: Any, seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return False
