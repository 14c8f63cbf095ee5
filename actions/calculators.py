"""`action_calculate`: asks for what a calculator needs, one thing at a time, and says the result."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.common import label, last_said
from persona.calculators import CALCULATORS, step, told
from persona.labels import full_label
from persona.reckoned import RESULT, tells

RECENT = 5  # messages in which an amount is still meant
LOOKED_AT = 120  # events


class ActionCalculate(Action):
    """One turn of the open calculator, or the first turn of the one just asked for."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_calculate"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the next question or the result. When done `calc` is None; after a result `calc_done` and `calc_values`
        say what was calculated, for 「那存五年呢」."""
        wish = label(tracker).removeprefix("calculate_")
        opened = str(tracker.get_slot("calc") or "")
        calculator = wish if wish in CALCULATORS else opened
        if calculator not in CALCULATORS:
            dispatcher.utter_message(response="utter_calc_which")
            return _slots(None, None, {})
        # Another calculator starts empty: an amount to repay early is no amount to pay into a pension.
        changed = (tracker.latest_message.get("intent") or {}).get("reason") == "context" and calculator == tracker.get_slot("calc_done")
        known = _kept(tracker.get_slot("calc_values")) if calculator == opened or changed else _told(calculator, tracker)
        turn = step(calculator, known, str(tracker.latest_message.get("text") or ""))
        dispatcher.utter_message(response=turn.response, **(turn.result or turn.fill))
        if turn.done:
            return _slots(None, calculator if turn.result else None, turn.values)
        return _slots(calculator, None, turn.values)


def _slots(opened: str | None, done: str | None, values: dict[str, str]) -> list[dict[str, Any]]:
    kept = json.dumps(values, ensure_ascii=False) if opened or done else None
    return [SlotSet("calc", opened), SlotSet("calc_done", done), SlotSet("calc_values", kept)]


def _told(calculator: str, tracker: Tracker) -> dict[str, str]:
    """What the messages just before tell of it; nothing when the result stands there and it is to be done anew."""
    if last_said(tracker).startswith(RESULT):
        return {}
    messages: list[tuple[str, str]] = []
    for event in tracker.events[-LOOKED_AT:]:
        if event.get("event") == "session_started":
            messages = []
        elif event.get("event") == "user":
            messages.append((full_label(event.get("parse_data") or {}), str(event.get("text") or "")))
    return told(calculator, [text for topic, text in messages[-RECENT - 1:-1] if tells(calculator, topic) and not text.startswith("/")])


def _kept(raw: Any) -> dict[str, str]:
    """The values kept so far; whatever else stands in the slot counts as nothing."""
    try:
        data = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        return {}
    return {str(name): value for name, value in data.items() if isinstance(value, str)} if isinstance(data, dict) else {}
