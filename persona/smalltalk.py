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
ALARMS = frozenset({"crisis", "scam_now", "been_scammed"})
WEAK = 0.6  # an alarm below this, without a word of fraud, loss or despair, is not taken from a talk that was light
CLEAR = 0.85  # what is as clearly not for a bank is told so
SHORT = 16  # characters
_MORE = re.compile(
    r"^(?:那|那就|嗯|哈哈+|好吧|算了|行吧|随便|有意思|好玩|不错|好听)?[，,\s]*(?:再|还要|还想)?(?:再)?(?:来|讲|说|换|唱|跳|听)(?:一|两)?(?:个|条|首|段|句|支|篇|则|点)?(?:别的|新的|其他的|讲|说)?(?:吧|呗|嘛|呀|啊|听听)?$"
    r"|^(?:还有(?:吗|么|没有?|呢|别的吗)|继续|接着(?:说|讲|来)|下一个|another one|one more)[吧呀呢！!。~～]*$"
)
_THEN = re.compile(r"^(?:那|哈哈+)?[，,]?(?:后来|然后|接着|结果)(?:呢|怎么样|怎么样了)?$|^(?:真的?吗|真的假的|不会吧|为什么|为啥|凭什么)(?:呢|呀|啊)?$")
_MONEY = re.compile(r"[0-9０-９一二两三四五六七八九十百千万]+\s*(?:块|元|万|千|百)")
_WANTS = re.compile(r"我(?:要|想|得|来)(?:查|办|问|取|存|看|开|交|还|找)|(?:去哪|怎么|咋|在哪)(?:里|儿)?(?:查|办|取|领|弄)|(?:要|得)?带(?:什么|啥)|什么材料|不会用手机")
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
    if matter or cue or _MONEY.search(text) or len(bare) > SHORT or intent.startswith("chitchat/"):
        return ""
    lost = intent in ("nlu_fallback", "out_of_scope") or (heavy and intent in ("affirm", "say_again", "not_what_i_meant"))
    faint = intent.split(".")[0] in ALARMS and confidence < WEAK
    if intent == "crisis" and heavy and confidence >= WEAK / 2:
        return ""  # somebody who is not well already: rather once too often
    if not (lost or faint) or (intent == "out_of_scope" and confidence >= CLEAR and not heavy):
        return ""
    if heavy:
        return LISTENING
    if scene == "go_on" or _WANTS.search(text) or _WHEN.search(text):
        return ""  # twice running a story that nobody asked for, a matter of the bank's in words it does not know, a date
    # Plain talk until another mascot is called is not guessed at.
    likely = next((label for label, p in top if label.startswith(CHATS) and label != CHATS + SERIOUS.removeprefix(SCENE) and p >= LEAST), "")
    return likely or GO_ON


def out_of_place(label: str, text: str, response: str, *, alarmed: bool) -> bool:
    """Whether `label` does not follow from what was said: a story goes on after a lost card, or an alarm comes of 「然后呢」."""
    if label == GO_ON:
        return not scene_of(response) and not response.startswith(LIGHT)
    return not alarmed and label.split(".")[0] in ALARMS and bool(_THEN.match(text.strip(" 。！!？?~～…")))
