"""Which response a bot message was, which was the last one, and what was offered."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.events import BotUttered, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker


def response_of(event: BotUttered) -> str:
    """The name of the response an utterance was rendered from, or ""."""
    return str((event.metadata.get("metadata") or {}).get("response") or "")


def last_response(tracker: DialogueStateTracker | None) -> str:
    """The name of the response given last, or ""."""
    for event in reversed(tracker.events if tracker else []):
        if isinstance(event, BotUttered):
            return response_of(event)
    return ""


def button_rows(tracker: DialogueStateTracker | None) -> list[list[dict[str, Any]]]:
    """Buttons of every bot message of the session, oldest first; the last row may be empty when the last turn had none."""
    rows: list[list[dict[str, Any]]] = []
    for event in tracker.events if tracker else ():
        if isinstance(event, SessionStarted):
            rows = []
        elif isinstance(event, BotUttered) and (event.text or event.data.get("buttons")):
            rows.append(list(event.data.get("buttons") or []))
    return rows
