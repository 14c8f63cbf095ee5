"""Find and mask what a customer should never have sent: card numbers, ID numbers, mobile numbers, codes, passwords.

    mask("验证码384756") -> ("验证码[已隐去:验证码]", ["验证码"])

The text is folded character by character (full width, circled and Chinese digits, traditional characters), so that one set
of bounded patterns reads every spelling and every offset stays. The time grows with the length of the text and no more.
When in doubt a long number is masked: sixteen digits are no amount. Secrets split over messages: split_secrets.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

Span = tuple[int, int, str]

_WORDS = {**{c: i for i, c in enumerate("零一二三四五六七八九")}, "〇": 0, "○": 0, "两": 2, "幺": 1, **{c: i + 1 for i, c in enumerate("壹贰叁肆伍陆柒捌玖")}}
_SIMPLE = str.maketrans("驗證碼號戶賬帳動態機電話憑單訂兩貳參陸認確臨時鑰", "验证码号户账账动态机电话凭单订两贰叁陆认确临时钥")
_FOLDED: dict[int, str] = {}
for _code in (*range(0xFF01, 0xFF5F), *range(0x2460, 0x2469), 0x24EA, *range(0x2070, 0x207A), *range(0x2080, 0x208A), *range(0x2776, 0x277F), 0x3000, 0xA0):
    _plain = unicodedata.normalize("NFKC", chr(_code))
    _digit = unicodedata.digit(chr(_code), None)
    _FOLDED[_code] = str(_digit) if _digit is not None else _plain if len(_plain) == 1 else chr(_code)
_OTHER_DIGITS = re.compile(r"[^\x00-\x7f]")
# Without one of these there is nothing to find.
_WORTH = re.compile(r"[\d①-⑨⓪⁰-⁹₀-₉❶-❾零〇○一二三四五六七八九两幺壹贰貳叁參肆伍陆陸柒捌玖兩]|密[码碼]|口令|pass|pwd|pin", re.I)

_D = rf"[0-9{''.join(_WORDS)}]"
# what may stand between the digits of one number: a blank, a dash, a dot, an invisible character
_INVISIBLE = "\u200b-\u200f\u2060\ufeff\u00ad\ufe0f\u20e3"  # the last two make a keycap of a digit: 6️⃣
_S = rf"[ \t\-—–−‐·.{_INVISIBLE}]{{0,3}}"
_RUN = re.compile(rf"(?<![0-9])(?:{_D}{_S}){{5,60}}(?:{_D}|[Xx](?![A-Za-z]))")
# also a comma, a bracket, a smiley or a new line, when the groups are those of a number that is written in groups; no times
_LOOSE = re.compile(rf"(?<!{_D}){_D}{{1,8}}(?:(?:[^\w:：]|_){{1,6}}{_D}{{1,8}}){{2,18}}[Xx]?(?!{_D})")
_GROUP = re.compile(rf"{_D}+[Xx]?")

_ID_INTRO = re.compile(r"(?:身份证|证件|身份)[^，。！？\n0-9]{0,8}$")
_ORDER = re.compile(r"(?:订单|单号|流水号|编号|工单|快递|运单|登记编码|产品代码|交易号|凭证号|文号|回执)[^，。！？\n0-9]{0,8}$")
_MOBILE = re.compile(r"(?:0{0,2}86)?1[3-9]\d{9}")
_BIN = re.compile(r"62|4|5[1-5]|35|3[47]|2[2-7]|9[0-9]")

_UNITS = r"(?![ ]?(?:元|块|万|千元|年|月|日|天|%|点|岁|人|次|个|位数|位的|条|分钟|小时|秒|家|起|号线))"
_HOTLINE = r"(?!(?:95\d{3}|96\d{3}|123\d{2}|10\d{3}|400\d{7})(?!\d))"
# a blank or a dash between the digits of a short number, or a mark that lists them
_T = rf"[ \t\-—–、，,·.{_INVISIBLE}]{{0,3}}"
_CODE_WORD = (
    r"(?:验[ \-·.]?证[ \-·.]?码|验证马|验证吗|校验码|动态码|动态密码|动态口令|动态密钥|短信码|短信验证|验证短信|短信密码|口令码|认证码|确认码|激活码|授权码|付款码数字|(?<![a-z])(?:yzm|yanzhengma|otp|captcha|one[ -]?time[ -]?password|(?:sms|verify|verification|auth|your|my)[ _-]?code)(?![a-z])"
    r"|短信[里上中]?的?那?[几串个组]*数字?(?!据|字)|[六6]位的?(?:数字?(?!字)|码)|那[串组]数字)"
)
_W = rf"[ \t:：是为=,，「“\"'（({_INVISIBLE}]{{0,6}}"
_CODE = re.compile(rf"{_CODE_WORD}[^0-9{''.join(_WORDS)}]{{0,16}}?(?<!尾号)(?<!尾号是)(?<![￥¥.]){_HOTLINE}({_D}(?:{_T}{_D}){{3,7}})(?!{_S}{_D}){_UNITS}", re.I)
_CODE_MIXED = re.compile(rf"{_CODE_WORD}(?:就?是|为|[:：=]){_W}((?=[A-Za-z0-9]*[0-9])[A-Za-z0-9]{{4,10}})(?![A-Za-z0-9])", re.I)
_CODE_BEFORE = re.compile(rf"(?<![0-9.¥￥])(?<!尾号)(?<!尾号是){_HOTLINE}({_D}(?:{_S}{_D}){{3,7}})(?!{_S}{_D}){_UNITS}(?=[^0-9。！？\n]{{0,12}}{_CODE_WORD}(?!不|没|收不|是什么|怎么|在哪))", re.I)
_CVV_WORD = r"(?:(?<![a-z])(?:cvv2?|cvc2?|cvn2?|security[ _-]?code)(?![a-z])|安全码|卡背面?后?三位|(?:背面|卡背|背后|反面)[^0-9，,。！？\n]{0,6}?(?:三|3)(?:位|个)(?:数字?|码)?|末三位|后三码)"
_CVV = re.compile(rf"{_CVV_WORD}[^0-9，。！？\n{''.join(_WORDS)}]{{0,8}}({_D}(?:{_T}{_D}){{2,3}})(?!{_S}{_D})(?![ ]?[位个])", re.I)
_CVV_BEFORE = re.compile(rf"(?<![0-9.¥￥])({_D}(?:{_S}{_D}){{2,3}})(?!{_S}{_D}){_UNITS}(?=[^0-9，。！？\n]{{0,5}}{_CVV_WORD})", re.I)
_EXPIRY = re.compile(r"(?:有效期|到期日|有效日期|Exp)(?:是|为|到|至|[:： ]){0,3}([0-9]{2}[ ]?[/／\-月年][ ]?[0-9]{2}(?:[0-9]{2})?|[0-9]{4})(?![0-9年])", re.I)
_PASS_WORD = r"(?:密[ \-·.]?码|口令|passwd|password|passcode|(?<![a-z])pwd|(?<![a-z0-9])(?:pw|mm|mima)(?![a-z])|(?<![a-z])pin(?![a-z])码?)"
_PASSWORD = re.compile(
    rf"{_PASS_WORD}(?:就?是|为|[:：=]|设的是?|设置的?是?|设成了?|设为|改成了?|改为)[ \n\"“「'：:是]{{0,4}}"
    rf"([A-Za-z0-9!@#$%^&*._\-+?]{{4,32}}(?: ?[0-9]{{2,12}})?|{_D}(?:{_T}{_D}){{3,19}})", re.I,
)
_PASSWORD_BARE = re.compile(r"(?:密码)[ \n]?([0-9]{6}|(?=[^\s\u4e00-\u9fff]*[0-9])(?=[^\s\u4e00-\u9fff]*[A-Za-z])[A-Za-z0-9!@#$%^&*._\-+?]{6,20})(?![0-9A-Za-z位次个])")
_PASSWORD_NEAR = re.compile(rf"{_PASS_WORD}(?:(?![转走额钱付汇])[^0-9。！？\n{''.join(_WORDS)}]){{0,10}}(?<![￥¥.])({_D}(?:{_S}{_D}){{5}}(?:{_S}{_D}{_S}{_D})?)(?!{_S}{_D}){_UNITS}", re.I)
_PASSWORD_BEFORE = re.compile(rf"(?<![0-9.¥￥A-Za-z])((?=[A-Za-z]*[0-9])[A-Za-z0-9]{{6,20}})(?![0-9A-Za-z])(?=[ ]?(?:就?是|为)[^，。！？\n]{{0,6}}{_PASS_WORD}(?!吗|么|不))", re.I)
# A number that is announced and not whole: the rest may come with the next message.
PARTIAL = "部分号码"
_PARTIAL = re.compile(
    rf"(?:卡号|银行卡|信用卡|储蓄卡|账号|账户|身份证号?码?|证件号码?|手机号?码?|电话)[^0-9，。！？\n{''.join(_WORDS)}]{{0,6}}(?<!尾号)(?<!尾号是)(?<!后四位)(?<!后四位是)"
    rf"{_HOTLINE}({_D}(?:{_S}{_D}){{5,14}})(?!{_S}{_D}){_UNITS}(?![ ]?(?:开头|打头|开始))"
)
_PATTERNS = (
    (_CODE, "验证码"), (_CODE_MIXED, "验证码"), (_CODE_BEFORE, "验证码"), (_CVV, "安全码"), (_CVV_BEFORE, "安全码"), (_EXPIRY, "有效期"),
    (_PASSWORD, "密码"), (_PASSWORD_BARE, "密码"), (_PASSWORD_NEAR, "密码"), (_PASSWORD_BEFORE, "密码"), (_PARTIAL, PARTIAL),
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TAIL = "10X98765432"
_DOUBLED = str.maketrans("0123456789", "0246813579")
_LENGTHS = (19, 18, 16, 11)  # of a number inside a run: card, identity, card, mobile
_CARDS = (19, 16)
# A UUID, or a hash with three letters or more: digits stand in them by chance.
_BY_CHANCE = re.compile(r"(?<![0-9a-z])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=(?:[0-9]*[a-f]){3})[0-9a-f]{16,})(?![0-9a-z])", re.I)


def fold(text: str) -> str:
    """The text with full-width, circled and foreign digits as ASCII and traditional characters simple; offsets stay."""
    if text.isascii():
        return text
    text = text.translate(_FOLDED).translate(_SIMPLE)
    return _OTHER_DIGITS.sub(lambda m: str(unicodedata.digit(m.group(), m.group())), text)


def digits_of(text: str) -> str:
    """The digits of a folded text, Chinese ones too; X of an ID number stays."""
    return "".join("X" if c in "Xx" else str(_WORDS.get(c, c if "0" <= c <= "9" else "")) for c in text)


def luhn(digits: str) -> bool:
    """The check digit of payment cards."""
    if not 13 <= len(digits) <= 19 or not digits.isdecimal() or len(set(digits)) == 1:
        return False
    return (sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2].translate(_DOUBLED)))) % 10 == 0


def identity(digits: str) -> bool:
    """A mainland resident ID: 17 digits, a plausible birthday, the MOD 11-2 check character."""
    if len(digits) != 18 or digits[6:8] not in ("18", "19", "20") or not digits[:17].isdecimal():
        return False
    month, day = int(digits[10:12]), int(digits[12:14])
    if digits[0] == "0" or not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    return _TAIL[sum(int(a) * b for a, b in zip(digits, _WEIGHTS, strict=False)) % 11] == digits[17]


def sure(digits: str) -> str | None:
    """What a number is by its own form and check digit alone."""
    if len(digits) == 18 and identity(digits):
        return "身份证号"
    if digits[:1] in "180" and _MOBILE.fullmatch(digits):
        return "手机号"
    return "卡号" if len(digits) > 12 and luhn(digits) else None


def _kind(folded: str, start: int, end: int) -> str | None:
    """What a long run of digits is."""
    digits = digits_of(folded[start:end])
    before = folded[max(0, start - 16):start]
    if identity(digits) or (_ID_INTRO.search(before) and len(digits) in (15, 18)):
        return "身份证号"
    plain = digits.rstrip("X")
    if _ORDER.search(before):
        return "卡号" if len(plain) >= 16 and luhn(plain) and _BIN.match(plain) else None
    if start and folded[start - 1].isalpha() and folded[start - 1].isascii():  # the code of a product or a sheet
        return sure(digits) if len(digits) in (11, 16, 18, 19) else None
    # A card number with one digit mistyped fails the check digit and is a secret all the same; no amount is as long.
    return sure(plain) or ("卡号" if 16 <= len(plain) <= 19 else None)


def _inside(folded: str, start: int, end: int) -> Iterator[Span]:
    """Numbers in a run that is none as a whole: 「1. 6222 0202 …」, several one after another."""
    groups = [(start + m.start(), start + m.end()) for m in _GROUP.finditer(folded[start:end])]
    number, sizes = digits_of(folded[start:end]), [last - first for first, last in groups]
    ordered = bool(_ORDER.search(folded[max(0, start - 16):start]))
    ends: list[tuple[int, str] | None] = []  # for each group: where the longest number that begins there ends
    closing, offset = {}, 0
    for place, size in enumerate(sizes):
        offset += size
        closing[offset] = place
    offset = 0
    for size in sizes:
        found = None
        for length in _LENGTHS:
            last = closing.get(offset + length)
            if last is None or (length in _CARDS and number[offset] not in "234569"):
                continue
            kind = sure(number[offset:offset + length])
            if kind:
                found = (last, kind)
                break
        ends.append(found)
        offset += size
    place = 0
    while place < len(groups):
        found = ends[place]
        if not found and not ordered:
            last, length = place - 1, 0  # by its length alone, unless a number with a check digit begins further on
            while last + 1 < len(groups) and length + sizes[last + 1] <= 19:
                last, length = last + 1, length + sizes[last + 1]
            found = (last, "卡号") if length >= 16 and not any(ends[place:last + 1]) else None
        if found:
            yield groups[place][0], groups[found[0]][1], found[1]
            place = found[0]
        elif sizes[place] > 19:
            yield *groups[place], "卡号"  # more than nineteen digits in a row
        place += 1


def _loose(folded: str) -> Iterator[Span]:
    """Numbers whose groups are parted by commas, slashes or new lines: only with the groups and check digits of one."""
    for match in _LOOSE.finditer(folded):
        sizes = [len(part) for part in re.findall(rf"{_D}+", match.group())]
        digits = digits_of(match.group())
        kind = sure(digits)
        grouped = all(size == 1 for size in sizes) or (kind == "手机号" and sizes == [3, 4, 4]) or (
            (kind in ("卡号", "身份证号") and len(digits) >= 16 and len({*sizes[:-1]}) == 1) or kind == "身份证号"
        )
        if kind and grouped:
            yield *match.span(), kind


def _covered(span: tuple[int, int], taken: list[Span]) -> bool:
    return any(start < span[1] and end > span[0] for start, end, _ in taken)


def find(text: str) -> list[Span]:
    """Spans of secrets in the original text with their kind, in order, none overlapping."""
    if not _WORTH.search(text) and text.isascii():
        return []
    folded = fold(text)
    if not _WORTH.search(folded):
        return []
    taken: list[Span] = []
    for match in _RUN.finditer(folded):
        start, end = match.span()
        if folded[end - 1] in "Xx" and len(digits_of(folded[start:end])) != 18:
            end -= 1
        kind = _kind(folded, start, end)
        taken += [(start, end, kind)] if kind else _inside(folded, start, end)
    taken += [span for span in _loose(folded) if not _covered(span[:2], taken)]
    for pattern, kind in _PATTERNS:
        for match in pattern.finditer(folded):
            span = match.span(1)
            if not _covered(span, taken):
                taken.append((*span, kind))
    return sorted(taken)


def hidden(text: str, spans: list[Span]) -> tuple[str, list[str]]:
    """The text with these spans replaced, and their kinds (each once, in order)."""
    if not spans:
        return text, []
    out, kinds, last = [], [], 0
    for start, end, kind in spans:
        out += [text[last:start], f"[已隐去:{kind}]"]
        last = end
        if kind not in kinds:
            kinds.append(kind)
    return "".join([*out, text[last:]]), kinds


def mask(text: str) -> tuple[str, list[str]]:
    """The text with every secret replaced, and the kinds that were found (each once, in order)."""
    return hidden(text, find(text))


def in_identifier(text: str) -> str | None:
    """The kind of secret that an id of somebody else's making contains, or None; what is random by its form does not count."""
    text = _BY_CHANCE.sub("", text)
    number = re.sub(r"^[a-z]+[-_]", "", text, flags=re.I)
    if number.isdecimal() and number.isascii() and (sure(number) is None or (len(number) > 12 and not identity(number) and not _BIN.match(number))):
        return None  # the number of an order or a record: neither check digit nor beginning make a card of it
    spans = find(text)
    return spans[0][2] if spans else None
