"""`action_product_info`: an approved product sheet, one category a message."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.common import entity, live_file, offered, said
from persona.products import category_of

LINES = "utter_product_lines"


class ActionProductInfo(Action):
    """What the approved sheets of the asked category say, word for word."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_product_info"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the next sheet of the category that was not shown yet; no ranking, no choice."""
        asked, named = entity(tracker, "product"), entity(tracker, "sheet")
        if not asked:
            # 「风险高吗」 under a sheet: where it stands there. Nothing of it is said in other words than the approved ones.
            under = said(tracker)[-1:] in (["utter_product_sheet"], [LINES], ["utter_ask_product.performance"])
            dispatcher.utter_message(response=LINES if under else "utter_product_which")
            return []
        if live_file().current().frozen:
            dispatcher.utter_message(response="utter_product_frozen")
            return []
        exact = [p for p in offered() if p.id == named] if named else [p for p in offered() if p.category == asked]
        sheets = exact if exact or named else [p for p in offered() if p.category == category_of(asked)]
        if not sheets:
            dispatcher.utter_message(response="utter_product_none")
            return []
        seen = shown(tracker)
        sheet = next((p for p in sheets if p.name not in seen), sheets[0])
        dispatcher.utter_message(response="utter_product_sheet", sheet=sheet.text())
        return []


def shown(tracker: Tracker) -> str:
    """The sheets that were uttered in this session."""
    told = [e.get("metadata") or {} for e in tracker.events if e.get("event") == "bot"]
    return "\n".join(str(metadata["sheet"]) for metadata in told if metadata.get("sheet"))
