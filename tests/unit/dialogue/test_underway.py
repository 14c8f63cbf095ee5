"""Three words of somebody who is being robbed belong to the question before."""

from __future__ import annotations

import pytest

from persona.emergency import finished, left_from, response_for, waits
from persona.place import Place
from persona.underway import answers, corrected

GONE = Place(topic="been_scammed", lock="hard", alarmed=True, gone=True, last="utter_emergency_first")
WARNED = Place(topic="scam_now", lock="hard", alarmed=True, last="utter_emergency_steady_now")


@pytest.mark.parametrize("text", ["大概半小时前", "昨天晚上", "刚刚", "二十分钟前吧", "前天的事", "三个月前转的", "也就十来分钟", "上周三下午两点多", "刚转 五分钟"])
def test_when_it_was_is_a_thing_to_tell_the_police(text: str) -> None:
    assert answers(text, GONE) == "been_scammed.told"
    assert answers(text, WARNED) is None


@pytest.mark.parametrize("text", ["昨天晚上他又打来了", "刚刚又转了", "三天了还没消息", "明天"])
def test_more_than_a_time_is_read_as_what_it_says(text: str) -> None:
    assert answers(text, GONE) != "been_scammed.told"


@pytest.mark.parametrize("text", ["没付第二笔", "我没付第二笔", "后面那笔没给", "就转了一次", "后来没再转", "钱没少", "余额还在"])
def test_what_was_kept_is_heard_as_kept(text: str) -> None:
    assert answers(text, GONE) == "been_scammed.held"


@pytest.mark.parametrize("text", ["第二笔还没转，要转吗", "就转了一次密码也给了", "钱没少但是验证码给他了", "第二笔还没付"])
def test_what_is_still_open_is_not_taken_for_kept(text: str) -> None:
    assert answers(text, GONE) != "been_scammed.held"


def test_what_now_has_an_answer_before_and_after_the_loss() -> None:
    for text in ("下面呢", "接下来干啥", "那下一步怎么办"):
        assert answers(text, GONE) == "deny"
        assert answers(text, WARNED) == "deny"


@pytest.mark.parametrize(("label", "text"), [
    ("scam_now.bystander", "大概是半个小时吧"), ("been_scammed.unreached", "二十分钟前吧"), ("scam_now.back", "门铃响了"), ("been_scammed.called", "提过六百"),
])
def test_a_step_that_is_only_near_is_not_told(label: str, text: str) -> None:
    assert corrected(text, label, "context", "nlu_fallback", cue=False, gone=True) != label
    assert corrected(text, label, "context", "nlu_fallback", cue=False, gone=True) is not None


@pytest.mark.parametrize(("text", "via"), [
    ("支付宝", "wallet"), ("微信零钱", "wallet"), ("本行卡", "own_bank"), ("不是你们的，别的银行", "other_bank"), ("给的现金", "cash_gold"),
    ("验证码也填了", "credentials"), ("银行卡", ""), ("我不知道", ""),
])
def test_where_the_money_left_from_in_a_word(text: str, via: str) -> None:
    assert left_from(text) == via


def test_details_do_not_stop_the_question_where_it_left_from() -> None:
    said = ["utter_emergency_first"]
    assert response_for("been_scammed.told", {}, said) == "utter_emergency_noted_from"
    assert response_for("been_scammed.told", {}, [*said, "utter_emergency_noted_from"]) == "utter_emergency_noted"
    assert response_for("been_scammed.told", {"lost_via": "wallet"}, said) == "utter_emergency_noted"
    assert response_for("been_scammed.told", {}, []) == "utter_emergency_first"


def test_the_end_and_the_wait_are_spoken_of_by_whether_money_has_gone() -> None:
    assert finished(["utter_emergency_first"]) == "utter_emergency_finished"
    assert finished(["utter_scam_now"]) == "utter_emergency_finished_stopped"
    assert waits(["utter_emergency_first"]) == "utter_emergency_waits"
    assert waits(["utter_scam_now"]) == "utter_emergency_waits_stopped"
