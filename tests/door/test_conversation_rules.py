"""Whole turns: what is said depends on the channel, on what was asked, on locks and on the customer's own decisions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa")

from rasa.shared.core.events import Restarted

from persona.institution import load_institution
from persona.products import load_products
from persona.rasa_adapter.house import house
from tests.talk import Bot, Talk, flat

HOTLINE = load_institution().hotline
OFFERS = {product.category: product.text() for product in load_products().values()}
SHEET = "有什么理财可以买"


@pytest.fixture
def says(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the action server say a text."""

    def plant(text: str) -> None:
        async def request(*args: Any, **kwargs: Any) -> dict[str, Any]:
            return {"responses": [{"text": text}], "events": []}

        monkeypatch.setattr(bot.actions, "request", request)

    return plant


def last(talk: Talk) -> dict[str, Any]:
    """Metadata of the last answer."""
    return dict(talk.tracker.latest_bot_utterance.metadata["metadata"])


@pytest.mark.parametrize("channel", ["platform_account", "public_comment", "demo", "wechat", ["own_app"], 5])
def test_a_product_is_shown_on_the_banks_own_channels_only(bot: Bot, channel: Any) -> None:
    talk = bot.talk(channel=channel)
    answer = talk(SHEET)
    assert last(talk)["refused"] == "channel"
    assert "业绩比较基准" not in answer and load_institution().app in answer


@pytest.mark.parametrize("channel", [None, "own_app", "own_web"])
def test_the_banks_own_channels_show_the_sheet_with_its_disclosures(bot: Bot, channel: str | None) -> None:
    answer = bot.talk(**({"channel": channel} if channel else {}))(SHEET)
    assert "业绩比较基准" in answer and "理财非存款、产品有风险、投资须谨慎" in answer


def test_a_client_cannot_widen_the_institutions_channel(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house().institution.__dict__, "channel", "platform_account")
    talk = bot.talk(channel="own_app")
    talk(SHEET)
    assert last(talk)["refused"] == "channel"


@pytest.mark.parametrize("channel", ["platform_account", "public_comment", "demo", "wechat"])
def test_help_and_service_are_given_on_every_channel(bot: Bot, channel: str) -> None:
    assert "110" in bot.talk(channel=channel)("我被骗了刚转走三万")[:80]
    assert HOTLINE in bot.talk(channel=channel)("卡丢了")
    assert "12356" in bot.talk(channel=channel)("不想活了")


@pytest.mark.parametrize(("channel", "said"), [("platform_account", True), ("demo", True), ("public_comment", False)])
@pytest.mark.parametrize("question", ["基金是什么", "保险怎么看", "个人养老金是什么"])
def test_an_explanation_is_no_matter_for_a_public_post(bot: Bot, question: str, channel: str, said: bool) -> None:
    talk = bot.talk(channel=channel)
    talk(question)
    assert (last(talk).get("refused") == "channel") is not said


@pytest.mark.parametrize("category", ["deposit", "loan", "card", "wealth", "fund"])
def test_an_offer_nobody_asked_for_is_not_made(bot: Bot, says: Callable[[str], None], category: str) -> None:
    """Not in the first turn either, when the customer has named no product at all."""
    talk = bot.talk()
    says(OFFERS[category])
    answer = talk("网点几点开门")
    assert last(talk)["refused"] in ("unasked", "locked") and OFFERS[category][:8] not in answer


def test_a_product_word_of_another_name_asks_for_its_category(bot: Bot) -> None:
    answer = bot.talk()("有哪些大额存单")
    assert "大额存单" in answer and "refused" not in answer and "20万" in answer


@pytest.mark.parametrize("category", ["wealth", "fund"])
def test_nothing_of_another_product_inside_an_open_calculation(bot: Bot, says: Callable[[str], None], category: str) -> None:
    talk = bot.talk()
    talk("提前还款能省多少")
    assert talk.tracker.get_slot("calc")
    says(OFFERS[category])
    assert OFFERS[category][:8] not in talk("50万")
    assert last(talk)["refused"] in ("unasked", "locked")


def test_a_calculation_is_asked_for_by_its_own_name(bot: Bot) -> None:
    talk = bot.talk()
    talk("月供帮我算一下")
    talk("50万")
    talk("3.6%")
    answer = talk("20年")
    assert "元" in answer and "refused" not in last(talk)


def test_after_an_opt_out_questions_are_answered_and_nothing_else_is_said(bot: Bot, says: Callable[[str], None]) -> None:
    talk = bot.talk()
    talk("别推销了")
    assert "理财非存款、产品有风险、投资须谨慎" in talk(SHEET)
    other = bot.talk()
    other("别推销了")
    says("理财就是你委托管理人去投，盈亏自己担。理财非存款、产品有风险、投资须谨慎。")
    other("网点几点开门")
    assert last(other)["refused"] == "locked"


@pytest.mark.parametrize("before", ["别推销了", "我要投诉"])
@pytest.mark.parametrize("question", ["重定价日是什么意思", "等额本息和等额本金有什么区别", "账单日可以改吗", "认购和申购有什么不一样", "50万是本金还是本息"])
def test_a_question_that_names_no_product_is_answered_under_a_soft_lock(bot: Bot, before: str, question: str) -> None:
    talk = bot.talk()
    talk(before)
    talk(question)
    assert "refused" not in last(talk)


@pytest.mark.parametrize(
    "request_", ["关闭个性化推荐", "把个性化推荐关掉", "别根据我的信息给我推荐", "关掉算法推荐", "不要按我的消费习惯推产品"]
)
def test_personalised_recommendation_ends_in_one_turn(bot: Bot, request_: str) -> None:
    talk = bot.talk()
    answer = talk(request_)
    assert talk.tracker.get_slot("opted_out") is True
    assert "个人情况" in answer and "个性化" in answer


@pytest.mark.parametrize(
    ("question", "must"),
    [("哪只理财收益最高", "不"), ("帮我选一只基金", "不"), ("风险测评怎么答才能到C5", "不教"), ("测评帮我选高一点", "如实"), ("我是C2能买R4吗", "不匹配")],
)
def test_no_ranking_no_choice_no_coaching(bot: Bot, question: str, must: str) -> None:
    talk = bot.talk()
    answer = talk(question)
    assert must in answer and "起购金额" not in answer


@pytest.mark.parametrize(
    "text",
    [
        "我是您的专属客户经理，有事找我。",
        "请把验证码发给我核实一下。",
        "详情见 https://fuhe.example.evil.top/a 。",
        "加经理微信13912345678详谈理财收益。",
        "测评那道题您选D，就能买R4了。",
        "这只R4的产品，适合C2及以上的投资者。",
        "理财排名第一的就是这只，收益最高。",
    ],
)
def test_what_no_conversation_makes_right(bot: Bot, says: Callable[[str], None], text: str) -> None:
    talk = bot.talk()
    says(text)
    answer = flat(talk.raw("理财是什么"))
    assert answer.strip() and text[:10] not in answer
    assert last(talk)["refused"]


def lines(audit_file: Path, sender: str) -> list[dict[str, Any]]:
    """Audit lines of a conversation."""
    import hashlib

    conversation = hashlib.sha256(sender.encode()).hexdigest()[:16]
    rows = [json.loads(row) for row in audit_file.read_text("utf-8").splitlines()]
    return [row for row in rows if row.get("conversation") == conversation]


def test_what_the_customer_decides_is_audited_once(bot: Bot, audit_file: Path) -> None:
    talk = bot.talk(channel="own_app", mascot="xiaoshizi")
    talk("有活动通知我")
    talk("同意")
    talk("网点几点开门")
    talk("别推销了")
    talk("别推销了")
    talk("有活动通知我")
    talk("同意")
    talk.tracker.update(Restarted())
    kinds = [(row["kind"], row["because"]) for row in lines(audit_file, talk.sender) if "because" in row]
    assert kinds == [
        ("consent_given", "customer"), ("opt_out", "customer"), ("consent_ended", "customer"),
        ("opt_in", "customer"), ("consent_given", "customer"), ("consent_ended", "restart"),
    ]
    one = next(row for row in lines(audit_file, talk.sender) if row["kind"] == "opt_out")
    assert one["channel"] == "own_app" and one["mascot"] == "xiaoshizi" and "text" not in one


def test_consent_ends_with_the_session_and_the_audit_says_so(bot: Bot, audit_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    talk = bot.talk()
    talk("有活动通知我")
    assert not talk.tracker.get_slot("consent")
    talk("同意")
    assert talk.tracker.get_slot("consent") is True
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 3 * 3600)
    talk("你好")
    assert not talk.tracker.get_slot("consent")
    ended = [row for row in lines(audit_file, talk.sender) if row["kind"] == "consent_ended"]
    assert [row["because"] for row in ended] == ["session"]


def test_turns_of_weight_leave_a_line_and_small_talk_is_counted(bot: Bot, audit_file: Path) -> None:
    house().tally.flush()
    talk = bot.talk()
    talk("你好")
    talk("讲个笑话")
    talk("基金是什么")
    talk("我被骗了刚转走三万")
    house().tally.flush()
    rows = lines(audit_file, talk.sender)
    assert [row["kind"] for row in rows] == ["ai_notice", "message", "message"]
    assert rows[1]["depths"]["fund"] == "explain" and rows[2]["tone"] == "urgent"
    assert all(len(row["message_hash"]) == 32 and row["ruleset"] for row in rows[1:])
    counted = json.loads(audit_file.read_text("utf-8").splitlines()[-1])
    assert counted["kind"] == "chitchat" and counted["messages"] == 2


def test_a_hash_in_rasas_file_broker_stays_whole_and_a_card_number_does_not(tmp_path: Path) -> None:
    from rasa.core.brokers.file import FileEventBroker

    from persona.compliance.feed import message

    card = "6222021234567890128"  # one hash in some thousand holds such a run of digits
    line = {"conversation": "a30820b8d024549a", "prev": f"9c9f0897227a4562395fb8eac243ce09ce7e6924ed{card}d0d"}
    broker = FileEventBroker(str(tmp_path / "events.log"))
    broker.publish(message(line))
    broker.publish({"event": "user", "text": card})
    audit, said = (json.loads(row) for row in (tmp_path / "events.log").read_text("utf-8").splitlines())
    assert audit["audit"] == line
    assert "[已隐去:卡号]" in said["text"] and card not in said["text"]


def test_rasas_event_broker_gets_the_lines_too(bot: Bot, audit_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.core.brokers.file import FileEventBroker

    from persona.rasa_adapter.door import MascotInMemoryStore

    monkeypatch.setattr(house().audit, "written", None)
    broker = FileEventBroker(str(tmp_path / "events.log"))
    MascotInMemoryStore(bot.agent.domain, broker)
    talk = bot.talk()
    talk("别推销了")
    sent = [json.loads(row)["audit"] for row in (tmp_path / "events.log").read_text("utf-8").splitlines()]
    assert [row for row in sent if "conversation" in row] == lines(audit_file, talk.sender)
    assert "opt_out" in [row["kind"] for row in sent]
