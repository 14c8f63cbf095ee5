"""Tax effect of paying into a 个人养老金 account.

Now: the payment (at most the yearly cap) is deducted from 综合所得; table and 60000 yuan basic deduction are those of the
《中华人民共和国个人所得税法》 (table 1, article 6).  Later: 3 % of what is withdrawn.  Cap and 3 % age, so they come from
figures.yml (财政部 税务总局公告2024年第21号).  Earnings on the account are left out: nobody knows them.  An estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from persona.calculators.money import CalculationError, cents, exact, not_negative, positive
from persona.calculators.numbers import mentions
from persona.figures import Figures

BASIC = Decimal(60_000)  # yuan a year
# Upper end of taxable income (yuan a year) -> rate.
TABLE: tuple[tuple[Decimal, Decimal], ...] = tuple(
    (Decimal(top), Decimal(rate))
    for top, rate in (
        (36_000, "0.03"), (144_000, "0.10"), (300_000, "0.20"), (420_000, "0.25"), (660_000, "0.30"), (960_000, "0.35"),
        ("Infinity", "0.45"),
    )
)
RATES = tuple(rate for _, rate in TABLE)


@dataclass(frozen=True)
class Effect:
    """Yuan: `paid` counts for the deduction, `saved` less tax now, `later` tax at withdrawal on the same money."""

    paid: Decimal
    saved: Decimal
    later: Decimal

    @property
    def net(self) -> Decimal:
        """What remains of the tax saved after the later tax, in yuan; can be below zero."""
        return self.saved - self.later


def policy(figures: Figures, today: date) -> tuple[Decimal, Decimal]:
    """Yearly cap (yuan) and tax rate at withdrawal (fraction).

    RAISES StaleFigure when one is past its review date, CalculationError when one cannot be read.  SOURCE: figures.yml.
    """
    cap, rate = (mentions(figures.value(name, today)) for name in ("pension_cap", "pension_tax"))
    if not cap or cap[0].kind != "amount" or cap[0].value is None or not rate or rate[0].kind != "rate" or rate[0].value is None:
        raise CalculationError("figures.yml 里的 pension_cap 或 pension_tax 读不出来")
    return cap[0].value, rate[0].value


@exact
def income_tax(taxable: Decimal) -> Decimal:
    """Yearly tax in yuan on `taxable` income (yuan, after all deductions).  RAISES CalculationError below zero.

    SOURCE: 个人所得税法, table 1 (综合所得).
    """
    not_negative(taxable, "应纳税所得额")
    tax, bottom = Decimal(0), Decimal(0)
    for top, rate in TABLE:
        tax += (min(taxable, top) - bottom) * rate if taxable > bottom else 0
        bottom = top
    return cents(tax)


@exact
def by_taxable(paid: Decimal, taxable: Decimal, cap: Decimal, later_rate: Decimal) -> Effect:
    """Effect for a known taxable income.

    paid (yuan this year), taxable (yuan a year before this deduction), cap (yuan), later_rate (fraction).
    RAISES CalculationError for paid <= 0 or taxable < 0.  SOURCE: see the module.
    """
    counted = min(positive(paid, "缴费"), cap)
    saved = income_tax(taxable) - income_tax(max(taxable - counted, Decimal(0)))
    return Effect(cents(counted), saved, cents(counted * later_rate))


@exact
def by_income(paid: Decimal, income: Decimal, deductions: Decimal, cap: Decimal, later_rate: Decimal) -> Effect:
    """Effect for wage income.

    income (yuan a year before tax), deductions (yuan a year: social insurance, housing fund, special additional ones).
    RAISES CalculationError for negative numbers.  SOURCE: 个人所得税法第六条, 60000 yuan basic deduction.
    """
    left = not_negative(income, "年收入") - not_negative(deductions, "扣除") - BASIC
    return by_taxable(paid, max(left, Decimal(0)), cap, later_rate)


@exact
def by_bracket(paid: Decimal, rate: Decimal, cap: Decimal, later_rate: Decimal) -> Effect:
    """Effect when the whole payment falls into the bracket of `rate` (fraction, one of RATES).

    RAISES CalculationError for a rate that is not in the table.  SOURCE: see the module.
    """
    if rate not in RATES:
        raise CalculationError(f"没有这一档税率：{rate}")
    counted = min(positive(paid, "缴费"), cap)
    return Effect(cents(counted), cents(counted * rate), cents(counted * later_rate))
