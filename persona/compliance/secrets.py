"""Find and mask what a customer should never have sent: card numbers, ID numbers, codes, passwords.

    mask("验证码384756") -> ("验证码[已隐去:验证码]", ["验证码"])

One pass of bounded patterns over the text: the time grows with the length of the text and no more.
"""

from __future__ import annotations

import re

_DIGIT_WORDS = "零〇○一二三四五六七八九两幺壹贰叁肆伍陆柒捌玖"
_VALUES = {**{c: i for i, c in enumerate("零一二三四五六七八九")}, "〇": 0, "○": 0, "两": 2, "幺": 1,
           **{c: i + 1 for i, c in enumerate("壹贰叁肆伍陆柒捌玖")}}
_D = rf"[0-9０-９{_DIGIT_WORDS}]"
# what may stand between the digits of one number: a blank, a dash, an invisible character
_S = "[ \\t\u00a0\u3000\\-—–·.\u200b-\u200d\u2060\ufeff\u00ad]{0,2}"
_RUN = re.compile(rf"(?<![0-9０-９A-Za-z.])(?:{_D}{_S}){{5,40}}[0-9０-９{_DIGIT_WORDS}Xx]")
_ID_INTRO = re.compile(r"(?:身份证|证件|身份)[^，。！？\n0-9０-９]{0,8}$")
_ORDER = re.compile(r"(?:订单|单号|流水号|编号|工单|快递|运单|登记编码|产品代码|交易号|凭证号|文号|回执)[^，。！？\n0-9０-９]{0,8}$")
_W = "[ \\t\u3000:：是为=，,「“\"'（(\u200b]{0,4}"
_CODE_WORD = r"(?:验证码|动态码|校验码|动态密码|动态口令|短信码|验证短信|短信密码|口令码)"
_CODE = re.compile(rf"{_CODE_WORD}(?:[^0-9０-９，。！？\n{_DIGIT_WORDS}]{{0,10}}|{_W})({_D}(?:{_S}{_D}){{3,7}})(?!{_D})")
_CODE_BEFORE = re.compile(rf"(?<![0-9０-９.¥￥])([0-9０-９](?:{_S}[0-9０-９]){{3,7}})(?![0-9０-９.元块万年月日%])(?=[^0-9。！？\n]{{0,6}}{_CODE_WORD}(?!不|没|是什么|怎么|在哪))")
_CVV = re.compile(rf"(?:[Cc][Vv][VvCc]2?|安全码|卡背面?后?三位|背面(?:的)?(?:后)?三位数?(?:字)?|末三位|后三码){_W}(?:数字|码)?{_W}({_D}{{3,4}})(?!{_D})")
_EXPIRY = re.compile(r"(?:有效期|到期日|有效日期|[Ee]xp)(?:是|为|到|至|[:： ]){0,3}([0-9０-９]{2}[ ]?[/／\-月年][ ]?[0-9０-９]{2}(?:[0-9０-９]{2})?|[0-9０-９]{4})(?![0-9０-９年])")
_PASSWORD = re.compile(
    r"(?:密码|口令|passwd|password|pwd|PIN码?)(?:就?是|为|[:：=]|设的是|设成了?|设为|改成了?)[ \u3000\"“「'：:]{0,3}"
    rf"([A-Za-z0-9０-９!@#$%^&*._\-+?]{{4,32}}|{_D}{{4,20}})"
)
_PASSWORD_BARE = re.compile(r"(?:密码)[ \u3000]?([0-9０-９]{6}|(?=[A-Za-z0-9]*[0-9])(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{6,20})(?![0-9０-９A-Za-z位次个])")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_NOT_MOBILE = re.compile(r"(?:元|块|万)$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TAIL = "10X98765432"


def _digits(text: str) -> str:
    out = []
    for char in text:
        if char in "Xx":
            out.append("X")
        elif char in _VALUES:
            out.append(str(_VALUES[char]))
        elif char.isdecimal():
            out.append(str(int(char)))
    return "".join(out)


def luhn(digits: str) -> bool:
    """The check digit of payment cards."""
    if not digits.isdecimal() or not 13 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def identity(digits: str) -> bool:
    """A mainland resident ID: 17 digits, a plausible birthday, the MOD 11-2 check character."""
    if len(digits) != 18 or not digits[:17].isdecimal():
        return False
    month, day = int(digits[10:12]), int(digits[12:14])
    if digits[0] == "0" or not (1 <= month <= 12 and 1 <= day <= 31 and digits[6:8] in ("18", "19", "20")):
        return False
    return _TAIL[sum(int(a) * b for a, b in zip(digits, _WEIGHTS, strict=False)) % 11] == digits[17]


def _kind(text: str, start: int, end: int) -> str | None:
    """What a long run of digits is."""
    digits = _digits(text[start:end])
    before = text[max(0, start - 16):start]
    plain = digits.rstrip("X")
    if identity(digits) or (_ID_INTRO.search(before) and len(digits) in (15, 18)):
        return "身份证号"
    if _ORDER.search(before):
        return None
    if len(digits) == 11 and _MOBILE.fullmatch(digits):
        return "手机号"
    if len(digits) == 13 and digits.startswith("86") and _MOBILE.fullmatch(digits[2:]):
        return "手机号"
    if luhn(plain):
        return "卡号"
    # A card number with one digit mistyped fails the check digit and is a secret all the same; no amount is as long.
    if 16 <= len(plain) <= 19:
        return "卡号"
    return None


def _covered(span: tuple[int, int], taken: list[tuple[int, int, str]]) -> bool:
    return any(start < span[1] and end > span[0] for start, end, _ in taken)


def find(text: str) -> list[tuple[int, int, str]]:
    """Spans of secrets in the original text with their kind, in order, none overlapping."""
    taken: list[tuple[int, int, str]] = []
    for match in _RUN.finditer(text):
        start, end = match.span()
        if text[end - 1] in "Xx" and len(_digits(text[start:end])) != 18:
            end -= 1
        kind = _kind(text, start, end)
        if kind is None:  # several numbers written one after another
            for part in re.finditer(r"[0-9０-９]{11,19}[Xx]?", text[start:end]):
                inner = _kind(text, start + part.start(), start + part.end())
                if inner:
                    taken.append((start + part.start(), start + part.end(), inner))
        else:
            taken.append((start, end, kind))
    for pattern, kind in ((_CODE, "验证码"), (_CODE_BEFORE, "验证码"), (_CVV, "安全码"), (_EXPIRY, "有效期"),
                          (_PASSWORD, "密码"), (_PASSWORD_BARE, "密码")):
        for match in pattern.finditer(text):
            span = match.span(1)
            if not _covered(span, taken):
                taken.append((*span, kind))
    return sorted(taken)


def mask(text: str) -> tuple[str, list[str]]:
    """The text with every secret replaced, and the kinds that were found (each once, in order)."""
    out, kinds, last = [], [], 0
    for start, end, kind in find(text):
        out += [text[last:start], f"[已隐去:{kind}]"]
        last = end
        if kind not in kinds:
            kinds.append(kind)
    return "".join([*out, text[last:]]), kinds
