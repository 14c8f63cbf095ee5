"""Which response a bot message was, and which was the last one."""

from __future__ import annotations

from rasa.shared.core.events import BotUttered
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
