from __future__ import annotations

from datetime import datetime

import pytest

from persona.emergency import STEADY, STEADY_NOW, STEADY_STOPPED, STOPPED, steady
from persona.hours import is_open
from persona.institution import load_institution
from persona.labels import Labels
from persona.official import check
from persona.steps import FIRST, MOST, SCREEN, closing, opening, steps

BANK = load_institution()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("www.fuhe.example 是你们的网址吗", "listed"),
        ("http://pay.fuhe.example/x 这个呢", "listed"),
        ("fuhe.example.cn-bank.top 是你们的吗", "not_listed"),
        ("evilfuhe.example 是吗", "not_listed"),
        ("刚才13800138000打来说是你们客服", "not_listed"),
        ("400-820-8820 是你们的电话吗", "not_listed"),
        ("福禾银行APP 是你们的软件吧", "listed"),
        ("福禾银行APP 让我点 http://a.top/1", "not_listed"),
        ("那个人是你们行的吗", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_is_ours(text: str, verdict: str) -> None:
    assert check(text, BANK) == verdict


@pytest.mark.parametrize(
    ("hours", "moment", "opened"),
    [
        ("8:30—21:00", "2026-11-23T08:30", True),
        ("8:30—21:00", "2026-11-23T21:00", False),
        ("8:30-21:00", "2026-11-23T03:00", False),
        ("周一至周五 9:00—17:00", "2026-11-21T10:00", False),
        ("周一至周五 9:00—17:00", "2026-11-23T10:00", True),
        ("7×24小时", "2026-11-21T04:00", True),
    ],
)
def test_opening_hours(hours: str, moment: str, opened: bool) -> None:
    assert is_open(hours, datetime.fromisoformat(moment)) is opened


def test_unreadable_hours_say_so() -> None:
    with pytest.raises(ValueError, match="看不懂"):
        is_open("白天", datetime(2026, 11, 23, 10, 0))


def test_steps_are_short_whole_and_in_order() -> None:
    text = "（我是福禾银行的AI助手，不是真人）\n一般可以。要带三样：存折、你的身份证、代办人的身份证。\n1. 先打电话问准。\n2. 再去网点。"
    found = steps(text)
    assert all(len(step) <= MOST for step in found)
    assert not any("AI" in step for step in found)
    assert found.index("先看这一样：存折。") == 0
    assert 0 < found.index("再看这一样：你的身份证。") < found.index("先打电话问准。")


def test_labels_fall_back_to_the_topic_and_offer_each_title_once() -> None:
    labels = Labels({"faq/a": "甲", "faq/b": "乙"})
    assert labels.title("faq/a.detail") == "甲"
    buttons = labels.buttons([("faq/a.detail", 0.5), ("faq/a", 0.3), ("nlu_fallback", 0.2), ("faq/b", 0.1)])
    assert [b["title"] for b in buttons] == ["甲", "乙"]
    assert labels.buttons([("faq/a", 0.5)], leave_out="faq/a.detail") == []


WAY = "看屏幕费劲，就拨95XXX0问，或带身份证到网点，有人帮您。"


def test_large_print_names_the_telephone_and_the_counter_before_a_screen() -> None:
    begun, rest = opening("登录页点「忘记密码」，自己重设。\n1. 输错被锁，等一等。\n2. 急用就去网点。", WAY)
    assert begun.startswith(WAY) and "急用" not in begun
    begun, rest = opening("要看卡种。\n在本行APP「信用卡—账单」看。还有不懂的再问。", WAY)
    assert begun == "要看卡种。" + WAY and SCREEN.search(rest)
    begun, rest = opening("先打电话问。" * 3 + "别的慢慢说，" * 20 + "。", WAY)
    assert len(begun) <= FIRST and rest


def test_an_answer_that_names_the_counter_is_not_told_so_again() -> None:
    begun, _ = opening("进门先找大堂经理，到窗口办。\n要约时间，在本行APP「网点预约」。", WAY)
    assert WAY not in begun


def test_every_step_offers_a_person() -> None:
    for step, last in (("拨95XXX0。", False), ("这样就行。", False), ("带上身份证。", True)):
        assert "转人工" in closing(step, last) and len(step) + len(closing(step, last)) <= 60


def test_a_list_is_not_cut_inside_brackets() -> None:
    assert steps("带身份证、卡和说明（合同、订单）到网点：一样别少。") == ["带身份证、卡和说明（合同、订单）到网点：一样别少。"]
    assert all(step.count("（") == step.count("）") for step in steps("要带：身份证、卡和说明（合同、订单、聊天）到网点。"))
    told = "先对两样：买入那天公布的净值，最近一次公布的净值和它的日期（常晚一到几天，节假日可能不更新），对不上再问。"
    assert len(steps(told)) > 1 and all(step.count("（") == step.count("）") for step in steps(told))


def test_who_kept_the_money_is_not_told_to_stop_a_payment() -> None:
    assert steady([]) == STEADY
    assert steady(["utter_scam_now"]) == steady(["utter_scam_now", "utter_faq/lost_card"]) == STEADY_NOW
    assert steady(["utter_scam_now", STOPPED, "utter_chitchat/night"]) == STEADY_STOPPED
    assert steady(["utter_scam_now", STOPPED, "utter_emergency_first"]) == STEADY
