from __future__ import annotations

from typing import Any

import pytest

from persona.emergency import denied, response_for
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


@pytest.mark.parametrize("text", ["我16 想办张信用卡", "我今年15岁", "我才十四岁", "我还没满18", "我是初二的", "我在读高一", "我高一 想贷点款", "我上五年级"])
def test_a_minor(text: str) -> None:
    new = changes("faq/card_apply", [], text, {})
    assert new["minor"] is True and new["lock"] == "hard"


@pytest.mark.parametrize("text", ["我16号还款", "我18岁了", "我35岁", "我有10万", "我16万贷款", "我家孩子15岁", "我1点到", "我10月份还", "我初一能去网点吗", "我高一点的利息要吗", "我孩子上五年级"])
def test_not_a_minor(text: str) -> None:
    assert not changes("faq/card_apply", [], text, {}).get("minor")


def test_opt_out_and_back() -> None:
    assert changes("stop_marketing", [], "", {})["opted_out"] is True
    assert changes("opt_in_marketing", [], "", {"opted_out": True})["opted_out"] is False


def test_misses_are_counted_and_forgotten() -> None:
    assert changes("nlu_fallback", [], "", {"misses": 1.0})["misses"] == 2.0
    assert "misses" not in changes("nlu_fallback", [], "😭💳", {"misses": 1.0})
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
        ("been_scammed.called", {}, ["utter_emergency_own_bank"], "utter_been_scammed.called"),
        ("been_scammed.called", {}, ["utter_been_scammed.called"], "utter_been_scammed.next"),
        ("been_scammed.called", {}, ["utter_scam_now"], "utter_emergency_reported"),
        ("been_scammed.called", {"crisis": True}, ["utter_crisis"], "utter_emergency_with_you"),
        ("been_scammed.shame", {"crisis": True}, ["utter_crisis"], "utter_crisis"),
        ("been_scammed", {"lost_via": "wallet"}, ["utter_emergency_wallet", "utter_emergency_worry"], "utter_emergency_noted"),
        ("scam_now", {}, ["utter_emergency_first"], "utter_scam_now_more"),
        ("scam_now", {}, ["utter_scam_now"], "utter_scam_now_still"),
        ("crisis", {}, [], "utter_crisis"),
        ("scam_now", {"lost_via": "credentials"}, ["utter_emergency_credentials"], "utter_emergency_code"),
        ("scam_now", {"lost_via": "credentials"}, ["utter_scam_now", "utter_emergency_code"], "utter_scam_now_still"),
    ],
)
def test_which_step_is_due(label: str, slots: dict[str, Any], said: list[str], name: str) -> None:
    assert response_for(label, slots, said) == name


def test_a_no_is_read_after_what_was_asked() -> None:
    assert denied(["utter_emergency_first", "utter_emergency_own_bank"]) == "utter_emergency_call_now"
    assert denied(["utter_scam_now"]) == "utter_emergency_stopped"
    assert denied(["utter_emergency_credentials", "utter_emergency_code"]) == "utter_emergency_stopped"
    assert denied(["utter_faq/points"]) is None


@pytest.mark.parametrize(
    ("text", "relative", "victim"),
    [
        ("我妈被骗走了六万", "我妈", "family"),
        ("骗子让我爸转了三万", "我爸", "family"),
        ("他说我爸妈也会被抓", "我爸", None),
        ("我不想报警 怕我对象知道", "我对象", None),
        ("他可好了 比我儿子强", "我儿子", None),
    ],
)
def test_a_relative_who_is_only_named_was_not_defrauded(text: str, relative: str, victim: str | None) -> None:
    named = [{"entity": "victim", "value": "family", "start": text.index(relative)}]
    assert changes("scam_now", named, text, {}).get("victim") == victim


def test_despair_is_the_speakers_unless_it_is_said_of_another() -> None:
    assert changes("crisis", [], "不想活了", {"victim": "family"})["victim"] is None
    assert changes("crisis.other", [], "我妈不想活了", {})["victim"] == "family"


def test_who_has_verified_it_ends_the_topic_but_no_lock() -> None:
    assert changes("check_suspicious.cleared", [], "是他本人", {"topic": "scam/fake_acquaintance"})["topic"] is None
    assert "topic" not in changes("check_suspicious.cleared", [], "是他本人", {"topic": "scam_now", "lock": "hard"})


def test_who_has_called_the_police_is_remembered_to_the_end_of_it() -> None:
    called = changes("been_scammed.called", [], "打了", {"lock": "hard"})
    assert called["reported"] is True
    assert changes("been_scammed.freeze", [], "能冻结吗", {"lock": "hard", "reported": True}).get("reported", True)
    assert changes("crisis", [], "不想活了", {"lock": "hard", "reported": True})["reported"] is False
    settled = [{"entity": "settled", "value": "yes"}]
    assert changes("affirm", settled, "都处理好了", {"lock": "hard", "reported": True})["reported"] is False
