"""What is said after a calculator's result."""

from __future__ import annotations

import pytest

from persona.reckoned import changed, holds_figure, of_result, talked_of
from persona.state import changes


@pytest.mark.parametrize("text", ["年化多少", "一共多少利息", "等额本金呢", "每月还多少", "能省多少", "那缩短年限呢", "不取了 到期多少利息"])
def test_a_part_of_the_result_is_asked_for(text: str) -> None:
    assert of_result(text)


@pytest.mark.parametrize("text", ["要违约金吗", "提前还完手续费退吗", "LPR现在多少", "怎么申请", "我想问问我妈存的那笔钱到期能拿多少利息啊"])
def test_another_question_is_no_part_of_it(text: str) -> None:
    assert not of_result(text)


@pytest.mark.parametrize(("text", "is_so"), [("说错了 是80万", True), ("五年呢", True), ("那我分6期呢", True), ("要违约金吗", False), ("打错了", False)])
def test_another_value_is_heard(text: str, is_so: bool) -> None:
    assert changed(text) is is_so


def test_a_value_that_is_named_is_known() -> None:
    assert holds_figure("三年呢") and holds_figure("24期") and not holds_figure("等额本金呢")


@pytest.mark.parametrize(("label", "kept"), [("faq/early_repay.penalty", True), ("faq/lost_card", False)])
def test_a_result_stands_while_it_is_talked_about(label: str, kept: bool) -> None:
    assert talked_of("prepayment", label) is kept
    new = changes(label, [], "要违约金吗", {"calc_done": "prepayment", "calc_values": "{}"})
    assert ("calc_done" in new) is not kept
