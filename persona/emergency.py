"""Which emergency answer is due. Pure: the action server and the in-process stand-in give the same one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LOST_VIA = ("own_bank", "other_bank", "wallet", "cash_gold", "credentials")
# What a customer says next while fraud is under way; each has an answer of its own.
NEXT = tuple(f"scam_now.{part}" for part in ("sunk", "app", "family", "voice", "unreachable", "trust", "door", "threat"))

CODE = "utter_emergency_code"  # card and password are given away, the code is asked for
# Who was warned in time, and who then asks what else there is to do.
STOPPED, STOPPED_NEXT = "utter_emergency_stopped", "utter_emergency_stopped_next"
# What is repeated when somebody in an emergency talks of something else: the steps, or, where no money has gone, rest.
STEADY, STEADY_STOPPED = "utter_emergency_steady", "utter_emergency_steady_stopped"


def kept(last: str) -> str | None:
    """The response for somebody who says after `last` that no money has gone; None where that was not the question."""
    if last.startswith("utter_scam_now") or last == CODE:
        return STOPPED
    return STOPPED_NEXT if last in (STOPPED, STOPPED_NEXT) else None


def steady(said: Sequence[str]) -> str:
    """What is repeated. said: the responses given in this session, oldest first."""
    last = next((name for name in reversed(said) if name.startswith(("utter_emergency", "utter_scam_now", "utter_crisis"))), "")
    return STEADY_STOPPED if last in (STOPPED, STOPPED_NEXT, STEADY_STOPPED) else STEADY


def response_for(label: str, slots: Mapping[str, Any], said: Sequence[str]) -> str:
    """The response name for an emergency.

    label (str): `crisis`, `scam_now`, `scam_now.sunk` …, `been_scammed`, `been_scammed.worry`.
    slots (Mapping): `crisis`, `lost_via`.  said (Sequence[str]): responses given in this session, oldest first.
    Order of the steps: regulation.md 4.5, after 银发〔2016〕86号.
    """
    base = label.split(".")[0]
    if base == "crisis":
        return "utter_crisis"
    if slots.get("crisis"):
        return "utter_emergency_after_crisis"
    if label in NEXT:
        name = f"utter_{label}"
        return name if name not in said[-1:] else "utter_emergency_again"
    if base == "scam_now" and slots.get("lost_via") == "credentials" and CODE not in said[-1:]:
        return CODE
    if base == "scam_now":
        return "utter_scam_now_still" if "utter_scam_now" in said else "utter_scam_now"
    if label == "been_scammed.worry":
        return "utter_emergency_worry"
    via = str(slots.get("lost_via") or "")
    if via in LOST_VIA and f"utter_emergency_{via}" not in said[-1:]:
        return f"utter_emergency_{via}"
    return "utter_emergency_again" if "utter_emergency_first" in said else "utter_emergency_first"
