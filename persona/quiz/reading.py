"""What a reply means while the class is on: an answer, the next one, enough for today."""

from __future__ import annotations

import re

from persona.nlu.text import simplify

ANSWERS = ("fraud", "genuine", "unsure")
LONGEST = 20  # characters; longer messages are no reply to a question with three choices
_NOISE = re.compile(r"[\s，。,.!！~～…、；;:：]+")
_CLAUSE = re.compile(r"[\s，。,.！!?？~～…、；;:：]+")
_FILLER = re.compile(r"(?:好(?:了|吧|的|玩)?|嗯+|哦+|噢|啊+|哈+|那|行(?:吧)?|(?:好|太|有点|真)?(?:累|困|烦|无聊)(?:了|死了)?|唉|哎|哎呀|等等|这样|不(?:行|会)|谢谢|妈呀|天(?:哪|啊))?")
# Of several things said at once, the one that decides.
_FIRST = ("fraud", "genuine", "stop", "score", "easy", "hard", "why", "next", "start", "unsure")
_LEAD = r"(?:我(?:觉得|猜|看|选)|应该|肯定|一看|这|那|条|个|就|答案|选|是|吧|嗯|哈|大概|可能|多半|绝对|当然|明显|的)*"
_TAIL = r"(?:的|吧|啊|呀|了|嘛|啦|无疑|无误|信息|短信|消息|电话)*"
_WHOLE = (
    ("stop", re.compile(r"(?:我)?(?:先)?(?:不(?:玩|答|做|考|来|想玩|想答|想做|想考)了|停(?:下|止|吧)?|结束(?:吧)?|退出|到此为止|先到这(?:里|儿)?(?:吧)?|够了|算了|(?:先)?(?:歇|休息)(?:会|一会|一下|歇)?(?:儿)?(?:吧)?|下次再(?:玩|来|答)|不要考了|别考了)")),
    ("score", re.compile(r"(?:我)?(?:现在)?(?:得了?|对了?|[答做]对了?|错了?)?(?:几分|多少分|得分|成绩|几题|多少题|几道|几个|战绩)(?:了)?(?:题)?(?:怎么样)?|(?:我)?(?:都|全)(?:答)?对了?(?:吗|没|没有|不)")),
    ("why", re.compile(r"(?:你|您|咱)?(?:给我)?(?:说说|讲讲|说一下|解释(?:一下|下)?)?(?:这|那)?(?:条|个)?(?:是)?(?:为(?:什么|啥|何)|凭(?:什么|啥))(?:呢|呀|啊|嘛|(?:说|讲|认为)?(?:它|这(?:个|条)?)?不?(?:是|选|算)(?:真|假|诈骗|骗子|骗|对|[a-c1-3])(?:的)?(?:呢|啊)?|我(?:答|选)?错(?:了)?)?|(?:你|您)?(?:给我)?(?:说说|讲讲|解释(?:一下|下)?)(?:理由|原因|道理)?(?:呗|吧)?|没(?:看|听)?(?:懂|明白)|(?:我|怎么|咋)*(?:又|还是)?(?:答|选|猜)?错了(?:吗|吧)?|不会吧|不(?:可)?能吧|真的假的|怎么(?:会|可能)(?:是)?(?:真|假|骗人|诈骗)?(?:的)?(?:呢|啊)?|(?:这(?:个|种|条)?|我|俺|我家|我妈|我爸|我奶奶|我爷爷|也|就|真|还|上次|以前|之前|前几天|昨天)+收到过(?:这|这种|这个|这条|这样|一样|类似)?(?:的)?(?:短信|消息|电话)?|(?:这|那)?(?:怎么|咋|从哪(?:里|儿)?)(?:看|认|分|辨)(?:得)?出来(?:的)?(?:呢|呀|啊)?|哪(?:里|儿)(?:不对|有问题|露馅|错|骗人|假)(?:了)?")),
    ("easy", re.compile(r"(?:太|好)难了?(?:吧|啊)?|(?:再)?(?:来|出|换|给我)?(?:一)?(?:个|点|道)?(?:更)?(?:简单|容易)(?:一)?(?:点|些)?(?:儿)?(?:的)?(?:题)?")),
    ("hard", re.compile(r"(?:太(?:简单|容易)了?(?:吧|啊)?|(?:再)?(?:来|出|换|给我)?(?:一)?(?:个|点|道)?(?:更|再)?难(?:一)?(?:点|些)?(?:儿)?(?:的)?(?:题)?)")),
    ("start", re.compile(r"(?:继续|接着)(?:答|考|玩|来|做|出)?(?:我)?(?:题)?(?:吧)?|(?:然后|接着|后来|接下来)呢")),
    ("next", re.compile(r"还有(?:呢|吗|没|没有)?|(?:再|来|换|下|跳)+(?:来|过|考|出|答)*(?:一)?(?:题|道|条|个|轮)?(?:题)?(?:吧)?|过")),
    ("unsure", re.compile(r"(?:我)?(?:不(?:知道|清楚|确定|会|懂|晓得)|(?:看|猜|分|认)不(?:出来?|清|准)|拿不(?:准|定)|难说|说不(?:准|好)|真看不出来?)|(?:这|那)?(?:一)?条?(?:是|会是)?(?:不是)?(?:真|假|诈骗|骗子|骗局|骗人)的?(?:吗|么|嘛|还是假的?)|(?:这|那)?(?:一)?条?是不是(?:真|假|诈骗|骗子|骗局|骗人)的?|你(?:觉得|说)呢|(?:公布|告诉我|说)?答案(?:是什么|是啥)?(?:吧)?")),
    ("genuine", re.compile(_LEAD + r"(?:真(?:的|实)?|不是(?:诈骗|骗子|骗人|假|骗局|骗)|没(?:有)?问题|正规|正常|可信|不假|官方)" + _TAIL)),
    ("fraud", re.compile(_LEAD + r"(?:诈骗|骗子|骗局|骗人|骗术|假|骗|钓鱼|不是真|不真|不可信|有诈|有问题|套路)" + _TAIL)),
)
_QUESTION = re.compile(r"[?？]|[吗么呢]$|怎么|为什么|什么")
_NOT_FRAUD = re.compile(r"(?:不是|没|不像)(?:在)?(?:诈|骗|假)")
_NOT_TRUE = re.compile(r"(?:不是|不像|哪是)(?:真|官方|正规)")


def act_of(text: str) -> str | None:
    """`fraud`, `genuine`, `unsure`, `why`, `start` (go on), `next`, `stop`, `score`, `easy`, `hard`, or None when it says none of them alone."""
    plain = _folded(_NOISE.sub("", simplify(text)))
    if not plain or len(plain) > LONGEST:
        return None
    return _whole(plain) or _in_clauses(text)


def _folded(words: str) -> str:
    """Without the particle that says nothing: 「不玩啦」, 「得了几分呀」."""
    return words.lower().replace("啦", "了").rstrip("呀啊哦哈呗噢")


def _whole(plain: str) -> str | None:
    return next((act for act, pattern in _WHOLE if pattern.fullmatch(plain)), None)


def _in_clauses(text: str) -> str | None:
    """「太难了 简单点」, 「好了 不做了 我对了几道」: every clause is a reply or says nothing."""
    clauses = [folded for c in _CLAUSE.split(simplify(text)) if (folded := _folded(c))]
    acts = [_whole(c) for c in clauses]
    if not all(act or _FILLER.fullmatch(clause) for act, clause in zip(acts, clauses, strict=True)):
        return None
    return next((act for act in _FIRST if act in acts), None)


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
