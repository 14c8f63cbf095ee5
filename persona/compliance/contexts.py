"""Where a banned word is right: denied, warned against, quoted, asked about, in the name of a law, an official grade.

Each test sees the canonical text and the place of one hit and looks at a bounded neighbourhood, so that the time
for a message grows with its length and no more. What stands in a later sentence never excuses an earlier one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from persona.compliance.frames import behind, continues, governs, last_comma
from persona.compliance.late import Late

_CLAUSE_ENDS = "，。！？；\n【】"
_SENTENCE_ENDS = "。！？\n【】"
_MARKS_BEFORE = _CLAUSE_ENDS + "：、"
_REACH = 160
_LONG = 600  # of a quotation
_MARKS = re.compile("[「」]")

# 不 + what makes it a denial; 「不看征信」「不容错过」 are no denials.
_DENY = (
    r"(?:不(?:承诺|做|作出?|会(?=让(?:您|你)(?:加|转|下载|交|提供|付|先))|保证|担保|构成|代表|等于|等同|能(?!错过|让)|得(?!不)|会(?!让|后悔|错|骗|亏)|可(?!多得|错过|思议)|存在|具有|具备|属于|提供|允许|一定(?!要|非|得|是|能)|"
    r"视为|预示|意味|应(?!错)|应当|要(?!错过|犹豫|等|担心|怕|小看|只|把|急|押|抵|征|担|面|审)|宜|许|敢|再|支持|涉及|包含|含|使用|接受|相信|信|参与|办理|受理|推荐|评|说|讲|念|报|教|劝|"
    r"建议|宣传|宣称|设|写|列|展示|默认|索要|主张|鼓励|适合|适用|追求|追|图|向你|向您|替|给|把|和|与|像|比|同于?|是(?!骗|吹|忽悠|玩笑|梦|传说|问题|我|人人)|用来|以)|"
    r"(?<![亏风门])没有?(?!套路|门槛|手续|中间|费用|后顾|压力|骗|烦恼|任何(?:费用|门槛|套路|手续|压力)|抵押|征信|工作|额度|时间|钱|车|房|还|见过|谁不)|"
    r"无法|无权|未(?!来|必不)|(?<!请)勿|请勿|切勿|严禁|禁止|禁用|拒绝(?!套路|平庸|等待|低)|杜绝|莫|谨防|警惕|避免(?!亏|损失|风险)|防范|防止|远离(?!亏|风险|贫|穷|上班)|"
    r"小心(?!错过)|当心|不帮忙?|抵制|整治|打击|查处|举报|识别|识破|揭秘|反对|切忌|别(?:再?信|听|碰|出租|出借|卖|转|扫|下载|填|发|付|加|追|满仓|被|把|相信|用|拿|去|让|点|借|参与|办|说|写|轻信|贪|指望|以为)|"
    r"(?:会|应|要)(?:被)?处罚|取消|打破|谈不上|不再|从不|决不|绝不|永不|均不|也不|都不|概不|并非|绝非|而非|绝无|并无|从无)"
)
_DENIED = Late(_DENY + r"[^，。！？；\n]{0,12}$")
_DENIED_DIRECTLY = Late(r"(?:(?<![无好])不|(?<![特个级分类性区辨告离识])别|非|未|无|不是|不含|不收|没)[「]?$")
# Frames strong enough to govern a whole list: 不得使用「保本」「稳赚」「无风险」等字样
_FORBIDDEN = Late(
    r"(?:不得|禁止|严禁|不承诺|不作|不保证|不构成|请勿|切勿|拒绝(?!套路)|谨防|警惕|防范|不要(?:轻信|相信|听信|参与)|别(?:轻信|信|听信)|勿(?:轻信|信)|"
    r"不(?:能|可|应|要|该|许|准|允许)(?:出现|使用|写|用|说|宣传|承诺|采用|以)|删掉|删去|改写)[^。！？\n]{0,46}$"
)
_NOT_FORBIDDEN = Late(r"[，；](?:我们|本公司|我司|平台|加|联系|欢迎|立即|马上|赶快|快来|放心)")

_LIE = r"(?:骗|诈|杀猪盘|陷阱|圈套|套路|话术|违规|违法|非法|误导|假|谎|不实|幌子|诱饵|噱头|坑|谣言|不可能|不存在|不对|错误|误区|误解|传销|忽悠|不可信|不当|饵(?!料)|露馅|哄)"
_AFTER = Late(
    r"^[^。！？\n]{0,26}?(?:(?<![不非])(?:都?是|十有八九|八成|均为|全是|多半?是|属于?|系|即为|涉嫌|恰是|往往)(?!怕|担心|防)[^。！？\n没不无非]{0,10}" + _LIE +
    r"|不存在|，?(?:见到)?(?:就|请)(?:立即|马上|及时|直接)?(?:向[^，。！？\n]{0,10})?(?:举报|报告|报警|核实)|不是正规|请?勿(?:参与|购买|点击|办理)|不可信|不靠谱|信不得|要不得|不能信|别信|勿信|不要信|不要(?:轻易)?相信|切勿(?:轻信|相信)|别轻信|不成立|(?:已经?被?|被)(?:打破|取消|禁止)|"
    r"(?<!不)合规吗|不合规|(?<!不)违规(?!必)|(?<!不)违法(?!必)|(?:诱惑|幌子|骗局|陷阱|名义|噱头|谎言|诱饵|字样|用语|字眼|表述|误区|旗号|话术|骗术|等词)|"
    r"打个?问号|两回事|不妥|不(?:能)?协助|，?(?:并)?不等于|被(?:罚|处罚|通报|立案|查处|出具|曝光|约谈|采取)|，?(?:我们|本行|我行|这里)[^，。！？\n]{0,4}没有这(?:样|种|类)|罚没|获刑|警示函|会泄露|的?(?:短信|电话|广告|链接|帖子|来电|邮件)[^。！？\n]{0,6}(?:不(?:点|回|信|理)|别|不要|直接删|删掉|挂)|谁都不能|没有人能|没人能|(?<!别家)(?<!别人)(?<!外面)(?<!银行)(?:做不到|给不了)|不敢说|不好说|说不准|没有这回事|没这回事|就(?:挂|停|拉黑|报警|别)|直接(?:挂|拉黑|报警)|"
    r"一(?:律|概)(?:挂|拉黑|不|别|是|退)|(?:不要|别)碰|碰不得|有诈|看似|看守所|派出所|案底|判刑|被抓|坐牢|(?<!反)洗钱|(?<!不)(?<!会)跑路|关停|血本无归|打水漂|兑付困难|请先想|划走|轮不到|解散|(?:没|要不|拿不|讨不)(?:要|拿)?回来|(?:世上|天下|哪|根本)(?:里)?没有|同伙|(?:您|你)?别当|警觉|多想(?:一)?想|演的|(?:都|全|多半)是托|为了让(?:你|您)|千万(?:别|不要)(?!错过|犹豫|等|让|忘)|，?(?:这(?:种|样的?)|此类|类似的?)(?:话|说法|广告|套路)|[^，。]{0,6}(?:我们|本行|我行|我这里|这里)(?:也|都|这儿)?(?:没有(?=，|。|$)|不卖|不做(?=，|。|$))|没敢|没有?牌照|已经?报了?警|违反(?!常)|先问问?|的?截图[^，。]{0,2}(?:是|都)?(?:修|假|造)|(?:产品|基金|理财)?(?:也|都)(?:会|可能|有可能)有?(?:亏|损失)|"
    r"先停|先挂|挂电话|挂断|挂掉|多半(?!是好)|[^，。！？\n]{0,6}，?都?(?:要|得|请)?(?:多|留)(?:一)?个心眼|，?(?:被)?(?:判定|认定)为|(?:这)?[一二两三四五六七八]个字(?:后面|背后|一出口|骗|哄|听着|当不得|信不得|谁都会)|往往是事后|可能构成|会让你成为|最后都(?:关|跑路|爆雷)|收了钱就|(?:会)?放大(?:亏损|风险)|已停岗|停了(?:他|她)?的?岗|在查|(?:正在?)(?:调查|核实|处理)|，?(?:我们|本行|我行|这里)(?:没有|不做|不提供|不办)(?:这(?:项|个|种|类)|此类)(?!风险|问题|顾虑|烦恼)|删去|请删|属于催促|要当心|要警惕|要小心|需警惕|请(?:警惕|当心|拨打?110))"
)
_TELLER = (
    r"(?:(?<!不是)(?<!绝非)(?<!没有)(?<!拒绝)(?<!杜绝)(?<!远离)(?:骗子|骗局|诈骗(?!者?不)|行骗|骗术|骗人的?|不法分子|不法中介|非法中介|黑中介|黑产|非法集资)|(?<!不)被骗|受骗|上过?当|反诈|圈套|"
    r"民警|警方|记者|暗访|网友反映|(?:电话|短信|广告|群)(?:里)?说|宣称|所谓|(?:他们?|她|人家|网贷|中介|平台|代理|业务员|博主|群主)(?:口口声声)?说|冒充|谎称|声称|号称|自称|打着|诱骗|忽悠|蒙骗|引诱|诱导|误导|话术|典型话|有人(?:私下|口头|偷偷)?(?:说|让|跟你|向你|向您|以|承诺|告诉|拉|教|叫|劝|推|给|打)|"
    r"谁(?:要是|跟你|跟您|向你|承诺|让|叫|催|要|说(?!没|不))|对方(?:说|承诺|称|让|要求|声称|以|拿|会)|别人(?:说|承诺)|(?:听|看|遇|碰)[到见][^。！？\n]{0,6}[「：]|一(?:听|看|见)[到见]?[「]|"
    r"认(?:它|出)看|破绽|别信|不要(?:轻易)?相信|不要轻信|勿轻信|切勿|谨防|警惕|违规|违法|违反|坏例|反例|误区|不能说|不要说|不得|禁止|举报|曝光|处罚|罚款|通报|案例[：:]|"
    r"以[^，。！？\n]{0,16}为(?:诱饵|名|幌子|噱头|由)|为(?:诱饵|幌子|名义)|有群友说|直播间里喊|听信|轻信|误信|相信「|差点信|不当宣传|海报(?:中|里)|文案(?:里|中)|稿件|脚本|抽查|某(?:代理人|平台|机构|公司|经理|银行)|坐席称|质检|投诉人?称|消费者称|当事人称|警示|宣扬|鼓吹|吹嘘|标榜|虚构|编造|伪造|捏造)"
)
_LIES = Late(_LIE)
_LATE_LIE = Late(
    r"(?<![不非])(?:都?是|多半?是|属于|全是|就是|均为|往往是)(?!怕|担心|防)(?:典型|常见|标准|骗子|不法分子|诈骗分子)?的?[^。，！？不没无非]{0,8}" + _LIE
)
_IS_NOT = Late("不是|绝非|没有")
_DENIES = Late(_DENY)
_CORRECTED = Late("[：，]?应?(?:当|该|被)?(?:删|改|去掉|换成|撤|承诺收益|诱导|短期|催促)")
_STRUCK = Late("(?:已|被)退回|撤(?:下|回|销)|删|整改|停岗|不予通过|不行的|请换|毙|混淆|虚构|靠不住|违规|销毁|处罚|责令")
_SAID = Late(r"(?:问|提到?的?|说的?|所谓的?|什么叫|写着|写的)$")
_TOLD = Late(_TELLER)
_TOLD_IN = Late(r"涉嫌|获刑|判处|被捕|查获|落网|骗取|以[^，。！？\n]{0,16}为(?:诱饵|名(?!优|牌)|幌子|噱头|由)")
_LEAD = Late(r"(?:骗子|骗局|诈骗|骗术|话术|圈套|坏例|反例|不能(?:说|写|用)|禁(?:用|止)|违规|套路|误区|警惕|谨防)")
_ITEM = Late(r"^[（「]?(?:[0-9一二三四五六七八九十]{1,2}[.、）：，是]|第[一二三四五六七八九十]|[-·•*]|先|再|然后|接着|最后|最终|又|「)")
_EDITOR = Late(r"删|改|承诺收益|诱导|违规|不能|催促|短期|绑在一起|处")
_ASK = Late(
    r"^[」）]?(?:的?(?:理财|产品|基金|存款|保险|贷款|项目|平台|广告|说法|群|老师|话|事|东西))?(?:可|靠谱|能|是|有|真|可信|合规|合法|安全)?[^，。！？；\n]{0,5}(?:吗|(?<![怎什这那多])么|嘛(?=？)|是不是|是什么|啥意思|什么意思|靠不靠谱|真的假的|怎么办|能信|可信吗)"
    r"|^[^。！？\n]{0,10}，(?:这)?(?:是真的?|真的|靠谱|可信|能信|合法|对|可以|有这事|是不是真)[^。！？\n]{0,4}(?:吗|么|不|嘛|$)"
)
_PUSHED = Late(r"(?:想|要不要|还在|需要|难道|岂不|何不|愿不愿|不来|心动|您不|你不|缺|是否|有没有兴趣|打算)[^。！？\n]{0,24}$")
_REAL = Late(r"哪[个些只款家种]|什么(?!都)|为什么(?!还|不)|怎么(?!能|会|可能)|谁|是不是|能不能|会不会|可不可以|是真的|真的假|靠谱吗|合法吗|可信吗|能信吗|对吗|有没有|多少")
_TEASE = Late(r"还等|难道|岂|何必|何不|想不想|要不要|您想|你想|了解|错过|心动|还在|去哪|上哪")
_LAW = Late(r"(?:办法|条例|规定|通知|指引|法|公告|意见|细则|准则|指南|规范|说明书?|揭示书|协议|合同|须知|提示)$")
_GRADE_BEFORE = Late(r"(?:风险(?:等级|评级|级别|类型)(?:为|是|：|标注|定为|属于?|【|「|（)*(?:p?r[1-5])?[（「]?中?|(?<![a-z])p?r[1-5][（(：]?中?)$")
_GRADE_AFTER = Late(r"^[（(]?(?:p?r[1-5]|[一二三四五]级)")


# a denial inside the hit itself: 信用卡不得用于套现
_INSIDE = Late(r"不(?:是|作|做|予|提供)?(?:任何)?(?:保证|承诺|担保)(?!不)|不(?:代表|等于|等同|构成|预示|意味着)|不可信|虚假|骗局|诈骗|不是没|并不|并非|不得|不能(?!错过|让|再|不)|不可以|禁止|严禁|不允许|勿用|不许|不支持|请不要|请勿")
# a question that the next sentence denies: 出租银行卡一天给五百？那是在帮骗子洗钱。
_NO = Late(r"(?:不(?!用愁|用怕|要紧|求人|是问题|存在的|成问题|等人|信您|信你)|没有(?!关系|问题)|没这|别(?!愁|急|怕|担心|犹豫|等)|那(?:就)?是|这(?:就)?是|假的|骗|当心|小心(?!错过)|可不|哪有|做梦)")


def _answered(text: str, start: int, end: int) -> bool:
    stop = sentence_end(text, end)
    if text[stop:stop + 1] != "？" or _PUSHED.search(text[sentence_start(text, start, 40):start]):
        return False
    answer = text[stop + 1:stop + 24]
    if not _NO.match(answer):
        return False
    return not answer.startswith(("那是", "那就是", "这是", "这就是")) or bool(_LIES.search(answer))


def clause_start(text: str, at: int, reach: int = 48) -> int:
    """Where the clause around `at` begins, at most `reach` characters back."""
    return behind(_CLAUSE_ENDS, text, max(0, at - reach), at)


def sentence_start(text: str, at: int, reach: int = _REACH) -> int:
    """Where the sentence around `at` begins."""
    return behind(_SENTENCE_ENDS, text, max(0, at - reach), at)


def sentence_end(text: str, at: int, reach: int = _REACH) -> int:
    """Where the sentence around `at` ends."""
    high = min(len(text), at + reach)
    return min([high] + [i for i in (text.find(end, at, high) for end in _SENTENCE_ENDS) if i >= 0])


def negated(text: str, start: int, end: int) -> bool:
    """Denied in its own clause, or listed under a prohibition, or denied by what follows."""
    clause = text[clause_start(text, start):start]
    if _DENIED_DIRECTLY.search(clause) or _DENIED.search(clause):
        return True
    if _INSIDE.search(text[last_comma(text, start, end):end]) or _answered(text, start, end):
        return True
    first = sentence_start(text, start, 60)
    frame = _FORBIDDEN.search(text[first:start])
    if frame and not _NOT_FORBIDDEN.search(frame.group()) and _reaches(text, first, first + frame.start(), start, end):
        return True
    return bool(_AFTER.match(text[end:end + 48]))


def _last(pattern: Late, text: str, first: int, start: int) -> int:
    """Where the last match before a hit begins."""
    return max((match.start() for match in pattern.finditer(text, first, start)), default=first)


def _reaches(text: str, first: int, frame: int, start: int, end: int) -> bool:
    """Is the frame in the clause of the hit, or does it govern that clause?"""
    return frame >= last_comma(text, first, start) or continues(text, first, start) or governs(text, first, start, end)


def told_in_quotes(text: str, start: int, end: int) -> bool:
    """Inside a quotation, however long and with quotations in it, that is introduced or followed as somebody else's words."""
    open_marks: list[int] = []
    for mark in _MARKS.finditer(text, max(0, start - _LONG), start + 1):
        if mark.group() == "「":
            open_marks.append(mark.start())
        elif open_marks:
            open_marks.pop()
    for opened in reversed(open_marks[-4:]):
        depth, closed = 0, -1
        for mark in _MARKS.finditer(text, opened, end + _LONG):
            depth += 1 if mark.group() == "「" else -1
            if mark.group() == "」":
                closed = mark.start()  # of marks that do not pair, the last
            if not depth:
                break
        if closed < end - 1:
            continue
        if _TOLD.search(text[sentence_start(text, opened):opened]) or _AFTER.match(text[closed + 1:closed + 40]):
            return True
    return False


def _lead_in(text: str, start: int) -> bool:
    """An earlier line that announces a list of what fraudsters say."""
    at = sentence_start(text, start)
    for _ in range(5):
        if at <= 0 or not _ITEM.match(text[at:at + 12]):
            return False
        before = sentence_start(text, at - 1)
        line = text[before:at]
        if _LEAD.search(line) and not _IS_NOT.search(line):
            return True
        if before >= at:
            return False
        at = before
    return False


def warned(text: str, start: int, end: int) -> bool:
    """Told as somebody else's words, in a warning or a prohibition."""
    first = sentence_start(text, start)
    if text[max(0, start - 2):start] == "」：" and _EDITOR.match(text[end:end + 8].lstrip("。，")):
        return True  # 「稳赚」：承诺收益。删。
    told = _TOLD.search(text[first:start])
    if told and _reaches(text, first, _last(_TOLD, text, first, start), start, end):
        return True
    if _TOLD_IN.search(text[first:end + 14]):
        return True
    after = text[end:sentence_end(text, end)]
    if _AFTER.match(after[:60]) or told_in_quotes(text, start, end):
        return True
    return bool(_LATE_LIE.search(after)) or _lead_in(text, start)


def quote_of(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The quotation marks around a hit."""
    low = max(0, start - 80)
    opened = text.rfind("「", low, start + 1)
    if opened < 0 or text.rfind("」", low, start) > opened:
        return None
    closed = text.find("」", end - 1, end + 80)
    if closed < 0:
        return None
    return opened, closed


def quoted(text: str, start: int, end: int, speaker: str = "bot") -> bool:
    """In quotation marks, in a sentence that denies, warns, refuses or corrects."""
    if speaker == "staff" and text[max(0, start - 2):start].endswith(("」：", "」:")):
        return True
    marks = quote_of(text, start, end)
    if marks is None:
        return False
    if speaker == "staff":
        return True
    opened, closed = marks
    before = text[sentence_start(text, opened):opened]
    after = text[closed + 1:sentence_end(text, closed + 1)]
    return bool(
        _DENIES.search(before) or _TOLD.search(before) or _AFTER.match(after)
        or _DENIES.search(after[:40]) or _LIES.search(after[:40]) or _CORRECTED.match(after) or _STRUCK.search(after[:40]) or _SAID.search(before)
    )


def law_title(text: str, start: int, end: int) -> bool:
    """Inside the name of a law, a contract or a notice."""
    low = max(0, start - 80)
    opened = text.rfind("《", low, start + 1)
    if opened < 0 or text.rfind("》", low, start) > opened:
        return False
    closed = text.find("》", end - 1, end + 80)
    return closed >= 0 and bool(_LAW.search(text[opened:closed]))


def grade(text: str, start: int, end: int) -> bool:
    """The official risk grade in its template: 风险等级R2（中低风险）."""
    return bool(_GRADE_BEFORE.search(text[max(0, start - 16):start]) or _GRADE_AFTER.match(text[end:end + 6]))


def question(text: str, start: int, end: int) -> bool:
    """A customer's question or a button in a customer's words; a teasing question is none."""
    near = _ASK.match(text[end:end + 16]) or _ASK.match(text[end - 1:end + 16])
    if not near:
        stop = sentence_end(text, end)
        whole = text[clause_start(text, start):stop]
        if text[stop:stop + 1] != "？" or not _REAL.search(whole) or _TEASE.search(whole):
            return False
    return not _PUSHED.search(text[sentence_start(text, start, 40):start])


TESTS: dict[str, Callable[[str, int, int], bool]] = {
    "negated": negated,
    "warned": warned,
    "quoted": quoted,
    "told": told_in_quotes,
    "law_title": law_title,
    "grade": grade,
    "question": question,
}


def excused(names: list[str], text: str, start: int, end: int, speaker: str = "bot", taught: Callable[[int, int], bool] | None = None) -> str | None:
    """The first context in `names` that makes the hit right; the marks a hit begins with belong to the clause before it.

    `taught` knows the lessons that warn without saying so (implied.py).
    """
    while start < end - 1 and text[start] in _MARKS_BEFORE:
        start += 1
    for name in names:
        if name == "quoted":
            if quoted(text, start, end, speaker):
                return name
        elif TESTS[name](text, start, end) or (name == "warned" and taught is not None and taught(start, end)):
            return name
    return None
