"""Words that lead to a question, or take the last answer back, are told from the question."""

from __future__ import annotations

import pytest

from persona.nlu.leads import behind, goes_back


@pytest.mark.parametrize(("text", "asked"), [
    ("哦 那剩下的算利息吗", "那剩下的算利息吗"),
    ("哦那要是还两千呢", "那要是还两千呢"),
    ("不是，我问的是已经收的退不退", "已经收的退不退"),
    ("不對 我說的是信用卡", "信用卡"),
    ("等一下，是十八年", "是十八年"),
    ("前面那个问题再答一遍 限额去哪改", "限额去哪改"),
    ("回到刚才的问题，要本人去吗", "要本人去吗"),
    ("开个玩笑哈 最多能取多少", "最多能取多少"),
    ("喂你好我想问一下那个 理财到期怎么没到账", "理财到期怎么没到账"),
    ("我就是想问下那个那个存单丢了咋办", "存单丢了咋办"),
])
def test_what_is_asked_stands_behind(text: str, asked: str) -> None:
    assert behind(text) == (asked if len(asked) >= 4 else "")


@pytest.mark.parametrize("text", ["哦", "哦 好的", "不是", "我想办信用卡", "那个费用怎么算", "不是本人能办吗"])
def test_nothing_stands_behind(text: str) -> None:
    assert behind(text) == ""


@pytest.mark.parametrize("text", ["前面那个问题", "回到刚才那个问题", "你还没回答前面的问题呢", "刚才的事接着说", "上面那个问题再说一遍"])
def test_goes_back_to_the_question_before(text: str) -> None:
    assert goes_back(text)


@pytest.mark.parametrize("text", ["刚才转错了", "前面还有几个人", "之前的卡怎么办", "最开始存的利率多少", "问题", ""])
def test_goes_nowhere(text: str) -> None:
    assert not goes_back(text)
    assert behind(text) == ""
