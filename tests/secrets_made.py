"""Secrets as customers write them: made from a seed, in many spellings and places."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from persona.compliance.secrets import fold

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")
_SPOKEN = str.maketrans("0123456789", "〇幺二三四五六七八九")
_GRAND = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_BRACKETED = str.maketrans("123456789", "⑴⑵⑶⑷⑸⑹⑺⑻⑼")
_CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
_BETWEEN = re.compile(r"[\s\-—–.·,，、/_*|~()（）【】💳\u200b-\u200f\u2060\ufeff\ufe0f\u20e3]")


@dataclass
class Sent:
    """One request: what it carries, and the secret that must be nowhere afterwards."""

    kind: str
    secret: str                     # plain: digits (and X), or the password
    spelling: str
    messages: list[str]
    metadata: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    pieces: tuple[str, ...] = ()    # parts of a secret that was split: none of them may stay either


def card(rng: random.Random) -> str:
    body = rng.choice(("622202", "621700", "453978", "524094", "356296")) + "".join(rng.choices("0123456789", k=rng.choice((9, 12))))
    return next(body + check for check in "0123456789" if _luhn(body + check))


def _luhn(number: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def identity(rng: random.Random) -> str:
    body = f"{rng.choice(('110105', '320506', '440305', '510107'))}{rng.randint(1950, 2008)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(1, 999):03d}"
    return body + "10X98765432"[sum(int(a) * b for a, b in zip(body, _WEIGHTS, strict=True)) % 11]


def mobile(rng: random.Random) -> str:
    return "1" + rng.choice("3456789") + "".join(rng.choices("0123456789", k=9))


def code(rng: random.Random) -> str:
    return "".join(rng.choices("3456789", k=6))


def cvv(rng: random.Random) -> str:
    return "".join(rng.choices("23456789", k=3))


def password(rng: random.Random) -> str:
    return "".join(rng.choices("QWXZKJ", k=3)) + "".join(rng.choices("23456789", k=4)) + rng.choice("vwxz")


MAKERS = {"卡号": card, "身份证号": identity, "手机号": mobile, "验证码": code, "安全码": cvv, "密码": password}
TEXTS = {
    "卡号": ("我的卡{}丢了怎么办", "{}", "帮我查下{}这张卡的余额", "卡号是：{}，信用卡年费怎么收", "尾号我忘了，整个是{}"),
    "身份证号": ("我身份证{}，能挂失吗", "{}", "证件号码{}开户要多久", "身份证号：{}"),
    "手机号": ("打我电话{}", "{}", "我手机换成{}了，怎么改", "联系我（{}）谢谢"),
    "验证码": ("验证码{}", "验证码是 {} 要告诉他吗", "刚收到的动态码：{}", "{} 这是短信验证码", "对方要验证码，我说了{}", "驗證碼係{}"),
    "安全码": ("CVV是{}", "卡背面三位{}", "安全码：{}", "cvv2 {} 对吗"),
    "密码": ("密码是{}", "登录密码：{}", "我的密码就是{}，登不上", "password: {}"),
}
OPENINGS = {"卡号": "我卡号是", "身份证号": "身份证号是", "手机号": "我的手机号：", "验证码": "验证码是", "安全码": "安全码是", "密码": "密码是"}


def spellings(kind: str, secret: str, rng: random.Random) -> str:
    """One of the ways to write a number; a password is written as it is."""
    if kind == "密码":
        return rng.choice((secret, secret.translate(str.maketrans({c: chr(ord(c) + 0xFEE0) for c in secret}))))
    ways = [
        secret, secret.translate(_FULL), secret.translate(_CHINESE), secret.translate(_SPOKEN), secret.translate(_GRAND), secret.translate(_CIRCLED),
        " ".join(secret), "-".join(re.findall(".{1,4}", secret)), "".join(c.translate(rng.choice((_FULL, _CHINESE, {}))) for c in secret),
        "\u200b".join(secret), "　".join(re.findall(".{1,4}", secret)), " ".join(re.findall(".{1,4}", secret.translate(_FULL))), "·".join(re.findall(".{1,4}", secret)),
        re.sub(r"\d", "\\g<0>\ufe0f\u20e3", secret), secret.translate(_BRACKETED),
    ]
    if kind == "手机号":
        ways += [f"{secret[:3]} {secret[3:7]} {secret[7:]}", f"+86 {secret}", f"{secret[:3]},{secret[3:7]},{secret[7:]}", f"86-{secret}"]
    if kind == "卡号":
        ways += ["，".join(re.findall(".{1,4}", secret)), "\n".join(re.findall(".{1,4}", secret)), "/".join(re.findall(".{1,4}", secret))]
        ways += [between.join(re.findall(".{1,4}", secret)) for between in ("~", "💳", "）（")] + ["、".join(secret.translate(_CHINESE))]
    if kind == "身份证号":
        ways += [secret.lower(), f"{secret[:6]} {secret[6:14]} {secret[14:]}"]
    return rng.choice(ways)


def made(seed: int, number: int) -> Iterator[Sent]:
    """`number` requests with a secret each, every kind and place in turn."""
    rng = random.Random(seed)
    kinds = list(MAKERS)
    for n in range(number):
        kind = kinds[n % len(kinds)]
        secret = MAKERS[kind](rng)
        spelling = spellings(kind, secret, rng)
        place = (n // len(kinds)) % 8
        sent = Sent(kind, secret, spelling, [rng.choice(TEXTS[kind]).format(spelling)])
        if place == 3:
            half = len(secret) // 2
            if kind in ("卡号", "身份证号") and rng.random() < 0.6:
                first, second = " ".join(re.findall(".{1,4}", secret[:8])), secret[8:]
                sent.messages, sent.pieces = [OPENINGS[kind] + first, rng.choice(("{}", "后面是{}")).format(second)], (secret[:8], secret[8:])
            elif kind == "手机号":
                sent.messages, sent.pieces = [OPENINGS[kind] + secret[:half + 2], secret[half + 2:]], (secret[:half + 2],)
            else:
                sent.messages = [OPENINGS[kind], spelling]
        elif place == 4:
            word = TEXTS[kind][0].format(spelling)
            sent.messages = ['/been_scammed{"lost_via": "' + word + '"}', f"/faq/lost_card{{\"note\": \"{word}\"}}"]
        elif place == 5:
            key = {"卡号": "card", "身份证号": "id_no", "手机号": "phone", "验证码": "验证码", "安全码": "cvv", "密码": "password"}[kind]
            plain: Any = int(secret) if kind in ("卡号", "手机号", "安全码") and rng.random() < 0.5 else spelling
            sent.messages, sent.metadata = ["你好"], {key: plain, "extra": [{"note": TEXTS[kind][0].format(spelling)}], "message_id": f"m-{n}"}
        elif place == 6:
            long = kind in ("卡号", "身份证号", "手机号")
            sent.messages, sent.headers = ["信用卡怎么挂失"], {"X-Request-ID": secret, "Idempotency-Key": secret, "X-Customer": secret} if long else {"X-Customer": secret}
        elif place == 7 and kind in ("卡号", "身份证号", "手机号"):
            sent.messages, sent.sender = ["你好"], rng.choice(("", "u", "wx-")) + secret
        yield sent


_BACK = str.maketrans("零〇○幺一二三四五六七八九壹贰叁肆伍陆柒捌玖", "0001123456789123456789")


def flat(text: str) -> str:
    """A text as somebody would search it who knows the spellings: one line of digits and letters."""
    return _BETWEEN.sub("", fold(text)).translate(_BACK)


_WORDS = "验证码|动态码|安全码|cvv2?|背面三位|我说了|password"
_REACH = 8 + 6 + 1  # after such a word: what may stand between, the longest number, the sign behind it


@lru_cache(maxsize=1)
def _near_words(flattened: str) -> str:
    """The places of a long text where a short number would count, far enough apart that none reaches into the next."""
    return ("\n" * 9).join(flattened[word.start():word.end() + _REACH] for word in re.finditer(_WORDS, flattened, re.I))


def stays(sent: Sent, plain: str, flattened: str) -> list[str]:
    """The forms of a secret that are found in what was stored; `flattened` is `flat(plain)`."""
    found = []
    if sent.kind == "密码":
        found += [form for form in {sent.secret, sent.spelling} if form in plain]
    elif sent.kind in ("验证码", "安全码"):
        # Three digits stand everywhere: what counts is the number beside its word, or as it was written.
        around = re.escape(sent.secret)
        found += re.findall(rf"(?:{_WORDS})[^0-9]{{0,8}}{around}(?![0-9])", _near_words(flattened), re.I)
        if sent.kind == "验证码" and sent.secret in flattened:
            found += re.findall(rf"(?<![0-9.a-f\-]){around}(?![0-9a-f])", flattened)
        if len(sent.spelling) > len(sent.secret) or not sent.spelling.isascii():
            found += [sent.spelling] if sent.spelling in plain else []
    else:
        found += [form for form in {sent.secret, sent.spelling} if form in plain]
        found += [sent.secret] if sent.secret in flattened else []
    found += [piece for piece in sent.pieces if len(piece) > 6 and piece in flattened]
    return found
