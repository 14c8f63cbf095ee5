"""Annualised cost of borrowing and instalments.

中国人民银行公告〔2021〕第3号: annualised rate = all costs charged to the borrower against the principal really in use.
Per-period internal rate of return i: simple (单利) = i x periods a year; compound (复利, IRR) = (1 + i)^periods - 1.
The published example (100000 yuan, 1000 yuan up front, 12 payments of 8833.33) gives 12.80 % and 13.58 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from persona.calculators.money import CalculationError, cents, count, exact, not_negative, positive

TOLERANCE = Decimal("1e-20")
HIGHEST = Decimal(10)  # 1000 % a period: beyond it nothing is a loan


@dataclass(frozen=True)
class Annualised:
    """Cost of a loan: `period` per period, `simple` and `compound` per year, all fractions."""

    period: Decimal
    simple: Decimal
    compound: Decimal


@dataclass(frozen=True)
class Instalments:
    """An instalment plan in yuan: payment per period, the fee in it, all fees, and the annualised cost."""

    payment: Decimal
    fee: Decimal
    total_fee: Decimal
    rate: Annualised


@exact
def irr(received: Decimal, payments: Sequence[Decimal]) -> Decimal:
    """Rate per period (fraction) at which `payments` are worth what was `received` at the start.

    received (yuan), payments (yuan, one a period, the first after one period).  RAISES CalculationError when nothing
    was received, a payment is negative, the payments are less than what was received, or the rate exceeds 1000 %.
    SOURCE: definition of IRR; bisection, because the value falls as the rate rises.
    """
    positive(received, "到手金额")
    for one in payments:
        not_negative(one, "每期还款")
    if sum(payments, Decimal(0)) < received:
        raise CalculationError("还款加起来比到手的钱还少，算不出利率")
    low, high = Decimal(0), HIGHEST
    if _worth(payments, high) > received:
        raise CalculationError("费用太高，超出能算的范围")
    while high - low > TOLERANCE:
        middle = (low + high) / 2
        if _worth(payments, middle) > received:
            low = middle
        else:
            high = middle
    return (low + high) / 2 if low else Decimal(0)


def _worth(payments: Sequence[Decimal], rate: Decimal) -> Decimal:
    total = Decimal(0)
    for one in reversed(payments):
        total = (total + one) / (1 + rate)
    return total


@exact
def annualised(
    principal: Decimal, payments: Sequence[Decimal], upfront_fee: Decimal = Decimal(0), periods_per_year: int = 12
) -> Annualised:
    """Annualised cost, simple and compound.

    principal (yuan), payments (yuan), upfront_fee (yuan, taken when the money is paid out), periods_per_year.
    RAISES CalculationError as `irr`.  SOURCE: 中国人民银行公告〔2021〕第3号, see the module.
    """
    not_negative(upfront_fee, "一次性费用")
    rate = irr(positive(principal, "本金") - upfront_fee, payments)
    return Annualised(rate, rate * periods_per_year, (1 + rate) ** periods_per_year - 1)


@exact
def instalments(principal: Decimal, periods: int, fee: Decimal, upfront_fee: Decimal = Decimal(0)) -> Instalments:
    """A purchase or bill in equal monthly instalments with a flat fee in each.

    principal (yuan), periods (months), fee (yuan a period), upfront_fee (yuan).  RETURNS yuan rounded to the cent; the rate is
    calculated from unrounded payments.  RAISES CalculationError for numbers out of range.  SOURCE: as `annualised`.
    """
    positive(principal, "分期金额")
    count(periods, "期数")
    not_negative(fee, "每期费用")
    each = principal / periods + fee
    rate = annualised(principal, [each] * periods, upfront_fee)
    return Instalments(cents(each), cents(fee), cents(fee * periods + upfront_fee), rate)
