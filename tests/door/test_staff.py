"""A clerk in the conversation: the mascot is silent, masks, and still helps who is in danger."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

pytest.importorskip("rasa")

from rasa.shared.core.events import BotUttered

from persona.compliance.audit import read
from persona.institution import Institution
from persona.rasa_adapter.house import house
from persona.tickets import store
from persona.tickets.desk import Desk
from tests.talk import Bot, Talk

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
BAD = "这款理财保本保息，稳赚不赔"


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Institution, "now", lambda bank: NOW)


@pytest.fixture
def desk(bot: Bot) -> Desk:
    return Desk(house().guard, house().audit.append)


@pytest.fixture
def talk(bot: Bot, desk: Desk) -> Talk:
    """A customer whose ticket a clerk has taken, and who has been told so."""
    talk = bot.talk(mascot="xiaofumiao")
    talk("转人工")
    desk.take(number(talk), "王敏", "1023")
    told = talk("在吗")
    assert "王敏" in told and "下一条消息" in told, "nothing is pushed: the customer must know how the clerk's words arrive"
    return talk


def number(talk: Talk) -> str:
    return str(talk.tracker.get_slot("ticket"))


def test_the_mascot_is_silent_and_the_clerk_reads_along(talk: Talk) -> None:
    assert talk.raw("信用卡年费怎么收") == []
    assert talk.raw("喂，有人吗") == []
    assert [line.text for line in store().transcript(number(talk))][-2:] == ["信用卡年费怎么收", "喂，有人吗"]


def test_secrets_are_masked_while_it_is_silent(talk: Talk) -> None:
    assert talk.raw("卡号6222020200112233445，验证码384756") == []
    kept = json.dumps([e.as_dict() for e in talk.tracker.events]) + str(store().transcript(number(talk)))
    assert "6222020200112233445" not in kept and "384756" not in kept


@pytest.mark.parametrize(("text", "urgency", "must"), [("我真的不想活了", "critical", "12356"), ("我被骗了，刚转走五万", "urgent", "110")])
def test_danger_is_answered_and_raises_the_ticket(talk: Talk, text: str, urgency: str, must: str) -> None:
    assert must in talk(text)
    assert store().get(number(talk)).urgency == urgency
    assert talk.raw("喂") == [], "after the help the clerk speaks again"


def test_the_clerks_words_come_first_marked_and_once(talk: Talk, desk: Desk) -> None:
    desk.say(number(talk), "您好，请问是哪一笔？")
    desk.say(number(talk), "哪天扣的？")
    assert [b["text"] for b in talk.raw("在")] == ["王敏（人工，工号1023）：您好，请问是哪一笔？", "王敏（人工，工号1023）：哪天扣的？"]
    meta = talk.tracker.latest_bot_utterance.metadata["metadata"]
    assert (meta["speaker"], meta["name"], meta["ticket"]) == ("staff", "王敏", number(talk))
    assert talk.raw("昨天") == []


def test_what_was_forced_reaches_the_customer_as_it_was_written(talk: Talk, desk: Desk) -> None:
    desk.say(number(talk), BAD, force="复述客户看到的广告")
    assert BAD in talk("在")


def test_after_closing_the_mascot_answers_and_the_hard_lock_has_ended(talk: Talk, desk: Desk) -> None:
    talk("我被骗了，刚转走五万")
    assert talk.tracker.get_slot("lock") == "hard"
    desk.say(number(talk), "止付已经办好。")
    desk.close(number(talk), "已止付")
    answer = talk("信用卡年费怎么收")
    assert answer.index("止付已经办好") < answer.index("办结") < answer.index("年费")
    assert talk.tracker.get_slot("lock") == "none"
    assert "办结" in talk("工单到哪了")


def test_a_danger_told_after_closing_locks_again(talk: Talk, desk: Desk) -> None:
    desk.close(number(talk))
    assert "110" in talk("我被骗了，刚转走五万")
    assert talk.tracker.get_slot("lock") == "hard"


def test_it_holds_for_another_worker_and_after_a_restart(talk: Talk) -> None:
    from rasa.shared.core.events import Restarted

    from persona.rasa_adapter import staff

    staff._known.clear()
    tracker = talk.tracker
    tracker.update(Restarted())
    assert number(talk) == tracker.get_slot("ticket")
    assert talk.raw("喂") == []


def test_an_absent_clerk_does_not_leave_the_customer_alone(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Institution, "now", lambda bank: NOW + timedelta(hours=2))
    assert "年费" in talk("信用卡年费怎么收")


def test_another_customer_notices_nothing(talk: Talk, bot: Bot, desk: Desk) -> None:
    desk.say(number(talk), "您好，请问是哪一笔？")
    other = bot.talk()
    assert "王敏" not in other("你好") + other("信用卡年费怎么收")


@pytest.fixture
def answers(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def plant(event: dict[str, Any]) -> None:
        async def request(*args: Any, **kwargs: Any) -> dict[str, Any]:
            return {"responses": [], "events": [event]}

        monkeypatch.setattr(bot.actions, "request", request)

    return plant


@pytest.mark.parametrize("borrowed", [False, True])
def test_nobody_can_pass_for_a_clerk(bot: Bot, talk: Talk, desk: Desk, answers: Callable[..., None], borrowed: bool) -> None:
    """A mark, invented or of another customer's line, opens nothing."""
    line = desk.say(number(talk), BAD, force="测试").line
    other = bot.talk()
    other("你好")
    meta = {"metadata": {"speaker": "staff", "staff_line": line.id if borrowed else 10**9}}
    answers({"event": "bot", "text": line.spoken, "data": {}, "metadata": meta})
    assert "稳赚" not in other("信用卡年费怎么收")
    tracker = talk.tracker
    event = BotUttered(BAD, {}, {"metadata": {"speaker": "staff", "staff_line": line.id}})
    tracker.update(event)
    assert "稳赚" not in event.text


def test_without_the_database_the_hotline_answers(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASCOT_DB", "sqlite:////nosuch/folder/t.db")
    talk = bot.talk()
    hotline = house().institution.hotline
    for text in ("转人工", "留言，我的工资没到账", "工单到哪了", "我要投诉你们", "删除我的聊天记录"):
        answer = talk(text)
        assert hotline in answer and "{" not in answer, text
    assert talk.tracker.get_slot("ticket") is None


def test_when_the_database_goes_the_last_known_state_counts(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASCOT_DB", "sqlite:////nosuch/folder/t.db")
    assert talk.raw("喂") == []
    assert "110" in talk("我被骗了，刚转走五万")


def test_deletion_takes_the_words_and_leaves_the_number(bot: Bot) -> None:
    talk = bot.talk()
    talk("留言，我欠了八万块还不上")
    talk("聊天记录能删吗")
    assert "八万" in str(store().transcript(number(talk))), "a question deletes nothing"
    assert number(talk) in talk("把我的聊天记录删除")
    assert "八万" not in str(store().transcript(number(talk)))
    assert number(talk) in talk("工单到哪了")


def test_the_audit_holds_the_handover_and_no_word_of_the_customer(bot: Bot, audit_file: Path) -> None:
    talk = bot.talk()
    talk("留言，暗号是蓝色大象")
    found = [line for line in read(audit_file) if line.get("ticket") == number(talk)]
    assert [line["kind"] for line in found] == ["handover"]
    assert "蓝色大象" not in json.dumps(found, ensure_ascii=False)
