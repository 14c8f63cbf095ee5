"""What all calculators share: precision, rounding to cents, how numbers are written for customers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

CENT = Decimal("0.01")
_CONTEXT = Context(prec=40, rounding=ROUND_HALF_UP)
_P = ParamSpec("_P")
_R = TypeVar("_R")


class CalculationError(ValueError):
    """Numbers that cannot be calculated with; the message says which and why, in Chinese."""


def exact(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Run `function` with 40 digits, whatever the caller's decimal context is."""

    @wraps(function)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with localcontext(_CONTEXT):
            return function(*args, **kwargs)

    return run


def cents(value: Decimal) -> Decimal:
    """Yuan rounded half up to the cent."""
    with localcontext(_CONTEXT):
        return value.quantize(CENT, ROUND_HALF_UP)


def positive(value: Decimal, what: str) -> Decimal:
    """`value`, or CalculationError when it is not a number above zero."""
    if not value.is_finite() or value <= 0:
        raise CalculationError(f"{what}要大于0：{value}")
    return value


def not_negative(value: Decimal, what: str) -> Decimal:
    """`value`, or CalculationError when it is below zero or no number."""
    if not value.is_finite() or value < 0:
        raise CalculationError(f"{what}不能小于0：{value}")
    return value


def count(value: int, what: str) -> int:
    """`value`, or CalculationError when it is not a whole number above zero."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise CalculationError(f"{what}要是大于0的整数：{value}")
    return value


def yuan(value: Decimal) -> str:
    """An amount as it is printed: 「863.33元」, 「5000元」, round sums as 「1.2万元」, 「1亿元」.

    Long whole numbers keep their cents: 「96123.00元」 cannot be taken for a telephone number.
    """
    value = cents(value)
    whole = value == value.to_integral_value()
    if value and value % 100_000_000 == 0:
        return f"{int(value) // 100_000_000}亿元"
    if abs(value) >= 10_000 and value % 100 == 0:
        return f"{(value / 10_000).normalize():f}万元"
    return f"{int(value)}元" if whole and abs(value) < 10_000 else f"{value}元"


def percent(fraction: Decimal, least: int = 0) -> str:
    """A fraction as percent with at least `least` and at most four decimals: 0.036 is 「3.6%」."""
    with localcontext(_CONTEXT):
        value = (fraction * 100).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    whole, _, part = f"{value:f}".partition(".")
    part = part.rstrip("0").ljust(least, "0")
    return f"{whole}.{part}%" if part else f"{whole}%"


def rate2(fraction: Decimal) -> str:
    """A calculated rate: percent with two decimals, 「12.80%」."""
    with localcontext(_CONTEXT):
        return f"{(fraction * 100).quantize(CENT, ROUND_HALF_UP)}%"


def span(months: int) -> str:
    """Months as they are spoken: 「5年」, 「1年6个月」, 「8个月」."""
    years, rest = divmod(months, 12)
    return (f"{years}年" if years else "") + (f"{rest}个月" if rest else "") or "0个月"
