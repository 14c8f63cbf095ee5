"""Which response a bot message was, which was the last one, and what was offered."""

from __future__ import annotations

import re
from typing import Any

from rasa.shared.core.events import BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from persona.labels import full_label
from persona.rasa_adapter.recent import spoken
from persona.steps import GO_ON

SLOWLY = "utter_say_again"
ASKS_CITY = "utter_ask_city"  # follows an answer that depends on the place
_NUMBERED = re.compile(r"(?<!\d)1(?!\d).*(?<!\d)2(?!\d)|一[、是，,].*二[、是，,]|第一.*第二|①.*②", re.S)


def response_of(event: BotUttered) -> str:
    """The name of the response an utterance was rendered from, or ""."""
    return str((event.metadata.get("metadata") or {}).get("response") or "")


def last_response(tracker: DialogueStateTracker | None) -> str:
    """The name of the response given last, or ""."""
    for event in reversed(tracker.events if tracker else []):
        if event.type_name == BotUttered.type_name:
            return response_of(event)
    return ""


def in_steps(tracker: DialogueStateTracker | None) -> bool:
    """Whether the last answer is told piece by piece: 「好了」 brings the next one."""
    for event in reversed(tracker.events if tracker else []):
        if event.type_name == BotUttered.type_name and response_of(event) != ASKS_CITY:
            return response_of(event) == SLOWLY or GO_ON in (event.text or "")
    return False


def button_rows(tracker: DialogueStateTracker | None) -> list[list[dict[str, Any]]]:
    """Buttons of every bot message of the session, oldest first; the last row may be empty when the last turn had none."""
    said, _ = spoken(tracker.events if tracker else ())
    return [list(event.data.get("buttons") or []) for event in said if event.text or event.data.get("buttons")]


def own_questions(tracker: DialogueStateTracker | None) -> list[str]:
    """Labels of the questions a message numbered (「1年费多少 2怎么改手机号」), as long as only its numbers were picked since."""
    for event in reversed(tracker.events if tracker else ()):
        if event.type_name == SessionStarted.type_name:
            break
        if event.type_name != UserUttered.type_name:
            continue
        reason = (event.intent or {}).get("reason")
        if reason == "several" and _NUMBERED.search(event.text or ""):
            return [full_label(event.parse_data), *(event.intent.get("also") or [])]
        if reason != "button":
            return []
    return []
