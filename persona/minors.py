"""What a customer says of the own age: under eighteen, taken back again, or the family's accounts instead. Pure."""

from __future__ import annotations

import re

_MINOR = re.compile(
    r"我(?:今年|才|刚|刚满|现在|是|只有|还)*\s?(?:1[0-7]|[7-9]|十[一二三四五六七]|十)\s?(?:岁|周岁|了?(?=[\s,，。!！]|想|能|可以|$))"
    r"|我(?:今年|才|还|刚|现在|都|也|就|只)*(?:是|(?:还)?在(?:读|上|念)|读着?|上|念|就读|升)(?:了|个|一个|一名)?(?:小学|初中|初[一二三]|高[一二]|高中|中学生|中专|职高|[一二三四五六七八九1-9]年级)(?!毕业|同学|学历|文化|老师|时|那|的?.{0,2}(?:老师|家长|孩子|娃|女儿|儿子|闺女|弟|妹|同学|时候)|[点些个米])"
    r"|我(?:才|还|刚|现在|今年)*[一二三四五六七八九1-9]年级(?!老师|班主任|的|家长|同学|时)|我(?:才|还|刚|现在)?高[一二](?![点些个米])|我(?:才|还|现在|是)*(?:个|一名)?(?:(?:小学|初中|高中|初[一二三])的?学?生(?!毕业)|未成年|没成年|不是成年人)"
    r"|我(?:还)?(?:没满|未满|不满|没到|不到)\s?(?:18|十八)"
)
_TAKEN_BACK = re.compile(
    r"^(?:刚才|刚刚|那是|我|都|是)*(?:骗|逗|糊弄|唬)(?:了)?你(?:的|呢|玩)"
    r"|(?:我|其实|已经|都|早)+.{0,6}(?:1[89]|[2-9]\d|十[八九]|二十|三十)(?!日|号|元|块|天|万|期)|(?:我|其实|已经|都|早).{0,4}(?<!没)(?<!未)成年"
)
_WHO, _WHAT = "(?:爸|妈|爷|奶|姥|外公|外婆|家长|大人|哥|姐)", "(?:支付宝|微信|手机|身份证|卡|账号|账户|密码|脸|名字|名义)"
_OF_FAMILY = re.compile(rf"{_WHO}.{{0,4}}{_WHAT}.{{0,12}}(?:买|用|付|办|绑|充|抽|报|开|行|弄|来)|(?:用|拿|借|偷).{{0,4}}(?:{_WHO}|他|她).{{0,4}}{_WHAT}")
_GONE = re.compile(r"(?:转|付|扫|充|给|填|刷)(?:了|过去|出去|完)|被骗|怎么办|不见|冻结|解")
_LED_ON = re.compile(r"他|她|有人|老师|群|教我|带我|网上|同学|叫我|让我|拉我|转|交")


def minor_in(text: str) -> bool:
    """Whether a customer says to be under age."""
    return bool(_MINOR.search(text))


def takes_age_back(text: str) -> bool:
    """Whether somebody who said to be under age says the opposite now: 「骗你的，我其实满18了」."""
    return bool(_TAKEN_BACK.search(text))


def of_family(text: str) -> bool:
    """Whether a relative's account, papers or telephone is to be used: 「拿我爸的支付宝买」; not when money is gone."""
    return bool(_OF_FAMILY.search(text)) and not _GONE.search(text)


def led_on(text: str) -> bool:
    """Whether somebody else is in it who may lead a minor on."""
    return bool(_LED_ON.search(text))
