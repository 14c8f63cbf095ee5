"""The broker on a real RabbitMQ that goes away, stands still and comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from rasa.utils.endpoints import EndpointConfig

from persona.compliance.audit import AuditLog
from persona.compliance.feed import Feed
from persona.rasa_adapter import broker as module
from persona.rasa_adapter.broker import MascotBroker
from tests.services.servers import LOCAL, PASSWORD, RabbitMQ, missing, running, scratch


@pytest.fixture(scope="module")
def rabbit() -> Iterator[RabbitMQ]:
    if "RabbitMQ" in missing():
        pytest.skip("没有装 RabbitMQ；make services 会装")
    with scratch() as folder, running(RabbitMQ(folder)) as server:
        yield server


async def connected(rabbit: RabbitMQ, queue: str, **options: Any) -> MascotBroker:
    made = await MascotBroker.from_endpoint_config(
        EndpointConfig(LOCAL, port=rabbit.port, username=rabbit.user, password=PASSWORD, queues=[queue], exchange_name=queue, **options)
    )
    assert made is not None
    return made


async def taken(rabbit: RabbitMQ, queue: str) -> list[dict[str, Any]]:
    connection = await aio_pika.connect(host=LOCAL, port=rabbit.port, login=rabbit.user, password=PASSWORD)
    found = []
    async with connection:
        waiting = await (await connection.channel()).declare_queue(queue, durable=True)
        while (message := await waiting.get(fail=False)) is not None:
            found.append(json.loads(message.body))
            await message.ack()
    return found


async def soon(what: Callable[[], bool], seconds: float = 60) -> None:
    for _ in range(int(seconds / 0.1)):
        if what():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("not in time")


def held(main: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(main(), 180))  # a server that says nothing more is a failure, not a run without end


def test_events_arrive_in_order_and_before_the_end(rabbit: RabbitMQ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST", 30.0)  # order and number are asked here, not how quick the machine is

    async def main() -> None:
        broker = await connected(rabbit, "ordered")
        assert broker.is_ready()
        for number in range(450):
            broker.publish({"event": "user", "n": number})
        await broker.close()
        assert [event["n"] for event in await taken(rabbit, "ordered")] == list(range(450))

    held(main)


def test_audit_lines_wait_on_disk_until_they_are_confirmed(rabbit: RabbitMQ, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 3.0)

    async def main() -> None:
        log = AuditLog(tmp_path / "audit.jsonl")
        broker = await connected(rabbit, "lines")
        feed = Feed(log.path)
        broker.carry(feed)
        log.written = broker.wake
        log.append({"n": 1})
        await soon(lambda: feed.sent == 1)
        rabbit.pause()  # takes the bytes, confirms nothing
        log.append({"n": 2})
        await asyncio.sleep(1)
        assert feed.sent == 1
        rabbit.go_on()
        await soon(lambda: feed.sent == 2)
        await asyncio.to_thread(rabbit.stop)
        for number in range(3, 8):
            log.append({"n": number})
        await asyncio.sleep(1)
        assert feed.sent == 2 and not broker.is_ready()
        await broker.close()  # the process ends while the broker is away
        await asyncio.to_thread(rabbit.start)
        again = await connected(rabbit, "lines")
        again.carry(Feed(log.path))
        await soon(lambda: feed.sent == 7)
        await again.close()
        seqs = [event["audit"]["seq"] for event in await taken(rabbit, "lines")]
        assert sorted(set(seqs)) == list(range(1, 8)) and seqs == sorted(seqs)

    held(main)


def test_the_start_does_not_wait_and_memory_is_bounded(rabbit: RabbitMQ, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST", 0.5)

    async def main() -> None:
        rabbit.stop()
        broker = await connected(rabbit, "bounded", keep=100)
        assert not broker.is_ready()
        for number in range(250):
            broker.publish({"event": "user", "n": number})
        assert broker.dropped == 150
        await asyncio.to_thread(rabbit.start)
        await soon(broker.is_ready)
        await broker.close()
        assert [event["n"] for event in await taken(rabbit, "bounded")] == list(range(150, 250))

    held(main)
