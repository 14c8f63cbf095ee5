"""Shared fixtures. Unit tests use no bot and import no rasa."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

if TYPE_CHECKING:
    from persona.compliance import Guard
    from tests.talk import Bot


# In-process servers of the service tests leave locks and environment behind: what talks to the bot comes before them.
ORDER = ("browser", "conversations", "door", "services", "editor", "guard")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `-n 2` a file stays in one process, and so do the files that share the production profile."""
    def rank(item: pytest.Item) -> int:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        return ORDER.index(folder) if folder in ORDER else len(ORDER)

    items.sort(key=rank)
    for item in items:
        shared = "everything" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("production" if shared else item.path.as_posix()))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tests that were left out for want of a server are said at the end, with what to do; `-q` would hide them."""
    left = [report for report in terminalreporter.stats.get("skipped", []) if "make services" in str(report.longrepr)]
    if left:
        reasons = sorted({str(report.longrepr[2]).removeprefix("Skipped: ") for report in left})
        terminalreporter.write_sep("=", f"{len(left)} 个真实服务的测试没有跑：{'；'.join(reasons)}", yellow=True)


@pytest.fixture(scope="session")
def guard() -> Guard:
    """The guard with the library's own rules."""
    from persona.compliance import Guard

    return Guard.load()


@pytest.fixture(scope="session")
def rules_only() -> Guard:
    """The rules without the second opinion."""
    from persona.compliance import Guard

    alone = Guard.load()
    alone.second_opinion = False
    return alone


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """The project's own bot on its in-memory store; audit lines go to a scratch folder."""
    os.environ["MASCOT_AUDIT"] = str(tmp_path_factory.mktemp("audit") / "audit.jsonl")
    os.environ["MASCOT_DB"] = f"sqlite:///{tmp_path_factory.mktemp('db')}/conversations.db"
    from rasa.utils.endpoints import EndpointConfig

    from tests.talk import Bot

    store = EndpointConfig(type="persona.rasa_adapter.door.MascotInMemoryStore")
    yield Bot(tracker_store=store)


@pytest.fixture(scope="session")
def audit_file(bot: Bot) -> Path:
    return Path(os.environ["MASCOT_AUDIT"])
