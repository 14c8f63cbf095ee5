"""What a decision is, and what the conversation changes in it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from persona.compliance import Context, Decision, Guard, disclosure_text

WEALTH = ["D-WM-1", "D-WM-3"]


def fill(*names: str) -> str:
    return "".join(disclosure_text(name).replace("__", "2") for name in names)


def rules_of(decision: Decision) -> set[str]:
    return {finding.rule for finding in decision.findings}


def test_the_plain_call_works(guard: Guard) -> None:
    decision = guard.review("还款日是每月8号。")
    assert decision.allowed and decision.findings == [] and decision.reason is None
    assert len(decision.ruleset) == 12


def test_json_keys_are_those_of_the_interface(guard: Guard) -> None:
    decision = guard.review("低风险稳赚，手慢无")
    data = decision.as_dict()
    assert list(data) == ["verdict", "categories", "findings", "missing", "ruleset"]
    assert list(data["findings"][0]) == ["rule", "law", "start", "end", "text", "message", "fix"]
    json.dumps(data, ensure_ascii=False)


@pytest.mark.parametrize("text", ["保*本", "保 本 理 财", "保\u200b本", "穩賺不賠", "ｂａｏ本", "稳，赚，不，赔", "保💰本收益", "宝本高息"])
def test_evasions_are_seen_through_and_offsets_point_into_the_original(guard: Guard, text: str) -> None:
    decision = guard.review("看这里：" + text)
    assert not decision.allowed
    for finding in decision.findings:
        assert ("看这里：" + text)[finding.start:finding.end] == finding.text


@pytest.mark.parametrize(
    "text",
    [
        "没有保本的理财。",
        "承诺稳赚不赔的投资群，都是骗局。",
        "骗子常说三句话：\n1. 稳赚不赔\n2. 内部渠道\n3. 名额只剩三个",
        "「保本理财」现在没有。",
        "《关于规范保本理财业务的通知》可以在官网查。",
        "风险等级R2（中低风险）。",
        "理财保本吗？",
        "赶紧挂电话，第一步先打110，最好有家人陪着。",
        "最低还款额在账单第二行，最长免息期看领用合约。",
        "同一存款人在同一家银行的本息合计最高偿付限额50万元。",
        "请在30秒内输入页面上的数字。",
    ],
)
def test_contexts_that_make_a_banned_word_right(guard: Guard, text: str) -> None:
    decision = guard.review(text, scope="wording")
    assert decision.allowed, rules_of(decision)


@pytest.mark.parametrize(
    "text",
    [
        "我们不是骗子，保本保息。",
        "不仅保本，还送红包。",
        "您想要稳赚不赔吗？扫码进群。",
        "投资需谨慎，但这款保本。",
        "虽说过往业绩不代表未来，可这只闭眼买都不亏。",
        "绝对不能错过的高收益产品",
    ],
)
def test_contexts_that_only_look_right(guard: Guard, text: str) -> None:
    assert not guard.review(text).allowed


def test_service_talk_is_mention(guard: Guard) -> None:
    for text in ("信用卡账单在哪看？在APP账单页。", "贷款结清证明带身份证到网点开。", "理财赎回几天到账，看产品页。"):
        decision = guard.review(text)
        assert decision.allowed and set(decision.depths.values()) <= {"mention"}, text


def test_explain_needs_the_tag_in_the_same_bubble(guard: Guard) -> None:
    text = "理财就是你委托管理人去投，盈亏自己担。"
    refused = guard.review(text)
    assert refused.depths["wealth"] == "explain" and refused.missing == ["D-WM-1"] and refused.reason == "disclosure"
    assert guard.review(text + fill("D-WM-1")).allowed
    assert not guard.review(text + "\n\n" + fill("D-WM-1")).allowed
    assert not guard.review(text + "说明很长。" * 180 + fill("D-WM-1")).allowed
    assert guard.review(text, scope="wording").allowed


def test_offer_needs_the_full_set(guard: Guard) -> None:
    text = "本行理财的业绩比较基准为2.30%，"
    asked = Context(asked=frozenset({"wealth"}))
    decision = guard.review(text, asked)
    assert decision.depths["wealth"] == "offer" and set(decision.missing) >= {"D-WM-1", "D-WM-2", "D-WM-3"}
    full = text + fill("D-WM-1", "D-WM-2", "D-WM-3")
    assert guard.review(full, asked).allowed, guard.review(full, asked).findings
    for name in ("D-WM-1", "D-WM-2", "D-WM-3"):
        rest = [other for other in ("D-WM-1", "D-WM-2", "D-WM-3") if other != name]
        assert name in guard.review(text + fill(*rest), asked).missing


def test_offers_only_when_asked(guard: Guard) -> None:
    text = "本行理财欢迎购买。" + fill(*WEALTH)
    assert guard.review(text, Context(asked=frozenset({"wealth"}))).allowed
    refused = guard.review(text, Context(asked=frozenset({"card"})))
    assert "NM-19" in rules_of(refused) and refused.reason == "unasked"
    assert guard.review("广告：" + text, Context(asked=frozenset(), campaign=True, consent=True)).allowed
    assert "AD-43" in rules_of(guard.review("广告：" + text, Context(asked=frozenset(), campaign=True)))
    assert "AD-14" in rules_of(guard.review(text, Context(campaign=True, consent=True)))


def test_locks(guard: Guard) -> None:
    explain = "理财就是你委托管理人去投，盈亏自己担。" + fill("D-WM-1")
    asked, silent = frozenset({"wealth"}), frozenset[str]()
    assert guard.review(explain, Context(lock="soft", asked=asked)).allowed
    assert guard.review(explain, Context(lock="soft", asked=silent)).reason == "locked"
    assert guard.review(explain, Context(opted_out=True, asked=silent)).reason == "locked"
    offer = "本行理财欢迎购买。" + fill(*WEALTH)
    assert guard.review(offer, Context(lock="hard", asked=asked)).reason == "locked"
    assert not guard.review("来参加抽奖吧。", Context(lock="hard")).allowed
    assert guard.review("先停，别再转钱。现在拨110。", Context(lock="hard", asked=silent)).allowed


def test_nested_mixed_minor_and_channels(guard: Guard) -> None:
    offer = "本行理财欢迎购买。" + fill(*WEALTH)
    asked = frozenset({"wealth"})
    assert "NM-21" in rules_of(guard.review(offer, Context(flow="loan", asked=frozenset())))
    assert "NM-16" in rules_of(guard.review(offer + "三年期存款利率1.5%。"))
    assert "MI-01" in rules_of(guard.review(offer, Context(minor=True, asked=asked)))
    for channel, rule in (("public_comment", "NM-22"), ("platform_account", "NM-22a"), ("demo", "NM-23")):
        decision = guard.review(offer, Context(channel=channel, asked=asked))
        assert rule in rules_of(decision) and decision.reason == "channel"
    assert guard.review(offer, Context(channel="own_app", asked=asked)).allowed


def test_links_and_phones(guard: Guard) -> None:
    own = {"domains": ["bank.example"], "phones": ["95000"]}
    context = Context(institution=own)
    assert guard.review("见 https://www.bank.example/a 或拨95000、110、12378。", context).allowed
    assert "NM-03" in rules_of(guard.review("见 https://bank.example.evil.top/a", context))
    assert "NM-03a" in rules_of(guard.review("拨95588。", context))


def test_reason_is_the_gravest(guard: Guard) -> None:
    assert guard.review("把验证码发给我，低风险。").reason == "secret"
    assert guard.review("我是您的专属客户经理。").reason == "identity"
    assert guard.review("带你炒币。").reason == "unlawful"


def test_staff_may_quote_what_is_struck_out(guard: Guard) -> None:
    text = "查出2处。\n1.「稳赚」：承诺收益。删。\n2.「低风险」：诱导性用语。"
    assert guard.review(text, Context(speaker="staff")).allowed


def test_a_failure_inside_is_a_refusal(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_bubble", lambda *_: 1 / 0)
    decision = guard.review("你好")
    assert decision.verdict == "refuse" and decision.reason == "error"
    assert guard.review(None).reason == "error"  # type: ignore[arg-type]


def test_bad_context_says_what_is_possible(guard: Guard) -> None:
    with pytest.raises(ValueError, match="own_web"):
        Context(channel="radio")
    with pytest.raises(ValueError, match="wording"):
        guard.review("你好", scope="half")


def test_importing_needs_neither_rasa_nor_spacy_nor_numpy() -> None:
    code = (
        "import sys; from persona.compliance import Guard; Guard.load().review('你好');"
        "print([m for m in ('rasa','tensorflow','spacy','numpy','sklearn') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


FRAUD = "群主说：“明早这只票必涨，跟着我买，名额只剩三个。”又有人接话：“我上周稳赚两万，加我微信。”快来加入我们吧！"


@pytest.mark.parametrize("warning", ["收到这样的消息：「{}」，这是诈骗，别回。", "骗子常这样写：「{}」，千万别信。"])
def test_a_quotation_with_quotations_and_sentences_in_it_is_one_quotation(guard: Guard, warning: str) -> None:
    assert guard.review(warning.format(FRAUD), scope="wording").allowed
    assert guard.review(warning.format(FRAUD * 4), scope="wording").allowed
    assert not guard.review(FRAUD, scope="wording").allowed
    assert not guard.review(warning.format(FRAUD) + "我们的理财才稳赚不赔。", scope="wording").allowed
    assert not guard.review(f"好消息：「{FRAUD}」", scope="wording").allowed


def test_what_an_editor_strikes_out_may_be_named(guard: Guard) -> None:
    assert guard.review("查出一处。「稳赚」：承诺收益。删。", scope="wording").allowed
    assert not guard.review("我们的「稳赢计划」：承诺收益。放心买。", scope="wording").allowed
