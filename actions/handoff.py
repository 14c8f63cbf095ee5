"""`action_handoff`: a person, at the first request, without a counter-question."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.common import institution, label
from persona.hours import is_open


class ActionHandoff(Action):
    """Hotline, hours and what to have ready; a complaint and a mis-sale get their channels and deadlines."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_handoff"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the way to a person that is open now."""
        wish = label(tracker)
        if wish in ("complain", "missold"):
            dispatcher.utter_message(response=f"utter_{wish}")
            return []
        bank = institution()
        state = "open" if is_open(bank.hours["human"], bank.now()) else "closed"
        dispatcher.utter_message(response=f"utter_handoff_{state}")
        return []
