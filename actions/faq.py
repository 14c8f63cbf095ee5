"""`action_faq`: the answer to a bank question."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.common import channel, here, institution, label, picked, said, utter
from persona import benefits
from persona.branches import EVERYWHERE, LOCAL
from persona.leisure import SERVICE_ONLY
from persona.profile import speaks_of

ASKS = "utter_ask_city"


@lru_cache(maxsize=1)
def _benefits() -> list[benefits.Benefit]:
    return benefits.load_benefits()


class ActionFaq(Action):
    """Answers the topic of the last message."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_faq"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the topic's response; an unknown topic gets the answer for unknown bank questions.

        Where the answer depends on the place and the place is not known, the city is asked for, once a session.
        """
        topic = label(tracker)
        if topic in benefits.TOPICS and channel(tracker) not in SERVICE_ONLY and tracker.get_slot("lock") != "hard":
            text, today = str(tracker.latest_message.get("text") or ""), institution().today()
            found = benefits.answer(topic, text, picked(tracker), _benefits(), today)
            if found:
                utter(dispatcher, found)
                return []
        dispatcher.utter_message(response=f"utter_{topic}" if "/" in topic else "utter_bank_other")
        bank = institution()
        local = topic.startswith(LOCAL) and topic not in EVERYWHERE and bank.branches and speaks_of(bank.profile, topic)
        if local and not here(tracker).kind and ASKS not in said(tracker) and tracker.get_slot("lock") != "hard":
            dispatcher.utter_message(response=ASKS)
        return []
