from __future__ import annotations

from typing import Any

import pytest

from persona.emergency import response_for
from persona.state import changes


def entity(name: str, value: str) -> dict[str, Any]:
    return {"entity": name, "value": value}


@pytest.mark.parametrize("label", ["crisis", "scam_now", "been_scammed", "been_scammed.worry"])
def test_emergencies_lock_hard(label: str) -> None:
    assert changes(label, [], "", {})["lock"] == "hard"


@pytest.mark.parametrize("label", ["complain", "missold", "faq/debt_help.collection", "faq/lost_card", "faq/deceased_account"])
def test_grievances_lock_soft(label: str) -> None:
    assert changes(label, [], "", {})["lock"] == "soft"


def test_a_message_never_lowers_a_lock() -> None:
    assert "lock" not in changes("complain", [], "", {"lock": "hard"})
    assert "lock" not in changes("greet", [], "", {"lock": "soft"})


def test_a_confirmed_question_lowers_it_except_for_a_minor() -> None:
    assert changes("affirm", [entity("settled", "yes")], "", {"lock": "hard"})["lock"] == "none"
    assert "lock" not in changes("affirm", [entity("settled", "yes")], "", {"lock": "hard", "minor": True})


@pytest.mark.parametrize("text", ["我16 想办张信用卡", "我今年15岁", "我才十四岁", "我还没满18", "我是初二的", "我在读高一", "我高一 想贷点款"])
def test_a_minor(text: str) -> None:
    new = changes("faq/card_apply", [], text, {})
    assert new["minor"] is True and new["lock"] == "hard"


@pytest.mark.parametrize("text", ["我16号还款", "我18岁了", "我35岁", "我有10万", "我16万贷款", "我家孩子15岁", "我1点到", "我10月份还", "我初一能去网点吗", "我高一点的利息要吗"])
def test_not_a_minor(text: str) -> None:
    assert not changes("faq/card_apply", [], text, {}).get("minor")


def test_opt_out_and_back() -> None:
    assert changes("stop_marketing", [], "", {})["opted_out"] is True
    assert changes("opt_in_marketing", [], "", {"opted_out": True})["opted_out"] is False


def test_misses_are_counted_and_forgotten() -> None:
    assert changes("nlu_fallback", [], "", {"misses": 1.0})["misses"] == 2.0
    assert changes("faq/points", [], "", {"misses": 2.0})["misses"] == 0.0
    assert "misses" not in changes("affirm", [], "", {"misses": 1.0})


@pytest.mark.parametrize(
    ("label", "slots", "said", "name"),
    [
        ("been_scammed", {}, [], "utter_emergency_first"),
        ("been_scammed", {"lost_via": "credentials"}, [], "utter_emergency_credentials"),
        ("been_scammed", {"lost_via": "own_bank"}, ["utter_emergency_first"], "utter_emergency_own_bank"),
        ("been_scammed", {}, ["utter_emergency_first"], "utter_emergency_again"),
        ("been_scammed", {"crisis": True}, ["utter_crisis"], "utter_emergency_after_crisis"),
        ("been_scammed.worry", {}, [], "utter_emergency_worry"),
        ("scam_now", {}, [], "utter_scam_now"),
        ("scam_now", {}, ["utter_scam_now"], "utter_scam_now_still"),
        ("crisis", {}, [], "utter_crisis"),
        ("scam_now", {"lost_via": "credentials"}, ["utter_emergency_credentials"], "utter_emergency_code"),
        ("scam_now", {"lost_via": "credentials"}, ["utter_scam_now", "utter_emergency_code"], "utter_scam_now_still"),
    ],
)
def test_which_step_is_due(label: str, slots: dict[str, Any], said: list[str], name: str) -> None:
    assert response_for(label, slots, said) == name
