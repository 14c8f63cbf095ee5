"""Which response a bot message was, and which was the last one."""

from __future__ import annotations

from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker


def response_of(event: BotUttered) -> str:
    """The name of the response an utterance was rendered from, or ""."""
    return str((event.metadata.get("metadata") or {}).get("response") or "")


def last_response(tracker: DialogueStateTracker | None) -> str:
    """The name of the response given last, or ""."""
    said = (e for e in reversed(tracker.events) if isinstance(e, BotUttered)) if tracker else iter(())
    return next((response_of(e) for e in said), "")
