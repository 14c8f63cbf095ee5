"""Spellings of amounts, rates and terms; what can be read in two ways stays ambiguous."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persona.calculators.numbers import basis, mentions
from persona.calculators.numerals import number, plain

AMOUNT, RATE, MONTHS, DAYS, NUMBER, AMBIGUOUS = "amount", "rate", "months", "days", "number", "ambiguous"
TABLE = [
    ("二十万", AMOUNT, "200000"), ("20w", AMOUNT, "200000"), ("20W", AMOUNT, "200000"), ("20万", AMOUNT, "200000"),
    ("20 万", AMOUNT, "200000"), ("２０万元", AMOUNT, "200000"), ("貳拾萬元", AMOUNT, "200000"), ("廿万", AMOUNT, "200000"),
    ("贰拾伍万元整", AMOUNT, "250000"), ("200,000元", AMOUNT, "200000"), ("¥5000", AMOUNT, "5000"), ("50000", AMOUNT, "50000"),
    ("1.2万", AMOUNT, "12000"), ("一点二万", AMOUNT, "12000"), ("一万二", AMOUNT, "12000"), ("三千二", AMOUNT, "3200"),
    ("每月还四千五", AMOUNT, "4500"), ("二十五万八", AMOUNT, "258000"), ("7万8", AMOUNT, "78000"), ("7万8千", AMOUNT, "78000"),
    ("三万两千", AMOUNT, "32000"), ("两万三千五百元", AMOUNT, "23500"), ("一万零五百", AMOUNT, "10500"), ("两千块钱", AMOUNT, "2000"),
    ("8千", AMOUNT, "8000"), ("5k", AMOUNT, "5000"), ("百万房贷", AMOUNT, "1000000"), ("1亿2000万", AMOUNT, "120000000"),
    ("-5万", AMOUNT, "-50000"), ("负五万", AMOUNT, "-50000"), ("462块", AMOUNT, "462"), ("20万周转", AMOUNT, "200000"),
    ("3.6%", RATE, "0.036"), ("３．６％", RATE, "0.036"), ("三点六个点", RATE, "0.036"), ("3.6个百分点", RATE, "0.036"),
    ("三個半點", RATE, "0.035"), ("百分之三点六", RATE, "0.036"), ("百分之3", RATE, "0.03"), ("千分之三", RATE, "0.003"),
    ("5‰", RATE, "0.005"), ("年利率12%", RATE, "0.12"), ("月利率0.3%", RATE, "0.036"), ("月息3厘", RATE, "0.036"),
    ("月息1分", RATE, "0.12"), ("年息5厘", RATE, "0.05"), ("日利率万分之五", RATE, "0.1825"), ("日利率万三", RATE, "0.1095"),
    ("每期手续费0.5%", RATE, "0.06"), ("0.6%每期", RATE, "0.072"), ("定期利率1.9%", RATE, "0.019"), ("-3%", RATE, "-0.03"),
    ("五年", MONTHS, "60"), ("兩年", MONTHS, "24"), ("18个月", MONTHS, "18"), ("十八個月", MONTHS, "18"), ("一年半", MONTHS, "18"),
    ("半年", MONTHS, "6"), ("2年3个月", MONTHS, "27"), ("三年零六个月", MONTHS, "42"), ("360期", MONTHS, "360"),
    ("60月", MONTHS, "60"), ("三个季度", MONTHS, "9"), ("3年期", MONTHS, "36"), ("二十五年", MONTHS, "300"), ("200年", MONTHS, "2400"),
    ("90天", DAYS, "90"), ("两周", DAYS, "14"), ("十二", NUMBER, "12"), ("3.45", NUMBER, "3.45"), ("利率一点一", NUMBER, "1.1"),
    ("十几万", AMBIGUOUS, None), ("20多万", AMBIGUOUS, None), ("二三十万", AMBIGUOUS, None), ("20-30万", AMBIGUOUS, None),
    ("20到30万", AMBIGUOUS, None), ("三五年", AMBIGUOUS, None), ("3月", AMBIGUOUS, None), ("一分利", AMBIGUOUS, None),
    ("万分之五", AMBIGUOUS, None), ("3厘", AMBIGUOUS, None), ("一个半月", AMBIGUOUS, None),
]


def test_the_table_is_wide_enough():
    assert len(TABLE) >= 60 and len({words for words, _, _ in TABLE}) == len(TABLE)


@pytest.mark.parametrize(("words", "kind", "value"), TABLE)
def test_spellings(words, kind, value):
    (found,) = mentions(words)
    assert found.kind == kind
    assert (found.annual if kind == RATE else found.value) == (None if value is None else Decimal(value))
    assert plain(words)[found.start:found.end] == found.raw


@pytest.mark.parametrize(("words", "raw"), [
    ("年利率12%借三万两年", ["12%", "三万", "两年"]), ("45万 240期 3.45", ["45万", "240期", "3.45"]), ("贷60万25年", ["60万", "25年"]),
    ("借十万三年每个月还几多", ["十万", "三年"]), ("提前还30万月供多少", ["30万"]), ("本金20万年利率1.3", ["20万", "1.3"]), ("借一万三十天", ["一万", "三十天"]),
    ("7万8分12期", ["7万8", "12期"]),
])
def test_neighbours_do_not_swallow_each_other(words, raw):
    assert [found.raw for found in mentions(words)] == raw


@pytest.mark.parametrize("words", [
    "", "算一下", "一起算", "一次性还清", "还一半", "2026年", "3月15日", "2026-11-23", "我30岁", "第六年", "第3期", "5年期LPR", "降了25个基点",
    "万一", "十分感谢", "千万别", "百货", "5万美元", "两套房", "有一点", "三点半打来的",
])
def test_what_is_no_amount_rate_or_term(words):
    assert mentions(words) == []


@pytest.mark.parametrize(("before", "after", "said"), [
    ("每期", "", "period"), ("月利率", "", "month"), ("18个月利率", "", ""), ("存100天利率", "", ""), ("定期利率", "", ""), ("日息", "", "day"), ("", "一年", "year"),
])
def test_for_which_time_a_rate_is_meant(before, after, said):
    assert basis(before, after) == said


def _hanzi(value: int) -> str:
    """Chinese numeral of 1 to 99 999 999, written by rule: the reader's inverse."""
    def section(part: int) -> str:
        out, gap = "", False
        for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, part = divmod(part, unit)
            if digit:
                out += ("零" if gap and out else "") + "一二三四五六七八九"[digit - 1] + name
            gap = not digit
        return out
    high, low = divmod(value, 10_000)
    if not high:
        return section(low)
    return section(high) + "万" + (("零" if low < 1000 else "") + section(low) if low else "")


@given(st.integers(1, 99_999_999))
def test_every_written_out_number_is_read_back(value):
    assert number(_hanzi(value)) == value
    assert mentions(f"{_hanzi(value)}元")[0].value == value
    assert mentions(f"本金{value}元")[0].value == value


@given(st.text(max_size=200) | st.text("一二三十百千万亿点零半年个月期%元w.-到多几0123456789，厘分", max_size=120))
def test_no_text_raises_and_places_are_right(text):
    line = plain(text)
    for found in mentions(text):
        assert line[found.start:found.end] == found.raw
        assert (found.value is None) == (found.kind == "ambiguous")


def test_ten_thousands_are_counted_as_people_count_them() -> None:
    assert [(m.kind, m.value) for m in mentions("要是贷80个呢")] == [("amount", Decimal(800_000))]
    assert not any(m.kind == "amount" for m in mentions("借3个月"))


def test_a_rate_before_the_monthly_payment_is_no_term() -> None:
    term = mentions("20年3.5 月供多少")[0]
    assert (term.kind, term.value) == ("months", Decimal(240))
