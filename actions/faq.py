"""`action_faq`: the answer to a bank question."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.common import label


class ActionFaq(Action):
    """Answers the topic of the last message."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_faq"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the topic's response; an unknown topic gets the answer for unknown bank questions."""
        topic = label(tracker)
        dispatcher.utter_message(response=f"utter_{topic}" if "/" in topic else "utter_bank_other")
        return []
