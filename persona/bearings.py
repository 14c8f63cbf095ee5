"""What a message can mean where it stands, and what it cannot: the last check on how a customer was understood.

Pure. A classifier reads words; somebody who answers 「一万块」 to a calculator, 「你们就是骗子」 in a complaint or 「然后呢」
after a tip is not being robbed. An alarm that is raised for nothing costs the conversation, because it locks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from persona import underway
from persona.feasts import asks_when
from persona.giveaways.offers import about_list, asks_fee, comes_back, part_of
from persona.minors import of_family, takes_age_back
from persona.nlu.text import simplify
from persona.place import ASKS, UNCLEAR, Place
from persona.products import category_of
from persona.smalltalk import HEAVY, LISTENING, SERIOUS
from persona.tickets.wording import takes_back

CLEARED = "check_suspicious.cleared"  # 「打过电话了，确实是他」
ALARMS = frozenset({"scam_now", "been_scammed", "check_suspicious", "crisis"})
ADVISED = frozenset({"ask_recommendation", "faq/deposit", "faq/deposit.term"})  # 「5万块」 says how much is to be put by
COMPLAINTS = frozenset({"complain", "missold"})
COURTESIES = frozenset({"chitchat/night", "chitchat/thanks_long", "chitchat/morning"})  # meant, however faintly heard
# Where somebody is in trouble, a joke that nobody asked for is out of place.
GRAVE = frozenset({"complain", "missold", "faq/debt_help", "faq/overdue", "faq/deceased_account"})
CARD_GONE = frozenset({"faq/lost_card", "faq/unknown_debit", "faq/account_security"})
STEPS = "utter_say_again"
TO_MINORS = ("utter_product_minor", "utter_minor_", "utter_giveaway_minor", "utter_column_minor")
COUNTER = "faq/branch_hours.where"  # whom to ask at a branch
GIVEAWAY = "utter_giveaway"
PLAY = (GIVEAWAY, "utter_column", "utter_ask_column", "utter_lesson", "utter_quiz_")
CLEAR = 0.85  # small talk as clear as this is meant
LIKELY = 0.6
BRIEF = 9  # characters
NOD = 3  # characters of a yes or a no that says nothing else
FEW = 14  # characters that only their place explains
OUTSIDE = "out_of_scope"
FEAST = "chitchat/feast_date"
# A faint alarm of despair in words that hold nothing heavy is none: 「永久的吗」, 「银行侵犯了我去哪告」.
_HEAVY_WORDS = re.compile(r"累|苦|痛|疼|难(?:受|过)|孤|没(?:意思|意义|用|人|希望|劲|了|法)|多余|对不起|拖累|连累|解脱|算了|走|离开|睡|醒|药|楼|桥|江|河|海|刀|血|伤|哭|怕|烦|熬|撑|扛|坚持|崩|绝|尽头|黑|空|恨|抱歉|再见|来世|不想(?!再?(?:收|接|看到|看见|听|买|存|用|办|退|投|换|被推))|不行|不了|完了|命|人生|世|死|活(?!动|期|泼)|亡|结束|了结|失去|欠|债|救|痛快|干净|遗|托付|后事|放弃|意义|坠|跳|割|吊|毒|消失|麻木|压(?:得|力)|失眠|抑郁")

HARD_TO_READ = re.compile(
    r"(?:字|屏幕)[^，,。]{0,4}(?:太?小|看不[清见]|[大](?:一?点|一?些)|放大)|(?:^|我|眼睛?|都)看不清(?:楚|字)?(?:[，,。了啊呀]|$)"
    r"|眼(?:睛|神)?(?:不太?好|不行|不好使|花)|老花|耳朵(?:也)?(?:不太?好|不行|背)"
)
SETTLED = re.compile(r"^(?:嗯|好了?|行了?)?[，,\s]*(?:已经|现在|都|全)*(?:处理|办|弄|解决|搞)(?:好|完|妥|定)(?:了|啦|咯)(?P<thanks>[，,\s]*(?:谢谢|多谢|感谢|辛苦)(?:你|您|啦|了|哈)*)?[。！!]*$")
_SORROW = re.compile(r"难受|难过|伤心|心里堵|想哭|想他|想她|舍不得|睡不着|不好受")
_FINE = re.compile(r"^(?:我|她|他|人|我妈|我爸|现在|真的?|已经|刚才|哎|好了|嗯)*(?:没事|好(?:多|点|些|一点|一些)|开(?:个|的)?玩笑|逗你|说着玩|随口|不(?:会|去)死|想开)")
_SHRINKS = re.compile(r"(?:不想|不敢|不愿意?|懒得|没力气)(?:去)?(?:打|拨|说话?|开口|找人|见人)")
_COMES = re.compile(r"(?:打给|打电话给|叫了?|告诉了?|联系了?|找了?|跟)(?:了)?我?(?:的)?(?:哥|姐|弟|妹|妈|爸|老婆|老公|朋友|家人|同学|同事|室友|邻居|儿子|女儿)[^，,。]{0,8}(?:了|过来|在路上|陪)|(?:哥|姐|弟|妹|妈|爸|老婆|老公|朋友|家人|同学|同事|室友|邻居|儿子|女儿)[^，,。]{0,4}(?:来了|过来|在路上|陪着)")
_GOES = re.compile(r"(?:我|这就|马上|现在|就|先)?去?(?:打|报)(?:电话|警|110)?(?:吧|了)?$")
_NUMBER = r"[\d０-９,.零一二两三四五六七八九十百千万几]+"
_BARE_AMOUNT = re.compile(rf"^(?:就|才|先|提前|还|存|再存|交|贷|大概|差不多|一共|总共|有)?{_NUMBER}(?:多|来)?(?:块|元)?(?:多|左右|钱)*[。！!]*$")
_SWIPED = re.compile(rf"^(?:他|它|又|刚|刚刚|刚才|被|已经)*刷(?:了|走|掉)+(?:一笔|两笔)?{_NUMBER}(?:多)?(?:块|元)?(?:多|钱)*[。！!]*$")
_FIGURE = re.compile(r"[\d０-９]|[一二两三四五六七八九十百千万]+(?:块|元|万|千|百|期|年|个月|成|个点|厘|分)")
_TELLS = re.compile(rf"^(?:那|就|我|他|她|对方|这|车|卡|人|孩子|老人)?(?:是|在|用|有|没|不是|只|才|都|已经)|{_NUMBER}(?:块|元|万|千|岁|天|年|个月|号)|(?:的|了)[。！!]*$")
_PRESS = re.compile(r"(?:让|叫|要|逼|教)(?:我|俺|他|她|我[妈爸])?(?:先)?按|按(?:数字)?[0-9一二三四五六七八九]")
_TO_THE_BANK = re.compile(r"你们|贵行|你行|银行|客户经理|柜台|客服|大堂")
_NO_MEOW = re.compile(r"(?:别|不要|不许|少|停止)[^，,。]{0,8}喵")
_TICKET = re.compile(r"编号|单号|(?:多久|几天|什么时候)(?:能|会|才)?回(?:我|复|话|电)|多久(?:有|给|能|才)?(?:结果|答复|回复|消息|处理)|什么时候(?:有|给)?(?:结果|答复|回复)|催(?:一下|一催|催|办)|处理到哪|进度")
OF_ONESELF = 18  # characters
_OF_ONESELF = re.compile(r"^(?:对不起|抱歉|不好意思|我错了|我(?:刚才|刚刚)?(?:太)?(?:冲|急|激动)了?)|我.{0,6}(?:心情|情绪)(?:很|太|真|特别)?(?:不好|差|糟)|被(?:我)?(?:领导|老板|老师|老公|老婆|爸|妈|同事)(?:给)?(?:骂|训|批)")
_AMENDS = re.compile(r"赔偿|道歉|给个?(?:说法|交代)|处分|开除|领导")
# 「你们活动是不是骗人的」 asks whether the draw is fair; nobody is being robbed.
_DOUBTED = re.compile(r"(?:你们|你家)(?:这|那|的|个|些)*(?:活动|抽奖)[^，,。]{0,4}(?:骗人|假的|套路|糊弄|真的吗|真有人中)")
_NEXT_STEP = re.compile(r"^(?:那|好|嗯|[，,\s])*(?:然后|接着|接下来|下一步|下面|后面|还有|往下)(?:呢|说|讲|吗|怎么办|咋办|咋弄)?[?？。]*$")
STEP_BACK = re.compile(r"(?:上|前)(?:面)?(?:一|那)?(?:一)?(?:步|条|句|样)(?!骤)|倒回去|退回去")  # 「上一步是啥来着」
_COUNTER = re.compile(r"(?<!不)(?:(?:去|到|上)(?:柜台|网点|银行)|柜台)(?:去)?(?:办|弄)?(?:行|可以|能|成)?(?:吗|么|吧|不|办)[？?。]*$|能不能(?:去|到)(?:柜台|网点)")
_CANNOT_FIND = re.compile(r"找不(?:到|着)|没(?:看|找)(?:到|见)|不会(?:弄|点|用|操作)?[。！!]*$|在哪(?:里|儿)?(?:啊|呀|呢)?[？?]*$")
_COMPLAINS = re.compile(r"^(?:我)?(?:要|想)投诉(?:你们)?[。！!]*$")
_FRAUDULENT = re.compile(r"先交|让我|叫我|要我|短信|链接|有人|电话|客服|验证码|已经(?:交|转)|交了|转了|被骗")
# 「我想学怎么防骗」: nobody is being robbed; and what would say that somebody is.
_LEARNS = re.compile(r"(?:考考|考一考|考|测测|测试|试试)(?:一下|下)?(?:我|咱).{0,4}(?:会不会|容不容易|能不能|是不是).{0,4}(?:被骗|上当|受骗|中招)|(?:出|来)(?:一|几|两)?(?:道|个)?题.{0,8}(?:上当|被骗|骗)|(?:想|要|教|能).{0,4}(?:认认|认一认|认识|识别|分清|分辨|见识|看穿).{0,4}(?:骗|诈)|(?:学|教|练|了解|上一?[课节]|培训).{0,8}(?:防(?:诈|骗)|反诈|(?:不|别|避免)(?:被骗|上当|受骗)|识破|(?:识别|认出?|分辨)(?:骗|诈))|(?:防(?:诈|骗)|反诈)(?:知识|常识|课|本领)?.{0,4}(?:学|教)")
_STORY = re.compile(r"已经|刚(?:刚|才)?(?:被|转|交|付)|转了|付了|交了|(?:他|她|对方|有人|警察|客服|老师|群里).{0,6}(?:让|叫|要|说|教)|(?:让|叫|要)我(?:转|交|付|下载)|报名费|学费|交钱|费用")
_AGE = re.compile(r"^(?:可|但|那)?我?(?:家|的)?(?:孩子|儿子|女儿|弟弟?|妹妹?|表弟|表妹|同学|朋友)?(?:今年|才|刚|现在|是|只有|还)*(?:\d{1,2}|十[一二三四五六七])(?:周?岁|了|的)*[，,]?(?:能|可以|行|也能)*(?:不能)?(?:参加|报名|抽)?(?:吗|么|不)?[。！!?？]*$")
_HARM = re.compile(r"他|她|对方|人家|有人|别人|[叫让要逼催说]我|取|转|借|交|买|给|付|充|投|上当|中[招套]|套|坑|害|亏|钱|卡|账|号|码|贷|威胁|照片|视频|电话|救|帮|急")
# What a fraudster needs: money that moves, a secret, the screen, or haste.
_HOOK = re.compile(r"转|汇|付|交|充|垫|打(?:钱|款|过去|给)|取(?:钱|现|出)|买|投|借|贷|密码|验证码|码|屏幕|共享|下载|安装|软件|链接|网址|安全账户|骗|诈|公安|警|法院|冻|保密|别告诉|不许|威胁|抓|绑|赎|救|急|帮|偷|盗|黑|控制")
_REFERS = re.compile(r"^(?:那|这|它|还|再|要|会|能)|[呢吗]$")
_UNKNOWN = re.compile(r"(?:这个|那个)?我?(?:也|都|真|还)?(?:不知道|不清楚|不晓得|不记得|记不得|忘了)")  # 「不知道剩多少」 answers what was asked
_WORRIES = re.compile(r"(?:会不会|不会|会).{0,3}(?:没|丢|少)(?:了|掉)?(?:吗|吧|么)?[？?]?$")
_TAG = re.compile(r"[\u4e00-\u9fff]{3,}[不伐][。？?]?$")  # 「要违约金不」


_PRICE = re.compile(r"^(?:那|这)?(?:要|收|得)?(?:多少)?(?:钱|费)(?:不|吗|么|伐|呢)?[？?。]*$")
_DEATH = re.compile(r"走了|去世|过世|不在了|没了|死|遗产|继承|身后")
# Two of them in one wish for advice: what sets them apart is told, not one of them.
_SET_APART = frozenset({"deposit", "wealth", "fund"})
# Where two have an answer of their own that sets them apart.
_COMPARED = {frozenset({"bond", "deposit"}): "faq/bond_gold.bond_versus", frozenset({"bond", "cd"}): "faq/bond_gold.bond_versus",
             frozenset({"cd", "deposit"}): "faq/deposit.cd_differs"}
_HOW_TO_LOCK = re.compile(r"(?:怎么|咋|在哪|哪里|哪儿|去哪)[^，,。]{0,3}(?:锁|挂失)|(?:锁卡?|挂失)(?:怎么|在哪|哪里|哪儿)")
_HOTLINES = re.compile(r"(?<!\d)(?:110|120|119|96110|12315|12345|12378|12356|12308|12363|95[0-9x]{3}(?:打|通|占)?)(?!\d)", re.I)
_NO_SECRET = re.compile(r"(?!.*(?:密码|验证码|卡号|身份证|cvv))(?:\D|(?<!\d)\d{1,2}(?!\d))*", re.I | re.S)
# Small talk that an answer about the bank does not lead to; what one feels about an answer is another matter.
_BESIDE = frozenset({"lonely", "test_message", "weekend", "birthday", "dream", "hobby", "moon_stars", "pet", "where_live", "weather_here", "what_day", "what_are_you_doing", "own_things", "family_friends", "food"})
# How long a password is, and none of it told.
_LENGTH = re.compile(r"^(?!.*(?:\d{3}|[零一二三四五六七八九]{3})).{0,8}(?:密码|验证码|卡号|账号).{0,4}(?:几|多少|[三四六八]|[3-9])位")
_IS_TOLD_TO = re.compile(r"(?:让|叫|要|教|催)(?:我|俺|他|她|我[妈爸]).{0,14}(?:输|填|按|转账)(?!了|过|完)")
_TO_LOCK = re.compile(r"挂失|锁卡|停卡|卡(?:丢|掉|没)|丢(?:了)?卡")
_LOCKED = re.compile(r"^(?:好|嗯)?[，,]?(?:已经|都|卡)*(?:锁|挂失)(?:好|完)?(?:卡)?了[，,]?(?:(?:然后|接着|接下来|下一步)(?:呢|怎么办|干嘛|做什么)?)?[。！!?？]*$")


def means(text: str, intent: str, place: Place, *, reason: str = "", matter: bool = False) -> str | None:
    """The label that `text` stands for in its place, UNCLEAR when it must be asked back, None when the words decide.

    `matter`: it names something of the bank's. A sentence that must not be missed (`reason` signal) is left alone.
    """
    if reason == "signal":
        return None
    bare = simplify(text.strip())
    settled = SETTLED.match(bare)
    if settled and (place.lock == "hard" or not settled["thanks"]):
        return "affirm"
    told = place.last.startswith(TO_MINORS)  # right after that, an age that is taken back raises no alarm
    fooled = (told or (not place.alarmed and intent.split(".")[0] in ALARMS)) and takes_age_back(bare)
    if place.minor and not place.gone and intent != "crisis" and (fooled or of_family(bare)):
        return OUTSIDE  # 「骗你的，我满18了」, 「拿我爸的支付宝买」: what a minor is told to it (rasa_adapter/moment.py)
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
    if place.alarmed and place.lock == "hard" and not place.minor and not place.crisis:
        meant = underway.answers(bare, place)
        if meant is not None:
            return meant
    tipped = place.topic.startswith(("scam/", "check_suspicious")) and place.last.startswith(("utter_scam/", "utter_check_suspicious")) and not place.crisis
    if tipped and underway.still_has_it(bare):
        return "deny"
    if place.crisis and len(bare) <= 20 and not intent.startswith("crisis") and _COMES.search(bare):
        return "affirm"  # 「我打给我哥了」: somebody knows of it
    if place.crisis and len(bare) <= 16 and _SHRINKS.search(bare):
        return "crisis"  # 「不想打电话」: another way to somebody, and no second order to call
    if place.crisis and len(bare) <= 16 and not intent.startswith("crisis") and _GOES.search(bare):
        return "been_scammed"
    if place.crisis and "12356" in bare and intent != "crisis":
        return UNCLEAR  # who has rung them up needs company, and no word about secrets
    if (intent == "handoff" or place.alarmed) and _PRESS.search(bare):
        return "scam_now"
    if place.lock == "none" and not place.alarmed and not place.calc and asks_when(bare):
        return FEAST
    if _NO_MEOW.search(bare) and len(bare) <= 24:
        return "chitchat/" + SERIOUS.removeprefix("utter_chitchat/")
    if HARD_TO_READ.search(bare) and len(bare) <= 20 and not matter and intent not in ALARMS:
        return "say_again"
    if place.topic.split(".")[0] in COMPLAINTS and len(bare) <= 16 and takes_back(bare):
        return "complain"
    if place.ticket and len(bare) <= 16 and not place.alarmed and _TICKET.search(bare):
        return "ticket_status"
    if place.lock != "hard" and not place.alarmed and len(bare) <= 24 and _LEARNS.search(bare) and not _STORY.search(bare):
        return "scam_quiz"
    if _COMPLAINS.match(bare) or (place.ticket and len(bare) <= 12 and _AMENDS.search(bare)):
        return "complain"
    if place.last == STEPS and _NEXT_STEP.match(bare):
        return "affirm"
    if place.last == STEPS and len(bare) <= 14 and STEP_BACK.search(bare):
        return "say_again"
    if place.last == STEPS and intent != "handoff" and (_CANNOT_FIND.search(bare) or _COUNTER.search(bare)):
        return COUNTER
    if place.topic.startswith("faq/") and intent != "handoff" and len(bare) <= 12 and _COUNTER.search(bare) and not place.alarmed:
        return COUNTER
    if place.lock == "none" and not place.alarmed and len(bare) <= 16 and _DOUBTED.search(bare):
        return "join_giveaway.rules"
    ours = place.last.startswith(GIVEAWAY) or (place.topic == "scam/prize" and place.lock == "none" and "你们" in bare)
    if ours and asks_fee(bare):
        return "join_giveaway.rules"
    if place.last.startswith(GIVEAWAY) and comes_back(bare):
        return "join_giveaway.again"
    if place.last.startswith(GIVEAWAY) and about_list(bare) and not _FRAUDULENT.search(bare):
        return "giveaway_status"
    if place.last.startswith(GIVEAWAY) and part_of(bare) in ("personal", "cheat") and not _FRAUDULENT.search(re.sub("要我|有人", "", bare)):
        return "join_giveaway.rules"
    if place.last.startswith(GIVEAWAY) and part_of(bare) == "claim" and intent in (OUTSIDE, "share_secret", "nlu_fallback", "set_city"):
        return "join_giveaway.rules"  # 「地址是…路1号」: it belongs into the form
    if place.last.startswith(GIVEAWAY) and len(bare) <= 18 and not _FRAUDULENT.search(bare):
        if part_of(bare) or "规则" in bare:
            return "join_giveaway.rules"
        if _AGE.match(bare):
            return "join_giveaway"
    return None


def tells_detail(text: str, topic: str) -> bool:
    """Whether a message that nothing was heard in tells something of the customer's case and asks nothing (「五千块」)."""
    return topic.startswith("faq/") and len(text) <= underway.DETAIL and not ASKS.search(text) and bool(_TELLS.search(text))


def between(intent: str, products: Iterable[str]) -> str:
    """The intent of a message with the products it names: 「定期和理财哪个好」 wishes to hear of both."""
    named = set(products)
    apart = _SET_APART & {category_of(product) for product in named}
    if intent == "ask_recommendation" and len(apart) > 1:
        intent = "compare_products"
    return _COMPARED.get(frozenset(named), intent) if intent == "compare_products" else intent


def answers_calculator(text: str, fallback: bool) -> bool:
    """Whether a message belongs to an open calculator: a question without a figure is asked in between."""
    return bool(_FIGURE.search(text)) or bool(_UNKNOWN.match(text.strip())) or not (ASKS.search(text.strip(" 。！!")) or _TAG.search(text)) or (fallback and len(text) <= 4)


def corrected(text: str, label: str, confidence: float, place: Place, *, alone: str, fallback: bool, reason: str, cue: bool, neighbour: str = "") -> str | None:
    """What `label` is replaced by, or None. `alone`: the label by the words alone; `cue`: a word of fraud, loss or despair;
    `neighbour`: what the topic has in place of `label` (persona/nlu/homonyms.py)."""
    if reason in ("signal", "button", "command", "blank"):
        return None
    base, matter = label.split(".")[0], place.topic.split(".")[0]
    alarm = base in ALARMS or label.startswith("scam/")
    idle = label.startswith("chitchat/") and confidence < CLEAR and label not in COURTESIES
    if label == CLEARED and (place.lock == "hard" or confidence < LIKELY or not place.topic.startswith(("scam/", "check_suspicious"))):
        return underway.next_step(text, place.gone) or ("scam_now.trust" if place.lock == "hard" and not place.gone else UNCLEAR)
    if label == "been_scammed.unreached" and not place.alarmed and not cue and _TO_LOCK.search(text):
        return "faq/lost_card.unreached"  # 「我是聋人 打不了电话 想挂失」
    if base in ("been_scammed", "scam_now") and "." in label and place.topic.startswith("faq/") and not place.alarmed and not (cue or underway.about_loss(text)):
        return UNCLEAR  # 「要等几耐」 after a locked password: nobody speaks of a fraud
    if base in ("been_scammed", "scam_now") and not place.alarmed and len(text) <= FEW and not (cue or _HARM.search(text) or underway.about_loss(text)):
        return UNCLEAR  # 「那我现在要去办什么吗」, 「正着戴一次看看」: nobody else is in it, no money and no harm
    if base in ("been_scammed", "scam_now") and place.topic.startswith("faq/") and not place.alarmed and confidence < LIKELY and not (_HOOK.search(text) or underway.about_loss(text)):
        return UNCLEAR  # 「客服说让我再等等」 after a loan: nobody wants money, a secret or a program
    if base in ("been_scammed", "scam_now") and place.last and not place.alarmed and len(text) <= FEW and _WORRIES.search(text):
        return UNCLEAR  # 「里头钱会不会没了」 about an old passbook: nothing has happened
    if base == "crisis" and not (place.crisis or place.lock == "hard" or cue) and confidence < LIKELY and not _HEAVY_WORDS.search(simplify(text)):
        return UNCLEAR
    if label == "share_secret" and place.topic.startswith("scam/") and _IS_TOLD_TO.search(text):
        return "scam_now"  # 「让我输个退款编码」: he wants it typed in, nothing is told to us
    if label == "share_secret" and (_NO_SECRET.fullmatch(_HOTLINES.sub("", text)) or _LENGTH.search(text)):
        return UNCLEAR  # 「12315管吗」, 「16」: a number anybody may know; 「密码是六位还是四位」 tells none
    if matter == "faq/lost_card" and place.lock != "hard" and (fallback or label == OUTSIDE or idle) and not ASKS.search(text) and place.last != "utter_faq/lost_card.reissue":
        return "faq/lost_card.reissue"  # 「公交车上 可能昨天」: lock it first, then a new one
    warned = place.topic.startswith(("scam/", "check_suspicious", "verify_official")) and place.lock != "hard" and base not in ("been_scammed", "scam_now", "crisis")
    if warned and ((underway.paid(text) and place.topic.startswith("scam/")) or underway.told_secret(text)):
        return "been_scammed"
    if fallback and matter == "faq/lost_phone" and place.lock != "hard" and not ASKS.search(text) and place.last != "utter_faq/lost_phone.after":
        return "faq/lost_phone.after"  # 「刚刚 在路边」: what to do next helps more than a question back
    if base in ALARMS and place.last.startswith(PLAY) and confidence < LIKELY and not cue and not place.alarmed:
        return UNCLEAR  # 「银行的人会不会自己抽走」, 「不想学了」: in a game no faint alarm is raised
    if label.startswith("scam/") and not place.alarmed and _PRICE.match(text.strip()):
        return UNCLEAR  # 「要钱不」 asks what something costs, nobody blackmails
    if label in ("affirm", "deny") and confidence < LIKELY and reason != "context" and len(text) > NOD:
        return UNCLEAR  # 「那个 我就是想 嗯 那个卡」 is neither a yes nor a no
    if matter in COMPLAINTS and place.lock != "hard" and base != "crisis" and not cue and len(text) <= OF_ONESELF and _OF_ONESELF.search(text):
        return LISTENING  # 「对不起 我今天心情不好」 is no more of the complaint
    if matter in COMPLAINTS and place.lock != "hard" and (label == "chitchat/insult_mild" or (label == "abuse" and ASKS.search(text))):
        return "abuse"  # at the mascot, and nothing of the complaint
    if matter in COMPLAINTS and place.lock != "hard":
        if alarm and base != "crisis" and (not cue or _TO_THE_BANK.search(text)):
            return "complain"
        if base in ("set_city", COUNTER.split(".")[0]) and not ASKS.search(text):
            return "complain"  # 「网点是城南支行」: where it happened
        if fallback or idle or label in ("abuse", "deny", "ask_capabilities"):
            return UNCLEAR if ASKS.search(text) else "complain"
    if matter in GRAVE and label == "thank" and _SORROW.search(text):
        return LISTENING
    if matter in GRAVE and place.lock != "hard" and label.startswith("chitchat/"):
        if label.removeprefix("chitchat/") in (*HEAVY, "sleep", "night"):
            return LISTENING
        return UNCLEAR if idle else None
    if neighbour:
        return neighbour
    if place.alarmed and (alarm or fallback or label in ("affirm", "goodbye") or idle) and not place.minor and not place.crisis and underway.lets_in(text.strip()):
        return "scam_now.app"
    if matter in COMPLAINTS and base in COMPLAINTS and "." in label and reason == "context" and confidence < LIKELY and not ASKS.search(text):
        return "complain"  # what somebody tells of a quarrel belongs to the complaint
    near = matter in COMPLAINTS or matter == "faq/contact_complaint"
    if base in COMPLAINTS and reason == "context" and alone.split(".")[0] != base and not near:
        return UNCLEAR  # a complaint is opened when somebody complains, not because it is near
    if idle and (place.last == STEPS or (matter in CARD_GONE and place.last.startswith("utter_faq/"))):
        return UNCLEAR
    if place.last.startswith("utter_faq/") and confidence < CLEAR and len(text) <= BRIEF and ASKS.search(text) and (label.startswith("chitchat/") or label == OUTSIDE):
        return UNCLEAR  # 「一个人几个」 and 「怎么调高」 are asked of the answer before
    if place.last.startswith("utter_faq/") and label == OUTSIDE and confidence < CLEAR and tells_detail(text, place.topic):
        return UNCLEAR  # 「开三个月的」 after an answer belongs to it
    if idle and place.last.startswith("utter_faq/") and label.removeprefix("chitchat/") in _BESIDE:
        return UNCLEAR  # 「没人通知我啊」 after a limit, 「当天拿得到吗」: nobody is lonely, nobody tests the line
    if label in ("deny", "affirm") and place.last.startswith("utter_faq/") and reason != "context" and len(text) > NOD and ASKS.search(text):
        return UNCLEAR  # 「不是本地人行不」, 「哦那要带啥」 ask
    if label == "faq/deceased_account.password" and not place.topic.startswith("faq/deceased_account") and not _DEATH.search(text):
        return "faq/proxy_service"
    if label.startswith("chitchat/") and confidence < LIKELY and place.topic.startswith(("faq/", "calculate_")) and _REFERS.search(text):
        return UNCLEAR
    if place.topic.startswith(("scam/", "check_suspicious")) and place.lock != "hard" and reason == "context" and base in ALARMS and not cue:
        return None if underway.spoken_of(label, text) or underway.paid(text) or underway.told_secret(text) or alone.split(".")[0] == base else underway.next_step(text, place.gone)
    if place.topic.startswith("scam/") and place.lock != "hard" and fallback and not place.minor and not place.crisis:
        return underway.next_step(text, place.gone) or None
    if place.lock == "hard" and place.alarmed and not place.minor and not place.crisis:
        return underway.corrected(text, label, reason, alone, cue, place.gone)
    return None


