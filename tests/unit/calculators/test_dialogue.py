"""Conversations with a calculator: several turns, corrections, nonsense, and what the customer finally reads."""

import json
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona.calculators import CALCULATORS, step, told
from persona.compliance import Guard
from persona.content import load_content
from persona.figures import load_figures
from persona.institution import load_institution
from persona.mascot import load_mascots
from persona.voice import Voice

ROOT = Path(__file__).resolve().parents[3]

GUARD = Guard.load()
VOICE = Voice(load_mascots(), load_institution(), load_figures())
TODAY = date(2026, 11, 23)
RESPONSES = load_content(ROOT).responses
LONGEST = 220


def talk(calculator, *messages, known=None):
    """The steps of a conversation; values go through JSON as they do in the slot."""
    steps, values = [], dict(known or {})
    for message in messages:
        done = step(calculator, json.loads(json.dumps(values)), message, today=TODAY)
        steps.append(done)
        values = done.values
    return steps


def names(steps):
    return [one.response.removeprefix("utter_calc_") for one in steps]


def written(one, mascot="xiaofumiao", elder=False, disclosed=True):
    """What the customer reads."""
    (response,) = RESPONSES[one.response]
    return VOICE.render(response.text, mascot=mascot, tone=response.tone, elder=elder, values=one.result or one.fill, today=TODAY,
                        disclosures=tuple(response.metadata["disclosures"]) if disclosed else ())


def test_one_question_at_a_time_until_the_result():
    steps = talk("prepayment", "想算提前还贷", "80w", "还20万", "3.5", "18年", "等额本息")
    assert names(steps) == ["ask_balance", "ask_prepay", "ask_rate", "ask_term", "ask_method", "result_prepayment"]
    assert [one.missing for one in steps] == ["principal", "prepay", "rate", "months", "method", None]
    assert all(one.result is None for one in steps[:-1]) and steps[-1].done
    assert steps[-1].values == {"principal": "800000", "prepay": "200000", "rate": "0.035", "months": "216m", "method": "equal_payment"}
    assert steps[-1].result["principal"] == "80万元" and steps[-1].result["short_term"] == "12年5个月"


def test_all_in_one_sentence():
    (one,) = talk("prepayment", "剩余本金80万，利率3.5%，还剩18年，等额本息，提前还20万，帮我算算")
    assert one.result["short_saved"] == talk("prepayment", "剩80w", "还20万", "3.5%", "216期", "等额本息")[-1].result["short_saved"]


@pytest.mark.parametrize(("calculator", "messages", "expected"), [
    ("monthly_payment", ["借100万，三十年，年利率3.5%"], {"even": "4490.45元", "falling_first": "5694.45元"}),
    ("monthly_payment", ["每个月要还多少", "貸款一百萬", "30年", "百分之三点五"], {"even": "4490.45元"}),
    ("monthly_payment", ["先息后本，借50万，一年，年利率4.8%"], {"each": "2000元", "last": "50.2万元"}),
    ("monthly_payment", ["我借了5000，12期，每期还462，利率到底多少"], {"simple": "19.51%", "total_fee": "544元"}),
    ("installment", ["12000分12期", "每期0.5%"], {"payment": "1060元", "simple": "10.90%", "compound": "11.46%"}),
    ("installment", ["12000分12期", "720元", "总共"], {"payment": "1060元", "compound": "11.46%"}),
    ("installment", ["12000分12期", "每期60元"], {"total_fee": "720元"}),
    ("installment", ["12000分12期，每期1060元"], {"total_fee": "720元"}),
    ("installment", ["12000分12期", "6%", "一共收这些"], {"total_fee": "720元"}),
    ("installment", ["12000分12期", "0.5", "%"], {"total_fee": "720元"}),
    ("deposit_interest", ["拿10万存两年", "1.5%"], {"interest": "3000元", "total": "10.3万元"}),
    ("deposit_interest", ["10万存3年，利率1.9%，想提前取", "存了一年", "0.05"], {"early_interest": "50元", "full_interest": "5700元"}),
    ("deposit_interest", ["活期利率0.05%，20万放半年"], {"interest": "50元"}),
    ("pension_tax", ["打算缴满", "20%"], {"saved": "2400元", "later": "360元", "net": "约少缴2040元"}),
    ("pension_tax", ["缴12000", "年薪20万", "4万"], {"saved": "1200元", "net": "约少缴840元"}),
    ("pension_tax", ["缴2万", "4万", "扣完以后的"], {"paid": "2万元（只抵1.2万元）", "saved": "640元"}),
    ("pension_tax", ["每月存1000", "月薪8000", "没有"], {"paid": "1.2万元", "net": "不多也不少"}),
    ("pension_tax", ["缴满", "年收入5万", "没有"], {"saved": "0元", "net": "约多缴360元"}),
    ("prepayment", ["剩30万，全部还清，还有10年", "4.1", "不知道"], {"prepay": "30万元", "method": "等额本息（没说清，先按这种）"}),
    ("prepayment", ["先息后本的，还剩20万，12个月，年利率6%，先还一半"], {"saved": "6000元"}),
])
def test_results(calculator, messages, expected):
    steps = talk(calculator, *messages)
    assert steps[-1].done and not any(one.done for one in steps[:-1]), names(steps)
    assert {name: steps[-1].result[name] for name in expected} == expected


@pytest.mark.parametrize(("calculator", "known", "text", "asked", "heard"), [
    ("monthly_payment", {}, "借10亿", "principal", "10亿"), ("monthly_payment", {}, "本金-5万", "principal", "-5万"),
    ("monthly_payment", {"principal": "500000"}, "200年", "months", "200年"), ("monthly_payment", {"principal": "500000"}, "年利率300%", "rate", "300%"),
    ("monthly_payment", {"asking": "principal"}, "0", "principal", "0"), ("monthly_payment", {"asking": "rate", "principal": "500000"}, "-3%", "rate", "-3%"),
    ("monthly_payment", {"asking": "rate"}, "0%", "rate", "0%"), ("installment", {"principal": "5000"}, "分120期", "months", "120期"),
    ("deposit_interest", {"principal": "50000"}, "存100年", "months", "100年"), ("pension_tax", {"paid": "12000"}, "税率11%", "base", "11%"),
    ("prepayment", {"principal": "200000", "asking": "prepay"}, "30万", "prepay", "30万元"),
    ("installment", {"principal": "10000", "months": "12m", "asking": "fee"}, "每期还600元", "fee", "600元"),
    ("installment", {"principal": "10000", "months": "12m", "asking": "fee"}, "每期30%", "fee", "30%"),
])
def test_absurd_numbers_get_a_question_back_and_lose_nothing(calculator, known, text, asked, heard):
    (one,) = talk(calculator, text, known=known)
    assert (one.response, one.missing, one.fill["heard"]) == ("utter_calc_ask_range", asked, heard)
    kept = {name: value for name, value in known.items() if name not in ("asking", "unsure")}
    assert kept.items() <= one.values.items()


def test_a_bare_number_is_asked_about_not_guessed():
    steps = talk("monthly_payment", "算月供", "20", "万", "5", "第一个", "3.6")
    assert names(steps)[1:5] == ["ask_unit", "ask_term", "ask_unit", "ask_rate"]
    assert steps[1].fill == {"heard": "20", "what": "贷款本金", "one": "20元", "two": "20万元"}
    assert (steps[-1].result["principal"], steps[-1].result["term"]) == ("20万元", "5年")


def test_a_unit_question_takes_a_full_answer_and_stays_when_it_gets_none():
    steps = talk("monthly_payment", "算月供", "20", "什么意思", "25万")
    assert names(steps) == ["ask_loan", "ask_unit", "ask_unit", "ask_term"] and steps[-1].values["principal"] == "250000"


@pytest.mark.parametrize(("calculator", "text", "asked"), [
    ("prepayment", "还剩二三十万", "principal"), ("monthly_payment", "我想借20多万", "principal"), ("deposit_interest", "10万存一年或者三年", "months"),
    ("monthly_payment", "借10万，三年，利率3.1%或者3.3%", "rate"), ("installment", "6000分3期6期都看看", "months"),
])
def test_what_has_two_readings_is_asked(calculator, text, asked):
    (one,) = talk(calculator, text)
    assert (one.response, one.missing) == ("utter_calc_ask_clear", asked)


def test_years_already_paid_are_not_the_years_left():
    (one,) = talk("prepayment", "当初贷了60万20年，还了8年，想全部还清")
    assert one.missing == "rate" and "months" not in one.values
    assert (one.values["loan"], one.values["term"], one.values["gone"]) == ("600000", "240m", "96m")


def test_what_is_left_of_a_loan_is_worked_out():
    *_, asked, done = talk("prepayment", "我贷了80万 还了三年 想提前还20万 划算吗", "3.6%", "30年", "等额本息")
    assert asked.missing == "method" and done.response == "utter_calc_result_prepayment"
    assert done.result["principal"].startswith("753042.48元（按当初借80万元、已还3年") and done.result["term"] == "27年"
    (shorter,) = talk("prepayment", "2年", known={**done.values, "asking": "term"})
    assert shorter.response == "utter_calc_ask_range"  # more paid than it was borrowed for


@pytest.mark.parametrize(("calculator", "first", "puts_right", "name", "value"), [
    ("pension_tax", ["年收入20万 交满12000养老金能省多少税"], "不是20万，是25万", "base", "250000"),
    ("installment", ["6000分12期 每期手续费0.6%"], "说错了不是6000，是8000", "principal", "8000"),
    ("installment", ["6000分12期 每期手续费0.6%"], "把12期改成24期", "months", "24m"),
    ("installment", ["6000分12期 每期手续费0.6%"], "不是0.6% 是0.75%", "fee", "0.0075"),
    ("monthly_payment", ["贷50万20年 利率3.5%"], "60万，不是50万", "principal", "600000"),
])
def test_a_value_is_put_right(calculator, first, puts_right, name, value):
    before, after = talk(calculator, *first, puts_right)[-2:]
    kept = {key: one for key, one in before.values.items() if key != name}
    assert after.values == {**kept, name: value}


def test_what_was_told_before_is_kept():
    known = told("deposit_interest", ["我定期存了20万 存三年的 现在急用8万", "那剩下的12万利息还在吗"])
    assert known == {"principal": "200000", "months": "36m", "withdrawn": "80000", "early": "1"}
    assert told("deposit_interest", ["存20万", "不是20万，是25万"])["principal"] == "250000"


def test_corrections_replace_and_keep_the_rest():
    steps = talk("prepayment", "剩80万", "还20万", "利率3.5%", "不对，利率是3.2%", "还剩15年")
    assert steps[-1].values["rate"] == "0.032" and steps[-1].values["principal"] == "800000" and steps[-1].missing == "method"


def test_stop_and_afresh():
    stopped = talk("monthly_payment", "借10万", "算了")[-1]
    assert stopped.done and stopped.result is None and stopped.response == "utter_calc_stopped" and stopped.values == {}
    assert talk("monthly_payment", "借10万", "重新算，借20万")[-1].values["principal"] == "200000"


def test_buttons_answer_in_their_payload():
    known = {"principal": "800000", "prepay": "200000", "rate": "0.035", "months": "216m", "asking": "method"}
    for said in ("等额本金", "不清楚"):
        (one,) = talk("prepayment", '/calculate_prepayment{"repay_method": "' + said + '"}', known=known)
        assert one.done
    for calculator in CALCULATORS:
        assert not talk(calculator, f"/calculate_{calculator}")[0].done


def test_old_figures_are_not_said():
    one = step("pension_tax", {"paid": "cap", "bracket": "0.1"}, "好", today=date(2040, 1, 1))
    assert one.done and one.response == "utter_calc_stale"


def test_an_unknown_calculator_is_the_programmers_mistake():
    with pytest.raises(ValueError, match="mortgage"):
        step("mortgage", {}, "算")


KNOWN = st.dictionaries(
    st.sampled_from(("principal", "prepay", "rate", "months", "method", "fee", "fee_kind", "paid", "base", "base_kind", "deductions",
                     "bracket", "early", "held", "current_rate", "withdrawn", "payment", "asking", "unsure", "junk")),
    st.sampled_from(("", "0", "-1", "abc", "1e99", "NaN", "Infinity", "200000", "0.03", "0.1", "12m", "90d", "m", "xm", "all", "half", "cap", "1",
                     "equal_payment", "interest_only", "rate?", "yuan?", "each", "payment", "income", "rate", "principal", "fee", "months", "9" * 50)))
WORDS = st.text(max_size=60) | st.lists(st.sampled_from((
    "20万", "3.6%", "五年", "18期", "-5", "0", "12", "万", "每期", "总共", "提前还", "剩", "全部还清", "一半", "等额本金", "先息后本", "月供", "存", "缴", "税率",
    "月薪", "扣除", "没有", "不知道", "第二个", "提前取", "活期", "，", "300%", "10亿", "200年", "{x}", "」", "\n", "重新算")), max_size=8).map("".join)


@given(st.sampled_from(CALCULATORS), KNOWN, WORDS)
@settings(max_examples=400, deadline=None)
def test_whatever_is_said_there_is_an_answer(calculator, known, text):
    one = step(calculator, known, text, today=TODAY)
    assert one.response in RESPONSES
    assert all(isinstance(k, str) and isinstance(v, str) for k, v in one.values.items())
    assert one.done == (one.missing is None) and (one.result is None or one.done)
    assert written(one)
    again = step(calculator, one.values, "好", today=TODAY)
    assert {n for n in one.values if n not in ("asking", "unsure")} <= set(again.values) | {"fee", "fee_kind"} or again.done


def test_long_and_hostile_messages_take_no_time():
    start = time.perf_counter()
    for text in ("一" * 100_000, "1" * 100_000, "十百千万亿" * 20_000, "20万到" * 20_000, "提前还" * 30_000, "每期" * 50_000 + "1%", "{principal}{" * 9000):
        for calculator in CALCULATORS:
            step(calculator, {}, text, today=TODAY)
    assert time.perf_counter() - start < 4


def _finished():
    amounts, terms = ("1500", "96000", "123456", "800000", "9999999"), ("2m", "7m", "12m", "60m")
    for amount in amounts:
        for months in terms:
            for rate in ("0.0105", "0.035", "0.2"):
                base = {"principal": amount, "rate": rate, "months": months}
                yield from (("monthly_payment", {**base, **more}) for more in ({}, {"method": "interest_only"}))
                yield "deposit_interest", base
                yield "deposit_interest", {**base, "early": "1", "held": "20d", "current_rate": "0.0005", "withdrawn": "1000"}
                for method in ("equal_payment", "equal_principal", "interest_only"):
                    yield from (("prepayment", {**base, "method": method, "prepay": prepay}) for prepay in ("all", "half", "1000"))
            for fee in ("0.001", "0.006", "0.02"):
                yield "installment", {"principal": amount, "months": months, "fee": fee, "fee_kind": "period_rate"}
            yield "monthly_payment", {"principal": amount, "months": months, "payment": str(int(int(amount) / int(months[:-1]) * 1.01) + 1)}
        for paid in ("cap", "6000", "20000"):
            yield "pension_tax", {"paid": paid, "base": amount, "base_kind": "taxable"}
            yield "pension_tax", {"paid": paid, "base": amount, "base_kind": "income", "deductions": "800"}
            yield "pension_tax", {"paid": paid, "bracket": "0.1"}


def test_every_result_is_short_complete_and_passes_the_guard():
    seen = set()
    for calculator, values in _finished():
        one = step(calculator, values, "好", today=TODAY)
        assert one.result is not None, (calculator, values, one)
        seen.add(one.response)
        for mascot, elder in (("xiaofumiao", False), ("xiaoshizi", True)):
            text = written(one, mascot, elder)
            decision = GUARD.review(text)
            assert decision.verdict == "allow", (text, [(f.rule, f.text) for f in decision.findings])
        body = written(one, disclosed=False)
        assert len(body) <= LONGEST and "估算" in body and "试算" in body and "为准" in body, body
    assert seen == {name for name in RESPONSES if name.startswith("utter_calc_result_")}


def test_every_question_passes_the_guard_and_quotes_no_telephone_number():
    questions = [one for messages in (
        ("prepayment", "算", "96000000000", "12", "二三十万", "10亿"), ("installment", "8000分12期", "7%", "96000%"), ("pension_tax", "缴95588", "12", "20万"),
        ("deposit_interest", "没到期想取", "95599", "3", "年", "50%"), ("monthly_payment", "算", "95001到96001")) for one in talk(*messages)]
    for one in questions:
        decision = GUARD.review(written(one))
        assert decision.verdict == "allow", (written(one), [(f.rule, f.text) for f in decision.findings])


def test_every_response_is_reached_by_code_and_declares_its_values():
    for name, (response,) in ((n, r) for n, r in RESPONSES.items() if n.startswith("utter_calc_")):
        assert response.tone == "plain" and "省钱" not in response.text and "划算" not in response.text, name
    assert not [name for name in RESPONSES if name.startswith("utter_calculate_")]


def test_taken_out_some_time_before_the_end_is_counted_back_from_it():
    (done,) = talk("deposit_interest", "存十万三年定期利率1.5%，放到期")
    asked = step("deposit_interest", done.values, "提前一年取呢")
    assert asked.response == "utter_calc_ask_current_rate" and asked.values["held"] == "24m" and asked.values["months"] == "36m"
    result = step("deposit_interest", asked.values, "0.05%").result
    assert (result["held"], result["early_interest"]) == ("2年", "100元")


@pytest.mark.parametrize(
    ("text", "interest"), [("那存五年呢", "7500元"), ("要是存二十万呢", "9000元"), ("利率2%呢", "6000元")]
)
def test_one_value_of_a_finished_calculation_is_changed(text, interest):
    (done,) = talk("deposit_interest", "存十万三年定期利率1.5%，放到期")
    assert step("deposit_interest", done.values, text).result["interest"] == interest


@pytest.mark.parametrize("text", ["手续费0.6%一个月", "一个月0.6%", "0.6%一期"])
def test_the_unit_of_a_rate_is_no_term(text):
    steps = talk("installment", "信用卡9000块分12期要多少", text)
    assert names(steps) == ["ask_fee", "result_installment"]
    assert (steps[-1].result["periods"], steps[-1].result["fee"]) == ("12", "54元")


def test_what_was_agreed_and_what_is_over_are_no_contradiction():
    steps = talk("deposit_interest", "8万存了五年 利率1.6 存了两年要取出来 亏多少", "0.05%", "那只取2万呢", "不取了 到期多少利息")
    assert names(steps) == ["ask_current_rate", "result_deposit_interest_early", "result_deposit_interest_early", "result_deposit_interest"]
    assert (steps[1].result["held"], steps[1].result["withdrawn"], steps[2].result["withdrawn"]) == ("2年", "8万元", "2万元")
    assert steps[3].result["interest"] == "6400元" and not {"early", "held", "withdrawn"} & set(steps[3].values)


def test_two_terms_without_a_withdrawal_are_asked_back():
    (one,) = talk("deposit_interest", "8万存三年或者存了五年 利率1.6%")
    assert one.response == "utter_calc_ask_clear"


def test_the_first_amount_is_what_is_owed_when_a_smaller_one_is_to_be_repaid():
    steps = talk("prepayment", "帮我算提前还房贷 四十二万", "还有九年", "百分之三点一", "还七万", "等额本息")
    assert (steps[-1].result["principal"], steps[-1].result["prepay"]) == ("42万元", "7万元")


@pytest.mark.parametrize(("text", "principal", "prepay"), [("说错了 是70万", "70万元", "8万元"), ("不对，是9万", "50万元", "9万元")])
def test_an_amount_that_was_wrong_is_put_right_where_it_is_near(text, principal, prepay):
    done = talk("prepayment", "房贷剩50万 提前还8万", "利率3.3% 还有15年", "等额本息")[-1]
    result = step("prepayment", done.values, text).result
    assert (result["principal"], result["prepay"]) == (principal, prepay)
