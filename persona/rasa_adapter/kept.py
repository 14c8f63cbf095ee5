"""Conversations kept in memory between two turns, so that a turn does not pay for all the turns before it.

Reading a conversation back means parsing and replaying every event of its session. A worker that stored the last turn has
all of that in its hands already. It may use it only when the database holds exactly the rows it knows: another worker, an
API call or a deletion may have come between. So every reading asks the database for the `Version` first.
"""

from __future__ import annotations

import copy
import json
from collections import OrderedDict, deque
from typing import Any, Generic, NamedTuple, TypeVar

from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import text

T = TypeVar("T")
V = TypeVar("V")
Tracker = TypeVar("Tracker", bound=DialogueStateTracker)
MOST = 6_000  # events in the memory of one process, some 4 KB each


class Version(NamedTuple):
    """What stands in the database for one sender. Rows are appended, or deleted for good; none is changed in place."""

    rows: int
    newest: int | None  # number of the last row
    timestamp: float | None  # and its time, because a number may be given again after a deletion


NOTHING = Version(0, None, None)


class Kept(Generic[V, T]):
    """The conversations used last, each with the version it stands for. What is held is never changed: readers copy it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._events = 0
        self._held: OrderedDict[str, tuple[V, int, T]] = OrderedDict()

    def get(self, sender_id: str, version: V) -> T | None:
        """The conversation, when it is still the stored one."""
        found = self._held.get(sender_id)
        if found is None or found[0] != version:
            self.drop(sender_id)
            return None
        self._held.move_to_end(sender_id)
        return found[2]

    def keep(self, sender_id: str, version: V, events: int, conversation: T) -> None:
        """Hold a conversation in the state that is stored; those not used for longest go when it is too much."""
        self.drop(sender_id)
        self._held[sender_id] = (version, events, conversation)
        self._events += events
        while self._events > self._most:
            self.drop(next(iter(self._held)))

    def drop(self, sender_id: str) -> None:
        """Forget a conversation."""
        found = self._held.pop(sender_id, None)
        if found is not None:
            self._events -= found[1]


def duplicate(tracker: DialogueStateTracker, kind: type[Tracker]) -> Tracker:
    """A tracker in the same state that can be changed by itself. The events, which nobody changes once they are logged, are
    shared: Rasa replays all of them for a copy, several times a turn."""
    twin: Tracker = object.__new__(kind)
    twin.__dict__.update(tracker.__dict__)
    twin.events = tracker.events.copy()
    twin.slots = tracker.slots.__class__()
    for name, slot in tracker.slots.items():
        twin.slots[name] = new = object.__new__(slot.__class__)
        new.__dict__.update(slot.__dict__)
    twin.active_loop = copy.copy(tracker.active_loop)
    return twin


_VERSION = text(
    "SELECT (SELECT count(*) FROM events WHERE sender_id = :sender), id, timestamp FROM events "
    "WHERE sender_id = :sender ORDER BY id DESC LIMIT 1"
)


def version_of(connection: Any, sender_id: str) -> Version:
    """What the database holds of a sender now."""
    found = connection.execute(_VERSION, {"sender": sender_id}).first()
    return Version(*found) if found else NOTHING


def row(sender_id: str, event: Event) -> dict[str, Any]:
    """The row Rasa stores for an event."""
    data = event.as_dict()
    return {
        "sender_id": sender_id, "type_name": event.type_name, "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"), "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def written(tracker: DialogueStateTracker) -> str:
    """The text Rasa's in-memory store holds of a tracker; each event is written once, not again in every turn after it."""
    events = []
    for event in tracker.events:
        text = event.__dict__.get("_written")
        if text is None:
            text = event._written = json.dumps(event.as_dict())
        events.append(text)
    return f'{{"events": [{", ".join(events)}], "name": {json.dumps(tracker.sender_id)}}}'


def latest_session(tracker: Tracker) -> Tracker:
    """The tracker without what came before its latest session, as Rasa reads it back: by the time of its start."""
    began = max((e.timestamp for e in tracker.events if e.type_name == SessionStarted.type_name), default=None)
    if began is not None and tracker.events[0].timestamp < began:
        tracker.events = deque((e for e in tracker.events if e.timestamp >= began), tracker.events.maxlen)
    return tracker
