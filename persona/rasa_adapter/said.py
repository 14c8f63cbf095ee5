"""Which response a bot message was, which was the last one, and what was offered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from persona.choosing import letters
from persona.labels import full_label
from persona.nlu.parser import SEVERAL
from persona.nlu.sayings import says
from persona.rasa_adapter.options import ENDS_EMERGENCY, parse_payload
from persona.rasa_adapter.walked import Finding, walked
from persona.smalltalk import SERIOUS
from persona.steps import GO_ON

SLOWLY = "utter_say_again"
ASKS_CITY = "utter_ask_city"  # follows an answer that depends on the place
SWITCHED = "utter_switch_mascot"
OUTSIDE = "utter_out_of_scope"
ALARMED = ("utter_emergency", "utter_scam_now", "utter_crisis")  # said in an emergency
RECALLED = 3  # messages in which 「她」 was named
STEPS = re.compile(r"^[1-9]\. (.+)$", re.M)  # as an answer numbers them
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


class Given(Finding):
    """What was said in the session that the events end with, oldest first, and what later turns ask about it."""

    def __init__(self) -> None:
        self.turns = 0  # messages of the customer, those of earlier sessions too
        self._begin()

    def _begin(self) -> None:
        self.said: list[BotUttered] = []
        self.names: list[str] = []  # of the responses they were rendered from
        self.asked: list[UserUttered] = []
        self.letters: list[str] = []  # of every text the bot said
        self.rows: list[list[dict[str, Any]]] = []  # buttons of every bot message, empty where it had none
        self.ending: list[dict[str, Any]] = []  # buttons that end an emergency
        self.introduced = False  # whether the customer was told that an AI is speaking
        self.told_masked = False  # and that secrets were masked
        self.quiet = False  # whether plain talk was asked for and no other mascot called since

    def add(self, event: Event) -> None:
        """A session's start forgets what was said before it."""
        name = event.type_name
        if name == SessionStarted.type_name:
            self._begin()
        elif name == UserUttered.type_name:
            self.turns += 1
            self.asked.append(event)
            self.quiet |= says("bearings", "no_meow", event.text or "")
        elif name == BotUttered.type_name:
            self._said(event)

    def _said(self, event: BotUttered) -> None:
        text, buttons = event.text or "", list(event.data.get("buttons") or [])
        self.said.append(event)
        self.names.append(response_of(event))
        if text:
            self.letters.append(letters(text))
        if text or buttons:
            self.rows.append(buttons)
        self.ending += [b for b in buttons if ENDS_EMERGENCY in str(b.get("payload", ""))]
        self.introduced |= bool((event.metadata.get("metadata") or {}).get("ai_notice"))
        self.told_masked |= "打码" in text
        if self.names[-1] in (SERIOUS, SWITCHED):
            self.quiet = self.names[-1] == SERIOUS

    def texts(self, most: int) -> list[str]:
        """The bot's last `most` texts, oldest first."""
        return list(reversed(list(islice((e.text for e in reversed(self.said) if e.text), most))))


def numbered(texts: Iterable[str]) -> int:
    """How many steps the longest list of `texts` numbers, as it stands on the screen."""
    return max((len(STEPS.findall(text)) for text in texts), default=0)


def given(tracker: DialogueStateTracker | None) -> Given:
    """What was said in the tracker's latest session; to be read only."""
    return walked(tracker, Given)


def has_entity(tracker: DialogueStateTracker, name: str, value: str = "") -> bool:
    """Whether the last message holds the entity, with this value if one is named."""
    found = tracker.latest_message.entities if tracker.latest_message else []
    return any(e.get("entity") == name and value in ("", e.get("value")) for e in found)


def own_questions(tracker: DialogueStateTracker | None, *, in_order: bool = False) -> list[str]:
    """Labels of the questions a message numbered (「1年费多少 2怎么改手机号」), as long as only its numbers were picked since.

    in_order: those of a message that asked several without numbers, too (「第二个」, but not 「2」, which is a button)."""
    for event in reversed(tracker.events if tracker else ()):
        if event.type_name == SessionStarted.type_name:
            break
        if event.type_name != UserUttered.type_name:
            continue
        reason = (event.intent or {}).get("reason")
        if reason == SEVERAL and (in_order or _NUMBERED.search(event.text or "")):
            return [full_label(event.parse_data), *(event.intent.get("also") or [])]
        if reason != "button":
            return []
    return []


def spoken_of(tracker: DialogueStateTracker | None, speaker: str) -> str:
    """The other mascot that was spoken of last: named by the customer, or offered by a button; "" when none was."""
    before = given(tracker)
    for event in reversed(before.asked[-RECALLED:]):
        named = [str(e.get("value")) for e in event.parse_data.get("entities") or [] if e.get("entity") == "mascot"]
        if named and named[-1] != speaker:
            return named[-1]
    commands = (parse_payload(str(b.get("payload", ""))) for row in reversed(before.rows[-RECALLED:]) for b in row)
    return next((c.entities["host"] for c in commands if c and c.entities.get("host", speaker) != speaker), "")


def spoke_before(tracker: DialogueStateTracker | None, speaker: str) -> str:
    """The mascot who answered before `speaker` in this session, or ""."""
    told = (str((e.metadata.get("metadata") or {}).get("mascot") or speaker) for e in reversed(given(tracker).said))
    return next((mascot for mascot in told if mascot != speaker), "")
