"""The desk's fence and what the event broker is told."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("rasa")

from persona.rasa_adapter import desk_api
from persona.rasa_adapter.desk_api import MascotDesk, publish
from persona.tickets import store
from tests.talk import Bot

TOKEN = "0123456789abcdef"


def request(authorization: str | None = None, body: bytes = b"") -> Any:
    headers = {} if authorization is None else {"Authorization": authorization}
    return SimpleNamespace(headers=headers, ip="127.0.0.1", body=body)


@pytest.mark.parametrize("authorization", [None, "", TOKEN, "Bearer", "Bearer ", f"Bearer {TOKEN}x", "Bearer 令牌"])
def test_only_the_token_opens(authorization: str | None) -> None:
    refused = MascotDesk(TOKEN).refused(request(authorization))
    assert refused is not None and refused.status == 401
    assert MascotDesk(TOKEN).refused(request(f"Bearer {TOKEN}")) is None


def test_without_a_token_there_is_no_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASCOT_DESK_TOKEN", raising=False)
    desk = MascotDesk.from_credentials({"token": "${MASCOT_DESK_TOKEN}"})
    for authorization in (None, "Bearer ", "Bearer ${MASCOT_DESK_TOKEN}"):
        refused = desk.refused(request(authorization))
        assert refused is not None and refused.status == 404


def test_the_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASCOT_DESK_TOKEN", TOKEN)
    assert MascotDesk.from_credentials({"token": "${MASCOT_DESK_TOKEN}"}).token == TOKEN
    monkeypatch.setenv("MASCOT_DESK_TOKEN", "short")
    with pytest.raises(ValueError, match="16"):
        MascotDesk.from_credentials({"token": "${MASCOT_DESK_TOKEN}"})
    with pytest.raises(ValueError, match="tokne"):
        MascotDesk.from_credentials({"tokne": TOKEN})


def test_guessing_is_slowed_down() -> None:
    desk = MascotDesk(TOKEN, per_minute=3)
    statuses = [desk.refused(request("Bearer guess")).status for _ in range(4)]  # type: ignore[union-attr]
    assert statuses == [401, 401, 401, 429]


def test_a_huge_body_is_refused() -> None:
    refused = MascotDesk(TOKEN).refused(request(f"Bearer {TOKEN}", b"x" * 70_000))
    assert refused is not None and refused.status == 413


def test_the_broker_is_told_once_and_without_secrets(bot: Bot) -> None:
    told: list[dict[str, Any]] = []
    broker = SimpleNamespace(publish=told.append)
    talk = bot.talk()
    talk("留言，我的卡6222020200112233445扣错了")
    asyncio.run(publish(broker))
    number = talk.tracker.get_slot("ticket")
    mine = [event for event in told if event["number"] == number]
    assert [event["state"] for event in mine] == ["waiting"]
    assert "扣错了" in mine[0]["lines"][0]["text"]
    assert "6222020200112233445" not in json.dumps(mine) and talk.sender not in json.dumps(mine)
    assert asyncio.run(publish(broker)) == 0

    def away(event: dict[str, Any]) -> None:
        raise ConnectionError

    store().raise_urgency(store().get(number), "urgent")
    with pytest.raises(ConnectionError):
        asyncio.run(publish(SimpleNamespace(publish=away)))
    assert asyncio.run(publish(broker)) == 1, "what the broker did not take is tried again"
    store().close(number, "", store().get(number).created)
    asyncio.run(publish(broker))
    assert told[-1]["state"] == "closed"


def test_an_outage_of_the_database_is_one_line_in_the_log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    outcomes = iter([ConnectionError, ConnectionError, ConnectionError, None, ConnectionError, asyncio.CancelledError])

    async def told(broker: Any) -> int:
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome
        return 0

    monkeypatch.setattr(desk_api, "publish", told)
    monkeypatch.setattr(desk_api, "PUBLISH_EVERY", 0.0)
    app = SimpleNamespace(ctx=SimpleNamespace(agent=SimpleNamespace(tracker_store=SimpleNamespace(event_broker="there"))))
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(desk_api._publishing(app))
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING", "ERROR"]
