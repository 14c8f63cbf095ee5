"""The servers that all service tests share, once a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.production import Production, production
from tests.services.servers import Redis, missing, running, scratch


def _wanted(*names: str) -> None:
    lacking = [name for name in names if name in missing()]
    if lacking:
        pytest.skip(f"没有装 {'、'.join(lacking)}；make services 会装")


@pytest.fixture(scope="session")
def everything() -> Iterator[Production]:
    """The production profile with two workers, started once."""
    _wanted("PostgreSQL", "Redis", "RabbitMQ")
    with scratch() as folder, production(folder) as started:
        yield started


@pytest.fixture
def house(everything: Production) -> Production:
    """The production profile, running: a test may have ended it."""
    if everything.process is None or everything.process.poll() is not None:
        everything.start()
    return everything


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    _wanted("Redis")
    with scratch() as folder, running(Redis(folder)) as server:
        yield server
