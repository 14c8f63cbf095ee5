"""The conversation lock on a real Redis, as several workers use it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rasa.core.lock_store import LockError
from rasa.utils.endpoints import EndpointConfig
from redis import StrictRedis

from persona.rasa_adapter.locks import MascotRedisLockStore
from tests.services.processes import ROOT
from tests.services.servers import LOCAL, PASSWORD, Redis, free_port

WORKER = """
import asyncio, os, sys, time
from rasa.utils.endpoints import EndpointConfig
from persona.rasa_adapter.locks import MascotRedisLockStore
store = MascotRedisLockStore(EndpointConfig(sys.argv[1], port=sys.argv[2], password=sys.argv[3]))
async def turn(n):
    async with store.lock("one customer"):
        mine = os.open(sys.argv[4], os.O_CREAT | os.O_EXCL)   # fails when somebody else is inside
        await asyncio.sleep(0.005)
        os.unlink(sys.argv[4]); os.close(mine)
async def main():
    await asyncio.gather(*(turn(n) for n in range(25)))
asyncio.run(main())
print("done")
"""


def store(redis: Redis, **options: object) -> MascotRedisLockStore:
    return MascotRedisLockStore(EndpointConfig(LOCAL, port=redis.port, password=PASSWORD, **options))


def test_two_processes_are_never_inside_together(redis: Redis, tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", WORKER, LOCAL, str(redis.port), PASSWORD, str(tmp_path / "inside")]
    both = [subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=120)
        assert out == "done\n", err[-2000:]
    assert store(redis).get_lock("one customer") is None


def test_turns_come_in_the_order_of_their_tickets(redis: Redis) -> None:
    lock, order = store(redis), []

    async def turn(number: int) -> None:
        async with lock.lock("ordered"):
            order.append(number)
            await asyncio.sleep(0.01)

    async def main() -> None:
        await asyncio.gather(*(turn(number) for number in range(10)))

    asyncio.run(main())
    assert order == list(range(10))


def test_a_dead_workers_ticket_runs_out(redis: Redis) -> None:
    store(redis, lifetime=1).issue_ticket("orphan")  # and nobody ever gives it back

    async def main() -> float:
        began = time.monotonic()
        async with store(redis, lifetime=1).lock("orphan"):
            return time.monotonic() - began

    assert 0.5 < asyncio.run(main()) < 10


def test_a_long_turn_keeps_its_lock(redis: Redis) -> None:
    lock, inside = store(redis, lifetime=1), []

    async def turn(seconds: float) -> None:
        async with lock.lock("long"):
            inside.append("in")
            await asyncio.sleep(seconds)
            inside.append("out")

    async def main() -> None:
        await asyncio.gather(turn(2.5), turn(0))

    asyncio.run(main())
    assert inside == ["in", "out", "in", "out"]


def test_without_redis_there_is_no_turn_and_no_start(redis: Redis, capsys: pytest.CaptureFixture[str]) -> None:
    lock = store(redis)
    lock.red = StrictRedis(host=LOCAL, port=free_port())

    async def main() -> None:
        async with lock.lock("nobody"):
            raise AssertionError("unreachable")

    with pytest.raises(LockError):
        asyncio.run(main())
    with pytest.raises(SystemExit) as ended:
        MascotRedisLockStore(EndpointConfig(LOCAL, port=free_port(), password=PASSWORD))
    assert ended.value.code == 1
    assert "Redis" in "".join(capsys.readouterr())
