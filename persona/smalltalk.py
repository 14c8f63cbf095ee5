"""What a few words after small talk mean: 「再来一个」 asks for the same again, 「你呢」 for the mascot's own, the rest goes on with the talk.

Pure. The understanding reads a follow-up against a bank topic (persona.nlu.context); after small talk there is no topic,
and a classifier alone takes 「后来呢」 for a customer who waits for the police.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

CHATS = "chitchat/"
SCENE = f"utter_{CHATS}"
GO_ON = "chitchat/go_on"
TOLD = "chitchat/told"  # somebody tells of the day, or says something that asks for nothing
NOT_WRITTEN = "chitchat/not_written"  # asked about the mascot, and no card says it
LISTENING = "chitchat/listening"
SERIOUS = "utter_chitchat/be_serious"  # said in a session: nothing of the character until another mascot is called
# Scenes in which somebody is not well: what is not understood there is no occasion for a joke or a menu.
HEAVY = frozenset({"lonely", "stay", "sad_mild", "breakup", "listening", "tired_of_work", "job_hunting", "exam", "angry_mild"})
# After an answer of the character, too, a few words that name no bank matter are small talk.
LIGHT = ("utter_column", "utter_ask_mascot", "utter_out_of_scope", "utter_goodbye")
# A laugh or a shrug about a scene: what follows goes on with the scene itself.
REACTIONS = {"laugh": "joke", "joke.flop": "joke", "go_on": "joke"}
_OTHER = re.compile(r"别的|其他|新的|换|再")
LEAST = 0.12  # a scene as likely as this is said rather than a question back
ASKED_LEAST = 0.2  # to a question: what is beside it is worse than to say that nothing is written about it
IDLE = frozenset({"ask_mascot", "out_of_scope", "greet", "goodbye"})
MOSTLY = 0.5  # share of all that is no bank matter from which a message is taken for none
EASY = 0.3  # and of the likeliest of it
ALARMS = frozenset({"crisis", "scam_now", "been_scammed"})
WEAK = 0.6  # an alarm below this, without a word of fraud, loss or despair, is not taken from a talk that was light
CLEAR = 0.85  # what is as clearly not for a bank is told so
SHORT = 16  # characters
TELLING = 6  # characters: fewer may belong to the answer before
_MORE = re.compile(
    r"^(?:那|那就|嗯|哈哈+|好吧|算了|行吧|随便|有意思|好玩|不错|好听)?[，,\s]*(?:再|还要|还想)?(?:再)?(?:来|讲|说|换|唱|跳|听|叫|演|学)(?:一|两)?(?:个|条|首|段|句|支|篇|则|点|声|遍|下|盘|局|把)?(?:别的|新的|其他的|讲|说)?(?:吧|呗|嘛|呀|啊|听听)?$"
    r"|^(?:还有(?:吗|么|没有?|呢|别的吗)|继续|接着(?:说|讲|来)|下一个|another one|one more)[吧呀呢！!。~～]*$"
)
_THEN = re.compile(r"^(?:那|哈哈+)?[，,]?(?:后来|然后|接着|结果)(?:呢|怎么样|怎么样了)?$|^(?:真的?吗|真的假的|不会吧|为什么|为啥|凭什么)(?:呢|呀|啊)?$|^(?:就|这就|讲|说)?(?:没|完)了(?:吗|呀|啊)?$")
_NO_PLAY = re.compile(r"政治|选举|总统|领导人|打仗|战争|宗教|药|病|疼|发烧|咳嗽|医院|医生|怀孕|律师|官司|起诉|离婚")
_TO_YOU = re.compile(r"你|您|它|咱")
_ASKS = re.compile(r"[?？]|[吗么呢]$|怎么|咋|为什么|为啥|什么|啥|谁|几|哪|多(?:少|大|高|重|久)|不$|没$|(.)不\1|是不是|有没有|会不会|能不能")
_BUSY = re.compile(r"(?<=[正在还])(.{1,8})呢$")  # 「我正减肥呢」 asks for nothing
_AT_THE_BANK = re.compile(r"存款|存折|账户|卡里|取钱|取出|遗产|密码|手续|办理?|怎么办|证明|公证")
_MONEY = re.compile(r"[0-9０-９一二两三四五六七八九十百千万]+\s*(?:块|元|万|千|百)")
# Without another one, money or a secret in it nobody is being robbed, however sure the model is: 「我正减肥呢」.
_OTHERS = re.compile(r"他|她|对方|人|别|[让叫要催逼说]|转|借|交|买|给|付|充|投|钱|卡|账|号|码|贷|电话|短信|链接|救|急|骗|套|坑|亏|警|装|扫|屏")
_WANTS = re.compile(r"我(?:要|想|得|来)(?:查|办|问|取|存|看|开|交|还|找)|(?:去哪|怎么|咋|在哪)(?:里|儿)?(?:查|办|取|领|弄)|(?:要|得)?带(?:什么|啥)|什么材料|不会用手机")
# What life is like, told between two questions to the bank: no side of the matter.
OF_LIFE = frozenset({"chitchat/weather_here", "chitchat/food", "chitchat/pet", "chitchat/weekend", "chitchat/moon_stars"})
TOLD_BESIDE = 0.45  # how sure that must be where it names nothing of the bank's and asks nothing
_REQUEST = re.compile(r"^(?:那|好吧|对了|[，,])*(?:你)?(?:能不能|可以|能)?(?:帮|给|替)(?:我|忙)")
_WHEN = re.compile(r"(?:今天|今儿|明天|现在).{0,3}(?:什么|几|啥|多少)|星期几|几点|几号")
_YOU = re.compile(r"^(?:那|嗯)?[，,]?你(?:呢|自己呢|怎么样呢|那边呢)[？?]?$")


def scene_of(response: str) -> str:
    """The scene a response of small talk belongs to, or ""."""
    return response.removeprefix(SCENE) if response.startswith(SCENE) else ""


def follows(text: str, response: str, intent: str, confidence: float, top: Sequence[tuple[str, float]], *,
            matter: bool, cue: bool) -> str:
    """The label of a message right after `response`, or "" when it stands for itself.

    `top`: likeliest labels with their probabilities. `matter`: it names something of the bank's. `cue`: it holds a word
    of fraud, loss or despair.
    """
    scene, bare = scene_of(response), text.strip(" 。！!？?~～…")
    if not scene and not response.startswith(LIGHT):
        return ""
    heavy = scene in HEAVY
    if scene in REACTIONS and intent.startswith(CHATS) and confidence >= CLEAR:
        return ""  # 「再唱一首」 says by itself of what
    if scene and not heavy and (_MORE.match(bare) or _YOU.match(bare)):
        again = _MORE.match(bare) and (scene != "go_on" or _OTHER.search(bare))
        scene = REACTIONS.get(scene, scene) if again else scene
        return GO_ON if scene == "go_on" else f"chitchat/{scene}"
    if _THEN.match(bare):
        return LISTENING if heavy else GO_ON
    if heavy and intent == "nlu_fallback" and not cue and len(bare) <= SHORT and not (_ASKS.search(text) or _AT_THE_BANK.search(text) or _MONEY.search(text)):
        return LISTENING  # 「儿子在国外」, told by somebody who is alone
    if matter or cue or _MONEY.search(text) or len(bare) > SHORT or intent.startswith("chitchat/"):
        return ""
    if intent == "out_of_scope" and _NO_PLAY.search(text):
        return ""  # 「聊聊政治」, 「头疼吃啥药」: no occasion for a game
    if intent == "faq/deceased_account" and not _AT_THE_BANK.search(text):
        return LISTENING  # 「老伴走了三年了」, said over the garden wall: nobody asked for papers
    lost = intent in ("nlu_fallback", "out_of_scope", "choose_option") or (heavy and intent in ("affirm", "say_again", "not_what_i_meant"))
    alarm = intent.split(".")[0] in ALARMS
    faint = alarm and (confidence < WEAK or (intent != "crisis" and not _OTHERS.search(text)))
    if intent == "crisis" and heavy and confidence >= WEAK / 2:
        return ""  # somebody who is not well already: rather once too often
    if not (lost or faint) or (intent == "out_of_scope" and confidence >= CLEAR and not heavy):
        return ""
    if heavy:
        return "" if intent == "out_of_scope" and (_ASKS.search(text) or _REQUEST.search(bare)) else LISTENING
    if _REQUEST.search(bare):
        return ""  # 「帮我写个请假条」 tells nothing
    if scene == "go_on" or _WANTS.search(text) or _WHEN.search(text):
        return ""  # twice running a story that nobody asked for, a matter of the bank's in words it does not know, a date
    asks = bool(_ASKS.search(_BUSY.sub(r"\1", text.strip())))
    # Plain talk until another mascot is called is not guessed at; nor is sorrow, where somebody only asks.
    least, barred = (ASKED_LEAST, HEAVY) if asks else (LEAST, frozenset())
    likely = next((x for x, p in top if x.startswith(CHATS) and x != CHATS + SERIOUS.removeprefix(SCENE) and scene_of(f"utter_{x}") not in barred and p >= least), "")
    if likely or not asks:
        return likely or TOLD
    return NOT_WRITTEN if _TO_YOU.search(bare) else ""


def at_ease(text: str, top: Sequence[tuple[str, float]], *, matter: bool, cue: bool) -> str:
    """The label of a message that was not understood but is no matter of the bank's, or "": 「你不是姐姐？那你是啥」.

    A question back with the buttons of three bank topics is no answer to somebody who chats; see :func:`follows`.
    """
    idle = [(x, p) for x, p in top if x.startswith(CHATS) or x in IDLE]
    if matter or cue or _MONEY.search(text) or len(text) > SHORT or sum(p for _, p in idle) < MOSTLY:
        return ""
    label, p = idle[0]
    if p >= EASY and scene_of(f"utter_{label}") not in HEAVY:
        return label
    asks = bool(_ASKS.search(text.strip()))
    return NOT_WRITTEN if asks and _TO_YOU.search(text) else ""


def out_of_place(label: str, text: str, response: str, *, alarmed: bool) -> bool:
    """Whether `label` does not follow from what was said: a story goes on after a lost card, or an alarm comes of 「然后呢」."""
    if label == GO_ON:
        return not scene_of(response) and not response.startswith(LIGHT)
    return not alarmed and label.split(".")[0] in ALARMS and bool(_THEN.match(text.strip(" 。！!？?~～…")))


def told_beside(text: str, label: str, confidence: float, *, matter: bool) -> bool:
    """Whether a message only tells of the day (「外面下大雨了」), in the middle of a bank's matter, too."""
    return label in OF_LIFE and confidence >= TOLD_BESIDE and not matter and len(text) >= TELLING and not _ASKS.search(text.strip())
