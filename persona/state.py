"""What a customer's message changes in the conversation: locks, opt-out, mascot, product, who was hurt.

Pure: the tracker applies the result when it logs the message, so it happens in process, whatever the action server
does, and survives restarts and other workers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from persona.bearings import CLEARED, GRAVE, hard_to_read
from persona.branches import LOCAL
from persona.emergency import CALLED, WAITING
from persona.late import lately, long_ago
from persona.minors import minor_in
from persona.products import foremost
from persona.reckoned import talked_of

# Slots that end with the session. Opt-out, mascot and city belong to the customer and go on.
SESSION_SLOTS = frozenset(
    {"lock", "crisis", "minor", "victim", "lost_via", "reported", "late", "product", "topic", "misses", "consent", "settled", "elder", "debt", "calc", "calc_done", "calc_values", "giveaway_id", "quiz"}
)
# What the customer has decided and a deletion of the conversation does not take back.
OUTLASTS = frozenset({"opted_out", "ticket"})
HARD = frozenset({"crisis", "scam_now", "been_scammed"})
SOFT = frozenset(
    {
        "complain",
        "missold",
        "faq/debt_help",
        "faq/deceased_account",
        "faq/lost_card",
        "faq/lost_phone",
        "faq/unknown_debit",
    }
)
# What an emergency leaves behind and its end takes away.
_EASED: Mapping[str, Any] = {"crisis": False, "victim": None, "lost_via": None, "reported": False, "late": False}
# Beside faq and scam: what a short next message is read against.
TOPICS = frozenset(
    {
        "complain", "missold", "bank_rumour", "scam_now", "been_scammed", "check_suspicious", "verify_official",
        "check_company", "ask_recommendation", "ask_promise", "ask_product", "compare_products",
    }
)
MISSED = frozenset({"nlu_fallback", "not_what_i_meant"})
_RANK = {None: 0, "none": 0, "soft": 1, "hard": 2}
_HERE = re.compile(r"我(?:人|家|现在|现居|這邊|这边|们|們)*(?:住?在|喺|住|搬到|搬来了?)$")
_REPORTED = re.compile(r"(?<!没)(?<!没有)(?<!不)报(?:过|了|完)[警案]|(?<!没)(?<!没有)(?<!不)(?:已经|去)报[警案]了|已经?立案了?|报[警案](?:后|以后|的时候)?[，,\s]*(?:警察|民警|派出所)(?:说|让|讲|告诉)")
# Only the bank has been called: 110 is still to come.
_ONLY_THE_BANK = re.compile(r"^(?!.*(?:110|警|两|俩|都|报案|立案|派出所)).*(?:客服|银行|热线|95[0-9x]{3})")
# 「我媳妇知道了咋办」: she may come to know of it.
_NOT_HURT_AFTER = re.compile(r"^(?:要是|会|也|还|都|又|肯定|已经)*(?:不会|会不会)?(?:知道|发现|问|骂|怪|说我|打死|跟我离|要跟我)")
_DONE = re.compile(r"(?:打|报|联系|说|申请|登记|停|填|拿|做|存|锁|弄)[^，,。]{0,4}(?:了|完|过|好)|报案|受理")
# 「怕我对象知道」, 「他说我爸妈也会被抓」: a relative is named, but nobody hurt them.
_NOT_HURT = re.compile(r"(?:说|怕|告诉|瞒着?|跟|和|像|比|连累|通知|是|给|发给|抓|绑|绑架了?|对不起|没脸见?|不想让|别让|不敢让|陪|找|问|等)$")
# 「让我填银行卡和支付密码 我填了」: the card is to be stopped first; no word of money that has left.
_TYPED_IN = re.compile(r"(?:密码|验证码|卡号|银行卡|身份证)[^。]{0,12}(?:填|输|报|念|说)(?:了|过|完)|(?:填|输|报|念)(?:了|过|完)[^，,。]{0,6}(?:密码|验证码|卡号|银行卡)")
_MOVED = re.compile(r"(?:转|汇|付|打|充|扣|少|取|划|刷)(?:了|走|过去|出去)|没了")
_ELDER = re.compile(r"(?:说|讲|侬讲)慢(?:点|些)|^(?:你|您)?慢慢(?:说|讲)(?=[，,\s].{2})|看不清字|我(?:今年)?(?:[6-9]\d)岁?(?:了|的人)|一样一样(?:说|讲|来)|不(?:会|太会)(?:用|弄|玩)(?:智能)?手机|没(?:有)?智能手机|用的?(?:是)?老人机|不会上网")


def raised(current: str | None, wanted: str) -> str:
    """The stronger of two locks; a lock is never lowered by a message."""
    return wanted if _RANK[wanted] > _RANK.get(current, 0) else str(current or "none")


def lock_for(label: str) -> str:
    """The lock an intent asks for: `hard` (no offer, no play), `soft` (nothing unasked) or `none`."""
    base = label.split(".")[0]
    return "hard" if base in HARD else "soft" if base in SOFT else "none"


def released(slots: Mapping[str, Any]) -> dict[str, Any]:
    """Slots to set when a clerk has closed the ticket: the lock ends, except a minor's."""
    return {} if slots.get("minor") else {"lock": "none", **_EASED}


def changes(
    label: str, entities: Iterable[Mapping[str, Any]], text: str, slots: Mapping[str, Any]
) -> dict[str, Any]:
    """Slots that this message sets, without those that keep their value.

    label (str): internal intent label, `faq/x`, `been_scammed` …  text (str): the masked text.
    slots (Mapping): current slot values.  RETURNS (dict): slot name -> new value.
    """
    entities = list(entities)
    found: dict[str, list[str]] = {}
    for entity in entities:
        found.setdefault(str(entity.get("entity")), []).append(str(entity.get("value")))
    new: dict[str, Any] = {}
    base = label.split(".")[0]
    lock = raised(slots.get("lock"), lock_for(label))
    about = found.get("about", [""])[0]  # the topic of a message that is left for staff
    lock = raised(lock, lock_for(about))
    minor = bool(slots.get("minor")) or minor_in(text)
    if minor:
        lock = "hard"
    if "settled" in found and not minor:
        lock = "none"
        new |= _EASED
    new |= {"lock": lock, "minor": minor}
    if base == "crisis":
        new |= {"crisis": True, "reported": False}  # the person comes first, whoever has been called
    elif not slots.get("crisis") and (label == CALLED or (base == "been_scammed" and _REPORTED.search(text)) or (label == WAITING and _DONE.search(text) and not _ONLY_THE_BANK.search(text))):
        new["reported"] = True
    if base in ("been_scammed", *MISSED) and long_ago(text):
        new["late"] = True
    elif slots.get("late") and lately(text):
        new["late"] = False
    if base == "faq/debt_help":
        new["debt"] = True
    if _ELDER.search(text) or hard_to_read(text):
        new["elder"] = True
    if base == "stop_marketing":
        new |= {"opted_out": True, "consent": False}
    elif base == "opt_in_marketing":
        # Wishing to hear of offers takes the opt-out back; consent is an answer of its own to the bank's question.
        new |= {"opted_out": False, "consent": bool(slots.get("consent")) or "yes" in found.get("consent", [])}
    if "mascot" in found and base == "switch_mascot":
        new["mascot"] = found["mascot"][-1]
    if "host" in found:  # a button that opens another mascot's column or course calls that mascot
        new["mascot"] = found["host"][-1]
    # A city in passing (「转到上海的卡」) says nothing about where the customer is.
    if "city" in found and (base in ("set_city", "ask_colleague") or label.startswith(LOCAL) or _lives(entities, text)):
        new["city"] = found["city"][-1]
    if "product" in found:
        new["product"] = foremost(found["product"])
    elif "unlisted" in found:
        new["product"] = "wealth"  # a name that stands on no sheet: looked up where wealth products are
    if base == "crisis":
        new["victim"] = "family" if label == "crisis.other" else None  # now it is about the one who speaks
    elif base != "faq/debt_help" and any(e.get("entity") == "victim" and _hurt(text, e) for e in entities):  # 「催收一天打我老婆八个电话」
        new["victim"] = "family"
    if "lost_via" in found and base in HARD:
        new["lost_via"] = found["lost_via"][0]
    elif label == "been_scammed" and not slots.get("lost_via") and _TYPED_IN.search(text) and not _MOVED.search(text):
        new["lost_via"] = "credentials"
    if base in MISSED and text and not re.search(r"\w", text):
        pass  # a picture alone is no second miss
    elif base in MISSED:
        new["misses"] = float(slots.get("misses") or 0) + 1
    elif base not in ("affirm", "deny", "choose_option"):
        new["misses"] = 0.0
    if label == CLEARED:
        new["topic"] = slots.get("topic") if lock == "hard" else None  # under a lock the alarm stands, whoever says that all is well
    elif label.startswith(("faq/", "scam/")) or base in TOPICS or base.startswith("calculate_") or about:
        new["topic"] = about or label
    elif label.startswith("chitchat/") and str(slots.get("topic") or "").split(".")[0] not in GRAVE:
        new["topic"] = None
    if slots.get("calc_done") and not label.startswith("calculate_") and not talked_of(str(slots["calc_done"]), label):
        new |= {"calc_done": None, "calc_values": None}  # something else was talked about since
    return {name: value for name, value in new.items() if (slots.get(name) or None) != (value or None)}


def _hurt(text: str, entity: Mapping[str, Any]) -> bool:
    """Whether a relative the text names may be the one who is defrauded."""
    at = entity.get("start")
    end = entity.get("end")
    return not (isinstance(at, int) and _NOT_HURT.search(text[:at])) and not (isinstance(end, int) and _NOT_HURT_AFTER.search(text[end:]))


def _lives(entities: Iterable[Mapping[str, Any]], text: str) -> bool:
    """Whether the customer says of a city in the text to be there: 「我在苏州呢」."""
    starts = [e.get("start") for e in entities if e.get("entity") == "city"]
    return any(isinstance(at, int) and _HERE.search(text[:at]) for at in starts)
