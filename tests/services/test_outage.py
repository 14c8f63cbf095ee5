"""Two workers' stores on a PostgreSQL that goes away: every turn is stored once when it is back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered

from persona.rasa_adapter import locks, outage
from tests.services.servers import LOCAL, PASSWORD, PostgreSQL, missing, running, scratch


@pytest.fixture(scope="module")
def database() -> Iterator[PostgreSQL]:
    if "PostgreSQL" in missing():
        pytest.skip("没有装 PostgreSQL；make services 会装")
    with scratch() as folder, running(PostgreSQL(folder)) as server:
        server.create()
        yield server


@pytest.fixture
def stores(database: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list:
    monkeypatch.setenv("MASCOT_AUDIT", str(tmp_path / "audit.jsonl"))
    monkeypatch.setattr(outage, "EVERY", 0.2)
    monkeypatch.setattr(locks, "_current", [])  # no lock store of another test: its Redis is gone
    from persona.rasa_adapter.door import MascotSQLStore

    return [
        MascotSQLStore(Domain.load("domain.yml"), host=LOCAL, port=database.port, db=database.database, username=database.user,
                       password=PASSWORD, dialect="postgresql", query={"connect_timeout": "3"})
        for _ in range(2)
    ]


async def turn(store: object, sender: str, text: str) -> None:
    """What a turn does to the store: read, log, write."""
    await store.save(logged(await store.retrieve(sender), text))


def logged(tracker: object, text: str) -> object:
    if not tracker.events:
        tracker.update(ActionExecuted("action_session_start"))
        tracker.update(SessionStarted())
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered(text, {"name": "thank"}))
    tracker.update(BotUttered("不客气。"))
    return tracker


def said(database: PostgreSQL, sender: str) -> list[str]:
    return database.sql(f"select data::json->>'text' from events where sender_id = '{sender}' and type_name = 'user' order by id")


def test_turns_of_an_outage_are_stored_once_whoever_answered(database: PostgreSQL, stores: list) -> None:
    first, second = stores

    async def main() -> None:
        await turn(first, "both", "一")
        await turn(second, "both", "二")
        database.stop()
        await turn(first, "both", "三")
        await turn(second, "both", "四")
        await turn(first, "both", "五")
        await turn(second, "new", "新来的")
        assert len(first._spare) == 1 and len(second._spare) == 2
        database.start()
        for _ in range(600):
            if not len(first._spare) and not len(second._spare):
                break
            await asyncio.sleep(0.1)
        assert not len(first._spare) and not len(second._spare)
        await turn(second, "both", "六")
        await turn(first, "both", "七")

    asyncio.run(main())
    assert sorted(said(database, "both")) == sorted("一二三四五六七")
    assert said(database, "both")[:2] == ["一", "二"] and said(database, "both")[-2:] == ["六", "七"]
    assert said(database, "new") == ["新来的"]
    doubled = database.sql("select sender_id, type_name, timestamp from events group by 1, 2, 3 having count(*) > 1")
    assert doubled == []


def test_a_restart_between_two_turns_costs_nothing(database: PostgreSQL, stores: list) -> None:
    store = stores[0]

    async def main() -> None:
        await turn(store, "restart", "一")
        database.stop()
        database.start()
        tracker = await store.retrieve("restart")
        assert [e.text for e in tracker.events if isinstance(e, UserUttered)] == ["一"]
        await turn(store, "restart", "二")

    asyncio.run(main())
    assert said(database, "restart") == ["一", "二"]


def test_a_turn_that_could_not_read_is_stored_when_the_database_is_back_before_its_end(database: PostgreSQL, stores: list) -> None:
    first, second = stores

    async def main() -> None:
        for text in "一二三":
            await turn(second, "between", text)
        database.stop()
        unread = await first.retrieve("between")
        assert not unread.events
        database.start()
        await first.save(logged(unread, "四"))
        assert not len(first._spare)
        await turn(second, "between", "五")

    asyncio.run(main())
    assert said(database, "between") == list("一二三四五")


def test_tables_are_made_when_the_database_comes_later(database: PostgreSQL, stores: list) -> None:
    """The last of this file: it drops what the others stored."""
    store = stores[0]

    async def main() -> None:
        database.sql("drop table events")
        await turn(store, "later", "一")
        assert not len(store._spare)

    asyncio.run(main())
    assert said(database, "later") == ["一"]
