"""Fraud and crisis: a tip by type, the steps of an emergency, the care answer, checking what is ours."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.common import institution, label, said
from persona.emergency import response_for
from persona.official import published

_SOMEBODY = re.compile(r"经理|员工|工号|工牌|名片|同事|柜员|客服(?!电话|号|热线)|姓[^，,。]{1,3}(?:的|说)|[他她]|上门|(?:这|那)个?人")


class ActionAntiFraudTip(Action):
    """How a type of fraud goes, what to do now, whom to call."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_anti_fraud_tip"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the tip for the type; without a type ask which it is."""
        kind = label(tracker)
        dispatcher.utter_message(response=f"utter_{kind}" if kind.startswith("scam/") else "utter_check_suspicious")
        return []


class ActionEmergency(Action):
    """Fraud under way or done: the act first, then the ordered steps."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the step that is due."""
        dispatcher.utter_message(response=response_for(label(tracker), tracker.slots, said(tracker)))
        return []


class ActionCrisis(Action):
    """Despair: a person first, then 12356."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_crisis"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the care answer."""
        dispatcher.utter_message(response=response_for(label(tracker), tracker.slots, said(tracker)))
        return []


class ActionVerifyOfficial(Action):
    """Says what the classifier found when it compared a number, link or app with institution.yml; never 「是真的」.

    Somebody who says he works here cannot be compared: how to ask after him is told."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_verify_official"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter listed, not listed, what is listed, how staff are asked after, or cannot tell."""
        found = [e for e in tracker.latest_message.get("entities", []) if e["entity"] == "official"]
        verdict = found[-1]["value"] if found else "unknown"
        if verdict == "unknown" and _SOMEBODY.search(str(tracker.latest_message.get("text") or "")):
            verdict = "staff"
        values = {"official": published(institution())} if verdict == "published" else {}
        dispatcher.utter_message(response=f"utter_verify_{verdict}", **values)
        return []
