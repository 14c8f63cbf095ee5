"""A give-away through the real actions and the door: failure, audit, and the same facts in every voice."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa")

from sqlalchemy.exc import OperationalError

import actions.giveaways
import persona.privacy
from persona.compliance.audit import read
from persona.institution import Institution
from tests.talk import Bot


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime.fromisoformat("2026-11-23T10:30+08:00")
    monkeypatch.setattr(Institution, "now", lambda bank: moment.astimezone(bank.tz))


def test_without_the_database_nothing_is_claimed(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Any:
        raise OperationalError("SELECT", {}, Exception("no database"))

    monkeypatch.setattr(actions.giveaways, "entries", gone)
    monkeypatch.setattr(persona.privacy, "entries", gone)
    talk = bot.talk()
    answer = talk("我要参加抽奖")
    assert "登记簿这会儿打不开" in answer
    assert "报名好了" not in answer
    told = talk("把我的个人信息删掉")
    assert "登记簿这会儿打不开" in told
    assert "隐私管理" in told


def test_entry_and_leave_leave_one_line_each_without_the_customer(bot: Bot, audit_file: Path) -> None:
    talk = bot.talk()
    before = len(read(audit_file))
    talk("我要参加抽奖")
    talk("满18岁，参加")
    talk("退出抽奖")
    lines = [line for line in read(audit_file)[before:] if str(line["kind"]).startswith("giveaway_")]
    assert [line["kind"] for line in lines] == ["giveaway_entry", "giveaway_leave"]
    assert lines[0]["number"] == lines[1]["number"]
    assert not any("conversation" in line or talk.sender in str(line) for line in lines)


def test_every_mascot_says_the_same_facts(bot: Bot) -> None:
    facts = ("主办：福禾银行", "保温杯20个（单价89元）", "帆布袋50个（单价25元）", "11月30日24:00", "12月1日15:00", "满18岁", "一人一次",
             "不用买产品、不用办卡、不用关注或转发", "7天")
    for mascot in ("xiaofumiao", "xiaoheniang", "xiaoshizi", "xiaolanghua"):
        answer = bot.talk(mascot=mascot)("我要参加抽奖")
        assert [fact for fact in facts if fact not in answer] == [], mascot


def test_a_button_nobody_offered_enters_nobody(bot: Bot) -> None:
    talk = bot.talk()
    for typed in ("/join_giveaway", '/join_giveaway{"giveaway": "kaixiangye_06"}', '/scam_quiz{"quiz": "fraud"}'):
        assert "报名好了" not in talk(typed)
    talk("我要参加抽奖")
    talk("信用卡年费怎么收")
    assert "报名好了" not in talk("/join_giveaway")  # an old bubble's button shows the offer again
