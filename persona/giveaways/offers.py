"""What the understanding has to know of give-aways: after which responses 「参加」 is an entry, and entry numbers."""

from __future__ import annotations

import re

from persona.nlu.text import simplify

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
    words = simplify(text)
    return len(words) <= 24 and bool(_FEE.search(words)) and not _PAID.search(words)


def about_list(text: str) -> str:
    """``earlier`` or ``list`` when a short message asks for winners other than oneself, else ""."""
    text = simplify(text)
    if len(text) > 20 or _NO_LIST.search(text):
        return ""
    return "earlier" if _EARLIER.search(text) else "list" if _LIST.search(text) else ""


def comes_back(text: str) -> bool:
    """Whether a message wishes to enter again and says of nobody else."""
    return bool(_BACK.fullmatch(text.strip()))


PART = 20  # characters of a question about one line of the rules
# What is asked about a give-away in a few words: the one line of the rules that answers it, not all of them.
_PARTS = (
    ("late", re.compile(r"(?:还没|没|一直没|迟迟没?|都不)(?:有)?(?:给我)?(?:收到|寄|发货|到货|发|到(?!账))|催.{0,4}(?:奖品|快递|发货)")),
    ("cash", re.compile(r"折(?:现|价|成钱|算)|(?:换|变|兑)(?:成|个|点)?(?:现金|现钱|钱|别的|红包|积分)|(?:给|要|直接(?:发|给)?)(?:现金|现钱|红包)|能(?:卖|转让|送人)|转让")),
    ("cheat", re.compile(r"(?:[两二三四五六七八九十几多好][个几]?|另(?:一|外)个?|小|马甲)(?:个)?(?:账?号|微信|手机)[^，,。]{0,4}(?:报|抽|参加|登记)|刷(?:号|票|奖|名)|作弊|薅|一个人报.{0,4}(?:几|两|多)|重复报")),
    ("broken", re.compile(r"(?:坏|碎|破|裂|瑕疵|质量)(?:了|的|问题|差)?|退换|保修|换新")),
    ("relative", re.compile(r"[他她][^，,。]{0,3}(?:能|可以)[^，,。]{0,2}(?:抽|报|参加)|(?:一家|全家|家里)(?:几|人|三|四|五)?(?:口|个)?[^，,。]{0,4}(?:报|抽|参加)|(?:弟|妹|儿子|女儿|闺女|孩子|娃|侄|外甥|同学|学生|小孩|初中|高中)[^，,。]{0,6}(?:\d{1,2}|十[一二三四五六七])?(?:岁|能|可以|行)|未成年|没满|不满|没成年")),
    ("where", re.compile(r"外地|外省|国外|境外|海外|港澳|香港|澳门|台湾|偏远|新疆|西藏|内蒙|海南|农村|乡下|村里|(?:限|只限|哪些|什么|哪几个)(?:地区|城市|地方|省)|(?:全国|别的城市|其他城市)")),
    ("address", re.compile(r"(?:地址|电话|信息|收货)[^，,。]{0,4}(?:写错|填错|错|改|换|变|搬)|(?:写错|填错|改|换)(?:了|一下|个)?(?:收货)?(?:地址|信息)|搬家")),
    ("personal", re.compile(r"^(?!.*(?:删|清除|清空|注销|撤回)).*?(?:身份证|实名|手机号|个人信息|泄露|填(?:什么|哪些)|要(?:我)?(?:什么|哪些)(?:资料|信息|材料)|隐私)")),
    ("unclaimed", re.compile(r"(?:不|没|忘了?)(?:去)?领|过期|超(?:过)?时|(?:晚|迟)了|错过|逾期|(?:不|没)填")),
    ("staff", re.compile(r"员工|内部人|自己人|职工|(?:你们|银行|行里)(?:银行)?(?:的|内部|自己)*人")),
    ("fair", re.compile(r"(?:你们|活动|抽奖)[^，,。]{0,6}(?:骗人|假的|套路|糊弄|真的吗)|真有人中|内定|黑幕|暗箱|猫腻|公平|公正|作假|怎么(?:抽|开奖|选|中奖)|随机|做手脚|(?:帮我)?(?:提高|更容易|一定|保证|肯定)(?:能)?(?:中|抽)")),
    ("tax", re.compile(r"税")),
    ("notice", re.compile(r"^(?!.*(?:有人|[他她]|对方|收到|说我|让我|要我|叫我)).*(?:怎么|咋|如何|会不会|会|是)(?:来|先|给我)?(?:通知|告诉(?!你)|联系|打电话|发短信|私信)")),
    ("claim", re.compile(r"怎么(?:领|兑|给|拿)|地址|寄|快递|邮费|运费|包邮|多久(?:发|到)|去哪(?:里|儿)?领")),
    ("dates", re.compile(r"截止|(?:什么时候|啥时候)(?:结束|截止|开奖|抽|公布|出结果)|哪天(?:开|抽)|几号(?:开|抽|截止)|(?:什么时候|啥时候)开|(?:怎么|咋|如何|哪里|在哪)(?:才)?(?:能)?(?:知道|晓得|看到?|查)(?:自己|我)?(?:到底|有没有|是不是)?(?:中|结果|抽)")),
    ("prizes", re.compile(r"中奖率|中的?(?:机会|可能)|(?:保|准|包)(?:证|定)?(?:我|你)?(?:能)?中(?!国)|奖品|安慰奖|概率|几率|名额|几个人|多少(?:人|份|个)|没(?:有)?(?:抽)?中")),
    ("terms", re.compile(r"(?:不是|没有?|非)(?:在)?(?:你们|福禾|贵行|本行)?(?:银行)?(?:这儿|这里|家)?(?:的)?(?:老)?(?:客户|储户|用户|卡|账户|开户|开过户|存钱)|(?:卡|账户)都没|怎么(?:参加|报名|玩)|条件|资格|(?:要|用|得|需要|必须)(?:不要|不用|先|去)?(?:买|花钱|办卡|开户|存钱|关注|转发|点赞|集赞|拉人|下载)|几岁|多大|(?:抽|报|参加)(?:几|两|多)次")),
)


# Where a prize is to be sent, told in the conversation: it belongs into the form.
_SENDS = re.compile(r"(?:我家?住|住在?|登记|收货).{0,16}(?:路|街|弄|巷|小区|栋|村|\d+号)|(?:收货|收件|邮寄|我的|我)地址.{0,8}(?:给你|发你|是|[:：]|[\u4e00-\u9fff]+(?:路|街|号|小区|栋|村))|(?:寄|邮|发)(?:到|给我?).{0,12}(?:路|街|号|小区|栋|村)")


def part_of(text: str) -> str:
    """Which part of the rules a short question is about, as `_PARTS` names it, or ""."""
    words = simplify(text)
    if _SENDS.search(words):
        return "claim"
    return next((name for name, pattern in _PARTS if pattern.search(words)), "") if len(words) <= PART else ""
