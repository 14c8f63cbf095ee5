"""A customer puts right what was heard."""

from __future__ import annotations

import pytest

from persona.nlu.correcting import Correction, correction


@pytest.mark.parametrize(("text", "meant", "heard"), [
    ("我是问能不能先约号", "能不能先约号", ""),
    ("不对，我问的是上门办", "上门办", ""),
    ("我的意思是晚几天还", "晚几天还", ""),
    ("我指的是折子，不是卡", "折子", "卡"),
    ("我问的是怎么停不是怎么开", "怎么停", "怎么开"),
    ("不是卡是存折", "存折", "卡"),
    ("都不对 我是储蓄卡 不是信用卡", "储蓄卡", "信用卡"),
    ("我这张是社保卡，不是工资卡", "社保卡", "工资卡"),
])
def test_what_is_meant(text: str, meant: str, heard: str) -> None:
    assert correction(text) == Correction(meant, heard)


@pytest.mark.parametrize("text", ["是不是问这个", "你不是说免费吗", "我问了三遍了", "不是吧", "不是这个意思", "我问你呢", "哪里不是都一样"])
def test_what_corrects_nothing(text: str) -> None:
    assert correction(text) is None


def test_the_word_is_put_into_the_question_before() -> None:
    assert Correction("存折", "卡").put_into("卡的密码忘了") == "存折的密码忘了"
    assert Correction("存折").put_into("密码忘了") == "存折 密码忘了"
