"""Which number of a sentence is which value of a calculator, by the words around it.

`read(calculator, text, known, asking)` returns the new values. A number that could be two things is left out: the dialogue
asks for what is missing, one thing at a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from persona.calculators.numbers import PER_YEAR, Mention, basis, mentions
from persona.calculators.numerals import plain, tidy

_LINK = r"(?:是|为|有|要|共|约|大概|大约|总共|一共|总计|还有|了|个|我|的|[:：，])*$"
_CLOSE = _LINK.replace("，", "")
AMOUNTS = frozenset({"principal", "prepay", "paid", "deductions", "withdrawn", "base", "loan"})
TERMS = frozenset({"months", "held", "term", "gone"})
RATES = frozenset({"rate", "current_rate"})

_IGNORED = re.compile(r"(?:总价|房价|首付|工资|收入|月薪|月入|违约金|罚息|应纳税额)" + _LINK)
_PAYMENT = re.compile(r"(?:(?<![算个下])月供|每个?月(?:要|应)?还?款?|一个月还|每期(?:要|应)?还?款?|一期还|月还款?)" + _LINK)
_CUES: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "prepayment": (
        ("ignored", re.compile(r"每[年月](?:提前|再|多)?还$")),
        ("principal", re.compile(r"(?:剩余?(?:本金|贷款|房贷)?|剩下(?:的)?(?:本金)?|还?欠(?:款|银行)?|本金|余额|未还|没还|还有)" + _LINK)),
        ("prepay", re.compile(r"(?:提前|先|再|想|要|打算|准备|能|可以|一次|现在|部分)?(?:还(?!了)|还款|还贷|还掉|提前还(?:房贷|车贷|贷款)?)(?:个|一笔)?$")),
        ("loan", re.compile(r"(?:房贷|车贷|贷款|贷了?|公积金|经营贷|消费贷)" + _LINK)),
    ),
    "installment": (("fee", re.compile(r"(?:手续费|利息|费用|服务费)" + _CLOSE)),),
    "pension_tax": (
        ("monthly_paid", re.compile(r"每?个?月(?:存|缴|交)" + _LINK)),
        ("taxable", re.compile(r"(?:应纳税所得额?|应税(?:收入|所得)?|计税(?:收入|所得)?|扣完(?:各项)?(?:我)?(?:还)?剩)" + _LINK)),
        ("ignored", re.compile(r"(?:起征点|减除费用|房贷|应纳税额|个税|退税|交税|缴税)" + _LINK)),
        ("deductions", re.compile(r"(?:专项附加|专项扣除|专项附加扣除|扣除|社保|公积金|五险一金|三险一金|抵扣)(?:一年|全年)?" + _LINK)),
        ("monthly_income", re.compile(r"(?:月薪|月入|月收入|月工资|(?:每|一)个?月(?:能|到手)?(?:工资|收入|挣|赚|拿)?)(?:税前)?" + _LINK)),
        ("income", re.compile(r"(?:年薪|年收入|年入|年赚|税前(?:年?收入)?|一年(?:挣|赚|收入)|全年收入)" + _LINK)),
        ("paid", re.compile(r"(?:缴费?|交|存|养老金|缴纳|缴存|交满|买)(?:满|够|纳|个人养老金|养老金)*" + _LINK)),
    ),
    "deposit_interest": (
        ("withdrawn", re.compile(r"(?:支取|取出来?|取|急用|急需|等着用|要用|用掉?)(?:其中)?" + _CLOSE)),
        ("principal", re.compile(r"(?:本金|存款?|存入|放|定期|大额存单|活期)" + _LINK)),
    ),
    "monthly_payment": (("principal", re.compile(r"(?:贷款?|借款?|本金|贷|借)" + _LINK)),),
}
_AFTER: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "prepayment": (
        ("prepay", re.compile(r"^(?:来|去|拿来|用来|现在|想|打算|准备|要|能|可以|全|都|先)*(?:提前还|还房贷|还贷|还掉|还进去)(?![清完]|[款贷掉]?[\d一二两三四五六七八九十百])")), ("principal", re.compile(r"^(?:还没还|没还|未还)")),
    ),
    "pension_tax": (("paid", re.compile(r"^(?:块|元)?(?:的)?(?:个人)?养老金")),),
}
_ELAPSED = re.compile(r"(?:还了|已还|已经还|还款|供了|还贷)(?:了|款|有)*$")
_HELD = re.compile(r"(?:存了|放了|已经?存|存满|才存|刚存)(?:有|了|才)*$")
_METHOD = (
    ("equal_payment", re.compile(r"等额本息|等本息|本息等额")), ("equal_principal", re.compile(r"等额本金|等本金|本金等额")),
    ("interest_only", re.compile(r"先息后本|按月付息|先还利?息")),
)
_ALL = re.compile(r"(?:全部|一次性|一把|全额?|都)(?:都|给|提前)?(?:还|结)(?:清|掉|完|了)?|还清|结清|还完|全还")
_HALF = re.compile(r"还(?:掉|剩余|本金|贷款)?(?:的)?一半")
_FULL = re.compile(r"(?:交|缴|存)满|满额|顶格|封顶")
_BEFORE_END = re.compile(r"提前了?$")  # 「提前一年取」: counted back from the end of the term
_TAKEN = re.compile(r"(?:就|来|把钱)?(?:支取|取|拿)")
_EARLY = re.compile(r"提前[^，。？?]{0,6}(?:支取|取|拿)|没到期|未到期|中途|不到期|急用|急需|等着用")
_TO_THE_END = re.compile(r"(?:不|先不)取了|(?:存|放|等)到(?:期|头)|存满")
_ONE = re.compile(r"[一1](?:个月|年|期)")
_DONT_KNOW = re.compile(r"不知道|不清楚|不懂|忘了|记不|不记得|不确定|没概念|都行|随便")
_RATE_CUE = re.compile(r"(?:利率|年化|年利|利息|年息|税率|费率|档|按)" + _LINK)
_QUESTION = re.compile(r"^好?几|^数[十百千]")


@dataclass
class Reading:
    """What one message adds: values by name, words that were said for them, what stayed unclear; `to_the_end`: nothing is taken out early."""

    values: dict[str, str] = field(default_factory=dict)
    heard: dict[str, str] = field(default_factory=dict)
    unclear: list[Mention] = field(default_factory=list)
    bare: Mention | None = None
    to_the_end: bool = False

    def put(self, name: str, value: Decimal | str, heard: str) -> None:
        """Keep a value under `name`."""
        self.values[name] = f"{tidy(value):f}" if isinstance(value, Decimal) else value
        self.heard[name] = heard


def read(calculator: str, text: str, known: Mapping[str, str], asking: str) -> Reading:
    """The values in `text` for `calculator`; `asking` is the value last asked for ("" at the start)."""
    line = plain(text)
    reading = Reading()
    found = [one for one in mentions(text) if not _QUESTION.search(one.raw)]
    reading.unclear = [one for one in found if one.kind == "ambiguous"]
    _words(calculator, line, asking, reading)
    _rates(calculator, line, found, asking, reading)
    _terms(calculator, line, found, known, asking, reading)
    _amounts(calculator, line, found, known, asking, reading)
    numbers = [one for one in found if one.kind == "number" and one.raw not in reading.heard.values()]
    if len(numbers) == 1:
        reading.bare = numbers[0]
    return reading


def before(line: str, one: Mention, most: int = 12) -> str:
    """The words just before a number, up to the last full stop."""
    return re.split(r"[。！？；;]", line[max(0, one.start - most):one.start])[-1]


def _words(calculator: str, line: str, asking: str, reading: Reading) -> None:
    methods = [name for name, pattern in _METHOD if pattern.search(line)]
    if calculator in ("prepayment", "monthly_payment") and len(methods) == 1:
        reading.put("method", methods[0], "")
    elif asking == "method" and _DONT_KNOW.search(line):
        reading.put("method", "equal_payment", "")
        reading.put("method_assumed", "1", "")
    if calculator == "prepayment":
        when = re.search(r"[年久候期月](?:能|可以|才)*(?:够)?还[清完]", line)
        if re.search(r"第.{1,3}年", line):
            reading.put("elapsed", "1", "")
        share = "half" if _HALF.search(line) else "all" if _ALL.search(line) and not when else ""
        if share:
            reading.put("prepay", share, "")
    if calculator == "pension_tax":
        if _FULL.search(line):
            reading.put("paid", "cap", "")
        if asking == "deductions" and (_DONT_KNOW.search(line) or re.search(r"没有?|无|零", line)):
            reading.put("deductions", Decimal(0), "")
    if calculator == "deposit_interest":
        if _TO_THE_END.search(line):
            reading.to_the_end = True
        elif _EARLY.search(line):
            reading.put("early", "1", "")


def _rates(calculator: str, line: str, found: list[Mention], asking: str, reading: Reading) -> None:
    rates: dict[str, list[Mention]] = {}
    for one in found:
        words = before(line, one)
        cued = one.kind == "number" and _RATE_CUE.search(words) and one.value is not None and abs(one.value) < 100
        if one.kind == "rate" or cued:
            name = "current_rate" if re.search(r"活期[^，定]{0,6}$", words) and calculator == "deposit_interest" else "rate"
            if calculator == "pension_tax" and re.search(r"领[^，]{0,8}$", words):
                continue
            rates.setdefault("current_rate" if asking == "current_rate" else name, []).append(one)
    if "current_rate" in rates and "rate" not in rates and asking == "" and not _EARLY.search(line):
        rates["rate"] = rates.pop("current_rate")  # a current account kept as it is
    for name, group in rates.items():
        one = group[0]
        if len({(r.value, r.basis) for r in group}) > 1:
            reading.unclear.append(Mention("ambiguous", None, one.start, group[-1].end, "、".join(r.raw for r in group), about="rate"))
            continue
        value = one.value / 100 if one.kind == "number" and one.value is not None else one.value
        if value is None:
            continue
        if calculator == "installment":
            _fee_rate(line, one, value, asking, reading)
        elif calculator == "pension_tax":
            reading.put("bracket", value, one.raw)
        else:
            times = PER_YEAR[one.basis or basis(before(line, one))]
            reading.put(name, value * times, one.raw)


def _fee_rate(line: str, one: Mention, value: Decimal, asking: str, reading: Reading) -> None:
    words = before(line, one)
    kind = {"period": "period_rate", "month": "period_rate", "year": "annual_rate"}.get(one.basis or basis(words), "")
    if not kind and re.search(r"(?:总费率|总手续费率?|总共|一共|合计|总的?)[^，]{0,6}$", words):
        kind = "total_rate"
    if one.basis == "day":
        value, kind = one.annual or value, "annual_rate"
    # The question asks for the fee of one period, so a small rate is its answer; a large one may be the whole.
    if not kind and asking == "fee" and value <= Decimal("0.015"):
        kind = "period_rate"
    reading.put("fee", value, one.raw)
    reading.put("fee_kind", kind or "rate?", one.raw)


def _terms(calculator: str, line: str, found: list[Mention], known: Mapping[str, str], asking: str, reading: Reading) -> None:
    terms = [one for one in found if one.kind in ("months", "days") and one.value is not None and not _unit_of_rate(line, one, found)]
    if calculator == "pension_tax":
        return
    if calculator == "deposit_interest" and asking != "held" and _broken(line, terms):
        # 「存了三年，存了一年半要取」: the longer was agreed, the shorter is over
        kept, agreed = sorted(terms, key=lambda one: one.value or Decimal(0))
        reading.put("early", "1", "")
        _put_term("held", kept, reading)
        _put_term("months", agreed, reading)
        return
    early = "early" in reading.values or "early" in known
    plainly: list[Mention] = []
    left: Mention | None = None
    for one in terms:
        words = before(line, one)
        if calculator == "deposit_interest" and one.kind == "months" and _BEFORE_END.search(words) and _TAKEN.match(line[one.end:]):
            left = one
        elif _ELAPSED.search(words) and calculator != "deposit_interest":
            reading.put("elapsed", "1", "")
            if calculator == "prepayment" and one.kind == "months":
                _put_term("gone", one, reading)
        elif calculator == "deposit_interest" and (asking == "held" or (_HELD.search(words) and early)):
            _put_term("held", one, reading)
        else:
            plainly.append(one)
    cued = [one for one in plainly if re.search(r"(?:剩余?|还有|剩下)" + _LINK, before(line, one))]
    if "elapsed" in reading.values or asking == "term":
        if calculator == "prepayment" and len(plainly) == 1 and not cued and plainly[0].kind == "months":
            _put_term("term", plainly[0], reading)  # 「30年的，还了三年」: what it was borrowed for
        plainly = cued
    chosen = cued or plainly
    if len(chosen) > 1:  # 「分24期一个月几块」: the month only names the unit
        chosen = [one for one in chosen if not (re.fullmatch(r"[一1](?:个月|年|期)", one.raw) and re.match(r"[要得]?[还付扣交]|多少|几", line[one.end:]))] or chosen
    labelled = [one for one in found if one.kind in ("number", "amount") and re.search(r"期数[是为:：]*$", before(line, one))]
    if labelled and labelled[0].value is not None and not chosen:
        reading.put("months", f"{int(labelled[0].value)}m", labelled[0].raw)
    if len({(one.kind, one.value) for one in chosen}) == 1:
        _put_term("months", chosen[0], reading)
    elif chosen:
        heard = "、".join(one.raw for one in chosen)
        reading.unclear.append(Mention("ambiguous", None, chosen[0].start, chosen[-1].end, heard, about="months"))
    whole = reading.values.get("months") or known.get("months") or ""
    if left is not None and left.value is not None and whole.endswith("m") and int(whole[:-1]) > left.value:
        reading.put("held", f"{int(whole[:-1]) - int(left.value)}m", left.raw)


def _unit_of_rate(line: str, one: Mention, found: list[Mention]) -> bool:
    """Whether a term is the unit of the rate beside it: 「0.6%一个月」, 「一个月0.6%」."""
    if not _ONE.fullmatch(one.raw):
        return False
    rates = [rate for rate in found if rate.kind == "rate"]
    return any(rate.end <= one.start and line[rate.end:one.start] in ("", "的") for rate in rates) or any(
        one.end <= rate.start and re.fullmatch(_LINK, line[one.end:rate.start]) for rate in rates)


def _broken(line: str, terms: list[Mention]) -> bool:
    """Whether two terms are what was agreed and what is over when the deposit is taken out."""
    if len(terms) != 2 or {one.kind for one in terms} != {"months"} or terms[0].value == terms[1].value:
        return False
    shorter = min(terms, key=lambda one: one.value or Decimal(0))
    return re.match(r"[^，。？?\d]{0,6}(?:取|拿)", line[shorter.end:]) is not None


def _put_term(name: str, one: Mention, reading: Reading) -> None:
    value = one.value or Decimal(0)
    reading.put(name, f"{int(value)}{'d' if one.kind == 'days' else 'm'}", one.raw)


def _amounts(calculator: str, line: str, found: list[Mention], known: Mapping[str, str], asking: str, reading: Reading) -> None:
    free: list[Mention] = []
    for one in found:
        if one.value is None or one.kind not in ("amount", "number"):
            continue
        words, after = before(line, one), line[one.end:one.end + 8]
        if _PAYMENT.search(words) and (one.kind == "amount" or abs(one.value) >= 10) and calculator != "pension_tax":
            if calculator in ("installment", "monthly_payment"):
                reading.put("fee" if calculator == "installment" else "payment", one.value, one.raw)
                if calculator == "installment":
                    # 「每期462」 alone: fee or payment? `results` knows, because only one of the two can be.
                    named = re.search(r"[还供付扣款]" + _LINK, words)
                    reading.put("fee_kind", "period_yuan" if re.search(r"^的?(?:手续费|费|利息)", after) else "payment" if named else "each", one.raw)
            continue
        if one.kind == "number":
            continue
        cues, behind = _CUES[calculator], _AFTER.get(calculator, ())
        name = next((n for n, p in cues if n != "loan" and p.search(words)), "") or next((n for n, p in behind if p.search(after)), "")
        name = name or next((n for n, p in cues if p.search(words)), "")
        if not name and calculator != "pension_tax" and _IGNORED.search(words):
            continue
        if name in ("", "loan"):
            if name and calculator == "prepayment" and "elapsed" in reading.values and "principal" not in known:
                reading.put("loan", one.value, one.raw)  # borrowed once; some of it is paid
                continue
            free.append(one)
            if name:
                reading.heard.setdefault("loan", one.raw)
        elif name != "ignored":
            _cued(calculator, name, one, words, reading)
    if any(p.search(before(line, one)) for one in found for n, p in _CUES[calculator] if n == "monthly_income") and asking != "deductions":
        reading.values.pop("deductions", None)  # by the month as well, or by the year? it is asked
    _free_amounts(calculator, free, known, asking, reading)


def _cued(calculator: str, name: str, one: Mention, words: str, reading: Reading) -> None:
    value = one.value or Decimal(0)
    if name == "monthly_paid":
        reading.put("paid", value * 12, one.raw)
    elif name == "monthly_income":
        reading.put("base", value * 12, one.raw)
        reading.put("base_kind", "income", one.raw)
    elif name in ("income", "taxable"):
        reading.put("base", value, one.raw)
        reading.put("base_kind", name, one.raw)
    elif name == "fee":
        kind = "period_yuan" if re.search(r"每[期月]|每个月|一期", words) else "total_yuan" if re.search(r"总|共|合计|全部", words) else "yuan?"
        reading.put("fee", value, one.raw)
        reading.put("fee_kind", kind, one.raw)
    elif name == "principal" and name in reading.values and reading.values[name] != f"{tidy(value):f}":
        reading.unclear.append(Mention("ambiguous", None, one.start, one.end, f"{reading.heard[name]}、{one.raw}", about="amount"))
        del reading.values[name]
    elif name == "deductions" and name in reading.values:
        reading.put(name, Decimal(reading.values[name]) + value, one.raw)
    else:
        reading.put(name, value, one.raw)


def _free_amounts(calculator: str, free: list[Mention], known: Mapping[str, str], asking: str, reading: Reading) -> None:
    if not free:
        return
    fields = {"prepayment": ("principal", "prepay"), "pension_tax": ("paid", "base")}.get(calculator, ("principal",))
    if len(free) == 1:
        one, value = free[0], free[0].value or Decimal(0)
        open_fields = [name for name in fields if name not in reading.values and name not in known]
        target = asking if asking in AMOUNTS and asking not in reading.values and "elapsed" not in reading.values else ""
        if asking == "fee" and calculator == "installment":
            reading.put("fee", value, one.raw)
            reading.put("fee_kind", "yuan?", one.raw)
            return
        if not target and calculator == "prepayment" and "prepay" in reading.values and "elapsed" not in reading.values:
            target = "principal"
        if not target and calculator == "prepayment" and reading.heard.get("loan") == one.raw and "elapsed" not in reading.values:
            target = "principal"
        if not target and len(open_fields) == 1 and "elapsed" not in reading.values:
            target = open_fields[0]
        if not target and len(fields) == 1 and not asking and fields[0] not in reading.values:
            target = fields[0]
        if not target and calculator == "prepayment" and not open_fields and not asking and "elapsed" not in reading.values:
            target = _nearest(value, known)  # 「说错了，是80万」 puts the one right that it is near to
        if target:
            reading.put(target, value, one.raw)
    elif len({one.value for one in free}) > 1:
        heard = "、".join(one.raw for one in free)
        reading.unclear.append(Mention("ambiguous", None, free[0].start, free[-1].end, heard, about="amount"))


def _nearest(value: Decimal, known: Mapping[str, str]) -> str:
    """Which of the two amounts of an early repayment a new one stands for; "" when that cannot be told."""
    amounts = {name: Decimal(known[name]) for name in ("principal", "prepay") if known.get(name, "").replace(".", "").isdigit()}
    if len(amounts) < 2 or value <= 0 or min(amounts.values()) <= 0:
        return ""
    return min(amounts, key=lambda name: max(value / amounts[name], amounts[name] / value))
