"""What the understanding has to know of give-aways: after which responses 「参加」 is an entry, and entry numbers."""

from __future__ import annotations

import re

OFFERS = frozenset({"utter_giveaway_offer", "utter_giveaway_rules"})
ABOUT = "utter_giveaway_about_"  # one line of the rules
_LABEL = re.compile(r"(?<![A-Z0-9])[A-Z][A-Z0-9]{0,3}-\d{4,7}(?!\d)")
_ASKED = re.compile(r"中|奖|抽|报名|编号|结果|查")
# 「我满18岁，参加」, said in answer to an offer.
_ADULT = re.compile(r"(?:我|已经?|早就|都|是)*(?:满|过|超过)?(?:18|十八|成年)(?:人|周?岁|了)*[，,。！!\s]*(?:我|要|想|可以|就)*(?:参加|报名|参与|加入)?(?:吧|了)?[。！!]?")
# 「帮我妹妹也登记一份」, said while the give-away is being talked about.
_ANOTHER = re.compile(
    r"(?:帮|替|用|给|让|代|以)\S{0,4}(?:老婆|老公|媳妇|爱人|对象|[男女]朋友|妹|弟|姐|哥|妈|爸|爷|奶|婆|公公|朋友|同事|室友|家人|家里|孩子|儿子|女儿|别人|[他她])\S{0,8}"
    r"(?:报|登记|参加|抽|名字|一份|一次)"
)


def for_another(text: str) -> bool:
    """Whether a short message would enter somebody else."""
    return len(text) <= 30 and bool(_ANOTHER.search(text))


def confirms(text: str) -> bool:
    """Whether a reply to an offer confirms the age and says nothing else."""
    return bool(_ADULT.fullmatch(text.strip()))


def label_in(text: str) -> str:
    """The entry number a message names (``F6-0412``), or ""."""
    found = _LABEL.search(text.upper())
    return found.group() if found else ""


def asks_by_number(text: str) -> bool:
    """Whether a short message is about an entry number: the number alone, or with a word of the draw."""
    label = label_in(text)
    return bool(label) and len(text) <= 40 and (text.strip().upper() == label or bool(_ASKED.search(text)))


# 「要我先交运费才给奖品」: nobody has paid yet; who has, or tells of a message, is in the hands of the alarm.
_FEE = re.compile(r"(?:运|邮|快递|税|手续|服务|工本|押|激活|保证)(?:费|金)|(?:交|付|掏|出|给|打|转|垫)(?:点|一点|一笔)?(?:钱|款)")
_PAID = re.compile(r"(?:交|付|转|给|打|垫|填|扫|点|汇)(?:了|过去|完|出去|过)|已经|被骗|短信|链接|电话|有人|客服|验证码")
# 「名单在哪看」, 「谁中过」: about the list of winners, not about oneself.
_LIST = re.compile(r"名单(?!里)|公示|在?哪(?:里|儿|个地方)?(?:能|可以)?(?:看|查|公布)|公布在哪")
_NO_LIST = re.compile(r"规则|条款|记录|编号|奖品|地址|入口")
_EARLIER = re.compile(r"(?:谁|有人|哪些人|哪个|什么人).{0,4}(?:中|抽)(?:过|到过)|(?:上|前|以前|往|之前).{0,4}(?:期|次|回|几期).{0,6}(?:谁|中|名单|结果)|(?:往期|历史).{0,4}(?:中|名单|结果)")
# 「再报名」, said by somebody who has left.
_BACK = re.compile(r"(?:那|还是|我)*(?:又|还|再)(?:想|要)(?:抽|参加|报名|报)(?:奖)?了?[。！!]*|(?:那|我|想|要|还|又|可以|能|就)*(?:再|重新)(?:来)?(?:给我)?(?:报|参加|登记|加入|抽)(?:个|一)?(?:名|回|次|上)?(?:吧|呗|行吗|行不行|可以吗|吗|进去)?[。！!?？]*")


def asks_fee(text: str) -> bool:
    """Whether a short message asks if money is to be paid for a prize."""
    return len(text) <= 24 and bool(_FEE.search(text)) and not _PAID.search(text)


def about_list(text: str) -> str:
    """``earlier`` or ``list`` when a short message asks for winners other than oneself, else ""."""
    if len(text) > 20 or _NO_LIST.search(text):
        return ""
    return "earlier" if _EARLIER.search(text) else "list" if _LIST.search(text) else ""


def comes_back(text: str) -> bool:
    """Whether a message wishes to enter again and says of nobody else."""
    return bool(_BACK.fullmatch(text.strip()))


# What is asked about a give-away in a few words: the one line of the rules that answers it, not all of them.
_PARTS = (
    ("staff", re.compile(r"员工|内部人|自己人|职工|(?:你们|银行|行里)(?:银行)?(?:的|内部|自己)*人")),
    ("fair", re.compile(r"内定|黑幕|暗箱|猫腻|公平|公正|作假|怎么(?:抽|开奖|选|中奖)|随机|做手脚|(?:帮我)?(?:提高|更容易|一定|保证|肯定)(?:能)?(?:中|抽)")),
    ("tax", re.compile(r"税")),
    ("claim", re.compile(r"怎么(?:领|兑|给|拿)|地址|寄|快递|邮费|运费|多久(?:发|到)|去哪(?:里|儿)?领")),
    ("prizes", re.compile(r"奖品|安慰奖|概率|几率|名额|几个人|多少(?:人|份|个)|没(?:有)?(?:抽)?中")),
    ("terms", re.compile(r"怎么(?:参加|报名|玩)|条件|资格|要(?:不要)?(?:买|花钱|办卡|存钱|关注|转发)|几岁|多大|(?:抽|报|参加)(?:几|两|多)次")),
    ("dates", re.compile(r"截止|(?:什么时候|啥时候)(?:结束|截止|开奖|抽|公布|出结果)|哪天(?:开奖|抽)|几号(?:开奖|抽|截止)")),
)


def part_of(text: str) -> str:
    """Which part of the rules a short question is about: staff, fair, tax, claim, prizes, terms, dates, or ""."""
    return next((name for name, pattern in _PARTS if pattern.search(text)), "") if len(text) <= 20 else ""
