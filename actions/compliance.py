"""`action_compliance_guard`: may a product be talked about at all in this conversation?"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher


class ActionComplianceGuard(Action):
    """A dialogue step before product talk; the wording of what follows is screened at the door all the same."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_compliance_guard"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Set the slot `guard_verdict`; when it is `refuse`, say why and what can be done instead.

        A direct question is answered under a soft lock and after an opt-out (DESIGN.md "Order, locks, time");
        under a hard lock, and for a minor, there is no product talk.
        """
        if tracker.get_slot("minor"):
            dispatcher.utter_message(response="utter_product_minor")
        elif tracker.get_slot("lock") == "hard":
            dispatcher.utter_message(response="utter_product_locked")
        else:
            return [SlotSet("guard_verdict", "allow")]
        return [SlotSet("guard_verdict", "refuse")]
