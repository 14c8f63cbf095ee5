"""Arithmetic against published examples, values checked by hand, and properties."""

from datetime import date
from decimal import Decimal, getcontext, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona.calculators import deposits, loans, money, pension, rates
from persona.calculators.money import CalculationError, percent, rate2, span, yuan
from persona.errors import StaleFigure
from persona.figures import load_figures

D = Decimal

AMOUNTS = st.decimals(100, 10_000_000, places=2)
YEARLY = st.decimals("0.0001", "0.36", places=4)
MONTHS = st.integers(1, 480)
METHODS = st.sampled_from(("equal_payment", "equal_principal"))


def test_the_published_example_of_the_central_bank():
    # 中国人民银行公告〔2021〕第3号: 100000, 1000 up front, 12 x 8833.3 -> 12.80 % simple, 13.58 % compound (IRR).
    for each in ("8833.3", "8833.33"):
        found = rates.annualised(D(100_000), [D(each)] * 12, upfront_fee=D(1000))
        assert (rate2(found.simple), rate2(found.compound)) == ("12.80%", "13.58%")


def test_the_approved_instalment_sheet():
    # products/fuhe_card_installment_12.yml: 12000 in 12, 1060 each, 720 in all, IRR 11.46 %.
    plan = rates.instalments(D(12_000), 12, D(60))
    assert (plan.payment, plan.total_fee, rate2(plan.rate.compound)) == (D(1060), D(720), "11.46%")


def test_annualised_by_hand():
    # One payment after one month: 1010 for 1000 is 1 % a month, 12 % simple, 1.01^12 - 1 = 12.68 % compound.
    found = rates.annualised(D(1000), [D(1010)])
    assert (rate2(found.period), rate2(found.simple), rate2(found.compound)) == ("1.00%", "12.00%", "12.68%")
    # Nothing charged, nothing to annualise.
    assert rates.annualised(D(1200), [D(100)] * 12).simple == 0


def test_monthly_payment_by_hand():
    # 1000000 at 3.5 % for 360 months: 4490.45, as every mortgage table prints it.
    assert loans.payment(D(1_000_000), D("0.035"), 360) == D("4490.45")
    # 12000 at 12 % for 2 months: 12000 x 0.01 x 1.0201 / 0.0201 = 6090.1493.
    even = loans.loan(D(12_000), D("0.12"), 2)
    assert [(row.payment, row.interest) for row in even.rows] == [(D("6090.15"), D(120)), (D("6090.15"), D("60.30"))]
    # 等额本金, the same loan: 6000 + 120, 6000 + 60.
    falling = loans.loan(D(12_000), D("0.12"), 2, "equal_principal")
    assert (falling.first, falling.last, falling.interest) == (D(6120), D(6060), D(180))
    # 先息后本, the same loan: 120, then 12120.
    assert [row.payment for row in loans.schedule(D(12_000), D("0.12"), 2, "interest_only")] == [D(120), D(12_120)]


def test_total_interest_of_equal_principal_is_the_sum_of_a_series():
    # P r (n + 1) / 2 = 1000000 x 0.035 / 12 x 361 / 2 = 526458.33; cents are rounded 360 times.
    assert abs(loans.loan(D(1_000_000), D("0.035"), 360, "equal_principal").interest - D("526458.33")) < 2


def test_prepayment_by_hand():
    # 12000 at 12 %, 12 months of equal principal (1000 a month): interest 120 + 110 + ... + 10 = 780.
    # Repay 6000. Shorter: 1000 a month, 6 months, 60 + 50 + ... + 10 = 210. Lower: 500 a month, 12 months, 390.
    done = loans.prepay(D(12_000), D("0.12"), 12, D(6000), "equal_principal")
    assert (done.before.interest, done.shorter.months, done.shorter.saved) == (D(780), 6, D(570))
    assert (done.lower.months, done.lower.first, done.lower.saved) == (12, D(560), D(390))
    # Everything: all interest to come is saved, no way is left.
    done = loans.prepay(D(12_000), D("0.12"), 12, D(12_000), "equal_principal")
    assert (done.shorter, done.lower, done.saved_by_all) == (None, None, D(780))


@given(AMOUNTS, YEARLY | st.just(D(0)), MONTHS, METHODS | st.just("interest_only"))
@settings(max_examples=60, deadline=None)
def test_a_schedule_adds_up(principal, rate, months, method):
    whole = loans.loan(principal, rate, months, method)
    assert len(whole.rows) == months and whole.rows[-1].balance == 0
    assert sum(row.principal for row in whole.rows) == principal
    assert sum(row.payment for row in whole.rows) == principal + whole.interest
    assert all(row.interest >= 0 and row.principal >= 0 and row.balance >= 0 for row in whole.rows)
    assert all(row.payment == row.principal + row.interest for row in whole.rows)


@given(AMOUNTS, YEARLY, st.integers(2, 360), st.floats(0.01, 0.99), METHODS)
@settings(max_examples=60, deadline=None)
def test_prepayment_never_costs_more(balance, rate, months, share, method):
    amount = max(money.cents(balance * D(str(round(share, 4)))), D("0.01"))
    done = loans.prepay(balance, rate, months, amount, method)
    # Half a cent too much or too little in each payment grows with the loan; two schedules are compared.
    cent = D("0.02") * ((1 + rate / 12) ** months - 1) / (rate / 12)
    assert done.shorter.months <= months == done.lower.months
    assert done.saved_by_all + cent >= done.shorter.saved >= done.lower.saved - cent
    assert done.lower.saved >= -cent
    assert done.lower.first <= done.before.first + D("0.01")


@given(AMOUNTS, st.integers(1, 60), st.decimals("0.0001", "0.05", places=4))
@settings(max_examples=40, deadline=None)
def test_annualised_rates_keep_their_order(principal, periods, fee_rate):
    plan = rates.instalments(principal, periods, principal * fee_rate)
    assert plan.rate.period > 0 and plan.rate.simple <= plan.rate.compound
    assert plan.rate.period >= fee_rate * D("0.999")  # on what is left, not on the whole
    worth = sum((principal / periods + principal * fee_rate) / (1 + plan.rate.period) ** n for n in range(1, periods + 1))
    assert abs(worth - principal) < D("0.01")


@given(AMOUNTS, YEARLY, st.integers(1, 120))
@settings(max_examples=40, deadline=None)
def test_a_loans_own_rate_comes_back(principal, rate, months):
    each = loans.payment(principal, rate, months)
    if each * months <= principal + D("0.5") * months:
        return  # cents decide
    found = rates.annualised(principal, [each] * months).simple
    assert abs(found - rate) < rate * D("0.05") + D("0.001")


def test_deposits_by_hand():
    assert deposits.interest(D(100_000), D("0.015"), 24) == D(3000)  # 100000 x 1.5 % x 2
    assert deposits.interest(D(100_000), D("0.018"), 6) == D(900)
    assert deposits.interest(D(36_000), D("0.01"), 0, 100) == D(100)  # 36000 x 1 % x 100 / 360
    # 100000 for three years at 1.9 %, broken after one year at 0.05 %: 50 instead of 5700.
    broken = deposits.early(D(100_000), D("0.019"), 36, 12, 0, D("0.0005"))
    assert (broken.interest, broken.kept, broken.full, broken.lost) == (D(50), D(0), D(5700), D(5650))
    # Only 40000 taken out: 20 on it, 60000 x 1.9 % x 3 = 3420 on the rest.
    broken = deposits.early(D(100_000), D("0.019"), 36, 12, 0, D("0.0005"), D(40_000))
    assert (broken.interest, broken.kept, broken.lost) == (D(20), D(3420), D(2260))


@pytest.mark.parametrize(("taxable", "tax"), [
    # With the quick deductions of the published table: 300000 x 20 % - 16920 = 43080 and so on.
    (0, 0), (36_000, 1080), (36_001, "1080.10"), (144_000, 11_880), (300_000, 43_080), (420_000, 73_080), (660_000, 145_080),
    (960_000, 250_080), (1_000_000, 268_080),
])
def test_income_tax(taxable, tax):
    assert pension.income_tax(D(taxable)) == D(tax)


def test_pension_by_hand():
    cap, later = D(12_000), D("0.03")
    effect = pension.by_bracket(D(12_000), D("0.20"), cap, later)
    assert (effect.saved, effect.later, effect.net) == (D(2400), D(360), D(2040))
    assert pension.by_bracket(D(12_000), D("0.03"), cap, later).net == 0
    # 40000 taxable: 4000 of the payment at 10 %, 8000 at 3 %: 640.
    assert pension.by_taxable(D(12_000), D(40_000), cap, later).saved == D(640)
    # 200000 wages - 60000 - 40000 = 100000: all at 10 %; beyond the cap nothing more.
    assert pension.by_income(D(50_000), D(200_000), D(40_000), cap, later).saved == D(1200)
    # No tax is paid: nothing saved, 3 % later.
    assert pension.by_income(D(12_000), D(50_000), D(0), cap, later).net == D(-360)


@given(st.decimals(0, 3_000_000, places=2), st.decimals(0, 3_000_000, places=2), st.integers(1, 20_000))
def test_tax_rises_and_saving_is_bounded(one, two, paid):
    low, high = sorted((one, two))
    assert pension.income_tax(low) <= pension.income_tax(high)
    effect = pension.by_taxable(D(paid), high, D(12_000), D("0.03"))
    assert 0 <= effect.saved <= effect.paid * D("0.45") + D("0.01")


def test_policy_comes_from_the_figures_and_ages():
    figures = load_figures()
    assert pension.policy(figures, date(2026, 11, 23)) == (D(12_000), D("0.03"))
    with pytest.raises(StaleFigure):
        pension.policy(figures, date(2040, 1, 1))


@pytest.mark.parametrize("call", [
    lambda: loans.payment(D(0), D("0.03"), 12), lambda: loans.payment(D(-1), D("0.03"), 12), lambda: loans.payment(D(1), D("-0.03"), 12),
    lambda: loans.payment(D(1), D("0.03"), 0), lambda: loans.payment(D("NaN"), D("0.03"), 12), lambda: loans.payment(D("Infinity"), D("0.03"), 12),
    lambda: loans.schedule(D(1), D("0.03"), 12, "balloon"), lambda: loans.schedule(D(1), D("0.03"), True),
    lambda: loans.prepay(D(100), D("0.03"), 12, D(101)), lambda: loans.prepay(D(100), D("0.03"), 12, D(50), "interest_only"),
    lambda: rates.irr(D(1000), [D(10)]), lambda: rates.irr(D(1), [D(1000)]), lambda: rates.irr(D(0), [D(1)]),
    lambda: rates.annualised(D(100), [D(100)], upfront_fee=D(100)), lambda: rates.instalments(D(100), 12, D(-1)),
    lambda: deposits.interest(D(100), D("0.01")), lambda: deposits.interest(D(100), D("0.01"), -1),
    lambda: deposits.early(D(100), D("0.01"), 12, 12, 0, D("0.0005")), lambda: deposits.early(D(100), D("0.01"), 12, 1, 0, D("0.0005"), D(101)),
    lambda: pension.income_tax(D(-1)), lambda: pension.by_bracket(D(1), D("0.11"), D(12_000), D("0.03")),
    lambda: pension.by_taxable(D(0), D(1), D(12_000), D("0.03")),
])
def test_what_cannot_be_calculated_is_said_in_chinese(call):
    with pytest.raises(CalculationError, match=r"[\u4e00-\u9fff]"):
        call()


def test_results_do_not_depend_on_the_callers_context():
    with localcontext() as context:
        context.prec = 4
        assert loans.payment(D(1_000_000), D("0.035"), 360) == D("4490.45")
        assert rate2(rates.annualised(D(100_000), [D("8833.3")] * 12, D(1000)).compound) == "13.58%"
    assert getcontext().prec == 28


def test_how_numbers_are_written():
    assert [yuan(D(x)) for x in ("863.333", "5000", "12000", "200000", "100000000", "96123", "0.5")] == [
        "863.33元", "5000元", "1.2万元", "20万元", "1亿元", "96123.00元", "0.50元"]
    assert [percent(D(x)) for x in ("0.036", "0.03", "0.0005", "0.0345")] == ["3.6%", "3%", "0.05%", "3.45%"]
    assert [span(x) for x in (60, 18, 8, 0)] == ["5年", "1年6个月", "8个月", "0个月"]
