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


# What is asked about a give-away in a few words: the one line of the rules that answers it, not all of them.
_PARTS = (
    ("tax", re.compile(r"税")),
    ("claim", re.compile(r"怎么(?:领|兑)|地址|寄|快递|邮费|运费|多久(?:发|到)|去哪(?:里|儿)?领")),
    ("prizes", re.compile(r"奖品|安慰奖|概率|几率|名额|几个人|多少(?:人|份|个)|没(?:有)?(?:抽)?中")),
    ("terms", re.compile(r"怎么(?:参加|报名|玩)|条件|资格|要(?:不要)?(?:买|花钱|办卡|存钱|关注|转发)|几岁|多大")),
    ("dates", re.compile(r"截止|什么时候(?:结束|截止|开奖|抽)|哪天(?:开奖|抽)|几号(?:开奖|抽|截止)")),
)


def part_of(text: str) -> str:
    """Which part of the rules a short question is about: tax, claim, prizes, terms, dates, or ""."""
    return next((name for name, pattern in _PARTS if pattern.search(text)), "") if len(text) <= 20 else ""
