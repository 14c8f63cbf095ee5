"""Anger at the bank in a question about money: the answer begins with a word about it, and nothing playful stands in it. Pure.

Who complains outright is heard as a complaint; here somebody asks about a fee or a wait, and is angry.
"""

from __future__ import annotations

import re

_ANGRY = re.compile(
    r"凭(?:什么|啥)(?!证)|什么意思[？?！!]|你们(?:在)?(?:搞|弄|玩)(?:什么|啥)(?!活动|优惠|抽奖)|坑(?:人|我|钱)|(?:乱|偷偷|胡乱)(?:扣|收)|霸王|耍(?:我|人)|糊弄|敷衍|推来推去|踢皮球"
    r"|(?:太|真)(?:过分|离谱|气人|黑|坑|恶心|欺负人)|离谱|气(?:死|炸|人)|火大|受够|忍(?:不了|无可忍)|(?:还|退)(?:我|给我)?(?:的)?(?:血汗)?钱(?:来)?[！!]|有没有(?:人管|搞错)|(?:跑|打|问|等)了(?:好)?(?:几|多少|[三四五六七八九十两])(?:趟|次|遍|天).{0,10}(?:还|都|没)"
)
# Said of somebody else, who may be robbing the customer, or of how the account is doing.
_OTHERS = re.compile(r"骗|诈|盗|他|她|对方|有人|商家|平台|店家|客服说|催收")


def upset(text: str) -> bool:
    """Whether the customer is angry at the bank."""
    return bool(_ANGRY.search(text)) and not _OTHERS.search(text)
