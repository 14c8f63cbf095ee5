"""How customers name a ticket and leave a message."""

from __future__ import annotations

import re

from persona.tickets.model import NUMBER

# 「那留言 …」「我想留个话：…」「帮我登记一下，…」: what follows is the message.
_LEAVE = re.compile(
    r"^(?:那|那就|好|好的|行|我|要|想|先|就|还是|帮我|给我|麻烦|请|可以|能|能不能|[，,\s])*"
    r"(?:留(?:个|一个|条|一条|一下)?(?:言|话|口信)|登记(?:一下|个|下)?(?!.{0,3}(?:回电|回拨|电话|来电))(?:留言)?)(?:吧|一下|好了|下来|[，,：:。；;！!\s])*"
)
# A question about messages is none: 「留言在哪看」「留言有人看吗」.
_ASKS = re.compile(r"^(?:的|在|有|没|怎|什么时候|多久|几|谁|到|为|给谁|回复|看)|[吗么]$|[?？]$")

_TAKES_BACK = re.compile(r"(?:不|别|不想|不要|不用|先不|懒得)(?:再)?投诉(?:了|你们了)|(?:撤|取消|撤回|撤销|撤掉)(?:了|掉|这个|我的|那个|这条|下)*投诉|投诉.{0,4}(?:撤(?:了|掉|回|销|下)|取消|算了)")

# 「那撤了吧」.
_DROPS_IT = re.compile(r"^(?:算了|那|还是|就|我|给我|帮我|[，,])*(?:撤|取消|撤回|撤销|撤掉)(?:了|掉|吧|算了|[。！!])*$")


def takes_back(text: str) -> bool:
    """Whether a complaint that is spoken of is taken back: 「算了不投诉了」, 「撤了吧」."""
    return bool(_TAKES_BACK.search(text) or _DROPS_IT.match(text.strip()))


def message_in(text: str) -> str | None:
    """What is left as a message: the words after 「留言」, empty when nothing follows; None when no message is left."""
    match = _LEAVE.match(text.strip())
    if not match:
        return None
    rest = text.strip()[match.end():].strip()
    return None if _ASKS.search(rest) and len(rest) < 12 else rest


def number_in(text: str) -> str | None:
    """The ticket number that a customer writes, as the bank writes it."""
    match = NUMBER.search(text)
    return match[0].upper() if match else None
