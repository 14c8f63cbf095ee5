"""What each value may be, what it is called, and how it is written back to the customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from persona.calculators.money import percent, span, yuan
from persona.calculators.pension import RATES

LABELS: Mapping[str, Mapping[str, str]] = {
    "": {"rate": "年利率", "months": "期限", "method": "还款方式"},
    "prepayment": {"principal": "剩余本金", "prepay": "这次还的钱", "months": "剩余期限", "loan": "当初借的钱", "gone": "已还的时间", "term": "贷款总期限"},
    "installment": {"principal": "分期金额", "months": "期数", "fee": "每期费用", "fee_kind": "费用"},
    "pension_tax": {"paid": "缴费金额", "base": "收入", "bracket": "个税税率", "deductions": "扣除"},
    "deposit_interest": {
        "principal": "本金", "months": "存期", "held": "已存的时间", "current_rate": "活期利率", "withdrawn": "支取金额",
    },
    "monthly_payment": {"principal": "贷款本金", "payment": "每期还款"},
}
EXAMPLES: Mapping[str, str] = {"amount": "20万", "rate": "3.6%", "months": "5年"}
_TERMS: Mapping[str, tuple[int, int]] = {"installment": (1, 60), "deposit_interest": (1, 120)}
_RATES: Mapping[str, str] = {"rate": "0.36", "deposit_interest": "0.2", "current_rate": "0.05"}
_AMOUNTS: Mapping[str, tuple[str, str]] = {
    "principal": ("100", "100000000"), "loan": ("100", "100000000"), "prepay": ("100", "100000000"), "payment": ("1", "100000000"),
    "paid": ("1", "1000000"), "base": ("1", "100000000"), "deductions": ("0", "100000000"), "withdrawn": ("1", "100000000"),
}
LOAN_MONTHS = (1, 480)
LEAST_RATE = Decimal("0.0001")
WORDS: Mapping[str, frozenset[str]] = {
    "prepay": frozenset({"all", "half"}), "paid": frozenset({"cap"}), "early": frozenset({"1"}), "method_assumed": frozenset({"1"}),
    "method": frozenset({"equal_payment", "equal_principal", "interest_only"}),
    "fee_kind": frozenset({"rate?", "yuan?", "period_rate", "total_rate", "annual_rate", "period_yuan", "total_yuan", "payment", "each"}),
    "base_kind": frozenset({"income", "taxable"}),
}
TERM_NAMES = frozenset({"months", "held", "term", "gone"})


@dataclass(frozen=True)
class Limit:
    """A value out of range: its name and the range, as strings to fill in."""

    what: str
    low: str
    high: str


def label(calculator: str, name: str) -> str:
    """What a value is called in a question."""
    return LABELS.get(calculator, {}).get(name) or LABELS[""].get(name, name)


def term(value: str) -> tuple[int, int]:
    """Months and days of a stored term: 「60m」, 「90d」.  RAISES ValueError for anything else."""
    number, unit = int(value[:-1]), value[-1:]
    if unit not in ("m", "d"):
        raise ValueError(value)
    return (number, 0) if unit == "m" else (0, number)


def spoken(value: str) -> str:
    """A stored term as it is said."""
    months, days = term(value)
    return span(months) if months else f"{days}天"


def outside(calculator: str, name: str, value: str) -> Limit | None:
    """The range when `value` is not in it, else None.  RAISES ValueError for what is no value at all."""
    what = label(calculator, name)
    if value in WORDS.get(name, ()):
        return None
    if name in TERM_NAMES:
        low, high = _TERMS.get(calculator, LOAN_MONTHS)
        months, days = term(value)
        if calculator == "deposit_interest":
            return None if 0 < months <= high or 0 < days <= 31 * high else Limit(what, "1天", span(high))
        return None if low <= months <= high else Limit(what, *((f"{low}期", f"{high}期") if calculator == "installment" else (span(low), span(high))))
    number = _number(value)
    if name in ("rate", "current_rate"):
        top = Decimal(_RATES.get(name if name == "current_rate" else calculator, _RATES["rate"]))
        return None if LEAST_RATE <= number <= top else Limit(what, percent(LEAST_RATE), percent(top))
    if name == "bracket":
        return None if number in RATES else Limit(what, percent(RATES[0]), percent(RATES[-1]))
    if name == "fee":
        return None if number > 0 else Limit(what, yuan(Decimal("0.01")), "本金的5%")
    if name in _AMOUNTS:
        least, most = (Decimal(edge) for edge in _AMOUNTS[name])
        return None if least <= number <= most else Limit(what, yuan(least), yuan(most))
    raise ValueError(name)


def _number(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation as problem:
        raise ValueError(value) from problem
    if not number.is_finite() or len(value) > 40:
        raise ValueError(value)
    return number
