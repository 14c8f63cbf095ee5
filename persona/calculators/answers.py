"""Short answers to the question just asked: a number without a unit, 「万」, 「第二个」, 「每期的」."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from persona.calculators.numerals import tidy
from persona.calculators.pension import RATES
from persona.calculators.reading import AMOUNTS, TERMS, Reading

_FIRST, _SECOND = re.compile(r"第一|前面|前一?个|前者"), re.compile(r"第二|后面|后一?个|后者")
# What an option is called in a reply without a number: 「万」, 「年」, 「是元」.
_UNIT_WORDS = {"amount": (r"元|块", r"万|w"), "months": (r"年", r"月|期"), "fee": (r"%|百分|费率|率", r"元|块|钱"), "rate": (r"$^", r"$^")}
_KINDS = ((r"每[期月]|每个月|一期|单期", "period"), (r"总|一共|全部|合计|加起来", "total"), (r"年", "annual"))


def kinds(line: str, asking: str, values: Mapping[str, str], reading: Reading) -> None:
    """Answers to 「每期的还是总共的」 and 「收入还是应纳税所得额」."""
    if asking == "fee_kind" and "fee" not in reading.values and values.get("fee_kind", "").endswith("?"):
        unit = values["fee_kind"][:-1]
        kind = next((name for pattern, name in _KINDS if re.search(pattern, line)), "")
        if kind and not (kind == "annual" and unit == "yuan"):
            reading.values["fee_kind"] = f"{kind}_{unit}"
    if asking == "base_kind" and "base_kind" not in reading.values:
        if re.search(r"应纳税|所得额|扣完|扣后|扣掉", line):
            reading.values["base_kind"] = "taxable"
        elif re.search(r"收入|年薪|工资|税前|没扣", line):
            reading.values["base_kind"] = "income"


def bare(calculator: str, values: Mapping[str, str], asking: str, reading: Reading) -> tuple[str, str] | None:
    """A number without a unit: what was asked decides; when it can be two things, (value asked for, number) to ask back."""
    one = reading.bare
    if one is None or one.value is None:
        return None
    number = f"{tidy(one.value):f}"
    if not asking:
        only = [name for name in order(calculator, {**values, **reading.values}) if name not in {**values, **reading.values}]
        if only == ["rate"] and "." in one.raw:
            reading.put("rate", one.value / 100, one.raw)
        return None
    if asking in reading.values:
        return None
    if asking in AMOUNTS:
        if asking == "base" and one.value / 100 in RATES:
            reading.put("bracket", one.value / 100, one.raw)
        elif one.value >= 1000 or one.value <= 0:
            reading.put(asking, one.value, one.raw)
        else:
            return asking, number
    elif asking in TERMS:
        if calculator == "installment" or one.value > 40 or one.value <= 0:
            reading.put(asking, f"{int(one.value)}m", one.raw)
        elif one.value == int(one.value):
            return asking, number
    elif asking == "current_rate" or (asking == "rate" and not 0 < one.value < Decimal("0.1")):
        reading.put(asking, one.value / 100, one.raw)
    elif asking in ("rate", "fee") and one.value > 0:
        return asking, number
    return None


def options(asking: str, number: str) -> tuple[str, str]:
    """The two things a bare number can be, as they are written in the question."""
    if asking in TERMS:
        return f"{number}年", f"{number}个月"
    if asking == "fee":
        return f"{number}%", f"{number}元"
    if asking == "rate":
        return f"{number}%", f"{tidy(Decimal(number) * 100):f}%"
    return f"{number}元", f"{number}万元"


def chosen(asking: str, number: str, line: str) -> str:
    """The option meant by a reply such as 「万」, 「第二个」; "" when it says something else."""
    words = _UNIT_WORDS["months" if asking in TERMS else asking if asking in ("fee", "rate") else "amount"]
    left = re.sub(r"第[一二]个?|[是就的啊呢哦嗯对，。！]", "", line)
    for option, pattern, place in zip(options(asking, number), words, (_FIRST, _SECOND), strict=True):
        if place.search(line) or (len(left) <= 4 and not re.search(r"[\d零一二两三四五六七八九十百千]", left) and re.search(pattern, left)):
            return option if asking not in AMOUNTS or "万" not in left else options(asking, number)[1]
    return ""


def order(calculator: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The values a calculator needs, in the order they are asked for."""
    if calculator == "prepayment":
        if "loan" in values and "gone" in values and "principal" not in values:
            return "prepay", "rate", "term", "method"  # what is left is worked out from what was borrowed
        return "principal", "prepay", "rate", "months", "method"
    if calculator == "installment":
        return "principal", "months", "fee"
    if calculator == "pension_tax":
        if "bracket" in values:
            return ("paid",)
        return ("paid", "base", "base_kind", *(("deductions",) if values.get("base_kind") == "income" else ()))
    if calculator == "deposit_interest":
        return ("principal", "months", "rate", *(("held", "current_rate") if values.get("early") else ()))
    return ("principal", "months", *(() if "payment" in values else ("rate",)))
