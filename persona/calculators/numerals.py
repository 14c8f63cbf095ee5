"""Chinese, Arabic and mixed numerals: 「二十五万八」, 「7万8千」, 「20w」, 「三点六」, 「壹拾万」."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}
LONGEST = 24  # characters; nobody writes a longer number by hand

_FOLD = str.maketrans(
    "萬億兩點個塊錢釐貳參陸壹贰叁肆伍陆柒捌玖拾佰仟圆圓廿貸還賸餘剩額費總點餘繳養稅個幾從買發裡啟儲來這麼應當鐘號歲"
    "減繼續經營業證實際動態變與後現將給為會時間過無週開門問題題請幫計換銀貨幣國債該每賬帳嗎別賣讓盡頭頓紙",
    "万亿两点个块钱厘二三六一二三四五六七八九十百千元元廿贷还剩余剩额费总点余缴养税个几从买发里启储来这么应当钟号岁"
    "减继续经营业证实际动态变与后现将给为会时间过无周开门问题题请帮计换银货币国债该每账账吗别卖让尽头顿纸",
)
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九]+(?:点[零〇一二三四五六七八九]+)?|[十百千k万w亿]")


def plain(text: str) -> str:
    """Half-width, simplified, lower case, without spaces and thousands separators; what every pattern here reads."""
    text = unicodedata.normalize("NFKC", text).translate(_FOLD).lower().replace("廿", "二十")
    # A space separates two numbers (「45万 240期」); anywhere else it means nothing (「20 万」).
    text = re.sub(r"(?<=[\d万w千k百元块%‰年月期天])\s+(?=[-+\d零一二两三四五六七八九十百])|\s*\n\s*", "，", text)
    text = re.sub(r"\s+", "", text)
    # 「10万两年」 is an amount and a term, not 102,000.
    text = re.sub(r"(?<=[万w千k亿])(?=(?:\d+|[一二两三四五六七八九十]+)(?:年|个月|期|个?季度|天))", "，", text)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    return text.replace(",", "，")


def _digits(word: str) -> Decimal:
    whole, _, part = word.partition("点")
    figures = "".join(str(DIGITS[char]) for char in whole)
    return Decimal(f"{figures}.{''.join(str(DIGITS[char]) for char in part)}" if part else figures)


def number(words: str) -> Decimal | None:
    """The value of a numeral in `plain` form, or None when it is not one.

    A last digit without a unit counts in tenths of the unit before it, as it is spoken: 「三千二」 is 3200,
    「一万五」 15000, 「一百零五」 105, 「十二」 12.
    """
    if not words or len(words) > LONGEST:
        return None
    whole, dot, part = words.partition("点")
    if dot and (not part or not re.fullmatch(r"[零〇一二三四五六七八九]+[万亿千百]?", part)):
        return None
    if dot and re.search(r"[十百千]", whole):  # 十二点五
        base = number(whole)
        tail = number("零点" + part)
        return None if base is None or tail is None or part[-1] in UNITS else base + tail
    return _chain(words)


def _chain(words: str) -> Decimal | None:
    total = section = Decimal(0)
    pending: Decimal | None = None
    last, at, zero = 1, 0, False
    for found in _TOKEN.finditer(words):
        if found.start() != at:
            return None
        at = found.end()
        token = found.group()
        if token not in UNITS:
            if pending is not None:
                return None
            zero = token[0] in "零〇" and len(token) > 1 and last > 1
            try:
                pending = _digits(token) if token[0] in DIGITS else Decimal(token)
            except InvalidOperation:
                return None
            continue
        unit = UNITS[token]
        if unit < 10_000:
            section += (Decimal(1) if pending is None else pending) * unit
        elif unit == 10_000:
            section += pending or 0
            total += (section or Decimal(1)) * unit
            section = Decimal(0)
        else:
            total = (total + section + (pending or 0) or Decimal(1)) * unit
            section = Decimal(0)
        pending, last = None, unit
    if at != len(words):
        return None
    if pending is not None:
        spoken = last >= 100 and not zero and pending < 10 and pending == pending.to_integral_value()
        section += pending * last / 10 if spoken else pending
    return tidy(total + section)


def tidy(value: Decimal) -> Decimal:
    """The same value without trailing zeros or an exponent: 12000, not 12000.0 or 1.2E+4."""
    return Decimal(f"{value.normalize():f}")  # `quantize` refuses more than 28 digits
