"""Amounts, rates and terms in a customer's sentence.

`mentions(text)` returns what was found, in order, each with what it is. What can be read in two ways (「20多万」,
「三五年」, 「一分利」, 「3月」) comes back as `ambiguous` with its readings: the caller asks, nothing is guessed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from persona.calculators.numerals import number, plain

Kind = Literal["amount", "rate", "months", "days", "number", "ambiguous"]
Basis = Literal["", "year", "month", "day", "period"]

# Days in a year for a daily rate: 0.05 % a day is 18.25 % a year, as card contracts state it beside the daily rate.
PER_YEAR: dict[str, int] = {"": 1, "year": 1, "month": 12, "period": 12, "day": 365}


@dataclass(frozen=True)
class Mention:
    """One number of a sentence.

    kind: `amount` (yuan), `rate` (fraction, for the time named by `basis`), `months`, `days`, `number` (no unit),
    `ambiguous` (see `readings`; `value` is None).  start, end: offsets in `plain(text)`.  raw: the words themselves.
    """

    kind: Kind
    value: Decimal | None
    start: int
    end: int
    raw: str
    basis: Basis = ""
    readings: tuple[str, ...] = ()
    about: str = ""

    @property
    def annual(self) -> Decimal | None:
        """A rate per year without compounding, as a fraction (0.036 is 3.6 %); None when this is no rate."""
        return self.value * PER_YEAR[self.basis] if self.kind == "rate" and self.value is not None else None


_H = "零〇一二两三四五六七八九"
_N = rf"(?:\d+(?:\.\d+)?|[{_H}十百千]+(?:点[{_H}]+)?)"
# 「7万8」 is 78000, but in 「借7万8年」 the 8 belongs to the years.
_UNIT_NEXT = r"年(?![利息化薪])|月(?![供薪利息费])|期(?![限数])|日(?![利息])|[天个%‰厘季]|周(?!转)|分(?![\d期])"
_OTHER = rf"(?![\d{_H}十百千]|\.\d|{_UNIT_NEXT})"
# One character at a time, so that no run of numerals can be split in more ways than it is long.
_CHAIN = rf"(?=[\d{_H}十百千])(?:\d|\.(?=\d)|[{_H}十百千万w亿k点])+(?:(?<=[万w亿千k百])|(?<=\d)(?!\d|\.\d|{_UNIT_NEXT})|(?<=[{_H}十]){_OTHER})"
_SIGN = r"(?:(?<![\d万w千k%‰年月期元个])-|负)?"
_CURRENCY = r"(?:元|块钱?|人民币|rmb)"
_NOT_COUNTED = r"岁|套|次|人|张|口|楼|号|成(?!本)|折|倍|家|种|位|个人|点钟|点半|周岁|平|分钟|小时|度"
_SCAN = re.compile(
    rf"""
    (?P<skip> 千万(?=别|不|要|小心|注意|记) | (?:19|20)\d\d年(?:\d{{1,2}}月(?:份|\d{{1,2}}[日号])?)? | \d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}
      | [二一][{_H}]{{3}}年 | {_N}月(?:份|{_N}[日号]) | 第{_N}(?:个)?[期年月笔次天种个]? | \d+个?(?:基点|bp)
      | {_CHAIN}(?:美元|美金|日元|欧元|港币|港元|英镑)
      | {_N}年期?(?:以上)?的?lpr | (?<!\d)[1一]期(?=[\d零{_H}]) | {_N}(?:{_NOT_COUNTED}) | [a-z]+\d+(?![\d万w千k]) )
  | (?P<vague> (?:好?几|数)[十百千]?[万千百亿]{_CURRENCY}? | (?:好?几)(?:年|个月|期|个点) | 十几[万千]?(?:{_CURRENCY}|年|个月|期)?
      | {_CHAIN}(?:多(?!少)|[来余])[万千百亿w]?(?:{_CURRENCY}|年|个月|期)? | (?<![{_H}])[一二两三四五六七八九]{{2}}(?:[十百千]?万|[十百]?年|个月|[千百](?!{_H})) )
  | (?P<of> (?P<base>百|千|万)分之(?P<of_n>-?{_N}) )
  | (?P<daily> (?<=[息率天日])(?P<daily_base>[千万])(?P<daily_n>[一二三四五六七八九](?:点[{_H}]+)?|\d(?:\.\d+)?)(?![\d十百千万w元块年期]) )
  | (?P<percent> (?P<percent_n>{_SIGN}{_N})(?P<sign>[%‰]) )
  | (?P<point> (?P<point_n>{_SIGN}{_N})个(?P<point_half>半)?(?:百分)?点 )
  | (?P<li> (?P<li_n>{_N})厘(?P<li_more>[{_H}\d])? )
  | (?P<fen> (?P<fen_n>{_N})分(?:利|息) | (?<=[月年日]息)(?P<fen_n2>{_N})分 )
  | (?P<half_year> 半年 )
  | (?P<years> (?P<years_n>{_SIGN}{_N})(?:年|周年)(?P<years_half>半)?(?:[零又]?(?P<more_n>{_N})个?(?P<more_half>半)?月(?!供))? )
  | (?P<months> (?P<months_n>{_SIGN}{_N})(?:个(?P<months_half>半)?月|期(?![数限])) )
  | (?P<quarter> (?P<quarter_n>{_N})个?季度?)
  | (?P<week> (?P<week_n>{_N})(?:周|个?星期|个?礼拜) )
  | (?P<days> (?P<days_n>{_SIGN}{_N})[天日] )
  | (?P<month> (?P<month_n>{_N})月(?!供) )
  | (?P<money> ¥?(?P<money_n>{_SIGN}{_CHAIN}(?!{_UNIT_NEXT}))(?P<money_unit>{_CURRENCY})? )
    """,
    re.X,
)
_IS = r"(?:是|为|按|的|约|大概|[:：])*$"
_BEFORE: tuple[tuple[Basis, re.Pattern[str]], ...] = (
    ("day", re.compile(rf"(?:日利率|日息|日费率|每[天日](?:利息|费率)?|按日|一天(?:利息)?){_IS}")),
    ("month", re.compile(rf"(?:(?<![个\d])月(?:利率|息|费率)|(?:每个?|一个)月(?:利息|利率|手续费率?)?){_IS}")),
    ("period", re.compile(rf"(?:每一?期|一期|单期)的?(?:利率|息|费率|费用|手续费率?|利息)?{_IS}")),
    ("year", re.compile(rf"(?:年化|年利率|年利|年息|年费率|每年)(?:利率|利息|费率)?{_IS}")),
)
_AFTER: tuple[tuple[Basis, re.Pattern[str]], ...] = (
    ("day", re.compile(r"^的?(?:日|每天|一天|/天|/日)")), ("month", re.compile(r"^的?(?:月利?[率息]|每个?月|一个月|/月)")),
    ("period", re.compile(r"^的?(?:每期|一期|/期)")), ("year", re.compile(r"^的?(?:年化|年利|年息|每年|一年|/年)")),
)
_RANGE = re.compile(r"[-~—－到至]{1,2}")
_ENDLESS = re.compile(rf"[\d{_H}十百千万亿wk.点]{{25,}}")  # nobody means a number by it
_BARE_AMOUNT = Decimal(1000)
_WAN = re.compile(rf"(?<=[贷借])((?:\d|[{_H}十百])+)个(?=$|[，,。？?！!\s呢吧啊吗]|的话)")  # 「要是贷100个」: ten thousands, as people count them


def mentions(text: str) -> list[Mention]:
    """Every amount, rate and term of `text`, in order; ranges (「20到30万」) come back as one ambiguous mention."""
    line = _WAN.sub(r"\1万", plain(text))
    found = list(_found(line))
    merged: list[Mention] = []
    for one in found:
        last = merged[-1] if merged else None
        if last and _RANGE.fullmatch(line[last.end:one.start]) and not _sits_apart(last, one):
            raw = line[last.start:one.end]
            merged[-1] = Mention("ambiguous", None, last.start, one.end, raw, readings=(last.raw, one.raw), about=one.about or one.kind)
        else:
            merged.append(one)
    return merged


def _sits_apart(one: Mention, two: Mention) -> bool:
    return one.kind != two.kind and one.kind != "number" and "ambiguous" not in (one.kind, two.kind)


def _found(line: str) -> Iterator[Mention]:
    line, at = _ENDLESS.sub(lambda run: "，" * len(run.group()), line), 0
    while match := _SCAN.search(line, at):
        at = max(match.end(), match.start() + 1)
        group = next(name for name in _KINDS if match.group(name) is not None)
        if group == "skip":
            continue
        mention = _READ[group](match, line) if group in _READ else None
        if mention is not None:
            yield mention


def _value(words: str | None) -> Decimal | None:
    if not words:
        return None
    found = number(words[1:] if words[0] in "-负" else words)
    return -found if found is not None and words[0] in "-负" else found


def _make(kind: Kind, value: Decimal | None, match: re.Match[str], basis: Basis = "") -> Mention | None:
    return None if value is None else Mention(kind, value, match.start(), match.end(), match.group(), basis)


def _unsure(match: re.Match[str], about: str, *readings: str) -> Mention:
    return Mention("ambiguous", None, match.start(), match.end(), match.group(), readings=readings, about=about)


def _basis(match: re.Match[str], line: str) -> Basis:
    return basis(line[max(0, match.start() - 10):match.start()], line[match.end():match.end() + 5])


def basis(before: str, after: str = "") -> Basis:
    """For which time a rate is meant, by the words (in `plain` form) around it; "" when they do not say."""
    said = [name for name, pattern in _BEFORE if pattern.search(before)]
    said += [name for name, pattern in _AFTER if pattern.search(after)]
    return said[0] if said else ""


def _vague(match: re.Match[str], line: str) -> Mention:
    words = match.group()
    about = "months" if re.search(r"年|月|期", words) else "rate" if "点" in words[-1:] else "amount"
    return _unsure(match, about)


def _rate(scale: int, words: str | None, match: re.Match[str], line: str, basis: Basis | None = None) -> Mention | None:
    value = _value(words)
    basis = _basis(match, line) if basis is None else basis
    if scale == 10_000 and not basis:
        return _unsure(match, "rate", "日利率", "每期费率")
    return None if value is None else _make("rate", value / scale, match, basis)


def _point(match: re.Match[str], line: str) -> Mention | None:
    value = _value(match["point_n"])
    if value is not None and match["point_half"]:
        value += Decimal("0.5")
    return None if value is None else _make("rate", value / 100, match, _basis(match, line))


def _li(match: re.Match[str], line: str) -> Mention | None:
    # 月息3厘 is 0.3 % a month, 年息5厘 5 % a year; without the time it can be either.
    value, basis = number(match["li_n"] + ("点" + match["li_more"] if match["li_more"] and match["li_more"] not in "0123456789" else "")), _basis(match, line)
    if value is None or basis not in ("month", "year"):
        return _unsure(match, "rate", "月息", "年息")
    return _make("rate", value / (1000 if basis == "month" else 100), match, basis)


def _fen(match: re.Match[str], line: str) -> Mention | None:
    value, basis = _value(match["fen_n"] or match["fen_n2"]), _basis(match, line)
    if value is None or basis not in ("month", "year"):
        return _unsure(match, "rate", "月息", "年息")
    return _make("rate", value / (100 if basis == "month" else 10), match, basis)


def _years(match: re.Match[str], line: str) -> Mention | None:
    value, more = _value(match["years_n"]), number(match["more_n"] or "零")
    if value is None or more is None:
        return None
    months = value * 12 + more + (6 if match["years_half"] else 0) + (Decimal("0.5") if match["more_half"] else 0)
    return _whole("months", months, match)


def _months(match: re.Match[str], line: str) -> Mention | None:
    value = _value(match["months_n"])
    return None if value is None else _whole("months", value + (Decimal("0.5") if match["months_half"] else 0), match)


def _whole(kind: Kind, value: Decimal, match: re.Match[str]) -> Mention:
    if value != value.to_integral_value():
        return _unsure(match, "months", f"{int(value)}个月", f"{int(value) + 1}个月")
    return Mention(kind, value, match.start(), match.end(), match.group())


def _month(match: re.Match[str], line: str) -> Mention | None:
    value = number(match["month_n"])
    if value is None or value > 12:
        return None if value is None else _whole("months", value, match)
    return _unsure(match, "months", f"{int(value)}个月", f"{int(value)}月份")


def _money(match: re.Match[str], line: str) -> Mention | None:
    words, unit = match["money_n"], match["money_unit"] or match.group()[0] == "¥"
    value = _value(words)
    if value is None:
        return None
    hanzi = not re.search(r"\d", words)
    if unit or re.search(r"[万w亿k]", words) or (re.search(r"[千百]", words) and (not hanzi or len(words) > 1)):
        return _make("amount", value, match)
    if hanzi and "点" in words and len(words) > 2:
        return _make("number", value, match)
    if hanzi:  # 「一下」「一起」: a bare numeral counts only when it is all that was said
        return _make("number", value, match) if line.strip("，。！？!?、的吧呢啊左右") == words else None
    year = 1950 <= value < 2100
    return _make("amount" if abs(value) >= _BARE_AMOUNT and "." not in words and not year else "number", value, match)


_READ: dict[str, Callable[[re.Match[str], str], Mention | None]] = {
    "vague": _vague,
    "of": lambda m, s: _rate({"百": 100, "千": 1000, "万": 10_000}[m["base"]], m["of_n"], m, s),
    "daily": lambda m, s: _rate({"千": 1000, "万": 10_000}[m["daily_base"]], m["daily_n"], m, s, None),
    "percent": lambda m, s: _rate(100 if m["sign"] == "%" else 1000, m["percent_n"], m, s),
    "point": _point, "li": _li, "fen": _fen, "years": _years, "months": _months, "month": _month, "money": _money,
    "half_year": lambda m, s: _make("months", Decimal(6), m),
    "quarter": lambda m, s: _make("months", None if (n := number(m["quarter_n"])) is None else n * 3, m),
    "week": lambda m, s: _make("days", None if (n := number(m["week_n"])) is None else n * 7, m),
    "days": lambda m, s: _make("days", _value(m["days_n"]), m),
}
_KINDS = ("skip", *_READ)
