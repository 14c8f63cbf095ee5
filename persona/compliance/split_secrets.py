"""Secrets split over two messages: 「验证码是」 and then 「482913」; 「我卡号是6222 0212」 and then the rest.

    find_after("482913", ["验证码是"]) -> [(0, 6, "验证码")]

Only a message that is little more than the number itself is read so; the messages before are read as they are stored, masked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from persona.compliance.secrets import PARTIAL, Span, digits_of, find, fold, sure

LOOK_BACK = 2  # messages: the one before, and one more across 「等一下」
_CODE = r"(?:验证码|校验码|动态码|动态密码|动态口令|短信码|短信密码|认证码|授权码|yzm|otp)"
_OPEN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("验证码", re.compile(rf"{_CODE}[^0-9]{{0,12}}$", re.I)),
    ("安全码", re.compile(r"(?:cvv2?|cvc2?|cvn2?|安全码|(?:背面|背后|反面)的?(?:那|后)?(?:三|3)(?:位|个)(?:数字?|码)?)[^0-9]{0,8}$", re.I)),
    ("密码", re.compile(r"(?:密码|口令|password|pwd|pin码?)[^0-9]{0,8}$", re.I)),
    ("身份证号", re.compile(r"(?:身份证|证件)(?:号码?)?[^0-9]{0,8}$")),
    ("手机号", re.compile(r"(?:手机号?码?|电话号?码?)[^0-9]{0,6}$")),
    ("卡号", re.compile(r"(?:(?:卡号|账号)|(?:银行卡|信用卡|储蓄卡|账户)(?![^0-9]{0,7}[吗么呢?？]\W*$))[^0-9]{0,8}$")),
    (PARTIAL, re.compile(rf"\[已隐去:{PARTIAL}\][^0-9]{{0,8}}$")),
)
_LEAST = {"验证码": 4, "安全码": 3, "密码": 6, "身份证号": 6, "手机号": 7, "卡号": 4, PARTIAL: 3}
_MOST = {"验证码": 8, "安全码": 4, "密码": 8}
_ANNOUNCED = re.compile(r"(?:是|为|[:：=]|给你|发你|告诉你|如下)[ ]?$")
_WORD = re.compile(r"\s*(?:就?是|为|[:：])?\s*([A-Za-z0-9!@#$%^&*._\-+?]{4,32})\s*")
_NUMBER = re.compile(r"[0-9零〇○一二三四五六七八九两幺壹贰叁肆伍陆柒捌玖][0-9零〇○一二三四五六七八九两幺壹贰叁肆伍陆柒捌玖\t\-—.\u200b-\u200f\u2060\ufeff\ufe0f\u20e3Xx]*")
_FILLER = re.compile(r"[\s，,。.！!？?、:：;；~～…\"“”「」()（）]|是|就是|后面|后半|剩下|剩余|的|再|然后|还有|接着|号码|这个|哦|啊|嗯|哈|呢|了|喏|给你|发你")
_TAIL = re.compile(rf"(?:{_NUMBER.pattern}[ ]?)+\W*$")
_WHOLE = re.compile(rf"\[已隐去:(?!{PARTIAL})[^\]]*\]")  # a secret that was there in full opens nothing
_WAIT = 5  # characters of 「等一下」
_REST = 4  # characters that may stand beside the number
_HOTLINE = re.compile(r"95\d{3}|96\d{3}|123\d{2}|10\d{3}|400\d{7}|110|119|120|122")


def _open(before: Sequence[str]) -> tuple[str, bool] | None:
    """The kind of secret that the messages before announce, and whether in so many words; oldest first."""
    for distance, text in enumerate(reversed(before[-LOOK_BACK:])):
        folded = _WHOLE.sub("0", fold(text))
        for kind, pattern in _OPEN:
            match = pattern.search(folded)
            if match:
                return kind, bool(_ANNOUNCED.search(folded)) or len(match.group()) == len(folded)
        if distance or len(text) > _WAIT or any(c.isdigit() for c in folded):
            return None  # talk went on in between
    return None


def _alone(folded: str) -> tuple[int, int] | None:
    """The span of the number of a message that says nothing else."""
    spans = [m.span() for m in _NUMBER.finditer(folded)]
    if not spans:
        return None
    start, end = spans[0][0], spans[-1][1]
    if len(_FILLER.sub("", folded[:start] + folded[end:])) > _REST:
        return None
    return start, start + len(folded[start:end].rstrip(" \t-—."))


def find_after(text: str, before: Sequence[str]) -> list[Span]:
    """The secrets of a message, read with the customer's messages before it (as stored, oldest first)."""
    found = find(text)
    if found or not before:
        return found
    folded = fold(text)
    opened, span = _open(before), _alone(folded)
    if opened and opened[0] == "密码" and opened[1]:
        word = _WORD.fullmatch(folded)
        if word and not _HOTLINE.fullmatch(word.group(1)):
            return [(*word.span(1), "密码")]
    if span is None:
        return []
    digits = digits_of(folded[slice(*span)])
    if _HOTLINE.fullmatch(digits):
        return []
    if opened and _LEAST[opened[0]] <= len(digits) <= _MOST.get(opened[0], 19):
        return [(*span, opened[0])]
    kind = _joined(digits, before)
    return [(*span, kind)] if kind else []


def _joined(digits: str, before: Sequence[str]) -> str | None:
    """What the number is together with the bare numbers right before it."""
    for text in reversed(before[-LOOK_BACK:]):
        folded = fold(text)
        tail = _TAIL.search(folded)
        if tail is None:
            return None
        digits = digits_of(tail.group()) + digits
        kind = sure(digits)
        if kind and len(digits) != 13 and len(digits) != 14:
            return kind
    return None
