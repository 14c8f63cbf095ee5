"""Whether a loss is told of that is days, months or years old: 「去年被骗的」, 「上个月的事了」.

Pure. What must be done within minutes is no help then, and sounds as if nobody had listened; wrongly taken for late, somebody
would lose the hour that counts. So the time must belong to the loss itself, and any word of today takes it back.
"""

from __future__ import annotations

import re

_N = r"[\d０-９一二两俩三四五六七八九十几好]+"
_DAYS = r"(?:[3-9]|[1-9]\d+|[三四五六七八九十]|十[一二三四五六七八九]|[二三]十|好几|几|好多)天"
_LONG = rf"(?:{_DAYS}|{_N}个?(?:多|来)?(?:周|星期|礼拜)|{_N}个(?:多|半|来)?月|半个?(?:多)?(?:月|年)|{_N}(?:多)?年|好久|很久|老早)(?:多|了)?"
_AGO = rf"(?:大?前年|去年|今年初|年初|年前|上上?个?月|上上?(?:个)?(?:周|星期|礼拜)[一二三四五六日天]?|前[些阵](?:天|日子|子)|那年|(?:19|20)\d\d年|{_LONG}(?:以|之)?前)(?:子)?"
_LOST = r"(?:被?(?:人|他们?)?(?:诈)?骗|上当|受骗|转|汇|打|投|交|付|充|买|扣|给|刷|卖|借|租)"
_BOTH = re.compile(rf"{_AGO}[^，,。;；]{{0,14}}?{_LOST}|(?:骗|上当|受骗|{_LOST}[的了])[^，,。;；\s]{{0,8}}?(?:都|已经|有|快)?{_LONG}(?:了|没)|骗了{_LONG}(?=[，,。\s]|$)|{_LOST}[^。；;]{{0,18}}?(?:是|在|还是){_AGO}")
# Nothing but when it was, in answer to us.
_ALONE = re.compile(rf"^(?:就|是|都|已经|有|快|大概|差不多|大约|那是|这是|事情?)*(?:{_AGO}|{_LONG}(?:了|前|以前|之前))(?:[一二三四五六日天]|早上|上午|下午|晚上)?(?:的?(?:事|时候)情?|{_LOST}(?:的|了)?|的|了|吧|啊|呢|没(?:动静|消息))*[。！!]*$")
_LATELY = re.compile(r"刚刚?|刚才|今[天早晚]|昨[天晚儿]|前天|现在|马上|正在|这会|又转|还在转|小时|分钟|天天[转投充交]|陆续|一直在?[转投充]")
_ONLY_NOW = re.compile(r"直?到(?:现在|今天)|(?:刚刚?|刚才|今[天早晚]|昨[天晚儿]|现在)(?:才|能|还能|还可以|可以|想|发现|知道|反应|明白|来得及|怎么|取不|提不|不返|联系不)")
_KNOWN_SINCE = re.compile(r"认识(?!的)|谈了|聊了|网恋|交往|开始|跟着|加的")


def long_ago(text: str) -> bool:
    """Whether a loss that a text tells of is old."""
    plain = _ONLY_NOW.sub("", text.strip())
    if _LATELY.search(plain) or _KNOWN_SINCE.search(plain):
        return False
    return only_when(plain) or bool(_BOTH.search(plain))


def only_when(text: str) -> bool:
    """Whether a text says of an old loss when it was and nothing else: 「前年的事了」."""
    return bool(_ALONE.match(re.sub(r"[\s，,]+", "", text.strip())))


def lately(text: str) -> bool:
    """Whether a text tells of money that went today or yesterday: what was late is so no more."""
    plain = _ONLY_NOW.sub("", text.strip())
    return bool(re.search(rf"(?:刚刚?|刚才|今[天早晚]|昨[天晚儿])[^，,。]{{0,8}}{_LOST}(?:了|过去|走)|又(?:转|付|交|打|汇)了", plain))
