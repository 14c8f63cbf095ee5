"""Loans repaid monthly: 等额本息, 等额本金, 先息后本; early repayment.

Formulas (public, as banks state them in loan contracts), with P principal, r annual rate / 12, n months:
等额本息: payment A = P r (1+r)^n / ((1+r)^n - 1).  等额本金: principal P/n each month, interest on the balance.
Interest is rounded to the cent each month; the last month pays what is left, so that the principal adds up exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from persona.calculators.money import CalculationError, cents, count, exact, not_negative, positive

Method = Literal["equal_payment", "equal_principal", "interest_only"]
METHODS: tuple[Method, ...] = ("equal_payment", "equal_principal", "interest_only")


@dataclass(frozen=True)
class Row:
    """One month of a schedule; amounts in yuan, `balance` after the payment."""

    number: int
    payment: Decimal
    principal: Decimal
    interest: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Loan:
    """What a loan costs. `first` and `last` are monthly payments in yuan, `interest` the total in yuan."""

    months: int
    first: Decimal
    last: Decimal
    interest: Decimal
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Way:
    """One way to go on after an early repayment; `saved` is interest in yuan against not repaying early."""

    months: int
    first: Decimal
    interest: Decimal
    saved: Decimal


@dataclass(frozen=True)
class Prepayment:
    """An early repayment of `amount` yuan: before it, and after it in both ways. None: nothing is left to repay."""

    amount: Decimal
    before: Loan
    shorter: Way | None
    lower: Way | None
    saved_by_all: Decimal


def _checked(principal: Decimal, annual_rate: Decimal, months: int, method: str) -> None:
    positive(principal, "本金")
    not_negative(annual_rate, "年利率")
    count(months, "期数")
    if method not in METHODS:
        raise CalculationError(f"还款方式不认识：{method}；可用：{'、'.join(METHODS)}")


@exact
def payment(principal: Decimal, annual_rate: Decimal, months: int) -> Decimal:
    """Monthly payment in yuan for 等额本息, rounded to the cent.

    principal (yuan), annual_rate (fraction: 0.036), months.  RAISES CalculationError for principal or months <= 0,
    a negative rate.  SOURCE: annuity formula, see the module.
    """
    _checked(principal, annual_rate, months, "equal_payment")
    return cents(_annuity(principal, annual_rate / 12, months))


def _annuity(principal: Decimal, monthly: Decimal, months: int) -> Decimal:
    if not monthly:
        return principal / months
    growth = (1 + monthly) ** months
    # So small a rate that 40 digits cannot show its growth is no rate.
    return principal / months if growth == 1 else principal * monthly * growth / (growth - 1)


@exact
def schedule(principal: Decimal, annual_rate: Decimal, months: int, method: Method = "equal_payment") -> tuple[Row, ...]:
    """All months of a loan.

    principal (yuan, rounded to the cent), annual_rate (fraction), months, method.  RETURNS rows in yuan and cents.
    RAISES CalculationError for numbers out of range or an unknown method.  SOURCE: see the module.
    """
    _checked(principal, annual_rate, months, method)
    principal, monthly = cents(principal), annual_rate / 12
    if method == "equal_payment":
        return _rows(principal, monthly, months, fixed=cents(_annuity(principal, monthly, months)))
    part = Decimal(0) if method == "interest_only" else cents(principal / months)
    return _rows(principal, monthly, months, part=part)


def _rows(principal: Decimal, monthly: Decimal, months: int, fixed: Decimal | None = None, part: Decimal = Decimal(0),
          until_paid: bool = False) -> tuple[Row, ...]:
    rows: list[Row] = []
    balance = principal
    for number in range(1, months + 1):
        interest = cents(balance * monthly)
        due = max(fixed - interest, Decimal(0)) if fixed is not None else part
        if due > balance or number == months:
            due = balance
        balance -= due
        rows.append(Row(number, due + interest, due, interest, balance))
        if until_paid and not balance:
            break
    return tuple(rows)


def _summary(rows: tuple[Row, ...]) -> Loan:
    return Loan(len(rows), rows[0].payment, rows[-1].payment, sum((row.interest for row in rows), Decimal(0)), rows)


@exact
def loan(principal: Decimal, annual_rate: Decimal, months: int, method: Method = "equal_payment") -> Loan:
    """First and last payment, total interest and schedule; arguments and errors as `schedule`."""
    return _summary(schedule(principal, annual_rate, months, method))


@exact
def prepay(
    balance: Decimal, annual_rate: Decimal, months: int, amount: Decimal, method: Method = "equal_payment"
) -> Prepayment:
    """Interest saved by repaying `amount` now, right after a payment day.

    balance (yuan still owed), annual_rate (fraction), months (still to go), amount (yuan, at most the balance).
    Shorter term: the monthly payment (等额本息) or the monthly principal (等额本金) stays, the end comes earlier.
    Lower payment: the months stay.  A fee for early repayment is not included.
    RAISES CalculationError when the amount exceeds the balance, for other numbers out of range and for 先息后本.
    SOURCE: both schedules by the formulas of the module, subtracted.
    """
    _checked(balance, annual_rate, months, method)
    positive(amount, "提前还款金额")
    balance, amount = cents(balance), cents(amount)
    if amount > balance:
        raise CalculationError(f"提前还款金额{amount}大于剩余本金{balance}")
    if method == "interest_only":
        raise CalculationError("先息后本没有「缩短期限」和「减少月供」之分")
    before = loan(balance, annual_rate, months, method)
    rest, monthly = balance - amount, annual_rate / 12
    if not rest:
        return Prepayment(amount, before, None, None, before.interest)
    if method == "equal_payment":
        short = _rows(rest, monthly, months, fixed=before.first, until_paid=True)
    else:
        short = _rows(rest, monthly, months, part=max(cents(balance / months), Decimal("0.01")), until_paid=True)
    ways = [_summary(short), loan(rest, annual_rate, months, method)]
    shorter, lower = (Way(way.months, way.first, way.interest, before.interest - way.interest) for way in ways)
    return Prepayment(amount, before, shorter, lower, before.interest)
