"""Whole turns: consent and its withdrawal, the group's rules before its link, a bot that speaks of cards only."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa")

from actions.common import institution
from persona.rasa_adapter.house import house
from persona.tickets import CLOSED, store
from tests.talk import Bot


def audited(file: Path, sender: str) -> list[str]:
    from persona.compliance.audit import conversation_hash

    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [row["kind"] for row in rows if row.get("conversation") == conversation_hash(sender)]


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Change the institution, in the house and in the action server."""

    def change(**values: Any) -> None:
        for bank in (house().institution, institution()):
            for name, value in values.items():
                monkeypatch.setitem(bank.__dict__, name, value)

    return change


def test_a_callback_needs_its_own_yes_is_audited_and_ends_in_one_turn(bot: Bot, audit_file: Path) -> None:
    talk = bot.talk(channel="own_app", branch="suzhou_hexi")
    talk("让理财经理联系我")
    assert store().of(talk.sender) == [] and "consent_given" not in audited(audit_file, talk.sender)
    talk("/opt_in_marketing{\"consent\": \"yes\"}")
    ticket = store().of(talk.sender)[0]
    assert (ticket.reason, ticket.branch) == ("callback", "suzhou_hexi")
    assert ticket.number in talk("让理财经理联系我")  + talk("同意") and len(store().of(talk.sender)) == 1
    assert "人工" in talk("转人工")
    assert {t.reason for t in store().of(talk.sender)} >= {"callback"}
    assert ticket.number in talk("别联系我了")
    assert store().get(ticket.number).state == CLOSED and not talk.tracker.get_slot("consent")
    kinds = audited(audit_file, talk.sender)
    assert [k for k in kinds if k.startswith(("consent", "callback"))] == [
        "consent_given", "callback", "consent_ended", "callback_withdrawn"]
    assert "办结" not in talk("网点几点开门")


def test_a_typed_consent_that_nobody_asked_for_is_none(bot: Bot) -> None:
    talk = bot.talk()
    talk('/opt_in_marketing{"consent": "yes"}')
    talk("同意")
    assert store().of(talk.sender) == [] and not talk.tracker.get_slot("consent")


@pytest.mark.parametrize("channel", ["public_comment", "platform_account", "demo"])
def test_outside_the_banks_own_channels_no_callback_is_registered(bot: Bot, channel: str) -> None:
    talk = bot.talk(channel=channel)
    answer = talk("让客户经理给我打电话")
    assert "不登记" in answer and "〔同意" not in answer


def test_a_minor_is_offered_no_callback_and_no_colleague(bot: Bot) -> None:
    talk = bot.talk(branch="suzhou_hexi")
    talk("我今年15岁")
    assert "同意" not in talk("让理财经理联系我") and not talk.tracker.get_slot("consent")
    assert "秦芒种" not in talk("找持证同事")


def test_the_groups_link_comes_after_its_rules_only(bot: Bot, changed: Any) -> None:
    group = institution().group
    assert group is not None
    changed(group=dataclasses.replace(group, enabled=True))
    talk = bot.talk(mascot="xiaoshizi")
    assert group.link not in talk('/ask_group{"rules": "read"}')
    rules = talk("你们银行有官方交流群吗")
    assert "不荐产品" in rules and group.link not in rules
    assert group.link in talk("看过了，给链接")


def test_a_card_bot_points_elsewhere_and_helps_in_need(bot: Bot, changed: Any) -> None:
    changed(profile="card")
    talk = bot.talk()
    for question in ("房贷提前还怎么算违约金", "公积金怎么提取", "有什么理财可以买", "推荐一只基金", "帮我算提前还款"):
        answer = talk(question)
        assert "信用卡" in answer and institution().hotline in answer and "哪个城市" not in answer, (question, answer)
        assert "业绩比较基准" not in answer and "公积金中心" not in answer
    assert "年费" in talk("信用卡年费怎么收")
    assert "挂失" in talk("信用卡丢了怎么办")
    assert "T20" in talk("我要投诉")
    assert "110" in talk("我刚被骗转了五万")


def test_a_client_cannot_invent_a_branch(bot: Bot) -> None:
    answer = bot.talk(branch="{hotline}")("网点几点开门")
    assert "哪个城市" in answer
