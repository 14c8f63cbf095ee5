"""Who may say what on which channel, category by category and depth by depth."""

from __future__ import annotations

import pytest

from persona.compliance import Context, Decision, Guard, disclosure_text
from persona.compliance.model import CATEGORIES, CHANNELS
from persona.institution import narrowed
from persona.products import load_products


def tags(*names: str) -> str:
    return "".join(disclosure_text(name).replace("__", "15") for name in names)


MENTION = {
    "deposit": "存款的事，请在本行APP查看。",
    "loan": "贷款结清证明带身份证到网点开。",
    "card": "信用卡账单在APP里看。",
    "wealth": "理财赎回到账时间看产品页。",
    "fund": "基金的事，请到本行APP看。",
    "insurance": "保险合同在APP「我的保单」里。",
    "pension": "个人养老金的资料在APP里。",
    "gold": "黄金的事，请到本行APP看。",
    "structured": "结构性存款的合同，请到本行APP看。",
    "payment": "转账记录在APP里查。",
}
EXPLAIN = {
    "deposit": "定期存款就是约好期限的存款，到期连本带息取。" + tags("D-DEP-1", "D-DEP-2"),
    "loan": "等额本息的贷款是一种每月还款额一样的贷款，前期利息占得多。" + tags("D-LN-3"),
    "card": "最低还款额就是账单上最少要还的数，没还的部分要计利息。" + tags("D-CC-2"),
    "wealth": "理财就是你委托管理人去投，盈亏自己担。" + tags("D-WM-1"),
    "fund": "基金是把大家的钱凑到一起去投，净值会涨会跌。" + tags("D-FD-1"),
    "insurance": "年金险是一种长期的保险，早退保可能有损失。" + tags("D-IN-2"),
    "pension": "个人养老金账户就是自己存、退休后领的账户。" + tags("D-PP-3"),
    "gold": "积存金就是按克攒黄金，价格有涨有跌。" + tags("D-GD-1"),
    "structured": "结构性存款就是收益跟标的挂钩的产品。" + tags("D-SD-1", "D-DEP-1"),
    "payment": "转账就是选收款人、填金额、核对姓名再确认。" + tags("D-PY-1"),
}
OFFER = {product.category: product.text() for product in load_products().values()} | {
    "insurance": "欢迎投保本行代销的意外险。" + tags("D-IN-1", "D-IN-2", "D-IN-3"),
    "pension": "欢迎开户，个人养老金账户欢迎办理。" + tags("D-PP-1", "D-PP-2", "D-PP-3", "D-PP-4"),
    "gold": "欢迎办理积存金。" + tags("D-GD-1", "D-GD-2", "D-GD-3"),
    "structured": "欢迎认购结构性存款。" + tags("D-SD-1", "D-SD-2", "D-SD-3", "D-WM-2", "D-DEP-1"),
}
PRODUCTS = [category for category in CATEGORIES if category != "payment"]
CHANNEL_RULES = {"DP-05", "NM-22", "NM-22a", "NM-23"}


def review(guard: Guard, text: str, category: str, channel: str, **more: object) -> Decision:
    return guard.review(text, Context(channel=channel, asked=frozenset({category}), **more))  # type: ignore[arg-type]


def rules_of(decision: Decision) -> set[str]:
    return {finding.rule for finding in decision.findings}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("category", CATEGORIES)
def test_a_word_about_service_passes_everywhere(guard: Guard, category: str, channel: str) -> None:
    decision = review(guard, MENTION[category], category, channel)
    assert decision.allowed and decision.depths[category] == "mention"


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("category", CATEGORIES)
def test_an_explanation_passes_everywhere_but_under_a_public_post(guard: Guard, category: str, channel: str) -> None:
    decision = review(guard, EXPLAIN[category], category, channel, explains=frozenset({category}))
    if channel == "public_comment" and category != "payment":
        assert rules_of(decision) == {"NM-22"} and decision.reason == "channel"
    else:
        assert decision.allowed, decision.findings


@pytest.mark.parametrize("category", PRODUCTS)
def test_what_an_answer_declares_counts_under_a_public_post(guard: Guard, category: str) -> None:
    """Even when the words alone would pass for service talk."""
    told = frozenset({category})
    assert "NM-22" in rules_of(review(guard, MENTION[category], category, "public_comment", explains=told))
    assert review(guard, MENTION[category], category, "platform_account", explains=told).allowed


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("category", PRODUCTS)
def test_an_offer_passes_on_the_banks_own_channels_only(guard: Guard, category: str, channel: str) -> None:
    decision = review(guard, OFFER[category], category, channel)
    if channel in ("own_app", "own_web"):
        assert decision.allowed, decision.findings
        assert decision.depths[category] == "offer"
    else:
        assert rules_of(decision) and rules_of(decision) <= CHANNEL_RULES and decision.reason == "channel"
    if category == "deposit" and channel == "platform_account":
        assert rules_of(decision) == {"DP-05"}


@pytest.mark.parametrize("category", PRODUCTS)
def test_offers_need_a_question_or_a_campaign_with_consent(guard: Guard, category: str) -> None:
    other = frozenset({next(c for c in PRODUCTS if c != category)})
    for nobody_asked in (frozenset[str](), other):
        assert "NM-19" in rules_of(guard.review(OFFER[category], Context(asked=nobody_asked)))
    silent = frozenset[str]()
    assert guard.review("广告：" + OFFER[category], Context(asked=silent, campaign=True, consent=True)).allowed
    assert not guard.review("广告：" + OFFER[category], Context(asked=silent, campaign=True, consent=False)).allowed
    assert not guard.review("广告：" + OFFER[category], Context(asked=silent, campaign=True, consent=True, opted_out=True)).allowed


@pytest.mark.parametrize("category", PRODUCTS)
def test_locks_by_depth(guard: Guard, category: str) -> None:
    asked, silent = frozenset({category}), frozenset[str]()
    for state in ({"lock": "soft"}, {"opted_out": True}):
        assert guard.review(EXPLAIN[category], Context(asked=asked, **state)).allowed  # type: ignore[arg-type]
        assert guard.review(OFFER[category], Context(asked=asked, **state)).allowed  # type: ignore[arg-type]
        assert "NM-19a" in rules_of(guard.review(EXPLAIN[category], Context(asked=silent, **state)))  # type: ignore[arg-type]
    assert "NM-19a" in rules_of(guard.review(OFFER[category], Context(asked=asked, lock="hard")))
    assert guard.review(MENTION[category], Context(asked=silent, lock="hard")).allowed


@pytest.mark.parametrize("category", ["wealth", "fund", "insurance", "gold", "pension"])
def test_nothing_of_another_product_inside_a_flow(guard: Guard, category: str) -> None:
    for flow in ("loan", "card", "deposit"):
        for text in (EXPLAIN[category], OFFER[category]):
            assert "NM-21" in rules_of(guard.review(text, Context(flow=flow, asked=frozenset({flow}))))
        assert guard.review(OFFER[category], Context(flow=flow, asked=frozenset({flow, category}))).allowed


@pytest.mark.parametrize("category", PRODUCTS)
def test_a_minor_hears_no_offer(guard: Guard, category: str) -> None:
    assert "MI-01" in rules_of(guard.review(OFFER[category], Context(asked=frozenset({category}), minor=True)))


@pytest.mark.parametrize(
    ("own", "named", "read"),
    [
        ("own_web", None, "own_web"),
        ("own_web", "", "own_web"),
        ("own_web", "own_app", "own_app"),
        ("own_web", "platform_account", "platform_account"),
        ("own_web", "demo", "demo"),
        ("own_web", "wechat", "public_comment"),
        ("own_web", 7, "public_comment"),
        ("platform_account", "own_app", "platform_account"),
        ("platform_account", "public_comment", "public_comment"),
        ("public_comment", "platform_account", "public_comment"),
        ("demo", "own_web", "demo"),
        ("demo", "wechat", "demo"),
    ],
)
def test_a_client_may_narrow_the_channel_and_never_widen_it(own: str, named: object, read: str) -> None:
    assert narrowed(own, named) == read
