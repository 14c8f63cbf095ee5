"""What stands before a question and says nothing of it: 「哦」, 「等一下」, 「不是，我问的是」. Pure."""

from __future__ import annotations

import re

from persona.nlu.correcting import correction
from persona.nlu.text import simplify

# 「回到前面那个问题」, 「刚才那个事」: the question before, by itself or as the lead of what is asked about it.
_EARLIER = re.compile(r"^(?:那|好|行|嗯|还是|咱|我们?|先|再|帮我|把|回到?|说回|回答|接着说?|继续|你?还没(?:有)?(?:回答|答|说)|[，,\s])*(?:最?前面|刚才|刚刚|之前|上面|最开始|一开始|开头|原来|先前)(?:我)?(?:问)?(?:的|说的|那)?(?:那?一?个|那件|那)?(?:的)?(?:问题|事情?|话题)(?:上)?(?:吧|呢|啊|来|再?(?:答|说|讲|回答)(?:一?[遍次下])?|还没(?:有)?(?:回答|答|说完?|讲)(?:呢|我)?|怎么说|接着说|继续)*")
LEAST = 4  # characters of what is asked behind it
_LEAD = re.compile(
    r"^(?:(?:[哦噢喔嗯呃啊诶欸唉哎]+呀?|那个|好吧|行吧|等一?下|等会儿?|慢着|(?:跟你)?开个?玩笑的?[哈啦呢]?|对了|话说|不好意思|抱歉)[\s，,。.…~～！!]+|[哦噢]+(?=那)|(?:喂|你好|您好|[\s，,])*(?:我)?(?:就)?(?:是)?(?:想|要)?(?:请)?(?:问|咨询|打听)(?:一下|下)?(?:子)?[\s，,]*(?:你们|你|您)?[\s，,]*(?:那个|那啥|这个)+[\s，,]*)")


def behind(text: str) -> str:
    """What is asked behind a word that only leads to it or takes the last answer back; "" when there is no such word."""
    plain = simplify(text.strip())
    earlier = _EARLIER.match(plain)
    if earlier and len(asked := _trimmed(plain[earlier.end():])) >= LEAST:
        return asked
    rest = _LEAD.sub("", plain)
    put = correction(rest)
    rest = _LEAD.sub("", put.meant) if put and not put.heard else rest
    return rest if rest != plain and len(rest) >= LEAST else ""


def goes_back(text: str) -> bool:
    """Whether a message only goes back to the question before: 「前面那个问题再答一遍」."""
    plain = simplify(text.strip())
    earlier = _EARLIER.match(plain)
    return earlier is not None and not _trimmed(plain[earlier.end():])


def _trimmed(text: str) -> str:
    return text.strip(" 。！!？?，,、~～…")
