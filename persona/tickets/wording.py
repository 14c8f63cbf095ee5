"""How customers name a ticket and leave a message."""

from __future__ import annotations

import re

from persona.tickets.model import NUMBER

# 「那留言 …」「我想留个话：…」「帮我登记一下，…」: what follows is the message.
_LEAVE = re.compile(
    r"^(?:那|那就|好|好的|行|我|要|想|先|就|还是|帮我|给我|麻烦|请|可以|能|能不能|[，,\s])*"
    r"(?:留(?:个|一个|条|一条|一下)?(?:言|话|口信)|(?:重新|再|给我|帮我)*记(?:个|一个|条|一条|一份|一下)[，,：:\s]*(?:就)?说|登记(?:一下|个|下)?(?!.{0,3}(?:回电|回拨|电话|来电))(?:留言)?)(?:吧|一下|好了|下来|[，,：:。；;！!\s])*"
)
# 「帮我记一下，…」, 「麻烦转告同事 …」: the same, asked of somebody.
_TELL = re.compile(
    r"^(?:那|那就|好|好的|行|算了|[，,\s])*(?:能不能|可以)?(?:请|麻烦|帮我|给我|替我|帮忙|你|您)+(?:先|把这个)?"
    r"(?:记(?:一下|下来|下|着)|备注(?:一下)?|带个话|捎个话|转告(?:一下)?(?:他们|同事|人工|客服)?|(?:跟|和|告诉)(?:他们|同事|人工|客服|值班的)(?:说)?(?:一声|一下|下)?)"
    r"(?!.{0,6}投诉)[吧，,：:。；;！!\s]*"
)
# A question about messages is none: 「留言在哪看」「留言有人看吗」.
_ASKS = re.compile(r"^(?:的|在|有|没|怎|什么时候|多久|几|谁|到|为|给谁|回复|看)|[吗么]$|[?？]$")

_TAKES_BACK = re.compile(r"(?:不|别|不想|不要|不用|先不|懒得)(?:再)?投诉(?:了|你们了)|(?:撤|取消|撤回|撤销|撤掉)(?:了|掉|这个|我的|那个|这条|下)*投诉|投诉.{0,4}(?:撤(?:了|掉|回|销|下)|取消|算了)")

# 「不用留了」, 「已经解决了，撤掉吧」.
_NO_LONGER = re.compile(
    r"(?:不用|不要|别|不必|不)(?:再)?(?:留(?:言|话|了)|打(?:了|过来|给我|来|电话)|回(?:我|复|电话|了)|联系(?:我|了)|登记(?:了)|转(?:人工)?了|找人(?:工)?了|人工了|等(?:人工)?了|排(?:队)?了|麻烦)|"
    r"(?:留言|工单|排队|人工|登记).{0,3}(?:撤|取消|作废)|(?:撤|取消)(?:了|掉|回|销)?(?:这个|那个|刚才的|这条)?(?:留言|工单|排队|人工|登记)|"
    r"(?:好了|到了|到账了|解决了|弄好了|搞定了|没事了|会了|找到了).{0,6}(?:撤|取消|不用)"
)

# 「那撤了吧」.
_DROPS_IT = re.compile(r"^(?:算了|那|还是|就|我|给我|帮我|[，,\s])*(?:撤|取消|撤回|撤销|撤掉)(?:了|掉|吧|算了|[。！!])*$")


def takes_back(text: str) -> bool:
    """Whether a complaint that is spoken of is taken back: 「算了不投诉了」, 「撤了吧」."""
    return bool(_TAKES_BACK.search(text) or _DROPS_IT.match(text.strip()))


def drops_message(text: str) -> bool:
    """Whether a message for staff, or the wait for them, is taken back: 「不用留了」, 「好了 不用找人了」."""
    return bool(_NO_LONGER.search(text) or _DROPS_IT.match(text.strip()))


def message_in(text: str) -> str | None:
    """What is left as a message: the words after 「留言」, empty when nothing follows; None when no message is left."""
    match = _LEAVE.match(text.strip()) or _TELL.match(text.strip())
    if not match:
        return None
    rest = text.strip()[match.end():].strip()
    return None if _ASKS.search(rest) and len(rest) < 12 else rest


def number_in(text: str) -> str | None:
    """The ticket number that a customer writes, as the bank writes it."""
    match = NUMBER.search(text)
    return match[0].upper() if match else None
