"""What is a message for staff, what is a question about one, and which ticket is named."""

from __future__ import annotations

import pytest

from persona.tickets.model import graver, urgency_of
from persona.tickets.wording import drops_message, message_in, number_in, takes_back


@pytest.mark.parametrize(("text", "message"), [
    ("留言", ""), ("那留言吧", ""), ("我要留个言", ""), ("留言：月供没扣成", "月供没扣成"), ("那就留个话，卡年费扣重了", "卡年费扣重了"),
    ("帮我登记一下，工资卡没到账", "工资卡没到账"), ("留言在哪看", None), ("留言有人看吗", None), ("信用卡年费怎么收", None),
])
def test_the_message_is_what_follows(text: str, message: str | None) -> None:
    assert message_in(text) == message


def test_a_number_is_read_however_it_is_typed() -> None:
    assert number_in("t20261122-0031到哪了") == "T20261122-0031"
    assert number_in("订单20261122-0031") is None


def test_despair_is_graver_than_fraud() -> None:
    assert urgency_of("crisis") == "critical"
    assert {urgency_of(label) for label in ("been_scammed.worry", "scam_now", "faq/lost_card.damaged")} == {"urgent"}
    assert urgency_of("faq/early_repay") == "normal"
    assert graver("urgent", "critical") == graver("critical", "normal") == "critical"


@pytest.mark.parametrize("text", ["算了不投诉了", "我想撤掉投诉", "投诉帮我取消吧", "撤回我的投诉"])
def test_a_complaint_is_taken_back(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize("text", ["不投诉不行", "你们别想让我不投诉", "怎么投诉", "投诉了没人理"])
def test_a_complaint_stands(text: str) -> None:
    assert not takes_back(text)


@pytest.mark.parametrize(("text", "message"), [("帮我记一下，退款没到", "退款没到"), ("麻烦转告同事 明天回我", "明天回我"), ("帮我记个投诉", None), ("我记一下", None)])
def test_a_message_asked_of_somebody(text: str, message: str | None) -> None:
    assert message_in(text) == message


@pytest.mark.parametrize(("text", "dropped"), [("不用留了", True), ("钱到了 不用联系了", True), ("撤了吧", True), ("怎么撤转账", False), ("没人联系我", False)])
def test_a_message_is_taken_back(text: str, dropped: bool) -> None:
    assert drops_message(text) is dropped
