"""A calculation as a dialogue: keep what was said, ask for one missing thing at a time, give the result.

Pure: `step` gets the values kept so far and the new message, and returns what to keep and what to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from persona.calculators import limits, results
from persona.calculators.answers import bare, chosen, kinds, options, order
from persona.calculators.correcting import corrected
from persona.calculators.limits import label
from persona.calculators.money import CalculationError, percent, yuan
from persona.calculators.numerals import plain, tidy
from persona.calculators.reading import AMOUNTS, TERMS, Reading, read
from persona.errors import StaleFigure
from persona.figures import Figures, load_figures
from persona.institution import load_institution

CALCULATORS = ("prepayment", "installment", "pension_tax", "deposit_interest", "monthly_payment")
EARLY = ("early", "held", "current_rate", "withdrawn")  # what only a deposit that is broken has
MAX_CHARS = 600
HEARD_MAX = 16
_NUMBERS = frozenset(
    {"principal", "prepay", "rate", "months", "fee", "payment", "paid", "base", "deductions", "bracket", "held", "current_rate", "withdrawn", "loan", "gone", "term"}
)
_STOP = re.compile(r"不算了|(?:不|先不)(?:分|分期|办|存|还)了|别算了|不用算|先不算|不想算|取消|退出|^(?:那|就|那就|唉|哎|嗯|哦)*算了(?:吧|[，。！])*$")
_AFRESH = re.compile(r"重新算|重算|重来|从头")

@dataclass(frozen=True)
class Step:
    """What to keep and what to say.

    values: kept for the next message (JSON-serialisable strings); of a finished calculation, what it was made from, so
    that one of them can be changed.  missing: the value asked for, None when done.
    result: strings for the placeholders of a finished calculation.  response: the response to utter, filled with `fill`.
    """

    values: dict[str, str]
    response: str
    missing: str | None = None
    result: dict[str, str] | None = None
    fill: dict[str, str] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether the calculator is closed: a result, or the customer does not want it any more."""
        return self.missing is None


def step(
    calculator: str, known: Mapping[str, str], text: str, *, figures: Figures | None = None, today: date | None = None
) -> Step:
    """One turn.

    calculator: one of CALCULATORS.  known: values of the turn before ({} at the start; what is not usable in it is dropped).
    text: the customer's message.  figures, today: for the pension's cap and rate (default: those of this installation).
    RAISES ValueError for an unknown calculator; nothing a customer writes raises.
    """
    if calculator not in CALCULATORS:
        raise ValueError(f"没有叫 {calculator} 的计算器；可用：{'、'.join(CALCULATORS)}")
    text = re.sub(r"^\s*/[\w./]+", "", text[:MAX_CHARS])
    values, line = _usable(calculator, known), plain(text)
    asking, unsure = values.pop("asking", ""), values.pop("unsure", "")
    if _STOP.search(line) and not re.search(r"\d", line):
        return Step({}, "utter_calc_stopped")
    if _AFRESH.search(line):
        values, asking, unsure = {}, "", ""
    if unsure:
        meant = chosen(asking, unsure, line)
        if not meant and not re.search(r"[\d零一二两三四五六七八九十百千]", line):
            return _unit(calculator, values, asking, unsure)
        text = meant or text
    text, named = corrected(text, values)
    reading = read(calculator, text, values, named or asking)
    for kind in ("fee_kind", "base_kind"):
        if named and kind in values and (kind not in reading.values or reading.values[kind].endswith("?")):
            reading.values[kind] = values[kind]  # another amount of the same kind
    if reading.to_the_end:
        values = {name: value for name, value in values.items() if name not in EARLY}
    kinds(line, asking, values, reading)
    asked_unit = bare(calculator, values, named or asking, reading)
    refused = _merge(calculator, values, reading)
    if refused:
        return refused
    if asked_unit:
        return _unit(calculator, values, *asked_unit)
    too_much = _too_much(values)
    if too_much:
        return too_much
    missing = _missing(calculator, values)
    if missing:
        return _ask(calculator, values, missing, reading)
    return _finish(calculator, values, figures, today)


def told(calculator: str, texts: Iterable[str]) -> dict[str, str]:
    """What earlier messages, the oldest first, already tell of a calculation that is only now asked for: 「定期存了20万」.

    A later message adds what is missing, and puts right what it says was wrong; RETURNS values as `step` takes them.
    """
    values: dict[str, str] = {}
    for text in texts:
        meant, named = corrected(text[:MAX_CHARS], values)
        found = _usable(calculator, read(calculator, meant, values, named).values)
        values.update({name: value for name, value in found.items() if name not in values or name == named})
    return values


def _usable(calculator: str, known: Mapping[str, str]) -> dict[str, str]:
    """The values of earlier turns that are what they should be."""
    kept: dict[str, str] = {}
    for name, value in known.items():
        if not isinstance(name, str) or not isinstance(value, str) or len(value) > 40:
            continue
        if (name == "asking" and value in (*_NUMBERS, "fee_kind", "base_kind", "method")) or (name == "unsure" and re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", value)):
            kept[name] = value
        elif name in limits.WORDS or name in _NUMBERS:
            try:
                fits = value in limits.WORDS.get(name, ()) or (name in _NUMBERS and limits.outside(calculator, name, value) is None)
            except ValueError:
                fits = False
            if fits:
                kept[name] = value
    for pair in (("fee", "fee_kind"), ("unsure", "asking")):
        if pair[0] not in kept or pair[1] not in kept:
            kept.pop(pair[0], None)
            if pair[0] == "fee":
                kept.pop(pair[1], None)
    return kept


def _merge(calculator: str, values: dict[str, str], reading: Reading) -> Step | None:
    """Take over what fits; a question back for the first that does not."""
    refused: Step | None = None
    new = {name: value for name, value in reading.values.items() if name in limits.WORDS or name in _NUMBERS}
    first = values.get("prepay", "")
    if "principal" not in values and "principal" not in new and first[:1].isdigit() and new.get("prepay", "")[:1].isdigit() and Decimal(new["prepay"]) < Decimal(first):
        new["principal"] = first  # 「提前还房贷三十五万」, and later 「还五万」: the first is what is owed
    for name, value in new.items():
        limit = None if name in limits.WORDS and name not in _NUMBERS else limits.outside(calculator, name, value)
        if limit is None:
            values[name] = value
        elif refused is None:
            refused = _range(values, name, limit, reading.heard.get(name, ""))
    if "method" in new and "method_assumed" not in new:
        values.pop("method_assumed", None)
    if "bracket" in new:
        for name in ("base", "base_kind"):
            values.pop(name, None)
    elif "base" in new:
        values.pop("bracket", None)
        if "base_kind" not in new:
            values.pop("base_kind", None)
    if refused is not None and "fee" in new and "fee" not in values:
        values.pop("fee_kind", None)
    if refused is None:
        return None
    asking = "base" if refused.missing == "bracket" else refused.missing or ""
    return Step({**values, "asking": asking}, refused.response, asking, fill=refused.fill)


def _too_much(values: dict[str, str]) -> Step | None:
    """More to be repaid than is owed: said at once, not after three more questions."""
    prepay, principal = values.get("prepay", ""), values.get("principal")
    if principal is None or prepay in ("", "all", "half") or Decimal(prepay) <= Decimal(principal):
        return None
    limit = limits.Limit("这次还的钱", yuan(Decimal(100)), yuan(Decimal(principal)))
    return _range({name: value for name, value in values.items() if name != "prepay"}, "prepay", limit, yuan(Decimal(prepay)))


def _missing(calculator: str, values: Mapping[str, str]) -> str | None:
    missing = next((name for name in order(calculator, values) if name not in values), None)
    return "fee_kind" if missing is None and values.get("fee_kind", "").endswith("?") else missing


def _ask(calculator: str, values: dict[str, str], missing: str, reading: Reading) -> Step:
    kept = {**values, "asking": missing}
    about = "amount" if missing in AMOUNTS else "months" if missing in TERMS else "rate"
    unclear = next((one for one in reading.unclear if one.about == about or (missing in ("fee", "base") and one.about in ("amount", "rate"))), None)
    if unclear:
        what = label(calculator, missing)
        return Step(kept, "utter_calc_ask_clear", missing, fill={"heard": _heard(unclear.raw), "what": what, "example": "12期" if (calculator, unclear.about) == ("installment", "months") else limits.EXAMPLES[unclear.about]})
    fill = {"heard": _shown(values, missing)} if missing in ("fee_kind", "base_kind") else {}
    name = {
        "term": "loan_term",
        "months": {"installment": "periods", "deposit_interest": "deposit_term"}.get(calculator, "term"),
        "principal": {"installment": "bill", "deposit_interest": "deposit", "monthly_payment": "loan"}.get(calculator, "balance"),
        "rate": "deposit_rate" if calculator == "deposit_interest" else "rate",
    }.get(missing, missing)
    return Step(kept, f"utter_calc_ask_{name}", missing, fill=fill)


def _shown(values: Mapping[str, str], name: str) -> str:
    """A kept value as it is quoted back."""
    value = values.get({"fee_kind": "fee", "base_kind": "base"}.get(name, name), "")
    if name in TERMS:
        return limits.spoken(value)
    if not value or value in limits.WORDS.get(name, ()):
        return ""
    rated = name in ("fee", "fee_kind") and values.get("fee_kind", "").partition("_")[2] in ("rate", "") and values["fee_kind"] not in ("yuan?", "payment", "each")
    return percent(Decimal(value)) if rated else yuan(Decimal(value))


def _range(values: Mapping[str, str], name: str, limit: limits.Limit, heard: str) -> Step:
    fill = {"heard": _heard(heard) or limit.what, "what": limit.what, "low": limit.low, "high": limit.high}
    return Step({**values, "asking": name}, "utter_calc_ask_range", name, fill=fill)


def _heard(words: str) -> str:
    """A customer's number as it is quoted back: short, and never five digits in a row (a telephone number at the door)."""
    words = re.sub(r"\d{5,15}(?![\d.])", lambda found: f"{tidy(Decimal(found.group()) / 10_000):f}万", words)
    return words if len(words) <= HEARD_MAX else words[:HEARD_MAX - 1] + "…"


def _unit(calculator: str, values: dict[str, str], asking: str, number: str) -> Step:
    one, two = options(asking, number)
    fill = {"heard": number, "what": label(calculator, asking), "one": one, "two": two}
    return Step({**values, "asking": asking, "unsure": number}, "utter_calc_ask_unit", asking, fill=fill)


@lru_cache(maxsize=1)
def _figures() -> Figures:
    return load_figures()


def _finish(calculator: str, values: dict[str, str], figures: Figures | None, today: date | None) -> Step:
    try:
        if calculator == "pension_tax":
            response, said = results.pension_tax(values, figures or _figures(), today or load_institution().today())
        elif calculator == "monthly_payment" and "rate" not in values:
            response, said = results.true_rate(values)
        else:
            response, said = getattr(results, calculator)(values)
    except results.Unfit as problem:
        name = "payment" if problem.name == "fee" and "payment" in values else problem.name
        heard = _shown(values, name)
        left = {key: value for key, value in values.items() if key != name and (name != "fee" or key != "fee_kind")}
        return _range(left, name, problem.limit, heard)
    except StaleFigure:
        return Step({}, "utter_calc_stale")
    except CalculationError:
        return Step({}, "utter_calc_failed")
    return Step(dict(values), response, None, said)
