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
    LegacyForm,
    LegacyFormValidation,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

from persona.rasa_adapter.walked import Finding, walked

_BEGIN = frozenset(kind.type_name for kind in (SessionStarted, Restarted))
_UNUSUAL = frozenset(kind.type_name for kind in (ActionReverted, UserUtteranceReverted, ActiveLoop, LegacyForm))
_BACK = _UNUSUAL | {AllSlotsReset.type_name, LoopInterrupted.type_name, LegacyFormValidation.type_name}


class Applied(Finding):
    """The events since the last beginning, and whether all of them count."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.unusual = False

    def add(self, event: Event) -> None:
        """A beginning forgets what was before it; what is unusual is unusual for good, as Rasa reads on across beginnings."""
        name = event.type_name
        if name in _UNUSUAL:
            self.unusual = True
        if name in _BEGIN:
            self.events = []
        else:
            self.events.append(event)


class Session(DialogueStateTracker):
    """A tracker that goes through its events without asking each for its classes: Rasa's are abstract, which makes the
    question ten times as dear, and it is asked of every event several times a turn."""

    def applied_events(self) -> list[Event]:
        """The events of the session that count; where something was taken back or a form was open, Rasa tells."""
        found = walked(self, Applied)
        return list(super().applied_events()) if found.unusual else found.events.copy()


class Recent:
    """Stands for a tracker where its states are asked for: at least the last `most` of them."""

    def __init__(self, tracker: DialogueStateTracker, most: int) -> None:
        self._tracker = tracker
        self._most = most

    def past_states(
        self, domain: Domain, omit_unset_slots: bool = False, ignore_rule_only_turns: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        """The last states, each as Rasa describes it. rule_only_data: what belongs to turns that are ignored, when they are."""
        found = None if omit_unset_slots or ignore_rule_only_turns else recent_states(self._tracker, domain, self._most)
        if found is None:
            found = self._tracker.past_states(domain, omit_unset_slots, ignore_rule_only_turns, rule_only_data)
        return found


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
            earlier = (e for e in reversed(events[:first]) if e.type_name in _BEGIN | _BACK or (isinstance(e, SlotSet) and e.key == name))
            before = next(earlier, None)
            if before is not None and before.type_name in _BACK:
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
        if event.type_name in _BACK:
            return None
        if event.type_name in _BEGIN:
            return place + 1, True
        actions += event.type_name == ActionExecuted.type_name
        if actions > most and event.type_name == UserUttered.type_name:
            return place, False
    return 0, True


class Shape:
    """What the rules of a policy can ask for: how far back, whether for the words of a message, and which of them for which
    intent."""

    def __init__(self, *lookups: Mapping[str, str]) -> None:
        rules = [json.loads(key) for lookup in lookups for key in lookup]
        self.longest = max(map(len, rules), default=0)
        self.asks_words = any(map(_asks_words, rules))
        self._after: dict[str | None, list[str]] = {}  # rules by the intent their last moment asks for; None: for any
        for key, rule in zip((key for lookup in lookups for key in lookup), rules, strict=True):
            self._after.setdefault(_intent_asked(rule[-1]), []).append(key)

    def may_hold(self, lookup: Mapping[str, str], states: Sequence[State]) -> dict[str, str]:
        """The rules of `lookup` but for those that another intent than the last one rules out."""
        intent: Any = (states[-1].get(USER) or {}).get(INTENT)
        wanted = self._after.get(None, []) + (self._after.get(intent, []) if intent is not None else [])
        return {key: lookup[key] for key in wanted if key in lookup}


def _asks_words(states: list[State]) -> bool:
    """Whether a rule can hold after a message of which only the words are known, not the intent."""
    last = states[-1]
    user = last.get(USER) or {}
    done: Any = (last.get(PREVIOUS_ACTION) or {}).get(ACTION_NAME)
    return done == ACTION_LISTEN_NAME and user.get(INTENT) in (None, "", SHOULD_NOT_BE_SET)


def _intent_asked(state: State) -> str | None:
    """The intent without which Rasa finds that a rule's moment does not hold."""
    if not state.get(PREVIOUS_ACTION):  # the beginning of a conversation holds with everything
        return None
    intent: Any = (state.get(USER) or {}).get(INTENT)
    return intent if intent and intent != SHOULD_NOT_BE_SET else None
