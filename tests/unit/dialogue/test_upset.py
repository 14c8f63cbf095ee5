"""Anger at the bank is heard in a question about money, and nowhere else."""

from __future__ import annotations

import pytest

from persona.upset import upset


@pytest.mark.parametrize("text", [
    "凭什么又收我短信费", "你们搞什么，工资卡说锁就锁", "乱扣年费，还我钱！", "跑了三趟还没办好，到底要带什么", "真离谱，取自己的钱还要证明"])
def test_anger_is_heard(text: str) -> None:
    assert upset(text)


@pytest.mark.parametrize("text", [
    "年费怎么退", "对方什么意思？不还我钱", "骗子太过分了", "凭什么证件能开户", "跑了一趟网点，还要预约吗", "等了两天到账了"])
def test_nobody_is_called_angry_who_is_not(text: str) -> None:
    assert not upset(text)
