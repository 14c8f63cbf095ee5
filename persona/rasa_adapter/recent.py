"""The end of a conversation as the rules see it, worked out from its last events alone.

Rasa's RulePolicy describes every moment of a session anew, several times a turn, and then looks at as many of the last
ones as its longest rule has. Here only those are described, and exactly as Rasa would: where the end of a conversation
cannot be understood by itself (something was taken back, a form is open), Rasa does it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    PREVIOUS_ACTION,
    SHOULD_NOT_BE_SET,
    USER,
)
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    Event,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

_BEGINNINGS = (SessionStarted, Restarted)
_LOOKS_BACK = (ActionReverted, UserUtteranceReverted, AllSlotsReset, ActiveLoop, LoopInterrupted)


class Recent:
    """Stands for a tracker where its states are asked for: at least the last `most` of them."""

    def __init__(self, tracker: DialogueStateTracker, most: int) -> None:
        self._tracker = tracker
        self._most = most

    def past_states(self, domain: Domain, **settings: Any) -> list[State]:
        """The last states, each as Rasa describes it."""
        found = None if any(settings.values()) else recent_states(self._tracker, domain, self._most)
        return self._tracker.past_states(domain, **settings) if found is None else found


def recent_states(tracker: DialogueStateTracker, domain: Domain, most: int) -> list[State] | None:
    """At least the last `most` of `tracker.past_states(domain)`, or all; None when the end does not tell them."""
    if tracker.active_loop or domain.form_names:
        return None
    events = list(tracker.events)
    found = _end(events, most)
    if found is None:
        return None
    first, whole = found
    end = events[first:]
    slots = {slot.name: slot for slot in domain.slots if slot.has_features()}
    moment = DialogueStateTracker(tracker.sender_id, slots.values())
    if not whole:
        for name in slots:
            if not any(isinstance(event, SlotSet) and event.key == name for event in end):
                moment.slots[name].value = tracker.get_slot(name)
                continue
            before = next((e for e in reversed(events[:first]) if isinstance(e, (*_BEGINNINGS, *_LOOKS_BACK)) or (isinstance(e, SlotSet) and e.key == name)), None)
            if isinstance(before, _LOOKS_BACK):
                return None
            if isinstance(before, SlotSet):
                moment.slots[name].value = before.value
    states = []
    for event in end:
        if isinstance(event, ActionExecuted):
            states.append(domain.get_active_state(moment))
        if not isinstance(event, BotUttered) and not (isinstance(event, SlotSet) and event.key not in slots):
            moment.update(event)
    states.append(domain.get_active_state(moment))
    return states if whole else states[1:]  # what was done before the customer's message is not known


def _end(events: Sequence[Event], most: int) -> tuple[int, bool] | None:
    """Where the last events with more than `most` actions begin, with a customer's message; and whether that is all."""
    actions = 0
    for place in range(len(events) - 1, -1, -1):
        event = events[place]
        if isinstance(event, _LOOKS_BACK):
            return None
        if isinstance(event, _BEGINNINGS):
            return place + 1, True
        actions += isinstance(event, ActionExecuted)
        if actions > most and isinstance(event, UserUttered):
            return place, False
    return 0, True


class Shape:
    """What the rules of a policy can ask for: how far back, and whether for the words of a message."""

    def __init__(self, *lookups: Mapping[str, str]) -> None:
        rules = [json.loads(key) for lookup in lookups for key in lookup]
        self.longest = max(map(len, rules), default=0)
        self.asks_words = any(map(_asks_words, rules))


def _asks_words(states: list[State]) -> bool:
    """Whether a rule can hold after a message of which only the words are known, not the intent."""
    last = states[-1]
    user = last.get(USER) or {}
    done: Any = (last.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME)
    return done == ACTION_LISTEN_NAME and user.get(INTENT) in (None, "", SHOULD_NOT_BE_SET)
