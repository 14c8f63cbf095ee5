"""What stands before a question and says nothing of it: 「哦」, 「等一下」, 「不是，我问的是」. Pure."""

from __future__ import annotations

import re

from persona.nlu.correcting import correction
from persona.nlu.text import simplify

LEAST = 4  # characters of what is asked behind it
_LEAD = re.compile(
    r"^(?:(?:[哦噢喔嗯呃啊诶欸唉哎]+呀?|那个|好吧|行吧|等一?下|等会儿?|慢着|(?:跟你)?开个?玩笑的?[哈啦呢]?|对了|话说|不好意思|抱歉)[\s，,。.…~～！!]+|[哦噢]+(?=那)|(?:喂|你好|您好|[\s，,])*(?:我)?(?:就)?(?:是)?(?:想|要)?(?:请)?(?:问|咨询|打听)(?:一下|下)?(?:子)?[\s，,]*(?:你们|你|您)?[\s，,]*(?:那个|那啥|这个)+[\s，,]*)")


def behind(text: str) -> str:
    """What is asked behind a word that only leads to it or takes the last answer back; "" when there is no such word."""
    plain = simplify(text.strip())
    rest = _LEAD.sub("", plain)
    put = correction(rest)
    rest = _LEAD.sub("", put.meant) if put and not put.heard else rest
    return rest if rest != plain and len(rest) >= LEAST else ""
