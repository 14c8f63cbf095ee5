"""`action_product_info`: an approved product sheet, one category a message."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.common import entity, last_said, live_file, offered
from persona.products import Product, category_of

# 「安盈A是什么产品」: a name, and none of ours; 「基金A类」 is a class of shares.
_BY_NAME = re.compile(r"[\u4e00-\u9fff](?<!基金)(?<!理财)(?<!产品)(?<!保险)(?<!存款)(?<!等级)[A-Ha-h](?!类|份额|[A-Za-z0-9])|[盈鑫享添悦丰宝稳安泰瑞福禧穗聚益]{2}(?=这|那|个|产品|系列|怎|咋|能|靠|风险|是什么|是啥)")
# 「三个月的有吗」: of another term than the sheet's.
_OTHER_TERM = re.compile(r"(?:\d+|[一二两三四五六七八九十半]+)个?(?:天|月|年|周|星期)(?:期)?的|(?:短|长|活)一?(?:点|些|期)")
_OF_THE_SHEET = re.compile(r"利率|利息|收益|多少|费|风险|[取赎]")
SHEET, LINE, LINES, OTHER = "utter_product_sheet", "utter_product_line", "utter_product_lines", "utter_product_other"
UNLISTED = "utter_product_unlisted"
UNDER = (SHEET, LINE, LINES, OTHER, "utter_ask_product.performance")


class ActionProductInfo(Action):
    """What the approved sheets of the asked category say, word for word."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_product_info"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Utter the next sheet of the category that was not shown yet; no ranking, no choice."""
        asked, named = entity(tracker, "product"), entity(tracker, "sheet")
        if not named and (entity(tracker, "unlisted") or (asked and _BY_NAME.search(str(tracker.latest_message.get("text") or "")))):
            dispatcher.utter_message(response=UNLISTED)  # another's sheet is no answer
            return []
        if not asked:
            _read_out(dispatcher, tracker)
            return []
        if live_file().current().frozen:
            dispatcher.utter_message(response="utter_product_frozen")
            return []
        exact = [p for p in offered() if p.id == named] if named else [p for p in offered() if p.category == asked]
        sheets = exact if exact or named else [p for p in offered() if p.category == category_of(asked)]
        if not sheets:
            dispatcher.utter_message(response="utter_product_none")
            return []
        sheet = _unseen(sheets, shown(tracker)) or sheets[0]
        dispatcher.utter_message(response=SHEET, sheet=sheet.text())
        return []


def shown(tracker: Tracker) -> list[str]:
    """The sheets that were uttered in this session, oldest first."""
    told = [e.get("metadata") or {} for e in tracker.events if e.get("event") == "bot"]
    return [str(metadata["sheet"]) for metadata in told if metadata.get("sheet")]


def _unseen(sheets: Iterable[Product], seen: Collection[str]) -> Product | None:
    """The first of the sheets that was not uttered yet."""
    return next((p for p in sheets if not any(p.name in text for text in seen)), None)


def _read_out(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """「风险高吗」 under a sheet: its own approved sentences, or where they stand; nothing of it in other words."""
    if last_said(tracker) in UNDER:
        asked = str(tracker.latest_message.get("text") or "")
        seen = shown(tracker)
        last = next((p for text in reversed(seen) for p in offered() if text.startswith(p.name)), None)
        if last and _OTHER_TERM.search(asked) and not _OF_THE_SHEET.search(asked):
            unseen = _unseen([p for p in offered() if p.category == last.category], seen)
            dispatcher.utter_message(**({"response": SHEET, "sheet": unseen.text()} if unseen else {"response": OTHER}))
            return
        lines = last.lines(asked) if last else ""
        dispatcher.utter_message(**({"response": LINE, "lines": lines} if lines else {"response": LINES}))
    else:
        dispatcher.utter_message(response="utter_product_which")
