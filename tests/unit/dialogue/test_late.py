"""When a loss is old, and when it only seems so: the hour that counts must not be lost."""

from __future__ import annotations

import pytest

from persona.checking import ASKED, way_to_check
from persona.emergency import LATE, gone, response_for, told_code
from persona.late import lately, long_ago
from persona.state import changes


@pytest.mark.parametrize("text", [
    "前年炒股被骗十二万", "大前年的事", "上个礼拜三转的", "被骗都快一年了 现在还能报吗", "五个月前投的", "好几天了", "骗了半年 一直没敢说",
    "去年交的钱 今天才知道是骗子", "2024年被骗的", "买了一年多了", "被骗了三个月了 到现在没报警",
])
def test_old(text: str) -> None:
    assert long_ago(text)


@pytest.mark.parametrize("text", [
    "昨天下午", "半小时前", "刚转了三万", "去年认识的 今天给她转了五万", "三年的积蓄刚被骗光", "网恋半年被骗两万", "攒了十年的钱被骗了", "我转了两个月工资给他",
    "上个月加的好友 骗了我一万", "天天往里充 又转了两万", "他说三天后还我 我就转了", "被骗了两万", "前天刚转的",
])
def test_not_old(text: str) -> None:
    assert not long_ago(text)


def test_money_that_goes_again_makes_it_urgent_again() -> None:
    slots = changes("been_scammed", [], "去年被骗三万", {})
    assert slots["late"] is True
    assert lately("昨天又转了五千") and changes("been_scammed", [], "昨天又转了五千", {"late": True})["late"] is False


def test_the_whole_first_then_the_part_and_never_over_a_crisis() -> None:
    late = {"late": True}
    assert response_for("been_scammed", late, []) == LATE
    assert gone([LATE])
    assert response_for("been_scammed.told", late, []) == LATE
    assert response_for("been_scammed", late | {"lost_via": "other_bank"}, [LATE]) == f"{LATE}_from"
    assert response_for("been_scammed.called", late | {"reported": True}, [LATE]) == f"{LATE}_called"
    assert response_for("been_scammed", late, [LATE]) == f"{LATE}_steady"
    assert response_for("been_scammed", late | {"crisis": True}, []) == "utter_emergency_after_crisis"
    assert response_for("been_scammed", {}, []) == "utter_emergency_first"


def test_a_code_that_was_told_is_no_call_to_the_police() -> None:
    assert told_code("念给他了", "utter_scam/fake_bank_staff") and told_code("报了", "utter_emergency_code")
    assert not told_code("报了", "utter_emergency_first") and not told_code("报警了", "utter_scam/fake_bank_staff")


def test_each_kind_is_checked_in_its_own_way() -> None:
    assert way_to_check(["utter_greet", "utter_scam/fake_loan"], []) == f"{ASKED}.fake_loan"
    assert way_to_check(["utter_scam/brushing.job"], []) == f"{ASKED}.brushing"
    assert way_to_check([], [{"name": "check_suspicious", "confidence": 0.5}, {"name": "scam/prize", "confidence": 0.2}]) == f"{ASKED}.prize"
    assert way_to_check([], [{"name": "check_suspicious", "confidence": 0.9}, {"name": "scam/prize", "confidence": 0.02}]) == ASKED
