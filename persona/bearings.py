"""What a message can mean where it stands, and what it cannot: the last check on how a customer was understood.

Pure. A classifier reads words; somebody who answers 「一万块」 to a calculator, 「你们就是骗子」 in a complaint or 「然后呢」
after a tip is not being robbed. An alarm that is raised for nothing costs the conversation, because it locks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from persona.emergency import CALLED, WAITING, kept
from persona.giveaways.offers import part_of
from persona.products import category_of
from persona.smalltalk import HEAVY, LISTENING, SERIOUS
from persona.tickets.wording import takes_back

UNCLEAR = ""  # better asked back
CLEARED = "check_suspicious.cleared"  # 「打过电话了，确实是他」
ALARMS = frozenset({"scam_now", "been_scammed", "check_suspicious", "crisis"})
ADVISED = frozenset({"ask_recommendation", "faq/deposit", "faq/deposit.term"})  # 「5万块」 says how much is to be put by
COMPLAINTS = frozenset({"complain", "missold"})
# Where somebody is in trouble, a joke that nobody asked for is out of place.
GRAVE = frozenset({"complain", "missold", "faq/debt_help", "faq/overdue", "faq/deceased_account"})
CARD_GONE = frozenset({"faq/lost_card", "faq/unknown_debit", "faq/account_security"})
PRODUCTS = ("faq/insurance", "faq/wealth", "faq/fund", "faq/pension", "faq/bond_gold")
_ELSEWHERE = ("faq/", "verify_official", "chitchat/", "out_of_scope", "bank_other", "ask_recommendation")
_BORROWING = ("faq/loan_", "faq/card_limit", "faq/card_cash", "faq/credit_report", "faq/mortgage", "faq/overdue")
UNREAD = "nlu_fallback"
DETAIL = 24  # characters of something told about a fraud
STEPS = "utter_say_again"
COUNTER = "faq/branch_hours.where"  # whom to ask at a branch
GIVEAWAY = "utter_giveaway"
CLEAR = 0.85  # small talk as clear as this is meant
LIKELY = 0.6
BRIEF = 9  # characters
NOD = 3  # characters of a yes or a no that says nothing else
FEW = 14  # characters that only their place explains
OUTSIDE = "out_of_scope"

HARD_TO_READ = re.compile(
    r"(?:字|屏幕)[^，,。]{0,4}(?:太?小|看不[清见]|[大](?:一?点|一?些)|放大)|(?:^|我|眼睛?|都)看不清(?:楚|字)?(?:[，,。了啊呀]|$)"
    r"|眼(?:睛|神)?(?:不太?好|不行|不好使|花)|老花|耳朵(?:也)?(?:不太?好|不行|背)"
)
SETTLED = re.compile(r"^(?:嗯|好了?|行了?)?[，,]?(?:已经|现在|都|全)*(?:处理|办|弄|解决|搞)(?:好|完|妥|定)(?:了|啦|咯)[。！!]*$")
_SORROW = re.compile(r"难受|难过|伤心|心里堵|想哭|想他|想她|舍不得|睡不着|不好受")
_FINE = re.compile(r"^(?:我|她|他|人|我妈|我爸|现在|真的?|已经|刚才|哎|好了|嗯)*(?:没事|好(?:多|点|些|一点|一些)|开(?:个|的)?玩笑|逗你|说着玩|随口|不(?:会|去)死|想开)")
_NUMBER = r"[\d０-９,.零一二两三四五六七八九十百千万几]+"
_BARE_AMOUNT = re.compile(rf"^(?:就|才|大概|差不多|一共|总共|有)?{_NUMBER}(?:多|来)?(?:块|元)?(?:多|左右|钱)*[。！!]*$")
_SWIPED = re.compile(rf"^(?:他|它|又|刚|刚刚|刚才|被|已经)*刷(?:了|走|掉)+{_NUMBER}(?:多)?(?:块|元)?(?:多|钱)*[。！!]*$")
_FIGURE = re.compile(r"[\d０-９]|[一二两三四五六七八九十百千万]+(?:块|元|万|千|百|期|年|个月|成|个点|厘|分)")
_ASKS = re.compile(r"怎么|怎样|如何|多少|什么|哪|啥|几(?:个|天|点|号|岁)|还是|能不能|可不可以|会不会|[吗么呢?？]$")
# What the other one wants, and where he has sent somebody.
_HE_WANTS = re.compile(
    r"(?:他|她|对方|那边|人家|客服|老师|导师|警[察官]|民警|主管|老板)(?:们)?(?:又|还|就|现在|一直|刚|说|非|给我)*(?:让|叫|要|说|催|发|逼|教|问)|^(?:又|还|现在|就)*(?:让|叫|要)(?:我|交|转|付)"
    r"|不许|不让|不准|(?:别|不能|不要)(?:告诉|跟)"
    r"|(?:已经|我|现在|刚)?(?:到|在)(?:了)?[^，,。]{0,4}(?:酒店|宾馆|银行|网点|柜台|atm|取款机|金店|路上|楼下|门口)",
    re.I,
)
_SOMEBODY_COMES = re.compile(r"来人|人来(?:拿|取|收)|上门|(?:来|过来)(?:拿|取|收)|楼下等|交给(?:来|取)")
# 「还要转三万」, 「又让我借」
_AGAIN = re.compile(r"(?:还|又|再)(?:要|让|叫|得)?(?:我)?(?:再)?(?:转|付|交|借|充|垫|打款|汇)(?!了|过)")
_EARNED = re.compile(r"赚(?:了|到|过)|返(?:了|过|现)|(?:能|可以)(?:提|取)(?:出来|现)|提(?:出来)?过")
_BY_OTHERS = re.compile(r"(?:同事|朋友|邻居|亲戚|同学|姐妹|别人|群里|人家)[^，,。]{0,6}(?:也|都|真)?[^，,。]{0,3}(?:买了|在?做|赚|返|提(?:了|出)|给利息)|合同(?:都)?有|有合同|(?:手续|证件|执照)(?:都)?(?:全|有)")
_SUES = re.compile(r"起诉|告我|上征信|坐牢|爆通讯录")
_TELLS = re.compile(rf"^(?:那|就|我|他|她|对方|这|车|卡|人|孩子|老人)?(?:是|在|用|有|没|不是|只|才|都|已经)|{_NUMBER}(?:块|元|万|千|岁|天|年|个月|号)|(?:的|了)[。！!]*$")
# A date, an amount, a name, a licence plate: what the police will ask for.
_DETAIL = re.compile(
    r"[0-9０-９零一二两三四五六七八九十百千万]+(?:块|元|万|千|百|点|笔|次|号|天)|昨|今天|前天|上午|下午|晚上|早上|中午|上周|上个?月|点[多半]|账号|户名|卡|叫|姓|车|牌"
    r"|穿|合同|公司|平台|app|微信|支付宝|银行|网站|群|号码|(?:转|付|给|交|汇|取|刷)的$",
    re.I,
)
_PRESS = re.compile(r"(?:让|叫|要|逼|教)(?:我|俺|他|她|我[妈爸])?(?:先)?按|按(?:数字)?[0-9一二三四五六七八九]")
_TO_THE_BANK = re.compile(r"你们|贵行|你行|银行|客户经理|柜台|客服|大堂")
_NO_MEOW = re.compile(r"(?:别|不要|不许|少|停止)[^，,。]{0,8}喵")
# What somebody does who was warned: hangs up, calls the police, lets the other one talk.
_HEEDED = re.compile(
    r"^(?:好[的了吧]?|嗯|行)?[，,\s]*(?:我|电话|已经|都|就|把他|把?网络?|把?屏幕|把?软件|无线网?|wifi)*(?:挂|关|删|退|锁|停|断|拔|拉黑|退群)(?:(?:掉|了|断|上)+(?:电话|网|卡|了)*|(?:电话|网络?|屏幕|共享|软件|机)(?:了|掉))[。！!]*$"
    r"|不(?:理|转|信|给|交|去|听)(?:他|她|它|了|钱)+[。！!]*$"
)
# 110 has been called, the bank too, or not yet.
_REPORTED = re.compile(
    r"^(?:好[的了吧]?|嗯|行)?[，,\s]*(?:我|已经|刚刚?|刚才|都|就)*(?:打|拨)(?:过|完|好|通)?了[。！!]*$"
    r"|(?:打|拨)(?:过|完|好|通)?了?110了?|110(?:也|都|我|已经|刚)*(?:打|拨|报)(?:过|完|好|通)?了|报(?:完|过|好)?了?[警案]了|报(?:了|过|完)[警案]?(?:[。！!]*$|[，,]?然后呢)"
)
_BOTH = re.compile(
    r"(?:两|俩)(?:个|边|头|样)?(?:电话)?(?:也|都)+(?:已经)?(?:打|报|拨|说|联系)|^(?:我|电话|已经)*(?:都|全)(?:打|拨|报|联系)(?:过|完|好|通)?了"
    r"|110.{0,6}(?:客服|银行|95\w{3}).{0,4}(?:打|拨|报|联系).{0,3}了|(?:客服|银行|95\w{3}).{0,8}110.{0,4}(?:打|拨|报|联系).{0,3}了"
)
_NOT_YET = re.compile(r"没|不|未|要|想|准备|正在")
_NOT_CALLED = re.compile(r"^(?:我|也|都|还|110)*没(?:有)?(?:打(?:电话|110)?|拨|报警|报案|报)(?:呢|了)?[。！!]*$|^还没(?:有)?(?:呢)?[。！!]*$")
_PAID = re.compile(r"^(?:我|已经|刚刚?|刚才|都|就)*打(?:过去|完|好)?了[。！!]*$")  # to 「钱转出去了吗」
# Who was warned and has done it all the same: the screen is shared, the program is there.
_LET_IN = re.compile(
    r"^(?:我|已经|刚刚?|刚才|都|就|好像|也|按他说的|把?屏幕|把?软件|把?app)*(?:打开|点开|开|装|安装|点|下载|下|共享|同意|允许|连|登录?|进)"
    r"(?:好|完|过|上|进去|着)*了(?:屏幕|共享|会议|软件|链接|app)*(?:了)?[。！!]*$"
)
# Who was asked whether the money is gone: it is not; the call is ended; and what now?
_KEPT = re.compile(r"^(?:还|我|也|钱|都|幸好|好在|放心|并|暂时)*没(?:有)?(?:转|给|汇|打(?!110|95|电话)|付|交)(?!.*(?:但|不过|只是|可是|就差|验证码|密码|身份证))")
_HUNG_UP = re.compile(r"(?:挂|关|断|拉黑|退群)(?:掉|了|断)+")
_AND_NOW = re.compile(r"^(?:那|好的?|嗯|打完|报完)?[，,\s]*(?:我|现在|接下来|下一步|然后|之后|还|该|要|需要)+[^，,。]{0,2}(?:怎么办|咋办|咋整|怎么弄|干嘛|干啥|干什么|做什么|做啥)[?？。啊呀呢]*$")
_STUCK = re.compile(r"^(?:关|退|删|停|卸|断)(?:都)?不(?:掉|了|出去?|下来)[。！!]*$")
_SAFE_NOW = re.compile(r"(?:安全|没事|要紧|有事|可以放心)(?:了)?(?:吗|么|吧|不)[？?。]*$")
_WHAT_NOW = re.compile(r"^(?:好的?|嗯|那|然后|接下来|下一步|之后|现在|我|还|要|该|需要|呢|怎么办|咋办|怎么|做|干|什么|嘛|啥|吗|[，,])+[?？。]*$")
_NOT_PAID = re.compile(r"没(?:有)?(?:给|转|付|汇|打|交)(?:过|成)?(?:他|她|它|钱|款|出去)+(?:钱|款)*[。！!]*$")
_ON_THE_LINE = re.compile(r"(?:他|她|对方|骗子|那边|电话)(?:们|里)?(?:又|还|一直)(?:在|打|来|加|发|催)")
_COMES_BACK = re.compile(r"(?:又|一直|老是?|还在?|还一直)(?:给我)?(?:在)?(?:打|来|加|发|找)(?!.*(?:转|汇|付|验证码))")
_TICKET = re.compile(r"编号|单号|(?:多久|几天|什么时候)(?:能|会|才)?回(?:我|复|话|电)|多久(?:有|给|能|才)?(?:结果|答复|回复|消息|处理)|什么时候(?:有|给)?(?:结果|答复|回复)|催(?:一下|一催|催|办)|处理到哪|进度")
_AMENDS = re.compile(r"赔偿|道歉|给个?(?:说法|交代)|处分|开除|领导")
_COUNTER = re.compile(r"(?<!不)(?:(?:去|到|上)(?:柜台|网点|银行)|柜台)(?:去)?(?:办|弄)?(?:行|可以|能|成)?(?:吗|么|吧|不|办)[？?。]*$|能不能(?:去|到)(?:柜台|网点)")
_CANNOT_FIND = re.compile(r"找不(?:到|着)|没(?:看|找)(?:到|见)|不会(?:弄|点|用|操作)?[。！!]*$|在哪(?:里|儿)?(?:啊|呀|呢)?[？?]*$")
_COMPLAINS = re.compile(r"^(?:我)?(?:要|想)投诉(?:你们)?[。！!]*$")
_BY_THE_BANK = re.compile(r"(?:银行|你们|保险).{0,6}赔")
_FRAUDULENT = re.compile(r"先交|让我|叫我|要我|短信|链接|有人|电话|客服|验证码|已经(?:交|转)|交了|转了|被骗")
_AGE = re.compile(r"^(?:可|但)?我?(?:家)?(?:孩子|儿子|女儿)?(?:今年|才|刚|现在|是|只有|还)*(?:\d{1,2}|十[一二三四五六七])(?:周?岁|了|的)*[，,]?(?:能|可以|行|也能)*(?:不能)?(?:参加|报名|抽)?(?:吗|么|不)?[。！!?？]*$")
_HARM = re.compile(r"他|她|对方|人家|有人|别人|[叫让要逼催说]我|取|转|借|交|买|给|付|充|投|上当|中[招套]|套|坑|害|亏|钱|卡|账|号|码|贷|威胁|照片|视频|电话|救|帮|急")
_REFERS = re.compile(r"^(?:那|这|它|还|再|要|会|能)|[呢吗]$")
_ABOUT_LOSS = re.compile(r"少了|没了|转走|扣了|被(?:转|刷|取)|还在不|傻|蠢|笨|脸|悔|恨|丢人|瞒|告诉|知道|查(?:得)?到|找谁|告他|起诉|追|回来|赔|退|怎么办|咋办|怕|慌|后悔|完了|有救|希望|然后|接下来|下一步|难受|睡不|害怕|该(?:干|做|怎)|要紧|没事")
# A next step of a fraud is told when the customer speaks of it.
_STEP_WORDS = {
    "scam_now.door": re.compile(r"门|上门|来(?:我)?家|来(?:取|拿|收)|楼下|人来|见面"),
    "scam_now.unreachable": re.compile(r"打不通|关机|联系不|不接|没人接|找不到"),
    "scam_now.voice": re.compile(r"声音|视频|听(?:着|到|起来)|像|脸|本人"),
    "scam_now.trust": re.compile(r"人(?:很|挺|真)?好|可是|不会|真的|正规|认识|见过|证|成功|返|赚|信|知道我|公司|朋友|老师|聊|对我"),
    "scam_now.family": re.compile(r"妈|爸|爷|奶|老|家|劝|不听|[他她](?:们)?(?:就|还|非|不|都|只)?(?:是)?(?:信|要转|要去|拦)"),
    "scam_now.app": re.compile(r"装|下载|软件|app|屏幕|会议|共享|远程|控制|手机"),
}


_PRICE = re.compile(r"^(?:那|这)?(?:要|收|得)?(?:多少)?(?:钱|费)(?:不|吗|么|伐|呢)?[？?。]*$")
_DEATH = re.compile(r"走了|去世|过世|不在了|没了|死|遗产|继承|身后")
# Two of them in one wish for advice: what sets them apart is told, not one of them.
_SET_APART = frozenset({"deposit", "wealth", "fund"})
_HOW_TO_LOCK = re.compile(r"(?:怎么|咋|在哪|哪里|哪儿|去哪)[^，,。]{0,3}(?:锁|挂失)|(?:锁卡?|挂失)(?:怎么|在哪|哪里|哪儿)")
_LOCKED = re.compile(r"^(?:好|嗯)?[，,]?(?:已经|都|卡)*(?:锁|挂失)(?:好|完)?(?:卡)?了[，,]?(?:(?:然后|接着|接下来|下一步)(?:呢|怎么办|干嘛|做什么)?)?[。！!?？]*$")


@dataclass(frozen=True)
class Place:
    """Where a message stands: the last response, the topic, the lock, an open calculator; `alarmed`: fraud is talked about,
    `gone`: what to do about money that has left was told, `reported`: 110 has been called."""

    last: str = ""
    topic: str = ""
    lock: str = "none"
    calc: str = ""
    ticket: bool = False
    crisis: bool = False
    minor: bool = False
    alarmed: bool = False
    gone: bool = False
    reported: bool = False


def means(text: str, intent: str, place: Place, *, reason: str = "", matter: bool = False) -> str | None:
    """The label that `text` stands for in its place, UNCLEAR when it must be asked back, None when the words decide.

    `matter`: it names something of the bank's. A sentence that must not be missed (`reason` signal) is left alone.
    """
    if reason == "signal":
        return None
    bare = text.strip()
    if SETTLED.match(bare):
        return "affirm"
    if place.crisis and len(bare) <= 16 and not intent.startswith("crisis") and _FINE.search(bare):
        return "affirm"
    if intent in ("been_scammed", "scam_now") and not place.alarmed:
        if _SWIPED.match(bare) and place.topic.split(".")[0] in CARD_GONE:
            return place.topic
        if _BARE_AMOUNT.match(bare) and place.topic not in ADVISED:
            return f"calculate_{place.calc}" if place.calc else place.topic if place.topic.split(".")[0] in CARD_GONE else UNCLEAR
    if place.topic.split(".")[0] in CARD_GONE and place.lock != "hard" and len(bare) <= 16:
        if _LOCKED.match(bare):
            return "faq/lost_card.reissue"
        if _HOW_TO_LOCK.search(bare):
            return "faq/lost_card"
    if place.alarmed and place.lock == "hard" and not place.minor and not place.crisis and len(bare) <= 16:
        if _ON_THE_LINE.search(bare):
            return "scam_now.back" if _COMES_BACK.search(bare) else "scam_now"
        if _PAID.match(bare) and place.last.startswith("utter_scam_now"):
            return "been_scammed"
        if _NOT_CALLED.match(bare):
            return "deny"
        if place.gone and _AND_NOW.search(bare):
            return WAITING if place.reported else "deny"
        if not place.gone and _STUCK.search(bare):
            return "scam_now.app"
        if _BOTH.search(bare) and not _NOT_YET.search(bare):
            return WAITING
        if _REPORTED.search(bare) and not _NOT_YET.search(bare) and not _ASKS.search(bare.removesuffix("然后呢")):
            return CALLED
        kept_it = kept(place.last) and (_SAFE_NOW.search(bare) or _KEPT.search(bare) or _WHAT_NOW.match(bare) or (_HEEDED.search(bare) and _HUNG_UP.search(bare)))
        if kept_it or _NOT_PAID.search(bare):
            return "deny"
        if _HEEDED.search(bare) and not _ASKS.search(bare.removesuffix("然后呢")):
            return "affirm"
    tipped = place.topic.startswith("scam/") and place.last.startswith("utter_scam/") and not place.crisis
    if tipped and len(bare) <= 16 and (_KEPT.search(bare) or _NOT_PAID.search(bare) or _SAFE_NOW.search(bare)):
        return "deny"
    if place.crisis and "12356" in bare and intent != "crisis":
        return UNCLEAR  # who has rung them up needs company, and no word about secrets
    if (intent == "handoff" or place.alarmed) and _PRESS.search(bare):
        return "scam_now"
    if _NO_MEOW.search(bare) and len(bare) <= 24:
        return "chitchat/" + SERIOUS.removeprefix("utter_chitchat/")
    if HARD_TO_READ.search(bare) and len(bare) <= 20 and not matter and intent not in ALARMS:
        return "say_again"
    if place.topic.split(".")[0] in COMPLAINTS and len(bare) <= 16 and takes_back(bare):
        return "complain"
    if place.ticket and len(bare) <= 16 and not place.alarmed and _TICKET.search(bare):
        return "ticket_status"
    if _COMPLAINS.match(bare) or (place.ticket and len(bare) <= 12 and _AMENDS.search(bare)):
        return "complain"
    if place.last == STEPS and intent != "handoff" and (_CANNOT_FIND.search(bare) or _COUNTER.search(bare)):
        return COUNTER
    if place.topic.startswith("faq/") and intent != "handoff" and len(bare) <= 12 and _COUNTER.search(bare) and not place.alarmed:
        return COUNTER
    if place.last.startswith(GIVEAWAY) and len(bare) <= 16 and not _FRAUDULENT.search(bare):
        if part_of(bare) or "规则" in bare:
            return "join_giveaway.rules"
        if _AGE.match(bare):
            return "join_giveaway"
    return None


def tells_detail(text: str, topic: str) -> bool:
    """Whether a message that nothing was heard in tells something of the customer's case and asks nothing (「五千块」)."""
    return topic.startswith("faq/") and len(text) <= DETAIL and not _ASKS.search(text) and bool(_TELLS.search(text))


def between(intent: str, products: Iterable[str]) -> str:
    """The intent of a message with the products it names: 「定期和理财哪个好」 wishes to hear of both."""
    apart = _SET_APART & {category_of(product) for product in products}
    return "compare_products" if intent == "ask_recommendation" and len(apart) > 1 else intent


def answers_calculator(text: str, fallback: bool) -> bool:
    """Whether a message belongs to an open calculator: a question without a figure is asked in between."""
    return bool(_FIGURE.search(text)) or not _ASKS.search(text.strip(" 。！!")) or (fallback and len(text) <= 4)


def corrected(text: str, label: str, confidence: float, place: Place, *, alone: str, fallback: bool, reason: str, cue: bool, neighbour: str = "") -> str | None:
    """What `label` is replaced by, or None. `alone`: the label by the words alone; `cue`: a word of fraud, loss or despair;
    `neighbour`: what the topic has in place of `label` (persona/nlu/homonyms.py)."""
    if reason in ("signal", "button", "command", "blank"):
        return None
    base, matter = label.split(".")[0], place.topic.split(".")[0]
    alarm = base in ALARMS or label.startswith("scam/")
    idle = label.startswith("chitchat/") and confidence < CLEAR
    if label == CLEARED and (place.lock == "hard" or confidence < LIKELY or not place.topic.startswith(("scam/", "check_suspicious"))):
        return _next_step(text, place.gone) or ("scam_now.trust" if place.lock == "hard" and not place.gone else UNCLEAR)
    if base in ("been_scammed", "scam_now") and "." in label and place.topic.startswith("faq/") and not place.alarmed and not (cue or _ABOUT_LOSS.search(text)):
        return UNCLEAR  # 「要等几耐」 after a locked password: nobody speaks of a fraud
    if base in ("been_scammed", "scam_now") and not place.alarmed and len(text) <= FEW and not (cue or _HARM.search(text) or _ABOUT_LOSS.search(text)):
        return UNCLEAR  # 「那我现在要去办什么吗」, 「正着戴一次看看」: nobody else is in it, no money and no harm
    if label.startswith("scam/") and not place.alarmed and _PRICE.match(text.strip()):
        return UNCLEAR  # 「要钱不」 asks what something costs, nobody blackmails
    if label in ("affirm", "deny") and confidence < LIKELY and reason != "context" and len(text) > NOD:
        return UNCLEAR  # 「那个 我就是想 嗯 那个卡」 is neither a yes nor a no
    if matter in COMPLAINTS and place.lock != "hard":
        if alarm and base != "crisis" and (not cue or _TO_THE_BANK.search(text)):
            return "complain"
        if base in ("set_city", COUNTER.split(".")[0]) and not _ASKS.search(text):
            return "complain"  # 「网点是城南支行」: where it happened
        if fallback or idle or label in ("abuse", "deny", "ask_capabilities"):
            return UNCLEAR if _ASKS.search(text) else "complain"
    if matter in GRAVE and label == "thank" and _SORROW.search(text):
        return LISTENING
    if matter in GRAVE and place.lock != "hard" and label.startswith("chitchat/"):
        if label.removeprefix("chitchat/") in (*HEAVY, "sleep", "night"):
            return LISTENING
        return UNCLEAR if idle else None
    if neighbour:
        return neighbour
    if place.alarmed and (alarm or fallback or label in ("affirm", "goodbye") or idle) and not place.minor and not place.crisis and _LET_IN.match(text.strip()):
        return "scam_now.app"
    if matter in COMPLAINTS and base in COMPLAINTS and "." in label and reason == "context" and confidence < LIKELY and not _ASKS.search(text):
        return "complain"  # what somebody tells of a quarrel belongs to the complaint
    near = matter in COMPLAINTS or matter == "faq/contact_complaint"
    if base in COMPLAINTS and reason == "context" and alone.split(".")[0] != base and not near:
        return UNCLEAR  # a complaint is opened when somebody complains, not because it is near
    if idle and (place.last == STEPS or (matter in CARD_GONE and place.last.startswith("utter_faq/"))):
        return UNCLEAR
    if place.last.startswith("utter_faq/") and confidence < CLEAR and len(text) <= BRIEF and _ASKS.search(text) and (label.startswith("chitchat/") or label == OUTSIDE):
        return UNCLEAR  # 「一个人几个」 and 「怎么调高」 are asked of the answer before
    if label == "faq/deceased_account.password" and not place.topic.startswith("faq/deceased_account") and not _DEATH.search(text):
        return "faq/proxy_service"
    if label.startswith("chitchat/") and confidence < LIKELY and place.topic.startswith(("faq/", "calculate_")) and _REFERS.search(text):
        return UNCLEAR
    if place.topic.startswith("scam/") and place.lock != "hard" and reason == "context" and base in ALARMS and not cue:
        spoken_of = label in _STEP_WORDS and _STEP_WORDS[label].search(text)
        return None if spoken_of or alone.split(".")[0] == base else _next_step(text, place.gone)
    if place.topic.startswith("scam/") and place.lock != "hard" and fallback and not place.minor and not place.crisis:
        return _next_step(text, place.gone) or None
    if place.lock == "hard" and place.alarmed and not place.minor and not place.crisis:
        return _under_alarm(text, label, reason, alone, cue, place.gone)
    return None


def _next_step(text: str, gone: bool) -> str:
    """What a message says of a fraud that no answer of its own was heard in; UNCLEAR when it says nothing of it."""
    if _BY_OTHERS.search(text):
        return "scam_now.trust"
    if _SOMEBODY_COMES.search(text) and not gone:
        return "scam_now.door"
    if _HE_WANTS.search(text):
        return "scam_now"
    if gone and not _ASKS.search(text) and _DETAIL.search(text) and len(text) <= DETAIL:
        return "been_scammed"  # a thing to tell the police
    return UNCLEAR


def _under_alarm(text: str, label: str, reason: str, alone: str, cue: bool, gone: bool) -> str | None:
    """Where fraud is under way or done. `gone`: the money has left."""
    if label.startswith(_ELSEWHERE) or label == UNREAD:
        step = _next_step(text, gone)
        if step and (label == UNREAD or gone or step != "been_scammed") and not (label.startswith("faq/") and not gone):
            return step
    if label.startswith(_BORROWING):
        if _SUES.search(text) and _HE_WANTS.search(text):
            return "scam_now.threat"
        return "been_scammed.worry" if gone and re.search(r"退|追|要回", text) else None
    if label.startswith(PRODUCTS) and not re.search(r"保险|保单|理财|基金|养老|国债|黄金", text):
        return ("been_scammed.bank" if _BY_THE_BANK.search(text) else "been_scammed.worry") if _ABOUT_LOSS.search(text) else UNCLEAR
    if label.startswith("been_scammed") and _AGAIN.search(text) and not _ASKS.search(text):
        return "scam_now"  # 「还要转三万」: the next sum is not yet gone
    if label == "been_scammed" and not gone and _EARNED.search(text):
        return "scam_now.trust"  # 「已经赚了三千，能提出来」
    if reason != "context":
        return None
    words = _STEP_WORDS.get(label)
    if words is not None and not words.search(text):
        return _next_step(text, gone)
    if not gone and label.split(".")[0] == "been_scammed" and alone.split(".")[0] != "been_scammed" and not (cue or _ABOUT_LOSS.search(text)):
        return _next_step(text, gone)
    return None
