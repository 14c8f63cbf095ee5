"""Secrets of the customer's message are in no store, log or action-server payload."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

pytest.importorskip("rasa")

from tests.talk import Bot

CARD = "6222020200112233445"  # fails the check digit, as a mistyped number does
CODE = "384756"
SECRETS = (CARD, CODE, "11010519491231002X")


def test_nowhere(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    talk = bot.talk(mascot="xiaofumiao", note=f"卡号{CARD}")
    bot.actions.requests.clear()
    with caplog.at_level(logging.DEBUG):
        talk(f"我的信用卡{CARD}丢了，验证码{CODE}，身份证11010519491231002X，怎么挂失")
        talk("信用卡怎么挂失")
    stored = json.dumps([e.as_dict() for e in talk.tracker.events], ensure_ascii=False)
    stored += json.dumps(talk.tracker.current_slot_values(), ensure_ascii=False)
    sent = json.dumps(bot.actions.requests, ensure_ascii=False)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert bot.actions.requests
    for secret in SECRETS:
        assert secret not in stored
        assert secret not in sent
        assert secret not in logged


def test_the_customer_is_told_once(bot: Bot) -> None:
    talk = bot.talk()
    first = talk(f"我的卡号{CARD}，帮我查下余额")
    second = talk(f"卡号{CARD}")
    assert "打码" in first
    assert CARD not in first + second


def test_a_slot_value_is_masked(bot: Bot) -> None:
    from rasa.shared.core.events import SlotSet

    talk = bot.talk()
    talk("你好")
    tracker: Any = talk.tracker
    tracker.update(SlotSet("city", f"卡号{CARD}"))
    assert CARD not in str(tracker.get_slot("city"))
