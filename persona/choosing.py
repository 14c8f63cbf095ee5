"""Which variations of an answer may be said now, and how far the voice may touch them. No Rasa: the bot and the preview share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from persona import columns

# Written in the mascot's own voice already: nothing is added to them.
LEISURE = ("utter_ask_column", "utter_column", "utter_lesson")
IN_CHARACTER = ("utter_chitchat/", *LEISURE)


def fitting(responses: Iterable[Mapping[str, Any]], values: Mapping[str, Any], today: date) -> list[dict[str, Any]]:
    """Variations whose conditions all hold, the most specific ones only; expired content is left out.

    responses: as in Rasa's domain (`text`, `condition`, `metadata` …). values: the slots, `mascot` among them.
    """
    found: list[tuple[int, Mapping[str, Any]]] = []
    for response in responses:
        conditions = response.get("condition") or []
        if any(str(values.get(c["name"])) != str(c["value"]) for c in conditions):
            continue
        if str((response.get("metadata") or {}).get("expires") or "9999") < today.isoformat():
            continue
        found.append((len(conditions), response))
    most = max((n for n, _ in found), default=0)
    return [dict(r) for r in columns.choose([dict(r) for n, r in found if n == most], values.get("episode"), today)]
