"""Is this number, link, account or app the institution's? Compared with institution.yml, never guessed."""

from __future__ import annotations

import re

from persona.institution import Institution
from persona.nlu.text import simplify

_LINK = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/:?]\S*)?")
_NUMBER = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(\d[\d -]{3,14}\d)(?!\d)")

# 「官方微信是哪个」 asks what there is; 「他说是官方客服」 tells of somebody.
_CHANNEL = r"(?:官网|网址|网站|公众号|微信|微博|小红书|抖音|小程序|app|客户端|手机银行|客服电话|客服热线|热线|电话|短信|账号|号码)"
_WHICH = re.compile(
    rf"{_CHANNEL}[^，,。]{{0,4}}(?:是)?(?:哪个|哪些|什么|啥|多少|叫什么|叫啥|有哪些)|{_CHANNEL}(?:地址|网址)?(?:发我|给我|报一下|有吗|有没有)?$|(?:哪个|哪些|有没有)[^，,。]{{0,4}}(?:官方|正规)的?[^，,。]{{0,4}}{_CHANNEL}"
)
_SAID = re.compile(r"自称|说是|冒充|打来|打给|发来|发给|这个|这条|那个|让我|叫我|真(?:的|假)|是不是|是你们")
_FIRM = r"(?:财富|理财|金融|证券|投资|资本|集团|信托|科技|商城|优选|钱包|小?贷|借|融)"  # what a firm calls itself


def check(text: str, institution: Institution) -> str:
    """`listed`, `not_listed`, `published` (asked for what there is, nothing to compare) or `unknown`.

    A link is listed when its host is one of `domains` or below it; a number when `official.phones` or
    `official.sms_senders` has it; a name when `official.apps` or `official.accounts` has it. One thing that is not
    listed outweighs all that is; so does a name built on the bank's own (「福禾财富」) that is none of its.
    """
    plain = simplify(text)
    verdicts: list[bool] = []
    for match in _LINK.finditer(plain):
        host = match.group(1)
        verdicts.append(any(host == d or host.endswith(f".{d}") for d in institution.domains))
    known = {_digits(n) for kind in ("phones", "sms_senders") for n in institution.official.get(kind, ())}
    for match in _NUMBER.finditer(_LINK.sub(" ", plain)):
        verdicts.append(_digits(match.group(1)) in known)
    for listed in institution.official.get("phones", ()):
        if not listed.isdigit() and listed.lower() in plain:  # a placeholder number such as 95XXX0 has letters
            verdicts.append(True)
    if verdicts:
        return "listed" if all(verdicts) else "not_listed"
    names = [simplify(n) for kind in ("apps", "accounts") for n in institution.official.get(kind, ())]
    if any(n in plain for n in names):
        return "listed"
    if _borrowed(plain, (simplify(institution.name), *names)):
        return "not_listed"
    return "published" if _WHICH.search(plain) and not _SAID.search(plain) else "unknown"


def published(institution: Institution) -> str:
    """What institution.yml publishes as its own, in one line of Chinese."""
    kinds = (("phones", "电话"), ("sms_senders", "短信号码"), ("sites", "网址"), ("apps", "应用"), ("accounts", "账号"))
    return "；".join(f"{title}{'、'.join(institution.official[kind])}" for kind, title in kinds if institution.official.get(kind))


def _borrowed(plain: str, names: tuple[str, ...]) -> bool:
    """Whether `plain` holds a name that begins like the bank's and is none of `names`."""
    stem = names[0].removesuffix("银行")
    if len(stem) < 2 or stem == names[0]:
        return False
    return any(not any(m.group() in n for n in names) for m in re.finditer(stem + _FIRM, plain))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
