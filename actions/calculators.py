"""`action_calculate`: asks for what a calculator needs, one thing at a time, and says the result."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.common import label
from persona.calculators import CALCULATORS, step


class ActionCalculate(Action):
    """One turn of the open calculator, or the first turn of the one just asked for."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_calculate"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the next question or the result; `calc` and `calc_values` are None when done."""
        wish = label(tracker).removeprefix("calculate_")
        opened = str(tracker.get_slot("calc") or "")
        calculator = wish if wish in CALCULATORS else opened
        if calculator not in CALCULATORS:
            dispatcher.utter_message(response="utter_calc_which")
            return [SlotSet("calc", None), SlotSet("calc_values", None)]
        # Another calculator starts empty: an amount to repay early is no amount to pay into a pension.
        known = _kept(tracker.get_slot("calc_values")) if calculator == opened else {}
        turn = step(calculator, known, str(tracker.latest_message.get("text") or ""))
        dispatcher.utter_message(response=turn.response, **(turn.result or turn.fill))
        if turn.done:
            return [SlotSet("calc", None), SlotSet("calc_values", None)]
        return [SlotSet("calc", calculator), SlotSet("calc_values", json.dumps(turn.values, ensure_ascii=False))]


def _kept(raw: Any) -> dict[str, str]:
    """The values kept so far; whatever else stands in the slot counts as nothing."""
    try:
        data = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        return {}
    return {str(name): value for name, value in data.items() if isinstance(value, str)} if isinstance(data, dict) else {}
