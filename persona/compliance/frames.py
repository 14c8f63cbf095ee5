"""How far a denial or a warning reaches: to the next comma, unless what follows continues it.

「不得宣传稳赚，或者承诺保本」 goes on forbidding; 「禁止吸烟，买理财稳赚不赔」 does not. An earlier clause governs a later one
when it tells what somebody says or does, when it opens a list, when it forbids saying things, or when the later clause
begins as its continuation. Whoever speaks of himself in between (我们, 找我) has changed from warning to promising.
"""

from __future__ import annotations

from persona.compliance.late import Late

_CLAUSE_ENDS = "，；。！？\n"

# a clause that only continues the one before it
_CONTINUES = Late(r"[「]?(?:或者?|以及|及其?|和|与|什么|比如|例如|譬如|像是?|诸如|又或|还是|要么|甚至|乃至|包括)(?!我)")
_LISTS = Late(r"[^：]{0,10}(?:词|话|点|类|种|条|句|招|特征|信号|套路|说法)：")
_OWN = Late(
    r"(?<!冒充)(?<!冒用)(?<!假冒)(?<!仿冒)(?<!打着)(?:我们|我司|我行|我家|我这|我帮|我来|我有|咱|本行|本公司|本店|找我|加我|跟我|联系我|认准|就选|不如|其实|但是?|不过|除了|只有)"
)

# somebody else, and what he says or does
_SOMEBODY = (
    r"(?:骗子|诈骗(?:分子|团伙|犯罪)?|不法分子|不法中介|(?:黑|非法)中介|黑产|犯罪(?:分子|团伙|嫌疑人)|嫌疑人|被告人?|对方|他们?|她们?|有人|有的人|谁|(?:一些|部分|个别|某些?|有些|这些|这类|该|多家|涉案|不良|多名?|另?一名?|两名)"
    r"[^，。；：]{0,8}(?:人员|人|平台|机构|商家|中介|公司|银行|支行|经理|员工|主播|账号|群|app|短视频|视频|网站|坐席|代理|团队|团伙|广告|短信|电话|海报|宣传|文案|业务员|销售|中心|项目)|(?:群|直播间|网上|评论区)里?有?[^，。；：]{0,4}|短信|电话|广告|海报|宣传(?:单|页|资料)|投诉人|当事人|受害人|被害人|(?<!怕)(?<!防)(?<!免)被骗)"
)
_DOES = (
    r"(?:会|常|往往|通常|一般|多(?:以|用|会|为)|先|再|利用|通过|以|用|冒充|谎称|打着|让|拉|诱|联系|发|假|伪|编|给|把|抓住|借|声称|承诺|要求|说|称|告诉|宣称|号称|自称|鼓吹|吹嘘|推荐|推销|介绍|宣传|写|标|叫|催|教|劝|骗(?!局|子|术)|反映|投诉|被|收到|接到|遇到|向(?:你|您|他|她|老|客|投|消))"
)
_GOVERNS = Late(
    _SOMEBODY + r"[^，。；：！？\n]{0,16}" + _DOES
    + r"|(?:消费者|网友|群友|客户|老人|别人|家人|投资者)[^怕防别免，。；：！？\n]{0,10}(?:反映|投诉|称|听信|轻信|误信|上当|举报|报案|承诺|被(?:骗|告知|诱|忽悠|误导))"
    # words reported: the clause ends in a verb of saying, or somebody believed it
    + r"|(?:宣称|声称|号称|谎称|自称|冒充|鼓吹|吹嘘|标榜|宣扬|虚构|编造|伪造|捏造|听信|误信|(?<!切勿)(?<!不要)(?<!别)(?<!勿)轻信|差点信|以[^，。；！？\n]{1,16}为(?:诱饵|名|幌子|噱头|由)|打着|所谓)"
    # a list that is announced
    r"|(?:骗局|骗术|话术|套路|手法|手段|特征|特点|案例|反例|坏例|误区|提醒|提示|警惕|谨防|违规|禁止|严禁|不得|不能说?|识别|防骗|反诈|破绽|脚本|诈骗|陷阱|禁用|用语|词)[^，。；！？\n]{0,10}："
    # saying and promising is forbidden, not something else
    r"|(?:不得|禁止|严禁|不准|不许|不允许|不(?:能|可|应|要|该)(?:以)?|切勿|请勿)(?:以任何[^，。；！？\n]{0,8})?[^，。；！？：\n]{0,12}?(?:宣传|宣称|承诺|出现|使用|采用|写|用语|字样|明示|暗示|夸大|误导|诱导|推荐|推介|保证|营销|表述|引用|利用|代替|代客|提供|从事|发放)"
    # courts, fines and complaints
    r"|(?:(?<!不)(?:被罚|处罚|罚款|罚单|立案|查处|查获|抓获|捣毁|判处|获刑|通报|曝光|约谈)|民警|警方|记者|暗访|法院|检察|公诉|质检|抽查|监管(?:要求|部门|指出|发现|认定)|检查发现|经查|投诉称|反映)"
)
_REPORTED = Late(r"(?:说|称|问|讲|喊|写|表示|告诉(?:我|你|您|他|她|客户|老人)|写着|写道|念叨|拍胸脯|承诺|保证)(?:道|着|过)?$")
_NOT_SAID = Late(r"(?:不|没|别|勿|不得不|老实|直接|实话|坦白|跟你|跟您|和你|和您|可以|应该|要|来|我|咱|们)(?:来)?(?:说|讲|称)(?:道|着|过)?$")


def behind(marks: str, text: str, first: int, start: int) -> int:
    """Where what stands around `start` begins: behind the last of `marks`, at or after `first`."""
    return max([first] + [text.rfind(mark, first, start) + 1 for mark in marks])


def last_comma(text: str, first: int, start: int) -> int:
    """Where the clause around `start` begins, at or after `first`."""
    return behind(_CLAUSE_ENDS, text, first, start)


def governs(text: str, first: int, start: int, end: int) -> bool:
    """Does an earlier clause of the sentence that begins at `first` reach into the clause of a hit?"""
    at = last_comma(text, first, start)
    if at <= first:
        return False
    earlier = text[first:at]
    if _OWN.search(text, at, min(len(text), end + 24)):
        return False
    found = None
    for found in _GOVERNS.finditer(earlier):  # noqa: B007 - the last one counts
        pass
    if found is not None and not _OWN.search(earlier, found.end()):
        return True
    before = earlier.rstrip("，；：")
    return bool(_REPORTED.search(before)) and not _NOT_SAID.search(before)


def continues(text: str, first: int, start: int) -> bool:
    """Does the clause of a hit begin as the continuation of the one before it, or as the list that it announces?"""
    at = last_comma(text, first, start)
    return at > first and bool(_CONTINUES.match(text[at:at + 4]) or _LISTS.match(text[at:start]))
