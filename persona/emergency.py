"""Which emergency answer is due. Pure: the action server and the in-process stand-in give the same one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LOST_VIA = ("own_bank", "other_bank", "wallet", "cash_gold", "credentials")
# What a customer says next while fraud is under way; each has an answer of its own.
NEXT = tuple(f"scam_now.{part}" for part in ("sunk", "app", "family", "voice", "unreachable", "trust", "door", "threat", "back", "bystander"))
# The police know of it; both calls are made and nothing is left but to wait.
CALLED, WAITING = "been_scammed.called", "been_scammed.next"
REPORTED = frozenset({CALLED, WAITING})
# What a customer says once the money is gone.
AFTER = (WAITING, *(f"been_scammed.{part}" for part in ("police", "freeze", "shame", "traces", "borrowed", "bank", "unreached")))

CODE = "utter_emergency_code"  # card and password are given away, the code is asked for
# Who was warned in time, and who then asks what else there is to do.
STOPPED, STOPPED_NEXT = "utter_emergency_stopped", "utter_emergency_stopped_next"
# What is repeated when somebody in an emergency talks of something else: the steps, or, where no money has gone, rest.
STEADY, STEADY_STOPPED = "utter_emergency_steady", "utter_emergency_steady_stopped"
# The money is gone and the police have not been called.
CALL_NOW = "utter_emergency_call_now"
_GONE = ("utter_emergency_first", *(f"utter_emergency_{via}" for via in LOST_VIA), "utter_been_scammed")


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
    return CALL_NOW if gone(said) and last != CODE else kept(last)


def steady(said: Sequence[str]) -> str:
    """What is repeated. said: the responses given in this session, oldest first."""
    last = next((name for name in reversed(said) if name.startswith(("utter_emergency", "utter_scam_now", "utter_crisis"))), "")
    return STEADY_STOPPED if last in (STOPPED, STOPPED_NEXT, STEADY_STOPPED) else STEADY


def response_for(label: str, slots: Mapping[str, Any], said: Sequence[str]) -> str:
    """The response name for an emergency.

    label (str): `crisis`, `crisis.other`, `scam_now`, `scam_now.sunk` …, `been_scammed`, `been_scammed.called` ….
    slots (Mapping): `crisis`, `lost_via`, `reported`.  said (Sequence[str]): responses given in this session, oldest first.
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
    if label in AFTER:
        return f"utter_{label}"
    if label in NEXT:
        name = f"utter_{label}"
        return name if name not in said[-1:] or label == "scam_now.back" else "utter_emergency_again"
    if base == "scam_now" and slots.get("lost_via") == "credentials" and CODE not in said[-1:]:
        return CODE
    if base == "scam_now" and gone(said):
        return "utter_scam_now_more"
    if base == "scam_now":
        return "utter_scam_now_still" if "utter_scam_now" in said else "utter_scam_now"
    if label == "been_scammed.worry":
        return "utter_emergency_worry"
    via = str(slots.get("lost_via") or ("cash_gold" if "utter_scam_now.door" in said[-2:] and not gone(said) else ""))
    if via in LOST_VIA:
        return f"utter_emergency_{via}" if f"utter_emergency_{via}" not in said else "utter_emergency_noted"
    if "utter_emergency_first" not in said:
        return "utter_emergency_first"
    return "utter_emergency_again" if "utter_emergency_again" not in said else "utter_emergency_noted"
