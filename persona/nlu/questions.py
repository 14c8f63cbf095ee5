"""The questions of one message: where they part, and what a correction takes back. Pure.

「换手机号怎么改，补卡要带什么，还有周六开门吗」 asks three things. What only tells something stands with the question after it, and what
leans on the one before (「怎么弄」) with that one.
"""

from __future__ import annotations

import re

SHORTEST, PART = 3, 4  # characters of a part (「转人工」) and of a question
ASKS = re.compile(r"怎么|怎样|多少|几|[吗么呢不]$|没有$|什么|啥|哪|能不能|可不可以|可以|如何|多久|咋|是不是|有没有|(.)不\1|谁|为何|推荐|帮我(?:查|算|看|改|关|取消)|多大|多长|多远")
PAUSE = re.compile(r"[，,。！!？?；;、~～\s]+")
# Between two questions in one message.
JOINT = re.compile(r"[？?；;。！!\n]+|(?:^|(?<=[\s，,]))[1-9](?:[.、．)）]|\s)\s*(?=[\u3400-\u9fff])|[\s，,]*(?:(?:^|(?<=[\s，,、吗么呢啥少样弄办]))还有(?:就是)?|另外|顺便(?:再?问)?(?:一?下)?|再问(?:一?下)?|再就是|其次|然后(?:再?问|呢(?=\s)))")
_COUNTS = re.compile(r"^[^，,。？?]{0,4}[两二三四五六几][件个样]?(?:事|问题|样|件)?[^，,。？?怎么哪啥吗]{0,6}[：:]")  # 「三件事一起问：」
_LIST = re.compile(r"^(?:先|再|最后|第[一二三四]|[一二三四](?=[是、]))(?:想|要|来)?(?:问|说)?(?:一?下)?[是、]?")
_LEANS = re.compile(r"^(?:那|都|还|具体|一般|请问)*(?:需要|要|有|得|该)?(?:满足)?(?:什么|啥|哪些)(?:条件|要求|限制|流程|注意的?|讲究)(?:吗|呢)?$|^(?:那|具体)?(?:该|应该|要)?(?:怎么|咋|如何)(?:办|弄|办理|操作|处理|搞|整)(?:啊|呢|才好|才行)?$|^(?:这样|那样)?(?:可以|行|能行|能办|成)(?:吗|不)$")
# 「不是手机银行，我问的是卡的密码」, 「我问的是看病那个，不是取钱那个」: what is not meant, and what is.
_DENIED = re.compile(
    r"^(?:不对)?(?:(?:我|那|这)?想?[问说要指]的不是|我?不是(?:要|想|问|说(?!好|过)|指)|不是(?!我|他|她|你|本人|自己|说|吗|都|很)|我?没(?:有)?(?:问|说|要)|我?不(?:要|想)?问)(?=.{2,})"
)
_MEANT = re.compile(r"^(?:我|俺)(?:是|就是)?(?:想|要)?(?:[问说要指讲]的?|想|办)|^(?:而|就)?是(?!不是|否)|^(?:想?[问说要指]的是|要?问)")
_FRAME = re.compile(r"^(?:我|俺)?(?:就)?(?:是)?想?[问说要指讲]的是")


def questions(text: str) -> list[tuple[str, bool]]:
    """The parts of `text`, each with what is told before it, and whether it asks; what is told after a question is a part of its own."""
    found: list[tuple[str, bool]] = []
    for piece in JOINT.split(_COUNTS.sub("", text.strip())):
        told: list[str] = []
        asks = False
        for clause in (c for c in PAUSE.split(piece) if c):
            if not ASKS.search(clause):
                told.append(clause)
                continue
            asks = True
            if found and not told and (len(clause) < SHORTEST or _LEANS.match(clause)):
                found[-1] = (f"{found[-1][0]}，{clause}", True)
            else:
                found.append(("，".join([*told, _LIST.sub("", clause)]), True))
                told = []
        found += [(clause, False) for clause in told] if asks else [("，".join(told), True)] if told else []
    return found


def corrected(text: str) -> str:
    """`text` without what it says is not meant; the same text when it corrects nothing."""
    clauses = [c for c in PAUSE.split(text.strip()) if c]
    kept = [c for c in clauses if not _DENIED.match(c)]
    if not kept or len(kept) == len(clauses) or not any(_MEANT.match(c) for c in kept):
        return text
    return "，".join(_FRAME.sub("", c) for c in kept)
