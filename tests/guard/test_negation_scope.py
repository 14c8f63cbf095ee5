"""A denial or a warning ends at the comma, unless the clause behind it continues it."""

from __future__ import annotations

import pytest

from persona.compliance import Guard
from tests.guard.refused import REFUSED

# what somebody may put in front: denials, prohibitions and warnings about something else
BEFORE = [
    "今天不能办的业务明天再办", "这里没有停车位", "我不是来推销的", "不会用手机也行", "请勿大声喧哗", "禁止吸烟", "别信传言", "警惕不是坏事",
    "不得不说", "网上骗局很多", "骗子我们见得多了", "违规的事我们不做", "老人家最怕被骗", "客户都说我专业", "监管很严", "别的我不敢说",
]
# Each with why it may pass.
_REACHES_BACK = "the words of the rule begin with 办 of the clause before (明天再办，今天……送), so the hit stands behind 不能"
EXCEPTIONS = {"今天刷卡，我送您一个电饼铛。": _REACHES_BACK}


def test_an_innocent_clause_in_front_never_turns_refuse_into_allow(guard: Guard) -> None:
    passed = {text for before in BEFORE for text in REFUSED if guard.review(f"{before}，{text}").allowed}
    assert passed - set(EXCEPTIONS) == set()


def test_the_exceptions_are_few_and_needed(guard: Guard) -> None:
    assert len(EXCEPTIONS) <= 0.03 * len(REFUSED)
    for text in EXCEPTIONS:
        assert not guard.review(text).allowed
        assert any(guard.review(f"{before}，{text}").allowed for before in BEFORE), text


def test_the_rules_alone_lose_nothing_behind_a_denial_about_something_else(rules_only: Guard) -> None:
    missed = {(before, text) for before in BEFORE for text in REFUSED if rules_only.review(f"{before}，{text}").allowed}
    assert len(missed) <= 0.003 * len(BEFORE) * len(REFUSED), sorted(missed)


@pytest.mark.parametrize("text", [
    "不能迟到，买理财稳赚不赔。",
    "没有别的事，这款基金保本保息。",
    "别着急，黑户也能贷，百分百下款。",
    "我们不承诺别的，就承诺保本。",
    "骗子到处都是，只有我们稳赚不赔。",
    "反诈靠大家，闭眼买这只基金都不亏。",
    "警惕高息陷阱，选择我行保本理财。",
    "不要相信别人，跟着我稳赚不赔。",
    "禁止外传，内部消息，明天必涨。",
    "法院门口不让停车，征信花了也能下款。",
])
def test_a_real_promise_behind_a_denial_or_a_warning_is_refused(guard: Guard, text: str) -> None:
    assert not guard.review(text).allowed


@pytest.mark.parametrize("text", [
    "本产品不承诺保本、保收益。",
    "不得宣传稳赚，也不得承诺保本。",
    "不得使用「保本」「稳赚」，或者「零风险」等字样。",
    "别信稳赚不赔，都是骗人的。",
    "骗子冒充客服，承诺保本高息，骗走养老钱。",
    "对方声称，加群就能稳赚不赔。",
    "骗子先拉你进群，再说内部消息，最后让你充值。",
    "有人给您打电话，说征信可以洗白，请直接挂断。",
    "严禁销售人员承诺收益，夸大产品安全性，诱导客户购买。",
    "别信什么内部渠道，什么稳赚不赔，都是骗人的。",
    "常见的话术有三种：保本高息，限时抢购，内部渠道。",
    "民警介绍，嫌疑人以高额返利为诱饵，承诺保本保息，骗取老人的钱。",
    "投诉人称，当时销售人员说没有风险，和存款一样。",
])
def test_a_denial_or_a_warning_that_goes_on_still_counts(guard: Guard, text: str) -> None:
    assert guard.review(text, scope="wording").allowed
