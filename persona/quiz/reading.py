"""What a reply means while the class is on: an answer, the next one, enough for today."""

from __future__ import annotations

import re

from persona.nlu.text import simplify

ANSWERS = ("fraud", "genuine", "unsure")
LONGEST = 20  # characters; longer messages are no reply to a question with three choices
_NOISE = re.compile(r"[\s，。,.!！~～…、；;:：]+")
_LEAD = r"(?:我(?:觉得|猜|看|选)|应该|肯定|一看|这|那|条|个|就|答案|选|是|吧|嗯|哈|大概|可能|多半|绝对|当然|明显|的)*"
_TAIL = r"(?:的|吧|啊|呀|了|嘛|啦|无疑|无误|信息|短信|消息|电话)*"
_WHOLE = (
    ("stop", re.compile(r"(?:我)?(?:先)?(?:不(?:玩|答|做|考|来|想玩|想答)了|停(?:下|止|吧)?|结束(?:吧)?|退出|到此为止|先到这(?:里|儿)?(?:吧)?|够了|算了|下次再(?:玩|来|答)|不要考了|别考了)")),
    ("score", re.compile(r"(?:我)?(?:现在)?(?:得了?|对了?|答对了?|错了?)?(?:几分|多少分|得分|成绩|几题|多少题|几道|战绩)(?:了)?(?:怎么样)?")),
    ("why", re.compile(r"(?:这|那)?(?:是)?(?:为(?:什么|啥|何)|凭(?:什么|啥))(?:呢|呀|啊|是(?:真|假|诈骗|骗)的?)?|(?:这|那)?(?:怎么|咋|从哪(?:里|儿)?)(?:看|认|分|辨)(?:得)?出来(?:的)?(?:呢|呀|啊)?|哪(?:里|儿)(?:不对|有问题|露馅)(?:了)?")),
    ("easy", re.compile(r"(?:太难了?|(?:来|出|换)?(?:个|点|一道)?(?:简单|容易)(?:一)?(?:点|些)?(?:的)?(?:题)?)")),
    ("hard", re.compile(r"(?:太(?:简单|容易)了?|(?:来|出|换)?(?:个|点|一道)?(?:更)?难(?:一)?(?:点|些)?(?:的)?(?:题)?)")),
    ("start", re.compile(r"(?:继续|接着)(?:答|考|玩|来|做|出)?(?:我)?(?:题)?(?:吧)?")),
    ("next", re.compile(r"(?:再|来|换|下|跳)+(?:来|过|考|出|答)*(?:一)?(?:题|道|条|个|轮)?(?:题)?(?:吧)?|过")),
    ("unsure", re.compile(r"(?:我)?(?:不(?:知道|清楚|确定|会|懂|晓得)|(?:看|猜|分|认)不(?:出来?|清|准)|拿不(?:准|定)|难说|说不(?:准|好)|真看不出来?)|(?:这|那)?(?:一)?条?(?:是|会是)?(?:不是)?(?:真|假|诈骗|骗子|骗局|骗人)的?(?:吗|么|嘛|还是假的?)|(?:这|那)?(?:一)?条?是不是(?:真|假|诈骗|骗子|骗局|骗人)的?|你(?:觉得|说)呢|(?:公布|告诉我|说)?答案(?:是什么|是啥)?(?:吧)?")),
    ("genuine", re.compile(_LEAD + r"(?:真(?:的|实)?|不是(?:诈骗|骗子|骗人|假|骗局|骗)|没(?:有)?问题|正规|正常|可信|不假|官方)" + _TAIL)),
    ("fraud", re.compile(_LEAD + r"(?:诈骗|骗子|骗局|骗人|骗术|假|骗|钓鱼|不是真|不真|不可信|有诈|有问题|套路)" + _TAIL)),
)
_QUESTION = re.compile(r"[?？]|[吗么呢]$|怎么|为什么|什么")
_NOT_FRAUD = re.compile(r"(?:不是|没|不像)(?:在)?(?:诈|骗|假)")
_NOT_TRUE = re.compile(r"(?:不是|不像|哪是)(?:真|官方|正规)")


def act_of(text: str) -> str | None:
    """`fraud`, `genuine`, `unsure`, `why`, `start` (go on), `next`, `stop`, `score`, `easy`, `hard`, or None when it says none of them alone."""
    plain = _NOISE.sub("", simplify(text))
    if not plain or len(plain) > LONGEST:
        return None
    return next((act for act, pattern in _WHOLE if pattern.fullmatch(plain)), None)


def leaning(text: str) -> str | None:
    """`fraud` or `genuine` where a short statement says more than the bare answer (「骗子吧，还要我垫钱」)."""
    plain = _NOISE.sub("", simplify(text))
    if not plain or len(plain) > LONGEST or _QUESTION.search(plain):
        return None
    if _NOT_FRAUD.search(plain):
        return "genuine"
    if _NOT_TRUE.search(plain) or re.search(r"骗|诈|假", plain):
        return "fraud"
    return "genuine" if re.search(r"真的|正规", plain) else None
