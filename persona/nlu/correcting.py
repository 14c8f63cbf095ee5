"""「我问的是上门办」, 「我说的是存折，不是卡」: a customer puts right how a question was heard. Pure.

What stands behind the lead is the question; where it is a word only, it belongs to the question before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# 「不是，我问的是…」, 「我的意思是…」, 「不是问这个 是问…」
_LEAD = re.compile(
    r"^(?:不是(?!.{0,6}(?:吗|么|吧))|不对|错了|没有|哎|唉|诶|喂|你听我说|那个|这个意思|这个(?=[，,。\s])|问这个|说这个|[，,。.！!、…~～\s])*"
    r"(?:(?:我|俺|人家)(?:刚才|刚刚|刚|其实|本来|就|只|真正)*(?:是)?(?:要|想)?(?:问|说|讲|指)(?:的)?(?:就)?(?:是|的是)|"
    r"(?:我|俺)(?:刚才|刚刚|其实)?(?:就)?是(?:想|要)?(?:问|说|指)|我的意思(?:就)?是|(?:我)?(?:是|就是|只是)(?:想|要)?问)"
    r"(?!不|啊|呀|你)(?:说)?(?:一?下)?[，,：:\s]*(?=[^，,。！!？?\s])"
)
_THIS_NOT_THAT = re.compile(r"^(?P<this>[^，,。？?\s]{1,10}?)[，,。\s]*(?:而|可|又)?不是(?:说|问)?(?P<that>[^，,。！!？?\s吗]{1,10})[。！!]*$")
_NOT_THAT_THIS = re.compile(r"^(?:我|我说|我问)?(?:的)?不是(?:说|问)?(?P<that>[^，,。？?\s这那个意思]{1,10}?)[，,。\s]*(?:而)?(?:是)(?P<this>[^，,。？?\s吗]{1,10})[。！!]*$")
# 「都不对，我是储蓄卡 不是信用卡」
_AM_NOT = re.compile(r"^(?:都?不对|都不是|不是|错了|[，,。\s])*(?:我|俺|我这|我说|我用|我办|这)(?:个|张|的|卡)*是(?P<this>[^，,。？?\s吗]{2,8})[，,。\s]*(?:而|可|又)?不是(?P<that>[^，,。！!？?\s吗]{2,8})[。！!]*$")
_TRIM = re.compile(r"^(?:那个|这个|那张|这张|那|这|用)|(?:的事|那个|这个|啊|呀|呢|啦|了)$")


@dataclass(frozen=True)
class Correction:
    """What is meant, and what was heard in its place ("" when that is not said)."""

    meant: str
    heard: str = ""

    def put_into(self, question: str) -> str:
        """The earlier question with the right word in it."""
        if self.heard and self.heard in question:
            return question.replace(self.heard, self.meant)
        return f"{self.meant} {question}"


def correction(text: str) -> Correction | None:
    """What a customer puts right, or None."""
    plain = text.strip()
    lead = _LEAD.match(plain)
    rest = plain[lead.end():] if lead else plain
    pair = _THIS_NOT_THAT.match(rest) if lead else None
    pair = pair or _NOT_THAT_THIS.match(plain) or _AM_NOT.match(plain)
    if pair:
        return Correction(_TRIM.sub("", pair["this"]) or pair["this"], _TRIM.sub("", pair["that"]) or pair["that"])
    return Correction(rest.strip(" 。！!")) if lead and len(rest.strip()) > 1 else None
