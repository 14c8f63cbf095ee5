"""Who is called and which column is named, where the words alone do not say it: 「换她来」, 「换回来」, 「工牌那个」 said to the list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

from persona import bearings
from persona.nlu.entities import of_message
from persona.nlu.parser import Parse
from persona.rasa_adapter.house import house
from persona.rasa_adapter.said import in_steps, last_response, spoke_before, spoken_of

LISTED = "utter_ask_column"
CALLS = 12  # characters of a message that picks from the list of columns
_IS_THERE = re.compile(r"在(?:吗|么|不在|哪|没)|呢[？?]?$|(?:^|快)出来")
_CALLS_FIRST = re.compile(r"^(?:那|帮我|给我|麻烦|请)*(?:换|叫|喊|让|请|找)(?:成|一下|个|出)?\S{1,4}(?:[，,\s]|来|出来|跟我|给我|说|讲)")
_STAYS = re.compile(r"^(?:算了|那|好吧|嗯|不换了)*[，,\s]*(?:还是|就)你(?:吧|好了|来吧|了)[。！!~]*$")
_THAT_ONE = re.compile(r"(?<!其)[她他它](?!们|家)|那(?:个|位|只|朵)")
_THE_FORMER = re.compile(r"换(?:回|过)(?:来|去|原来|刚才|之前)?|原来(?:那|的)|(?:刚才|之前)(?:那|的)|回来")


def called(parse: Parse, tracker: DialogueStateTracker, metadata: Mapping[str, Any] | None) -> Parse:
    """「换她来」 after another mascot was named calls that one; so does 「小柿子在不在」 by itself."""
    named = [str(e["value"]) for e in parse.entities if e["entity"] == "mascot"]
    speaker = house().mascot_for(tracker.current_slot_values(), metadata)
    if parse.fallback and named and named[-1] != speaker and len(parse.text) <= CALLS and _IS_THERE.search(parse.text):
        return replace(parse, intent="switch_mascot", confidence=1.0, fallback=False, also=(), reason="context")
    if _STAYS.match(parse.text.strip()) and parse.reason not in ("button", "command"):
        return replace(parse, intent="affirm", confidence=1.0, fallback=False, also=(), reason="context")
    if named and named[-1] != speaker and parse.intent.startswith("faq/") and _CALLS_FIRST.search(parse.text):
        return replace(parse, entities=[*parse.entities, of_message("host", named[-1], parse.text)])  # 「换小浪花，说说还款日」
    other = ""
    if parse.intent == "switch_mascot" and not named and _THE_FORMER.search(parse.text):
        other = spoke_before(tracker, speaker) or house().mascot_for({}, metadata)
    elif parse.intent == "switch_mascot" and not named and _THAT_ONE.search(parse.text):
        other = spoken_of(tracker, speaker)
    if not other:
        return parse
    return replace(parse, entities=[*parse.entities, of_message("mascot", other, parse.text)])


def names_column(text: str, metadata: Mapping[str, Any] | None, tracker: DialogueStateTracker) -> bool:
    """Whether a message is the name of a column of the mascot who speaks, and no wish about the answer before (「慢慢说」)."""
    slots = tracker.current_slot_values()
    if slots.get("topic") or str(slots.get("lock") or "none") != "none" or in_steps(tracker):
        return False
    card = house().mascots[house().mascot_for(slots, metadata)]
    entries = [c for c in card.extensions.get("columns") or () if isinstance(c, Mapping)]
    if last_response(tracker) == LISTED and len(text) <= CALLS and not bearings.hard_to_read(text) and any(str(word) in text for c in entries for word in c.get("aliases") or ()):
        return True  # 「工牌那个给我看看」, said to the list
    return text.strip(" 。！!？?《》") in {str(c.get("name")) for c in entries}
