"""A lesson that lets the bait speak for itself and never says fraud: 「头几次都返得回来，后来就提不出来了」.

Seven ways of telling it: how it ends, what to do on hearing it, why it cannot be, whose money is meant, a gift and then a
paper to sign, the question of a quiz, the steps of a script. None excuses a sentence in which somebody speaks for his own
offer, gives a contact or calls to buy, nor one with such a call beside it: then the lesson is the wrapping. What stands
in 「」 is what others say; frame and offer are looked for outside.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from persona.compliance.beginnings import beginnings
from persona.compliance.frames import behind
from persona.compliance.late import Late

_BESIDE = 60  # how far a call to buy in the next sentences still counts
_QUOTED = Late(r"「[^「」]*」")
_VICTIM = r"(?:您|你|他|她|自己|自个儿|别人|老人|老百姓|受害人|家里)(?:们)?(?:自己)?的?"
_MONEY = r"(?:钱包|本钱|本金?(?!领|事|行|人)|积蓄|养老[钱金]?|存款|血汗钱?|学费|退休金|定金|手续费|家底|房子?|信息|账户|卡(?!友|片)|钱(?!生|更|越|翻|不够))"


def _led(source: str) -> Late:
    """A long list of alternatives, tried only where one of them can begin: most places are passed over at one look."""
    return Late(f"(?={beginnings(source)})(?:{source})")


# somebody speaks for his own offer
_OURS = Late(
    r"(?:我们|我行|本行|咱们?|福禾|本(?:店|公司|平台|群|司)|我家)(?!(?:的|家)?(?:柜台|柜员|网点|同事|窗口|大堂|热线|客服热线|工作人员)|[的也都]?(?:从?不会?|没有|没打|不发|查|见过|看了|看过|提醒|拦|劝))"
    r"|(?<!反映，)(?<![让叫])我(?:有|帮|带|来|给|手上|这|拿|保证|敢)|这(?:一)?款|(?:选|买|投)它|(?:这是|就是|看看?)我|除了(?:我|咱|本)|唯独|找我|跟我|认准|不一样的是"
)
# a contact, a secret asked for
_CONTACT = Late(
    r"加(?:我|一?下?微信|微信|v(?![a-z])|q群|小号)|私(?:信|聊|我)我?(?:领|拿|咨询)|私我|(?:微信|vx|qq)(?:号)?[：:]?[a-z0-9_]{4,}|(?:找|联系|扫|信|选|问|打给)我|扫(?:下方|这个|右边|图中)?码(?:就|即|抢|下单|购|认|申)|点(?:击)?(?:这里|下方|链接|此处|我)(?!都|就|的)"
    r"|(?<!\d)1[3-9]\d{9}(?!\d)|(?:请|麻烦)(?:您|你)?(?:(?:提供|回复|发送|报)|把[^，。]{1,12}(?:发|报|告诉|回复|念|转|寄))"
)
# a call to buy
_CALLS = Late(
    r"(?:现在|马上|立即|立刻|今天|今晚|赶紧|赶快|快来|速来|抓紧|欢迎|不如|建议您?|还是|就)(?:就)?(?:来)?(?:买|存(?!截图|证据|好)|投(?!诉)|办|申购|认购|下单|上车|锁定|加入|开户|入手|参与|抢|选|冲)"
    r"|(?:放心|闭眼|尽管)(?:买|存|投|入|冲)|名额不多|先到先得|机会难得|别错过|不要错过"
)

# how it ends for the one who believed
_ENDS = _led(
    r"(?:取|提|拿|要|退|转|收|追|兑付)不(?:出来?|回来?|了(?:现|钱|的)|到(?:钱|账|人))|提不了现|(?:一分|分文)(?:钱)?(?:也|都)?(?:(?:没|未)(?:能)?(?:取|拿|要|退|见|转)(?:出|到|着|回|过)|(?:取|拿|要)不)"
    r"|(?:打不开|联系不上|找不到人|找不着人|失联|没了影|不见了|没人(?:接|理|应|吭)|(?<!不)(?<!不会)跑路|拉黑了?|(?:成|是)(?:了)?空号|查无此|搬空|(?:早|已)注销|杳无)"
    r"|(?:群|头像|人|电话|号码|公司|平台|网站|页面|门|客服|老师|群主|应用|房间|手机)[^，。；「」]{0,8}(?:没了|灰了|散了|解散|关了|没再|没开|再没|不接|不回|打不通|转圈|换了)"
    r"|血本无归|倾家荡产|打了?水漂|(?:亏|赔|输|搭|折)(?:光|进(?:去|了)|得(?:精光|一干)|掉(?:了|一))|人财两空|一场空|钱不见|家底没"
    r"|(?:积蓄|本金|养老钱|退休金|存款|钱|房子|钱包|学费|余额)[^，。；「」]{0,8}(?:没了|见底|空了|卡(?:在|住)|不见了?|归零|清零|走了|没取|没拿|飞了|打了折|变成<?零|不在了)"
    r"|(?:就|又|再|却|还|开始|便|要)(?:会)?(?:让|要|叫|劝|催|逼)(?:您|你|人|她|他)?(?:再|先|补|多|继续)?(?:交|缴|补|垫|充|借|贷|押|转)|(?:开始|又|还|再)(?:要|收)[^，。；「」]{0,6}(?:保证金|解冻费|认证费|验资|个税|税)"
    r"|(?:操作(?:失误|超时|错误)|卡单|要补单|连单|系统维护|触发风控|账户异常|流水不够)|(?:多了|背上|欠下|倒欠)[^，。；「」]{0,8}(?:贷|债)"
    r"|(?:报了案|立了案|报了警|找上门|进局子|成了证物|询问通知|被(?:抓|拘|判|查封|查处|关停|警方|民警|采取强制))|没有兑现|再没兑|后来[^，。；「」]{0,8}(?:再没|没(?:有)?再|就没)|(?:亏|赔|输)(?:了)?的(?:人)?(?:都)?是(?:您|你|自己)|没有?上市|再催就|(?:返|还|付|打|发)了[^，。；「」]{1,6}(?:就停|个月$|次就)|(?:走了|最后|到头来)[^，。]{0,4}买单|接(?:了)?盘|返贫|腰斩|合起来是亏|是事故|有针|有毒"
    r"|(?:同一个|都是一)(?:人|伙)|修图|后台(?:调|改)|是(?:借|刻|演|画|编|抄)(?:来)?的|照片是|是故事，|(?:没有|没)人来|本金悬|赔(?:三|五|<)?千"
)
_SPARED = Late(r"(?:不会|不用|不怕|从不|从未|从没|没有(?:人|谁)?|不必|绝不|永不|再也不|避免|告别|不再|远离|怎么会|哪会|不可能)[^，。；「」]{0,6}$")

# what to do on hearing it, and that it was heard
_HEARD = Late(r"(?:听|看|遇|碰|收|见|提|闻|刷)(?:到|见|上|着)|有人|对方|谁(?:要|说|跟|让|教|劝)|凡是|[他她](?:们|说|让|要|催|越)|弹窗|陌生|群里|被(?:拉|催|夸|劝)|自称|(?:让|要|催)(?:您|你)|一(?:说|听|提|喊)|^说|嘴上|喊")
_HALT = _led(
    r"放下手机|手机(?:先)?(?:扣|放)|手先(?:离|放)|喝口水|倒杯水|划(?:走|过去)|挂(?:了|掉|断|上)|退(?:出来?|群)|先退|拉黑|举报|删(?:除|掉|了)|(?:点|按)[^，。]{0,4}叉|关(?:掉|了)?(?:页面|网页|窗口)|停(?:一停|下来?|手|三|在第)|缓(?:一缓|缓)|慢(?:一?点|一?些|下来|慢)"
    r"|越[^，。]{1,6}越(?:要|该|得)(?:慢|问|看|当心|警惕|小心|冷静|多)|越(?:慢|冷静)|睡(?:到|一)|想一(?:想|晚|夜)|放一(?:放|夜|晚)|(?:改|等)(?:到)?明(?:天|早)|再想|问(?:一)?问|(?:先)?问(?:一?句|一声|清|他|她|对方|家)|问[^，。]{0,6}一句|查(?:一)?(?:查|查看|这家|牌照|工号|登记|真假)|核(?:实|对|一)"
    r"|(?:打|拨)(?:个)?(?:(?:[^，。]{0,4}电话)(?:回家|给家|问一|核|听)|110|96110|卡背面|官方)|(?<!特)别(?:转|急|碰|办|点|加|扫|信|理|填|还|汇|动)|不要?(?:转|点|碰|加|扫|填|信|理|回)|起身|就走|该走|不用留|(?:一笔|一分)(?:钱)?(?:都|也)(?:不|别)|多(?:个|一个)心眼|掂量|当心|警觉|红灯|白纸黑字|先(?:找|看|去查|读)[^，。]{0,8}(?:风险|合同|小字|条款|牌照|登记|是谁|在哪)|摸摸钱包|可以结束|请他(?:写|把|在|到)|打喷嚏|收起来|不伸爪|不碰"
)
_NO_HALT = Late(r"(?:不用|不必|无需|没必要|何必|别再?|不要再?|不需要)$")

# why it cannot be
_WHY = _led(
    r"轮不?(?:得)?(?:到|着)(?:陌生|您|你|咱|外人)|(?:要是|如果|若|假如)?真(?:的)?(?:有|是|能|要|会)[^，。！？「」]{0,24}，[^，。！？]{0,6}(?:他|她|人家|对方|老师|谁|为(?:什么|啥)|怎|哪|早|何|轮|就不会)"
    r"|(?:他|她|人家|对方|老师|导师|银行|那人)(?:们)?(?:自己)?(?:何必|何苦|为(?:什么|啥)不|怎么不|早就|早该|凭什么)|为(?:什么|啥)(?:他|她|人家|对方|银行)?(?:自己)?(?:不(?:自己|悄悄|留|做|去|贷))|银行自己(?:为|怎)"
    r"|(?:能|会|要)(?:替|让|帮|带|教)(?:您|你|人)[^，。]{0,10}的(?:人|老师|事|买卖|门路)?，[^。]{0,6}(?:早|先|往往|多半|未必|为什么|怎么|自己)|(?:都是|多半是|一般都?是|往往是|多是|其实是|可能是|原来是)(?:别人|人家|他|您自己|你自己|自己|老人|后来的人)"
    r"|(?:谁|他)?来?保证(?:他|它)|算不出|经不起|没(?:有)?见(?:过|着)(?:只|不|稳|真|哪)|(?:说|讲)[^，。]{0,3}不花钱|未必(?:赚|真|是|能|可)|(?:都|却)(?:没|查不到|核不)[^，。]{0,6}(?:核实|登记|牌照|真名|备案)|(?:一个|哪里|页)[^，。]{0,4}(?:找不到|没有)[^，。]{0,4}(?:保|两个字)|却说要"
    r"|真(?:在|有|灵|行|好|准|能|是)[^，。]{0,4}，(?:就)?(?:不会|用不着|犯不着|哪会)[^，。]{0,4}(?:印|拉|发|贴|找|告诉|送|卖|喊|到处|满)|(?:教|带|领|替|让)(?:您|你)[^，。]{0,8}的(?:人|老师)，(?:靠|图|吃|卖)的"
    r"|(?:回报|收益|好处|甜头|利息)的(?:另一面|反面|代价)|(?:站得住|站得稳|受得住|扛得住)(?:再说|吗)|(?:真(?:的)?(?:消息|通知))[^，。]{0,6}(?:公告|官网)|(?:是谁|和谁|跟谁|谁跟谁)[^，。]{0,6}比|先看小字|没有哪(?:棵|种|个|只)|(?:世上|天下|天上)[^，。]{0,10}(?:没有|哪|坑|洞)"
)
# a gift, and in the end a paper to sign
_STORY = Late(r"(?:领了|听了|送到|吃了|来了|坐了|住了|逛了|聊了|认识了?)[^。！？「」]{1,30}(?:签了|拿出了?|掏出了?|递(?:来|上|过来)了?|多了|变成了?|推出了?|抱回)[^。！？]{0,16}(?:合同|协议|单子|保单|字据|借条|保健品|会员|计划书)")
# whose money is meant
_WHOSE = _led(
    r"(?:盯(?:着|上|住)|看中|图|惦记|骗|洗掉?|掏|套|咬钩|割|动|包走|分|换来|卷走|拿走|带走|丢|空|要|买走|赚走|收|伤|返|赔进去|押)的?(?:[^，。；「」]{0,6}?(?:是|走|了|着|给您的，正好是|给你的，正好是))?" + _VICTIM + _MONEY
    + r"|" + _VICTIM + _MONEY + r"[^，。；「」]{0,4}(?:不见|悬|没了|走了)|(?:账上|进|付|分|返)[^，。；「」]{0,6}(?:是|的)[^，。；「」]{0,6}(?:别人|后来人|您自己|你自己|老人)(?:自己)?的"
)
# the question of a quiz, and that its answer is no
_ASKS = Late(r"^(?:[^，。？]{0,6}(?:判断|选一选|选择题?|三选一|多选|真假题?|考考|答一答|抢答|小测|测验|找破绽|找茬|找不同|连连看|练习|题目|第[一二三四五六七八九十]题)|问：|下面|以下|请把|把)")
_ANSWER = Late(
    r"(?:答案?(?:是|为)?[：是]?|正确答案)(?:是|为)?(?:错|不(?!亏|错|赔)|假|否|骗|[b-d](?![a-z])|都不)|[？。，](?:选|应?该?选)[b-d]|[？。](?:错|不能|不可以|不对|假的|不行|关掉)|骗子(?:说|话|的)|(?:不对|错在|错的|可疑|有问题)(?:的地方|哪|之处)?|要?当心|圈(?:出来|完)|划出来|破绽|是假的|(?:^|[，：])(?:那条|这条|一条)?假(?:通知|消息|短信|网址|客服|页面|电话)|哪[^，。？]{0,8}(?:假|骗|错|危险|不能信|可疑)|失联|划过去"
)
# the steps of a script
_STEPS = Late(r"第[一二三四五1-5](?:步|天|句|通|幕|招|回|周|课)[^。]{1,30}第[二三四五六七2-7](?:步|天|句|通|幕|招|回|周|课)|先[^，。；]{1,12}，(?:再|然后|接着|又)|次序|剧本|[三四五]招|[三四五]段|往[^，。]{1,3}里说|从「[^」]{1,16}」到「|头[几一两]?(?:单|次|通|回|句)")
_SCRIPT = Late(r"拉(?:您|你)?(?:进)?群|晒收益|看别人赚|垫(?!片|子)|催(?:您|你)|保密|没听过的|陌生的?(?:app|应用|链接|网址)|共享|会议|签约|冻结|解冻|高息|转不回来|假网址|认亲|送礼|讲课|装一?个|手续费|往急里|隔着|再装|补仓")


# it is told from its beginning to its end, of somebody else
_THEN = Late(
    r"刚(?:开始|充|放)|开始|开头|起初|头(?:几|一|两)|第[一二三四五六七八九十]+[次单天个笔句步通回场]|先|等(?:到|您|你|他|她|想|再)|后来|最后|再|接着|才(?:知道|发现|想)|月起|从此|如今|至今|到现在|当(?:晚|天)|第二天|年底|结果|终于|到头来"
)
_THEY = Late(r"对方|老师|导师|讲师|客服|群(?!众)|[他她]|平台|项目|公司|人家|那(?:个|位)?人|业务员|经理|讲座|师傅|中介|邻居|系统|账户里|账面|屏幕|页面|余额|主播")


class _Frames(NamedTuple):
    """What one sentence tells, whatever words are asked about."""

    whole: bool = False  # a lesson about all its words
    ends: int = -1  # a lesson about the words before this place
    heard: int | None = None  # a lesson about the words from this place on


_NOTHING = _Frames()


def _last(pattern: Late, text: str, spared: Late) -> int:
    """Where the last match begins before which nothing says that it will not be so; -1 without one."""
    return max((match.start() for match in pattern.finditer(text) if not spared.search(text[:match.start()])), default=-1)


def _around(text: str, first: int, last: int) -> tuple[int, int]:
    """The sentence with the question before it, and with the answer behind it when it is a question."""
    if first and text[first - 1] == "？":
        first = behind("。！？\n", text, max(0, first - _BESIDE), first - 1)
    if text[last:last + 1] == "？":
        ends = [at for at in (text.find(mark, last + 1, last + _BESIDE) for mark in "。！？\n") if at > 0]
        last = min(ends, default=min(len(text), last + _BESIDE))
    return first, last


def _bare(text: str) -> str:
    """The text with what stands in 「」 struck out, at the same length."""
    return _QUOTED.sub(lambda match: "「" + "□" * (len(match.group()) - 2) + "」", text) if "「" in text else text


@lru_cache(maxsize=16)  # the rules ask about the same sentence one after the other
def _frames(text: str, first: int, last: int) -> _Frames:
    first, last = _around(text, first, last)
    sentence = _bare(text[first:last])
    quiz = _ASKS.match(text[first:first + 16]) and _ANSWER.search(text[first:last + _BESIDE])
    told = _Frames(whole=True)
    if not quiz and not (_STEPS.search(sentence) and _SCRIPT.search(text[first:last])) and not any(one.search(sentence) for one in (_WHY, _WHOSE, _STORY)):
        ends, heard = _last(_ENDS, sentence, _SPARED), _HEARD.search(text[first:last])
        if heard and _last(_HALT, sentence, _NO_HALT) < 0:
            heard = None
        if ends < 0 and not heard:
            return _NOTHING
        told = _Frames(ends=first + ends if ends >= 0 else -1, heard=first + heard.end() - 1 if heard else None)
    if _OURS.search(sentence):
        return _NOTHING
    beside = _bare(text[max(0, first - _BESIDE):last + _BESIDE])
    return _NOTHING if _CONTACT.search(beside) or (not quiz and _CALLS.search(beside)) else told


def taught(text: str, first: int, last: int, start: int) -> bool:
    """Does the sentence [first, last) teach a lesson about the words at `start`?"""
    told = _frames(text, first, last)
    return told.whole or told.ends >= start or (told.heard is not None and told.heard <= start)


def narrated(text: str, first: int, last: int) -> bool:
    """Is the sentence [first, last) a whole story of that kind: somebody, one thing after another, and a lesson?"""
    if not taught(text, first, last, first):
        return False
    said = _bare(text[first:last])
    return bool(_THEN.search(said)) and bool(_THEY.search(said))
