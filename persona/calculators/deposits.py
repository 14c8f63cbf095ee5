"""Interest on a fixed-term deposit, kept to the end or withdrawn early.

Whole months by the monthly rate (annual / 12), odd days by the daily rate (annual / 360), the convention of Chinese
deposit contracts; the result says that the system's figure counts.  Early: the part withdrawn earns the current-account rate posted on that
day: 《储蓄管理条例》第二十四条.  No rate is known here; the caller brings both.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from persona.calculators.money import CalculationError, cents, exact, not_negative, positive

DAYS = 360  # days of a year when an annual rate is turned into a daily one


@dataclass(frozen=True)
class Early:
    """A deposit broken before its end, in yuan: `kept` is the interest paid to the end on what stays in."""

    withdrawn: Decimal
    interest: Decimal
    kept: Decimal
    full: Decimal

    @property
    def lost(self) -> Decimal:
        """Interest given up, in yuan (below zero when the current-account rate is the higher one)."""
        return self.full - self.kept - self.interest


@exact
def interest(principal: Decimal, annual_rate: Decimal, months: int = 0, days: int = 0) -> Decimal:
    """Simple interest in yuan, rounded to the cent.

    principal (yuan), annual_rate (fraction), months and days of the term.  RAISES CalculationError for principal <= 0,
    a negative rate or term, or no term at all.  SOURCE: see the module.
    """
    positive(principal, "本金")
    not_negative(annual_rate, "年利率")
    if months < 0 or days < 0 or months + days == 0:
        raise CalculationError(f"存期要大于0：{months}个月{days}天")
    return cents(principal * annual_rate * months / 12 + principal * annual_rate * days / DAYS)


@exact
def early(
    principal: Decimal, annual_rate: Decimal, months: int, held_months: int, held_days: int,
    current_rate: Decimal, withdrawn: Decimal | None = None,
) -> Early:
    """Interest when `withdrawn` (yuan; default: all) is taken out after `held_months` and `held_days`.

    principal (yuan), annual_rate and current_rate (fractions), months (agreed term).  What stays in earns the agreed rate to
    the end.  RAISES CalculationError when more is withdrawn than was paid in, or the term is already over.
    SOURCE: 《储蓄管理条例》第二十四条、第二十五条.
    """
    taken = principal if withdrawn is None else withdrawn
    positive(taken, "提前支取金额")
    not_negative(current_rate, "活期利率")
    if taken > principal:
        raise CalculationError(f"提前支取{taken}大于本金{principal}")
    if held_months * 30 + held_days >= months * 30:
        raise CalculationError("已经到期，不算提前支取")
    rest = principal - taken
    full = interest(principal, annual_rate, months)
    kept = interest(rest, annual_rate, months) if rest else Decimal(0)
    return Early(cents(taken), interest(taken, current_rate, held_months, held_days), kept, full)
