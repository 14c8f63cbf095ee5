"""Where the questions of one message part, and what a correction takes back."""

from __future__ import annotations

import pytest

from persona.nlu.questions import corrected, questions


@pytest.mark.parametrize(("text", "parts"), [
    ("换手机号怎么改，补卡要带什么，还有周六开门吗", ["换手机号怎么改", "补卡要带什么", "周六开门吗"]),
    ("两件事：怎么销户，积分还能换不", ["怎么销户", "积分还能换不"]),
    ("我要出国，换钱要预约吗，卡能刷吗", ["我要出国，换钱要预约吗", "卡能刷吗"]),
    ("先问利率多少，再问能提前还吗", ["利率多少", "能提前还吗"]),
    ("存折丢了，怎么办理", ["存折丢了，怎么办理"]),
    ("开户要本人去吗，怎么办理", ["开户要本人去吗，怎么办理"]),
    ("当天还有利息吗", ["当天还有利息吗"]),
    ("转人工，年费怎么免", ["转人工，年费怎么免"]),
    ("转人工，另外年费怎么免", ["转人工", "年费怎么免"]),
])
def test_where_questions_part(text: str, parts: list[str]) -> None:
    assert [part for part, _ in questions(text)] == parts


def test_what_is_told_after_a_question_is_a_part_that_asks_nothing() -> None:
    assert questions("卡丢了怎么办，密码也忘了") == [("卡丢了怎么办", True), ("密码也忘了", False)]


@pytest.mark.parametrize(("text", "left"), [
    ("不是信用卡，我问的是储蓄卡的年费", "储蓄卡的年费"),
    ("我问的是医保那个，不是取钱那个", "医保那个"),
    ("没问利率，我想问能不能提前取", "我想问能不能提前取"),
])
def test_what_is_not_meant_is_taken_back(text: str, left: str) -> None:
    assert corrected(text) == left


@pytest.mark.parametrize("text", ["不是本地人，能开户吗", "不是我转的，我要怎么办", "不是说好免年费的吗，我要退", "我想问年费"])
def test_what_corrects_nothing_stays(text: str) -> None:
    assert corrected(text) == text
