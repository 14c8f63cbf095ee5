"""Which emergency answer is due. Pure: the action server and the in-process stand-in give the same one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

LOST_VIA = ("own_bank", "other_bank", "wallet", "cash_gold", "credentials")
# What a customer says next while fraud is under way; each has an answer of its own.
NEXT = tuple(f"scam_now.{part}" for part in ("sunk", "app", "family", "voice", "unreachable", "trust", "door", "threat", "back", "bystander", "journey", "hurry", "hotel", "face"))
# These have more than one variation and may come twice running.
_MANY_WORDS = frozenset({"scam_now.back", "scam_now.trust", "scam_now.family", "scam_now.app", "scam_now.sunk", "scam_now.bystander", "scam_now.journey", "scam_now.hurry", "scam_now.hotel", "scam_now.face"})
# The police know of it; both calls are made and nothing is left but to wait.
CALLED, WAITING = "been_scammed.called", "been_scammed.next"
REPORTED = frozenset({CALLED, WAITING})
# When, how much, to whom: what the police will ask for. The first sum is gone and no second one; the card is with them, the money here.
TOLD, HELD = "been_scammed.told", "been_scammed.held"
# What a customer says once the money is gone.
AFTER = (WAITING, *(f"been_scammed.{part}" for part in ("police", "papers", "another", "freeze", "until", "shame", "traces", "borrowed", "bank", "unreached", "abroad", "helper")))

CODE = "utter_emergency_code"  # card and password are given away, the code is asked for
# Who was warned in time, and who then asks what else there is to do.
STOPPED, STOPPED_NEXT = "utter_emergency_stopped", "utter_emergency_stopped_next"
# Who was warned of somebody who comes for the money, and now hears the bell.
AT_THE_DOOR = "utter_emergency_at_the_door"
# What is repeated when somebody in an emergency talks of something else: the steps, or, where no money has gone, rest.
STEADY, STEADY_STOPPED, STEADY_NOW = "utter_emergency_steady", "utter_emergency_steady_stopped", "utter_emergency_steady_now"
# Somebody types that all is done: asked once, because only the button (or its words) ends an emergency.
FINISHED, FINISHED_STOPPED = "utter_emergency_finished", "utter_emergency_finished_stopped"
# Somebody asks for a joke or another mascot: why it waits, and how it goes on.
WAITS, WAITS_STOPPED = "utter_emergency_waits", "utter_emergency_waits_stopped"
# The money is gone and the police have not been called.
CALL_NOW = "utter_emergency_call_now"
# In place of what must be done within minutes, where the loss is days, months or years old (persona/late.py).
LATE = "utter_emergency_late"
# The first steps; where the message itself says from where the money left, they are told for that and it is not asked.
FIRST, FIRST_FROM = "utter_emergency_first", ("own_bank", "other_bank", "wallet")
_LATER = {
    FIRST: LATE,
    **{f"{FIRST}_{via}": f"{LATE}_{'own_bank' if via == 'own_bank' else 'from'}" for via in FIRST_FROM},
    "utter_emergency_again": LATE,
    f"utter_{CALLED}": LATE,
    **{f"utter_emergency_{via}": f"{LATE}_{'own_bank' if via == 'own_bank' else 'from'}" for via in ("own_bank", "other_bank", "wallet")},
    **dict.fromkeys(("utter_emergency_noted", "utter_emergency_noted_from"), f"{LATE}_noted"),
    "utter_emergency_worry": f"{LATE}_worry",
    CALL_NOW: f"{LATE}_call",
    STEADY: f"{LATE}_steady",
}
# Where the money left from, said in the words of somebody who was asked for it.
_FROM = {
    "wallet": re.compile(r"支付宝|微信|零钱|红包|扫码|云闪付|财付通"),
    "cash_gold": re.compile(r"现金|黄金|金条|取出来"),
    "credentials": re.compile(r"(?<![没不别未])(?:填|报|说|给|发|念)[^，,。]{0,4}(?:密码|验证码|卡号)|(?:密码|验证码|卡号)[^，,。没不别未]{0,4}(?:填|报|说|给|发|念)"),
    "own_bank": re.compile(r"福禾|(?:你们|本|贵|咱们?)行|你们(?:家|银行)"),
    "other_bank": re.compile(r"(?:别|其他|其它)的?(?:家)?(?:银)?行|他行|[工农中建交招]行|邮储|信用社|农信|农商|不是你们"),
}
_ABOUT_CODES = frozenset({CODE, "utter_scam/fake_bank_staff", "utter_scam/bank_phishing", "utter_check_suspicious.fake_bank_staff", "utter_check_suspicious.bank_phishing"})
_TOLD_CODE = re.compile(r"(?:我|都|已经|刚刚?|刚才|就|也|给他|跟他|把?验证码|把?密码|把?卡号)*(?:报|念|说|告诉他?|输|填|发)(?:给他?)?(?:了|过|过去|出去)+(?:两|一|三)?(?:次|遍)?[。！!]*$")
# What somebody who was warned of a person in front of them has given away, when they then say that it is done.
_GIVEN_TO = {"utter_scam_now.door": "cash_gold", "utter_scam_now.face": "credentials"}
_GONE = (FIRST, LATE, *(f"utter_emergency_{via}" for via in LOST_VIA), "utter_been_scammed")


def left_from(text: str) -> str:
    """What a short answer to 「钱从哪里转出去的」 names, or ""."""
    found = [via for via, words in _FROM.items() if words.search(text)]
    return "other_bank" if "other_bank" in found else found[0] if len(found) == 1 else ""


def told_code(text: str, last: str) -> bool:
    """Whether a short answer to a warning about codes says that it was told: 「报了」 is then no call to the police."""
    return last in _ABOUT_CODES and bool(_TOLD_CODE.match(text.strip()))


def gone(said: Sequence[str]) -> bool:
    """Whether somebody in this session has been told what to do about money that has left."""
    return any(name.startswith(_GONE) for name in said)


def kept(last: str) -> str | None:
    """The response for somebody who says after `last` that no money has gone; None where that was not the question."""
    if last.startswith(("utter_scam_now", "utter_scam/", "utter_check_suspicious")) or last == CODE:
        return STOPPED
    return STOPPED_NEXT if last in (STOPPED, STOPPED_NEXT) else None


def denied(said: Sequence[str]) -> str | None:
    """The response for a no: the money is still there, or 110 has not been called; None where neither was asked."""
    last = said[-1] if said else ""
    if gone(said) and last != CODE:
        return CALL_NOW
    warned = any(name.startswith("utter_scam_now") for name in said)
    return kept(last) or ((STOPPED_NEXT if STOPPED in said else STOPPED) if warned else None)


def steady(said: Sequence[str]) -> str:
    """What is repeated. said: the responses given in this session, oldest first."""
    if gone(said):
        return STEADY
    alarms = [name for name in said if name.startswith(("utter_emergency", "utter_scam_now"))]
    last = alarms[-1] if alarms else ""
    return STEADY_STOPPED if last in (STOPPED, STOPPED_NEXT, STEADY_STOPPED) else STEADY_NOW if any(name.startswith("utter_scam_now") for name in alarms) else STEADY


def finished(said: Sequence[str]) -> str:
    """What is asked of somebody who types that all is done."""
    return FINISHED if gone(said) else FINISHED_STOPPED


def waits(said: Sequence[str]) -> str:
    """What is said to somebody who wishes for a joke or another mascot in the middle of an emergency."""
    return WAITS if gone(said) else WAITS_STOPPED


def later(name: str, slots: Mapping[str, Any], said: Sequence[str]) -> str:
    """What stands in for `name` where the loss is old: first the whole of what still helps, then the part that was asked for."""
    if not slots.get("late") or slots.get("crisis") or name not in _LATER:
        return name
    whole, part = f"{LATE}_called" if slots.get("reported") else LATE, _LATER[name]
    if part == LATE:
        return whole if whole not in said else f"{LATE}_steady"
    told = name == "utter_emergency_worry" or not {LATE, f"{LATE}_called"}.isdisjoint(said)
    return part if told else whole


def response_for(label: str, slots: Mapping[str, Any], said: Sequence[str]) -> str:
    """The response name for an emergency: :func:`_response_for`, and of an old loss what still helps."""
    return later(_response_for(label, slots, said), slots, said)


def _response_for(label: str, slots: Mapping[str, Any], said: Sequence[str]) -> str:
    """The response name for an emergency.

    label (str): `crisis`, `crisis.other`, `scam_now`, `scam_now.sunk` …, `been_scammed`, `been_scammed.called` ….
    slots (Mapping): `crisis`, `lost_via`, `reported`, `late`.  said (Sequence[str]): responses given in this session, oldest first.
    Order of the steps: regulation.md 4.5, after 银发〔2016〕86号.
    """
    base = label.split(".")[0]
    if base == "crisis":
        return f"utter_{label}"
    if slots.get("crisis"):
        if label == "been_scammed.shame":
            return "utter_crisis"
        return "utter_emergency_with_you" if label in REPORTED else "utter_emergency_after_crisis"
    if label == CALLED:
        if not gone(said) and any(name.startswith("utter_scam_now") for name in said):
            return "utter_emergency_reported"
        return f"utter_{WAITING}" if f"utter_{CALLED}" in said else f"utter_{CALLED}"
    if label == WAITING and not slots.get("reported"):
        return CALL_NOW if gone(said) else "utter_emergency_stopped_next"
    if label == HELD:
        return "utter_emergency_code_held" if slots.get("lost_via") == "credentials" else f"utter_{label}"
    if label in AFTER:
        return f"utter_{label}"
    if label in NEXT:
        name = f"utter_{label}"
        if label == "scam_now.door" and name in said:
            name = AT_THE_DOOR
        if name not in said[-1:] or label in _MANY_WORDS:
            return name
        return "utter_emergency_again" if gone(said) else STEADY_NOW
    if base == "scam_now" and slots.get("lost_via") == "credentials" and CODE not in said[-1:]:
        return CODE
    if base == "scam_now" and gone(said):
        return "utter_scam_now_more"
    if base == "scam_now":
        return "utter_scam_now_still" if "utter_scam_now" in said else "utter_scam_now"
    if label == "been_scammed.worry":
        return "utter_emergency_worry"
    if label == TOLD and gone(said):
        asks = not slots.get("lost_via") and "utter_emergency_noted_from" not in said
        return "utter_emergency_noted_from" if asks else "utter_emergency_noted"
    via = str(slots.get("lost_via") or next((via for name, via in _GIVEN_TO.items() if name in said[-2:] and not gone(said)), ""))
    if via == "credentials" and "utter_emergency_credentials" in said:
        return "utter_emergency_code_more"
    if via in FIRST_FROM and not slots.get("reported") and not gone(said):
        return f"{FIRST}_{via}"
    if via in LOST_VIA:
        return f"utter_emergency_{via}" if f"utter_emergency_{via}" not in said else "utter_emergency_noted"
    if FIRST not in said:
        return f"utter_{CALLED}" if slots.get("reported") else FIRST
    return "utter_emergency_again" if "utter_emergency_again" not in said else "utter_emergency_noted"
