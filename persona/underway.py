"""What a message means while fraud is talked about: 「然后呢」, 「打了」, 「半小时前」 after the question where the money went.

Pure; `persona.bearings` asks it. Somebody who is being robbed answers in three words, and each of them belongs to the
question before; a step that is only near, and not spoken of, is worse than the calm word that asks where they are stuck.
"""

from __future__ import annotations

import re

from persona.emergency import CALLED, HELD, TOLD, WAITING, gone, kept
from persona.late import only_when
from persona.place import ASKS, UNCLEAR, Place

UNREAD = "nlu_fallback"
DETAIL = 24  # characters of something told about a fraud
PRODUCTS = ("faq/insurance", "faq/wealth", "faq/fund", "faq/pension", "faq/bond_gold")
_ELSEWHERE = ("faq/", "verify_official", "chitchat/", "out_of_scope", "bank_other", "ask_recommendation")
_BORROWING = ("faq/loan_", "faq/card_limit", "faq/card_cash", "faq/credit_report", "faq/mortgage", "faq/overdue")
# What the other one wants, and where he has sent somebody.
_HE_WANTS = re.compile(
    r"(?:他|她|对方|那边|人家|客服|老师|导师|警[察官]|民警|主管|老板)(?:们)?(?:又|还|就|现在|一直|刚|说|非|给我)*(?:让|叫|要|催|逼|教|(?:说|发|问)(?=.{0,16}(?:转|付|交|汇|充|钱|码|费|金|下载|屏幕|酒店|取|借|抓|告|不能|不许|别|要|万|千)))|^(?:又|还|现在|就)*(?:让|叫|要)(?:我|交|转|付)"
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
_BY_THE_BANK = re.compile(r"(?:银行|你们|保险).{0,6}赔")
_ABOUT_LOSS = re.compile(r"少了|没了|转走|扣了|被(?:转|刷|取)|还在不|傻|蠢|笨|脸|悔|恨|丢人|瞒|告诉|知道|查(?:得)?到|找谁|告他|起诉|追|回来|赔|退|怎么办|咋办|怕|慌|后悔|完了|有救|希望|然后|接下来|下一步|难受|睡不|害怕|该(?:干|做|怎)|要紧|没事")
# A date, an amount, a name, a licence plate: what the police will ask for.
_DETAIL = re.compile(
    r"[0-9０-９零一二两三四五六七八九十百千万]+(?:块|元|万|千|百|点|笔|次|号|天)|昨|今天|前天|上午|下午|晚上|早上|中午|上周|上个?月|点[多半]|账号|户名|卡|叫|姓|车|牌"
    r"|穿|合同|公司|平台|app|微信|支付宝|银行|网站|群|号码|(?:转|付|给|交|汇|取|刷)的$",
    re.I,
)
# A next step is told when the customer speaks of it: nearness alone makes of 「二十分钟前吧」 a line that is engaged.
STEP_WORDS = {
    "scam_now.door": re.compile(r"门|上门|来(?:我)?家|来(?:取|拿|收)|楼下|人来|见面"),
    "scam_now.unreachable": re.compile(r"打不通|联系不|不接|没人接|找不到|没接|失联|不回|(?:他|她|孩子|儿子|女儿|手机).{0,4}关机"),
    "scam_now.voice": re.compile(r"声音|视频|听(?:着|到|起来)|像|脸|本人"),
    "scam_now.trust": re.compile(r"人(?:很|挺|真)?好|可是|不会|真的|正规|认识|见过|证|成功|返|赚|信|知道我|公司|朋友|老师|聊|对我"),
    "scam_now.family": re.compile(r"妈|爸|爷|奶|老|家|劝|不听|[他她](?:们)?(?:就|还|非|不|都|只)?(?:是)?(?:信|要转|要去|拦)"),
    "scam_now.app": re.compile(r"装|下载|软件|app|屏幕|会议|共享|远程|控制|手机"),
    "scam_now.back": re.compile(r"又|还|一直|老是|再|来电|发|加我|骂|催|回(?:他|她|复)|接(?:不接|吗|他)|拉黑|联系我|消息"),
    "scam_now.bystander": re.compile(r"我(?:们)?(?:是|这)|店|柜|旁边|邻居|老(?:人|太|奶|爷)|大(?:爷|妈|叔)|阿姨|叔|有人|客人|顾客|乘客|看[见到]|[他她]|替|帮|别人"),
    "scam_now.threat": re.compile(r"抓|告(?!诉)|法院|曝|威胁|吓|发给|通讯录|骂|通缉|逮捕|坐牢|征信|上门|报复|[弄打杀]死|后果|黑名单"),
    "scam_now.hurry": re.compile(r"截止|到期|作废|来不及|名额|催|急|马上|赶紧|今[天晚]|明天|保密|告诉|不[许让准]|别|不要|删|柜员|点前"),
    "scam_now.hotel": re.compile(r"宾馆|酒店|旅[馆店]|房|屋|躲|一个人|摄像|视频"),
    "scam_now.sunk": re.compile(r"单|充|补|交|提|解冻|本金|任务|拿回|亏|投|垫|返|做完|最后"),
    "been_scammed.called": re.compile(r"打|拨|报|警|110|派出所|立案|受理|登记|民警|接通"),
    "been_scammed.next": re.compile(r"打|拨|都|然后|接|下|还|做|办|完|准备|带|证据|材料|流水|凭证|回单|记录|截图|笔录|等"),
    "been_scammed.police": re.compile(r"警|110|立案|案|查|抓|告|法院|派出所|起诉|找谁|管"),
    "been_scammed.freeze": re.compile(r"冻|止付|拦|撤|停|退|账户|对方|卡"),
    "been_scammed.shame": re.compile(r"蠢|笨|傻|怪|悔|恨|丢|脸|瞒|(?<!要)(?<!别)告诉|(?:会|怕|让|被|想)[^，,。]{0,6}知道|知道了|怕|睡|吃不|哭|骂|难受|开口|交代|怎么(?:跟|和)|相信|没用|慌|抖|安慰|算了|离婚|我(?:妈|爸|老公|老婆|对象|家)|心|气"),
    "been_scammed.traces": re.compile(r"手机|微信|支付宝|号|卡|密码|身份证|软件|app|删|换|安全|信息|地址|来找|上门|注销|解绑|脸"),
    "been_scammed.borrowed": re.compile(r"贷|借|还|征信|催|逾期|花呗|白条"),
    "been_scammed.bank": re.compile(r"银行|赔|责任|你们|保险|投诉|拦|起诉"),
    "been_scammed.abroad": re.compile(r"国|境外|海外|大使|领馆|时差|[英美日韩]"),
    "been_scammed.unreached": re.compile(r"打不|不通|接|占线|忙|排队|没人|话费|停机|按|哑|聋|说不|抖|国外"),
}
# What somebody does who was warned: hangs up, calls the police, lets the other one talk.
_HEEDED = re.compile(
    r"^(?:好[的了吧]?|嗯|行)?[，,\s]*(?:我|电话|已经|都|就|把他|把?网络?|把?屏幕|把?软件|无线网?|wifi)*(?:挂|关|删|退|锁|停|断|拔|拉黑|退群)(?:(?:掉|了|断|上)+(?:电话|网|卡|了)*|(?:电话|网络?|屏幕|共享|软件|机)(?:了|掉))[。！!]*$"
    r"|不(?:理|转|信|给|交|去|听)(?:他|她|它|了|钱)+[。！!]*$"
)
# 110 has been called, the bank too, or not yet.
_REPORTED = re.compile(
    r"^(?:好[的了吧]?|嗯|行)?[，,\s]*(?:我|已经|刚刚?|刚才|都|就)*(?:打|拨)(?:过|完|好|通)?了[。！!]*$"
    r"|(?:打|拨)(?:过|完|好|通)?了?110了?|110(?:也|都|我|已经|刚)*(?:打|拨|报)(?:过|完|好|通)?了|报(?:完|过|好)?了?[警案]了|报(?:了|过|完)了?[警案]?(?:[。！!]*$|[，,]?然后呢)"
)
_BOTH = re.compile(
    r"(?:两|俩)(?:个|边|头|样)?(?:电话)?(?:也|都)+(?:已经)?(?:打|报|拨|说|联系)|^(?:我|电话|已经)*(?:都|全)(?:打|拨|报|联系)(?:过|完|好|通)?了"
    r"|110.{0,6}(?:客服|银行|95\w{3}).{0,4}(?:打|拨|报|联系).{0,3}了|(?:客服|银行|95\w{3}).{0,8}110.{0,4}(?:打|拨|报|联系).{0,3}了"
)
_NOT_YET = re.compile(r"没|不|未|要|想|准备|正在")
_NOT_CALLED = re.compile(r"^(?:我|也|都|还|110)*没(?:有)?(?:打(?:过)?(?:电话|110)?|拨(?:过)?|报(?:过)?(?:警|案)?)(?:呢|了)?[。！!]*$|^还没(?:有)?(?:呢)?[。！!]*$")
_PAID = re.compile(r"^(?:我|已经|刚刚?|刚才|都|就)*打(?:过去|完|好)?了[。！!]*$")  # to 「钱转出去了吗」
# Who was warned and has done it all the same: the screen is shared, the program is there.
_LET_IN = re.compile(
    r"^(?:我|已经|刚刚?|刚才|都|就|好像|也|按他说的|把?屏幕|把?软件|把?app)*(?:打开|点开|开|装|安装|点|下载|下|共享|同意|允许|连|登录?|进)"
    r"(?:好|完|过|上|进去|着)*了(?:屏幕|共享|会议|软件|链接|app)*(?:了)?[。！!]*$"
)
# Who was asked whether the money is gone: it is not; the call is ended; and what now?
_KEPT = re.compile(r"^(?:还|我|也|钱|都|幸好|好在|放心|并|暂时)*没(?:有)?(?:转|给|汇|打(?!110|95|电话)|付|交)(?!.*(?:但|不过|只是|可是|就差|验证码|密码|身份证))")
_HUNG_UP = re.compile(r"(?:挂|关|断|拉黑|退群)(?:掉|了|断)+|关机了?")
_CLAUSE = re.compile(r"[，,。；;！!\s]+")
_AND_NOW = re.compile(
    r"^(?:那|好的?|嗯|行|打完|报完|挂了|关了)?[，,\s]*(?:我|现在|接下来|下一步|然后|之后|还|该|要|需要)+[^，,。]{0,2}(?:怎么办|咋办|咋整|怎么弄|干嘛|干啥|干什么|做什么|做啥)[?？。啊呀呢]*$"
    r"|^(?:那|好的?|嗯)?[，,\s]*(?:接下来|下面|下一步|后面|接着|往下)(?:我|该|要)*(?:呢|怎么办|咋办|咋整|怎么弄|干嘛|干啥|做什么|做啥)?[?？。]*$"
)
_STUCK = re.compile(r"^(?:关|退|删|停|卸|断)(?:都)?不(?:掉|了|出(?:去|来)?|下来)[。！!]*$")
_SAFE_NOW = re.compile(r"(?:安全|没事|要紧|有事|可以放心)(?:了)?(?:吗|么|吧|不)[？?。]*$")
_WHAT_NOW = re.compile(r"^(?:好的?|嗯|那|然后|接下来|下一步|之后|现在|我|还|要|该|需要|呢|怎么办|咋办|怎么|做|干|什么|嘛|啥|吗|[，,])+[?？。]*$")
_NOT_PAID = re.compile(r"没(?:有)?(?:给|转|付|汇|打|交)(?:过|成)?(?:他|她|它|钱|款|出去)+(?:钱|款)*[。！!]*$")
_ON_THE_LINE = re.compile(r"(?:他|她|对方|骗子|那边|电话)(?:们|里)?(?:又|还|一直)(?:在|打|来|加|发|催)")
_COMES_BACK = re.compile(r"(?:又|一直|老是?|还在?|还一直)(?:给我)?(?:在)?(?:打|来|加|发|找)(?!.*(?:转|汇|付|验证码))")
# When it was, and nothing else: 「大概半小时前」, 「昨天晚上」.
_WHEN = re.compile(
    r"^(?:就|是|在|大概|大约|差不多|应该|可能|好像|估计|也就|都|已经|有|不到|刚刚?|刚才|刚刚才|方才|才|现在|今[天早晚]|昨[天晚儿]|前[天晚]|大前天|上周|这周|上个?(?:月|星期|礼拜)"
    r"|上?上?(?:周|星期|礼拜)[一二三四五六日天]|早上|上午|中午|下午|晚上|夜里|半夜|凌晨|傍晚"
    r"|[\d０-９一二两三四五六七八九十几]+(?:来|多)?个?(?:多|半)?(?:秒|分钟?|小时|钟头|天|周|星期|礼拜|月|年|点|号|日|刻)[多半钟整]?|半(?:个)?(?:多)?(?:小时|钟头|天|年|月)|前|之前|以前"
    r"|左右|的?时候|样子|的事|(?:转|付|给|打|汇|交)的?|的|吧|了|啊|呢|来钟|多)+[。！!]*$"
)
# The first sum is gone and no second one: told with relief, not with shame.
_HELD = re.compile(
    r"没(?:有)?(?:再)?(?:付|转|给|交|打|汇|充)(?:他|了)?(?:第[二三2]|后面|剩下|那|这|另|下一)|(?:第[二三2]|后面|后来|剩下|余下|下一|另外|再要).{0,6}(?<!还)没(?:有)?(?:再)?(?:付|转|给|交|打|汇|充|理)"
    r"|没再(?:付|转|给|交|打|汇|充)|(?:就|只)(?:转|付|给|交|打)了(?:这|一|那)?(?:一)?(?:次|笔|回)(?:就停|没再|[。！!]*$)|(?:及时|马上|赶紧|立刻)(?:就)?停(?:住|下|手|了)"
)
_BUT = re.compile(r"但|不过|只是|可是|就差|验证码|密码|身份证")
_WHETHER_TO_REPORT = re.compile(r"^(?:那|我|还)*(?:要不要|用不用|该不该|需不需要|要|用|需要|得|该|可以|能)(?:去)?(?:报警|报案)(?:吗|不|么|呢)?[？?]*$")
# Money handed over after a tip, told in passing: 「已经给了600 从我微信」.
_HANDED_OVER = re.compile(
    r"(?:给|转|付|交|汇|充|投|垫)(?:了|过去)(?:他|她|对方|人家)?[^，,。]{0,2}[\d０-９一二两三四五六七八九十几百千万]|^(?:我|已经|都|刚|就)*(?:给|转|付|交|汇|充|垫)(?:过去)?了(?=[，,。！!\s]|$)|(?:已经|刚刚?|刚才|昨天|前天|早上|上午|下午|晚上)(?:就|都)?(?:给|转|付|交|汇|充|投|垫)(?:了|过去)"
)
_IF = re.compile(r"没|不|未|让|叫|要(?:我|是|先)|如果|万一|假如|返|赚|生活费|工资|他(?:给|转)了?我|差点")
# It was checked, and it was not the one who was said to ask: 「打了 领导说不是他」.
_FOUND_OUT = re.compile(r"(?:打|问|核实|联系|找)(?:过|了|到|通)[^。]{0,10}(?:不是(?:他|她|本人)|没(?:有)?(?:这|那)?(?:回|个|码)?事|不知道(?:这)?事|没(?:发|说|让|找|借))|(?:说|讲)(?:根本)?(?:不是(?:他|她)|没(?:有)?(?:这|那)(?:回|个)?事)")
# The card or the code is with them, the money is still there.
_INTACT = re.compile(r"(?:钱|余额|卡里|账上|账户).{0,5}(?:还在|没少|没动|都在|没变|没事|没丢)|^(?:还|目前|暂时|钱)?没(?:有)?(?:少|扣|损失|被(?:转|刷|扣))(?:钱)?[。！!吧]*$")


def answers(text: str, place: Place) -> str | None:
    """The label of a short message under an alarm; None when the words decide. `text` has no spaces around it."""
    if place.gone and len(text) <= DETAIL and _HELD.search(text) and not _BUT.search(text) and not ASKS.search(text):
        return HELD
    sent = _PAID.match(text) and place.last.startswith("utter_scam_now")
    if len(text) <= DETAIL and not _BOTH.search(text) and not sent and not ASKS.search(text.removesuffix("然后呢")):
        first, *rest = _CLAUSE.split(text)
        if _REPORTED.search(first) and not _NOT_YET.search(first) and (not any(rest) or re.search(r"110|[警案]", first)):
            return CALLED  # 「110打了 反诈中心说正在止付」
    if not place.gone and len(text) <= DETAIL and _FOUND_OUT.search(text):
        return "deny"
    if len(text) > 16:
        return None
    if place.gone and _WHETHER_TO_REPORT.match(text):
        return "been_scammed.police"
    if place.gone and (_WHEN.match(_CLAUSE.sub("", text)) or only_when(text)):
        return TOLD
    if _ON_THE_LINE.search(text):
        return "scam_now.back" if _COMES_BACK.search(text) else "scam_now"
    if sent:
        return "been_scammed"
    if _NOT_CALLED.match(text):
        return "deny"
    if _AND_NOW.search(text) and (place.gone or not (kept(place.last) or gone((place.last,)))):
        return WAITING if place.reported and place.gone else "deny"
    if not place.gone and _STUCK.search(text):
        return "scam_now.app"
    if _BOTH.search(text) and not _NOT_YET.search(text):
        return WAITING
    heeded = any(_HEEDED.search(part) and _HUNG_UP.search(part) for part in _CLAUSE.split(text))
    kept_it = kept(place.last) and (_SAFE_NOW.search(text) or _KEPT.search(text) or _WHAT_NOW.match(text) or heeded)
    if kept_it or _NOT_PAID.search(text):
        return "deny"
    if _INTACT.search(text) and not _BUT.search(text) and not ASKS.search(text):
        return HELD if place.gone else "deny"
    if _HEEDED.search(text) and not ASKS.search(text.removesuffix("然后呢")):
        return "affirm"
    return None


def still_has_it(text: str) -> bool:
    """Whether somebody says that no money has gone, or asks whether that is safe."""
    return len(text) <= 16 and bool(_KEPT.search(text) or _NOT_PAID.search(text) or _SAFE_NOW.search(text) or _FOUND_OUT.search(text))


def paid(text: str) -> bool:
    """Whether somebody who was warned tells that money has gone all the same."""
    return len(text) <= DETAIL and bool(_HANDED_OVER.search(text)) and not _IF.search(text) and not ASKS.search(text)


def lets_in(text: str) -> bool:
    """Whether somebody tells that the program is there or the screen is shared."""
    return bool(_LET_IN.match(text))


def about_loss(text: str) -> bool:
    """Whether a text may speak of a loss, though it names none."""
    return bool(_ABOUT_LOSS.search(text))


def spoken_of(label: str, text: str) -> bool:
    """Whether a text has a word of the step `label`."""
    return label in STEP_WORDS and bool(STEP_WORDS[label].search(text))


def next_step(text: str, gone: bool) -> str:
    """What a message says of a fraud that no answer of its own was heard in; UNCLEAR when it says nothing of it."""
    if _BY_OTHERS.search(text) or _EARNED.search(text):
        return "scam_now.trust"
    if _SOMEBODY_COMES.search(text) and not gone:
        return "scam_now.door"
    if _HE_WANTS.search(text):
        return "scam_now"
    if gone and not ASKS.search(text) and _DETAIL.search(text) and len(text) <= DETAIL:
        return TOLD  # a thing to tell the police
    return UNCLEAR


def corrected(text: str, label: str, reason: str, alone: str, cue: bool, gone: bool) -> str | None:
    """Where fraud is under way or done. `gone`: the money has left."""
    if label.startswith(_ELSEWHERE) or label == UNREAD:
        step = next_step(text, gone)
        if step and (label == UNREAD or gone or step != TOLD) and not (label.startswith("faq/") and not gone):
            return step
    if label.startswith(_BORROWING):
        if _SUES.search(text) and _HE_WANTS.search(text):
            return "scam_now.threat"
        return "been_scammed.worry" if gone and re.search(r"退|追|要回", text) else None
    if label.startswith(PRODUCTS) and not re.search(r"保险|保单|理财|基金|养老|国债|黄金", text):
        return ("been_scammed.bank" if _BY_THE_BANK.search(text) else "been_scammed.worry") if _ABOUT_LOSS.search(text) else UNCLEAR
    if label.startswith("been_scammed") and _AGAIN.search(text) and not ASKS.search(text):
        return "scam_now"  # 「还要转三万」: the next sum is not yet gone
    if label == "been_scammed" and not gone and _EARNED.search(text):
        return "scam_now.trust"  # 「已经赚了三千，能提出来」
    if gone and label.startswith("scam/") and not label.startswith("scam/recovery") and len(text) <= DETAIL and _DETAIL.search(text) and not (ASKS.search(text) or re.search(r"[让叫要说]", text)):
        return TOLD  # 「三年前投的 上个月停了」: no other fraud, more of this one
    if reason != "context":
        return None
    if gone and label == "been_scammed" and _DETAIL.search(text) and not (ASKS.search(text) or re.search(r"[又再另]|骗", text)) and len(text) <= DETAIL:
        return TOLD
    words = STEP_WORDS.get(label)
    if words is not None and not words.search(text):
        return next_step(text, gone)
    if not gone and label.split(".")[0] == "been_scammed" and alone.split(".")[0] != "been_scammed" and not (cue or _ABOUT_LOSS.search(text)):
        return next_step(text, gone)
    return None
