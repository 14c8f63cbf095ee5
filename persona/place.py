"""Where a message stands in the conversation, for what reads it there (`persona.bearings`, `persona.underway`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNCLEAR = ""  # in place of a label: better asked back
ASKS = re.compile(r"怎么|咋|怎样|如何|多少|什么|哪|啥|几(?:个|天|点|号|岁)|还是|能不能|可不可以|会不会|是不是|要不要|有没有|([\u4e00-\u9fff])不\1|[吗么呢?？]$")


@dataclass(frozen=True)
class Place:
    """Where a message stands: the last response, the topic, the lock, an open calculator; `alarmed`: fraud is talked about,
    `gone`: what to do about money that has left was told, `reported`: 110 has been called."""

    last: str = ""
    topic: str = ""
    lock: str = "none"
    calc: str = ""
    ticket: bool = False
    crisis: bool = False
    minor: bool = False
    alarmed: bool = False
    gone: bool = False
    reported: bool = False
